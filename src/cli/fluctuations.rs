//! `equipoise fluctuations`: what one network does around its stationary state.

use equipoise::layout::fluctuations::{Axes, Fluctuations as Found, groups};
use equipoise::limit::variability::{CountStatistics, SpikeTrain, Stationary as Neuron};
use equipoise::limit::{Complex, FiniteN, Limit, LimitNoise, Order, Stationary, Validity};
use equipoise::model::Scenario;
use equipoise::store::{Completion, ResultWriter};
use nalgebra::DMatrix;
use serde_json::json;

use super::arguments::Fluctuations;
use super::failure::Failure;
use super::output::{note, print};
use super::{Ending, scenario, table};

/// Length of the window of counts, in units of the slowest time constant.
const WINDOW: f64 = 10.0;
/// Lags for each time constant, and how many of the slowest they span.
const LAGS_PER_TIME_CONSTANT: f64 = 20.0;
const TIME_CONSTANTS: f64 = 5.0;

pub fn run(arguments: &Fluctuations) -> Result<Ending, Failure> {
    let common = &arguments.common;
    let scenario = scenario::read(common)?;
    let theory = FiniteN::new(&scenario.network, Order::First);
    let state = theory.stationary(arguments.at)?;
    let (found, missing) = find(&scenario, state, arguments);
    let axes = axes(&scenario, arguments);
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
    for group in groups(&scenario, &found, &axes) {
        writer.write(&group)?;
    }
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

/// All that is known, and why something is not.
fn find(scenario: &Scenario, state: Stationary, arguments: &Fluctuations) -> (Found, Vec<String>) {
    let network = &scenario.network;
    let mut missing = Vec::new();
    let limit = match Limit::new(network).and_then(|limit| limit.fixed_points(arguments.at)) {
        Ok(points) => {
            let nearest = points.nearest_stable(&state.moments.mean);
            if nearest.is_none() {
                missing.push(
                    "nothing is said of the limit, which has no stable fixed point here".to_owned(),
                );
            }
            nearest.map(|point| LimitNoise::new(network, point))
        }
        Err(error) => {
            missing.push(format!("nothing is said of the limit: {error}"));
            None
        }
    };
    let slowest = network.populations.iter().map(|p| p.time_constant).fold(0.0, f64::max);
    let window = arguments.window.unwrap_or(WINDOW * slowest);
    let counts = CountStatistics::new(network, &state, window)
        .map_err(|error| missing.push(format!("nothing is said of counts: {error}")))
        .ok();
    let lower = |order| FiniteN::new(network, order).stationary(arguments.at);
    let validity = if let (Ok(zeroth), Ok(half)) = (lower(Order::Zeroth), lower(Order::Half)) {
        Some(Validity::at_rest(network, [&zeroth.moments, &half.moments, &state.moments]))
    } else {
        missing.push(
            "n may be too small for the theory, whose lower orders are not at rest here".to_owned(),
        );
        None
    };
    let interval_variation = |a: usize| {
        let (mean, variance) = (state.moments.mean[a], state.moments.variance[a]);
        let train = SpikeTrain::new(Neuron::of_population(network, a, mean, variance));
        let intervals = train.and_then(|train| train.intervals());
        intervals.map_or(f64::NAN, |intervals| intervals.coefficient_of_variation())
    };
    let interval_variation = (0..network.population_count()).map(interval_variation).collect();
    (Found { limit, window, counts, interval_variation, validity, state }, missing)
}

fn axes(scenario: &Scenario, arguments: &Fluctuations) -> Axes {
    let constants = scenario.network.populations.iter().map(|p| p.time_constant);
    let (fastest, slowest) = constants
        .fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), tau| (low.min(tau), high.max(tau)));
    let lag_step = fastest / LAGS_PER_TIME_CONSTANT;
    let lags = (TIME_CONSTANTS * slowest / lag_step).min(10_000.0) as usize + 1;
    Axes { frequencies: arguments.frequencies.logarithmic(), lag_step, lags }
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
