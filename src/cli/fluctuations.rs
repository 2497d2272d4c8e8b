//! `equipoise fluctuations`: what one network does around its stationary state.

use equipoise::cost::Cost;
use equipoise::engine::{Ensemble, Headway, Outcome};
use equipoise::job::at_rest as job;
use equipoise::job::fluctuations::{Asked, find};
use equipoise::layout::at_rest;
use equipoise::layout::fluctuations::{Axes, Fluctuations as Found, groups};
use equipoise::limit::Complex;
use equipoise::model::Scenario;
use equipoise::store::{Completion, ResultWriter};
use equipoise::table;
use equipoise::validation::{AtRest, RestVerdict};
use nalgebra::DMatrix;
use serde_json::json;

use super::arguments::{Common, Fluctuations};
use super::ensemble::stop_on_signal;
use super::failure::Failure;
use super::output::{note, print};
use super::progress::Progress;
use super::{Ending, cost, scenario};

pub fn run(arguments: &Fluctuations) -> Result<Ending, Failure> {
    let common = &arguments.common;
    let scenario = scenario::read(common)?;
    let Fluctuations { frequencies, at, window, .. } = arguments;
    let asked = Asked { frequencies: *frequencies, at: *at, window: *window };
    let (found, axes, missing) = find(&scenario, &asked)?;
    if !common.quiet {
        for line in &missing {
            note(&format!("note: {line}"));
        }
    }
    let begun = arguments.simulate.map(|count| begin(&scenario, &asked, count)).transpose()?;
    let name = scenario::stem(common);
    let default =
        || scenario::fresh(common, |number| format!("{name}-fluctuations{number}.h5").into());
    let path = arguments.output.clone().unwrap_or_else(default);
    let provenance = scenario::provenance(&scenario, common, "fluctuations");
    let mut writer = ResultWriter::create(&path, &provenance, scenario::existing(common))?;
    writer.write_all(&groups(&scenario, &found, &axes))?;
    let compared = begun.as_ref().map(|(rest, simulated)| compare(rest, simulated, common));
    let (verdict, outcome) = compared.transpose()?.unwrap_or((None, Outcome::Complete));
    if let Some(verdict) = &verdict {
        writer.write_all(&at_rest::groups(&scenario, verdict))?;
    }
    let is_whole = outcome == Outcome::Complete;
    let completion = if is_whole { Completion::Complete } else { Completion::Incomplete };
    let path = writer.finish(completion)?;
    if common.json {
        let mut object = json(&scenario, &found, &axes);
        object["at_rest"] =
            verdict.as_ref().map(|verdict| table::at_rest::json(&scenario, verdict)).into();
        object["file"] = path.display().to_string().into();
        print(&format!("{object:#}\n"))?;
    } else {
        let mut table = table::fluctuations(&scenario, &found, &axes);
        table.extend(verdict.as_ref().map(|verdict| table::at_rest::text(&scenario, verdict)));
        print(&format!("{table}file: {}\n", path.display()))?;
    }
    if !is_whole {
        if !common.quiet {
            note(match &verdict {
                Some(_) => "interrupted; the networks that are complete were compared",
                None => "interrupted before two networks were complete; nothing was compared",
            });
        }
        return Ok(Ending::Interrupted);
    }
    let holds = verdict.is_none_or(|verdict| verdict.holds());
    Ok(if holds { Ending::Done } else { Ending::ComparisonFailed })
}

/// A network at rest, and the scenario by which it is simulated; refused before any file is there.
fn begin(scenario: &Scenario, asked: &Asked, count: u64) -> Result<(AtRest, Scenario), Failure> {
    let rest = job::at_rest(scenario, asked)?;
    let simulated = job::simulated(&rest, scenario, count)?;
    Ok((rest, simulated))
}

/// Simulates networks at rest, and says how far they are.
fn compare(
    rest: &AtRest,
    simulated: &Scenario,
    common: &Common,
) -> Result<(Option<RestVerdict>, Outcome), Failure> {
    let mut ensemble = Ensemble::new(simulated);
    ensemble.threads = common.threads;
    cost::announce(&Cost::new(simulated, &ensemble.times), common);
    let headway = Headway::default();
    Progress::new(&ensemble, &headway, &simulated.sampling.time_unit)
        .shown_unless(common.quiet, || job::compare(rest, &ensemble, stop_on_signal(), &headway))
}

fn json(scenario: &Scenario, found: &Found, axes: &Axes) -> serde_json::Value {
    let Found { state, .. } = found;
    let moments = &state.moments;
    let over = |of: &dyn Fn(f64) -> DMatrix<Complex<f64>>| -> Vec<Vec<Vec<[f64; 2]>>> {
        let pairs = |matrix: DMatrix<Complex<f64>>| {
            matrix.row_iter().map(|row| row.iter().map(|z| [z.re, z.im]).collect()).collect()
        };
        axes.frequencies.iter().map(|f| pairs(of(*f))).collect()
    };
    let eigenvalues: Vec<[f64; 2]> =
        state.noise.eigenvalues().iter().map(|value| [value.re, value.im]).collect();
    let limit = found.limit.as_ref().map(|limit| {
        json!({
            "n_mean_spectrum": over(&|f| limit.mean_spectrum(f)),
            "n_activity_spectrum": over(&|f| limit.activity_spectrum(f)),
            "response": over(&|f| limit.response(f)),
        })
    });
    let counts = found.counts.as_ref().map(|counts| {
        let rows = counts.correlation.row_iter();
        let correlation: Vec<Vec<f64>> = rows.map(|row| row.iter().copied().collect()).collect();
        json!({
            "window": found.window, "mean": counts.mean, "fano": counts.fano,
            "interval_variation": found.interval_variation, "correlation": correlation,
        })
    });
    json!({
        "title": scenario.title,
        "n": scenario.network.size,
        "populations": scenario.network.population_names(),
        "sources": scenario.network.source_names(),
        "stationary": {
            "mean": moments.mean, "variance": moments.variance, "third_cumulant": moments.third_cumulant,
            "rate": state.rates, "mean_covariance": moments.mean_covariance,
        },
        "eigenvalues": eigenvalues,
        "frequency": axes.frequencies,
        "mean_spectrum": over(&|f| state.noise.mean_spectrum(f)),
        "activity_spectrum": over(&|f| state.noise.activity_spectrum(f)),
        "response": over(&|f| state.response(f)),
        "limit": limit,
        "validity": found.validity.as_ref().map(table::validity_json),
        "variability": counts,
    })
}
