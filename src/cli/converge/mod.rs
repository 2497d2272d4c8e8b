//! `equipoise converge`: errors against the limit at several sizes, measured and expected, and the exponent with which they fall.
//!
//! * `networks`: reading what was simulated;
//! * `place`: what is in the folder already.
//!
//! Each size is an ordinary result file, so that what was simulated once need not be again: one that is complete is taken as it is, one that was interrupted goes on.

pub mod networks;
mod place;

use std::fs;
use std::path::Path;
use std::time::Duration;

use equipoise::engine::{Ensemble, Outcome, Ranks, Trajectory};
use equipoise::job::convergence::{Asked, Simulated, Size, find as found, plan};
use equipoise::job::room::{Held, check_room};
use equipoise::model::Scenario;
use equipoise::picture::convergence::convergence as draw;
use equipoise::report;
use equipoise::store::{Completion, Existing, Provenance, ResultWriter};
use equipoise::table::{self, ConvergenceReport as Report};
use equipoise::validation::convergence::Measured;
use equipoise::validation::convergence::verdict::OfSize;
use miette::miette;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::arguments::{self, Common, Converge};
use super::ensemble::{Simulation, Terms, Watch};
use super::failure::Failure;
use super::output::{note, print};
use super::{Ending, cost, scenario};

use place::{Place, State};

/// Nothing is looked at while it is simulated: all is in the file.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Nothing;

impl Watch for Nothing {
    const COMMAND: &str = "converge";
    const PART: usize = 1 << 22;

    fn watch(&mut self, _: &Trajectory, _: bool) {}
}

pub fn run(arguments: &Converge, ranks: &dyn Ranks) -> Result<Ending, Failure> {
    let common = &arguments.common;
    let base = scenario::read(common)?;
    let sizes = plan(&base, &asked(arguments), common.threads)?;
    let default = || format!("results/{}-convergence", scenario::stem(common)).into();
    let folder = arguments.output.clone().unwrap_or_else(default);
    let provenances: Vec<Provenance> =
        sizes.iter().map(|size| scenario::provenance(&size.scenario, common, "converge")).collect();
    let summary = scenario::provenance(&base, common, "converge");
    // All that may be in the way is found out before anything is simulated.
    let place = Place::look(&folder, &sizes, &provenances, &summary, common.force)?;
    if arguments.dry_run {
        return tell_plan(&base, &sizes, &place, common);
    }
    if !common.quiet {
        announce(&base, &sizes, &place, common);
    }
    fs::create_dir_all(&folder).map_err(|error| {
        Failure::File(miette!("cannot make the folder {}: {error}", folder.display()))
    })?;
    for (number, (size, provenance)) in sizes.iter().zip(&provenances).enumerate() {
        let (path, state) = &place.files[number];
        if *state == State::Complete {
            continue;
        }
        if !common.quiet {
            let n = size.scenario.network.size;
            note(&format!("n = {n} ({} of {}):", number + 1, sizes.len()));
        }
        if simulate(size, path, *state, provenance, (arguments, ranks))? == Outcome::Interrupted {
            return interrupted(number, &sizes, &folder, common);
        }
    }
    find(&base, &sizes, &place, &summary, common)
}

fn asked(arguments: &Converge) -> Asked {
    let Converge { sizes, precision, networks, method, .. } = arguments;
    let method = match method {
        arguments::Simulated::Auto => Simulated::Auto,
        arguments::Simulated::Exact => Simulated::Exact,
        arguments::Simulated::Leap => Simulated::Leap,
    };
    Asked { sizes: sizes.clone(), precision: *precision, networks: *networks, method }
}

/// Simulates the networks of a size into its file.
fn simulate(
    size: &Size,
    path: &Path,
    state: State,
    provenance: &Provenance,
    (arguments, ranks): (&Converge, &dyn Ranks),
) -> Result<Outcome, Failure> {
    let scenario = &size.scenario;
    let mut ensemble = Ensemble::new(scenario);
    (ensemble.threads, ensemble.ranks) = (arguments.common.threads, ranks);
    ensemble.check()?;
    let resume = state == State::Unfinished;
    if !resume {
        check_room((scenario, &ensemble), path, Held::Parts)?;
    }
    let terms = Terms {
        resume,
        existing: if state == State::InTheWay { Existing::Replace } else { Existing::Refuse },
        pause: Duration::from_secs_f64(arguments.checkpoint),
        quiet: arguments.common.quiet,
        shards: false,
    };
    let mut simulation =
        Simulation::begin((&ensemble, scenario), (path, provenance), terms, Nothing)?;
    let outcome = simulation.run()?;
    let completion = match outcome {
        Outcome::Interrupted => Completion::Incomplete,
        Outcome::Complete => Completion::Complete,
    };
    simulation.writer.finish(completion)?;
    Ok(outcome)
}

/// Reads all sizes, compares, writes and prints what was found.
fn find(
    base: &Scenario,
    sizes: &[Size],
    place: &Place,
    provenance: &Provenance,
    common: &Common,
) -> Result<Ending, Failure> {
    let measured = sizes.iter().zip(&place.files).map(|(size, (path, _))| {
        let mut measured = Measured::new(&size.expected);
        networks::each(path, |sample| measured.push(&size.expected, sample))?;
        if measured.networks() as u64 == size.scenario.replicates {
            return Ok(measured);
        }
        Err(Failure::File(miette!(
            help = "remove the file, or simulate it anew with --force",
            "`{}` should hold {} networks, and {} can be read",
            path.display(),
            size.scenario.replicates,
            measured.networks()
        )))
    });
    let measured = measured.collect::<Result<Vec<Measured>, Failure>>()?;
    let of_sizes: Vec<OfSize<'_>> = sizes.iter().map(|s| &s.expected).zip(&measured).collect();
    let methods: Vec<&str> = sizes.iter().map(|size| size.scenario.method.name()).collect();
    let (found, group) = found(base, sizes, &measured);
    let mut writer = ResultWriter::create(&place.summary, provenance, Existing::Replace)?;
    writer.write(&group)?;
    let names = base.network.population_names();
    let numbers: Vec<f64> = sizes.iter().map(|size| size.expected.size).collect();
    let drawn = draw(&base.title, &names, &numbers, &found);
    let drawn =
        drawn.map_err(|error| Failure::File(miette!("cannot draw the picture: {error}")))?;
    fs::write(&place.picture, drawn).map_err(|error| {
        Failure::File(miette!("cannot write {}: {error}", place.picture.display()))
    })?;
    let file = writer.finish(Completion::Complete)?;
    let reported = report::html(&file).and_then(|html| report::write(&html, &place.page, true));
    let report = Report {
        scenario: base,
        sizes: &of_sizes,
        methods: &methods,
        found: &found,
        file: Some(&file),
        picture: Some(&place.picture),
        page: reported.is_ok().then_some(place.page.as_path()),
    };
    if common.json {
        print(&format!("{:#}\n", table::convergence_json(&report)))?;
    } else {
        print(&table::convergence_text(&report))?;
    }
    // What was found is there, and printed, whatever became of its report.
    reported?;
    Ok(if found.holds() { Ending::Done } else { Ending::ComparisonFailed })
}

fn interrupted(
    done: usize,
    sizes: &[Size],
    folder: &Path,
    common: &Common,
) -> Result<Ending, Failure> {
    if common.json {
        let done: Vec<f64> = sizes[..done].iter().map(|size| size.expected.size).collect();
        let object =
            json!({ "complete": false, "sizes": done, "folder": folder.display().to_string() });
        print(&format!("{object:#}\n"))?;
    }
    if !common.quiet {
        note(&format!(
            "interrupted; {done} of {} sizes are complete in {}; the same command goes on from here",
            sizes.len(),
            folder.display()
        ));
    }
    Ok(Ending::Interrupted)
}

/// Says what will be simulated.
fn announce(base: &Scenario, sizes: &[Size], place: &Place, common: &Common) {
    for line in scenario::assumptions(base) {
        note(&line);
    }
    if let Some(end) = &sizes[0].expected.limit.end {
        note(&format!("warning: {end}; errors are compared before it"));
    }
    note(&table::plan_text(base, &rows(sizes, place, common)));
}

/// A row of the plan for each size.
fn rows(sizes: &[Size], place: &Place, common: &Common) -> Vec<table::Planned> {
    let cores = cost::cores(common) as f64;
    let row = |(size, (_, state)): (&Size, &(_, State))| table::Planned {
        size: size.expected.size,
        method: size.scenario.method.name(),
        networks: size.scenario.replicates,
        seconds: if *state == State::Complete { 0.0 } else { size.seconds / cores },
        state: state.name(),
        is_tested: size.expected.validity.holds(),
    };
    sizes.iter().zip(&place.files).map(row).collect()
}

/// `--dry-run`.
fn tell_plan(
    base: &Scenario,
    sizes: &[Size],
    place: &Place,
    common: &Common,
) -> Result<Ending, Failure> {
    let rows = rows(sizes, place, common);
    if common.json {
        print(&format!("{:#}\n", table::plan_json(base, &rows)))?;
    } else {
        print(&format!("{}\n", table::plan_text(base, &rows)))?;
    }
    Ok(Ending::Done)
}
