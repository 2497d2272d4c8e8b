//! Sweeps: the fixed points of the limit as one parameter of the network changes.
//!
//! At every value of a grid all fixed points are looked for, in parallel. Each one that lies on no branch known so far starts
//! a new one, which is followed in both directions through its folds, to the ends of the sweep or to where the balance ends.
//!
//! * `family`: the equations and their eigenvalues, as [`continuation`](crate::continuation) wants them;
//! * `result`: branches, special points, numbers of fixed points;
//! * `seeds`: fixed points at the values of the grid;
//! * `traced`: branches in the making.
//!
//! A branch that lies between two neighbouring values of the grid as a whole is not seen.

mod family;
mod result;
mod seeds;
mod traced;

use std::error::Error;

use equipoise_model::Network;
use thiserror::Error;

pub use result::{
    Bifurcation, BranchEnd, Census, Interval, Sweep, SweepBranch, SweepPoint, Unbalanced,
};
use seeds::{Seeds, seeds};
use traced::{Traced, census, intervals};

/// Why a sweep was not done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SweepError<E: Error + 'static> {
    /// There are fewer than two values, or they do not rise.
    #[error("a sweep needs at least two values, and they must rise")]
    Values,
    /// The network could not be made at a value of the grid.
    #[error("the network could not be made at {parameter}")]
    Network {
        /// The value.
        parameter: f64,
        /// Why.
        source: E,
    },
    /// `K` has not the same rank everywhere.
    #[error(
        "the coupling K has rank {} at {} but rank {} at {}: these are different kinds of balance, which no branch \
         connects; sweep a parameter that keeps the rank, or end the sweep before it changes", before.1, before.0, after.1, after.0
    )]
    RankChanges {
        /// A value and the rank there.
        before: (f64, usize),
        /// The next value and the rank there.
        after: (f64, usize),
    },
}

/// Follows the fixed points of the networks that `network_at` makes from values between the first and the last of `values`,
/// which rise; drives and external rates are those of `time`. The result does not depend on the number of threads.
///
/// ```
/// use equipoise_limit::sweep::sweep;
/// use equipoise_model::{Scenario, scenario::overrides::apply};
///
/// let text = include_str!("../../../../scenarios/inhibition-stabilised.toml");
/// let network_at = |drive: f64| {
///     let text = apply(text, &[format!("populations.E.drive={drive:?}")]).expect("a sound assignment");
///     Scenario::parse("pair", &text).map(|scenario| scenario.network)
/// };
/// let swept = sweep(&network_at, &[-0.5, -0.4, -0.3], 0.0)?;
/// assert_eq!(swept.branches.len(), 1);
/// assert!(swept.branches[0].points.iter().all(|point| point.is_stable));
/// # Ok::<(), equipoise_limit::sweep::SweepError<equipoise_model::InputError>>(())
/// ```
///
/// # Errors
/// [`SweepError`]; that there is no balance at some values is none.
///
/// # Source
/// MacLaurin & Vilanova, arXiv:2412.17273 (the limit); Keller (1977) and Kuznetsov (2004), doi:10.1007/978-1-4757-3978-7, as
/// for [`continuation`](crate::continuation).
pub fn sweep<N, E>(network_at: &N, values: &[f64], time: f64) -> Result<Sweep, SweepError<E>>
where
    N: Fn(f64) -> Result<Network, E> + Sync,
    E: Error + Send + 'static,
{
    if values.len() < 2 || !values.is_sorted_by(|a, b| a < b) {
        return Err(SweepError::Values);
    }
    let Seeds { found, unbalanced, populations } = seeds(network_at, values, time)?;
    let mut traced: Vec<Traced<'_, N>> = Vec::new();
    for (value, seed) in &found {
        for state in &seed.states {
            if !traced.iter().any(|branch| branch.holds(*value, &seed.member, state)) {
                traced.extend(Traced::new(network_at, &seed.member, state, *value, values));
            }
        }
    }
    Ok(Sweep {
        populations,
        values: values.to_vec(),
        census: values.iter().map(|value| census(&traced, *value)).collect(),
        intervals: intervals(&traced, values),
        branches: traced.iter().map(Traced::finish).collect(),
        unbalanced,
    })
}
