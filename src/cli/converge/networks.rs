//! The networks of a result file, read in a process of its own and handed over one by one.
//!
//! The child writes frames to its standard output, each a length and that many bytes: where the file comes from, then one network after the other.

use std::io::{ErrorKind, Read, Write, stdout};
use std::path::Path;
use std::process::Stdio;

use equipoise::job::reading::crashed;
use equipoise::layout::convergence::{read_networks, read_sizes};
use equipoise::store::{Header, Provenance, read_header};
use equipoise::validation::convergence::Sample;
use miette::{IntoDiagnostic, miette};
use serde::{Deserialize, Serialize};

use super::super::Ending;
use super::super::arguments::Networks;
use super::super::failure::Failure;
use super::super::guard::{cannot_start, child};

/// Where a file comes from.
#[derive(Debug, Serialize, Deserialize)]
pub struct Origin {
    /// Whether its run came to its end.
    pub complete: bool,
    /// The program that made it.
    pub source: String,
    /// The text of its scenario.
    pub scenario: String,
    /// Its seed.
    pub seed: u64,
    /// The sizes that it compares, if it is a summary.
    pub sizes: Vec<f64>,
}

impl Origin {
    fn new(header: Header, sizes: Vec<f64>) -> Self {
        let Header { provenance: Provenance { source, scenario, seed, .. }, complete, .. } = header;
        Self { complete, source, scenario, seed, sizes }
    }

    /// Whether it was made by this program from this scenario.
    pub fn is_of(&self, asked: &Provenance) -> bool {
        (&self.source, &self.scenario, self.seed) == (&asked.source, &asked.scenario, asked.seed)
    }

    /// What it should have been.
    pub fn provenance(&self) -> Provenance {
        let Self { source, scenario, seed, .. } = self;
        let (source, scenario) = (source.clone(), scenario.clone());
        Provenance { source, scenario, seed: *seed, ..Provenance::default() }
    }
}

/// The child: writes what a file holds.
pub fn write(arguments: &Networks) -> Result<Ending, Failure> {
    let origin = Origin::new(read_header(&arguments.file)?, read_sizes(&arguments.file)?);
    let mut out = stdout().lock();
    let mut frame = |bytes: Vec<u8>| {
        let length = (bytes.len() as u64).to_le_bytes();
        out.write_all(&length).and_then(|()| out.write_all(&bytes)).and_then(|()| out.flush())
    };
    let encode = "memory takes all that is written";
    let mut written = frame(postcard::to_stdvec(&origin).expect(encode));
    if !arguments.header && written.is_ok() {
        read_networks(&arguments.file, |sample| {
            written = frame(postcard::to_stdvec(&sample).expect(encode));
            written.is_ok()
        })?;
    }
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::File(miette!("cannot hand over the networks: {error}")))
        }
        _ => Ok(Ending::Done),
    }
}

/// Where a file comes from.
pub fn origin(path: &Path) -> Result<Origin, Failure> {
    read(path, true, |_| ())
}

/// The networks of a file, one by one.
pub fn each(path: &Path, take: impl FnMut(&Sample)) -> Result<(), Failure> {
    read(path, false, take).map(|_| ())
}

fn read(path: &Path, header: bool, mut take: impl FnMut(&Sample)) -> Result<Origin, Failure> {
    let started = child().and_then(|mut child| {
        child.arg("networks").args(header.then_some("--header")).arg(path);
        child.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
    });
    let mut child = started.map_err(|error| cannot_start(path, &error))?;
    let mut out = child.stdout.take().expect("it is piped");
    let mut origin = None;
    let mut sound = true;
    while let (true, Some(bytes)) = (sound, next(&mut out)) {
        sound = if origin.is_none() {
            origin = postcard::from_bytes(&bytes).ok();
            origin.is_some()
        } else {
            postcard::from_bytes(&bytes).map(|sample| take(&sample)).is_ok()
        };
    }
    drop(out);
    let ended = child.wait_with_output().map_err(|error| cannot_start(path, &error))?;
    match (origin, ended.status.code()) {
        (Some(origin), Some(0)) if sound => Ok(origin),
        (_, Some(2 | 3)) => {
            let words = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
            Err(Failure::File(
                miette!("cannot read the networks of `{}`", path.display()).wrap_err(words),
            ))
        }
        _ => Err(crashed(path, ended.status)),
    }
}

/// The next frame; nothing at the end, or where it is cut off.
fn next(out: &mut impl Read) -> Option<Vec<u8>> {
    let mut length = [0; 8];
    out.read_exact(&mut length).into_diagnostic().ok()?;
    let mut bytes = Vec::new();
    let length = u64::from_le_bytes(length);
    out.take(length).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == length).then_some(bytes)
}
