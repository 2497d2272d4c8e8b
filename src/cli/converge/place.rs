//! The folder of a study: what is there already, and whether it belongs to it.

use std::path::{Path, PathBuf};

use equipoise::job::convergence::Size;
use equipoise::store::Provenance;
use miette::miette;

use super::super::ensemble::difference;
use super::super::failure::Failure;
use super::networks::{Origin, origin};

/// What there is of a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Missing,
    /// All of it.
    Complete,
    /// A run that was ended before its end.
    Unfinished,
    /// Something else, which is to be replaced.
    InTheWay,
}

impl State {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "to do",
            Self::Complete => "done",
            Self::Unfinished => "goes on",
            Self::InTheWay => "replaced",
        }
    }
}

/// The files of a study.
#[derive(Debug)]
pub struct Place {
    /// Of each size.
    pub files: Vec<(PathBuf, State)>,
    /// What is found.
    pub summary: PathBuf,
    /// Its picture.
    pub picture: PathBuf,
    /// Its report.
    pub page: PathBuf,
}

impl Place {
    /// Looks what is in the folder.
    ///
    /// # Errors
    /// [`Failure`] for a file that belongs to another study and may not be replaced, or cannot be read.
    pub fn look(
        folder: &Path,
        sizes: &[Size],
        provenances: &[Provenance],
        summary: &Provenance,
        force: bool,
    ) -> Result<Self, Failure> {
        let of_size = |(size, provenance): (&Size, &Provenance)| {
            let path = folder.join(format!("n-{}.h5", size.expected.size));
            let state = look(&path, provenance, force)?;
            Ok((path, state))
        };
        let files = sizes.iter().zip(provenances).map(of_size).collect::<Result<_, Failure>>()?;
        let path = folder.join("convergence.h5");
        look(&path, summary, force)?;
        if path.exists() && !force {
            let numbers: Vec<f64> = sizes.iter().map(|size| size.expected.size).collect();
            keeps(&path, &numbers)?;
        }
        let (picture, page) = (path.with_extension("svg"), path.with_extension("html"));
        for (made, what) in [(&picture, "picture"), (&page, "report")] {
            if made.exists() && !path.exists() && !force {
                return Err(Failure::File(miette!(
                    help = "give another folder with -o, or --force to replace it",
                    "{} is there already, without the result that it would be the {what} of",
                    made.display()
                )));
            }
        }
        Ok(Self { files, summary: path, picture, page })
    }
}

/// What there is at a path.
fn look(path: &Path, asked: &Provenance, force: bool) -> Result<State, Failure> {
    let mut partial = path.to_path_buf().into_os_string();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let Some(found) = [path, &partial].into_iter().find(|path| path.exists()) else {
        return Ok(State::Missing);
    };
    let origin = match origin(found) {
        Ok(origin) => origin,
        Err(_) if force => return Ok(State::InTheWay),
        Err(failure) => return Err(failure),
    };
    match (origin.is_of(asked), origin.complete && found == path) {
        (true, true) => Ok(State::Complete),
        _ if force => Ok(State::InTheWay),
        (true, false) => Ok(State::Unfinished),
        (false, _) => Err(foreign(found, &origin, asked)),
    }
}

/// Whether a summary of these sizes has all of the one that is there, which it replaces.
fn keeps(path: &Path, sizes: &[f64]) -> Result<(), Failure> {
    let is_left_out = |size: &f64| !sizes.contains(size);
    let lost: Vec<String> =
        origin(path)?.sizes.into_iter().filter(is_left_out).map(|size| size.to_string()).collect();
    if lost.is_empty() {
        return Ok(());
    }
    Err(Failure::Usage(miette!(
        help =
            "give these sizes, too, or another folder with -o, or --force to replace what is there",
        "`{}` compares n = {}, too, which would be lost",
        path.display(),
        lost.join(", ")
    )))
}

fn foreign(path: &Path, found: &Origin, asked: &Provenance) -> Failure {
    let why = if found.source != asked.source {
        format!("it was made by {}, and this is {}", found.source, asked.source)
    } else if found.scenario == asked.scenario {
        format!("its seed is {}, and that asked for is {}", found.seed, asked.seed)
    } else {
        difference(&found.provenance(), asked)
    };
    Failure::Usage(miette!(
        help = "give another folder with -o, or --force to replace what is there",
        "`{}` is of another study: {why}",
        path.display()
    ))
}
