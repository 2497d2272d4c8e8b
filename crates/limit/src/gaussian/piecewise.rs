//! Gains that are smooth between breakpoints: Gauss-Legendre rules on the pieces.
//!
//! Use it for tabulated gains and for saturated gains with a kink. Two forms are the same by partial integration. With
//! `x = (z - m)/sqrt(v)` and the density `phi`,
//!
//! ```math
//! \begin{aligned}
//! g_k &= v^{-(k-1)/2} \int \lambda'(z)\, \mathrm{He}_{k-1}(x)\, \varphi(x)\, dx &&\quad \text{(wide laws)} \\
//! g_k &= \int \lambda^{(k)}(z)\, \varphi(x)\, dx + \sum_i \sum_{0<j<k} [\lambda^{(j)}]_i\, v^{-(k-j)/2}\, \mathrm{He}_{k-1-j}(x_i)\, \varphi(x_i) &&\quad \text{(narrow laws)}
//! \end{aligned}
//! ```
//!
//! for `k >= 1`, where `[lambda^(j)]_i` is the jump of a derivative at breakpoint `i`. In the first, nothing larger than a kink gives
//! appears, but it divides rounding errors by powers of a small variance; in the second, higher derivatives would cancel
//! over a law that is wide against the pieces.

use std::f64::consts::PI;
use std::sync::LazyLock;

use equipoise_model::{Gain, GainFunction};
use nalgebra::DMatrix;

use super::ORDERS;

/// Half width of the range of integration in standard deviations: `He_11(11) exp(-11^2/2) < 1e-15`.
const REACH: f64 = 11.0;
/// A law is narrow if its standard deviation is below this part of the length on which the gain varies.
const NARROW: f64 = 0.3;
/// Largest half width of a panel, in standard deviations.
const WIDEST_PANEL: f64 = 1.0;
/// Nodes in a panel.
const NODES: usize = 20;

/// Nodes and weights of the Gauss-Legendre rule on `[-1, 1]`: eigenvalues of its Jacobi matrix, and twice the squares of the first
/// components of the eigenvectors.
///
/// # Source
/// Golub & Welsch (1969), doi:10.1090/S0025-5718-69-99647-1.
pub(crate) static RULE: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| {
    let mut jacobi = DMatrix::zeros(NODES, NODES);
    for k in 1..NODES {
        let order = k as f64;
        let entry = order / (4.0 * order * order - 1.0).sqrt();
        (jacobi[(k, k - 1)], jacobi[(k - 1, k)]) = (entry, entry);
    }
    let eigen = jacobi.symmetric_eigen();
    let weights = eigen.eigenvectors.row(0).map(|component| 2.0 * component * component);
    eigen.eigenvalues.iter().copied().zip(weights.iter().copied()).collect()
});

/// As [`super::averages`], for a variance above zero.
pub(super) fn averages(gain: &Gain, mean: f64, variance: f64, out: &mut [f64]) {
    let law = Law { gain, mean, deviation: variance.sqrt() };
    out.fill(0.0);
    if law.deviation < NARROW * length(gain) {
        law.over_panels(&mut |x, weight| law.add_derivatives(x, weight, out));
        law.add_jumps(out);
    } else {
        law.over_panels(&mut |x, weight| law.add_hermite(x, weight, out));
        let mut scale = 1.0;
        for value in out.iter_mut().skip(1) {
            *value *= scale;
            scale /= law.deviation;
        }
    }
}

/// The length on which the gain varies: of its narrowest piece, or in which its slope may change by as much as it has.
fn length(gain: &Gain) -> f64 {
    let pieces = gain.breakpoints().windows(2).map(|ends| ends[1] - ends[0]);
    pieces.fold(gain.derivative_bound() / gain.curvature_bound(), f64::min)
}

/// A gain and a normal law of its argument.
struct Law<'a> {
    gain: &'a Gain,
    mean: f64,
    deviation: f64,
}

impl Law<'_> {
    fn potentiation(&self, x: f64) -> f64 {
        self.mean + self.deviation * x
    }

    /// `x_i` of the breakpoints within reach.
    fn breakpoints(&self) -> impl Iterator<Item = (f64, f64)> {
        let reduced = |z: &f64| (*z, (z - self.mean) / self.deviation);
        self.gain.breakpoints().iter().map(reduced).filter(|(_, x)| x.abs() < REACH)
    }

    /// Calls `add` with nodes `x` and weights, `phi(x)` included.
    fn over_panels(&self, add: &mut dyn FnMut(f64, f64)) {
        let mut from = -REACH;
        for to in self.breakpoints().map(|(_, x)| x).chain([REACH]) {
            self.over_panel(from, to, add);
            from = to;
        }
    }

    /// Halves a panel until it is narrow against the law and against the gain's Taylor series.
    fn over_panel(&self, from: f64, to: f64, add: &mut dyn FnMut(f64, f64)) {
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        let divisible = from < middle && middle < to;
        if divisible && (half > WIDEST_PANEL || !self.settled(middle, half)) {
            self.over_panel(from, middle, add);
            self.over_panel(middle, to, add);
            return;
        }
        for (node, weight) in RULE.iter() {
            let x = middle + half * node;
            add(x, half * weight * density(x));
        }
    }

    /// Whether the terms of the Taylor series about the middle of a panel fall like `2^{-k}` towards its ends: then
    /// singularities are about twice as far away as these, and the rule converges like `3.5^{-40}`.
    fn settled(&self, middle: f64, half: f64) -> bool {
        let mut terms = [0.0; ORDERS];
        self.gain.derivatives(self.potentiation(middle), &mut terms);
        let mut scale = 1.0;
        for (k, term) in terms.iter_mut().enumerate().skip(1) {
            scale *= half * self.deviation / k as f64;
            *term = (*term * scale).abs();
        }
        let largest = terms[1..4].iter().copied().fold(0.0, f64::max);
        terms
            .iter()
            .enumerate()
            .skip(6)
            .all(|(k, term)| *term <= 4.0 * largest * 0.5_f64.powi(k as i32))
    }

    fn add_derivatives(&self, x: f64, weight: f64, out: &mut [f64]) {
        let mut values = [0.0; ORDERS];
        self.gain.derivatives(self.potentiation(x), &mut values[..out.len()]);
        for (sum, value) in out.iter_mut().zip(values) {
            *sum += weight * value;
        }
    }

    fn add_hermite(&self, x: f64, weight: f64, out: &mut [f64]) {
        let (rate, slope) = self.gain.intensity_and_derivative(self.potentiation(x));
        let Some((first, higher)) = out.split_first_mut() else { return };
        *first += weight * rate;
        let (mut previous, mut hermite) = (0.0, 1.0);
        for (order, sum) in higher.iter_mut().enumerate() {
            *sum += weight * slope * hermite;
            (previous, hermite) = (hermite, x * hermite - order as f64 * previous);
        }
    }

    /// The double sum over breakpoints and derivatives.
    fn add_jumps(&self, out: &mut [f64]) {
        for (z, x) in self.breakpoints() {
            let (mut left, mut jumps) = ([0.0; ORDERS], [0.0; ORDERS]);
            self.gain.left_derivatives(z, &mut left);
            self.gain.derivatives(z, &mut jumps);
            for (jump, left) in jumps.iter_mut().zip(left) {
                *jump -= left;
            }
            // v^{-(p+1)/2} He_p(x) phi(x), for p = 0, 1, ...
            let mut kernels = [0.0; ORDERS];
            kernels[0] = density(x) / self.deviation;
            for p in 1..ORDERS {
                let before = if p > 1 { kernels[p - 2] } else { 0.0 };
                kernels[p] = (x * kernels[p - 1] - (p as f64 - 1.0) * before / self.deviation)
                    / self.deviation;
            }
            for (k, sum) in out.iter_mut().enumerate() {
                let terms =
                    (1..k).filter(|j| jumps[*j] != 0.0).map(|j| jumps[j] * kernels[k - 1 - j]);
                *sum += terms.sum::<f64>();
            }
        }
    }
}

fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

#[cfg(test)]
mod tests {
    use equipoise_model::gain::{Tabulated, ThresholdLinear};

    use super::*;

    #[test]
    fn the_rule_is_exact_for_polynomials_of_twice_its_order() {
        for degree in 0..2 * NODES as i32 {
            let integral: f64 = RULE.iter().map(|(x, weight)| weight * x.powi(degree)).sum();
            let exact = if degree % 2 == 0 { 2.0 / f64::from(degree + 1) } else { 0.0 };
            assert!((integral - exact).abs() < 1e-14, "{degree}: {integral} {exact}");
        }
    }

    /// Both forms hold for any law; between narrow and wide ones they agree.
    #[test]
    fn both_forms_agree() {
        let line = Gain::ThresholdLinear(ThresholdLinear { gain: 1.3, threshold: 0.2 });
        let table = Gain::Tabulated(Tabulated::new(&[-1.0, 0.1, 1.5], &[0.1, 0.5, 1.2]).unwrap());
        for gain in [table.clone(), table.saturated(1.5), line.saturated(0.8)] {
            for mean in [-1.2, 0.0, 0.2, 0.9] {
                let deviation = NARROW * length(&gain);
                let of = |factor: f64| {
                    let mut out = [0.0; ORDERS];
                    averages(&gain, mean, (factor * deviation).powi(2), &mut out);
                    out
                };
                let (narrow, wide) = (of(1.0 - 1e-15), of(1.0 + 1e-15));
                for (k, (a, b)) in narrow.into_iter().zip(wide).enumerate() {
                    let hermite: f64 = (1..k).map(|j| (j as f64).sqrt()).product();
                    let scale = hermite * gain.derivative_bound() / deviation.powi(k as i32 - 1);
                    assert!(
                        (a - b).abs() < 1e-13 * scale,
                        "{gain:?} at {mean}, order {k}: {a} {b}"
                    );
                }
            }
        }
    }
}
