//! A network of cells against its rate equations, over the strength of the input.
//!
//! The derivation averages over many inputs and takes spikes for asynchronous and rates for slow. Where cells fire together it says
//! nothing; [`Compared::is_synchronous`] tells.

use crate::derivation::DerivationError;
use crate::derivation::rate_equations::{RateEquations, Stability, SteadyState};
use crate::file::Circuit;
use crate::network::{Activity, Synchrony};

/// By how much of itself a predicted rate may be off.
pub const RELATIVE: f64 = 0.1;
/// By how much it may be off where that is more, 1/ms.
pub const ABSOLUTE: f64 = 0.0015;

/// A population at one strength of the input.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Its name.
    pub population: String,
    /// Rate of the simulated cells, 1/ms.
    pub simulated: f64,
    /// Its standard error, 1/ms.
    pub standard_error: f64,
    /// Rate of the stable steady state, 1/ms; none where there is no such state.
    pub predicted: Option<f64>,
    /// How far the cells fire together.
    pub synchrony: Synchrony,
}

/// The network at one strength of the input.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedAt {
    /// Factor of the external rates.
    pub factor: f64,
    /// The populations.
    pub populations: Vec<Compared>,
    /// How many stable steady states the rate equations have; the nearest is compared.
    pub stable_states: usize,
}

impl Compared {
    /// Whether the cells fire together more than three times as much as independent ones would; silent ones do not.
    pub fn is_synchronous(&self) -> bool {
        self.simulated > 0.0 && self.synchrony.is_synchronous()
    }

    /// Whether the predicted rate is within a tenth or 1.5 Hz of the simulated one, whichever is more.
    pub fn agrees(&self) -> bool {
        self.predicted
            .is_some_and(|predicted| (predicted - self.simulated).abs() <= margin(self.simulated))
    }
}

/// A tenth of a rate or 1.5 Hz, whichever is more, 1/ms.
pub fn margin(rate: f64) -> f64 {
    (RELATIVE * rate).max(ABSOLUTE)
}

/// The circuit with its external rates multiplied by a factor.
pub fn scaled(circuit: &Circuit, factor: f64) -> Circuit {
    let mut scaled = circuit.clone();
    for population in &mut scaled.network.populations {
        if let Some(external) = &mut population.external {
            external.rate *= factor;
        }
    }
    scaled
}

/// The stable steady states of the equations.
///
/// # Errors
/// [`DerivationError`] where they cannot be looked for.
pub fn stable_states(equations: &RateEquations) -> Result<Vec<SteadyState>, DerivationError> {
    let mut states = equations.steady_states()?.states;
    states.retain(|state| state.stability == Stability::Stable);
    Ok(states)
}

/// The state whose rates are nearest to these, 1/ms by population; none of none.
pub fn nearest<'a>(states: &'a [SteadyState], rates: &[f64]) -> Option<&'a SteadyState> {
    let distance = |state: &SteadyState| -> f64 {
        state.rates.iter().zip(rates).map(|(a, b)| (a - b).powi(2)).sum()
    };
    states.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// Compares what the cells did with what the equations say of them.
///
/// # Errors
/// [`DerivationError`] where their steady states cannot be looked for.
pub fn compare(
    factor: f64,
    activity: &Activity,
    equations: &RateEquations,
) -> Result<ComparedAt, DerivationError> {
    let stable = stable_states(equations)?;
    let nearest = nearest(&stable, &activity.rates);
    let populations =
        equations.populations().iter().enumerate().map(|(index, population)| Compared {
            population: population.name.clone(),
            simulated: activity.rates[index],
            standard_error: activity.rate_errors[index],
            predicted: nearest.map(|state| state.rates[index]),
            synchrony: activity.synchrony[index],
        });
    Ok(ComparedAt { factor, populations: populations.collect(), stable_states: stable.len() })
}

/// How a rate grows with the strength of the input: the straight line through it, `r = slope (factor - threshold)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Growth {
    /// Factor of the external rates at which the line is at rate zero.
    pub threshold: f64,
    /// 1/ms for a factor of one.
    pub slope: f64,
}

impl Growth {
    /// By least squares through factors and rates in 1/ms, silent ones left out; none for fewer than two, or where the rate does not grow.
    pub fn of(points: impl Iterator<Item = (f64, f64)>) -> Option<Self> {
        let points: Vec<(f64, f64)> = points.filter(|(_, rate)| *rate > 0.0).collect();
        if points.len() < 2 {
            return None;
        }
        let mean = |value: fn(&(f64, f64)) -> f64| {
            points.iter().map(value).sum::<f64>() / points.len() as f64
        };
        let (factor, rate) = (mean(|point| point.0), mean(|point| point.1));
        let squares: f64 = points.iter().map(|point| (point.0 - factor).powi(2)).sum();
        let products: f64 = points.iter().map(|point| (point.0 - factor) * (point.1 - rate)).sum();
        let slope = products / squares;
        (slope > 0.0).then(|| Self { threshold: factor - rate / slope, slope })
    }
}

/// Growth of the rate of a population over all strengths, of the cells and of the equations.
pub fn growth(compared: &[ComparedAt], population: usize) -> (Option<Growth>, Option<Growth>) {
    let of = || compared.iter().map(|at| (at.factor, &at.populations[population]));
    let simulated = Growth::of(of().map(|(factor, compared)| (factor, compared.simulated)));
    let predicted = of().filter_map(|(factor, compared)| Some((factor, compared.predicted?)));
    (simulated, Growth::of(predicted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(simulated: f64, predicted: Option<f64>, index: f64) -> Compared {
        let synchrony = Synchrony { index, independent: 0.05 };
        let population = "E".to_owned();
        Compared { population, simulated, standard_error: 1e-4, predicted, synchrony }
    }

    #[test]
    fn rates_agree_within_a_tenth_or_a_hertz_and_a_half() {
        for (simulated, predicted, agrees) in [
            (0.040, 0.0439, true),
            (0.040, 0.0441, false),
            (0.005, 0.0064, true),
            (0.005, 0.0066, false),
        ] {
            assert_eq!(compared(simulated, Some(predicted), 0.1).agrees(), agrees, "{predicted}");
        }
        assert!(!compared(0.04, None, 0.1).agrees());
        assert!(compared(0.04, None, 0.16).is_synchronous());
        assert!(!compared(0.04, None, 0.14).is_synchronous());
        assert!(!compared(0.0, None, 0.6).is_synchronous());
    }

    #[test]
    fn growth_is_that_of_a_line_and_silence_is_no_part_of_it() {
        let line = |factor: f64| (0.02 * (factor - 0.3)).max(0.0);
        let points = [0.1, 0.2, 0.5, 1.0, 1.5].map(|factor| (factor, line(factor)));
        let growth = Growth::of(points.into_iter()).expect("three points");
        assert!((growth.threshold - 0.3).abs() < 1e-12 && (growth.slope - 0.02).abs() < 1e-15);
        assert_eq!(Growth::of([(0.5, 0.01)].into_iter()), None);
        assert_eq!(Growth::of([(0.5, 0.02), (1.0, 0.01)].into_iter()), None);
    }
}
