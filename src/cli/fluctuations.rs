//! `equipoise fluctuations`: what one network does around its stationary state.

use equipoise::layout::fluctuations::{Axes, groups};
use equipoise::limit::{FiniteN, Order, Stationary};
use equipoise::model::Scenario;
use equipoise::store::{Completion, ResultWriter};
use serde_json::json;

use super::arguments::Fluctuations;
use super::failure::Failure;
use super::output::print;
use super::{Ending, scenario, table};

/// Lags for each time constant, and how many of the slowest they span.
const LAGS_PER_TIME_CONSTANT: f64 = 20.0;
const TIME_CONSTANTS: f64 = 5.0;

pub fn run(arguments: &Fluctuations) -> Result<Ending, Failure> {
    let common = &arguments.common;
    let scenario = scenario::read(common)?;
    let theory = FiniteN::new(&scenario.network, Order::First);
    let state = theory.stationary(arguments.at)?;
    let axes = axes(&scenario, arguments);
    let name = scenario::stem(common);
    let default =
        || scenario::fresh(common, |number| format!("{name}-fluctuations{number}.h5").into());
    let path = arguments.output.clone().unwrap_or_else(default);
    let provenance = scenario::provenance(&scenario, common, "fluctuations");
    let mut writer = ResultWriter::create(&path, &provenance, scenario::existing(common))?;
    for group in groups(&scenario, &state, &axes) {
        writer.write(&group)?;
    }
    let path = writer.finish(Completion::Complete)?;
    if common.json {
        let mut object = json(&scenario, &state, &axes);
        object["file"] = path.display().to_string().into();
        print(&format!("{object:#}\n"))?;
    } else {
        let table = table::fluctuations(&scenario, &state, &axes);
        print(&format!("{table}file: {}\n", path.display()))?;
    }
    Ok(Ending::Done)
}

fn axes(scenario: &Scenario, arguments: &Fluctuations) -> Axes {
    let constants = scenario.network.populations.iter().map(|p| p.time_constant);
    let (fastest, slowest) = constants
        .fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), tau| (low.min(tau), high.max(tau)));
    let lag_step = fastest / LAGS_PER_TIME_CONSTANT;
    let lags = (TIME_CONSTANTS * slowest / lag_step).min(10_000.0) as usize + 1;
    Axes { frequencies: arguments.frequencies.logarithmic(), lag_step, lags }
}

fn json(scenario: &Scenario, state: &Stationary, axes: &Axes) -> serde_json::Value {
    let moments = &state.moments;
    let pairs = |matrix: nalgebra::DMatrix<nalgebra::Complex<f64>>| -> Vec<Vec<[f64; 2]>> {
        matrix.row_iter().map(|row| row.iter().map(|z| [z.re, z.im]).collect()).collect()
    };
    let over = |of: &dyn Fn(f64) -> nalgebra::DMatrix<nalgebra::Complex<f64>>| -> Vec<_> {
        axes.frequencies.iter().map(|f| pairs(of(*f))).collect()
    };
    let eigenvalues: Vec<[f64; 2]> =
        state.noise.eigenvalues().iter().map(|value| [value.re, value.im]).collect();
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
    })
}
