//! The threshold-linear gain, `r = beta (I - I_theta0 - v_theta g)`, within a range of rates in which it is straight.

use super::least_squares::Regression;
use super::{FitError, Level, Parameter, Point, RateRange, check};
use crate::derivation::gain::Gain;
use crate::derivation::threshold::Excitability;

/// Gain, threshold current and threshold voltage of a cell; equation (11.7) with (11.5).
///
/// ```
/// # use equipoise_cells::derivation::fit::{Point, RateRange, ThresholdLinearFit};
/// let point = |current, conductance| {
///     let rate = 0.035 * (current - 0.65 - 5.6 * conductance);
///     Point { current, conductance, rate }
/// };
/// let points = [point(2.0, 0.05), point(3.0, 0.05), point(2.0, 0.1), point(3.5, 0.1)];
/// let fit = ThresholdLinearFit::new(&points, RateRange { from: 0.005, to: 0.2 }, 0.95)?;
/// assert!((fit.threshold_voltage.value - 5.6).abs() < 1e-10);
/// # Ok::<(), equipoise_cells::derivation::fit::FitError>(())
/// ```
///
/// # Source
/// Shriki, Hansel & Sompolinsky (2003), doi:10.1162/08997660360675053 (such a fit); Lecture 11, equations (11.5) to (11.7).
#[derive(Debug, Clone, PartialEq)]
pub struct ThresholdLinearFit {
    /// `beta`, 1/ms per uA/cm2.
    pub slope: Parameter,
    /// `I_theta0`, uA/cm2.
    pub threshold_current: Parameter,
    /// `v_theta`, mV.
    pub threshold_voltage: Parameter,
    /// Standard deviation of the residuals, 1/ms.
    pub residual_deviation: f64,
    /// The largest residual, 1/ms.
    pub largest_residual: f64,
    /// Points within the range of rates.
    pub points: usize,
}

impl ThresholdLinearFit {
    /// Of the points with rates in the range; intervals contain the true values with the probability `confidence`.
    ///
    /// # Errors
    /// [`FitError::TooFew`] for fewer than four points in the range, [`FitError::Undetermined`] if all have the same current or conductance or the rate does not change with the
    /// current; [`FitError::NotFinite`], [`FitError::Confidence`].
    pub fn new(points: &[Point], range: RateRange, confidence: f64) -> Result<Self, FitError> {
        check(points, confidence)?;
        let points = range.of(points);
        enough("rates in the range", points.len(), 4)?;
        let rows: Vec<_> = points.iter().map(|p| [1.0, p.current, p.conductance]).collect();
        let fit = regress(&rows, &points).ok_or(FitError::Undetermined {
            parameters: "slope, threshold current and threshold voltage",
            reason: "currents and conductances must vary, and not together alone",
        })?;
        let level = Level { confidence, freedom: fit.freedom };
        let (offset, slope, shift) =
            (fit.coefficients[0], fit.coefficients[1], fit.coefficients[2]);
        let ratio = |part: f64, place: usize| {
            let mut gradient = [0.0, part / (slope * slope), 0.0];
            gradient[place] = -1.0 / slope;
            Parameter::new(-part / slope, fit.variance(&gradient), level)
        };
        Ok(Self {
            slope: Parameter::new(slope, fit.covariance[(1, 1)], level),
            threshold_current: ratio(offset, 0),
            threshold_voltage: ratio(shift, 2),
            residual_deviation: fit.residual_deviation(),
            largest_residual: fit.largest_residual,
            points: points.len(),
        })
    }

    /// The cell that the best values describe.
    pub fn excitability(&self) -> Excitability {
        Excitability {
            gain: Gain::ThresholdLinear { slope: self.slope.value },
            threshold_current: self.threshold_current.value,
            threshold_voltage: self.threshold_voltage.value,
        }
    }
}

/// One curve, at one conductance: `r = beta (I - I_theta)`; equation (11.3) with (11.5).
#[derive(Debug, Clone, PartialEq)]
pub struct CurveFit {
    /// `g`, mS/cm2.
    pub conductance: f64,
    /// `beta`, 1/ms per uA/cm2.
    pub slope: Parameter,
    /// `I_theta`, uA/cm2.
    pub threshold: Parameter,
    /// Standard deviation of the residuals, 1/ms.
    pub residual_deviation: f64,
    /// The largest residual, 1/ms.
    pub largest_residual: f64,
    /// Points within the range of rates.
    pub points: usize,
}

impl CurveFit {
    /// Of points in the range of rates that all have the first one's conductance.
    pub(super) fn new(points: &[Point], confidence: f64) -> Result<Self, FitError> {
        let conductance = points.first().map_or(f64::NAN, |point| point.conductance);
        enough(&format!("rates in the range at {conductance} mS/cm2"), points.len(), 3)?;
        let rows: Vec<_> = points.iter().map(|point| [1.0, point.current]).collect();
        let fit = regress(&rows, points).ok_or(FitError::Undetermined {
            parameters: "the slope of a curve",
            reason: "its currents must vary, and its rates with them",
        })?;
        let level = Level { confidence, freedom: fit.freedom };
        let (offset, slope) = (fit.coefficients[0], fit.coefficients[1]);
        let gradient = [-1.0 / slope, offset / (slope * slope)];
        Ok(Self {
            conductance,
            slope: Parameter::new(slope, fit.covariance[(1, 1)], level),
            threshold: Parameter::new(-offset / slope, fit.variance(&gradient), level),
            residual_deviation: fit.residual_deviation(),
            largest_residual: fit.largest_residual,
            points: points.len(),
        })
    }
}

/// Rates against rows whose second column is the current; none if nothing comes of it.
fn regress<const N: usize>(rows: &[[f64; N]], points: &[Point]) -> Option<Regression> {
    let rates: Vec<f64> = points.iter().map(|point| point.rate).collect();
    Regression::new(rows, &rates).filter(|fit| fit.coefficients[1] != 0.0)
}

pub(super) fn enough(what: &str, found: usize, needed: usize) -> Result<(), FitError> {
    if found >= needed {
        Ok(())
    } else {
        Err(FitError::TooFew { what: what.to_owned(), found, needed })
    }
}
