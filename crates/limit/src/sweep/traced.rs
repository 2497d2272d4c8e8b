//! Branches in the making: followed, but not yet in the words of neurons.

use std::error::Error;

use equipoise_model::Network;
use nalgebra::DVector;

use crate::continuation::{Branch, End, Point, Settings, trace};

use super::family::{Member, NetworkFamily, settings};
use super::result::{Bifurcation, BranchEnd, Census, Interval, SweepBranch, SweepPoint};

/// Fixed points nearer than this, in units of gains and laws, are the same.
const SAME: f64 = 1e-6;
/// Parameters nearer than this, in units of the sweep, are the same.
const SAME_PARAMETER: f64 = 1e-9;

/// A branch with its equations.
pub struct Traced<'a, N> {
    family: NetworkFamily<'a, N>,
    settings: Settings,
    branch: Branch,
}

impl<'a, N, E> Traced<'a, N>
where
    N: Fn(f64) -> Result<Network, E>,
    E: Error,
{
    /// Follows the branch through a fixed point at a value of the grid; none if the corrector does not agree that it is
    /// one.
    pub fn new(
        network_at: &'a N,
        member: &Member,
        state: &DVector<f64>,
        value: f64,
        values: &[f64],
    ) -> Option<Self> {
        let settings = settings(member, state, values);
        let family = NetworkFamily::new(network_at, member, settings.parameter_unit);
        let branch = trace(&family, &settings, (state, value)).ok()?;
        Some(Self { family, settings, branch })
    }

    /// Whether a fixed point lies on this branch.
    pub fn holds(&self, value: f64, member: &Member, state: &DVector<f64>) -> bool {
        let units = member.units(state);
        let distance = |root: &Point| (&root.state - state).component_div(&units).amax();
        self.roots_at(value).iter().any(|root| distance(root) < SAME)
    }

    fn roots_at(&self, parameter: f64) -> Vec<Point> {
        self.branch.roots_at(&self.family, &self.settings, parameter)
    }

    /// The branch in the words of neurons.
    pub fn finish(&self) -> SweepBranch {
        let points = self.branch.points.iter().map(|point| self.describe(point)).collect();
        let last = &self.branch.points[self.branch.points.len() - 1];
        let ends = [
            self.end(self.branch.ends[0], &self.branch.points[0], -1.0),
            self.end(self.branch.ends[1], last, 1.0),
        ];
        SweepBranch { points, ends }
    }

    fn describe(&self, point: &Point) -> SweepPoint {
        let size = self.branch.points[0].state.len() / 2;
        let (mean, variance) = point.state.as_slice().split_at(size);
        let rates = self.family.member(point.parameter);
        let rates = rates.map_or_else(
            || vec![f64::NAN; size],
            |member| member.rates(&point.state).rates.as_slice().to_vec(),
        );
        SweepPoint {
            parameter: point.parameter,
            arclength: point.arclength,
            mean: mean.to_vec(),
            variance: variance.to_vec(),
            rates,
            slow_eigenvalues: point.spectra[0].clone(),
            fast_eigenvalues: point.spectra[1].clone(),
            is_stable: point.is_stable(),
            special: point.special.map(Bifurcation::new),
        }
    }

    /// Why the branch ends at its last point in this direction along it.
    fn end(&self, end: End, point: &Point, direction: f64) -> BranchEnd {
        match end {
            End::Bound => BranchEnd::Range,
            End::Closed => BranchEnd::Closed,
            End::Invalid => BranchEnd::Unresponsive,
            End::Undefined => {
                let ahead = direction * point.tangent[point.tangent.len() - 1];
                let beyond = point.parameter + 1e-6 * self.settings.parameter_unit * ahead.signum();
                let reason = self.family.make(beyond).err();
                let reason = reason.unwrap_or_else(|| "the equations are not defined".to_owned());
                BranchEnd::NoBalance { reason }
            }
            End::Stalled | End::MostPoints => BranchEnd::Stalled,
        }
    }

    /// Parameters at which numbers of fixed points can change.
    fn changes(&self) -> impl Iterator<Item = f64> {
        let ends = [&self.branch.points[0], &self.branch.points[self.branch.points.len() - 1]];
        self.branch.special_points().chain(ends).map(|point| point.parameter)
    }
}

/// Numbers of fixed points at a parameter.
pub fn census<N, E>(branches: &[Traced<'_, N>], parameter: f64) -> Census
where
    N: Fn(f64) -> Result<Network, E>,
    E: Error,
{
    let roots = branches.iter().flat_map(|branch| branch.roots_at(parameter));
    roots.fold(Census::default(), |mut census, root| {
        if root.is_stable() {
            census.stable += 1;
        } else {
            census.unstable += 1;
        }
        census
    })
}

/// The range of the values cut where numbers of fixed points change.
pub fn intervals<N, E>(branches: &[Traced<'_, N>], values: &[f64]) -> Vec<Interval>
where
    N: Fn(f64) -> Result<Network, E>,
    E: Error,
{
    let (first, last) = (values[0], values[values.len() - 1]);
    let mut cuts: Vec<f64> =
        branches.iter().flat_map(Traced::changes).chain([first, last]).collect();
    cuts.sort_by(f64::total_cmp);
    cuts.dedup_by(|b, a| *b - *a < SAME_PARAMETER * (last - first));
    let mut intervals: Vec<Interval> = Vec::new();
    for pair in cuts.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let census = census(branches, 0.5 * (from + to));
        match intervals.last_mut() {
            Some(before) if before.census == census => before.to = to,
            _ => intervals.push(Interval { from, to, census }),
        }
    }
    intervals
}
