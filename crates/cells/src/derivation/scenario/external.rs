//! Input from outside: that of the cells, or one that holds wanted rates.

use nalgebra::{DMatrix, DVector};

use super::{ConversionError, Options, jumps};
use crate::derivation::error::{DerivationError, positive};
use crate::derivation::rate_equations::{ExternalInput, RateEquations};

/// Relative size of singular values that count as zero.
const RANK_TOLERANCE: f64 = 1e-10;
/// Hz in 1/ms.
const HERTZ: f64 = 1e3;

/// Rates that a network is to have, and the sources outside that are to hold it there.
///
/// A state with the rates `r_a` is at rest if
///
/// ```math
/// W_{\text{ext}} r_{\text{ext}} = -\sum_b K_{ab} W_{ab} r_b + \theta_a + f_a^{-1}[r_a].
/// ```
///
/// The sum is of order `sqrt(n)` in the scenario: its balance by input from outside is what makes a large network balanced. The rest is of order 1; with it
/// the rates are those wanted at the given size, and not only as `n` grows.
#[derive(Debug, Clone, PartialEq)]
pub struct WantedState {
    /// `r_a`, 1/ms, one for each population.
    pub rates: Vec<f64>,
    /// Number of sources outside, each of which reaches every cell.
    pub sources: usize,
    /// Rate of each source, 1/ms.
    pub source_rate: f64,
}

impl WantedState {
    /// The equations with the efficacies `W_ext` that hold the rates.
    ///
    /// # Errors
    /// [`ConversionError::Derivation`] for other numbers of rates than of populations, and for sources without activity,
    /// [`ConversionError::RateOutOfRange`].
    fn hold(&self, equations: &RateEquations) -> Result<RateEquations, ConversionError> {
        let total = self.sources as f64 * self.source_rate;
        positive("the rate of all sources outside", total)?;
        positive("the rate of a source outside", self.source_rate)?;
        let mut populations = equations.populations().to_vec();
        if self.rates.len() != populations.len() {
            let error = DerivationError::Shape {
                field: "the wanted rates",
                found_rows: self.rates.len(),
                found_columns: 1,
                rows: populations.len(),
                columns: 1,
            };
            return Err(error.into());
        }
        let received = equations.weights() * DVector::from_row_slice(&self.rates);
        for ((population, rate), received) in populations.iter_mut().zip(&self.rates).zip(&received)
        {
            let excess = population.gain.inverse(*rate).ok_or_else(|| {
                let (population, supremum) = (population.name.clone(), population.gain.supremum());
                ConversionError::RateOutOfRange { population, rate: *rate, supremum }
            })?;
            population.external = ExternalInput {
                efficacy: (excess + population.threshold - received) / total,
                sources: self.sources,
                rate: self.source_rate,
            };
        }
        let (efficacy, in_degree) = (equations.efficacy().clone(), equations.in_degree().clone());
        Ok(RateEquations::new(populations, efficacy, in_degree)?)
    }

    /// How far these rates are from the wanted ones, relative to them.
    pub(super) fn distance(&self, rates: &DVector<f64>) -> f64 {
        let each = self.rates.iter().zip(rates);
        each.map(|(wanted, rate)| (rate / wanted - 1.0).abs()).fold(0.0, f64::max)
    }

    /// What this does, in words.
    fn statement(&self, replaces: bool) -> String {
        let rates: Vec<_> = self.rates.iter().map(|rate| format!("{:.4}", HERTZ * rate)).collect();
        let instead = if replaces { ", in place of that of the cells" } else { "" };
        format!(
            "The input from outside is computed{instead}: that of {} sources of {:.4} Hz which holds the rates {} Hz. It balances the synapses of the network, and makes up for the thresholds.",
            self.sources,
            HERTZ * self.source_rate,
            rates.join(", "),
        )
    }
}

/// The equations with input from outside, where they need it.
pub(super) fn with_external(
    equations: &RateEquations,
    options: &Options,
    assumptions: &mut Vec<String>,
) -> Result<RateEquations, ConversionError> {
    let is_driven = equations.populations().iter().any(|p| p.external.current() != 0.0);
    if let Some(wanted) = &options.wanted {
        assumptions.push(wanted.statement(is_driven));
        let held = wanted.hold(equations)?;
        let each = held.populations().iter().map(|population| {
            let (name, current) = (&population.name, population.external.current());
            let effect = if current < 0.0 { "inhibits" } else { "excites" };
            format!("{effect} `{name}` by {:.4} uA/cm2", current.abs())
        });
        assumptions.push(format!("On average it {}.", each.collect::<Vec<_>>().join(", ")));
        return Ok(held);
    }
    let mean = mean_coupling(equations);
    let singular = mean.singular_values();
    let has_full_rank = singular.min() > RANK_TOLERANCE * singular.max();
    if !is_driven && has_full_rank {
        return Err(ConversionError::NoExternalInput);
    }
    assumptions.push(if !is_driven {
        "Nothing comes from outside: the couplings do not have full rank, and balance leaves rates free.".to_owned()
    } else if has_full_rank {
        balanced(equations, mean)
    } else {
        "The input from outside is that of the cells; the couplings do not have full rank, and whether it can be balanced `equipoise analyse` says.".to_owned()
    });
    Ok(equations.clone())
}

/// The rates to which balance leads as `n` grows, `sum_b N_b W_ab r_b + W_ext r_ext = 0`, in words.
fn balanced(equations: &RateEquations, mean_coupling: DMatrix<f64>) -> String {
    let populations = equations.populations();
    let outside = populations.iter().map(|population| population.external.current());
    let outside = DVector::from_iterator(populations.len(), outside);
    let rates = mean_coupling.lu().solve(&-outside).expect("full rank");
    let each = || populations.iter().zip(&rates);
    let are_possible = each().all(|(population, rate)| population.gain.inverse(*rate).is_some());
    let listed: Vec<_> = each()
        .map(|(population, rate)| format!("{:.2} Hz of `{}`", HERTZ * rate, population.name))
        .collect();
    let verdict = if are_possible {
        "which the gains reach"
    } else {
        "which the gains do not reach: a large network is not balanced"
    };
    format!(
        "The input from outside is that of the cells; as n grows, balance leads to rates of {}, {verdict}.",
        listed.join(", ")
    )
}

/// `tau_a J_ab N_b/sqrt(n)`, nC/cm2, which has the rank of the `K` of the network's limit.
fn mean_coupling(equations: &RateEquations) -> DMatrix<f64> {
    let populations = equations.populations();
    jumps(equations).map_with_location(|a, b, jump| {
        jump * populations[a].time_constant * populations[b].cells as f64
    })
}
