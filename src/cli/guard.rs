//! Reading files that may come from anywhere, in a process of its own (`equipoise::job::reading` says why).
//!
//! The command ends with a message and an exit status whatever becomes of the child.

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus};

use equipoise::job::reading::{crashed, limit};
use miette::miette;

use super::failure::Failure;

/// Tells the child that it is the child.
const CHILD: &str = "EQUIPOISE_READS_HERE";

/// Whether this process is one that reads.
pub fn is_child() -> bool {
    env::var_os(CHILD).is_some()
}

/// Whether this process is the one that reads; if so, it is given limits.
pub fn reads_here(path: &Path) -> bool {
    let is_child = is_child();
    if is_child {
        limit(path);
    }
    is_child
}

/// The program, to be run as a child that reads.
pub fn child() -> std::io::Result<Command> {
    let mut child = Command::new(env::current_exe()?);
    child.env(CHILD, "1");
    Ok(child)
}

/// Runs the same command in a child process and returns its exit status.
///
/// # Errors
/// [`Failure::File`] if the child was ended by a signal.
pub fn run_in_child(path: &Path) -> Result<ExitCode, Failure> {
    let status = child().and_then(|mut child| child.args(env::args_os().skip(1)).status());
    let status = status.map_err(|error| cannot_start(path, &error))?;
    exit_code(status).ok_or_else(|| crashed(path, status))
}

/// What to say where no child can be started.
pub fn cannot_start(path: &Path, error: &std::io::Error) -> Failure {
    Failure::File(miette!("cannot start a process to read {}: {error}", path.display()))
}

fn exit_code(status: ExitStatus) -> Option<ExitCode> {
    // What a panic or a failed allocation leaves is no message of ours.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.filter(|code| *code != PANICKED).map(ExitCode::from)
}

/// Exit status of a program that panicked.
const PANICKED: u8 = 101;
