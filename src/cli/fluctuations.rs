//! `equipoise fluctuations`: what one network does around its stationary state.

use equipoise::job::fluctuations::{Asked, find};
use equipoise::layout::fluctuations::{Axes, Fluctuations as Found, groups};
use equipoise::limit::Complex;
use equipoise::model::Scenario;
use equipoise::store::{Completion, ResultWriter};
use equipoise::table;
use nalgebra::DMatrix;
use serde_json::json;

use super::arguments::Fluctuations;
use super::failure::Failure;
use super::output::{note, print};
use super::{Ending, scenario};

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
    let name = scenario::stem(common);
    let default =
        || scenario::fresh(common, |number| format!("{name}-fluctuations{number}.h5").into());
    let path = arguments.output.clone().unwrap_or_else(default);
    let provenance = scenario::provenance(&scenario, common, "fluctuations");
    let mut writer = ResultWriter::create(&path, &provenance, scenario::existing(common))?;
    writer.write_all(&groups(&scenario, &found, &axes))?;
    let path = writer.finish(Completion::Complete)?;
    if common.json {
        let mut object = json(&scenario, &found, &axes);
        object["file"] = path.display().to_string().into();
        print(&format!("{object:#}\n"))?;
    } else {
        let table = table::fluctuations(&scenario, &found, &axes);
        print(&format!("{table}file: {}\n", path.display()))?;
    }
    Ok(Ending::Done)
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
