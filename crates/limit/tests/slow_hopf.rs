//! The slow Hopf point of the limit, seen by its own equations in time: on its two sides small deviations from the fixed point turn, and decay or grow, as its
//! eigenvalues say.

use std::f64::consts::TAU;

use equipoise_limit::{Complex, FixedPoint, Limit};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Network, Scenario};

const SCENARIO: &str = include_str!("../../../scenarios/slow-oscillation.toml");
/// `I_E` at the Hopf point, as `analyse --sweep` finds it.
const HOPF: f64 = 8.162_65;
/// Deviation at the start; its square is what the linear equations leave out.
const DEVIATION: f64 = 1e-4;
const STEP: f64 = 0.01;

fn network(drive: f64, start: Option<&FixedPoint>) -> Network {
    let mut overrides = vec![format!("populations.E.drive={drive}")];
    if let Some(point) = start {
        for (a, name) in ["E", "I"].into_iter().enumerate() {
            let mean = point.mean[a] + if a == 0 { DEVIATION } else { 0.0 };
            let variance = point.variance[a];
            overrides.push(format!(
                "populations.{name}.initial={{ normal = {{ mean = {mean}, variance = {variance} }} }}"
            ));
        }
    }
    Scenario::parse("slow", &apply(SCENARIO, &overrides).unwrap()).unwrap().network
}

/// The focus that takes part in the bifurcation, with its eigenvalue of positive imaginary part.
fn focus(drive: f64) -> (FixedPoint, Complex<f64>) {
    let points = Limit::new(&network(drive, None)).unwrap().fixed_points(0.0).unwrap().points;
    let turning = points.into_iter().find_map(|point| {
        let value = point.slow_eigenvalues.iter().find(|value| value.im > 0.1).copied();
        value.filter(|value| value.re.abs() < 0.2).map(|value| (point, value))
    });
    turning.expect("a focus near the Hopf point")
}

/// Times and heights of the maxima of `m_E` above the fixed point, by parabolas through three samples.
fn maxima(drive: f64, point: &FixedPoint) -> Vec<(f64, f64)> {
    let network = network(drive, Some(point));
    let times: Vec<f64> = (0..=4000).map(|i| f64::from(i) * STEP).collect();
    let solution = Limit::new(&network).unwrap().solve(&times).unwrap();
    let above: Vec<f64> = solution.mean.iter().step_by(2).map(|m| m - point.mean[0]).collect();
    let tops =
        (1..above.len() - 1).filter(|i| above[i - 1] < above[*i] && above[i + 1] <= above[*i]);
    let top = |i: usize| {
        let (before, at, after) = (above[i - 1], above[i], above[i + 1]);
        let (slope, curvature) = (0.5 * (after - before), after - 2.0 * at + before);
        let shift = -slope / curvature;
        (times[i] + shift * STEP, at + 0.5 * slope * shift)
    };
    tops.map(top).collect()
}

#[test]
fn deviations_turn_and_decay_or_grow_as_the_eigenvalues_say() {
    for drive in [HOPF - 0.03, HOPF + 0.03] {
        let (point, eigenvalue) = focus(drive);
        let maxima = maxima(drive, &point);
        println!("{drive}: {eigenvalue}, {maxima:?}");
        // What decays faster than the pair is gone after the first turns.
        let [(from, first), (to, last)] = [maxima[2], maxima[5]];
        let (period, growth) = ((to - from) / 3.0, (last / first).ln() / (to - from));
        assert!((period * eigenvalue.im / TAU - 1.0).abs() < 1e-3, "{period} {eigenvalue}");
        assert!((growth - eigenvalue.re).abs() < 1e-3, "{growth} {eigenvalue}");
        assert!(growth.abs() > 5e-3);
    }
    // Stable above, unstable below, or the other way round.
    let [below, above] = [HOPF - 0.03, HOPF + 0.03].map(|drive| focus(drive).1.re);
    assert!(below * above < 0.0, "{below} {above}");
}
