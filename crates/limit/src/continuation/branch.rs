//! A branch: the points of a curve of roots, the special ones among them, and how it ends.

use nalgebra::{Complex, DVector};

use super::Family;
use super::frame::{Frame, cubic};
use super::{ContinuationError, Settings, largest_real_part};
use crate::roots::root;

/// What is special about a point.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Special {
    /// The branch turns back: the parameter has an extremum on it, and `F_x` is singular.
    Fold,
    /// `F_x` is singular, but not because the branch turns back: another branch crosses (transcritical, pitchfork).
    BranchPoint,
    /// A complex pair of eigenvalues crosses the imaginary axis.
    Hopf {
        /// Index of the spectrum.
        spectrum: usize,
        /// Imaginary part of the pair, positive, in radians per unit of time.
        angular_frequency: f64,
    },
    /// A real eigenvalue of a spectrum other than the first passes zero.
    RealCrossing {
        /// Index of the spectrum, at least 1.
        spectrum: usize,
    },
}

/// How a branch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// At a bound of the parameter.
    Bound,
    /// It has come back to where it began.
    Closed,
    /// Where [`Family::validity`] becomes zero.
    Invalid,
    /// Where the equations cease to be defined.
    Undefined,
    /// Newton's method fails for the shortest steps.
    Stalled,
    /// It has as many points as are allowed.
    MostPoints,
}

/// A root.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// `p`.
    pub parameter: f64,
    /// `x`.
    pub state: DVector<f64>,
    /// Length of the branch up to here, in the units of [`Settings`].
    pub arclength: f64,
    /// The unit tangent `d(x, p)/ds`, in these units; the parameter is its last component.
    pub tangent: DVector<f64>,
    /// Eigenvalues, as of [`Family::spectra`].
    pub spectra: Vec<Vec<Complex<f64>>>,
    /// What is special about it, if anything.
    pub special: Option<Special>,
}

impl Point {
    /// Whether all eigenvalues have negative real parts. A special point is stable no more.
    pub fn is_stable(&self) -> bool {
        let all = self.spectra.iter().all(|spectrum| largest_real_part(spectrum) < 0.0);
        all && self.special.is_none()
    }
}

/// A curve of roots.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// Its points in order; special ones among them.
    pub points: Vec<Point>,
    /// How it ends before the first point and after the last.
    pub ends: [End; 2],
}

impl Branch {
    /// Whether it has come back to where it began; the last point then repeats the first.
    pub fn is_closed(&self) -> bool {
        self.ends[1] == End::Closed
    }

    /// Sets the parameters of ends at bounds to these bounds, which scaling may have missed by rounding.
    pub(super) fn snap(&mut self, bounds: (f64, f64)) {
        let nearest = |parameter: f64| {
            let is_lower = (parameter - bounds.0).abs() < (parameter - bounds.1).abs();
            if is_lower { bounds.0 } else { bounds.1 }
        };
        let last = self.points.len() - 1;
        for (end, place) in self.ends.into_iter().zip([0, last]) {
            if end == End::Bound {
                self.points[place].parameter = nearest(self.points[place].parameter);
            }
        }
    }

    /// The special points.
    pub fn special_points(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|point| point.special.is_some())
    }

    /// The roots on this branch at a parameter, in its order: interpolated between neighbouring points that lie on both sides
    /// of it, then made exact by Newton's method. Where that fails, within rounding of a fold, they are left out.
    pub fn roots_at(
        &self,
        family: &impl Family,
        settings: &Settings,
        parameter: f64,
    ) -> Vec<Point> {
        let frame = Frame::new(family, settings);
        let mut roots = Vec::new();
        for (i, pair) in self.points.windows(2).enumerate() {
            let [from, to] = [pair[0].parameter, pair[1].parameter];
            // Each point belongs to the step that it begins; the last one to the step before it.
            let is_last = i + 2 == self.points.len() && !self.is_closed();
            let within = (from <= parameter && parameter < to)
                || (to < parameter && parameter <= from)
                || (is_last && parameter == to);
            if within {
                roots.extend(between(&frame, (&pair[0], &pair[1]), parameter));
            }
        }
        roots
    }
}

/// The root at a parameter that lies between those of two points.
fn between<F: Family>(
    frame: &Frame<'_, F>,
    (from, to): (&Point, &Point),
    parameter: f64,
) -> Option<Point> {
    let places = [from, to].map(|point| frame.scaled(&point.state, point.parameter));
    let length = (&places[1] - &places[0]).norm();
    let slopes = [&from.tangent * length, &to.tangent * length];
    let curve = |u: f64| cubic([&places[0], &places[1]], &slopes, u);
    let beyond = |u: f64| frame.unscaled(&curve(u)).1 - parameter;
    let ends = ((0.0, from.parameter - parameter), (1.0, to.parameter - parameter));
    let fraction = match ends {
        ((u, 0.0), _) | (_, (u, 0.0)) => u,
        ends => root(ends, 1e-12, |u| Some(beyond(u))),
    };
    let start = frame.scaled(&frame.unscaled(&curve(fraction)).0, parameter);
    let vertex = frame.vertex(frame.at_parameter(&start)?, &from.tangent)?;
    let arclength = from.arclength + fraction * (to.arclength - from.arclength);
    Some(Point { parameter, ..frame.point(&vertex, arclength, None) })
}

/// The root nearest to a guess at a parameter, by Newton's method.
///
/// # Errors
/// [`ContinuationError::NoStart`] if it does not converge.
pub fn solve(
    family: &impl Family,
    settings: &Settings,
    (state, parameter): (&DVector<f64>, f64),
) -> Result<DVector<f64>, ContinuationError> {
    let frame = Frame::new(family, settings);
    let found = frame.at_parameter(&frame.scaled(state, parameter));
    found
        .map(|place| frame.unscaled(&place).0)
        .ok_or_else(|| ContinuationError::NoStart { parameter, state: state.as_slice().to_vec() })
}
