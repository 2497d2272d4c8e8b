//! Networks at rest, simulated and compared with what linear noise and the theory of counts say of them.

use std::convert::Infallible;
use std::sync::atomic::AtomicBool;

use equipoise_engine::{Ensemble, Headway, Outcome, RunError};
use equipoise_limit::LimitError;
use equipoise_model::{Method, Scenario};
use equipoise_validation::{AtRest, ObservedAtRest, RestVerdict};

use super::Failure;
use super::fluctuations::Asked;

/// The network of a scenario at rest, at the time and with the window that are asked for.
///
/// # Errors
/// [`LimitError`] if a lower order of the theory, of which margins are made, does not come to rest.
pub fn at_rest(scenario: &Scenario, asked: &Asked) -> Result<AtRest, LimitError> {
    AtRest::new(&scenario.network, asked.at, asked.window)
}

/// So many exact simulations of it, with the seed of the scenario, on so many threads.
pub fn ensemble<'a>(
    rest: &'a AtRest,
    scenario: &Scenario,
    replicates: u64,
    threads: usize,
) -> Ensemble<'a> {
    Ensemble {
        network: rest.network(),
        method: Method::Exact,
        seed: scenario.seed,
        replicates,
        times: vec![0.0, rest.course().end()],
        recording: rest.recording(),
        threads,
        ranks: &equipoise_engine::Single,
    }
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
    ensemble.check()?;
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
