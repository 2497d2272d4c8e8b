//! An ensemble against the theory of one network, and against the limit.

use equipoise_limit::LimitError;
use equipoise_model::Scenario;
use equipoise_store::Group;
use equipoise_validation::{Observed, Prediction, Verdict, compare};
use miette::miette;

use super::Failure;
use super::scenario::assumptions;
use crate::layout::{comparison, theory};

/// What is predicted of a scenario, and compared.
#[derive(Debug)]
pub struct Validation {
    /// The sample times.
    pub times: Vec<f64>,
    /// Theory and margins.
    pub prediction: Prediction,
}

/// Refuses a scenario with a single network.
///
/// # Errors
/// [`Failure::Usage`].
pub fn enough_networks(scenario: &Scenario) -> Result<(), Failure> {
    if scenario.replicates >= 2 {
        return Ok(());
    }
    Err(Failure::Usage(miette!(
        help = "set ensemble.replicates to 2 at least; 200 or more make the comparison sharp",
        "validate needs more than one network to estimate a standard error"
    )))
}

impl Validation {
    /// Predicts.
    ///
    /// # Errors
    /// [`LimitError`] for a network without a limit, or whose theory cannot be followed.
    pub fn new(scenario: &Scenario) -> Result<Self, LimitError> {
        let (network, times) = (&scenario.network, scenario.sampling.times());
        let prediction = Prediction::with_energy(network, scenario.energy.as_ref(), &times)?
            .of_records(network, &scenario.recording)?;
        Ok(Self { times, prediction })
    }

    /// What is assumed, and what is not compared.
    pub fn notes(&self, scenario: &Scenario) -> Vec<String> {
        let untested = self.prediction.untested(&scenario.network, &scenario.recording);
        let untested = untested.into_iter().map(|line| format!("note: {line}"));
        let end = self
            .prediction
            .limit
            .end
            .as_ref()
            .map(|end| format!("warning: {end}; what is simulated after it is not compared"));
        assumptions(scenario).into_iter().chain(untested).chain(end).collect()
    }

    /// `/limit` and `/finite_n`.
    pub fn predicted(&self, scenario: &Scenario) -> [Group; 2] {
        let Prediction { limit, finite_n, margins, validity, energy, .. } = &self.prediction;
        let energy = energy.as_ref();
        let in_limit = energy.map(|energy| &energy.limit);
        [
            theory::limit(scenario, &self.times, limit, in_limit),
            theory::finite_n(scenario, &self.times, (finite_n, margins), validity, energy),
        ]
    }

    /// The verdict on networks, and `/comparison` with what else is compared.
    pub fn compare(&self, scenario: &Scenario, observed: &Observed) -> (Verdict, Vec<Group>) {
        let network = &scenario.network;
        let (populations, size) = (network.population_count(), network.size);
        let verdict = compare(observed, &self.prediction, populations, size);
        let replicates = observed.replicates();
        let groups = comparison::groups(scenario, &self.times, replicates, &verdict);
        (verdict, groups)
    }
}
