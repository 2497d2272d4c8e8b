//! Errors against the limit at several sizes, measured and expected.
//!
//! * `plan`: sizes, methods and numbers of networks.

mod plan;

use std::convert::Infallible;
use std::str::FromStr;
use std::sync::atomic::AtomicBool;

use equipoise_energy::Account;
use equipoise_engine::{Ensemble, Headway, Outcome, RunError};
use equipoise_model::Scenario;
use equipoise_store::Group;
use equipoise_validation::convergence::verdict::OfSize;
use equipoise_validation::convergence::{Convergence, Measured, Sample, converge};

use super::Failure;
use crate::layout;

pub use plan::{Size, plan};

/// What a user may ask for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Sizes, in place of those that are chosen.
    pub sizes: Option<Sizes>,
    /// Largest standard error as a part of the expected error.
    pub precision: f64,
    /// Networks of each size, in place of the number that is chosen by it.
    pub networks: Option<u64>,
    /// How networks are simulated.
    pub method: Simulated,
}

/// How networks are simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Simulated {
    /// Exactly where that takes less than half a minute, by leaps where they apply to what takes longer.
    Auto,
    /// Exactly at all sizes.
    Exact,
    /// By leaps at all sizes.
    Leap,
}

/// Sizes in rising order, each once.
#[derive(Debug, Clone, PartialEq)]
pub struct Sizes(pub Vec<f64>);

impl FromStr for Sizes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let size = |text: &str| match text.trim().parse::<f64>() {
            Ok(value) if (1.0..=1e12).contains(&value) && value.fract() == 0.0 => Ok(value),
            _ => Err(format!(
                "`{text}` is no size; they are whole numbers above 0, as in 100,1000,1e4"
            )),
        };
        let mut sizes = text.split(',').map(size).collect::<Result<Vec<_>, _>>()?;
        sizes.sort_unstable_by(f64::total_cmp);
        sizes.dedup();
        if sizes.len() < 2 {
            return Err("there must be two different sizes at least".to_owned());
        }
        Ok(Self(sizes))
    }
}

impl Size {
    /// Simulates its networks and measures their errors, on so many threads, until `stop` is set.
    ///
    /// # Errors
    /// [`Failure::Simulation`].
    pub fn measure(
        &self,
        threads: usize,
        stop: &AtomicBool,
        headway: &Headway,
    ) -> Result<(Measured, Outcome), Failure> {
        let scenario = &self.scenario;
        let mut ensemble = Ensemble::new(scenario);
        ensemble.threads = threads;
        ensemble.check()?;
        let energy = scenario.energy.as_ref();
        let account = energy.map(|energy| Account::new(&scenario.network, energy));
        let mut measured = Measured::new(&self.expected);
        let samples = ensemble.times.len();
        let outcome = ensemble.run_reporting(stop, headway, |network| {
            if network.samples() == samples {
                measured.push(&self.expected, &Sample::of(&network, account.as_ref()));
            }
            Ok::<(), Infallible>(())
        });
        let outcome = outcome.map_err(|error| match error {
            RunError::Engine(error) => Failure::from(error),
            RunError::Receiver(never) => match never {},
        })?;
        Ok((measured, outcome))
    }
}

/// What is found, and `/convergence`.
pub fn find(base: &Scenario, sizes: &[Size], measured: &[Measured]) -> (Convergence, Group) {
    let of_sizes: Vec<OfSize<'_>> = sizes.iter().map(|s| &s.expected).zip(measured).collect();
    let methods: Vec<&str> = sizes.iter().map(|size| size.scenario.method.name()).collect();
    let found = converge(&of_sizes, base.seed);
    let times = &sizes[0].expected.times;
    let group = layout::convergence::convergence(base, times, &of_sizes, &methods, &found);
    (found, group)
}
