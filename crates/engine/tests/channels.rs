//! Time rescaling: in the clock of its own compensator each channel is a Poisson process of rate 1,
//! and the channels are independent.
//!
//! # Source
//! Brown et al. (2002), doi:10.1162/08997660252741149; Meyer (1971), for several channels.

use equipoise_model::gain::ThresholdLinear;
use equipoise_model::{Gain, Network, Schedule};

use crate::compensator::{ChannelRecord, Compensator};
use crate::evidence::{Family, channel};
use crate::naive::Mistake;
use crate::networks::{external, logistic, network, neurons, sine};
use crate::simulators::Simulator;

const SEED: u64 = 31;

/// A network, with the size of the runs.
struct Case {
    name: &'static str,
    network: Network,
    replicates: u64,
    /// Length of a window: about as long as a gap of a channel, in which dependence would show.
    window: f64,
}

const WINDOWS: u32 = 200;

fn cases() -> [Case; 4] {
    // Enough for a rate 2 % off: the count of all jumps of the first, above 180,000, shifts by 8
    // standard deviations. The second is for what happens between jumps.
    [
        Case { name: "steep", network: steep_network(), replicates: 100, window: 0.25 },
        Case { name: "sparse", network: sparse_network(), replicates: 40, window: 0.5 },
        Case { name: "unbounded", network: unbounded_network(0.0), replicates: 30, window: 0.5 },
        Case { name: "saturated", network: unbounded_network(0.4), replicates: 30, window: 0.5 },
    ]
}

/// Steep gains, a sine of drive and of external rate, unequal sizes.
pub fn steep_network() -> Network {
    let mut populations =
        vec![neurons("E", 4, logistic(1.0, 0.3, 0.15)), neurons("I", 3, logistic(1.0, 0.2, 0.2))];
    populations[0].drive = sine(0.4, 0.8, 0.5);
    populations[1].time_constant = 0.4;
    populations[1].drive = Schedule::Constant(0.3);
    let externals = vec![external("X", 3, sine(0.5, 0.5, 0.8))];
    network(4.0, populations, externals, &[vec![0.8, -1.0, 0.6], vec![1.2, -0.5, 0.4]])
}

/// Time constants shorter than the gaps between jumps, which bring neurons near their thresholds.
fn sparse_network() -> Network {
    let mut populations =
        vec![neurons("E", 2, logistic(2.0, 0.5, 0.15)), neurons("I", 2, logistic(2.0, 0.4, 0.2))];
    populations[0].time_constant = 0.3;
    populations[1].time_constant = 0.2;
    let externals = vec![external("X", 1, sine(0.5, 0.5, 0.8))];
    network(2.0, populations, externals, &[vec![0.8, -1.0, 1.4], vec![1.2, -0.5, 1.2]])
}

/// Threshold-linear gains, neurons that cross their thresholds, unequal time constants.
pub fn unbounded_network(refractory_time: f64) -> Network {
    let gain = |gain, threshold| {
        Gain::ThresholdLinear(ThresholdLinear { gain, threshold }).saturated(refractory_time)
    };
    let mut populations = vec![neurons("E", 3, gain(1.2, 0.3)), neurons("I", 2, gain(1.5, 0.2))];
    populations[0].drive = sine(0.4, 0.8, 0.5);
    populations[1].time_constant = 0.3;
    let externals = vec![external("X", 2, sine(0.5, 0.4, 0.8))];
    network(3.0, populations, externals, &[vec![0.7, -1.0, 0.8], vec![1.2, -0.6, 0.9]])
}

fn observe(case: &Case, simulator: Simulator) -> Compensator {
    let times: Vec<f64> = (0..=WINDOWS).map(|window| f64::from(window) * case.window).collect();
    let mut compensator = Compensator::new(&case.network);
    for replicate in 0..case.replicates {
        simulator.observe(&case.network, (SEED, replicate), &times, &mut compensator);
        compensator.end_replicate();
    }
    compensator
}

/// Sum of products of martingale differences, over its standard deviation.
fn correlation(first: impl Iterator<Item = f64>, second: impl Iterator<Item = f64>) -> f64 {
    let products: Vec<f64> = first.zip(second).map(|(x, y)| x * y).collect();
    products.iter().sum::<f64>() / products.iter().map(|p| p * p).sum::<f64>().sqrt()
}

/// Gaps as centred uniform variates.
fn uniform(record: &ChannelRecord) -> impl Iterator<Item = f64> + '_ {
    record.gaps.iter().map(|gap| 0.5 - (-gap).exp())
}

fn single_channels(family: &mut Family, network: &Network, seen: &Compensator) {
    let mut totals = (0.0, 0.0);
    for (pair, record) in seen.order.iter().zip(&seen.records) {
        let label = channel(network, pair.0, pair.1);
        family.exponential(format!("gaps of {label}"), record.gaps.clone());
        let score = (record.jumps - record.expected) / record.expected.sqrt();
        family.normal(format!("count of {label}"), score);
        let successive = correlation(uniform(record), uniform(record).skip(1));
        family.normal(format!("successive gaps of {label}"), successive);
        totals = (totals.0 + record.jumps, totals.1 + record.expected);
    }
    family.normal("count of all", (totals.0 - totals.1) / totals.1.sqrt());
}

fn pairs_of_channels(family: &mut Family, seen: &Compensator) {
    for (index, first) in seen.records.iter().enumerate() {
        for (other, second) in seen.records[..index].iter().enumerate() {
            let pair = format!("{:?}, {:?}", seen.order[index], seen.order[other]);
            family.normal(
                format!("gaps of the same rank of {pair}"),
                correlation(uniform(first), uniform(second)),
            );
            let residuals = |record: &ChannelRecord| record.residuals.clone().into_iter();
            family.normal(
                format!("residuals in a window of {pair}"),
                correlation(residuals(first), residuals(second)),
            );
        }
    }
}

/// Which channel jumps, given the intensities and which channel jumped last.
fn marks(family: &mut Family, seen: &Compensator) {
    let count = seen.order.len();
    for last in 0..count {
        for next in 0..count {
            let (mut difference, mut variance) = (0.0, 0.0);
            for pair in seen.marks.windows(2).filter(|pair| pair[0].0 == last) {
                let (mark, probabilities) = &pair[1];
                let p = probabilities[next];
                difference += f64::from(u8::from(*mark == next)) - p;
                variance += p * (1.0 - p);
            }
            let label = format!("mark {:?} after {:?}", seen.order[next], seen.order[last]);
            family.normal(label, difference / variance.sqrt());
        }
    }
}

fn rescaled(case: &Case, simulator: Simulator) -> Family {
    let seen = observe(case, simulator);
    let jumps = seen.marks.len();
    let mut family =
        Family::new(format!("time rescaling, {}, {jumps} jumps: {simulator:?}", case.name));
    single_channels(&mut family, &case.network, &seen);
    pairs_of_channels(&mut family, &seen);
    marks(&mut family, &seen);
    family
}

#[test]
fn rescaled_channels_are_independent_poisson_processes() {
    for case in cases() {
        for simulator in Simulator::RIGHT {
            rescaled(&case, simulator).accept();
        }
    }
}

#[test]
fn those_of_wrong_simulators_are_not() {
    let [steep, sparse, unbounded, _] = cases();
    for mistake in [Mistake::SelfSynapse, Mistake::StaleSums] {
        rescaled(&steep, Simulator::Naive(mistake)).reject();
        rescaled(&sparse, Simulator::Naive(mistake)).reject();
    }
    // The channels that share their variates have the same rate of candidates in this network; at
    // other rates the two sequences soon belong to different times.
    rescaled(&steep, Simulator::Naive(Mistake::SharedExponential)).reject();
    rescaled(&steep, Simulator::Naive(Mistake::LowBound)).reject();
    rescaled(&steep, Simulator::Naive(Mistake::FasterRates)).reject();
    rescaled(&sparse, Simulator::Naive(Mistake::FrozenBetweenJumps)).reject();
    for mistake in [Mistake::SelfSynapse, Mistake::StaleSums, Mistake::LowBound] {
        rescaled(&unbounded, Simulator::Naive(mistake)).reject();
    }
    rescaled(&sparse, Simulator::StaleClasses).reject();
    rescaled(&unbounded, Simulator::StaleClasses).reject();
}
