//! The tests of an ensemble against its prediction, and their verdict.

use equipoise_statistics::Equivalence;

use crate::counts::CountComparison;
use crate::law::{Distances, LawComparison};
use crate::observed::Observed;
use crate::prediction::{Prediction, Quantity};
use crate::tested::{Tested, correct};

/// One quantity of one population at one sample time.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Index of the sample time.
    pub sample: usize,
    /// The population.
    pub population: usize,
    /// The quantity.
    pub quantity: Quantity,
    /// The test.
    pub tested: Tested,
}

/// All comparisons of a validation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    /// Of moments and spikes at the sample times, in the order of sample, population, quantity.
    pub comparisons: Vec<Comparison>,
    /// Of the law of the potentiation, where snapshots are recorded.
    pub law: Vec<LawComparison>,
    /// The distances beside these.
    pub distances: Vec<Distances>,
    /// Of the number of a neuron's spikes, where those of all neurons are recorded.
    pub counts: Vec<CountComparison>,
}

impl Verdict {
    /// All tests.
    pub fn tests(&self) -> impl Iterator<Item = &Tested> {
        let moments = self.comparisons.iter().map(|comparison| &comparison.tested);
        let law = self.law.iter().map(|comparison| &comparison.tested);
        moments.chain(law).chain(self.counts.iter().map(|comparison| &comparison.tested))
    }

    /// Whether every comparison holds (and there are any).
    pub fn holds(&self) -> bool {
        self.tests().next().is_some() && self.tests().all(Tested::holds)
    }

    /// Comparisons of a quantity of a population, by rising time.
    pub fn of(&self, quantity: Quantity, population: usize) -> impl Iterator<Item = &Comparison> {
        self.comparisons
            .iter()
            .filter(move |c| c.quantity == quantity && c.population == population)
    }

    fn correct(mut self) -> Self {
        let mut tests: Vec<&mut Tested> =
            self.comparisons.iter_mut().map(|comparison| &mut comparison.tested).collect();
        tests.extend(self.law.iter_mut().map(|comparison| &mut comparison.tested));
        tests.extend(self.counts.iter_mut().map(|comparison| &mut comparison.tested));
        correct(tests);
        self
    }
}

/// Compares an ensemble with its prediction, for a network of size `n` and each of its populations.
///
/// Means over networks are tested by Student's t, variances and covariances of population means by their exact laws for
/// normal values (across networks these means are normal up to order `n^{-1/2}`), all against the margin of
/// [`Prediction::margin`]. Laws and counts are compared where [`Prediction::of_records`] has predicted them.
pub fn compare(
    observed: &Observed,
    prediction: &Prediction,
    populations: usize,
    size: f64,
) -> Verdict {
    let quantities = Quantity::all_with(populations, prediction.energy.is_some());
    let mut comparisons = Vec::new();
    for sample in 0..prediction.finite_n.times.len() {
        for population in 0..populations {
            for quantity in &quantities {
                let place = (sample, population, *quantity);
                if prediction.is_tested(*quantity, sample, population) {
                    comparisons.push(comparison(observed, prediction, place, size));
                }
            }
        }
    }
    let (law, counts) = (prediction.law.as_ref(), prediction.counts.as_ref());
    Verdict {
        comparisons,
        law: law.map(|law| law.compare(observed)).unwrap_or_default(),
        distances: law.map(|law| law.distances(observed)).unwrap_or_default(),
        counts: counts.map(|counts| counts.compare(observed)).unwrap_or_default(),
    }
    .correct()
}

fn comparison(
    observed: &Observed,
    prediction: &Prediction,
    (sample, population, quantity): (usize, usize, Quantity),
    size: f64,
) -> Comparison {
    let count = observed.replicates();
    let cost = prediction.cost(quantity, population);
    let measured = observed.estimate(quantity, sample, population).times(cost);
    let predicted = prediction.finite_n(quantity, sample, population);
    let margin = prediction.margin(quantity, sample, population);
    let test = match quantity {
        Quantity::MeanCovariance { with } if with == population => {
            Equivalence::of_variance(measured.value, count, predicted, margin)
        }
        Quantity::EnergyVariance(_) => {
            Equivalence::of_variance(measured.value, count, predicted, margin)
        }
        Quantity::MeanCovariance { with } => {
            let variance = |a| {
                let own = Quantity::MeanCovariance { with: a };
                prediction.finite_n(own, sample, a) + prediction.margin(own, sample, a)
            };
            let scale = (variance(population) * variance(with)).sqrt();
            Equivalence::of_covariance(measured.value, count, predicted, scale, margin)
        }
        _ => Equivalence::of_mean(measured, count, predicted, margin),
    };
    let limit = prediction.limit(quantity, sample, population, size);
    let tested = Tested::new(measured, predicted, limit, test);
    Comparison { sample, population, quantity, tested }
}
