//! Simulating an ensemble into a file, with Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use equipoise::engine::{Ensemble, Headway, Outcome, Trajectory};
use equipoise::layout::record::record;
use equipoise::layout::trajectory::{GROWING, trajectory};
use equipoise::model::Scenario;
use equipoise::store::{Piece, ResultWriter, StoreError};
use indicatif::HumanCount;

use super::failure::Failure;
use super::output::note;
use super::progress::Progress;

/// Trajectories wait this long, at most, before they are written.
const WRITE_EVERY: Duration = Duration::from_secs(2);

/// A flag that Ctrl-C, SIGTERM and SIGHUP set. The second signal ends the program at once.
pub fn stop_on_signal() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    };
    // Without a handler a signal ends the program at once; the file is readable then, too.
    if let Err(error) = ctrlc::set_handler(handler) {
        note(&format!("note: Ctrl-C will end the run at once ({error})"));
    }
    stop
}

/// Simulates `ensemble`, appends every trajectory to the file and hands it to `watch`.
pub fn simulate(
    ensemble: &Ensemble<'_>,
    scenario: &Scenario,
    writer: &mut ResultWriter,
    quiet: bool,
    mut watch: impl FnMut(Trajectory),
) -> Result<Outcome, Failure> {
    let stop = stop_on_signal();
    let headway = Headway::default();
    let progress = Progress::new(ensemble, &headway, &scenario.sampling.time_unit);
    let mut waiting: Vec<Trajectory> = Vec::new();
    let mut written = Instant::now();
    let start = Instant::now();
    let groups = |trajectories: &[Trajectory]| {
        let mut groups = record(scenario, &ensemble.times, trajectories);
        groups.insert(0, (trajectory(scenario, &ensemble.times, trajectories), GROWING));
        groups
    };
    for (group, along) in groups(&[]) {
        let expected = if along == GROWING { scenario.replicates as usize } else { 0 };
        writer.declare(&group, &[(along, expected)])?;
    }
    let mut write = |waiting: &mut Vec<Trajectory>| -> Result<(), StoreError> {
        if !waiting.is_empty() {
            let pieces = groups(waiting).into_iter().map(|(mut group, along)| {
                let grows = |name: &String| name == along;
                group.variables.retain(|variable| variable.dimensions.iter().any(grows));
                let at = writer.length(&group.name, along).unwrap_or_default();
                Piece::new(group, &[(along, at)])
            });
            writer.place(&pieces.collect::<Vec<_>>())?;
        }
        waiting.drain(..).for_each(&mut watch);
        Ok(())
    };
    let outcome = std::thread::scope(|scope| {
        if !quiet {
            scope.spawn(|| progress.show());
        }
        let outcome = ensemble.run_reporting(&stop, &headway, |trajectory| {
            waiting.push(trajectory);
            if written.elapsed() > WRITE_EVERY {
                write(&mut waiting)?;
                written = Instant::now();
            }
            Ok(())
        });
        progress.stop();
        outcome
    })?;
    write(&mut waiting)?;
    if !quiet {
        let jumps = headway.jumps();
        let seconds = start.elapsed().as_secs_f64();
        let rate = jumps as f64 / seconds / 1e6;
        note(&format!(
            "simulated {} jumps in {seconds:.1} s ({rate:.1} million a second)",
            HumanCount(jumps)
        ));
    }
    Ok(outcome)
}
