//! Reading a scenario file, with the replacements of the command line.

use std::fs;
use std::path::{Path, PathBuf};

pub use equipoise::job::scenario::{assumptions, changed};
use equipoise::model::Scenario;
use equipoise::store::{Existing, Provenance};

use super::arguments::{Common, Persistence};
use super::failure::Failure;

/// Reads and checks the scenario.
pub fn read(common: &Common) -> Result<Scenario, Failure> {
    let path = &common.scenario;
    let text = fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
    let seed = common.seed.map(|seed| format!("seed={seed}"));
    let assignments: Vec<String> = common.set.iter().cloned().chain(seed).collect();
    let (name, text) = changed(&shown(path), text, ("--set", &assignments))?;
    Ok(Scenario::parse(&name, &text)?)
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
