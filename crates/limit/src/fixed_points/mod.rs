//! Fixed points of the limit: where they are on the balanced manifold, and how the limit behaves near them.
//!
//! With drives and external rates held at their values at one time, a fixed point solves
//!
//! ```math
//! -\frac{m}{\tau} + I + U_r l = 0, \qquad -\frac{2 v}{\tau} + Q S + q = 0, \qquad V_r^{\mathsf T} S = -\Sigma_r^{-1} U_r^{\mathsf T} h.
//! ```
//!
//! The *rates* are the unknowns: balance leaves an affine set of them, `S = S_0 + V_perp c` with `c` in `R^(P - r)`, cut off by
//! the gains' ranges. Rates give variances, `v = tau/2 (Q S + q)`, these and the rates give means, since the average of a
//! gain rises with the mean, and `P - r` equations remain,
//!
//! ```math
//! F(c) = U_\perp^{\mathsf T} \left(-\frac{m}{\tau} + I\right) = 0.
//! ```
//!
//! * `state`: rates, variances and means that belong together;
//! * `line`: `P - r = 1`: all roots of a function of one variable;
//! * `plane`: `P - r > 1`: Newton's method from many starts, which may miss some;
//! * `linear`: eigenvalues and what they mean.
//!
//! At full rank and without coupling (rank 0) the fixed point is unique and has a closed form.

mod line;
mod linear;
mod plane;
mod state;

use equipoise_model::Network;
use nalgebra::{Complex, DVector};

use crate::balance::Balance;
use crate::coefficients::Coefficients;
use crate::error::LimitError;
use crate::rates::Rates;

use state::{Equations, State};

/// A fixed point of the limit.
#[derive(Debug, Clone, PartialEq)]
pub struct FixedPoint {
    /// `m_a`, one for each population.
    pub mean: Vec<f64>,
    /// `v_a`.
    pub variance: Vec<f64>,
    /// `S_a`, per time unit.
    pub rates: Vec<f64>,
    /// `S_m = E[lambda_a']`, per time unit.
    pub slopes: Vec<f64>,
    /// Eigenvalues of the limit's ODEs within the manifold, `P - r` for the means along it and `P` for the variances, per
    /// time unit, by falling real part. None where the manifold folds and the ODEs end.
    pub slow_eigenvalues: Vec<Complex<f64>>,
    /// The `r` eigenvalues of `Sigma_r V_r^T S_m U_r`, per time unit and `sqrt(n)`, by falling real part.
    pub fast_eigenvalues: Vec<Complex<f64>>,
    /// What the eigenvalues mean.
    pub character: Character,
}

/// How the limit behaves near a fixed point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Character {
    /// Attracts; the slowest approach is straight.
    StableNode,
    /// Attracts; the slowest approach goes round.
    StableFocus,
    /// Repels, in an even number of real directions.
    UnstableNode,
    /// Repels; the fastest departure goes round.
    UnstableFocus,
    /// Repels in an odd number of directions and attracts in the others: between two basins.
    Saddle,
    /// The largest real part vanishes, up to rounding: at a bifurcation.
    Marginal,
    /// A fast eigenvalue has a non-negative real part: the network leaves the manifold in time `n^{-1/2}`.
    BalanceUnstable,
    /// All rates are so near silence or saturation that nothing holds the balance.
    Unresponsive,
}

impl Character {
    /// Whether the limit, and the balance, return after a small deviation.
    pub fn is_stable(self) -> bool {
        matches!(self, Self::StableNode | Self::StableFocus)
    }
}

/// How fixed points were looked for, and so whether there can be others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Search {
    /// The fixed point is unique.
    Unique,
    /// All of them, between rates `1e-11` of their range away from silence and from saturation (or up to `1e9` times a natural
    /// scale, if nothing bounds them), unless two are nearer to each other than the scan and no extremum tells.
    Line,
    /// Every balanced state is a fixed point; none is listed.
    Continuum,
    /// Those that Newton's method reached from this many starts; there can be others.
    Starts(usize),
}

/// The fixed points at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct FixedPoints {
    /// When, in time units; drives and external rates are held at their values then.
    pub time: f64,
    /// By rising rate of the first population.
    pub points: Vec<FixedPoint>,
    /// How they were looked for.
    pub search: Search,
}

impl FixedPoints {
    /// The stable fixed point whose means are nearest to these, if there is any.
    pub fn nearest_stable(&self, mean: &[f64]) -> Option<&FixedPoint> {
        let distance = |point: &FixedPoint| -> f64 {
            point.mean.iter().zip(mean).map(|(a, b)| (a - b).powi(2)).sum()
        };
        let stable = self.points.iter().filter(|point| point.character.is_stable());
        stable.min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }
}

/// All fixed points of the limit with the drives and external rates of `time`; there may be none.
///
/// # Errors
/// [`LimitError::OutsideRange`], [`LimitError::RateOutOfRange`] or [`LimitError::NoBalancedRates`] if there is no balanced
/// manifold.
///
/// # Source
/// MacLaurin & Vilanova, arXiv:2412.17273 (the limit); the linearisation is derived in `linear`.
pub fn fixed_points(
    network: &Network,
    coefficients: &Coefficients,
    balance: &Balance,
    time: f64,
) -> Result<FixedPoints, LimitError> {
    balance.check(network, coefficients, time)?;
    let equations = Equations::new(network, coefficients, balance, time);
    let (states, search) = match (balance.rank(), network.population_count() - balance.rank()) {
        (_, 0) => (equations.at_fixed_rates().into_iter().collect(), Search::Unique),
        (0, _) => (vec![equations.without_coupling()], Search::Unique),
        (_, 1) => line::all(&equations)?,
        _ => plane::from_many_starts(&equations)?,
    };
    let described = states.iter().map(|state: &State| linear::describe(&equations, state));
    let mut points: Vec<_> = described.collect();
    points.sort_by(|a, b| a.rates[0].total_cmp(&b.rates[0]));
    Ok(FixedPoints { time, points, search })
}

/// Infimum and supremum of each population's rate over the balanced states, per time unit, with the external rates of
/// `time`.
///
/// # Errors
/// As [`fixed_points`].
pub fn balanced_rates(
    network: &Network,
    coefficients: &Coefficients,
    balance: &Balance,
    time: f64,
) -> Result<Vec<(f64, f64)>, LimitError> {
    balance.check(network, coefficients, time)?;
    let equations = Equations::new(network, coefficients, balance, time);
    match network.population_count() - balance.rank() {
        0 => Ok(equations.origin.iter().map(|rate| (*rate, *rate)).collect()),
        1 => line::Line::new(&equations)
            .map(|line| line.intervals(&equations))
            .ok_or(LimitError::NoBalancedRates { time }),
        _ => plane::intervals(&equations),
    }
}

/// The slow eigenvalues at a state of these averages, as in [`FixedPoint`]; none where the manifold folds.
pub(crate) fn slow_eigenvalues(
    network: &Network,
    coefficients: &Coefficients,
    balance: &Balance,
    at: &Rates,
) -> Vec<Complex<f64>> {
    // They do not depend on drives and external rates, and so not on time.
    linear::slow_eigenvalues(&Equations::new(network, coefficients, balance, 0.0), at)
}

/// Balanced means at given variances where balance leaves one direction (`P - r = 1`): points along the manifold, `P` means
/// each, by rates from one end of the gains' ranges to the other. Empty for other dimensions or without balance.
pub fn balanced_means(
    network: &Network,
    coefficients: &Coefficients,
    balance: &Balance,
    time: f64,
    variance: &[f64],
) -> Vec<Vec<f64>> {
    if network.population_count() != balance.rank() + 1 {
        return Vec::new();
    }
    let equations = Equations::new(network, coefficients, balance, time);
    line::Line::new(&equations).map_or_else(Vec::new, |line| line.means(network, variance))
}

/// A vector with one entry for each population.
fn by_population(network: &Network, entry: impl Fn(usize) -> f64) -> DVector<f64> {
    DVector::from_fn(network.population_count(), |a, _| entry(a))
}
