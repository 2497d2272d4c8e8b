//! The tests of a claim about sizes and of its twin, and what follows.

use std::sync::atomic::AtomicBool;

use equipoise_statistics::power_law::slope;
use equipoise_statistics::{Equivalence, Exponent, estimate};

use super::claim::ClaimError;
use super::simulated::{Simulated, Terms};
use super::sizes::{OverSizes, Size};
use super::statistic::{Predicted, Statistic, Theory};
use crate::convergence::plan::seed;
use crate::exponent::{self, exponent};
use crate::tested::{Tested, correct};

/// Sizes between which the theory alone must have the exponent that is claimed, and how far it may be off: it comes there like `n^{-1/2}`, or `n^{-1/4}` with shared spikes.
const LARGE: [f64; 2] = [1e8, 1e10];
const NEAR: f64 = 0.02;
/// What is added to the seed for twins.
const TWIN: u64 = 1 << 40;

/// A statistic at one size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The size.
    pub size: Size,
    /// Measured against predicted, in the direction of the latter.
    pub tested: Tested,
}

/// One component of a statistic over all sizes.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// The statistic.
    pub statistic: Statistic,
    /// Name of the component.
    pub component: String,
    /// By rising size.
    pub points: Vec<Point>,
    /// Of what was measured; nothing where an average has not the sign that is predicted.
    pub exponent: Option<Exponent>,
    /// Measured against predicted exponent.
    pub tested: Option<Tested>,
    /// Exponent of the theory where `n` is beyond all simulation.
    pub at_large: f64,
}

/// What was found of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// By statistic and component.
    pub courses: Vec<Course>,
}

impl Side {
    /// All tests.
    pub fn tests(&self) -> impl Iterator<Item = &Tested> {
        self.courses.iter().flat_map(|course| {
            course.points.iter().map(|point| &point.tested).chain(&course.tested)
        })
    }

    /// The smallest p-value, by Holm's correction over all tests; 0 where an exponent cannot be had, or nothing was tested.
    pub fn p(&self) -> f64 {
        let least = self.tests().map(|tested| tested.adjusted_p).reduce(f64::min);
        let is_whole = self.courses.iter().all(|course| course.tested.is_some());
        least.filter(|_| is_whole).unwrap_or(0.0)
    }

    /// Whether it passes all tests.
    pub fn passes(&self) -> bool {
        self.p() > 0.0 && self.tests().all(Tested::holds)
    }

    /// Whether the theory has the exponent `claimed` as `n` grows.
    pub fn is_asymptotic(&self, claimed: f64) -> bool {
        self.courses.iter().all(|course| (course.at_large - claimed).abs() <= NEAR)
    }

    fn correct(mut self) -> Self {
        let courses = self.courses.iter_mut();
        let tests = courses.flat_map(|Course { points, tested, .. }| {
            points.iter_mut().map(|point| &mut point.tested).chain(tested)
        });
        correct(tests.collect());
        self
    }
}

/// Simulates the networks of a claim and of its twin, and tests them, in this order. `tell` hears what is being simulated. Nothing where it was stopped.
///
/// # Errors
/// [`ClaimError`] of the claim that is named.
pub(super) fn examine(
    (name, claim): (&str, &OverSizes),
    (seed, threads): (u64, usize),
    stop: &AtomicBool,
    tell: &mut dyn FnMut(&str),
) -> Result<Option<[Side; 2]>, ClaimError> {
    let theory = |n: f64| {
        let scenario = claim.scenario(name, n)?;
        Theory::new(&scenario, &claim.statistics).map_err(|source| ClaimError::Limit {
            claim: name.to_owned(),
            source: Box::new(source),
        })
    };
    let theories = claim.sizes.iter().map(|size| theory(size.n)).collect::<Result<Vec<_>, _>>()?;
    let large = [theory(LARGE[0])?, theory(LARGE[1])?];
    let mut sides = Vec::new();
    for (whose, base) in [("network", seed), ("twin", seed.wrapping_add(TWIN))] {
        let mut simulated = Vec::new();
        for (size, theory) in claim.sizes.iter().zip(&theories) {
            let method = size.method();
            tell(&format!(
                "{whose}: n = {}, {} networks ({})",
                size.n,
                size.networks,
                method.name()
            ));
            let scenario = if whose == "twin" {
                claim.twin_scenario(name, size.n)?
            } else {
                claim.scenario(name, size.n)?
            };
            let terms = Terms { seed: self::seed(base, size.n), threads, stop };
            let of_size = Simulated::new(&scenario, size, theory, terms).map_err(|source| {
                ClaimError::Engine { claim: name.to_owned(), source: Box::new(source) }
            })?;
            let Some(of_size) = of_size else { return Ok(None) };
            simulated.push(of_size);
        }
        sides.push(side(claim, (&theories, &large), &simulated, base));
    }
    let twin = sides.pop();
    let network = sides.pop();
    Ok(network.zip(twin).map(|(network, twin)| [network, twin]))
}

/// Tests the networks of all sizes.
fn side(
    claim: &OverSizes,
    (theories, large): (&[Theory], &[Theory; 2]),
    simulated: &[Simulated],
    seed: u64,
) -> Side {
    let mut courses = Vec::new();
    for &statistic in &claim.statistics {
        let predicted: Vec<Option<Predicted>> =
            theories.iter().map(|theory| theory.predicted(statistic)).collect();
        let Some(predicted) = predicted.into_iter().collect::<Option<Vec<_>>>() else { continue };
        let at_large = large.each_ref().map(|theory| theory.predicted(statistic));
        let values: Vec<Vec<Vec<f64>>> = simulated
            .iter()
            .zip(theories)
            .map(|(simulated, theory)| simulated.values(statistic, theory))
            .collect();
        for component in 0..predicted[0].names.len() {
            let large = at_large.each_ref().map(|predicted| {
                predicted.as_ref().map_or(f64::NAN, |predicted| predicted.values[component])
            });
            let of_sizes: Vec<OfSize> = claim
                .sizes
                .iter()
                .zip(&predicted)
                .zip(&values)
                .map(|((size, predicted), values)| {
                    OfSize::new(*size, (predicted, &values[component]), (statistic, component))
                })
                .collect();
            courses.push(Course {
                statistic,
                component: predicted[0].names[component].clone(),
                at_large: slope(&LARGE, &large),
                ..course(&of_sizes, seed, statistic)
            });
        }
    }
    Side { courses }.correct()
}

/// One component at one size.
struct OfSize {
    size: Size,
    values: Vec<f64>,
    predicted: f64,
    margin: f64,
}

impl OfSize {
    /// In the direction that is predicted, in which errors are already.
    fn new(
        size: Size,
        (predicted, values): (&Predicted, &[f64]),
        (statistic, component): (Statistic, usize),
    ) -> Self {
        let value = predicted.values[component];
        let is_turned = value < 0.0 && statistic.error().is_none();
        let sign = if is_turned { -1.0 } else { 1.0 };
        Self {
            size,
            values: values.iter().map(|value| sign * value).collect(),
            predicted: value.abs(),
            margin: predicted.margins[component],
        }
    }
}

fn course(of_sizes: &[OfSize], seed: u64, statistic: Statistic) -> Course {
    let points = of_sizes.iter().map(|OfSize { size, values, predicted, margin }| {
        let measured = estimate::mean(values);
        let test = Equivalence::of_mean(measured, values.len(), *predicted, *margin);
        Point { size: *size, tested: Tested::new(measured, *predicted, None, test) }
    });
    let errors: Vec<exponent::OfSize<'_>> = of_sizes
        .iter()
        .map(|OfSize { size, values, predicted, margin }| exponent::OfSize {
            size: size.n,
            errors: values,
            predicted: *predicted,
            margin: *margin,
        })
        .collect();
    let (found, tested) = exponent(&errors, seed).unzip();
    Course {
        statistic,
        component: String::new(),
        points: points.collect(),
        exponent: found,
        tested,
        at_large: f64::NAN,
    }
}
