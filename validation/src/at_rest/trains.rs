//! Irregularity and correlation of spike trains against the theory of a stationary network.
//!
//! With `q_r` the mean square deviation of the counts of network `r` in windows (with gaps as long between them) from the mean `m` over all networks, `v` the mean of the `q_r`, and `c_r` the mean product of deviations of
//! pairs of different neurons: Fano factor `F = v/m`, correlation `rho_ab = c/d` with `c` the mean of the `c_r` and `d^2 = v_a v_b`. Standard errors are those of the means of influence functions over networks,
//! `(q_r - F m_r)/m` and `c_r/d - rho (q_ar/v_a + q_br/v_b)/2`, by the delta method.
//!
//! **Margin.** Of Fano factors, which are known to the order `n^{-1/2}` ([`CountStatistics`]): what the last order of the theory of moments changes, and of the largest that the order before changes in any
//! population as large a part as that is of a Poisson train's 1, and `n^{-1/2}` at least. The theory of intervals is off by `n^{-1/2}` of what it adds to a Poisson train's variation of 1, which is the margin. That of
//! correlations is as large a part of them, or what the last order changes, or, where a spike moves many neurons at once, as large a part as the order `n^{-1/2}` changes at most of the largest correlation.

use equipoise_engine::record::SpikeTrains;
use equipoise_limit::variability::{CountStatistics, SpikeTrain, StationaryNeuron};
use equipoise_statistics::{Estimate, estimate};

use super::{AtRest, Course, RestComparison, RestQuantity, is_independent};

/// Intervals that begin within this part of the time are followed to its end,
const BEGUN: f64 = 0.2;
/// in which so many spikes are expected at least: all but `e^-12` of them end.
const LEAST_FIRES: f64 = 12.0;

/// Sums over the counts of networks.
#[derive(Debug, Clone)]
pub struct Trains {
    course: Course,
    /// Expected counts of each population, from which deviations are taken.
    centres: Vec<f64>,
    networks: Vec<Vec<Sums>>,
    /// Sums of deviations of counts in each window, by network, (population, window).
    totals: Vec<Vec<Vec<f64>>>,
}

/// Of one population of one network.
#[derive(Debug, Clone, Copy)]
struct Sums {
    /// Mean count, and mean square deviation from the expected count.
    mean: f64,
    square: f64,
    /// Number of intervals, their sum and that of their squares.
    intervals: [f64; 3],
}

impl Trains {
    pub(super) fn new(rest: &AtRest) -> Self {
        let populations = 0..rest.network().population_count();
        let centres = populations.map(|a| rest.fires(a) * rest.course().window).collect();
        Self { course: *rest.course(), centres, networks: Vec::new(), totals: Vec::new() }
    }

    pub(super) fn push(&mut self, rest: &AtRest, trains: &[SpikeTrains]) {
        let (mut sums, mut totals) = (Vec::new(), Vec::new());
        for (population, trains) in rest.network().populations.iter().zip(trains) {
            let centre = self.centres[sums.len()];
            let counts = counts(rest.course(), trains, population.count);
            let length = counts.len() as f64;
            sums.push(Sums {
                mean: counts.iter().sum::<f64>() / length,
                square: counts.iter().map(|count| (count - centre).powi(2)).sum::<f64>() / length,
                intervals: intervals(rest.course(), trains, population.count),
            });
            let windows = counts.chunks(population.count);
            totals.push(windows.map(|w| w.iter().map(|count| count - centre).sum()).collect());
        }
        self.networks.push(sums);
        self.totals.push(totals);
    }

    pub(super) fn compare(&self, rest: &AtRest) -> Vec<RestComparison> {
        let Some(counts) = &rest.counts else { return Vec::new() };
        let replicates = self.networks.len();
        let populations = rest.network().population_count();
        let pairs: Vec<(usize, usize)> =
            (0..populations).flat_map(|a| (a..populations).map(move |b| (a, b))).collect();
        let correlation = |pair: &(usize, usize)| counts.each_ref().map(|c| c.correlation[*pair]);
        let correlations: Vec<[f64; 3]> = pairs.iter().map(correlation).collect();
        let largest = correlations.iter().fold(0.0_f64, |most, [_, _, own]| most.max(own.abs()));
        let root = rest.network().size.sqrt();
        let mut comparisons = Vec::new();
        for (a, (predicted, margin)) in fano_factors(counts, root).into_iter().enumerate() {
            comparisons.push(RestComparison::new(
                (a, RestQuantity::Fano),
                (self.fano(a), replicates),
                (predicted, margin),
            ));
        }
        let margins = rest.margins(&correlations, &vec![largest; pairs.len()]);
        for ((&(a, with), [_, _, predicted]), margin) in
            pairs.iter().zip(&correlations).zip(margins)
        {
            comparisons.push(RestComparison::new(
                (a, RestQuantity::Correlation { with }),
                (self.correlation(rest, a, with), replicates),
                (*predicted, margin.max(predicted.abs() / root)),
            ));
        }
        for a in 0..populations {
            if let Some((variation, measured)) = self.interval_variation(rest, a) {
                comparisons.push(RestComparison::new(
                    (a, RestQuantity::IntervalVariation),
                    (measured, replicates),
                    (variation, (variation - 1.0).abs() / root),
                ));
            }
        }
        comparisons
    }

    fn over(&self, of: impl Fn(&Sums) -> f64, population: usize) -> Vec<f64> {
        self.networks.iter().map(|network| of(&network[population])).collect()
    }

    /// Mean and variance of counts, and of each network what it adds to them.
    fn moments(&self, population: usize) -> Moments {
        let centre = self.centres[population];
        let means = self.over(|sums| sums.mean, population);
        let mean = estimate::mean(&means).value;
        // About the mean over networks, instead of the expected one.
        let shift = mean - centre;
        let squares: Vec<f64> = self
            .networks
            .iter()
            .map(|network| {
                let Sums { mean, square, .. } = network[population];
                square - 2.0 * shift * (mean - centre) + shift * shift
            })
            .collect();
        Moments { mean, shift, variance: estimate::mean(&squares).value, means, squares }
    }

    fn fano(&self, population: usize) -> Estimate {
        let Moments { mean, variance, means, squares, .. } = self.moments(population);
        let fano = variance / mean;
        let influences = squares.iter().zip(&means).map(|(q, m)| (q - fano * m) / mean);
        of_influences(fano, influences)
    }

    fn correlation(&self, rest: &AtRest, a: usize, b: usize) -> Estimate {
        let moments = [a, b].map(|population| self.moments(population));
        let neurons = [a, b].map(|population| rest.network().populations[population].count as f64);
        let products = self.totals.iter().enumerate().map(|(network, totals)| {
            let windows = totals[a].iter().zip(&totals[b]);
            let centred = windows.map(|(x, y)| {
                (x - moments[0].shift * neurons[0]) * (y - moments[1].shift * neurons[1])
            });
            let all = centred.sum::<f64>() / totals[a].len() as f64;
            if a == b {
                let own = moments[0].squares[network] * neurons[0];
                (all - own) / (neurons[0] * (neurons[0] - 1.0))
            } else {
                all / (neurons[0] * neurons[1])
            }
        });
        let products: Vec<f64> = products.collect();
        let deviation = (moments[0].variance * moments[1].variance).sqrt();
        let correlation = estimate::mean(&products).value / deviation;
        let influences = products.iter().enumerate().map(|(network, product)| {
            let relative = moments.each_ref().map(|m| m.squares[network] / m.variance);
            product / deviation - 0.5 * correlation * (relative[0] + relative[1])
        });
        of_influences(correlation, influences)
    }

    /// Predicted and measured, by the delta method from first and second moments of intervals; none where neurons are not independent of each other, or too many intervals would not end.
    fn interval_variation(&self, rest: &AtRest, population: usize) -> Option<(f64, Estimate)> {
        let followed = (1.0 - BEGUN) * (self.course.end() - self.course.start());
        if !is_independent(rest.network()) || rest.fires(population) * followed < LEAST_FIRES {
            return None;
        }
        let moments = &rest.state().moments;
        let (mean, variance) = (moments.mean[population], moments.variance[population]);
        let neuron = StationaryNeuron::of_population(rest.network(), population, mean, variance);
        let intervals = SpikeTrain::new(neuron).and_then(|train| train.intervals()).ok()?;
        let sums = |place: usize| self.over(|sums| sums.intervals[place], population);
        let totals = [0, 1, 2].map(|place| estimate::mean(&sums(place)).value);
        let (mean, square) = (totals[1] / totals[0], totals[2] / totals[0]);
        let value = (square / (mean * mean) - 1.0).sqrt();
        // d(CV^2) = d square/mean^2 - 2 square d mean/mean^3, d CV = d(CV^2)/(2 CV).
        let influences = self.networks.iter().map(|network| {
            let s = network[population].intervals;
            let (first, second) = (s[1] - s[0] * mean, s[2] - s[0] * square);
            let change = second / mean.powi(2) - 2.0 * square * first / mean.powi(3);
            change / (2.0 * value) / totals[0]
        });
        Some((intervals.coefficient_of_variation(), of_influences(value, influences)))
    }
}

/// Of the counts of a population.
struct Moments {
    mean: f64,
    /// The mean less the expected one.
    shift: f64,
    variance: f64,
    /// By network.
    means: Vec<f64>,
    squares: Vec<f64>,
}

/// Predicted Fano factors and their margins, by three orders; `root` is `n^{1/2}`.
fn fano_factors([zeroth, half, first]: &[CountStatistics; 3], root: f64) -> Vec<(f64, f64)> {
    let change = |(half, zeroth): (&f64, &f64)| (half - zeroth).abs();
    let changed = half.fano.iter().zip(&zeroth.fano).map(change).fold(0.0, f64::max);
    let next = changed * changed.clamp(root.recip(), 1.0);
    let margin = |(first, half): (&f64, &f64)| (*first, (first - half).abs() + next);
    first.fano.iter().zip(&half.fano).map(margin).collect()
}

fn of_influences(value: f64, influences: impl Iterator<Item = f64>) -> Estimate {
    let influences: Vec<f64> = influences.collect();
    Estimate { value, standard_error: estimate::mean(&influences).standard_error }
}

/// Counts of a population, (window, neuron).
fn counts(course: &Course, trains: &SpikeTrains, neurons: usize) -> Vec<f64> {
    let length = 2.0 * course.window;
    let windows = ((course.end() - course.start()) / length + 1e-9) as usize;
    let mut counts = vec![0.0; windows * neurons];
    for (time, neuron) in trains.times.iter().zip(&trains.neurons) {
        let place = (time - course.start()) / length;
        if place >= 0.0 && place.fract() < 0.5 && place < windows as f64 {
            counts[place as usize * neurons + *neuron as usize] += 1.0;
        }
    }
    counts
}

/// Number, sum and sum of squares of the intervals that begin early enough to end.
fn intervals(course: &Course, trains: &SpikeTrains, neurons: usize) -> [f64; 3] {
    let (start, end) = (course.start(), course.end());
    let begun = start..start + BEGUN * (end - start);
    let mut last = vec![f64::NAN; neurons];
    let mut sums = [0.0; 3];
    for (time, neuron) in trains.times.iter().zip(&trains.neurons) {
        let before = std::mem::replace(&mut last[*neuron as usize], *time);
        if begun.contains(&before) {
            let interval = time - before;
            sums = [sums[0] + 1.0, sums[1] + interval, sums[2] + interval * interval];
        }
    }
    sums
}
