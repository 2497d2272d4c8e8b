//! The law of the potentiation at finite `n`: an Edgeworth series about the normal law of the limit.
//!
//! Use it where a sample of potentiations is compared with theory: the normal law is wrong by order `n^{-1/2}`, as soon as jumps of one
//! sign outweigh those of the other, and a large sample finds that out. With `x = (z - m)/sqrt(v)` and cumulants `k3` and `k4`,
//!
//! ```math
//! f(z) = \frac{\varphi(x)}{\sqrt v} \left[1 + \frac{k_3}{6 v^{3/2}} \mathrm{He}_3(x) + \frac{k_4}{24 v^2} \mathrm{He}_4(x) + \frac{k_3^2}{72 v^3} \mathrm{He}_6(x)\right].
//! ```
//!
//! For shot noise, whose cumulants `k_m` are of order `n^{1-m/2}`, the error of density and distribution function is of order `n^{-1/2}` for the
//! normal law, `n^{-1}` with `k3`, and `n^{-3/2}` with `k4` and the square of `k3`.
//!
//! In a network that is not all: the synapse that a neuron lacks of itself depends on its potentiation, so that *all* Hermite moments `mu_k = v^{k/2} E He_k(x)`
//! are of order `n^{-1/2}`. Where they are known ([`finite_n`](crate::finite_n), [`FiniteNSolution::law`](crate::FiniteNSolution::law)) the law is
//! their series, [`PotentiationLaw::of_moments`], in any order of `n`:
//!
//! ```math
//! f(z) = \frac{\varphi(x)}{\sqrt v} \left[1 + \sum_{k=3}^{8} \frac{\mu_k}{k!\, v^{k/2}} \mathrm{He}_k(x)\right].
//! ```
//!
//! Its cumulants are `k3 = mu_3` and `k4 = mu_4`; `mu_6 = k6 + 10 k3^2` holds the square.
//!
//! The series is no density everywhere: somewhere in a tail it falls below zero. [`PotentiationLaw::negative`] says where, and how much
//! mass that is.
//!
//! # Source
//! Cramér (1946), *Mathematical Methods of Statistics*, sections 17.6 and 17.7; Petrov (1975), doi:10.1007/978-3-642-65809-9, chapter VI.
//!
//! ```
//! use equipoise_limit::law::{Cumulants, Terms, PotentiationLaw};
//!
//! let cumulants = Cumulants { mean: -0.5, variance: 0.25, third: 0.01, fourth: 0.0 };
//! let law = PotentiationLaw::new(cumulants, Terms::First)?;
//! assert!(law.distribution(law.quantile(0.9)?) - 0.9 < 1e-12);
//! assert!(law.negative().mass < 1e-4);
//! # Ok::<(), equipoise_limit::law::LawError>(())
//! ```

use std::f64::consts::{PI, SQRT_2};

use thiserror::Error;

use crate::finite_n::MODES;

/// Terms of the series: `He_3, ..., He_8`.
pub const TERMS: usize = MODES - 2;

/// Cumulants of the potentiation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cumulants {
    /// `m`.
    pub mean: f64,
    /// `v > 0`.
    pub variance: f64,
    /// `k3`.
    pub third: f64,
    /// `k4`.
    pub fourth: f64,
}

/// Which terms of the series are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Terms {
    /// None: the normal law of the limit.
    Normal,
    /// Those of order `n^{-1/2}`: the third cumulant.
    First,
    /// Those of order `n^{-1}`, too: the fourth cumulant and the square of the third.
    Second,
    /// Third and fourth cumulant without the square: the Gram-Charlier A series. Its error is of order `n^{-1}`, as without the fourth.
    GramCharlier,
}

/// The law `f`, with what a comparison needs of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PotentiationLaw {
    mean: f64,
    deviation: f64,
    /// Coefficients of `He_3, ..., He_8`.
    coefficients: [f64; TERMS],
}

/// Where a law has a negative density.
#[derive(Debug, Clone, PartialEq)]
pub struct Negative {
    /// Minus the integral of the density there; 0 for a true density.
    pub mass: f64,
    /// Rising open intervals of potentiation; the outermost ends may be infinite.
    pub intervals: Vec<(f64, f64)>,
}

/// Why there is no law, or no quantile.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum LawError {
    /// A variance that is no positive number.
    #[error("the variance is {value}; it must be positive and finite")]
    Variance {
        /// Its value.
        value: f64,
    },
    /// Another cumulant or Hermite moment that is no number.
    #[error("the {which} is {value}; it must be finite")]
    Cumulant {
        /// `mean`, `third cumulant`, `fourth cumulant` or `Hermite moment`.
        which: &'static str,
        /// Its value.
        value: f64,
    },
    /// A probability outside of what the distribution function takes on between negative densities.
    #[error(
        "no quantile for probability {probability}: the series is a density only where its distribution function goes from {from:.3e} to \
         {to:.6}"
    )]
    Quantile {
        /// Which.
        probability: f64,
        /// The distribution function where the density about the mean starts to be positive.
        from: f64,
        /// And where it ends to be.
        to: f64,
    },
}

impl PotentiationLaw {
    /// From cumulants, with the terms of an order.
    ///
    /// # Errors
    /// [`LawError::Variance`], [`LawError::Cumulant`].
    pub fn new(cumulants: Cumulants, terms: Terms) -> Result<Self, LawError> {
        let Cumulants { mean, variance, third, fourth } = cumulants;
        for (which, value) in [("third cumulant", third), ("fourth cumulant", fourth)] {
            if !value.is_finite() {
                return Err(LawError::Cumulant { which, value });
            }
        }
        let sixth = 10.0 * third * third;
        Self::of_moments(
            mean,
            variance,
            &match terms {
                Terms::Normal => [0.0; TERMS],
                Terms::First => [third, 0.0, 0.0, 0.0, 0.0, 0.0],
                Terms::Second => [third, fourth, 0.0, sixth, 0.0, 0.0],
                Terms::GramCharlier => [third, fourth, 0.0, 0.0, 0.0, 0.0],
            },
        )
    }

    /// The Hermite series of a law with mean `m`, variance `v` and the moments `mu_3, ..., mu_8`, `mu_k = v^{k/2} E He_k((z - m)/sqrt(v))` in units of
    /// potentiation to the power `k`.
    ///
    /// # Errors
    /// [`LawError::Variance`], [`LawError::Cumulant`].
    pub fn of_moments(mean: f64, variance: f64, moments: &[f64; TERMS]) -> Result<Self, LawError> {
        if !(variance > 0.0 && variance.is_finite()) {
            return Err(LawError::Variance { value: variance });
        }
        let named = moments.iter().map(|moment| ("Hermite moment", *moment));
        for (which, value) in named.chain([("mean", mean)]) {
            if !value.is_finite() {
                return Err(LawError::Cumulant { which, value });
            }
        }
        let deviation = variance.sqrt();
        let mut scale = 2.0 * variance;
        let coefficients = std::array::from_fn(|term| {
            scale *= (term + 3) as f64 * deviation;
            moments[term] / scale
        });
        Ok(Self { mean, deviation, coefficients })
    }

    /// The same without the last terms, so that `kept` of the [`TERMS`] remain: how far the series has converged.
    #[must_use]
    pub fn truncated(mut self, kept: usize) -> Self {
        self.coefficients[kept..].fill(0.0);
        self
    }

    /// The normal law of the limit.
    ///
    /// # Errors
    /// [`LawError::Variance`], [`LawError::Cumulant`].
    pub fn normal(mean: f64, variance: f64) -> Result<Self, LawError> {
        Self::new(Cumulants { mean, variance, third: 0.0, fourth: 0.0 }, Terms::Normal)
    }

    /// `m`.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// `sqrt(v)`.
    pub fn deviation(&self) -> f64 {
        self.deviation
    }

    fn reduced(&self, potentiation: f64) -> f64 {
        (potentiation - self.mean) / self.deviation
    }

    /// `sum_k c_k He_{k - lowered}(x)` over `k = 3..8`.
    fn series(&self, x: f64, lowered: usize) -> f64 {
        let hermite = hermite(x);
        let terms = (3..).zip(self.coefficients);
        terms.map(|(k, coefficient): (usize, f64)| coefficient * hermite[k - lowered]).sum()
    }

    /// `f(z)`, per unit of potentiation; may be negative.
    pub fn density(&self, potentiation: f64) -> f64 {
        let x = self.reduced(potentiation);
        phi(x) / self.deviation * (1.0 + self.series(x, 0))
    }

    /// `F(z) = Phi(x) - phi(x) sum_k c_k He_{k-1}(x)`, since `(phi He_{k-1})' = -phi He_k`.
    pub fn distribution(&self, potentiation: f64) -> f64 {
        let x = self.reduced(potentiation);
        below(x) - phi(x) * self.series(x, 1)
    }

    /// `1 - F(z)`, without cancellation.
    pub fn survival(&self, potentiation: f64) -> f64 {
        let x = self.reduced(potentiation);
        below(-x) + phi(x) * self.series(x, 1)
    }

    /// `A(z)`, the integral of `F` up to `z`: `sqrt(v) (x Phi(x) + phi(x) [1 + sum_k c_k He_{k-2}(x)])`, in units of potentiation.
    pub fn antiderivative(&self, potentiation: f64) -> f64 {
        let x = self.reduced(potentiation);
        self.deviation * (x * below(x) + phi(x) * (1.0 + self.series(x, 2)))
    }

    /// Where the density is negative, and its mass there.
    pub fn negative(&self) -> Negative {
        let mut ends = vec![f64::NEG_INFINITY];
        ends.extend(self.roots());
        ends.push(f64::INFINITY);
        let mut negative = Negative { mass: 0.0, intervals: Vec::new() };
        for pair in ends.windows(2) {
            if self.series(inside(pair[0], pair[1]), 0) < -1.0 {
                let [from, to] = [pair[0], pair[1]].map(|x| self.mean + self.deviation * x);
                negative.mass += self.mass(to, from).max(0.0);
                negative.intervals.push((from, to));
            }
        }
        negative
    }

    /// Whether the density is negative nowhere.
    pub fn is_density(&self) -> bool {
        self.negative().intervals.is_empty()
    }

    /// `F(to) - F(from)`, in whichever tail does not cancel.
    fn mass(&self, from: f64, to: f64) -> f64 {
        let at = |z: f64| {
            if z.is_infinite() { f64::from(u8::from(z > 0.0)) } else { self.distribution(z) }
        };
        let beyond = |z: f64| {
            if z.is_infinite() { f64::from(u8::from(z < 0.0)) } else { self.survival(z) }
        };
        if from.min(to) > self.mean { beyond(from) - beyond(to) } else { at(to) - at(from) }
    }

    /// The `z` with `F(z) = probability`, by bisection within the interval about the mean on which the density is positive.
    ///
    /// # Errors
    /// [`LawError::Quantile`] if `F` does not take on the probability there.
    pub fn quantile(&self, probability: f64) -> Result<f64, LawError> {
        /// `Phi(-38)` is the smallest positive number.
        const REACH: f64 = 38.0;
        let (mut from, mut to) =
            (self.mean - REACH * self.deviation, self.mean + REACH * self.deviation);
        for (low, high) in self.negative().intervals {
            if high <= self.mean { from = from.max(high) } else { to = to.min(low) }
        }
        let reached = (self.distribution(from), self.distribution(to));
        // Beyond a negative tail the distribution function is below 0, or above 1.
        let (least, most) = (reached.0.max(0.0), reached.1.min(1.0));
        if !(from < to && least < probability && probability < most) {
            return Err(LawError::Quantile { probability, from: reached.0, to: reached.1 });
        }
        Ok(bisect(&|z| self.distribution(z) >= probability, from, to))
    }

    /// Real zeros of `1 + sum_k c_k He_k(x)`, rising.
    fn roots(&self) -> Vec<f64> {
        let mut polynomial = [0.0; MODES + 1];
        polynomial[0] = 1.0;
        // He_{k+1} = x He_k - k He_{k-1}, as coefficients of rising powers.
        let (mut previous, mut current) = ([0.0; MODES + 1], [0.0; MODES + 1]);
        current[0] = 1.0;
        for k in 1..=MODES {
            let next = std::array::from_fn(|power: usize| {
                let raised = power.checked_sub(1).map_or(0.0, |power| current[power]);
                raised - (k - 1) as f64 * previous[power]
            });
            (previous, current) = (current, next);
            let Some(coefficient) = k.checked_sub(3).map(|term| self.coefficients[term]) else {
                continue;
            };
            for (sum, power) in polynomial.iter_mut().zip(current) {
                *sum += coefficient * power;
            }
        }
        real_roots(&polynomial)
    }
}

/// Real zeros, rising, at which a polynomial changes its sign, from coefficients of rising powers: between those of its derivative, by
/// bisection.
fn real_roots(polynomial: &[f64]) -> Vec<f64> {
    let Some(degree) = polynomial.iter().rposition(|c| *c != 0.0).filter(|degree| *degree > 0)
    else {
        return Vec::new();
    };
    let polynomial = &polynomial[..=degree];
    let value = |x: f64| polynomial.iter().rev().fold(0.0, |sum, c| sum * x + c);
    let derivative: Vec<f64> =
        polynomial.iter().enumerate().skip(1).map(|(k, c)| k as f64 * c).collect();
    // Cauchy's bound.
    let ratio = |c: &f64| (c / polynomial[degree]).abs();
    let bound = 1.0 + polynomial[..degree].iter().map(ratio).fold(0.0, f64::max);
    let mut ends = vec![-bound];
    ends.extend(real_roots(&derivative));
    ends.push(bound);
    let changes = ends.windows(2).filter(|pair| value(pair[0]) * value(pair[1]) < 0.0);
    changes.map(|pair| bisect(&|x| value(x) * value(pair[1]) > 0.0, pair[0], pair[1])).collect()
}

/// Where a condition starts to hold that does not at `from` and does at `to`, to the last digit.
fn bisect(holds: &dyn Fn(f64) -> bool, mut from: f64, mut to: f64) -> f64 {
    loop {
        let middle = 0.5 * (from + to);
        if middle <= from || middle >= to {
            return middle;
        }
        if holds(middle) { to = middle } else { from = middle }
    }
}

/// A point of an interval that may be unbounded.
fn inside(from: f64, to: f64) -> f64 {
    match (from.is_finite(), to.is_finite()) {
        (true, true) => 0.5 * (from + to),
        (true, false) => from + 1.0,
        (false, true) => to - 1.0,
        (false, false) => 0.0,
    }
}

/// `He_0(x), ..., He_8(x)`.
fn hermite(x: f64) -> [f64; MODES + 1] {
    let mut values = [1.0; MODES + 1];
    values[1] = x;
    for k in 1..MODES {
        values[k + 1] = x * values[k] - k as f64 * values[k - 1];
    }
    values
}

fn phi(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

fn below(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law(third: f64, fourth: f64, terms: Terms) -> PotentiationLaw {
        let cumulants = Cumulants { mean: -0.4, variance: 0.36, third, fourth };
        PotentiationLaw::new(cumulants, terms).unwrap()
    }

    /// By the trapezoid rule over 12 standard deviations, which is exact to rounding.
    fn moment(law: &PotentiationLaw, power: i32) -> f64 {
        let step = 0.01 * law.deviation();
        let value = |i: i32| {
            let distance = f64::from(i) * step;
            distance.powi(power) * law.density(law.mean() + distance)
        };
        step * (-1200..=1200).map(value).sum::<f64>()
    }

    #[test]
    fn cumulants_are_those_given() {
        let (third, fourth, v) = (0.02, 0.01, 0.36_f64);
        for (terms, third, fourth) in [
            (Terms::Normal, 0.0, 0.0),
            (Terms::First, third, 0.0),
            (Terms::Second, third, fourth),
            (Terms::GramCharlier, third, fourth),
        ] {
            let law = law(0.02, 0.01, terms);
            let exact = [1.0, 0.0, v, third, 3.0 * v * v + fourth, 10.0 * v * third];
            for (power, exact) in (0..).zip(exact) {
                let ours = moment(&law, power);
                assert!((ours - exact).abs() < 1e-13, "{terms:?} {power}: {ours} {exact}");
            }
            let sixth = moment(&law, 6) - 15.0 * v * (v * v + fourth);
            let square = if terms == Terms::Second { 10.0 * third * third } else { 0.0 };
            assert!((sixth - square).abs() < 1e-13, "{terms:?}: {sixth} {square}");
        }
    }

    #[test]
    fn moments_are_those_given() {
        let moments = [0.01, -0.02, 0.03, 0.02, -0.01, 0.005];
        let law = PotentiationLaw::of_moments(-0.4, 0.36, &moments).unwrap();
        let step = 0.01 * law.deviation();
        for (k, exact) in (3..).zip(moments) {
            let value = |i: i32| {
                let x = f64::from(i) * 0.01;
                law.deviation().powi(k) * hermite(x)[k as usize] * law.density(law.mean() + 0.6 * x)
            };
            let ours = step * (-1200..=1200).map(value).sum::<f64>();
            assert!((ours - exact).abs() < 1e-13, "{k}: {ours} {exact}");
        }
    }

    #[test]
    fn each_function_is_the_derivative_of_the_next() {
        let moments = [0.05, 0.03, 0.02, 0.025, 0.01, 0.02];
        let law = PotentiationLaw::of_moments(-0.4, 0.36, &moments).unwrap();
        let derivative = |function: &dyn Fn(f64) -> f64, z: f64| {
            let step = 1e-3;
            let slope = |h: f64| (function(z + h) - function(z - h)) / (2.0 * h);
            (4.0 * slope(step) - slope(2.0 * step)) / 3.0
        };
        for z in [-2.3, -1.0, -0.4, 0.3, 1.7] {
            let density = derivative(&|z| law.distribution(z), z);
            assert!((density - law.density(z)).abs() < 1e-9, "{z}");
            let distribution = derivative(&|z| law.antiderivative(z), z);
            assert!((distribution - law.distribution(z)).abs() < 1e-9, "{z}");
            assert!((law.survival(z) + law.distribution(z) - 1.0).abs() < 1e-15, "{z}");
        }
        assert!((law.antiderivative(20.0) - 20.4).abs() < 1e-13);
        assert!(law.antiderivative(-20.0).abs() < 1e-200);
    }

    /// Against sums of the negative part of the density.
    #[test]
    fn negative_mass_is_found_where_it_is() {
        for (third, fourth, terms) in [
            (0.03, 0.0, Terms::First),
            (-0.15, 0.0, Terms::First),
            (0.15, 0.02, Terms::Second),
            (0.1, -0.3, Terms::Second),
            (0.0, -0.1, Terms::GramCharlier),
            (0.3, 0.1, Terms::GramCharlier),
        ] {
            let mut law = law(third, fourth, terms);
            // The other terms, too.
            (law.coefficients[2], law.coefficients[4], law.coefficients[5]) = (0.01, 2e-3, 1e-3);
            let step = 1e-4;
            let points = (-100_000..100_000).map(|i| (f64::from(i) + 0.5) * step);
            let sum: f64 = points.map(|z| -step * law.density(z).min(0.0)).sum();
            let negative = law.negative();
            assert!(!negative.intervals.is_empty() && !law.is_density());
            let error = (negative.mass - sum).abs();
            assert!(error < 1e-6 * (1e-3 + sum), "{terms:?}: {negative:?} {sum}");
            for (from, to) in negative.intervals {
                for end in [from, to].into_iter().filter(|end| end.is_finite()) {
                    assert!(law.density(end).abs() < 1e-9, "{end}: {}", law.density(end));
                }
            }
        }
    }

    #[test]
    fn some_series_are_densities() {
        assert!(law(0.05, 0.0, Terms::Normal).is_density());
        assert_eq!(law(0.05, 0.0, Terms::Normal).negative().mass, 0.0);
        // Excess kurtosis between 0 and 4 without skewness (Barton & Dennis 1952, doi:10.1093/biomet/39.3-4.425).
        assert!(law(0.0, 3.99 * 0.1296, Terms::GramCharlier).is_density());
        assert!(!law(0.0, 4.01 * 0.1296, Terms::GramCharlier).is_density());
    }

    #[test]
    fn quantiles_invert_the_distribution_function() {
        for (third, fourth, terms) in
            [(0.0, 0.0, Terms::Normal), (0.03, 0.0, Terms::First), (0.03, 0.01, Terms::Second)]
        {
            let law = law(third, fourth, terms);
            for probability in [1e-3, 0.01, 0.3, 0.5, 0.975] {
                let z = law.quantile(probability).unwrap();
                assert!((law.distribution(z) - probability).abs() < 1e-15, "{terms:?}");
            }
        }
        let z = PotentiationLaw::normal(1.0, 4.0).unwrap().quantile(0.975).unwrap();
        assert!((z - 1.0 - 2.0 * 1.959_963_984_540_054).abs() < 1e-14);
    }

    #[test]
    fn what_is_no_law_is_refused() {
        let error = PotentiationLaw::normal(0.0, 0.0).unwrap_err();
        assert_eq!(error.to_string(), "the variance is 0; it must be positive and finite");
        let cumulants = Cumulants { mean: 0.0, variance: 1.0, third: f64::NAN, fourth: 0.0 };
        let error = PotentiationLaw::new(cumulants, Terms::Normal).unwrap_err();
        assert_eq!(error.to_string(), "the third cumulant is NaN; it must be finite");
        let skewed = law(0.1, 0.0, Terms::First);
        for probability in [-1e-9, 0.0, 1.0, f64::NAN] {
            assert!(matches!(skewed.quantile(probability), Err(LawError::Quantile { .. })));
        }
    }
}
