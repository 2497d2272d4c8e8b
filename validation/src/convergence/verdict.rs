//! Do measured and expected errors agree, and with which exponent do they fall?
//!
//! Every quantity, population, size and time that counts is tested for `|true - expected| <= margin`, as in a validation; and every exponent for being that of the expected errors over
//! the same sizes, which tends to -1/2 but need not be there yet ([`exponent`]). Holm's correction is over all of them together.
//!
//! Sizes that are too small for the theory ([`Validity`](equipoise_limit::Validity)) are measured, but not tested. An exponent is taken over the sizes at which the error is
//! resolved: known to a third by the networks, and to a half by the theory.

use equipoise_statistics::power_law::slope;
use equipoise_statistics::{Equivalence, Estimate, Exponent};

use super::expected::Expected;
use super::measured::Measured;
use super::plan::place;
use super::quantity::{Norm, Quantity};
use super::window::Window;
use crate::exponent;
use crate::tested::{Tested, correct};

/// Largest standard error and margin, relative to the expected error, of an error that is resolved.
const RESOLVED: (f64, f64) = (1.0 / 3.0, 0.5);

/// A size: what is expected and what was measured.
pub type OfSize<'a> = (&'a Expected, &'a Measured);

/// The error of a quantity of one population at one size and time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The quantity.
    pub quantity: Quantity,
    /// Number of the size.
    pub size: usize,
    /// The sample.
    pub sample: usize,
    /// The population.
    pub population: usize,
    /// Measured error against the expected one, in the direction of the latter.
    pub tested: Tested,
}

/// An error in a norm over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normed {
    /// The norm.
    pub norm: Norm,
    /// Where it is taken.
    pub point: Point,
    /// The largest error over time without regard to what is expected; at the end the error there. Noise makes it larger.
    pub plain: f64,
    /// Whether the error is known well enough to be one of an exponent.
    pub is_resolved: bool,
}

/// How an error falls with size.
#[derive(Debug, Clone, PartialEq)]
pub struct Slope {
    /// The quantity.
    pub quantity: Quantity,
    /// The norm.
    pub norm: Norm,
    /// The population.
    pub population: usize,
    /// Numbers of the sizes at which it is resolved.
    pub sizes: Vec<usize>,
    /// Of the measured errors; nothing where fewer than two are resolved.
    pub exponent: Option<Exponent>,
    /// Measured against expected exponent.
    pub tested: Option<Tested>,
    /// Between neighbouring sizes.
    pub local: Vec<Local>,
}

/// The slope between two sizes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Local {
    /// Number of the smaller size.
    pub size: usize,
    /// Measured; NaN where an error is below zero.
    pub measured: Estimate,
    /// Expected.
    pub expected: f64,
}

/// All that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Convergence {
    /// What is compared.
    pub quantities: Vec<Quantity>,
    /// The samples that count.
    pub window: Window,
    /// Whether each size is large enough to be tested.
    pub is_tested: Vec<bool>,
    /// Errors at all times that count, in the order of quantity, size, sample, population.
    pub points: Vec<Point>,
    /// Errors in norms, in the order of quantity, norm, size, population.
    pub normed: Vec<Normed>,
    /// Exponents, in the order of quantity, norm, population.
    pub slopes: Vec<Slope>,
}

impl Convergence {
    /// All tests.
    pub fn tests(&self) -> impl Iterator<Item = &Tested> {
        let points = self.points.iter().filter(|point| self.is_tested[point.size]);
        let slopes = self.slopes.iter().filter_map(|slope| slope.tested.as_ref());
        points.map(|point| &point.tested).chain(slopes)
    }

    /// Whether all tests hold (and there are any).
    pub fn holds(&self) -> bool {
        self.tests().next().is_some() && self.tests().all(Tested::holds)
    }

    /// Errors in a norm by rising size.
    pub fn of(
        &self,
        quantity: Quantity,
        norm: Norm,
        population: usize,
    ) -> impl Iterator<Item = &Normed> {
        self.normed.iter().filter(move |normed| {
            let Normed { norm: own, point, .. } = normed;
            *own == norm && point.quantity == quantity && point.population == population
        })
    }

    fn correct(mut self) -> Self {
        let is_tested = &self.is_tested;
        let points = self.points.iter_mut().filter(|point| is_tested[point.size]);
        let mut tests: Vec<&mut Tested> = points.map(|point| &mut point.tested).collect();
        tests.extend(self.slopes.iter_mut().filter_map(|slope| slope.tested.as_mut()));
        correct(tests);
        for normed in &mut self.normed {
            let own = self.points.iter().find(|point| is_same(point, &normed.point));
            normed.point.tested = own.expect("norms are taken at points").tested;
        }
        self
    }
}

fn is_same(one: &Point, other: &Point) -> bool {
    let key = |point: &Point| (point.quantity, point.size, point.sample, point.population);
    key(one) == key(other)
}

/// Compares sizes, in rising order. Intervals are drawn from `seed`.
pub fn converge(sizes: &[OfSize<'_>], seed: u64) -> Convergence {
    let expected: Vec<&Expected> = sizes.iter().map(|(expected, _)| *expected).collect();
    let window = Window::new(&expected);
    let populations = expected.first().map_or(0, |expected| expected.populations);
    let quantities = expected.first().map_or_else(Vec::new, |expected| expected.quantities());
    let mut found = Convergence {
        is_tested: expected.iter().map(|expected| expected.validity.holds()).collect(),
        points: Vec::new(),
        normed: Vec::new(),
        slopes: Vec::new(),
        window,
        quantities: quantities.clone(),
    };
    for quantity in quantities {
        let compared: Vec<usize> =
            (0..populations).filter(|a| expected[0].has(quantity, *a)).collect();
        for (size, of_size) in sizes.iter().enumerate() {
            for &sample in found.window.samples(quantity) {
                let point = |population| point(of_size, (quantity, size, sample, population));
                found.points.extend(compared.iter().copied().map(point));
            }
        }
        for norm in Norm::ALL {
            let normed = |size: usize, population| {
                normed(&found.window, &sizes[size], (quantity, norm, size, population))
            };
            let all: Vec<Normed> = (0..sizes.len())
                .flat_map(|size| compared.iter().map(move |population| (size, *population)))
                .filter_map(|(size, population)| normed(size, population))
                .collect();
            let slope = |population| {
                let own: Vec<&Normed> =
                    all.iter().filter(|normed| normed.point.population == population).collect();
                slope_of((sizes, &found.is_tested), &own, (quantity, norm, population), seed)
            };
            let slopes: Vec<Slope> = compared.iter().copied().map(slope).collect();
            found.slopes.extend(slopes);
            found.normed.extend(all);
        }
    }
    found.correct()
}

fn point(
    (expected, measured): &OfSize<'_>,
    (quantity, size, sample, population): (Quantity, usize, usize, usize),
) -> Point {
    let at = expected.place(sample, population);
    let estimate = measured.estimate(quantity, at);
    let predicted = expected.error[quantity][at].abs();
    let margin = expected.margin[quantity][at];
    let test = Equivalence::of_mean(estimate, measured.networks(), predicted, margin);
    let tested = Tested::new(estimate, predicted, None, test);
    Point { quantity, size, sample, population, tested }
}

fn normed(
    window: &Window,
    of_size: &OfSize<'_>,
    (quantity, norm, size, population): (Quantity, Norm, usize, usize),
) -> Option<Normed> {
    let (expected, measured) = of_size;
    let at = place(expected, window, (quantity, norm, population))?;
    let point = point(of_size, (quantity, size, at / expected.populations, population));
    let plain = |at| measured.plain(expected, quantity, at);
    let plain = match norm {
        Norm::End => plain(at),
        Norm::Sup => {
            let samples = window.samples(quantity).iter();
            samples.map(|s| plain(expected.place(*s, population))).fold(0.0, f64::max)
        }
    };
    let Tested { measured: Estimate { standard_error, .. }, predicted, test, .. } = point.tested;
    let is_resolved =
        standard_error <= RESOLVED.0 * predicted && test.margin <= RESOLVED.1 * predicted;
    Some(Normed { norm, point, plain, is_resolved })
}

fn slope_of(
    (sizes, is_tested): (&[OfSize<'_>], &[bool]),
    normed: &[&Normed],
    (quantity, norm, population): (Quantity, Norm, usize),
    seed: u64,
) -> Slope {
    let used: Vec<&Normed> = normed
        .iter()
        .copied()
        .filter(|normed| normed.is_resolved && is_tested[normed.point.size])
        .collect();
    let numbers: Vec<usize> = used.iter().map(|normed| normed.point.size).collect();
    let of_size = |normed: &&Normed| {
        let Normed { point, .. } = normed;
        let (expected, measured) = sizes[point.size];
        let Tested { predicted, test, .. } = point.tested;
        let errors = measured.errors(quantity, expected.place(point.sample, point.population));
        exponent::OfSize { size: expected.size, errors, predicted, margin: test.margin }
    };
    let sizes_used: Vec<exponent::OfSize<'_>> = used.iter().map(of_size).collect();
    let (found, tested) = exponent::exponent(&sizes_used, seed).unzip();
    let local = normed.windows(2).map(|pair| local(sizes, [pair[0], pair[1]])).collect();
    Slope { quantity, norm, population, sizes: numbers, exponent: found, tested, local }
}

fn local(sizes: &[OfSize<'_>], pair: [&Normed; 2]) -> Local {
    let of_sizes = pair.map(|normed| sizes[normed.point.size].0.size);
    let [from, to] = pair.map(|normed| normed.point.tested);
    let distance = (of_sizes[1] / of_sizes[0]).ln();
    let relative = |tested: Tested| tested.measured.standard_error / tested.measured.value;
    let is_positive = from.measured.value > 0.0 && to.measured.value > 0.0;
    let measured = if is_positive {
        Estimate {
            value: (to.measured.value / from.measured.value).ln() / distance,
            standard_error: relative(from).hypot(relative(to)) / distance,
        }
    } else {
        Estimate { value: f64::NAN, standard_error: f64::NAN }
    };
    let expected = slope(&of_sizes, &[from.predicted, to.predicted]);
    Local { size: pair[0].point.size, measured, expected }
}
