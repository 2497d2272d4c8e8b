//! Whether there is room for what a scenario asks for, on the disk and in memory, before anything is simulated.

use std::path::{Path, PathBuf};

use equipoise_engine::Ensemble;
use equipoise_engine::ensemble::{MOST_WAITING, WINDOWED_FROM};
use equipoise_model::{Method, Scenario};
use miette::miette;

use super::Failure;
use crate::estimate::{Estimate, GroupSize, network_bytes};

/// What of the records is held in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Parts, until they are written.
    Parts,
    /// Networks, until they are complete.
    Networks,
    /// All, to be looked at in the end.
    Everything,
}

/// How often the neurons of a network are held while a checkpoint is put together and written.
const COPIES_OF_A_STATE: f64 = 4.0;
/// Jumps that nobody waits for: at 10^8 a second they take 30 years.
const MOST_JUMPS: f64 = 1e17;

/// Refuses a scenario whose records do not fit on the disk of `path`, whose networks do not fit in memory, or that
/// nobody would see the end of.
///
/// # Errors
/// [`Failure::Usage`] with what it would take, and what there is.
pub fn check_room(
    (scenario, ensemble): (&Scenario, &Ensemble<'_>),
    path: &Path,
    held: Held,
) -> Result<(), Failure> {
    let estimate = Estimate::new(scenario, &ensemble.times);
    comes_to_its_end(scenario, &estimate)?;
    let folder = existing_folder(path);
    if let Some(free) = free_bytes(&folder) {
        fits_on_disk(&estimate, free, &folder)?;
    }
    fits_in_memory((scenario, ensemble.share()), &estimate, held, memory_bytes())
}

/// The same for an ensemble of which nothing is written.
///
/// # Errors
/// As [`check_room`].
pub fn check_memory(scenario: &Scenario, times: &[f64], held: Held) -> Result<(), Failure> {
    let estimate = Estimate::new(scenario, times);
    comes_to_its_end(scenario, &estimate)?;
    fits_in_memory((scenario, 1.0), &estimate, held, memory_bytes())
}

/// Whether the states of networks that ranks share fit in the memory of rank 0, which puts them together for a checkpoint.
///
/// # Errors
/// What that takes, and what there is.
pub fn check_states(scenario: &Scenario, ensemble: &Ensemble<'_>) -> Result<(), String> {
    let bytes = COPIES_OF_A_STATE * network_bytes(&scenario.network, scenario.method);
    let memory = memory_bytes();
    if ensemble.share() >= 1.0 || bytes <= memory {
        return Ok(());
    }
    Err(format!(
        "a checkpoint of a network would take {} in the memory of rank 0, where there are {}: networks that are interrupted will begin again",
        human(bytes),
        human(memory)
    ))
}

fn comes_to_its_end(scenario: &Scenario, estimate: &Estimate) -> Result<(), Failure> {
    let leaps = matches!(scenario.method, Method::Leap(_));
    if leaps || estimate.jumps <= MOST_JUMPS {
        return Ok(());
    }
    Err(Failure::Usage(miette!(
        help = "take engine.method = \"leap\", a smaller n, lower rates, a shorter duration or fewer networks",
        "this would simulate about {:.0e} jumps, which takes years at any speed",
        estimate.jumps
    )))
}

fn fits_on_disk(estimate: &Estimate, free: f64, folder: &Path) -> Result<(), Failure> {
    let total = estimate.least_bytes();
    if total <= free {
        return Ok(());
    }
    let (about, parts) = largest(estimate);
    Err(Failure::Usage(miette!(
        help = "record fewer neurons, times or networks, or write to another disk with -o",
        "this would record {about}{} ({parts}), and {} are free in `{}`",
        human(total),
        human(free),
        folder.display()
    )))
}

fn fits_in_memory(
    (scenario, share): (&Scenario, f64),
    estimate: &Estimate,
    held: Held,
    memory: f64,
) -> Result<(), Failure> {
    let networks = networks_at_a_time(scenario);
    let records = match held {
        Held::Parts => (estimate.record_bytes() * networks).min(MOST_WAITING as f64),
        Held::Networks => estimate.record_bytes() * networks,
        Held::Everything => estimate.record_bytes() * scenario.replicates as f64,
    };
    let held = estimate.network_bytes * share * networks + records;
    if held <= memory {
        return Ok(());
    }
    let (about, parts) = largest(estimate);
    Err(Failure::Usage(miette!(
        help = "take a smaller n, record fewer neurons or times, or simulate fewer networks; `simulate` holds less than `validate`",
        "this would hold {about}{} in memory ({networks} networks at a time; of {parts}), and there are {}",
        human(held),
        human(memory)
    )))
}

/// How many networks the engine holds, if nothing else is asked for.
fn networks_at_a_time(scenario: &Scenario) -> f64 {
    if scenario.network.neuron_count() >= WINDOWED_FROM {
        return 1.0;
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    (cores as f64).min(scenario.replicates as f64)
}

/// "about " where a number is an expectation, and the groups that take a tenth or more.
fn largest(estimate: &Estimate) -> (&'static str, String) {
    let tenth = estimate.least_bytes() / 10.0;
    let large = estimate.groups.iter().filter(|group| group.least_bytes >= tenth);
    let about = if large.clone().any(|group| group.about) { "about " } else { "" };
    let part = |group: &GroupSize| format!("{} in /{}", human(group.least_bytes), group.group);
    (about, large.map(part).collect::<Vec<_>>().join(", "))
}

/// The folder of a file that may not be there yet, nor its folder.
fn existing_folder(path: &Path) -> PathBuf {
    let folders = path
        .ancestors()
        .skip(1)
        .map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    folders.into_iter().find(|folder| folder.is_dir()).unwrap_or(Path::new(".")).to_path_buf()
}

fn free_bytes(folder: &Path) -> Option<f64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail as f64 * disk.f_frsize as f64)
}

#[cfg(target_os = "linux")]
fn memory_bytes() -> f64 {
    let system = rustix::system::sysinfo();
    (system.totalram + system.totalswap) as f64 * f64::from(system.mem_unit)
}

/// Unknown: the system refuses what it does not have.
#[cfg(not(target_os = "linux"))]
fn memory_bytes() -> f64 {
    f64::INFINITY
}

/// In the largest unit of which there are one or more.
pub fn human(bytes: f64) -> String {
    const UNITS: [&str; 7] = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
    let power = if bytes < 1.0 { 0 } else { (bytes.log10() / 3.0).floor() as usize };
    match UNITS.get(power) {
        Some(unit) => {
            format!("{:.3} {unit}", bytes / 1000_f64.powi(power as i32)).replace(".000 ", " ")
        }
        None => format!("{bytes:.1e} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use equipoise_engine::{Ranks, Single};

    use super::*;

    #[test]
    fn sizes_are_readable() {
        assert_eq!(human(0.0), "0 bytes");
        assert_eq!(human(999.0), "999 bytes");
        assert_eq!(human(3.2e12), "3.200 TB");
        assert_eq!(human(1e30), "1.0e30 bytes");
    }

    fn scenario(assignments: &[&str]) -> Scenario {
        let text = include_str!("../../scenarios/recording.toml");
        let assignments: Vec<String> = assignments.iter().map(|&text| text.to_owned()).collect();
        let text = equipoise_model::scenario::overrides::apply(text, &assignments);
        Scenario::parse("recording.toml", &text.expect("sound")).expect("sound")
    }

    fn refusal(result: Result<(), Failure>) -> String {
        match result {
            Err(Failure::Usage(report)) => report.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_size() {
        let scenario = scenario(&["n=100000", "ensemble.replicates=1000"]);
        let estimate = Estimate::new(&scenario, &scenario.sampling.times());
        let message = refusal(fits_on_disk(&estimate, 1e9, Path::new("results")));
        assert!(message.contains("4.800 GB in /snapshots"), "{message}");
        assert!(message.contains("and 1 GB are free in `results`"), "{message}");
        assert!(fits_on_disk(&estimate, 1e12, Path::new("results")).is_ok());
        let message = refusal(fits_in_memory((&scenario, 1.0), &estimate, Held::Parts, 1e6));
        assert!(message.contains("in memory"), "{message}");
        assert!(fits_in_memory((&scenario, 1.0), &estimate, Held::Parts, 1.2e9).is_ok());
        assert!(fits_in_memory((&scenario, 1.0), &estimate, Held::Everything, 1.2e9).is_err());
        assert!(fits_in_memory((&scenario, 1.0), &estimate, Held::Everything, 1e15).is_ok());
        let vast = self::scenario(&["n=1e9", "record={}", "engine.method=leap"]);
        let estimate = Estimate::new(&vast, &vast.sampling.times());
        let fits = |share| fits_in_memory((&vast, share), &estimate, Held::Parts, 1e9).is_ok();
        assert_eq!((fits(1.0), fits(0.01)), (false, true));
    }

    /// The first of two ranks.
    #[derive(Debug)]
    struct First;

    impl Ranks for First {
        fn rank(&self) -> usize {
            0
        }

        fn size(&self) -> usize {
            2
        }

        fn send(&self, _: usize, _: &[u8]) {}

        fn receive(&self, _: usize) -> Vec<u8> {
            Vec::new()
        }

        fn poll(&self, _: Option<usize>) -> Option<(usize, Vec<u8>)> {
            None
        }
    }

    #[test]
    fn states_that_ranks_share_are_put_together_where_they_fit() {
        let check = |size: &str, ranks: &dyn Ranks| {
            let scenario = scenario(&[size, "record={}", "engine.method=leap"]);
            let ensemble = Ensemble { ranks, ..Ensemble::new(&scenario) };
            check_states(&scenario, &ensemble)
        };
        assert_eq!((check("n=1e6", &First), check("n=1e12", &Single)), (Ok(()), Ok(())));
        let why = check("n=1e12", &First).unwrap_err();
        assert!(why.contains("64 TB in the memory of rank 0"), "{why}");
    }

    #[test]
    fn what_fits_is_let_pass_and_what_never_ends_is_not() {
        let check = |scenario: &Scenario| {
            let ensemble = Ensemble::new(scenario);
            check_room((scenario, &ensemble), Path::new("result.h5"), Held::Parts)
        };
        assert!(check(&scenario(&["n=100", "ensemble.replicates=2"])).is_ok());
        let vast = scenario(&["n=1e9", "record={}"]);
        assert!(refusal(check(&vast)).contains("jumps, which takes years"));
    }

    #[test]
    fn a_folder_to_be_is_on_the_disk_of_its_parent() {
        assert_eq!(existing_folder(Path::new("nowhere/at/all/result.h5")), Path::new("."));
        assert_eq!(existing_folder(Path::new("result.h5")), Path::new("."));
        assert_eq!(existing_folder(Path::new("/nowhere/result.h5")), Path::new("/"));
    }
}
