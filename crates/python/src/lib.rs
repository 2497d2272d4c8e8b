//! The compiled half of the Python package `equipoise`: from Python values to jobs of the library `equipoise`, and from
//! their results to NumPy arrays. What users see of it is written in Python, in `crates/python/equipoise`.
//!
//! * `scenario`: scenarios; `toml`: from mappings to the text that they are read from;
//! * `failure`: exceptions;
//! * `groups`: groups of variables as arrays, and back, without copies on the way out;
//! * `running`: jobs without the lock of the interpreter, with Ctrl-C and progress;
//! * `theory`, `ensemble`, `convergence`, `worth`, `cells`: the jobs; `files`: what users write, and results as files; `reading`: the same files in a process of its own.

#![allow(clippy::needless_pass_by_value, reason = "what comes from Python is owned")]

mod cells;
mod convergence;
mod ensemble;
mod failure;
mod files;
mod groups;
mod reading;
mod running;
mod scenario;
mod theory;
mod toml;
mod worth;

use pyo3::prelude::*;

/// The compiled half of `equipoise`; not for users.
#[pymodule]
mod _equipoise {
    #[pymodule_export]
    use super::cells::derive;
    #[pymodule_export]
    use super::convergence::converge;
    #[pymodule_export]
    use super::ensemble::{at_rest, simulate, validate};
    #[pymodule_export]
    use super::files::{read_cells, read_scenario, report, save, templates};
    #[pymodule_export]
    use super::reading::{describe, limit_reading, read_parts, reading_failed, summary};
    #[pymodule_export]
    use super::scenario::Scenario;
    #[pymodule_export]
    use super::theory::{analyse, fluctuations, sweep, theory};
    #[pymodule_export]
    use super::toml::{text_of, value_of};
    #[pymodule_export]
    use super::worth::energy;

    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "the name is that of Python")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
