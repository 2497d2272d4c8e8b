//! The logistic gain, `r = r_max/(1 + exp(-beta (I - I_theta0 - v_theta g)))`, for curves that noise has rounded.
//!
//! Nonlinear least squares after Levenberg and Marquardt, in the logarithms of `r_max` and `beta`, which keep them positive. (The library for it stands on
//! another version of the linear algebra, and four parameters need little.)

use nalgebra::{Matrix4, Vector4};

use super::threshold_linear::enough;
use super::{FitError, Level, Parameter, Point, check};
use crate::derivation::gain::Gain;
use crate::derivation::threshold::Excitability;

/// Most steps, tried or taken.
const STEPS: usize = 500;
/// Relative size of the last step, compared with the root of the rounding error that sums of squares have.
const CONVERGED: f64 = 1e-9;
/// First damping, and by how much it rises and falls.
const DAMPING: f64 = 1e-3;
const FACTOR: f64 = 10.0;
/// Ratio of the least to the greatest eigenvalue of the normalised information below which parameters cannot be told apart.
const SINGULAR: f64 = 1e-12;

/// Highest rate, steepness and threshold of a cell; equation (11.7) with (11.4).
///
/// # Source
/// Lecture 11, equations (11.4), (11.6) and (11.7); the method: Marquardt (1963), doi:10.1137/0111030.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticFit {
    /// `r_max`, 1/ms.
    pub max_rate: Parameter,
    /// `beta`, cm2/uA.
    pub steepness: Parameter,
    /// `I_theta0`, uA/cm2; if all points have one conductance, the threshold there.
    pub threshold_current: Parameter,
    /// `v_theta`, mV; none if all points have one conductance.
    pub threshold_voltage: Option<Parameter>,
    /// Standard deviation of the residuals, 1/ms.
    pub residual_deviation: f64,
    /// The largest residual, 1/ms.
    pub largest_residual: f64,
    /// Number of points.
    pub points: usize,
}

impl LogisticFit {
    /// Of all points, silent ones too; intervals contain the true values with the probability `confidence`.
    ///
    /// # Errors
    /// [`FitError::TooFew`] for points as few as parameters, [`FitError::Undetermined`] for rates from which the parameters do not follow, as those of a curve that does not bend
    /// towards its highest rate, [`FitError::NotConverged`]; [`FitError::NotFinite`], [`FitError::Confidence`].
    pub fn new(points: &[Point], confidence: f64) -> Result<Self, FitError> {
        check(points, confidence)?;
        let varies = points.iter().any(|point| point.conductance != points[0].conductance);
        let parameters = if varies { 4 } else { 3 };
        enough("a curve", points.len(), parameters + 1)?;
        let best = descend(points, varies, start(points)?)?;
        let freedom = points.len() - parameters;
        let (information, _) = normal_equations(points, varies, &best);
        let covariance = inverse(&information, parameters)?;
        let deviation = (squares(points, &best) / freedom as f64).sqrt();
        let level = Level { confidence, freedom };
        let fitted = |place: usize, value: f64, scale: f64| {
            let error = scale * deviation * covariance[(place, place)].sqrt();
            Parameter::new(value, error * error, level)
        };
        let (max_rate, steepness) = (best[0].exp(), best[1].exp());
        let residuals = points.iter().map(|point| (point.rate - rate(point, &best)).abs());
        Ok(Self {
            max_rate: fitted(0, max_rate, max_rate),
            steepness: fitted(1, steepness, steepness),
            threshold_current: fitted(2, best[2], 1.0),
            threshold_voltage: varies.then(|| fitted(3, best[3], 1.0)),
            residual_deviation: deviation,
            largest_residual: residuals.fold(0.0, f64::max),
            points: points.len(),
        })
    }

    /// The cell that the best values describe.
    pub fn excitability(&self) -> Excitability {
        let (max_rate, steepness) = (self.max_rate.value, self.steepness.value);
        Excitability {
            gain: Gain::Logistic { max_rate, steepness },
            threshold_current: self.threshold_current.value,
            threshold_voltage: self.threshold_voltage.map_or(0.0, |voltage| voltage.value),
        }
    }
}

/// `ln r_max`, `ln beta`, `I_theta0`, `v_theta`.
type Parameters = Vector4<f64>;

fn excitability(parameters: &Parameters) -> Excitability {
    let (max_rate, steepness) = (parameters[0].exp(), parameters[1].exp());
    Excitability {
        gain: Gain::Logistic { max_rate, steepness },
        threshold_current: parameters[2],
        threshold_voltage: parameters[3],
    }
}

fn rate(point: &Point, parameters: &Parameters) -> f64 {
    excitability(parameters).rate(point.current, point.conductance)
}

fn squares(points: &[Point], parameters: &Parameters) -> f64 {
    points.iter().map(|point| (point.rate - rate(point, parameters)).powi(2)).sum()
}

/// From the logarithms of `r/(r_max - r)`, which a logistic makes straight, with `r_max` a little above the highest rate.
fn start(points: &[Point]) -> Result<Parameters, FitError> {
    let undetermined = FitError::Undetermined {
        parameters: "the logistic gain",
        reason: "rates must rise with the current",
    };
    let highest = points.iter().map(|point| point.rate).fold(0.0, f64::max);
    let max_rate = 1.05 * highest;
    let inner = points.iter().filter(|point| point.rate > 0.0);
    let straight = inner.map(|point| (point.current, (point.rate / (max_rate - point.rate)).ln()));
    let (currents, logits): (Vec<_>, Vec<_>) = straight.unzip();
    let rows: Vec<_> = currents.iter().map(|current| [1.0, *current]).collect();
    let line = super::least_squares::Regression::new(&rows, &logits);
    let line = line.filter(|line| line.coefficients[1] > 0.0).ok_or(undetermined)?;
    let (offset, steepness) = (line.coefficients[0], line.coefficients[1]);
    Ok(Parameters::new(max_rate.ln(), steepness.ln(), -offset / steepness, 0.0))
}

/// `J^T J` and `J^T (r - f)`, `J` the derivatives of the rates by the parameters; without the threshold voltage a row of the unit matrix stands for it.
fn normal_equations(
    points: &[Point],
    varies: bool,
    parameters: &Parameters,
) -> (Matrix4<f64>, Vector4<f64>) {
    let cell = excitability(parameters);
    let mut information = Matrix4::zeros();
    let mut gradient = Vector4::zeros();
    for point in points {
        let excess = point.current - cell.threshold(point.conductance);
        let (rate, slope) = (cell.gain.rate(excess), cell.gain.derivative(excess));
        // As f depends on beta x alone, its derivative by ln(beta) is x f'.
        let by_voltage = if varies { -slope * point.conductance } else { 0.0 };
        let row = Vector4::new(rate, slope * excess, -slope, by_voltage);
        information += row * row.transpose();
        gradient += row * (point.rate - rate);
    }
    if !varies {
        information[(3, 3)] = 1.0;
    }
    (information, gradient)
}

/// Damped Gauss-Newton steps to the least sum of squares.
fn descend(points: &[Point], varies: bool, start: Parameters) -> Result<Parameters, FitError> {
    let (mut best, mut damping) = (start, DAMPING);
    let mut least = squares(points, &best);
    for _ in 0..STEPS {
        let (information, gradient) = normal_equations(points, varies, &best);
        let damped = information + Matrix4::from_diagonal(&(information.diagonal() * damping));
        let Some(step) = damped.cholesky().map(|factor| factor.solve(&gradient)) else {
            damping *= FACTOR;
            continue;
        };
        let next = best + step;
        let reached = squares(points, &next);
        let is_last = step.norm() <= CONVERGED * (1.0 + best.norm());
        if reached <= least {
            (best, least) = (next, reached);
            damping /= FACTOR;
        } else {
            damping *= FACTOR;
        }
        if is_last {
            return Ok(best);
        }
    }
    Err(FitError::NotConverged { steps: STEPS })
}

/// The inverse of the information about the first parameters, by way of correlations, whose eigenvalues tell whether they can be told apart.
fn inverse(information: &Matrix4<f64>, parameters: usize) -> Result<Matrix4<f64>, FitError> {
    let undetermined = FitError::Undetermined {
        parameters: "the highest rate, the steepness or the threshold",
        reason: "rates must reach from silence to where they saturate",
    };
    let lengths = information.diagonal().map(f64::sqrt);
    if lengths.min() <= 0.0 {
        return Err(undetermined);
    }
    let scaling = Matrix4::from_diagonal(&lengths.map(f64::recip));
    let correlation = scaling * information * scaling;
    if !correlation.iter().all(|value| value.is_finite()) {
        return Err(undetermined);
    }
    let eigenvalues = correlation.symmetric_eigenvalues();
    if eigenvalues.min() < SINGULAR * parameters as f64 {
        return Err(undetermined);
    }
    let inverse = correlation.try_inverse().ok_or(undetermined)?;
    Ok(scaling * inverse * scaling)
}
