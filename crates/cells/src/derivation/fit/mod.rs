//! Gain, threshold current and threshold voltage from measured rates, and whether the premise of the derivation holds.
//!
//! What is fitted are curves of rate against applied current, at several leak conductances: `r = f[I - I_theta0 - v_theta g]`, equation (11.7).
//!
//! * [`threshold_linear`]: `f[x] = [beta x]_+` within a range of rates, by linear least squares;
//! * [`logistic`]: `f[x] = r_max/(1 + exp(-beta x))`, for curves that noise has rounded;
//! * [`premise`]: does conductance shift the threshold and leave the slope?
//! * [`agreement`]: from which rate to which do the slopes agree?
//! * `least_squares`: the linear regression behind them.
//!
//! Errors are assumed independent and of equal variance. Rates of a deterministic simulation have no such errors: what remains is the curvature of the curves, and
//! standard errors and tests compare effects with that.

pub mod agreement;
mod least_squares;
pub mod logistic;
pub mod premise;
pub mod threshold_linear;

use statrs::distribution::{ContinuousCDF, StudentsT};
use thiserror::Error;

pub use agreement::Agreement;
pub use logistic::LogisticFit;
pub use premise::Premise;
pub use threshold_linear::{CurveFit, ThresholdLinearFit};

/// A measured rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// `I`, the applied current, uA/cm2.
    pub current: f64,
    /// `g`, the total leak conductance, mS/cm2.
    pub conductance: f64,
    /// `r`, 1/ms.
    pub rate: f64,
}

/// Rates that are fitted, ends included, 1/ms.
///
/// A gain that is linear above threshold only is fitted only there; choose the lower end above 0, or silent points make the curve flatter. Where rates are noisy the choice itself
/// favours points that noise has moved into the range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateRange {
    /// The lowest.
    pub from: f64,
    /// The highest.
    pub to: f64,
}

impl RateRange {
    fn of(self, points: &[Point]) -> Vec<Point> {
        let inside = |point: &&Point| (self.from..=self.to).contains(&point.rate);
        points.iter().filter(inside).copied().collect()
    }
}

/// A fitted number with its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Best value.
    pub value: f64,
    /// Its standard error; of ratios by the delta method.
    pub standard_error: f64,
    /// Ends of the interval, by Student's t.
    pub interval: (f64, f64),
}

/// Probability with which intervals are to contain the true value, and degrees of freedom that the residuals have.
#[derive(Debug, Clone, Copy)]
struct Level {
    confidence: f64,
    freedom: usize,
}

impl Parameter {
    fn new(value: f64, variance: f64, level: Level) -> Self {
        let student = StudentsT::new(0.0, 1.0, level.freedom as f64).expect("freedom above 0");
        let reach = student.inverse_cdf(0.5 + 0.5 * level.confidence) * variance.sqrt();
        let interval = (value - reach, value + reach);
        Self { value, standard_error: variance.sqrt(), interval }
    }
}

/// Why there is no fit.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FitError {
    /// Fewer points than a fit with errors takes.
    #[error("{found} points of {what}; at least {needed} are needed")]
    TooFew {
        /// Of what.
        what: String,
        /// How many there are.
        found: usize,
        /// How many there must be.
        needed: usize,
    },
    /// Points that say nothing about a parameter.
    #[error("the points leave {parameters} open: {reason}")]
    Undetermined {
        /// Which.
        parameters: &'static str,
        /// What would be needed.
        reason: &'static str,
    },
    /// A current, conductance or rate that is not a number.
    #[error("point {index} has {field} = {value}; it must be finite")]
    NotFinite {
        /// Which point, from 0.
        index: usize,
        /// Which of its numbers.
        field: &'static str,
        /// What it is.
        value: f64,
    },
    /// A confidence that is no probability.
    #[error("a confidence of {value}; it must be above 0 and below 1")]
    Confidence {
        /// What it is.
        value: f64,
    },
    /// Steps that do not come to an end.
    #[error("the fit of a logistic gain did not converge in {steps} steps")]
    NotConverged {
        /// How many were taken.
        steps: usize,
    },
}

fn check(points: &[Point], confidence: f64) -> Result<(), FitError> {
    if !(confidence > 0.0 && confidence < 1.0) {
        return Err(FitError::Confidence { value: confidence });
    }
    for (index, point) in points.iter().enumerate() {
        let fields =
            [("current", point.current), ("conductance", point.conductance), ("rate", point.rate)];
        if let Some(&(field, value)) = fields.iter().find(|(_, value)| !value.is_finite()) {
            return Err(FitError::NotFinite { index, field, value });
        }
    }
    Ok(())
}

/// The points by conductance, rising.
fn by_conductance(points: &[Point]) -> Vec<(f64, Vec<Point>)> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.conductance.total_cmp(&b.conductance));
    let curves = sorted.chunk_by(|a, b| a.conductance == b.conductance);
    curves.map(|curve| (curve[0].conductance, curve.to_vec())).collect()
}
