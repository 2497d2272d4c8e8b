//! How a failure is told.

use std::process::ExitCode;

pub use equipoise::job::Failure;

use super::output::note;

/// Prints what went wrong and returns the exit status.
pub fn report(failure: Failure) -> ExitCode {
    let status = failure.status();
    note(&format!("{:?}", failure.into_report()));
    ExitCode::from(status)
}
