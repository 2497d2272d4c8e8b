//! `equipoise analyse --sweep PATH=FROM:TO:COUNT`: fixed points as a field of the scenario changes.

use std::fs;
use std::path::PathBuf;
use std::str::FromStr;

use equipoise::layout::sweep as groups;
use equipoise::limit::sweep::{Sweep, SweepError, sweep};
use equipoise::model::scenario::overrides::apply;
use equipoise::model::{InputError, Network, Scenario};
use equipoise::picture::bifurcation::bifurcation;
use equipoise::store::{Completion, ResultWriter};
use miette::{IntoDiagnostic, Report, WrapErr, miette};

use super::arguments::{Analyse, Common};
use super::failure::Failure;
use super::output::print;
use super::{Ending, scenario, table};

/// The field that is swept, and its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    pub path: String,
    pub from: f64,
    pub to: f64,
    pub count: usize,
}

impl Grid {
    /// `count` values from `from` to `to`, both included, at equal distances.
    pub fn values(&self) -> Vec<f64> {
        let last = self.count - 1;
        let between = |i: usize| (self.from * (last - i) as f64 + self.to * i as f64) / last as f64;
        let inner = (1..last).map(between);
        std::iter::once(self.from).chain(inner).chain([self.to]).collect()
    }
}

impl FromStr for Grid {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form =
            || "it must be PATH=FROM:TO:COUNT, as in populations.E.drive=-1:1:201".to_owned();
        let (path, range) = text.split_once('=').ok_or_else(form)?;
        let parts: Vec<&str> = range.split(':').map(str::trim).collect();
        let [from, to, count] = parts[..] else { return Err(form()) };
        let number = |part: &str| {
            let value = part.parse::<f64>().ok().filter(|value| value.is_finite());
            value.ok_or_else(|| format!("`{part}` is not a number; {}", form()))
        };
        let (from, to) = (number(from)?, number(to)?);
        let count =
            count.parse::<usize>().map_err(|_| format!("`{count}` is not a count; {}", form()))?;
        if from >= to {
            return Err(format!("{from} must be less than {to}"));
        }
        if count < 2 {
            return Err("there must be at least two values".to_owned());
        }
        Ok(Self { path: path.trim().to_owned(), from, to, count })
    }
}

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
    let swept = in_threads(common.threads, || solve(common, &scenario, grid, arguments.at))??;
    let mut writer = ResultWriter::create(&path, &provenance, scenario::existing(common))?;
    writer.write(&groups::sweep(&scenario, &grid.path, &swept))?;
    writer.write(&groups::special(&scenario, &grid.path, &swept))?;
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
        file: &path,
        picture: &picture,
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

/// Does work on so many threads.
pub fn in_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool =
        pool.map_err(|error| Failure::Usage(miette!("cannot start {threads} threads: {error}")))?;
    Ok(pool.install(work))
}

fn solve(common: &Common, scenario: &Scenario, grid: &Grid, time: f64) -> Result<Sweep, Failure> {
    let name = format!("{} (with --sweep)", common.scenario.display());
    let set = |value: f64| apply(&scenario.text, &[format!("{}={value:?}", grid.path)]);
    if let Err(error) = set(grid.from) {
        let report = Err::<(), _>(error).into_diagnostic().wrap_err("--sweep was not understood");
        return Err(Failure::Usage(report.unwrap_err()));
    }
    let network_at = |value: f64| -> Result<Network, InputError> {
        let text = set(value).expect("what can be set to one number can be set to any");
        Ok(Scenario::parse(&name, &text)?.network)
    };
    sweep(&network_at, &grid.values(), time).map_err(|error| match error {
        SweepError::Network { source, parameter } => Failure::Usage(
            Report::new(source).wrap_err(format!("with {} = {parameter}", grid.path)),
        ),
        error => Failure::Usage(Err::<(), _>(error).into_diagnostic().unwrap_err()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_has_both_of_its_ends() {
        let grid: Grid = "populations.E.drive=-1:0.5:4".parse().unwrap();
        assert_eq!(grid.path, "populations.E.drive");
        assert_eq!(grid.values(), [-1.0, -0.5, 0.0, 0.5]);
    }

    #[test]
    fn what_is_no_grid_is_refused_with_the_reason() {
        for (text, words) in [
            ("n", "PATH=FROM:TO:COUNT"),
            ("n=1:2", "PATH=FROM:TO:COUNT"),
            ("n=one:2:3", "`one` is not a number"),
            ("n=1:inf:3", "`inf` is not a number"),
            ("n=1:2:3.5", "`3.5` is not a count"),
            ("n=2:1:3", "2 must be less than 1"),
            ("n=1:2:1", "at least two"),
        ] {
            let error = text.parse::<Grid>().unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
