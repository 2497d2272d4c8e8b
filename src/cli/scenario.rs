//! Reading a scenario file, with the replacements of the command line.

use std::fs;
use std::path::{Path, PathBuf};

use equipoise::model::Scenario;
use equipoise::model::scenario::overrides::{OverrideError, apply};
use equipoise::store::{Existing, Provenance};
use miette::{IntoDiagnostic, WrapErr};

use super::arguments::Common;
use super::failure::Failure;

/// Reads and checks the scenario.
pub fn read(common: &Common) -> Result<Scenario, Failure> {
    let path = &common.scenario;
    let text = fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
    let seed = common.seed.map(|seed| format!("seed={seed}"));
    let assignments: Vec<String> = common.set.iter().cloned().chain(seed).collect();
    let name = path.display().to_string();
    let (name, text) = match apply(&text, &assignments) {
        Ok(changed) if assignments.is_empty() => (name, changed),
        Ok(changed) => (format!("{name} (with --set)"), changed),
        // Reading it says where it is broken.
        Err(OverrideError::Scenario) => (name, text),
        Err(error) => {
            let report = Err::<(), _>(error).into_diagnostic().wrap_err("--set was not understood");
            return Err(Failure::Usage(report.unwrap_err()));
        }
    };
    Ok(Scenario::parse(&name, &text)?)
}

/// Name of the scenario file without its ending.
pub fn stem(common: &Common) -> PathBuf {
    common.scenario.file_stem().map_or_else(|| PathBuf::from("scenario"), PathBuf::from)
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
