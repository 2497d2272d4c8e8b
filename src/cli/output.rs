//! Printing for readers who may have gone away (`| head`): that is no failure, and no reason to stop a run.

use std::io::{ErrorKind, Write, stderr, stdout};

use miette::miette;

use super::failure::Failure;

/// Prints results to standard output.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::File(miette!("cannot print the results: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints a line for people to standard error, if anybody reads it.
pub fn note(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}
