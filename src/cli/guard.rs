//! Reading files that may come from anywhere, in a process of its own.
//!
//! Files are read by a library in C, which can crash on damaged ones. What crashes then is the child
//! process; the command ends with a message and an exit status all the same.

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus};

use miette::miette;

use super::failure::Failure;

/// Tells the child that it is the child.
const CHILD: &str = "EQUIPOISE_READS_HERE";

/// Whether this process is the one that reads.
pub fn is_child() -> bool {
    env::var_os(CHILD).is_some()
}

/// Runs the same command in a child process and returns its exit status.
///
/// # Errors
/// [`Failure::File`] if the child was ended by a signal.
pub fn run_in_child(path: &Path) -> Result<ExitCode, Failure> {
    let program = env::current_exe();
    let child = program.and_then(|program| {
        Command::new(program).args(env::args_os().skip(1)).env(CHILD, "1").status()
    });
    let status = child.map_err(|error| {
        Failure::File(miette!("cannot start a process to read {}: {error}", path.display()))
    })?;
    exit_code(status).ok_or_else(|| {
        Failure::File(miette!(
            help = "it is damaged beyond what can be told; take another copy of it",
            "cannot read `{}`: the HDF5 library failed on it ({status})",
            path.display()
        ))
    })
}

fn exit_code(status: ExitStatus) -> Option<ExitCode> {
    // What a panic or a failed allocation leaves is no message of ours.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.filter(|code| *code != PANICKED).map(ExitCode::from)
}

/// Exit status of a program that panicked.
const PANICKED: u8 = 101;
