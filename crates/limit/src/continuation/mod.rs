//! Continuation: the curve of roots of `F(x, p) = 0` followed through its folds. It knows nothing of neurons.
//!
//! Use it where the roots of a system depend on one parameter and do not form a graph over it. From a root the curve is
//! followed by its arclength: a step along the tangent, then Newton's method in the hyperplane across it,
//!
//! ```math
//! F(x, p) = 0, \qquad \langle (x, p) - (x_0, p_0),\ t_0 \rangle = s,
//! ```
//!
//! a system that stays regular where `F_x` is singular and the curve turns back. State and parameter are measured in the
//! units that the caller gives, so that the scalar product makes sense.
//!
//! * [`branch`]: what comes out: points, special points, ends;
//! * `frame`: scaled coordinates, Newton's method and tangents in them;
//! * `special`: which points are special, and between which points they lie;
//! * `trace`: steps, their size, and where a branch ends;
//!
//! # Source
//! Keller (1977), in: Rabinowitz, *Applications of Bifurcation Theory*, 359-384 (pseudo-arclength); Allgower & Georg (2003),
//! *Introduction to Numerical Continuation Methods*, doi:10.1137/1.9780898719154, chapters 3, 6 and 8; Kuznetsov (2004),
//! *Elements of Applied Bifurcation Theory*, doi:10.1007/978-1-4757-3978-7, chapter 10 (test functions).

pub mod branch;
mod frame;
mod special;
mod trace;

use nalgebra::{Complex, DMatrix, DVector};
use thiserror::Error;

use crate::balance;

pub use branch::{Branch, End, Point, Special, solve};
pub use trace::trace;

/// `N` equations `F(x, p) = 0` for `x` in `R^N` that depend on one parameter `p`.
pub trait Family {
    /// `N`.
    fn dimension(&self) -> usize;

    /// `F(x, p)`, `N` components; none where the equations are not defined.
    fn residual(&self, state: &DVector<f64>, parameter: f64) -> Option<DVector<f64>>;

    /// `F_x`, `N` by `N`; none where it is not defined.
    fn jacobian(&self, state: &DVector<f64>, parameter: f64) -> Option<DMatrix<f64>>;

    /// `F_p`, `N` components. By itself central differences, one-sided ones where only one side is defined.
    fn parameter_derivative(&self, state: &DVector<f64>, parameter: f64) -> Option<DVector<f64>> {
        let step = self.parameter_step(parameter);
        let at = |steps: f64| self.residual(state, parameter + steps * step);
        let one_sided = |step: f64| {
            let [here, near, far] = [0.0, 1.0, 2.0].map(|steps| at(steps * step.signum()));
            Some((near? * 4.0 - here? * 3.0 - far?) / (2.0 * step))
        };
        match (at(-1.0), at(1.0)) {
            (Some(below), Some(above)) => Some((above - below) / (2.0 * step)),
            (None, _) => one_sided(step),
            (_, None) => one_sided(-step),
        }
    }

    /// Step of those differences.
    fn parameter_step(&self, parameter: f64) -> f64 {
        f64::EPSILON.cbrt() * (1.0 + parameter.abs())
    }

    /// Eigenvalues that decide on stability: a root is stable if all have negative real parts. An eigenvalue of the first
    /// spectrum vanishes where `F_x` is singular; further ones may vanish anywhere. By itself the eigenvalues of `F_x`. The
    /// number of spectra does not change along a branch.
    fn spectra(&self, state: &DVector<f64>, parameter: f64) -> Vec<Vec<Complex<f64>>> {
        self.jacobian(state, parameter)
            .map_or_else(Vec::new, |jacobian| vec![eigenvalues(&jacobian)])
    }

    /// Positive while the equations make sense; a branch ends where it becomes zero.
    fn validity(&self, state: &DVector<f64>, parameter: f64) -> f64 {
        let _ = (state, parameter);
        1.0
    }
}

/// Eigenvalues of a square matrix, by falling real part; not-a-number where an entry is none.
pub fn eigenvalues(matrix: &DMatrix<f64>) -> Vec<Complex<f64>> {
    balance::eigenvalues(matrix)
}

/// Largest real part of eigenvalues: minus infinity if there are none, not-a-number if one is.
pub fn largest_real_part(eigenvalues: &[Complex<f64>]) -> f64 {
    let parts = eigenvalues.iter().map(|value| value.re);
    parts.fold(f64::NEG_INFINITY, |a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) })
}

/// How a branch is followed.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Least and greatest parameter of interest.
    pub bounds: (f64, f64),
    /// Units of the components of the state, `N` positive numbers.
    pub state_units: DVector<f64>,
    /// Unit of the parameter.
    pub parameter_unit: f64,
    /// First step along the arc, in these units.
    pub first_step: f64,
    /// Steps become no longer than this.
    pub largest_step: f64,
    /// A branch that asks for shorter steps than this ends.
    pub smallest_step: f64,
    /// Largest angle between the tangents of neighbouring points, in radians.
    pub largest_angle: f64,
    /// A branch has no more points than this in each direction.
    pub most_points: usize,
}

impl Settings {
    /// Between two parameters, with units of 1 for the state and of their distance for the parameter.
    pub fn between(bounds: (f64, f64), dimension: usize) -> Self {
        Self {
            bounds,
            state_units: DVector::repeat(dimension, 1.0),
            parameter_unit: bounds.1 - bounds.0,
            first_step: 0.01,
            largest_step: 0.05,
            smallest_step: 1e-9,
            largest_angle: 0.2,
            most_points: 10_000,
        }
    }
}

/// Why a branch could not be followed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ContinuationError {
    /// Newton's method found no root where the branch was to start.
    #[error("no solution was found at parameter {parameter} near the state {state:?}")]
    NoStart {
        /// The parameter.
        parameter: f64,
        /// Where it was looked for.
        state: Vec<f64>,
    },
    /// The parameter of the start is not between the bounds.
    #[error("the start {parameter} does not lie between {} and {}", bounds.0, bounds.1)]
    OutOfBounds {
        /// The parameter.
        parameter: f64,
        /// The bounds.
        bounds: (f64, f64),
    },
}
