//! The distances of laws as linear functionals of a distribution function on a grid.

use equipoise_limit::PotentiationLaw;
use equipoise_model::Bins;

use super::grid::edges;
use crate::law::CONVERGED;

/// Terms of the series that are kept to see what the last two contribute.
const KEPT: usize = equipoise_limit::law::TERMS - 2;

/// The functionals for one population at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Functionals {
    /// `w_i s_i` by edge: weights of the trapezoid rule, in units of potentiation, with the sign of the expected difference.
    weights: Vec<f64>,
    /// Edge at which the expected difference is largest, and its sign.
    largest: (usize, f64),
    /// `F(z_i)` of the limit.
    limit: Vec<f64>,
    /// What the last two terms of the series contribute: to the Wasserstein distance, and where the difference is largest.
    pub truncation: [f64; 2],
}

impl Functionals {
    /// Between the law of one network of size `n` and that of the limit; nothing where the series of the former does not converge.
    pub fn new(finite_n: &PotentiationLaw, limit: &PotentiationLaw, bins: Bins) -> Option<Self> {
        let of = |law: &PotentiationLaw| edges(bins).map(|z| law.distribution(z)).collect();
        let (expected, limit): (Vec<f64>, Vec<f64>) = (of(finite_n), of(limit));
        let kept: Vec<f64> = of(&finite_n.truncated(KEPT));
        let terms: Vec<f64> = expected.iter().zip(&kept).map(|(f, g)| (f - g).abs()).collect();
        if !terms.iter().all(|term| *term <= CONVERGED) {
            return None;
        }
        let step = (bins.to - bins.from) / bins.count as f64;
        let widths = (0..=bins.count).map(|i| if i % bins.count == 0 { 0.5 * step } else { step });
        let differences: Vec<f64> = expected.iter().zip(&limit).map(|(f, g)| f - g).collect();
        let weights: Vec<f64> =
            widths.zip(&differences).map(|(width, d)| width * d.signum()).collect();
        let place = |most: usize, i: usize| {
            if differences[i].abs() > differences[most].abs() { i } else { most }
        };
        let most = (0..differences.len()).fold(0, place);
        let of_last = weights.iter().zip(&terms).map(|(weight, term)| weight.abs() * term).sum();
        let truncation = [of_last, terms[most]];
        Some(Self { weights, largest: (most, differences[most].signum()), limit, truncation })
    }

    /// Wasserstein-1 and Kolmogorov-Smirnov error of a distribution function, given by its values at the edges.
    pub fn of(&self, distribution: impl IntoIterator<Item = f64>) -> [f64; 2] {
        let mut of = [0.0; 2];
        let values = distribution.into_iter().zip(&self.limit).map(|(f, limit)| f - limit);
        for (i, difference) in values.enumerate() {
            of[0] += self.weights[i] * difference;
            if i == self.largest.0 {
                of[1] = self.largest.1 * difference;
            }
        }
        of
    }

    /// The distances themselves, of a distribution function without noise: `sum w |F_n - F|` and the largest difference.
    pub fn distances(&self, distribution: impl IntoIterator<Item = f64>) -> [f64; 2] {
        let differences = distribution.into_iter().zip(&self.limit).map(|(f, g)| (f - g).abs());
        let terms = differences.zip(&self.weights);
        terms.fold([0.0, 0.0], |[sum, most], (d, w)| [sum + w.abs() * d, most.max(d)])
    }
}

#[cfg(test)]
mod tests {
    use equipoise_statistics::distance::{Law, wasserstein};

    use super::*;

    const BINS: Bins = Bins { from: -6.0, to: 6.0, count: 200 };

    fn normal(mean: f64, variance: f64) -> PotentiationLaw {
        PotentiationLaw::normal(mean, variance).expect("a law")
    }

    fn values(law: &PotentiationLaw) -> Vec<f64> {
        edges(BINS).map(|z| law.distribution(z)).collect()
    }

    /// A shift of the mean: `W_1` is the shift, and the largest difference is where the densities cross, `2 Phi(d/2) - 1`.
    #[test]
    fn a_shift_is_its_own_distance() {
        let (near, far) = (normal(0.1, 1.0), normal(0.0, 1.0));
        let functionals = Functionals::new(&near, &far, BINS).expect("normal laws");
        let [wasserstein, kolmogorov] = functionals.of(values(&near));
        assert!((wasserstein - 0.1).abs() < 1e-6, "{wasserstein}");
        let exact = error_function(0.05 / std::f64::consts::SQRT_2);
        assert!((kolmogorov - exact).abs() < 1e-4 * exact, "{kolmogorov} {exact}");
        assert_eq!(functionals.of(values(&near)), functionals.distances(values(&near)));
        assert_eq!(functionals.of(values(&far)), [0.0, 0.0]);
    }

    fn error_function(x: f64) -> f64 {
        2.0 * normal(0.0, 0.5).distribution(x) - 1.0
    }

    /// Scales differ: the distance is `|s - 1| E|X|`, the difference of distribution functions changes sign at the mean.
    #[test]
    fn a_scale_changes_sign_once() {
        let (wide, unit) = (normal(0.0, 1.21), normal(0.0, 1.0));
        let functionals = Functionals::new(&wide, &unit, BINS).expect("normal laws");
        let exact = 0.1 * (2.0 / std::f64::consts::PI).sqrt();
        assert!((functionals.of(values(&wide))[0] / exact - 1.0).abs() < 1e-3);
        // Of a law on the other side the functional is below zero, and the distance is not.
        let narrow = values(&normal(0.0, 0.81));
        assert!(functionals.of(narrow.clone())[0] < -0.05);
        assert!(functionals.distances(narrow)[0] > 0.05);
    }

    /// The exact distance of a sample with the expected law's quantiles.
    #[test]
    fn it_is_the_distance_of_a_sample() {
        let (law, limit) = (normal(0.2, 0.8), normal(0.0, 1.0));
        let sample: Vec<f64> = (0..20_000)
            .map(|i| law.quantile((f64::from(i) + 0.5) / 20_000.0).expect("a quantile"))
            .collect();
        let exact = wasserstein(&sample, &Law::normal(0.0, 1.0)).expect("a distance");
        let found = Functionals::new(&law, &limit, BINS).expect("normal laws").of(values(&law))[0];
        assert!((found / exact - 1.0).abs() < 2e-3, "{found} {exact}");
    }
}
