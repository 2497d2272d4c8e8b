//! Figures and texts into a folder.

use std::fs;
use std::path::{Path, PathBuf};

use equipoise::picture::figure::{Figure, csv};
use miette::miette;

use super::failure::Failure;

/// Figures that have something to show, each as SVG and its data as CSV.
pub fn files(figures: &[Figure]) -> impl Iterator<Item = (String, String)> {
    figures.iter().filter(|figure| !figure.is_empty()).flat_map(|figure| {
        let name = |ending: &str| format!("{}.{ending}", figure.name);
        [(name("svg"), figure.file()), (name("csv"), csv::table(figure))]
    })
}

/// Refuses to go on where one of the files exists, but with `force`.
pub fn absent(paths: &[PathBuf], force: bool) -> Result<(), Failure> {
    match paths.iter().find(|path| path.exists() && !force) {
        None => Ok(()),
        Some(path) => Err(Failure::File(miette!(
            help = "give another folder, or --force to replace what is there",
            "{} already exists",
            path.display()
        ))),
    }
}

/// Writes texts under names in a folder; replaces files only with `force`.
pub fn write(
    folder: &Path,
    texts: impl Iterator<Item = (String, String)>,
    force: bool,
) -> Result<Vec<PathBuf>, Failure> {
    let failure = |path: &Path, error: &std::io::Error| {
        Failure::File(miette!("cannot write {}: {error}", path.display()))
    };
    let texts: Vec<(PathBuf, String)> =
        texts.map(|(name, text)| (folder.join(name), text)).collect();
    let paths: Vec<PathBuf> = texts.iter().map(|(path, _)| path.clone()).collect();
    absent(&paths, force)?;
    fs::create_dir_all(folder).map_err(|error| failure(folder, &error))?;
    for (path, text) in &texts {
        fs::write(path, text).map_err(|error| failure(path, &error))?;
    }
    Ok(paths)
}
