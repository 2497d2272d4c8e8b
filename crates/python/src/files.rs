//! Files: what users write, and results.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use equipoise::job::Failure;
use equipoise::layout::provenance;
use equipoise::report::{ReportError, html, write};
use equipoise::store::{Completion, Existing, ResultWriter, StoreError};
use equipoise::template::Template;
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::failure::{raise, raised};
use crate::groups::groups;
use crate::scenario::Scenario;

/// Files to start from: name, what it is, name of the file, text.
#[pyfunction]
pub fn templates() -> Vec<(&'static str, &'static str, String, &'static str)> {
    let words =
        |template: Template| (template.name(), template.what(), template.file(), template.text());
    Template::ALL.map(words).into()
}

/// The text of a scenario file.
#[pyfunction]
pub fn read_scenario(path: &str) -> PyResult<String> {
    read(path, Failure::unreadable)
}

/// The text of a cell file.
#[pyfunction]
pub fn read_cells(path: &str) -> PyResult<String> {
    read(path, Failure::unreadable_cells)
}

fn read(path: &str, failure: fn(&Path, &io::Error) -> Failure) -> PyResult<String> {
    let path = Path::new(path);
    fs::read_to_string(path).map_err(|error| raised(&failure(path, &error)))
}

/// Writes groups as `command` of the command line would, and returns where they are.
#[pyfunction]
pub fn save(
    py: Python<'_>,
    path: &str,
    scenario: &Scenario,
    command: (String, f64),
    arrays: &Bound<'_, PyList>,
    force: bool,
) -> PyResult<PathBuf> {
    let (command, seconds) = command;
    let groups = groups(arrays)?;
    let provenance = provenance(&scenario.scenario, &command);
    let existing = if force { Existing::Replace } else { Existing::Refuse };
    let write = || -> Result<PathBuf, StoreError> {
        let writer = ResultWriter::create(Path::new(path), &provenance, existing)?;
        let mut writer =
            writer.with_elapsed(Duration::try_from_secs_f64(seconds).unwrap_or_default());
        writer.write_all(&groups)?;
        writer.finish(Completion::Complete)
    };
    py.detach(write).map_err(raise)
}

/// Writes the report of a result file.
#[pyfunction]
pub fn report(py: Python<'_>, file: &str, page: &str, force: bool) -> PyResult<()> {
    let make =
        || -> Result<(), ReportError> { write(&html(Path::new(file))?, Path::new(page), force) };
    py.detach(make).map_err(raise)
}
