//! The potentiations at which distribution functions are looked at: the edges of a histogram that holds all laws.

use equipoise_limit::{FiniteNSolution, LimitSolution};
use equipoise_model::Bins;

/// Bins: with these the trapezoid rule is right to a part in a thousand for a law that takes a seventh of their range.
pub const BINS: usize = 200;
/// How many standard deviations of each law lie within, on both sides.
const REACH: f64 = 5.0;

/// Bins around all laws of limit and theory at all samples, their ends to three significant digits of the range.
pub fn covering(limit: &LimitSolution, finite_n: &FiniteNSolution) -> Bins {
    let laws = |mean: &[f64], variance: &[f64]| -> Vec<(f64, f64)> {
        let pairs = mean.iter().zip(variance);
        pairs.map(|(m, v)| (*m, v.max(0.0).sqrt())).filter(|(m, s)| (m + s).is_finite()).collect()
    };
    let mut all = laws(&limit.mean, &limit.variance);
    all.extend(laws(&finite_n.mean, &finite_n.total_variance));
    let lowest = all.iter().map(|(m, s)| m - REACH * s).fold(f64::INFINITY, f64::min);
    let highest = all.iter().map(|(m, s)| m + REACH * s).fold(f64::NEG_INFINITY, f64::max);
    let width = (highest - lowest).max(1e-6);
    let unit = 10.0_f64.powi(width.log10().floor() as i32 - 2);
    let digits = (-unit.log10().round()).max(0.0) as usize;
    // As the decimal number that is written into a scenario.
    let round = |value: f64| format!("{value:.digits$}").parse().unwrap_or(value);
    Bins {
        from: round((lowest / unit).floor() * unit),
        to: round((highest / unit).ceil() * unit),
        count: BINS,
    }
}

/// The edges, `count + 1`.
pub fn edges(bins: Bins) -> impl Iterator<Item = f64> {
    (0..=bins.count).map(move |number| bins.edge(number))
}
