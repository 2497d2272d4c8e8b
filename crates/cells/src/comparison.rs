//! A network of cells against its rate equations, over the strength of the input.
//!
//! The derivation averages over many inputs and takes spikes for asynchronous and rates for slow. Where cells fire together it says
//! nothing; [`Compared::is_synchronous`] tells.

use crate::derivation::DerivationError;
use crate::derivation::rate_equations::{RateEquations, Stability, SteadyState};
use crate::file::Circuit;
use crate::network::{Activity, Synchrony, simulate};

/// By how much of itself a predicted rate may be off.
pub const RELATIVE: f64 = 0.1;
/// By how much it may be off where that is more, 1/ms.
pub const ABSOLUTE: f64 = 0.0015;
/// How many times the index of independent cells one of synchrony is.
const SYNCHRONOUS: f64 = 3.0;

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
    /// Whether the cells fire together more than three times as much as independent ones would.
    pub fn is_synchronous(&self) -> bool {
        self.synchrony.index > SYNCHRONOUS * self.synchrony.independent
    }

    /// Whether the predicted rate is within a tenth or 1.5 Hz of the simulated one, whichever is more.
    pub fn agrees(&self) -> bool {
        self.predicted.is_some_and(|predicted| {
            let allowed = (RELATIVE * self.simulated).max(ABSOLUTE);
            (predicted - self.simulated).abs() <= allowed
        })
    }
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

/// Simulates the circuit as it is; `traced` and `progress` as in [`simulate`].
pub fn activity(
    circuit: &Circuit,
    traced: &[(usize, usize)],
    progress: &(dyn Fn(f64) -> bool + Sync),
) -> Option<Activity> {
    simulate(&circuit.network, &circuit.timing, traced, progress)
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
    let found = equations.steady_states()?;
    let stable: Vec<&SteadyState> =
        found.states.iter().filter(|state| state.stability == Stability::Stable).collect();
    let distance = |state: &SteadyState| -> f64 {
        state.rates.iter().zip(&activity.rates).map(|(a, b)| (a - b).powi(2)).sum()
    };
    let nearest = stable.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
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
