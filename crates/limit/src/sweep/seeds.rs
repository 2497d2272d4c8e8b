//! Fixed points at the values of the grid.

use std::error::Error;

use equipoise_model::Network;
use nalgebra::DVector;
use rayon::prelude::*;

use crate::error::LimitError;
use crate::fixed_points::{FixedPoint, fixed_points};

use super::SweepError;
use super::family::Member;
use super::result::Unbalanced;

/// All fixed points at one value.
pub struct Seed {
    pub member: Member,
    /// `(m, v)` of each.
    pub states: Vec<DVector<f64>>,
}

/// The whole grid.
pub struct Seeds {
    /// By value, where there is a balance.
    pub found: Vec<(f64, Seed)>,
    pub unbalanced: Vec<Unbalanced>,
    pub populations: Vec<String>,
}

/// Looks for all fixed points at all values, in parallel.
///
/// # Errors
/// [`SweepError`] where a network is missing, or the rank of `K` changes.
pub fn seeds<N, E>(network_at: &N, values: &[f64], time: f64) -> Result<Seeds, SweepError<E>>
where
    N: Fn(f64) -> Result<Network, E> + Sync,
    E: Error + Send + 'static,
{
    let make = |parameter: f64| {
        let network =
            network_at(parameter).map_err(|source| SweepError::Network { parameter, source })?;
        let member = Member::new(network, time);
        let fixed = member.fixed_points();
        Ok((member, fixed))
    };
    let made: Vec<Result<_, SweepError<E>>> = values.par_iter().map(|value| make(*value)).collect();
    let mut seeds = Seeds { found: Vec::new(), unbalanced: Vec::new(), populations: Vec::new() };
    let mut before: Option<(f64, usize)> = None;
    for (value, made) in values.iter().copied().zip(made) {
        let (member, fixed) = made?;
        let after = (value, member.balance.rank());
        if let Some(before) = before.filter(|before| before.1 != after.1) {
            return Err(SweepError::RankChanges { before, after });
        }
        before = Some(after);
        seeds.populations = member.network.population_names();
        match fixed {
            Ok(states) => seeds.found.push((value, Seed { member, states })),
            Err(reason) => seeds.unbalanced.push(Unbalanced { parameter: value, reason }),
        }
    }
    Ok(seeds)
}

impl Member {
    /// All fixed points at which the balance is held.
    fn fixed_points(&self) -> Result<Vec<DVector<f64>>, LimitError> {
        let found = fixed_points(&self.network, &self.coefficients, &self.balance, self.time)?;
        let states = found.points.iter().map(state);
        Ok(states.filter(|state| self.validity(state) > 0.0).collect())
    }
}

/// `(m, v)`.
fn state(point: &FixedPoint) -> DVector<f64> {
    let all = point.mean.iter().chain(&point.variance).copied();
    DVector::from_iterator(2 * point.mean.len(), all)
}
