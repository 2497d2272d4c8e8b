//! The law of one neuron's potentiation, where snapshots of all neurons are recorded.
//!
//! Over neurons *and* networks the potentiation of population `a` has the law `F_a` of the theory's Hermite moments
//! ([`FiniteNSolution::law`]). What is tested is, at its quantiles `z_q` for the [`PROBABILITIES`] `q`, the part of a network's neurons that lie
//! below, which is `q` on average over networks. Neurons of one network share its means and are correlated, so that they are no sample of independent values:
//! the p-value of a Kolmogorov-Smirnov test would be wrong. Networks are independent, and the mean of their fractions is tested by Student's t
//! ([`Equivalence::of_mean`]). A fraction is a multiple of `1/N_a`, so that a few small networks may happen to be alike: its error has at least that of rounding
//! ([`estimate::mean_of_multiples`]).
//!
//! **Margin.** `F_a(z_q)` by the theory's three orders, continued as for every quantity ([`Expansion::margin_of`]), and what the last two terms of
//! the Hermite series contribute at `z_q`: these are of the first order in `n^{-1/2}`, and tell what the terms beyond amount to.
//!
//! A law is not tested where it has no such quantiles, or its last two terms exceed [`CONVERGED`]: all neurons at one potentiation, a list of initial values.
//!
//! Beside the tests stand [`Distances`] of all neurons of all networks together.

use std::ops::Range;

use equipoise_limit::{
    Expansion, FiniteNSolution, Limit, LimitError, LimitSolution, PotentiationLaw,
};
use equipoise_model::Network;
use equipoise_statistics::distance::{
    Law, kolmogorov, kolmogorov_floor, wasserstein, wasserstein_floor,
};
use equipoise_statistics::{Equivalence, Estimate, estimate};

use crate::observed::{Observed, neurons};
use crate::tested::Tested;

/// Where the law is tested: 0.05, 0.1, ..., 0.95.
pub const PROBABILITIES: [f64; 19] = [
    0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85,
    0.9, 0.95,
];

/// The probability by which the last two terms of the series may move a quantile of a law that is tested.
pub const CONVERGED: f64 = 0.01;

/// Terms of the series that are kept to see what the last two contribute.
const KEPT: usize = equipoise_limit::law::TERMS - 2;

/// The law of one population at one snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictedLaw {
    /// By the finite-n theory.
    pub finite_n: PotentiationLaw,
    /// In the limit, where it has a variance.
    pub limit: Option<PotentiationLaw>,
    /// Its quantiles for the [`PROBABILITIES`].
    pub quantiles: Vec<f64>,
    /// `b_n` of the distribution function there.
    pub margins: Vec<f64>,
}

/// The laws at all snapshots.
#[derive(Debug, Clone)]
pub struct LawPrediction {
    /// Snapshot times.
    pub times: Vec<f64>,
    /// By snapshot and population; none where nothing is to be tested.
    pub laws: Vec<Option<PredictedLaw>>,
    /// The neurons of each population.
    neurons: Vec<Range<usize>>,
}

/// The part of neurons below a quantile of their law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LawComparison {
    /// Index of the snapshot, and its time.
    pub snapshot: usize,
    /// When it was taken.
    pub time: f64,
    /// The population.
    pub population: usize,
    /// Index of the probability in [`PROBABILITIES`].
    pub level: usize,
    /// The quantile, a potentiation.
    pub quantile: f64,
    /// The test.
    pub tested: Tested,
}

/// A sample from a law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distance {
    /// Kolmogorov-Smirnov distance.
    pub kolmogorov: f64,
    /// Wasserstein-1 distance, in units of potentiation.
    pub wasserstein: f64,
}

/// All neurons of a population in all networks against its laws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distances {
    /// Index of the snapshot, and its time.
    pub snapshot: usize,
    /// When it was taken.
    pub time: f64,
    /// The population.
    pub population: usize,
    /// Neurons.
    pub count: usize,
    /// To the law of the finite-n theory.
    pub finite_n: Distance,
    /// To the normal law of the limit.
    pub limit: Option<Distance>,
    /// What as many independent values of the law itself show on average. Neurons of a network are not independent, and may be nearer or further.
    pub floor: Distance,
}

impl LawPrediction {
    /// Solves limit and theory at sample and snapshot times (the margins look at what has been until then).
    ///
    /// # Errors
    /// [`LimitError`] if the network has no limit.
    pub fn new(network: &Network, samples: &[f64], snapshots: &[f64]) -> Result<Self, LimitError> {
        let mut times = [samples, snapshots].concat();
        times.sort_unstable_by(f64::total_cmp);
        times.dedup();
        let limit = Limit::new(network)?.solve(&times)?;
        let expansion = Expansion::new(network, &times)?;
        let populations = network.population_count();
        let places = times.len() * populations;
        let quantiles: Vec<Option<Vec<f64>>> = (0..places)
            .map(|place| quantiles(&expansion.first, place / populations, place % populations))
            .collect();
        let margins = expansion.margin_of(|solution| below(solution, &quantiles));
        let law = |time: &f64, population: usize| {
            let sample = times.iter().position(|other| other == time).expect("a solved time");
            let place = sample * populations + population;
            let quantiles = quantiles[place].clone()?;
            let finite_n = expansion.first.law(sample, population).ok()?;
            let last_terms = quantiles.iter().map(|z| {
                (finite_n.distribution(*z) - finite_n.truncated(KEPT).distribution(*z)).abs()
            });
            let last_terms: Vec<f64> = last_terms.collect();
            if last_terms.iter().any(|term| *term > CONVERGED) {
                return None;
            }
            let margins = margins[place * PROBABILITIES.len()..].iter().zip(&last_terms);
            let margins = margins.map(|(order, truncation)| order + truncation).collect();
            let limit = normal(&limit, place);
            Some(PredictedLaw { finite_n, limit, quantiles, margins })
        };
        let laws = snapshots
            .iter()
            .flat_map(|time| (0..populations).map(move |population| (time, population)))
            .map(|(time, population)| law(time, population))
            .collect();
        Ok(Self { times: snapshots.to_vec(), laws, neurons: neurons(network) })
    }

    fn each(&self) -> impl Iterator<Item = (usize, usize, &PredictedLaw)> {
        let populations = self.neurons.len();
        let laws = self.laws.iter().enumerate();
        laws.filter_map(move |(place, law)| {
            law.as_ref().map(|law| (place / populations, place % populations, law))
        })
    }

    /// Potentiations of a population in each network at a snapshot.
    fn potentiations<'a>(
        &'a self,
        observed: &'a Observed,
        (snapshot, population): (usize, usize),
    ) -> impl Iterator<Item = &'a [f64]> {
        let all = self.neurons.last().map_or(0, |last| last.end);
        let own = &self.neurons[population];
        let range = snapshot * all + own.start..snapshot * all + own.end;
        observed.records().map(move |records| &records.snapshots[range.clone()])
    }

    /// The tests, in the order of snapshot, population, probability.
    pub fn compare(&self, observed: &Observed) -> Vec<LawComparison> {
        let mut comparisons = Vec::new();
        for (snapshot, population, law) in self.each() {
            for (level, predicted) in PROBABILITIES.into_iter().enumerate() {
                let (quantile, margin) = (law.quantiles[level], law.margins[level]);
                let networks = self.potentiations(observed, (snapshot, population));
                let measured = fraction(networks, quantile);
                let count = observed.replicates();
                let test = Equivalence::of_mean(measured, count, predicted, margin);
                let limit = law.limit.map(|law| law.distribution(quantile));
                let tested = Tested::new(measured, predicted, limit, test);
                let time = self.times[snapshot];
                comparisons.push(LawComparison {
                    snapshot,
                    time,
                    population,
                    level,
                    quantile,
                    tested,
                });
            }
        }
        comparisons
    }

    /// The distances, in the order of snapshot and population.
    pub fn distances(&self, observed: &Observed) -> Vec<Distances> {
        let distances = |(snapshot, population, law): (usize, usize, &PredictedLaw)| {
            let networks = self.potentiations(observed, (snapshot, population));
            let pooled = networks.collect::<Vec<_>>().concat();
            let finite_n = law.finite_n;
            Some(Distances {
                snapshot,
                time: self.times[snapshot],
                population,
                count: pooled.len(),
                finite_n: distance(&pooled, &finite_n)?,
                limit: law.limit.and_then(|limit| distance(&pooled, &limit)),
                floor: Distance {
                    kolmogorov: kolmogorov_floor(pooled.len()),
                    wasserstein: wasserstein_floor(pooled.len(), &continuous(&finite_n)),
                },
            })
        };
        self.each().filter_map(distances).collect()
    }
}

/// The quantiles of the law, if it has all of them.
fn quantiles(solution: &FiniteNSolution, sample: usize, population: usize) -> Option<Vec<f64>> {
    let law = solution.law(sample, population).ok()?;
    PROBABILITIES.iter().map(|probability| law.quantile(*probability).ok()).collect()
}

/// `F(z_q)`, (time, population, probability), by any order of the theory; nothing where there are no quantiles.
fn below(solution: &FiniteNSolution, quantiles: &[Option<Vec<f64>>]) -> Vec<f64> {
    let populations = solution.population_count();
    let places = quantiles.iter().enumerate();
    let values = places.flat_map(|(place, quantiles)| {
        let law = solution.law(place / populations, place % populations);
        (0..PROBABILITIES.len()).map(move |level| {
            let z = quantiles.as_ref().map(|quantiles| quantiles[level]);
            z.map_or(0.0, |z| match &law {
                Ok(law) => law.distribution(z),
                // All neurons at the mean.
                Err(_) => f64::from(u8::from(solution.mean[place] <= z)),
            })
        })
    });
    values.collect()
}

fn normal(limit: &LimitSolution, place: usize) -> Option<PotentiationLaw> {
    PotentiationLaw::normal(limit.mean[place], limit.variance[place]).ok()
}

/// The part of neurons at or below a potentiation, over networks.
fn fraction<'a>(networks: impl Iterator<Item = &'a [f64]>, quantile: f64) -> Estimate {
    let mut resolution: f64 = 0.0;
    let fractions: Vec<f64> = networks
        .map(|potentiations| {
            let count = potentiations.len() as f64;
            resolution = count.recip();
            potentiations.iter().filter(|z| **z <= quantile).count() as f64 / count
        })
        .collect();
    estimate::mean_of_multiples(&fractions, resolution)
}

fn continuous(law: &PotentiationLaw) -> Law<impl Fn(f64) -> f64 + '_, impl Fn(f64) -> f64 + '_> {
    Law {
        distribution: |z| law.distribution(z),
        antiderivative: |z| law.antiderivative(z),
        mean: law.mean(),
        deviation: law.deviation(),
    }
}

/// None for a sample that is empty or has a value that is no number.
fn distance(sample: &[f64], law: &PotentiationLaw) -> Option<Distance> {
    let law = continuous(law);
    Some(Distance {
        kolmogorov: kolmogorov(sample, &law.distribution).ok()?.distance,
        wasserstein: wasserstein(sample, &law).ok()?,
    })
}
