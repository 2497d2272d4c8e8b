//! Reading a scenario file, with the replacements of the command line.

use std::fs;
use std::path::{Path, PathBuf};

use equipoise::model::scenario::overrides::{OverrideError, apply};
use equipoise::model::{InitialLaw, Scenario};
use equipoise::store::{Existing, Provenance};
use miette::{IntoDiagnostic, WrapErr};

use super::arguments::{Common, Persistence};
use super::failure::Failure;

/// Reads and checks the scenario.
pub fn read(common: &Common) -> Result<Scenario, Failure> {
    let path = &common.scenario;
    let text = fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
    let seed = common.seed.map(|seed| format!("seed={seed}"));
    let assignments: Vec<String> = common.set.iter().cloned().chain(seed).collect();
    let (name, text) = changed(path, text, &assignments)?;
    Ok(Scenario::parse(&name, &text)?)
}

/// What a file is called in messages, and its text with some fields replaced.
pub fn changed(
    path: &Path,
    text: String,
    assignments: &[String],
) -> Result<(String, String), Failure> {
    let name = path.display().to_string();
    match apply(&text, assignments) {
        Ok(changed) if assignments.is_empty() => Ok((name, changed)),
        Ok(changed) => Ok((format!("{name} (with --set)"), changed)),
        // Reading it says where it is broken.
        Err(OverrideError::Scenario) => Ok((name, text)),
        Err(error) => {
            let report = Err::<(), _>(error).into_diagnostic().wrap_err("--set was not understood");
            Err(Failure::Usage(report.unwrap_err()))
        }
    }
}

/// Name of the scenario file without its ending.
pub fn stem(common: &Common) -> String {
    let stem = common.scenario.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    stem.unwrap_or_else(|| "scenario".to_owned())
}

/// Where the result goes if the user has not said: `place("")`, or `place("-2")`, `place("-3")`, ... where there is a
/// result already. With `--force` always `place("")`.
pub fn fresh(common: &Common, place: impl Fn(&str) -> PathBuf) -> PathBuf {
    if common.force { place("") } else { untaken(place) }
}

/// The first of `place("")`, `place("-2")`, `place("-3")`, ... where there is nothing.
pub fn untaken(place: impl Fn(&str) -> PathBuf) -> PathBuf {
    let numbered = (2_u32..).map(|number| place(&format!("-{number}")));
    let mut places = std::iter::once(place("")).chain(numbered);
    places.find(|path| !is_taken(path)).unwrap_or_else(|| place(""))
}

/// Where the result goes if the user has not said: a [fresh](fresh) place, or with `--resume` that of the last run that was begun.
pub fn place(
    common: &Common,
    persistence: &Persistence,
    place: impl Fn(&str) -> PathBuf,
) -> PathBuf {
    if !persistence.resume {
        return fresh(common, place);
    }
    let numbered = (2_u32..).map(|number| format!("-{number}"));
    let places = std::iter::once(String::new()).chain(numbered).map(|number| place(&number));
    places.take_while(|path| is_taken(path)).last().unwrap_or_else(|| place(""))
}

/// Whether there is a result, or an unfinished one.
fn is_taken(path: &Path) -> bool {
    let mut partial = path.to_path_buf().into_os_string();
    partial.push(".partial");
    path.exists() || Path::new(&partial).exists()
}

/// Notes on what the theory assumes and this scenario may not have.
pub fn assumptions(scenario: &Scenario) -> Vec<String> {
    let populations = scenario.network.populations.iter();
    let listed = populations.filter(|population| {
        matches!(population.initial, InitialLaw::Values(_))
            && population.initial.central_moment(2) > 0.0
    });
    listed
        .map(|population| {
            format!(
                "note: the initial values of `{}` are a list, but the theory starts from a normal law of the same mean and \
                 variance; where the list is far from normal, it is off until the decay has forgotten it",
                population.name
            )
        })
        .collect()
}

/// What to do with an existing result file.
pub fn existing(common: &Common) -> Existing {
    if common.force { Existing::Replace } else { Existing::Refuse }
}

/// Root attributes of the result file.
pub fn provenance(scenario: &Scenario, common: &Common, command: &str) -> Provenance {
    let mut words = vec![command.to_owned(), shown(&common.scenario)];
    words.extend(common.set.iter().map(|assignment| format!("--set {assignment}")));
    words.extend(common.seed.map(|seed| format!("--seed {seed}")));
    equipoise::layout::provenance(scenario, &words.join(" "))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
