//! Results as files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use equipoise::layout::provenance;
use equipoise::report::{ReportError, html, write};
use equipoise::store::{Completion, Existing, ResultWriter, StoreError};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::failure::raise;
use crate::groups::groups;
use crate::scenario::Scenario;

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
