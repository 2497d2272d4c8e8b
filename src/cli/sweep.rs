//! `equipoise analyse --sweep PATH=FROM:TO:COUNT`: fixed points as a field of the scenario changes.

use std::fs;
use std::path::PathBuf;

use equipoise::job::sweep::{Grid, groups, in_threads, solve};
use equipoise::picture::bifurcation::bifurcation;
use equipoise::store::{Completion, ResultWriter};
use equipoise::table;
use miette::miette;

use super::arguments::{Analyse, Common};
use super::failure::Failure;
use super::output::print;
use super::{Ending, scenario};

/// Sweeps, prints, and writes the result and its picture.
pub fn run(arguments: &Analyse, grid: &Grid) -> Result<Ending, Failure> {
    let common = &arguments.common;
    let scenario = scenario::read(common)?;
    let name = scenario::stem(common);
    let default = || scenario::fresh(common, |number| format!("{name}-sweep{number}.h5").into());
    let path = arguments.output.clone().unwrap_or_else(default);
    let picture = picture_beside(common, &path)?;
    let command = format!("analyse --sweep {}={}:{}:{}", grid.path, grid.from, grid.to, grid.count);
    let provenance = scenario::provenance(&scenario, common, &command);
    let name = common.scenario.display().to_string();
    let swept =
        in_threads(common.threads, || solve(&scenario, (&name, "--sweep"), grid, arguments.at))??;
    let mut writer = ResultWriter::create(&path, &provenance, scenario::existing(common))?;
    writer.write_all(&groups(&scenario, grid, &swept))?;
    let path = writer.finish(Completion::Complete)?;
    let unit = &scenario.sampling.time_unit;
    let drawn = bifurcation(&scenario.title, &grid.path, unit, &swept);
    let drawn =
        drawn.map_err(|error| Failure::File(miette!("cannot draw the picture: {error}")))?;
    fs::write(&picture, drawn)
        .map_err(|error| Failure::File(miette!("cannot write {}: {error}", picture.display())))?;
    let report = table::SweepReport {
        scenario: &scenario,
        grid,
        sweep: &swept,
        file: Some(&path),
        picture: Some(&picture),
    };
    if common.json {
        print(&format!("{:#}\n", table::sweep_json(&report)))?;
    } else {
        print(&table::sweep_text(&report))?;
    }
    Ok(Ending::Done)
}

/// Where the picture goes: beside the result, where there must be none yet, unless `--force` is given.
fn picture_beside(common: &Common, result: &PathBuf) -> Result<PathBuf, Failure> {
    let picture = result.with_extension("svg");
    if picture == *result {
        return Err(Failure::Usage(miette!(
            "{} is for the picture; name the result otherwise",
            result.display()
        )));
    }
    if picture.exists() && !common.force {
        return Err(Failure::File(miette!(
            help = "give another name with -o, or --force to replace it",
            "{} already exists",
            picture.display()
        )));
    }
    Ok(picture)
}
