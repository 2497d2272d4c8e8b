//! The largest difference of distribution functions, and its law.

use std::f64::consts::{LN_2, PI};

use super::{DistanceError, sorted};

/// Above this `sqrt(N) D` both tails together are hardly likelier than one after the other.
const TAIL: f64 = 1.3;
/// Terms of series that are kept; below [`TAIL`] the next ones are smaller than `1e-40`.
const TERMS: u32 = 5;

/// A sample against a law by the largest difference of distribution functions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kolmogorov {
    /// `D_N = sup_z |F_N(z) - F(z)|`.
    pub distance: f64,
    /// Probability of one at least as large for a sample of the law: [`kolmogorov_p`].
    pub p: f64,
}

/// Kolmogorov-Smirnov distance of a sample of independent values to a continuous law that was given beforehand; with
/// parameters taken from the sample itself, `p` is too large.
///
/// # Errors
/// [`DistanceError::Empty`], [`DistanceError::NotFinite`].
pub fn kolmogorov(
    sample: &[f64],
    distribution: impl Fn(f64) -> f64,
) -> Result<Kolmogorov, DistanceError> {
    let sorted = sorted(sample)?;
    let count = sorted.len() as f64;
    let difference = |(index, z): (usize, &f64)| {
        let level = distribution(*z);
        ((index + 1) as f64 / count - level).max(level - index as f64 / count)
    };
    let distance = sorted.iter().enumerate().map(difference).fold(0.0, f64::max);
    Ok(Kolmogorov { distance, p: kolmogorov_p(distance, sorted.len()) })
}

/// `P(D_N >= distance)` for `N = count` values of a continuous law.
///
/// Small ones (`sqrt(N) distance > 1.3`) are twice Smirnov's exact one-sided probability, with a relative error below `1e-4`; others come from
/// the expansion of Pelz & Good to order `N^{-3/2}`, with an error below `2e-3` for `N = 10`, `2e-4` for 30 and `1e-5` for 100.
///
/// # Source
/// Pelz & Good (1976), doi:10.1111/j.2517-6161.1976.tb01579.x; Miller (1956), doi:10.1080/01621459.1956.10501314 (both tails); compared
/// with others by Simard & L'Ecuyer (2011), doi:10.18637/jss.v039.i11.
pub fn kolmogorov_p(distance: f64, count: usize) -> f64 {
    let x = (count as f64).sqrt() * distance;
    if distance <= 0.5 / count as f64 {
        1.0
    } else if distance >= 1.0 {
        0.0
    } else if x > TAIL {
        (2.0 * one_sided(distance, count)).min(1.0)
    } else {
        (1.0 - expansion(x, count as f64)).clamp(0.0, 1.0)
    }
}

/// `P(sup (F_N - F) >= d) = d sum_{j <= N (1 - d)} C(N, j) (1 - d - j/N)^{N-j} (d + j/N)^{j-1}`.
fn one_sided(distance: f64, count: usize) -> f64 {
    let size = count as f64;
    let choices = libm::lgamma(size + 1.0);
    let term = |j: usize| {
        let chosen = j as f64;
        let rest = 1.0 - distance - chosen / size;
        if rest <= 0.0 {
            return 0.0;
        }
        let ways = choices - libm::lgamma(chosen + 1.0) - libm::lgamma(size - chosen + 1.0);
        let below = (chosen - 1.0) * (distance + chosen / size).ln();
        (ways + (size - chosen) * rest.ln() + below).exp()
    };
    distance * (0..count).map(term).sum::<f64>()
}

/// `P(sqrt(N) D_N < z) = K_0 + K_1 N^{-1/2} + K_2 N^{-1} + K_3 N^{-3/2}`; with `a = (pi (k + 1/2))^2` and `b = (pi k)^2` all are sums
/// over `k` of polynomials times `exp(-a/(2 z^2))` and `exp(-b/(2 z^2))`.
fn expansion(z: f64, count: f64) -> f64 {
    let square = z * z;
    let (z_4, z_6) = (square * square, square * square * square);
    let z_8 = z_4 * z_4;
    let mut orders = [0.0; 4];
    for k in 0..TERMS {
        let a = (PI * (f64::from(k) + 0.5)).powi(2);
        // Both signs of k + 1/2.
        let weight = 2.0 * (-a / (2.0 * square)).exp();
        let second =
            6.0 * z_6 + 2.0 * z_4 + a * (2.0 * z_4 - 5.0 * square) + a * a * (1.0 - 2.0 * square);
        let third = a * a * a * (5.0 - 30.0 * square)
            + a * a * (212.0 * z_4 - 60.0 * square)
            + a * (135.0 * z_4 - 96.0 * z_6)
            - 30.0 * z_6
            - 90.0 * z_8;
        orders[0] += weight / z;
        orders[1] += weight * (a - square) / (6.0 * z_4);
        orders[2] += weight * second / (72.0 * z_6 * z);
        orders[3] += weight * third / (6480.0 * z_8 * square);
        let b = (PI * f64::from(k)).powi(2);
        let weight = 2.0 * (-b / (2.0 * square)).exp();
        orders[2] -= weight * b / (36.0 * square * z);
        orders[3] += weight * b * (3.0 * square - b) / (216.0 * z_6);
    }
    let root = count.sqrt().recip();
    let sum = orders[0] + root * (orders[1] + root * (orders[2] + root * orders[3]));
    (PI / 2.0).sqrt() * sum
}

/// Expectation of `D_N` for `N = count` values of the law itself: that of the limit law, `sqrt(pi/2) ln 2 = 0.8687`, taken back through
/// `x -> x + 1/(6 sqrt(N)) + (x - 1)/(4 N)`, by which the law of `x = sqrt(N) D_N` is near to it, and divided by `sqrt(N)`.
///
/// ```
/// let floor = equipoise_statistics::distance::kolmogorov_floor(10_000);
/// assert!((floor - 0.00867).abs() < 1e-5);
/// ```
///
/// # Source
/// Vrbik (2020), doi:10.4236/am.2020.113018 (the correction).
pub fn kolmogorov_floor(count: usize) -> f64 {
    let (count, root) = (count as f64, (count as f64).sqrt());
    let limit = (PI / 2.0).sqrt() * LN_2;
    (limit - 1.0 / (6.0 * root) + 0.25 / count) / (1.0 + 0.25 / count) / root
}
