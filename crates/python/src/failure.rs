//! What can go wrong, as exceptions with the text that the command line prints, where options are arguments.

use equipoise::job::Failure;
use pyo3::import_exception;
use pyo3::prelude::*;

import_exception!(equipoise._errors, FileError);
import_exception!(equipoise._errors, ScenarioError);
import_exception!(equipoise._errors, SimulationError);
import_exception!(equipoise._errors, TheoryError);
import_exception!(equipoise._errors, UsageError);

/// Words of the command line, and what they are here: options are arguments.
const ARGUMENTS: [(&str, &str); 6] = [
    ("--force", "force=True"),
    ("--budget", "budget"),
    ("--drive", "drive"),
    ("--sweep", "sweep"),
    ("`equipoise init` writes one", "`equipoise.template` has one"),
    ("`equipoise init conductances` writes one", "`equipoise.template` has one"),
];

/// A text of the command line with the names that things have in Python.
pub fn in_python(text: &str) -> String {
    ARGUMENTS.iter().fold(text.to_owned(), |text, (option, name)| text.replace(option, name))
}

/// The exception of a failure.
pub fn raised(failure: &Failure) -> PyErr {
    let text = in_python(&failure.text());
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
