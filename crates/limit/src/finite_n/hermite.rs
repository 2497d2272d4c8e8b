//! Products of Hermite polynomials and gains over a normal law.
//!
//! With `f_k(z) = v^{k/2} He_k((z - m)/sqrt(v))`, which stays regular at `v = 0` (where it is `(z - m)^k`), any function is
//! `F = sum_l E[F^(l)] f_l/l!` over `Normal(m, v)`. Hence, with `g_k = E[lambda^(k)]`,
//!
//! ```math
//! \begin{aligned}
//! f_q f_r &= \sum_s s! \binom{q}{s} \binom{r}{s} v^s f_{q+r-2s} \\
//! \lambda f_q &= \sum_l \frac{c_{ql} f_l}{l!}, \qquad c_{ql} = \sum_i \binom{l}{i} \frac{q!}{(q-i)!} v^{q-i} g_{q+l-2i} \\
//! f_k(z + d) &= \sum_i \binom{k}{i} d^i f_{k-i}(z)
//! \end{aligned}
//! ```

use num_dual::DualNum;

use super::MODES;

/// `g_k` for `k = 0..AVERAGES`. Of the products `lambda f_q` those terms are left out that need more: they concern modes `q + l >=
/// AVERAGES` only.
pub(super) const AVERAGES: usize = 11;

/// `k!`
pub(super) fn factorial(k: usize) -> f64 {
    (1..=k).map(|i| i as f64).product()
}

/// `C(k, i)`, 0 for `i > k`.
pub(super) fn binomial(k: usize, i: usize) -> f64 {
    (0..i).map(|j| (k as f64 - j as f64) / (j + 1) as f64).product()
}

/// `c_ql/l!` for `q = 0..MODES`, `l = 0..=MODES`.
pub(super) fn own_products<D: DualNum<Primitive = f64> + Copy>(
    variance: D,
    g: &[D],
) -> [[D; MODES + 1]; MODES] {
    let powers = powers(variance);
    std::array::from_fn(|q| {
        std::array::from_fn(|l| {
            let terms = (0..=l.min(q)).filter(|i| q + l - 2 * i < AVERAGES);
            let term = |i| {
                let weight = binomial(l, i) * factorial(q) / factorial(q - i) / factorial(l);
                powers[q - i] * g[q + l - 2 * i] * weight
            };
            terms.map(term).sum()
        })
    })
}

/// `E[f_q f_r]` over a law with the moments `mu_k = E[f_k]`; those that are not given count as zero.
pub(super) fn product_average<D: DualNum<Primitive = f64> + Copy>(
    (q, r): (usize, usize),
    variance: D,
    moments: &[D],
) -> D {
    let powers = powers(variance);
    let known = (0..=q.min(r)).filter(|s| q + r - 2 * s < moments.len());
    let term = |s| {
        let weight = factorial(s) * binomial(q, s) * binomial(r, s);
        powers[s] * moments[q + r - 2 * s] * weight
    };
    known.map(term).sum()
}

/// `v^0, v^1, ..., v^MODES`.
pub(super) fn powers<D: DualNum<Primitive = f64> + Copy>(variance: D) -> [D; MODES + 1] {
    let mut powers = [D::from(1.0); MODES + 1];
    for k in 1..=MODES {
        powers[k] = powers[k - 1] * variance;
    }
    powers
}

/// `f_k(z)`, for `k = 0..=MODES`, at the distance `z - m` from the mean.
pub(super) fn polynomials(distance: f64, variance: f64) -> [f64; MODES + 1] {
    let mut values = [1.0; MODES + 1];
    values[1] = distance;
    for k in 2..=MODES {
        values[k] = distance * values[k - 1] - (k - 1) as f64 * variance * values[k - 2];
    }
    values
}

#[cfg(test)]
mod tests {
    use equipoise_model::Gain;
    use equipoise_model::GainFunction;
    use equipoise_model::gain::Logistic;

    use super::*;
    use crate::gaussian::averages;

    const MEAN: f64 = 0.3;
    const VARIANCE: f64 = 0.6;

    /// `E[F(Z)]` over `Normal(MEAN, VARIANCE)` by the trapezoid rule.
    fn average(function: impl Fn(f64) -> f64) -> f64 {
        let step = 0.01;
        let nodes = (-1200..=1200).map(|i| f64::from(i) * step);
        let density = |x: f64| (-0.5 * x * x).exp() * step / (2.0 * std::f64::consts::PI).sqrt();
        nodes.map(|x| density(x) * function(MEAN + VARIANCE.sqrt() * x)).sum()
    }

    #[test]
    fn products_with_a_gain_are_its_averages_with_polynomials() {
        let gain = Gain::Logistic(Logistic { max_rate: 1.3, threshold: 0.2, slope: 0.7 });
        let mut g = [0.0; AVERAGES];
        averages(&gain, MEAN, VARIANCE, &mut g);
        let products = own_products(VARIANCE, &g);
        for (q, row) in products.iter().enumerate() {
            for (l, product) in row.iter().enumerate().filter(|(l, _)| q + l < AVERAGES) {
                // c_ql/l! is the coefficient of f_l: E[lambda f_q f_l]/(l! v^l).
                let exact = average(|z| {
                    let f = polynomials(z - MEAN, VARIANCE);
                    gain.intensity(z) * f[q] * f[l]
                }) / (factorial(l) * VARIANCE.powi(l as i32));
                assert!((product - exact).abs() < 1e-11, "{q} {l}: {product} {exact}");
            }
        }
    }

    #[test]
    fn products_of_polynomials_average_to_moments() {
        // A law that is not normal: two points.
        let points = [(0.3, -1.1), (0.7, 0.4)];
        let over = |function: &dyn Fn([f64; MODES + 1]) -> f64| -> f64 {
            points.iter().map(|(weight, z)| weight * function(polynomials(*z, VARIANCE))).sum()
        };
        let moments: Vec<f64> = (0..=MODES).map(|k| over(&|f| f[k])).collect();
        for (q, r) in [(1, 1), (2, 1), (3, 2), (4, 4), (0, 5)] {
            let (ours, exact) =
                (product_average((q, r), VARIANCE, &moments), over(&|f| f[q] * f[r]));
            assert!((ours - exact).abs() < 1e-12, "{q} {r}: {ours} {exact}");
        }
    }

    #[test]
    fn binomials_vanish_beyond_the_triangle() {
        let row: Vec<f64> = (0..7).map(|i| binomial(4, i)).collect();
        assert_eq!(row, [1.0, 4.0, 6.0, 4.0, 1.0, 0.0, 0.0]);
    }
}
