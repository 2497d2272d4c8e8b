//! Rates of simulated cells against those of their rate equations, and the tests of a claim about them.
//!
//! Each population at each strength of the input is one equivalence test, `|simulated - predicted| <= margin`, with a margin of a tenth of
//! the predicted rate or 1.5 Hz, whichever is more. Networks differ by what was drawn of them: the currents of their cells, their
//! connections, the spikes from outside. So the standard error is that over independent networks, and the test Student's with one degree of freedom less
//! than there are networks. The parts of the time of a single network would not tell: currents and connections are the same in all of them.
//!
//! Equations are derived for rates that cells have over a range, and for cells that do not fire together: only rates that are predicted
//! within [`CLAIMED`] are tested, and where cells are synchronous the claim does not hold.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};

use equipoise_cells::comparison::{margin, nearest, scaled, stable_states};
use equipoise_cells::derivation::DerivationError;
use equipoise_cells::derivation::rate_equations::RateEquations;
use equipoise_cells::file::Circuit;
use equipoise_cells::network::{Activity, Synchrony, simulate};
use equipoise_cells::reduction::{Reduction, equations};
use equipoise_statistics::{Equivalence, Estimate, estimate};

use super::cells::OfCells;
use super::claim::ClaimError;
use crate::convergence::plan;
use crate::tested::{LEVEL, Tested, correct};

/// Predicted rates of which something is claimed, 1/ms: 5 to 60 Hz.
pub const CLAIMED: RangeInclusive<f64> = 0.005..=0.06;

/// A population of cells at one strength of its input.
#[derive(Debug, Clone, PartialEq)]
pub struct Rate {
    /// Name of the cell file.
    pub cells: String,
    /// Name of the population.
    pub population: String,
    /// Factor of the external rates.
    pub input: f64,
    /// How many networks were simulated.
    pub networks: usize,
    /// Rate of the cells, over networks, 1/ms.
    pub measured: Estimate,
    /// How far the cells fire together, in the network where they do so most.
    pub synchrony: Synchrony,
    /// Rate by the equations, 1/ms; none where these have no stable steady state.
    pub predicted: Option<f64>,
    /// Rate by the twin's equations, 1/ms.
    pub twin_predicted: Option<f64>,
    /// The test against the equations, where their rate is among those of which something is claimed.
    pub tested: Option<Tested>,
    /// The same test against the twin's, at the same places.
    pub twin_tested: Option<Tested>,
}

impl Rate {
    /// Whether something is claimed of it: the predicted rate is within [`CLAIMED`], or there is none.
    pub fn is_claimed(&self) -> bool {
        self.predicted.is_none_or(|predicted| CLAIMED.contains(&predicted))
    }

    /// With its tests, before Holm's correction.
    fn with_tests(mut self) -> Self {
        let tested = |predicted: f64| {
            let test =
                Equivalence::of_mean(self.measured, self.networks, predicted, margin(predicted));
            Tested::new(self.measured, predicted, None, test)
        };
        if self.is_claimed() {
            self.tested = self.predicted.map(tested);
            self.twin_tested = self.twin_predicted.map(tested);
        }
        self
    }
}

/// All rates of a claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Rates {
    /// By cell file, strength of the input and population.
    pub rates: Vec<Rate>,
}

impl Rates {
    /// Corrects the tests, and those of the twin by themselves.
    fn new(rates: impl IntoIterator<Item = Rate>) -> Self {
        let mut rates: Vec<Rate> = rates.into_iter().map(Rate::with_tests).collect();
        correct(rates.iter_mut().filter_map(|rate| rate.tested.as_mut()).collect());
        correct(rates.iter_mut().filter_map(|rate| rate.twin_tested.as_mut()).collect());
        Self { rates }
    }

    /// The smallest p-value of the equations, by Holm's correction over all tests; 0 where they have no steady state, or nothing was tested.
    pub fn p(&self) -> f64 {
        self.least(|rate| rate.tested.as_ref())
    }

    /// That of the twin's equations.
    pub fn twin_p(&self) -> f64 {
        self.least(|rate| rate.twin_tested.as_ref())
    }

    /// Whether the equations pass all tests.
    pub fn passes(&self) -> bool {
        self.p() > LEVEL
    }

    /// Whether the twin's do.
    pub fn twin_passes(&self) -> bool {
        self.twin_p() > LEVEL
    }

    /// Whether cells nowhere fire together where something is claimed of them.
    pub fn is_asynchronous(&self) -> bool {
        self.claimed().all(|rate| !rate.synchrony.is_synchronous())
    }

    /// The rates of which something is claimed.
    pub fn claimed(&self) -> impl Iterator<Item = &Rate> {
        self.rates.iter().filter(|rate| rate.is_claimed())
    }

    /// Cell file and name of each population, in their order.
    pub fn populations(&self) -> Vec<(&str, &str)> {
        let mut populations = Vec::new();
        for rate in &self.rates {
            let population = (rate.cells.as_str(), rate.population.as_str());
            if !populations.contains(&population) {
                populations.push(population);
            }
        }
        populations
    }

    fn least(&self, tested: fn(&Rate) -> Option<&Tested>) -> f64 {
        let all = self.claimed().map(|rate| tested(rate).map_or(0.0, |tested| tested.adjusted_p));
        all.reduce(f64::min).unwrap_or(0.0)
    }
}

/// Simulates the cells of a claim, on the threads of the caller's pool, and tests their rates. `tell` hears what is being simulated. Nothing where it was stopped.
///
/// # Errors
/// [`ClaimError`] of the claim that is named.
pub(super) fn examine(
    (name, claim): (&str, &OfCells),
    seed: u64,
    stop: &AtomicBool,
    tell: &mut dyn FnMut(&str),
) -> Result<Option<Rates>, ClaimError> {
    let mut rates = Vec::new();
    for file in &claim.files {
        let failed = |source| ClaimError::Cells { claim: name.to_owned(), source };
        let circuit = claim.circuit(name, file)?;
        let reduction = Reduction::of(&circuit).map_err(|error| failed(Box::new(error)))?;
        let twin = wrong(&circuit, &reduction, claim.twin.threshold_factor)
            .map_err(|error| failed(Box::new(error.into())))?;
        for &input in &circuit.input_factors {
            tell(&format!("{file}: input {input}, {} networks", claim.networks));
            let Some(activities) = networks(&scaled(&circuit, input), claim.networks, seed, stop)
            else {
                return Ok(None);
            };
            let at = At { cells: file, input, activities: &activities };
            let found = at.rates([&reduction, &twin]);
            rates.extend(found.map_err(|error| failed(Box::new(error.into())))?);
        }
    }
    Ok(Some(Rates::new(rates)))
}

/// The same cells with rate equations in whose weights `v_theta` is multiplied by a factor.
fn wrong(
    circuit: &Circuit,
    reduction: &Reduction,
    factor: f64,
) -> Result<Reduction, DerivationError> {
    let cells = reduction.cells.clone();
    let equations = equations(circuit, &cells, |cell| factor * cell.threshold_voltage)?;
    Ok(Reduction { cells, equations })
}

/// So many networks of a circuit, each with a seed of its own; those at another strength of the input have the same seeds.
fn networks(circuit: &Circuit, count: u64, seed: u64, stop: &AtomicBool) -> Option<Vec<Activity>> {
    let go_on = |_: f64| !stop.load(Ordering::Relaxed);
    let one = |number: u64| {
        let mut timing = circuit.timing;
        timing.seed = plan::seed(seed, number as f64);
        simulate(&circuit.network, &timing, &[], &go_on)
    };
    (1..=count).map(one).collect()
}

/// Networks at one strength of the input.
struct At<'a> {
    cells: &'a str,
    input: f64,
    activities: &'a [Activity],
}

impl At<'_> {
    /// Their populations, with the rates that equations and twin predict.
    fn rates(&self, reductions: [&Reduction; 2]) -> Result<Vec<Rate>, DerivationError> {
        let [right, wrong] = reductions.map(|reduction| reduction.at_input(self.input));
        let right = right?;
        let populations = 0..right.populations().len();
        let measured: Vec<Estimate> = populations.map(|index| self.measured(index)).collect();
        let (predicted, twin_predicted) =
            (predicted(&right, &measured)?, predicted(&wrong?, &measured)?);
        let each = right.populations().iter().enumerate();
        let rates = each.map(|(index, population)| Rate {
            cells: self.cells.to_owned(),
            population: population.name.clone(),
            input: self.input,
            networks: self.activities.len(),
            measured: measured[index],
            synchrony: self.synchrony(index),
            predicted: predicted.as_ref().map(|rates| rates[index]),
            twin_predicted: twin_predicted.as_ref().map(|rates| rates[index]),
            tested: None,
            twin_tested: None,
        });
        Ok(rates.collect())
    }

    fn measured(&self, population: usize) -> Estimate {
        let rates = self.activities.iter().map(|activity| activity.rates[population]);
        estimate::mean(&rates.collect::<Vec<_>>())
    }

    fn synchrony(&self, population: usize) -> Synchrony {
        let all = self.activities.iter().map(|activity| activity.synchrony[population]);
        let most = all.max_by(|one, other| one.index.total_cmp(&other.index));
        most.unwrap_or(Synchrony { index: f64::NAN, independent: f64::NAN })
    }
}

/// Rates by population in the stable steady state that is nearest to what was measured.
fn predicted(
    equations: &RateEquations,
    measured: &[Estimate],
) -> Result<Option<Vec<f64>>, DerivationError> {
    let rates: Vec<f64> = measured.iter().map(|estimate| estimate.value).collect();
    let states = stable_states(equations)?;
    Ok(nearest(&states, &rates).map(|state| state.rates.as_slice().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERTZ: f64 = 1e-3;

    /// A rate of eight networks with a standard error of 0.1 Hz, in Hz.
    fn rate(measured: f64, predicted: f64, twin_predicted: f64) -> Rate {
        Rate {
            cells: "cells/any".to_owned(),
            population: "E".to_owned(),
            input: 1.0,
            networks: 8,
            measured: Estimate { value: measured * HERTZ, standard_error: 0.1 * HERTZ },
            synchrony: Synchrony { index: 0.06, independent: 0.05 },
            predicted: Some(predicted * HERTZ),
            twin_predicted: Some(twin_predicted * HERTZ),
            tested: None,
            twin_tested: None,
        }
    }

    #[test]
    fn rates_within_their_margins_pass_and_the_twin_is_rejected() {
        // By a tenth of 30 Hz, and by 1.5 Hz of 8.
        let rates = Rates::new([rate(32.9, 30.0, 45.0), rate(6.6, 8.0, 12.0)]);
        assert!(rates.passes() && rates.is_asynchronous(), "{rates:?}");
        assert!(!rates.twin_passes() && rates.twin_p() < 1e-6, "{rates:?}");
        let margins: Vec<f64> =
            rates.rates.iter().map(|rate| rate.tested.expect("a test").test.margin).collect();
        assert!((margins[0] - 0.003).abs() < 1e-15 && (margins[1] - 0.0015).abs() < 1e-15);
    }

    /// Ten standard errors beyond the margin, with 7 degrees of freedom: p = 1.07e-5, twice that by Holm.
    #[test]
    fn one_rate_beyond_its_margin_is_enough() {
        let rates = Rates::new([rate(34.0, 30.0, 45.0), rate(8.0, 8.0, 12.0)]);
        assert!(!rates.passes(), "{rates:?}");
        assert!((rates.p() / 2.14e-5 - 1.0).abs() < 0.01, "{}", rates.p());
    }

    #[test]
    fn nothing_is_claimed_of_other_rates() {
        let rates =
            Rates::new([rate(2.0, 4.9, 12.0), rate(90.0, 61.0, 61.0), rate(8.0, 8.0, 12.0)]);
        assert!(rates.passes() && rates.claimed().count() == 1, "{rates:?}");
        assert!(!Rates::new([rate(2.0, 4.9, 12.0)]).passes(), "nothing was tested");
    }

    #[test]
    fn without_a_stable_state_nothing_holds() {
        let lacking = Rate { predicted: None, ..rate(30.0, 30.0, 45.0) };
        assert!(!Rates::new([lacking, rate(8.0, 8.0, 12.0)]).passes());
    }

    #[test]
    fn cells_that_fire_together_are_no_evidence() {
        let synchrony = Synchrony { index: 0.16, independent: 0.05 };
        let rates = Rates::new([Rate { synchrony, ..rate(30.0, 30.0, 45.0) }]);
        assert!(rates.passes() && !rates.is_asynchronous(), "{rates:?}");
    }
}
