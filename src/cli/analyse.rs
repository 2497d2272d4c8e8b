//! `equipoise analyse`: whether there is a balanced state, where, how stable and how fast.

use std::fs;
use std::path::Path;

use equipoise::limit::Analysis;
use equipoise::picture::phase_plane::{phase_plane, shown_populations};
use equipoise::table::analysis;
use miette::miette;

use super::arguments::Analyse;
use super::failure::Failure;
use super::output::{note, print};
use super::{Ending, scenario};

pub fn run(arguments: &Analyse) -> Result<Ending, Failure> {
    let common = &arguments.common;
    let scenario = scenario::read(common)?;
    if !(arguments.at.is_finite() && arguments.at >= 0.0) {
        return Err(Failure::Usage(miette!("--at {}: give a time from 0 on", arguments.at)));
    }
    let shown = shown_populations(&scenario.network, arguments.plane.as_deref())
        .map_err(|problem| Failure::Usage(miette!("--plane: {problem}")))?;
    let analysis = Analysis::new(&scenario.network, arguments.at);
    let mut drawn = None;
    if let Some(path) = &arguments.output {
        let picture = phase_plane(&scenario, &analysis, shown);
        match picture.map_err(|error| Failure::File(miette!("cannot draw: {error}")))? {
            Some(svg) => {
                write(path, &svg, common.force)?;
                drawn = Some(path.as_path());
            }
            None if !common.quiet => {
                note("note: no picture, which takes balance and two populations");
            }
            None => (),
        }
    }
    if common.json {
        print(&analysis::json(&scenario, &analysis, drawn))?;
    } else {
        let file = drawn.map_or_else(String::new, |path| format!("file: {}\n", path.display()));
        print(&format!("{}{file}", analysis::text(&scenario, &analysis)))?;
    }
    Ok(Ending::Done)
}

/// Writes a picture; replaces a file only with `--force`.
fn write(path: &Path, svg: &str, force: bool) -> Result<(), Failure> {
    if path.exists() && !force {
        return Err(Failure::File(miette!(
            help = "give another name, or --force to replace it",
            "{} already exists",
            path.display()
        )));
    }
    fs::write(path, svg)
        .map_err(|error| Failure::File(miette!("cannot write {}: {error}", path.display())))
}
