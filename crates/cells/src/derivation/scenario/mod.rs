//! From rate equations to a network scenario.
//!
//! In (11.32) a spike of a cell of `b` moves the inputs of its targets in `a` by `W_ab/tau_a`, after which they decay with `tau_a`. With the potentiation `z = mu`
//! in uA/cm2 and time in ms that is the network of [`equipoise_model`], `dz/dt = -z/tau_a + I_a` and jumps `J_ab/sqrt(n)`, if
//!
//! ```math
//! J_{ab} = \frac{\sqrt n\, W_{ab}}{\tau_a}, \qquad J_{aX} = \frac{\sqrt n\, W_{\text{ext}}}{\tau_a}, \qquad I_a = -\frac{\theta_a}{\tau_a}, \qquad \lambda_a = f_a.
//! ```
//!
//! * `external`: the input from outside: that of the cells, or one that holds wanted rates;
//! * `text`: the scenario as a file, with where its numbers come from.
//!
//! # Source
//! Lecture 11, equations (11.28) to (11.33); balance by an input of order `sqrt(n)`: van Vreeswijk & Sompolinsky (1996), doi:10.1126/science.274.5293.1724.

mod external;
mod text;

use equipoise_model::{InputError, Kind, Scenario};
use nalgebra::{DMatrix, DVector};
use thiserror::Error;

use super::error::{DerivationError, positive};
use super::rate_equations::{RateEquations, Stability, SteadyState};

pub use external::WantedState;
use external::with_external;

/// Longest time constants that a run takes, and samples in each.
const DURATION: f64 = 30.0;
const SAMPLES: f64 = 2.0;

/// What a scenario needs beside the rate equations.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Title of the scenario.
    pub title: String,
    /// `n`, the size at which the weights are those of the rate equations; often the cells of one population.
    pub size: usize,
    /// The rates that input from outside is to hold, for equations that have none.
    pub wanted: Option<WantedState>,
}

/// A scenario and what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct DerivedScenario {
    /// The file.
    pub text: String,
    /// What it says.
    pub scenario: Scenario,
    /// The rate equations that it stands for: those given, with input from outside if that was wanted.
    pub equations: RateEquations,
    /// The steady state at whose inputs the network starts.
    pub steady_state: SteadyState,
    /// What was assumed, a sentence each.
    pub assumptions: Vec<String>,
}

/// Why there is no scenario.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConversionError {
    /// Numbers that make no sense, or steady states that cannot be looked for.
    #[error(transparent)]
    Derivation(#[from] DerivationError),
    /// A population that excites some of its targets and inhibits others.
    #[error(
        "`{population}` excites some of its targets and inhibits others; a population of a network does one of both (Dale's law): split it in two"
    )]
    DalesLaw {
        /// Which population.
        population: String,
    },
    /// A cell alone that excites or inhibits itself.
    #[error(
        "the one cell of `{population}` has a synapse onto itself, which neurons of a network do not have"
    )]
    SelfSynapse {
        /// Which population.
        population: String,
    },
    /// Nothing balances the synapses of the network.
    #[error(
        "the couplings have full rank and nothing comes from outside, so that as n grows only silence is balanced: give external inputs, or the rates that they are to hold"
    )]
    NoExternalInput,
    /// A rate that no input causes.
    #[error(
        "a rate of {rate} per ms of `{population}` cannot be held; it must be above 0 and below {supremum}"
    )]
    RateOutOfRange {
        /// Of which population.
        population: String,
        /// What was wanted, 1/ms.
        rate: f64,
        /// Least upper bound of its gain, 1/ms.
        supremum: f64,
    },
    /// Activity without a state at rest.
    #[error(
        "the rate equations have no steady state at which the network could start: its activity runs away"
    )]
    NoSteadyState,
    /// A scenario that is none, as with names that cannot stand in a file.
    #[error(transparent)]
    Refused(#[from] Box<InputError>),
}

/// The network of which these are the rate equations, as a scenario.
///
/// # Errors
/// [`ConversionError`], which says what is missing.
pub fn scenario(
    equations: &RateEquations,
    options: &Options,
) -> Result<DerivedScenario, ConversionError> {
    positive("the size", options.size as f64)?;
    let kinds = kinds(equations)?;
    let mut assumptions = general(options.size);
    let equations = with_external(equations, options, &mut assumptions)?;
    let (steady_state, how) = start(&equations, options.wanted.as_ref())?;
    assumptions.push(how);
    let (size, jumps) = (options.size as f64, jumps(&equations));
    let network = Derived { equations: &equations, size, kinds, jumps };
    assumptions.extend(network.assumptions());
    let text = network.text(&options.title, &steady_state, &assumptions);
    let scenario = Scenario::parse("the derived scenario", &text).map_err(Box::new)?;
    Ok(DerivedScenario { text, scenario, equations, steady_state, assumptions })
}

/// Whether populations excite or inhibit, which must be one of both, and no cell itself.
fn kinds(equations: &RateEquations) -> Result<Vec<Kind>, ConversionError> {
    let weights = equations.weights();
    let each = equations.populations().iter().enumerate().map(|(b, population)| {
        let name = || population.name.clone();
        if population.cells == 1 && weights[(b, b)] != 0.0 {
            return Err(ConversionError::SelfSynapse { population: name() });
        }
        let column = weights.column(b);
        match (column.max() > 0.0, column.min() < 0.0) {
            (true, true) => Err(ConversionError::DalesLaw { population: name() }),
            (false, true) => Ok(Kind::Inhibitory),
            _ => Ok(Kind::Excitatory),
        }
    });
    each.collect()
}

/// What holds whatever the equations are.
fn general(size: usize) -> Vec<String> {
    vec![
        "The potentiation of a neuron is the input mu of (11.32), in uA/cm2; a spike moves it by W/tau, and it decays with tau.".to_owned(),
        "Synapses and conduction take no time here, cells of a population are alike, and inputs follow rates with the tau of (11.32), whatever the conductance: stability is that of these equations.".to_owned(),
        "Neurons fire as Poisson processes of the intensity f[mu], (11.33), and each pair of neurons has its own.".to_owned(),
        format!("Weights are those of the cells at n = {size}; at other sizes they scale as n^(-1/2), not as the 1/N of the lecture."),
    ]
}

/// The wanted steady state; without one, that with most activity among the stable ones, or among all if none is stable.
fn start(
    equations: &RateEquations,
    wanted: Option<&WantedState>,
) -> Result<(SteadyState, String), ConversionError> {
    let states = equations.steady_states()?.states;
    let count = states.len();
    let worth = |state: &SteadyState| match wanted {
        Some(wanted) => -wanted.distance(&state.rates),
        None => state.rates.sum(),
    };
    let key = |state: &SteadyState| {
        (wanted.is_none() && state.stability == Stability::Stable, worth(state))
    };
    let chosen = states
        .into_iter()
        .max_by(|a, b| key(a).partial_cmp(&key(b)).expect("finite rates"))
        .ok_or(ConversionError::NoSteadyState)?;
    let which = match (wanted, chosen.stability == Stability::Stable) {
        (Some(_), true) => "the wanted steady state of (11.32), which is stable",
        (Some(_), false) => "the wanted steady state of (11.32), which is not stable",
        (None, true) => "the most active stable steady state of (11.32)",
        (None, false) => "the most active steady state of (11.32), none of which is stable",
    };
    let how = format!(
        "Neurons start at {which} ({count} in all), with the variance of the shot noise there; fluctuations about it move the mean where gains are curved."
    );
    Ok((chosen, how))
}

/// What stands in the file.
struct Derived<'a> {
    equations: &'a RateEquations,
    /// `n`.
    size: f64,
    kinds: Vec<Kind>,
    /// Jumps `J_ab/sqrt(n)`, uA/cm2, `P x P`.
    jumps: DMatrix<f64>,
}

impl Derived<'_> {
    /// Variance of the potentiation in a network at rest at these rates, `tau_a/2` times the sum over all jumps of their squares times their rates.
    fn variance(&self, a: usize, rates: &DVector<f64>) -> f64 {
        let population = &self.equations.populations()[a];
        let inner: f64 = (0..rates.len())
            .map(|b| self.jumps[(a, b)].powi(2) * sources(self.equations, a, b) * rates[b])
            .sum();
        let outer = self.external_jump(a).powi(2)
            * population.external.sources as f64
            * population.external.rate;
        0.5 * population.time_constant * (inner + outer)
    }

    /// `J_aX/sqrt(n)`, uA/cm2.
    fn external_jump(&self, a: usize) -> f64 {
        let population = &self.equations.populations()[a];
        population.external.efficacy / population.time_constant
    }

    fn assumptions(&self) -> Vec<String> {
        let populations = self.equations.populations();
        let in_degree = self.equations.in_degree();
        let pairs =
            (0..populations.len()).flat_map(|a| (0..populations.len()).map(move |b| (a, b)));
        let sparse = pairs.filter(|&(a, b)| {
            in_degree[(a, b)] != sources(self.equations, a, b) && self.jumps[(a, b)] != 0.0
        });
        let diluted = sparse.map(|(a, b)| {
            format!(
                "A cell of `{}` receives {} synapses from `{}`; the network has {}, each by as much weaker or stronger.",
                populations[a].name,
                in_degree[(a, b)],
                populations[b].name,
                sources(self.equations, a, b),
            )
        });
        let idle = (0..populations.len()).filter(|b| self.jumps.column(*b).amax() == 0.0);
        let idle = idle.map(|b| {
            format!("`{}` reaches nobody, and counts as excitatory.", populations[b].name)
        });
        diluted.chain(idle).collect()
    }
}

/// Neurons of `b` that reach one of `a` in the network: all but itself.
fn sources(equations: &RateEquations, a: usize, b: usize) -> f64 {
    (equations.populations()[b].cells - usize::from(a == b)) as f64
}

/// `J_ab/sqrt(n) = W_ab/tau_a`, uA/cm2; with `K_ab` synapses in place of one from each neuron of `b`, `K_ab` over their number times that.
fn jumps(equations: &RateEquations) -> DMatrix<f64> {
    let weights = equations.weights();
    weights.map_with_location(|a, b, weight| {
        let tau = equations.populations()[a].time_constant;
        if weight == 0.0 { 0.0 } else { weight / sources(equations, a, b) / tau }
    })
}
