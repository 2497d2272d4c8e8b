//! The tests of an ensemble against its prediction, and their verdict.

use equipoise_statistics::{Equivalence, Estimate, holm};

use crate::observed::Observed;
use crate::prediction::{Prediction, Quantity};

/// Probability of any false alarm in a validation whose predictions hold within their margins.
pub const LEVEL: f64 = 0.01;

/// One quantity of one population at one sample time.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Index of the sample time.
    pub sample: usize,
    /// The population.
    pub population: usize,
    /// The quantity.
    pub quantity: Quantity,
    /// Estimate from the ensemble.
    pub measured: Estimate,
    /// What the finite-n theory predicts.
    pub predicted: f64,
    /// What the limit predicts for a network of this size, where it predicts anything.
    pub limit: Option<f64>,
    /// The test.
    pub test: Equivalence,
    /// Its p-value after Holm's correction over the whole validation.
    pub adjusted_p: f64,
}

impl Comparison {
    /// Whether measured and predicted agree within the margin, at [`LEVEL`] over the whole validation.
    pub fn holds(&self) -> bool {
        self.adjusted_p > LEVEL
    }
}

/// All comparisons of a validation.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// In the order of sample, population, quantity.
    pub comparisons: Vec<Comparison>,
}

impl Verdict {
    /// Whether every comparison holds (and there are any).
    pub fn holds(&self) -> bool {
        !self.comparisons.is_empty() && self.comparisons.iter().all(Comparison::holds)
    }

    /// Comparisons of a quantity of a population, by rising time.
    pub fn of(&self, quantity: Quantity, population: usize) -> impl Iterator<Item = &Comparison> {
        self.comparisons
            .iter()
            .filter(move |c| c.quantity == quantity && c.population == population)
    }

    /// The most doubtful comparison of a quantity of a population.
    pub fn worst(&self, quantity: Quantity, population: usize) -> Option<&Comparison> {
        let beyond =
            |c: &Comparison| c.test.difference.abs() / (c.test.margin + c.test.standard_error);
        self.of(quantity, population)
            .min_by(|a, b| a.test.p.total_cmp(&b.test.p).then(beyond(b).total_cmp(&beyond(a))))
    }
}

/// Compares an ensemble with its prediction, for a network of size `n` and each of its populations.
///
/// Means over networks are tested by Student's t, variances and covariances of population means by their exact laws for
/// normal values (across networks these means are normal up to order `n^{-1/2}`), all against the margin of
/// [`Prediction::margin`].
pub fn compare(
    observed: &Observed,
    prediction: &Prediction,
    populations: usize,
    size: f64,
) -> Verdict {
    let mut comparisons = Vec::new();
    for sample in 0..prediction.finite_n.times.len() {
        for population in 0..populations {
            for quantity in Quantity::all(populations) {
                if !counted_elsewhere(quantity, sample, population) {
                    comparisons.push(comparison(
                        observed,
                        prediction,
                        (sample, population, quantity),
                        size,
                    ));
                }
            }
        }
    }
    let p_values: Vec<f64> = comparisons.iter().map(|comparison| comparison.test.p).collect();
    for (comparison, adjusted) in comparisons.iter_mut().zip(holm(&p_values)) {
        comparison.adjusted_p = adjusted;
    }
    Verdict { comparisons }
}

/// A covariance is symmetric, and nothing has fired at time 0.
fn counted_elsewhere(quantity: Quantity, sample: usize, population: usize) -> bool {
    match quantity {
        Quantity::MeanCovariance { with } => with < population,
        Quantity::Spikes => sample == 0,
        _ => false,
    }
}

fn comparison(
    observed: &Observed,
    prediction: &Prediction,
    (sample, population, quantity): (usize, usize, Quantity),
    size: f64,
) -> Comparison {
    let count = observed.replicates();
    let measured = observed.estimate(quantity, sample, population);
    let predicted = prediction.finite_n(quantity, sample, population);
    let margin = prediction.margin(quantity, sample, population);
    let test = match quantity {
        Quantity::MeanCovariance { with } if with == population => {
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
    Comparison {
        sample,
        population,
        quantity,
        measured,
        predicted,
        limit,
        test,
        adjusted_p: f64::NAN,
    }
}
