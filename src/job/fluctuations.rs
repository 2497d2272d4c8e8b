//! What one network does around its stationary state.

use std::str::FromStr;

use equipoise_limit::variability::{CountStatistics, SpikeTrain, StationaryNeuron};
use equipoise_limit::{FiniteN, Limit, LimitError, LimitNoise, Order, Stationary, Validity};
use equipoise_model::Scenario;

use crate::layout::fluctuations::{Axes, Fluctuations as Found};

/// Length of the window of counts, in units of the slowest time constant.
const WINDOW: f64 = 10.0;
/// Lags for each time constant, and how many of the slowest they span.
const LAGS_PER_TIME_CONSTANT: f64 = 20.0;
const TIME_CONSTANTS: f64 = 5.0;

/// What a user may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Frequencies of spectra.
    pub frequencies: Frequencies,
    /// Time at which drives and external rates are taken.
    pub at: f64,
    /// Length of the window in which spikes are counted.
    pub window: Option<f64>,
}

/// A range of frequencies, `FROM:TO:COUNT`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frequencies {
    from: f64,
    to: f64,
    count: usize,
}

impl Frequencies {
    /// In even steps of their logarithm.
    pub fn logarithmic(self) -> Vec<f64> {
        let steps = (self.count.max(2) - 1) as f64;
        let ratio = self.to / self.from;
        (0..self.count).map(|i| self.from * ratio.powf(i as f64 / steps)).collect()
    }
}

impl FromStr for Frequencies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        let [from, to, count] = parts[..] else {
            return Err("it must be of the form FROM:TO:COUNT, as in 0.01:10:31".to_owned());
        };
        let frequency = |text: &str| match text.parse::<f64>() {
            Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
            _ => Err(format!("`{text}` is no frequency; it must be a number above 0")),
        };
        let (from, to) = (frequency(from)?, frequency(to)?);
        if from > to {
            return Err(format!("the frequencies must rise, but {from} is above {to}"));
        }
        match count.parse() {
            Ok(count) if (1..=100_000).contains(&count) => Ok(Self { from, to, count }),
            _ => Err(format!("`{count}` is no number of frequencies from 1 to 100000")),
        }
    }
}

/// All that is known, at which frequencies and lags, and why something is not.
///
/// # Errors
/// [`LimitError`] for a network without a stationary state.
pub fn find(scenario: &Scenario, asked: &Asked) -> Result<(Found, Axes, Vec<String>), LimitError> {
    let theory = FiniteN::new(&scenario.network, Order::First);
    let (found, missing) = known(scenario, theory.stationary(asked.at)?, asked);
    Ok((found, axes(scenario, asked), missing))
}

/// All that is known, and why something is not.
fn known(scenario: &Scenario, state: Stationary, arguments: &Asked) -> (Found, Vec<String>) {
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
        let train = SpikeTrain::new(StationaryNeuron::of_population(network, a, mean, variance));
        let intervals = train.and_then(|train| train.intervals());
        intervals.map_or(f64::NAN, |intervals| intervals.coefficient_of_variation())
    };
    let interval_variation = (0..network.population_count()).map(interval_variation).collect();
    (Found { state, limit, window, counts, interval_variation, validity }, missing)
}

fn axes(scenario: &Scenario, arguments: &Asked) -> Axes {
    let constants = scenario.network.populations.iter().map(|p| p.time_constant);
    let (fastest, slowest) = constants
        .fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), tau| (low.min(tau), high.max(tau)));
    let lag_step = fastest / LAGS_PER_TIME_CONSTANT;
    let lags = (TIME_CONSTANTS * slowest / lag_step).min(10_000.0) as usize + 1;
    Axes { frequencies: arguments.frequencies.logarithmic(), lag_step, lags }
}
