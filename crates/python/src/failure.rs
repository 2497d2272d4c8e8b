//! What can go wrong, as exceptions with the text that the command line prints.

use equipoise::job::Failure;
use pyo3::import_exception;
use pyo3::prelude::*;

import_exception!(equipoise._errors, FileError);
import_exception!(equipoise._errors, ScenarioError);
import_exception!(equipoise._errors, SimulationError);
import_exception!(equipoise._errors, TheoryError);
import_exception!(equipoise._errors, UsageError);

/// The exception of a failure.
pub fn raised(failure: &Failure) -> PyErr {
    let text = failure.text();
    match failure {
        Failure::Usage(_) => UsageError::new_err(text),
        Failure::Scenario(_) => ScenarioError::new_err(text),
        Failure::Simulation(_) => SimulationError::new_err(text),
        Failure::Theory(_) => TheoryError::new_err(text),
        Failure::File(_) => FileError::new_err(text),
    }
}

/// The same, of whatever becomes a failure.
pub fn raise(error: impl Into<Failure>) -> PyErr {
    raised(&error.into())
}
