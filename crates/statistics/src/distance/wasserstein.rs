//! The area between distribution functions.

use std::f64::consts::PI;

use super::{DistanceError, Law, sorted};

/// Half width of ranges of integration in standard deviations, and nodes in one of these.
const REACH: i32 = 15;
const NODES: i32 = 200;

/// Wasserstein-1 distance of a sample to a continuous law, `int |F_N(z) - F(z)| dz`: the mean distance by which mass has to be moved, in
/// units of the variable.
///
/// Between order statistics `F_N` is constant, so that pieces are differences of the law's antiderivative; where `F` crosses it within one,
/// the crossing is found by bisection, to whose error the area is only sensitive in second order. Exact to rounding for a law whose
/// functions are.
///
/// # Errors
/// [`DistanceError::Empty`], [`DistanceError::NotFinite`].
pub fn wasserstein<F, A>(sample: &[f64], law: &Law<F, A>) -> Result<f64, DistanceError>
where
    F: Fn(f64) -> f64,
    A: Fn(f64) -> f64,
{
    let sorted = sorted(sample)?;
    let count = sorted.len() as f64;
    let at = |z: f64| Point { z, level: (law.distribution)(z), area: (law.antiderivative)(z) };
    let mut from = at(sorted[0]);
    let mut total = from.area;
    for (index, &z) in sorted.iter().enumerate().skip(1) {
        let to = at(z);
        total += between(from, to, index as f64 / count, &at);
        from = to;
    }
    // The integral of 1 - F above the largest value.
    Ok(total + (from.area - (from.z - law.mean)).max(0.0))
}

/// `z`, `F(z)` and `A(z)`.
#[derive(Clone, Copy)]
struct Point {
    z: f64,
    level: f64,
    area: f64,
}

/// `int |F - level| dz` between two points.
fn between(from: Point, to: Point, level: f64, at: &impl Fn(f64) -> Point) -> f64 {
    /// Halvings: the crossing is known to `2^{-40}` of the piece, the area to `2^{-80}`.
    const HALVINGS: u32 = 40;
    let excess = |from: Point, to: Point| (to.area - from.area) - level * (to.z - from.z);
    if from.level >= level {
        return excess(from, to).max(0.0);
    }
    if to.level <= level {
        return (-excess(from, to)).max(0.0);
    }
    let (mut below, mut above) = (from.z, to.z);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (below + above);
        if at(middle).level < level { below = middle } else { above = middle }
    }
    let crossing = at(0.5 * (below + above));
    (excess(crossing, to) - excess(from, crossing)).max(0.0)
}

/// Wasserstein-1 distance between two samples of any sizes, `int |F_N(z) - G_M(z)| dz`.
///
/// ```
/// let distance = equipoise_statistics::distance::wasserstein_of_samples(&[0.0, 1.0], &[3.0])?;
/// assert_eq!(distance, 2.5);
/// # Ok::<(), equipoise_statistics::distance::DistanceError>(())
/// ```
///
/// # Errors
/// [`DistanceError::Empty`], [`DistanceError::NotFinite`].
pub fn wasserstein_of_samples(first: &[f64], second: &[f64]) -> Result<f64, DistanceError> {
    let (first, second) = (sorted(first)?, sorted(second)?);
    let (mut i, mut j, mut total) = (0, 0, 0.0);
    let mut from = first[0].min(second[0]);
    while i < first.len() || j < second.len() {
        let next =
            |sorted: &[f64], index: usize| sorted.get(index).copied().unwrap_or(f64::INFINITY);
        let to = next(&first, i).min(next(&second, j));
        let difference = i as f64 / first.len() as f64 - j as f64 / second.len() as f64;
        total += difference.abs() * (to - from);
        i += usize::from(next(&first, i) == to);
        j += usize::from(next(&second, j) == to);
        from = to;
    }
    Ok(total)
}

/// Expectation of the distance of `N = count` independent values of the law itself: `int E|F_N - F| dz`, where `N F_N` is binomial and
/// its mean absolute deviation is de Moivre's, `2 k (1 - F) P(Bin(N, F) = k)` with `k = floor(N F) + 1`. In units of the variable. For
/// `N = 1` it is Gini's mean difference.
///
/// By the trapezoid rule, with a relative error of order `1e-5`, for laws with standard deviation `s` whose tails beyond `15 s` do not matter.
///
/// # Source
/// Diaconis & Zabell (1991), doi:10.1214/ss/1177011699 (de Moivre's formula).
pub fn wasserstein_floor<F: Fn(f64) -> f64, A>(count: usize, law: &Law<F, A>) -> f64 {
    let count = count as f64;
    integral(law, |level| mean_absolute_deviation(count, level) / count)
}

/// Limit of `sqrt(N)` times [`wasserstein_floor`]: `sqrt(2/pi) int sqrt(F (1 - F)) dz`, the expectation of the area under a Brownian bridge.
///
/// # Source
/// del Barrio, Giné & Matrán (1999), doi:10.1214/aop/1022677394.
pub fn wasserstein_floor_constant<F: Fn(f64) -> f64, A>(law: &Law<F, A>) -> f64 {
    (2.0 / PI).sqrt() * integral(law, |level| (level * (1.0 - level)).sqrt())
}

/// Integral of a function of `F(z)`, held to `[0, 1]`, over `z`.
fn integral<F: Fn(f64) -> f64, A>(law: &Law<F, A>, function: impl Fn(f64) -> f64) -> f64 {
    let step = law.deviation / f64::from(NODES);
    let node = |i: i32| {
        let level = (law.distribution)(law.mean + f64::from(i) * step);
        function(level.clamp(0.0, 1.0))
    };
    step * (-REACH * NODES..=REACH * NODES).map(node).sum::<f64>()
}

/// `E|Bin(N, p) - N p|`.
fn mean_absolute_deviation(count: f64, p: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        return 0.0;
    }
    let k = (count * p).floor() + 1.0;
    // k P(Bin(N, p) = k) = N p P(Bin(N - 1, p) = k - 1).
    let logarithm = libm::lgamma(count) - libm::lgamma(k) - libm::lgamma(count - k + 1.0)
        + (k - 1.0) * p.ln()
        + (count - k) * (-p).ln_1p();
    2.0 * (1.0 - p) * count * p * logarithm.exp()
}
