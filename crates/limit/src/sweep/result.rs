//! What a sweep finds.

use nalgebra::Complex;

use crate::continuation::{Special, largest_real_part};
use crate::error::LimitError;

/// What is special about a fixed point.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Bifurcation {
    /// Two fixed points meet and vanish.
    Fold,
    /// Two branches cross.
    BranchPoint,
    /// A complex pair of slow eigenvalues crosses the imaginary axis: means and variances start to oscillate.
    Hopf {
        /// Of the oscillation, in radians per time unit.
        angular_frequency: f64,
    },
    /// A real fast eigenvalue passes zero: deviations from balance start to grow.
    BalanceLost,
    /// A complex pair of fast eigenvalues crosses the imaginary axis: deviations from balance start to oscillate.
    FastHopf {
        /// Of the oscillation, in radians per time unit and `sqrt(n)`.
        angular_frequency: f64,
    },
}

impl Bifurcation {
    /// All names, in the order of [`code`](Self::code).
    pub const NAMES: [&'static str; 5] =
        ["fold", "branch point", "Hopf", "balance lost", "fast Hopf"];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES[self.code()]
    }

    /// Its place in [`NAMES`](Self::NAMES).
    pub fn code(self) -> usize {
        match self {
            Self::Fold => 0,
            Self::BranchPoint => 1,
            Self::Hopf { .. } => 2,
            Self::BalanceLost => 3,
            Self::FastHopf { .. } => 4,
        }
    }

    /// Of a Hopf point.
    pub fn angular_frequency(self) -> Option<f64> {
        match self {
            Self::Hopf { angular_frequency } | Self::FastHopf { angular_frequency } => {
                Some(angular_frequency)
            }
            _ => None,
        }
    }

    /// From the words of continuation; the spectra are the slow and the fast one.
    pub(super) fn new(special: Special) -> Self {
        match special {
            Special::Fold => Self::Fold,
            Special::BranchPoint => Self::BranchPoint,
            Special::Hopf { spectrum: 0, angular_frequency } => Self::Hopf { angular_frequency },
            Special::Hopf { angular_frequency, .. } => Self::FastHopf { angular_frequency },
            Special::RealCrossing { .. } => Self::BalanceLost,
        }
    }
}

/// A fixed point on a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepPoint {
    /// Value of the swept parameter.
    pub parameter: f64,
    /// Length of the branch up to here; unit of the parameter is the range of the sweep, those of means and variances
    /// are the widths of gains and laws where the branch was found.
    pub arclength: f64,
    /// `m_a`, one for each population.
    pub mean: Vec<f64>,
    /// `v_a`.
    pub variance: Vec<f64>,
    /// `S_a`, per time unit.
    pub rates: Vec<f64>,
    /// Eigenvalues of the limit's ODEs on the manifold, `2P - r`, per time unit.
    pub slow_eigenvalues: Vec<Complex<f64>>,
    /// Eigenvalues of `Sigma_r V_r^T S_m U_r`, `r`, per time unit and `sqrt(n)`.
    pub fast_eigenvalues: Vec<Complex<f64>>,
    /// Whether all real parts are negative; at a special point they are not.
    pub is_stable: bool,
    /// What is special about it, if anything.
    pub special: Option<Bifurcation>,
}

impl SweepPoint {
    /// Largest real part of the slow eigenvalues; minus infinity if there are none.
    pub fn slow_eigenvalue(&self) -> f64 {
        largest_real_part(&self.slow_eigenvalues)
    }

    /// Largest real part of the fast eigenvalues; minus infinity if there are none.
    pub fn fast_eigenvalue(&self) -> f64 {
        largest_real_part(&self.fast_eigenvalues)
    }
}

/// How a branch ends.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BranchEnd {
    /// At an end of the sweep.
    Range,
    /// It has come back to where it began.
    Closed,
    /// So many rates are all but silent or saturated that nothing holds the balance.
    Unresponsive,
    /// There is no balance beyond.
    NoBalance {
        /// Why.
        reason: String,
    },
    /// It could not be followed further.
    Stalled,
}

/// A curve of fixed points.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepBranch {
    /// In order; special points among them.
    pub points: Vec<SweepPoint>,
    /// How it ends before the first point and after the last.
    pub ends: [BranchEnd; 2],
}

/// Numbers of fixed points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Census {
    /// Of stable ones.
    pub stable: usize,
    /// Of unstable ones.
    pub unstable: usize,
}

/// A range of parameters in which the numbers of fixed points do not change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Its lower end: a special point, an end of a branch or of the sweep.
    pub from: f64,
    /// Its upper end.
    pub to: f64,
    /// How many.
    pub census: Census,
}

/// A value at which there is no balance.
#[derive(Debug)]
pub struct Unbalanced {
    /// The value.
    pub parameter: f64,
    /// Why.
    pub reason: LimitError,
}

/// All that a sweep found.
#[derive(Debug)]
pub struct Sweep {
    /// Names of the neuron populations.
    pub populations: Vec<String>,
    /// The grid.
    pub values: Vec<f64>,
    /// Numbers of fixed points at its values.
    pub census: Vec<Census>,
    /// The same between them, from the first value to the last.
    pub intervals: Vec<Interval>,
    /// The branches, in the order in which they were found.
    pub branches: Vec<SweepBranch>,
    /// Values without balance.
    pub unbalanced: Vec<Unbalanced>,
}

impl Sweep {
    /// All special points with the numbers of their branches, by branch.
    pub fn special_points(&self) -> impl Iterator<Item = (usize, Bifurcation, &SweepPoint)> {
        let branches = self.branches.iter().enumerate();
        branches.flat_map(|(number, branch)| {
            let points = branch.points.iter();
            points.filter_map(move |point| Some((number, point.special?, point)))
        })
    }
}
