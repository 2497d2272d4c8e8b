//! Printing for readers who may have gone away (`| head`): that is no failure, and no reason to stop a run.

use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};

use miette::miette;
use terminal_size::terminal_size_of;

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

/// Letters of a line of standard output: those of the terminal, or any number.
pub fn width() -> usize {
    terminal_size_of(stdout()).map_or(usize::MAX, |(width, _)| usize::from(width.0))
}

/// Whether what stands on standard error can be drawn anew: on a terminal that can move its cursor.
pub fn is_live() -> bool {
    stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|name| name != "dumb")
}
