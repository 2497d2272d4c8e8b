//! The networks of one size.

use std::sync::atomic::AtomicBool;

use equipoise_energy::Account;
use equipoise_engine::{EngineError, Ensemble, Outcome, RunError, Single};
use equipoise_model::{Recording, Scenario};

use super::averages::Averages;
use super::sizes::Size;
use super::statistic::{Statistic, Theory};
use crate::convergence::{Measured, Sample};

/// What was seen of them.
pub struct Simulated {
    networks: Vec<Averages>,
    over_all: Averages,
    errors: Option<Measured>,
}

/// How networks are simulated.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Of all streams.
    pub seed: u64,
    /// 0 takes all cores.
    pub threads: usize,
    /// Ends it early.
    pub stop: &'a AtomicBool,
}

impl Simulated {
    /// Simulates; nothing where it was stopped.
    ///
    /// # Errors
    /// [`EngineError`].
    pub fn new(
        scenario: &Scenario,
        size: &Size,
        theory: &Theory,
        terms: Terms<'_>,
    ) -> Result<Option<Self>, EngineError> {
        let histograms = theory.errors.as_ref().map(|expected| expected.bins);
        let activity_energy = scenario.energy.as_ref().map(|energy| energy.threshold.clone());
        // A twin pays its own prices.
        let account = scenario.energy.as_ref().map(|e| Account::new(&scenario.network, e));
        let ensemble = Ensemble {
            network: &scenario.network,
            method: size.method(),
            seed: terms.seed,
            replicates: size.networks,
            times: scenario.sampling.times(),
            recording: Recording { histograms, activity_energy, ..Recording::default() },
            threads: terms.threads,
            ranks: &Single,
            shelf: None,
        };
        let mut networks = Vec::new();
        let mut errors = theory.errors.as_ref().map(Measured::new);
        let outcome = ensemble.run::<()>(terms.stop, |trajectory| {
            if let (Some(measured), Some(expected)) = (&mut errors, &theory.errors) {
                measured.push(expected, &Sample::of(&trajectory, account.as_ref()));
            }
            networks.push(Averages::of_network(&trajectory));
            Ok(())
        });
        match outcome {
            Ok(Outcome::Complete) => {
                let over_all = Averages::over(&networks);
                Ok(Some(Self { networks, over_all, errors }))
            }
            Ok(Outcome::Interrupted) | Err(RunError::Receiver(())) => Ok(None),
            Err(RunError::Engine(error)) => Err(error),
        }
    }

    /// A statistic by component and network: values whose average is the estimate and whose spread is its error.
    ///
    /// These are the errors of networks where it is one; of what is made of averages, the pseudo-values `R F - (R - 1) F_{-r}` of the jackknife, with `F` of all networks and `F_{-r}` of all
    /// but one. For what is linear they are the values of the networks, for a variance over networks they make it unbiased.
    ///
    /// # Source
    /// Efron & Tibshirani (1993), *An Introduction to the Bootstrap*, chapter 11.
    pub fn values(&self, statistic: Statistic, theory: &Theory) -> Vec<Vec<f64>> {
        if let (Some(quantity), Some(measured), Some(expected)) =
            (statistic.error(), &self.errors, &theory.errors)
        {
            let last = expected.times.len().saturating_sub(1);
            let places = (0..expected.populations).map(|a| expected.place(last, a));
            return places.map(|at| measured.errors(quantity, at).to_vec()).collect();
        }
        let count = self.networks.len();
        let over_all = theory.measured(statistic, &self.over_all);
        let mut values = vec![Vec::with_capacity(count); over_all.len()];
        for one in &self.networks {
            let without = theory.measured(statistic, &self.over_all.without(one, count));
            for ((values, all), without) in values.iter_mut().zip(&over_all).zip(without) {
                values.push(all + (count as f64 - 1.0) * (all - without));
            }
        }
        values
    }
}
