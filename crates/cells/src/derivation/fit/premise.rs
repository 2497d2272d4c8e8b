//! The premise of the derivation: conductance shifts the threshold of the curve and leaves its slope, equation (11.6).

use nalgebra::{DMatrix, DVector};
use statrs::distribution::{ContinuousCDF, FisherSnedecor};

use super::least_squares::Regression;
use super::threshold_linear::enough;
use super::{CurveFit, FitError, Point, RateRange, by_conductance, check};

/// An F-test of a model against one that contains it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FTest {
    /// By how much less the residuals are with the larger model, for each of its parameters more, over their variance; not a number if there are no residuals.
    pub statistic: f64,
    /// Parameters that the larger model has more.
    pub parameters: usize,
    /// Degrees of freedom that the larger model leaves.
    pub freedom: usize,
    /// Probability of a statistic at least as large if the smaller model holds; not a number if the statistic is none.
    pub p: f64,
}

impl FTest {
    fn new(smaller: &Regression, larger: &Regression) -> Self {
        let (parameters, freedom) = (smaller.freedom - larger.freedom, larger.freedom);
        let gain = (smaller.squares - larger.squares) / parameters as f64;
        let statistic = gain / (larger.squares / freedom as f64);
        let law = FisherSnedecor::new(parameters as f64, freedom as f64).expect("both above 0");
        let p = if statistic.is_nan() { f64::NAN } else { law.sf(statistic) };
        Self { statistic, parameters, freedom, p }
    }
}

/// What curves at several conductances say about the premise, within a range of rates.
///
/// The tests say whether a deviation can be seen, the relative changes how large it is. With many or exact points the smallest deviation is seen: judge by its size.
#[derive(Debug, Clone, PartialEq)]
pub struct Premise {
    /// Each curve by itself, by rising conductance.
    pub curves: Vec<CurveFit>,
    /// The one slope that fits all curves best, each with its own threshold, 1/ms per uA/cm2.
    pub common_slope: f64,
    /// `(beta_g - beta)/beta` for each curve, `beta` the common slope.
    pub slope_changes: Vec<f64>,
    /// The line `I_theta0 + v_theta g` that fits the thresholds best, each weighted alike: `I_theta0` in uA/cm2 and `v_theta` in mV.
    pub threshold_line: (f64, f64),
    /// Thresholds of the curves less that line, uA/cm2.
    pub threshold_deviations: Vec<f64>,
    /// A common slope against one for each curve.
    pub common_slope_test: FTest,
    /// Thresholds on a line against one for each curve, all with a common slope; none for two curves, through whose thresholds there is always a line.
    pub linear_threshold_test: Option<FTest>,
}

impl Premise {
    /// Of the points with rates in the range, at two conductances or more; curves need three points each. Confidence as in [`CurveFit`].
    ///
    /// # Errors
    /// [`FitError::TooFew`] for fewer conductances or points, [`FitError::Undetermined`] if currents do not vary at some conductance;
    /// [`FitError::NotFinite`], [`FitError::Confidence`].
    pub fn new(points: &[Point], range: RateRange, confidence: f64) -> Result<Self, FitError> {
        check(points, confidence)?;
        let groups = by_conductance(&range.of(points));
        enough("conductances", groups.len(), 2)?;
        let fits = groups.iter().map(|(_, curve)| CurveFit::new(curve, confidence));
        let curves: Vec<_> = fits.collect::<Result<_, _>>()?;
        let [line, common, separate] =
            [Model::Line, Model::Common, Model::Separate].map(|model| model.fit(&groups));
        let (common, separate) = (common?, separate?);
        let common_slope = common.coefficients[groups.len()];
        let changes = curves.iter().map(|curve| curve.slope.value / common_slope - 1.0);
        let (threshold_line, threshold_deviations) = line_through(&curves);
        let linear_threshold_test =
            if groups.len() > 2 { Some(FTest::new(&line?, &common)) } else { None };
        Ok(Self {
            slope_changes: changes.collect(),
            common_slope,
            threshold_line,
            threshold_deviations,
            common_slope_test: FTest::new(&common, &separate),
            linear_threshold_test,
            curves,
        })
    }

    /// The largest less the smallest slope, over the common one.
    pub fn slope_spread(&self) -> f64 {
        let largest = self.slope_changes.iter().copied().fold(f64::MIN, f64::max);
        let smallest = self.slope_changes.iter().copied().fold(f64::MAX, f64::min);
        largest - smallest
    }
}

/// Models of all curves together, each of which contains the ones before.
#[derive(Debug, Clone, Copy)]
enum Model {
    /// `r = beta (I - I_theta0 - v_theta g)`.
    Line,
    /// `r = beta (I - I_theta(g))`.
    Common,
    /// `r = beta(g) (I - I_theta(g))`.
    Separate,
}

impl Model {
    fn fit(self, groups: &[(f64, Vec<Point>)]) -> Result<Regression, FitError> {
        let count = groups.len();
        let columns = match self {
            Self::Line => 3,
            Self::Common => count + 1,
            Self::Separate => 2 * count,
        };
        let points: Vec<_> = (groups.iter().enumerate())
            .flat_map(|(group, (_, curve))| curve.iter().map(move |point| (group, *point)))
            .collect();
        let design = DMatrix::from_fn(points.len(), columns, |row, column| {
            let (group, point) = points[row];
            match self {
                Self::Line => [1.0, point.current, point.conductance][column],
                Self::Common if column == count => point.current,
                _ if column == group => 1.0,
                Self::Separate if column == count + group => point.current,
                _ => 0.0,
            }
        });
        let rates = DVector::from_iterator(points.len(), points.iter().map(|(_, p)| p.rate));
        Regression::of_design(&design, &rates).ok_or(FitError::Undetermined {
            parameters: "slopes and thresholds",
            reason: "currents must vary at each conductance",
        })
    }
}

/// The line through thresholds against conductance, and what is left.
fn line_through(curves: &[CurveFit]) -> ((f64, f64), Vec<f64>) {
    let count = curves.len() as f64;
    let mean = |value: fn(&CurveFit) -> f64| curves.iter().map(value).sum::<f64>() / count;
    let (at, height) = (mean(|curve| curve.conductance), mean(|curve| curve.threshold.value));
    let product: f64 = curves
        .iter()
        .map(|curve| (curve.conductance - at) * (curve.threshold.value - height))
        .sum();
    let square: f64 = curves.iter().map(|curve| (curve.conductance - at).powi(2)).sum();
    let slope = product / square;
    let offset = height - slope * at;
    let left =
        curves.iter().map(|curve| curve.threshold.value - offset - slope * curve.conductance);
    ((offset, slope), left.collect())
}
