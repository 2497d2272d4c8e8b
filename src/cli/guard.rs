//! Reading files that may come from anywhere, in a process of its own.
//!
//! Files are read by a library in C, which on damaged ones can crash, ask for all the memory there is, or go round for
//! ever. What fails then is the child process; the command ends with a message and an exit status all the same.

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus};

use miette::miette;

use super::failure::Failure;

/// Tells the child that it is the child.
const CHILD: &str = "EQUIPOISE_READS_HERE";

/// Bytes that the child may have: blocks are small, and a damaged file can ask for any number.
#[cfg(target_os = "linux")]
const MOST_BYTES: u64 = 2 << 30;
/// Seconds of computing that the child may take, and more for each megabyte of the file: far more than it needs, and
/// some damage makes the library go round for ever.
#[cfg(target_os = "linux")]
const MOST_SECONDS: (u64, u64) = (5, 60);

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

#[cfg(target_os = "linux")]
fn limit(path: &Path) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let megabytes = std::fs::metadata(path).map_or(0, |file| file.len() >> 20);
    let seconds = MOST_SECONDS.0 + MOST_SECONDS.1 * megabytes;
    // Where there are no limits it can still be read.
    for (resource, most) in [(Resource::As, MOST_BYTES), (Resource::Cpu, seconds)] {
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
}

#[cfg(not(target_os = "linux"))]
fn limit(_: &Path) {}

/// The program, to be run as a child that reads.
pub fn child() -> std::io::Result<Command> {
    let mut child = Command::new(env::current_exe()?);
    child.env(CHILD, "1");
    Ok(child)
}

/// What to say of a file on which a child was ended by a signal.
pub fn crashed(path: &Path, status: ExitStatus) -> Failure {
    Failure::File(miette!(
        help = "it is damaged beyond what can be told; take another copy of it",
        "cannot read `{}`: the HDF5 library failed on it ({status})",
        path.display()
    ))
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
