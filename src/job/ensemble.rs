//! An ensemble in memory, for callers who want arrays and no file.

use std::convert::Infallible;
use std::sync::atomic::AtomicBool;

use equipoise_engine::{Ensemble, Headway, Outcome, RunError, Trajectory};
use equipoise_model::Scenario;
use equipoise_store::Group;

use super::Failure;
use super::room::{Held, check_memory};
use crate::cost::Cost;
use crate::layout::stream;

/// All networks of a scenario.
#[derive(Debug)]
pub struct Whole {
    /// The sample times.
    pub times: Vec<f64>,
    /// The networks, in the order of their numbers; where the ensemble was interrupted, as far as they came.
    pub networks: Vec<Trajectory>,
    /// Whether they are complete.
    pub outcome: Outcome,
}

/// The scenario with the method that it is simulated by, in place of `auto`.
#[must_use]
pub fn decided(scenario: &Scenario) -> Scenario {
    let method = Cost::new(scenario, &scenario.sampling.times()).method;
    Scenario { method, ..scenario.clone() }
}

impl Whole {
    /// Simulates a scenario whose method is [`decided`], on so many threads (0 takes all cores), until `stop` is set.
    ///
    /// # Errors
    /// [`Failure`] for what does not fit in memory, and for networks that cannot be simulated.
    pub fn simulate(
        scenario: &Scenario,
        threads: usize,
        stop: &AtomicBool,
        headway: &Headway,
    ) -> Result<Self, Failure> {
        let mut ensemble = Ensemble::new(scenario);
        ensemble.threads = threads;
        ensemble.check()?;
        check_memory(scenario, &ensemble.times, Held::Everything)?;
        let mut networks = Vec::new();
        let outcome = ensemble.run_reporting(stop, headway, |network| {
            networks.push(network);
            Ok::<(), Infallible>(())
        });
        let outcome = outcome.map_err(|error| match error {
            RunError::Engine(error) => Failure::from(error),
            RunError::Receiver(never) => match never {},
        })?;
        Ok(Self { times: ensemble.times, networks, outcome })
    }

    /// `/trajectory`, and what the scenario records.
    pub fn groups(&self, scenario: &Scenario) -> Vec<Group> {
        stream::whole(scenario, &self.times, &self.networks)
    }
}
