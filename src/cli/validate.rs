//! `equipoise validate`: ensemble, theory, comparison, report.

use std::fs;

use equipoise::cost::Cost;
use equipoise::engine::{Ensemble, Outcome, Ranks};
use equipoise::job::room::{Held, check_room};
use equipoise::job::validation::{Validation, enough_networks};
use equipoise::report::{self, ReportError};
use equipoise::store::Completion;
use equipoise::table::{self, Report};
use equipoise::validation::Observed;
use miette::miette;
use serde_json::json;

use super::arguments::Validate;
use super::ensemble::{Simulation, Terms};
use super::failure::Failure;
use super::output::{note, print};
use super::{Ending, cost, interrupted, scenario};

pub fn run(arguments: &Validate, ranks: &dyn Ranks) -> Result<Ending, Failure> {
    let common = &arguments.common;
    let mut scenario = scenario::read(common)?;
    enough_networks(&scenario)?;
    let cost = Cost::new(&scenario, &scenario.sampling.times());
    scenario.method = cost.method;
    if arguments.persistence.dry_run {
        return cost::print_cost(&cost, &scenario, common);
    }
    let mut ensemble = Ensemble::new(&scenario);
    (ensemble.threads, ensemble.ranks) = (common.threads, ranks);
    ensemble.check()?;
    let validation = Validation::new(&scenario)?;
    if !common.quiet {
        validation.notes(&scenario).iter().for_each(|line| note(line));
    }

    let name = scenario::stem(common);
    let path = match &arguments.output {
        Some(folder) => folder.join("result.h5"),
        None => scenario::place(common, &arguments.persistence, |number| {
            ["results", &format!("{name}{number}"), "result.h5"].iter().collect()
        }),
    };
    if !arguments.persistence.resume {
        check_room((&scenario, &ensemble), &path, Held::Everything)?;
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| {
            Failure::File(miette!("cannot make the folder {}: {error}", folder.display()))
        })?;
    }
    let page = path.with_file_name("report.html");
    // It belongs to the result: of a run that goes on it is made anew.
    if page.exists() && !common.force && !arguments.persistence.resume {
        return Err(ReportError::Exists { path: page }.into());
    }
    cost::announce(&cost, common);
    let provenance = scenario::provenance(&scenario, common, "validate");
    let mut simulation = Simulation::begin(
        (&ensemble, &scenario),
        (&path, &provenance),
        Terms::new(common, &arguments.persistence),
        Observed::new(ensemble.times.len()),
    )?;
    simulation.writer.write_missing(&validation.predicted(&scenario))?;
    let outcome = simulation.run()?;
    let Simulation { mut writer, watched: observed, .. } = simulation;
    if outcome == Outcome::Interrupted {
        let path = writer.finish(Completion::Incomplete)?;
        if common.json {
            let summary = json!({
                "title": scenario.title, "n": scenario.network.size, "replicates": observed.replicates(),
                "complete": false, "file": path.display().to_string(),
            });
            print(&format!("{summary:#}\n"))?;
        }
        if !common.quiet {
            note(&interrupted(observed.replicates(), &path));
        }
        return Ok(Ending::Interrupted);
    }

    let (verdict, compared) = validation.compare(&scenario, &observed);
    writer.write_missing(&compared)?;
    let path = writer.finish(Completion::Complete)?;
    let reported = report::html(&path).and_then(|html| report::write(&html, &page, true));

    let report = Report {
        scenario: &scenario,
        times: &ensemble.times,
        replicates: observed.replicates(),
        prediction: &validation.prediction,
        verdict: &verdict,
        file: Some(&path),
        page: reported.is_ok().then_some(page.as_path()),
    };
    if common.json {
        print(&format!("{}\n", table::json(&report)))?;
    } else {
        print(&table::text(&report))?;
    }
    // The result is there, and printed, whatever became of its report.
    reported?;
    Ok(if verdict.holds() { Ending::Done } else { Ending::ComparisonFailed })
}
