//! The number of spikes of one neuron, where those of all neurons of a population are recorded: by their trains, or, under shared spikes and
//! release, by their counts.
//!
//! What is tested is the Fano factor `F = Var M/E M` of the number `M` of a neuron's spikes over the whole run, over neurons *and* networks. The run starts away from any stationary
//! state; the theory is [`FiniteNSolution::counts`], for means and variances that change and with the corrections of order `n^{-1/2}`.
//! Under independent transmission a neuron's train is the process of its jumps onto the next neuron, with intensity `lambda`.
//!
//! **Estimate.** With `m_r` and `q_r` the averages, over the neurons of network `r`, of `M` and of `(M - m)^2`, `m` the mean of the `m_r`: `F = (mean of q_r + s^2/R)/m`, where `s^2/R` is the
//! variance of `m` over networks. The standard error is that of the mean of its influence function `(q_r - F m_r)/m` over networks, which are independent; neurons of one network are not. It has at least the error of
//! rounding: counts are whole, and one more or less changes the influence by about `1/(N_a m)`.
//!
//! **Margin.** The theory of counts is complete to order `n^{-1/2}` and wrong by `1/n`, for every transmission. As where the theory of moments is so ([`Expansion`]), `b_n = 2 r (|d_1| + |d_2|)`, where `d_1` is the difference
//! between [`Order::Half`] and [`Order::Zeroth`] (of moments and of counts), `d_2` what the moments of [`Order::First`] make of it, and `r` the largest `|d_1|/(F - 1)` of all populations, at least `n^{-1/2}` and at most 1.
//! Added are what the means of populations would do if they were remembered as long as a neuron is, which the theory leaves out (times `n^{-1/2}` under shared spikes and release, where they fluctuate by `n^{-1/4}`, but in fast
//! directions only, and last `n^{-1/2} tau`), and the error of the quadrature, by leaving out every other time.

use std::ops::Range;

use equipoise_engine::record::Records;
use equipoise_limit::variability::VariabilityError;
use equipoise_limit::variability::counts::{CountedNeuron, Counts, Sample};
use equipoise_limit::{
    Expansion, FiniteN, FiniteNSolution, Limit, LimitError, LimitSolution, Order,
};
use equipoise_model::{Network, Recording, Selection, Transmission};
use equipoise_statistics::{Equivalence, Estimate, estimate};

use crate::observed::{Observed, neurons};
use crate::tested::Tested;

/// Times at which moments are taken: this part of the shortest time constant, but no more than [`MOST`], and finer behind the start and steps of drives and rates, by
/// widths that grow from the part [`FIRST`] of the time constant by [`GROWTH`].
const SPACING: f64 = 1.0 / 16.0;
const MOST: f64 = 400.0;
const FIRST: f64 = 1e-3;
const GROWTH: f64 = 1.3;

/// What is predicted of one population.
#[derive(Debug, Clone, Copy, PartialEq)]
struct PredictedCounts {
    finite_n: f64,
    limit: f64,
    margin: f64,
}

/// The Fano factors of all populations whose spikes are recorded.
#[derive(Debug, Clone)]
pub struct CountPrediction {
    /// By population; none where spikes are not recorded, or there are none.
    populations: Vec<Option<PredictedCounts>>,
    /// The neurons of each population.
    neurons: Vec<Range<usize>>,
}

/// The Fano factor of a neuron of a population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CountComparison {
    /// The population.
    pub population: usize,
    /// The test.
    pub tested: Tested,
}

/// Whether the spikes of all neurons of a population are recorded.
pub fn is_counted(network: &Network, recording: &Recording, population: usize) -> bool {
    let own_spikes = recording.counts && network.transmission != Transmission::Independent;
    own_spikes || recording.spikes.get(population) == Some(&Selection::All)
}

impl CountPrediction {
    /// Solves limit and theory from 0 to `end`.
    ///
    /// # Errors
    /// [`LimitError`] if the network has no limit.
    pub fn new(network: &Network, recording: &Recording, end: f64) -> Result<Self, LimitError> {
        let times = grid(network, end);
        let limit = Limit::new(network)?.solve(&times)?;
        let expansion = Expansion::new(network, &times)?;
        // The same with every other time, for the error of the quadrature.
        let last = times.len() - 1;
        let fewer = (0..=last).filter(|i| i % 2 == 0 || *i == last).map(|i| times[i]);
        let coarse = FiniteN::new(network, Order::First).solve(&fewer.collect::<Vec<_>>())?;
        let lasting = FiniteNSolution {
            variance: expansion.first.total_variance.clone(),
            ..expansion.first.clone()
        };
        let orders = |a: usize| -> Result<Orders, VariabilityError> {
            Ok(Orders {
                zeroth: expansion.zeroth.counts(network, a, Order::Zeroth)?.fano(),
                half: expansion.half.counts(network, a, Order::Half)?.fano(),
                first: expansion.first.counts(network, a, Order::First)?.fano(),
                lasting: lasting.counts(network, a, Order::First)?.fano(),
                coarse: coarse.counts(network, a, Order::First)?.fano(),
                limit: in_limit(network, a, &limit)?.fano(),
            })
        };
        let chosen = (0..network.population_count()).map(|a| {
            let orders = is_counted(network, recording, a).then(|| orders(a).ok()).flatten();
            orders.filter(|orders| orders.first.is_finite())
        });
        let chosen: Vec<Option<Orders>> = chosen.collect();
        let smallest = network.size.sqrt().recip();
        let ratio = chosen.iter().flatten().map(Orders::ratio).fold(smallest, f64::max);
        let lasts = match network.transmission {
            Transmission::Independent => 1.0,
            _ => smallest,
        };
        let populations = chosen.iter().map(|orders| {
            orders.as_ref().map(|orders| PredictedCounts {
                finite_n: orders.first,
                limit: orders.limit,
                margin: orders.margin(ratio, lasts),
            })
        });
        Ok(Self { populations: populations.collect(), neurons: neurons(network) })
    }

    /// Whether the counts of a population are to be tested.
    pub(crate) fn has(&self, population: usize) -> bool {
        self.populations[population].is_some()
    }

    /// The tests, by population.
    pub fn compare(&self, observed: &Observed) -> Vec<CountComparison> {
        let compare = |(population, predicted): (usize, &Option<PredictedCounts>)| {
            let PredictedCounts { finite_n, limit, margin } = (*predicted)?;
            let neurons = &self.neurons[population];
            let networks = observed.records().map(|records| counted(records, population, neurons));
            // Without any spikes there is nothing irregular.
            let measured = fano(&networks.collect::<Vec<_>>())?;
            let test = Equivalence::of_mean(measured, observed.replicates(), finite_n, margin);
            let tested = Tested::new(measured, finite_n, Some(limit), test);
            Some(CountComparison { population, tested })
        };
        self.populations.iter().enumerate().filter_map(compare).collect()
    }
}

/// The Fano factor of a neuron by all orders.
struct Orders {
    zeroth: f64,
    half: f64,
    first: f64,
    /// The last one with means of populations that are remembered as long as a neuron is.
    lasting: f64,
    /// And with every other time.
    coarse: f64,
    limit: f64,
}

impl Orders {
    /// `|d_1|/(F - 1)`, at most 1.
    fn ratio(&self) -> f64 {
        let (difference, excess) = ((self.half - self.zeroth).abs(), (self.first - 1.0).abs());
        if difference < excess { difference / excess } else { 1.0 }
    }

    /// With the part of a neuron's memory for which means are remembered.
    fn margin(&self, ratio: f64, lasts: f64) -> f64 {
        let differences = (self.half - self.zeroth).abs() + (self.first - self.half).abs();
        let means = lasts * (self.lasting - self.first).abs();
        2.0 * ratio * differences + means + (self.first - self.coarse).abs()
    }
}

fn in_limit(
    network: &Network,
    population: usize,
    limit: &LimitSolution,
) -> Result<Counts, VariabilityError> {
    let neuron = CountedNeuron::of_population(network, population);
    let samples = limit.times.iter().enumerate().map(|(i, time)| {
        let at = i * network.population_count() + population;
        let variance = limit.variance[at];
        Sample { time: *time, mean: limit.mean[at], variance, own_variance: variance }
    });
    neuron.counts(&samples.collect::<Vec<_>>())
}

/// Rising times from 0 to the end.
fn grid(network: &Network, end: f64) -> Vec<f64> {
    let shortest =
        network.populations.iter().map(|p| p.time_constant).fold(f64::INFINITY, f64::min);
    let width = (SPACING * shortest).max(end / MOST);
    let mut times = vec![0.0];
    let mut start = 0.0;
    while start < end {
        let stop = network.next_step(start).unwrap_or(f64::INFINITY).min(end);
        let (mut time, mut step) = (start, FIRST * shortest);
        while time + 1.5 * step.min(width) < stop {
            step = step.min(width);
            time += step;
            times.push(time);
            step *= GROWTH;
        }
        times.push(stop);
        start = stop;
    }
    times
}

/// The spikes of each neuron of a population in one network.
fn counted(records: &Records, population: usize, neurons: &Range<usize>) -> Vec<f64> {
    if !records.sent.is_empty() {
        return records.sent[neurons.clone()].iter().map(|count| *count as f64).collect();
    }
    let mut counts = vec![0.0; neurons.len()];
    for neuron in &records.spikes[population].neurons {
        counts[*neuron as usize] += 1.0;
    }
    counts
}

/// The Fano factor over neurons and networks; none without spikes.
fn fano(networks: &[Vec<f64>]) -> Option<Estimate> {
    let average =
        |values: &mut dyn Iterator<Item = f64>, count: usize| values.sum::<f64>() / count as f64;
    let means: Vec<f64> =
        networks.iter().map(|counts| average(&mut counts.iter().copied(), counts.len())).collect();
    let Estimate { value: mean, standard_error } = estimate::mean(&means);
    if mean == 0.0 {
        return None;
    }
    let square = |counts: &Vec<f64>| {
        average(&mut counts.iter().map(|count| (count - mean).powi(2)), counts.len())
    };
    let squares: Vec<f64> = networks.iter().map(square).collect();
    let variance = estimate::mean(&squares).value + standard_error * standard_error;
    let fano = variance / mean;
    let influence = squares.iter().zip(&means).map(|(q, m)| (q - fano * m) / mean);
    let influence: Vec<f64> = influence.collect();
    let step = networks.first().map_or(0.0, |counts| (counts.len() as f64 * mean).recip());
    let Estimate { standard_error, .. } = estimate::mean_of_multiples(&influence, step);
    Some(Estimate { value: fano, standard_error })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts of independent neurons: the estimate over networks is that of the statistics of one sample.
    #[test]
    fn networks_of_independent_neurons_are_one_sample() {
        let networks = [[3.0, 1.0], [2.0, 5.0], [0.0, 2.0], [4.0, 4.0]];
        let networks: Vec<Vec<f64>> = networks.iter().map(|counts| counts.to_vec()).collect();
        let pooled = networks.concat();
        let mean = pooled.iter().sum::<f64>() / 8.0;
        let variance = pooled.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / 8.0;
        let of_means = estimate::mean(&[2.0, 3.5, 1.0, 4.0]).standard_error;
        let ours = fano(&networks).unwrap();
        assert!((ours.value - (variance + of_means * of_means) / mean).abs() < 1e-14);
        assert_eq!(fano(&[vec![0.0; 3], vec![0.0; 3]]), None);
    }

    #[test]
    fn times_of_moments_are_fine_behind_steps() {
        let text = include_str!("../../scenarios/drive-step.toml");
        let network = equipoise_model::Scenario::parse("drive-step.toml", text).unwrap().network;
        let step = network.next_step(0.0).expect("a step");
        let times = grid(&network, 2.0 * step);
        assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!((times[0], times[times.len() - 1]), (0.0, 2.0 * step));
        let at = times.iter().position(|time| *time == step).expect("the step is among them");
        assert!(times[at + 1] - times[at] < 0.1 * (times[at] - times[at - 1]));
    }
}
