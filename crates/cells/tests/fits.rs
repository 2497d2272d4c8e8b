//! Fits of gains: against SciPy (`oracle/fits.py`), on curves that are known, and on what cannot be fitted.

use equipoise_cells::derivation::fit::agreement::{agreements, widest};
use equipoise_cells::derivation::fit::premise::FTest;
use equipoise_cells::derivation::fit::{
    FitError, LogisticFit, Parameter, Point, Premise, RateRange, ThresholdLinearFit,
};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::Value;

/// How near two programs come that take derivatives in different ways, relative to standard errors and to numbers.
const AGREEMENT: f64 = 2e-5;

fn oracle() -> Value {
    serde_json::from_str(include_str!("oracle/fits.json")).expect("JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn points(case: &Value) -> Vec<Point> {
    let rows = list(&case["points"]).iter();
    let row = |row: &Value| Point {
        current: number(&row[0]),
        conductance: number(&row[1]),
        rate: number(&row[2]),
    };
    rows.map(row).collect()
}

fn range(case: &Value) -> RateRange {
    RateRange { from: number(&case["range"][0]), to: number(&case["range"][1]) }
}

fn assert_close(found: f64, expected: &Value, scale: f64) {
    let expected = number(expected);
    assert!((found - expected).abs() <= AGREEMENT * scale, "{found} {expected}");
}

fn assert_parameter(found: &Parameter, expected: &Value, place: usize) {
    let error = number(&expected["errors"][place]);
    assert_close(found.value, &expected["values"][place], error);
    assert_close(found.standard_error, &expected["errors"][place], 10.0 * error);
    assert_close(found.interval.0, &expected["lower"][place], 30.0 * error);
    assert_close(found.interval.1, &expected["upper"][place], 30.0 * error);
}

fn assert_test(found: FTest, expected: &Value) {
    assert_close(found.statistic, &expected["statistic"], found.statistic);
    assert_eq!(found.parameters as u64, expected["parameters"]);
    assert_eq!(found.freedom as u64, expected["freedom"]);
    assert_close(found.p, &expected["p"], 1e-3);
}

#[test]
fn threshold_linear_fits_are_those_of_scipy() {
    let oracle = oracle();
    for case in list(&oracle["linear"]) {
        let fit = ThresholdLinearFit::new(&points(case), range(case), 0.95).unwrap();
        let expected = &case["fit"];
        let parameters = [fit.slope, fit.threshold_current, fit.threshold_voltage];
        for (place, parameter) in parameters.iter().enumerate() {
            assert_parameter(parameter, expected, place);
        }
        assert_close(fit.residual_deviation, &expected["residual_deviation"], 1e-3);
        assert_close(fit.largest_residual, &expected["largest_residual"], 1e-3);
        assert_eq!(fit.points as u64, expected["points"]);
    }
}

#[test]
fn tests_of_the_premise_are_those_of_scipy() {
    let oracle = oracle();
    for case in list(&oracle["linear"]) {
        let premise = Premise::new(&points(case), range(case), 0.95).unwrap();
        let expected = &case["premise"];
        assert_eq!(premise.curves.len(), list(&expected["curves"]).len());
        for (curve, expected) in premise.curves.iter().zip(list(&expected["curves"])) {
            assert_eq!(curve.conductance, number(&expected["conductance"]));
            assert_parameter(&curve.slope, expected, 0);
            assert_parameter(&curve.threshold, expected, 1);
            assert_close(curve.residual_deviation, &expected["residual_deviation"], 1e-3);
        }
        assert_close(premise.common_slope, &expected["common_slope"], 1e-3);
        assert_close(premise.threshold_line.0, &expected["threshold_line"][0], 0.1);
        assert_close(premise.threshold_line.1, &expected["threshold_line"][1], 1.0);
        assert_test(premise.common_slope_test, &expected["common_slope_test"]);
        let linear = premise.linear_threshold_test.unwrap();
        assert_test(linear, &expected["linear_threshold_test"]);
    }
}

/// Level 1e-3: curves with one slope pass, curves whose slope falls by a fifth over the conductances do not.
#[test]
fn the_premise_is_refused_where_it_is_false() {
    let oracle = oracle();
    let [true_case, false_case] = list(&oracle["linear"]) else { panic!("two cases") };
    let p =
        |case: &Value| Premise::new(&points(case), range(case), 0.95).unwrap().common_slope_test.p;
    assert!(p(true_case) > 1e-3, "{}", p(true_case));
    assert!(p(false_case) < 1e-3, "{}", p(false_case));
}

#[test]
fn logistic_fits_are_those_of_scipy() {
    let oracle = oracle();
    for case in list(&oracle["logistic"]) {
        let fit = LogisticFit::new(&points(case), 0.95).unwrap();
        let expected = &case["fit"];
        let parameters = [fit.max_rate, fit.steepness, fit.threshold_current];
        for (place, parameter) in parameters.iter().enumerate() {
            assert_parameter(parameter, expected, place);
        }
        assert_eq!(fit.threshold_voltage.is_some(), list(&expected["values"]).len() == 4);
        if let Some(voltage) = fit.threshold_voltage {
            assert_parameter(&voltage, expected, 3);
        }
        assert_close(fit.residual_deviation, &expected["residual_deviation"], 1e-3);
        assert_close(fit.largest_residual, &expected["largest_residual"], 1e-3);
    }
}

/// Rates of a cell of which the premise holds, or whose slope falls with conductance, with normal errors of deviation 0.004/ms; all well above threshold.
fn noisy(random: &mut Xoshiro256PlusPlus, fall: f64) -> Vec<Point> {
    let grid = [0.05, 0.1, 0.2].into_iter().flat_map(|g| (0..8).map(move |step| (step, g)));
    grid.map(|(step, conductance)| {
        let current = 2.5 + 0.4 * f64::from(step);
        let slope = 0.035 * (1.0 - fall * conductance);
        let exact = slope * (current - 0.65 - 5.6 * conductance);
        let error: f64 = random.sample(StandardNormal);
        Point { current, conductance, rate: exact + 0.004 * error }
    })
    .collect()
}

/// Of 2,000 data sets, intervals of 90 % contain the true values of about 90 %, and the F-tests at 10 % refuse about 10 %: within 3.89 binomial deviations, level 1e-4 each. Intervals of
/// nine tenths of the length, and a slope that falls by 6 % over the conductances, fail the same bounds.
#[test]
fn intervals_and_tests_have_their_levels() {
    const SETS: usize = 2000;
    let mut random = Xoshiro256PlusPlus::seed_from_u64(90);
    let range = RateRange { from: -1.0, to: 1.0 };
    let deviations = |count: usize, expected: f64| {
        let sets = SETS as f64;
        (count as f64 - sets * expected) / (sets * expected * (1.0 - expected)).sqrt()
    };
    let (mut contained, mut nearly, mut refused, mut twin) = ([0; 3], [0; 3], [0; 2], 0);
    for _ in 0..SETS {
        let points = noisy(&mut random, 0.0);
        let fit = ThresholdLinearFit::new(&points, range, 0.9).unwrap();
        let parameters = [fit.slope, fit.threshold_current, fit.threshold_voltage];
        for (place, (parameter, exact)) in parameters.iter().zip([0.035, 0.65, 5.6]).enumerate() {
            let reach = parameter.interval.1 - parameter.value;
            let distance = (parameter.value - exact).abs();
            contained[place] += usize::from(distance <= reach);
            nearly[place] += usize::from(distance <= 0.9 * reach);
        }
        let premise = Premise::new(&points, range, 0.9).unwrap();
        refused[0] += usize::from(premise.common_slope_test.p < 0.1);
        refused[1] += usize::from(premise.linear_threshold_test.unwrap().p < 0.1);
        let bent = Premise::new(&noisy(&mut random, 0.4), range, 0.9).unwrap();
        twin += usize::from(bent.common_slope_test.p < 0.1);
    }
    for (contained, nearly) in contained.into_iter().zip(nearly) {
        assert!(deviations(contained, 0.9).abs() < 3.89, "{contained}");
        assert!(deviations(nearly, 0.9).abs() > 3.89, "{nearly}");
    }
    assert!(refused.iter().all(|count| deviations(*count, 0.1).abs() < 3.89), "{refused:?}");
    assert!(deviations(twin, 0.1).abs() > 3.89, "{twin}");
}

/// Rates at currents from 0 to 8 uA/cm2 and three conductances.
fn curves(rate: impl Fn(f64, f64) -> f64) -> Vec<Point> {
    let conductances = [0.05, 0.1, 0.2].into_iter();
    let grid = conductances.flat_map(|g| (0..=80).map(move |step| (0.1 * f64::from(step), g)));
    grid.map(|(current, conductance)| Point {
        current,
        conductance,
        rate: rate(current, conductance),
    })
    .collect()
}

/// (11.7) with (11.5), exact rates: the parameters come back, and the fitted cell fires like the one that was fitted.
#[test]
fn exact_threshold_linear_rates_give_their_parameters() {
    let points = curves(|current, g| 0.0354 * (current - 0.65 - 5.6 * g).max(0.0));
    let range = RateRange { from: 1e-6, to: 1.0 };
    let fit = ThresholdLinearFit::new(&points, range, 0.99).unwrap();
    assert!((fit.slope.value - 0.0354).abs() < 1e-13);
    assert!((fit.threshold_current.value - 0.65).abs() < 1e-10);
    assert!((fit.threshold_voltage.value - 5.6).abs() < 1e-10);
    let cell = fit.excitability();
    for point in &points {
        assert!((cell.rate(point.current, point.conductance) - point.rate).abs() < 1e-12);
    }
}

/// (11.7) with (11.4), exact rates.
#[test]
fn exact_logistic_rates_give_their_parameters() {
    let points = curves(|current, g| 0.1 / (1.0 + (-2.0 * (current - 3.0 - 5.0 * g)).exp()));
    let fit = LogisticFit::new(&points, 0.95).unwrap();
    assert!((fit.max_rate.value - 0.1).abs() < 1e-9);
    assert!((fit.steepness.value - 2.0).abs() < 1e-8);
    assert!((fit.threshold_current.value - 3.0).abs() < 1e-8);
    assert!((fit.threshold_voltage.unwrap().value - 5.0).abs() < 1e-7);
    let cell = fit.excitability();
    for point in &points {
        assert!((cell.rate(point.current, point.conductance) - point.rate).abs() < 1e-9);
    }
}

/// Slopes that agree up to 0.1/ms and part above: with conductance the curve bends.
#[test]
fn the_range_of_agreement_is_found() {
    let bend = |excess: f64, g: f64| {
        let rate = 0.03 * excess;
        if rate > 0.1 { 0.1 + (rate - 0.1) * (1.0 - 3.0 * g) } else { rate }
    };
    let points = curves(|current, g| bend((current - 0.5 - 5.0 * g).max(0.0), g));
    let rows = agreements(&points, &[0.01, 0.05, 0.1, 0.13, 0.2], 0.1).unwrap();
    assert_eq!(rows.len(), 10);
    let spread = |from: f64, to: f64| {
        let row = rows.iter().find(|row| row.range == RateRange { from, to }).unwrap();
        row.slope_spread
    };
    assert!(spread(0.01, 0.1).unwrap() < 1e-9);
    // In the bent part slopes are 0.85, 0.7 and 0.4 of the whole.
    assert!(spread(0.1, 0.13).unwrap() > 0.5);
    let widest = widest(&rows).unwrap();
    assert_eq!(widest, RateRange { from: 0.01, to: 0.1 });
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let range = RateRange { from: 0.0, to: 1.0 };
    let points = curves(|current, g| 0.03 * (current - 5.0 * g));
    let few = ThresholdLinearFit::new(&points[..3], RateRange { from: -1.0, to: 1.0 }, 0.95);
    assert!(matches!(few, Err(FitError::TooFew { found: 3, needed: 4, .. })), "{few:?}");
    let one: Vec<_> = points.iter().copied().filter(|point| point.conductance == 0.1).collect();
    let undetermined = ThresholdLinearFit::new(&one, range, 0.95);
    assert!(matches!(undetermined, Err(FitError::Undetermined { .. })), "{undetermined:?}");
    let alone = Premise::new(&one, range, 0.95);
    assert!(matches!(alone, Err(FitError::TooFew { .. })), "{alone:?}");
    let certain = ThresholdLinearFit::new(&points, range, 1.0);
    assert_eq!(certain, Err(FitError::Confidence { value: 1.0 }));
    let mut broken = points.clone();
    broken[5].rate = f64::NAN;
    let error = LogisticFit::new(&broken, 0.95).unwrap_err();
    assert!(matches!(error, FitError::NotFinite { index: 5, field: "rate", .. }), "{error}");
}

/// A curve that grows by the same factor everywhere has no highest rate.
#[test]
fn a_curve_that_never_saturates_has_no_highest_rate() {
    let points = curves(|current, _| 0.001 * (0.3 * current).exp());
    let fit = LogisticFit::new(&points, 0.95);
    let is_refused =
        matches!(fit, Err(FitError::Undetermined { .. } | FitError::NotConverged { .. }));
    assert!(is_refused, "{fit:?}");
}

/// Rates on straight lines to the last digit have no residuals, and rates beyond all bounds no finite squares: fits and tests come to an end all the same.
#[test]
fn extreme_rates_come_to_an_end() {
    let range = RateRange { from: 0.0, to: f64::MAX };
    for scale in [0.0, 1e-300, 1.0, 1e160, 1e300] {
        for fall in [0.0, 1.0] {
            let points = curves(|current, g| scale * (1.0 - fall * g) * current.max(0.0));
            let premise = Premise::new(&points, range, 0.95);
            if let Ok(premise) = premise {
                let p = premise.common_slope_test.p;
                assert!(p.is_nan() || (0.0..=1.0).contains(&p), "{p}");
            }
            let _ = ThresholdLinearFit::new(&points, range, 0.95);
            let _ = LogisticFit::new(&points, 0.95);
        }
    }
}
