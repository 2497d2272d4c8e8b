//! Networks at rest, simulated and compared with what linear noise and the theory of counts say of them.

use std::convert::Infallible;
use std::sync::atomic::AtomicBool;

use equipoise_engine::{Ensemble, Headway, Outcome, RunError};
use equipoise_limit::LimitError;
use equipoise_model::{Method, Sampling, Scenario};
use equipoise_validation::{AtRest, ObservedAtRest, RestVerdict};

use super::Failure;
use super::fluctuations::Asked;
use super::room::{Held, check_memory};

/// The network of a scenario at rest, at the time and with the window that are asked for.
///
/// # Errors
/// [`LimitError`] if a lower order of the theory, of which margins are made, does not come to rest.
pub fn at_rest(scenario: &Scenario, asked: &Asked) -> Result<AtRest, LimitError> {
    AtRest::new(&scenario.network, asked.at, asked.window)
}

/// So many exact simulations of it, as a scenario with the seed of this one.
///
/// # Errors
/// [`Failure`] for what does not fit in memory, or that nobody would see the end of.
pub fn simulated(rest: &AtRest, scenario: &Scenario, replicates: u64) -> Result<Scenario, Failure> {
    let end = rest.course().end();
    let simulated = Scenario {
        network: rest.network().clone(),
        sampling: Sampling { duration: end, interval: end, ..scenario.sampling.clone() },
        method: Method::Exact,
        replicates,
        recording: rest.recording(),
        energy: None,
        ..scenario.clone()
    };
    check_memory(&simulated, &simulated.sampling.times(), Held::Networks)?;
    Ensemble::new(&simulated).check()?;
    Ok(simulated)
}

/// Simulates them, and compares those that are complete; none if there are not two.
///
/// # Errors
/// [`Failure`] for networks that cannot be simulated.
pub fn compare(
    rest: &AtRest,
    ensemble: &Ensemble<'_>,
    stop: &AtomicBool,
    headway: &Headway,
) -> Result<(Option<RestVerdict>, Outcome), Failure> {
    let mut observed = ObservedAtRest::new(rest);
    let outcome = ensemble.run_reporting(stop, headway, |network| {
        if network.samples() == ensemble.times.len() {
            observed.push(rest, &network);
        }
        Ok::<(), Infallible>(())
    });
    let outcome = outcome.map_err(|error| match error {
        RunError::Engine(error) => Failure::from(error),
        RunError::Receiver(never) => match never {},
    })?;
    let verdict = (observed.replicates() > 1).then(|| rest.compare(&observed));
    Ok((verdict, outcome))
}
