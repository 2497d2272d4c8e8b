//! Two and three neurons with steep gains, against exact methods of another kind.

use std::collections::BTreeMap;

use equipoise_model::{Network, Transmission};
use rayon::prelude::*;
use statrs::stats_tests::NaNPolicy;
use statrs::stats_tests::ks_test::{KSTwoSampleAlternativeMethod, ks_twosample};

use crate::evidence::{Family, channel};
use crate::models::hazard_inversion::{Ending, run, small_network};
use crate::models::jump_chain::{JumpChain, pair, trio};
use crate::naive::Mistake;
use crate::naive_spikes::SpikeMistake;
use crate::networks::channels;
use crate::simulators::{Records, Simulator};

/// Jumps are few in a run, runs are cheap.
const CHAIN_REPLICATES: u64 = 150_000;
const HAZARD_REPLICATES: u64 = 12_000;
const HAZARD_END: f64 = 1.7;
/// Seeds of the simulator under test and of the inversion.
const HAZARD_SEEDS: [u64; 2] = [23, 24];
/// Potentiations closer than this are the same to the Kolmogorov-Smirnov test: neurons without
/// jumps have the same one, computed in different ways.
const RESOLUTION: f64 = 1e-9;

/// Probability of the counts of all channels.
type Law = BTreeMap<Vec<usize>, f64>;

fn against_master_equation(chain: &JumpChain, law: &Law, simulator: Simulator) -> Family {
    let order = channels(&chain.network);
    let records = simulator.ensemble(&chain.network, chain.seed, CHAIN_REPLICATES, &[chain.time]);
    let mut family = Family::new(format!("jump chain, {}: {simulator:?}", chain.name));
    let mut cells: Vec<(usize, f64)> = Vec::new();
    let mut seen = BTreeMap::new();
    for trajectory in &records.0 {
        let counts: Vec<usize> = trajectory.jumps.iter().map(|count| *count as usize).collect();
        *seen.entry(counts).or_insert(0) += 1;
    }
    for (counts, p) in law {
        cells.push((seen.remove(counts).unwrap_or(0), p * CHAIN_REPLICATES as f64));
    }
    cells.push((seen.into_values().sum(), 0.0));
    family.cells("joint law of the counts", &cells);
    for (index, pair) in order.iter().enumerate() {
        let average = |f: &dyn Fn(f64) -> f64| -> f64 {
            law.iter().map(|(counts, p)| p * f(counts[index] as f64)).sum()
        };
        let mean = average(&|x| x);
        let variance = average(&|x| (x - mean).powi(2));
        if variance > 0.0 {
            let label = format!("mean of {}", channel(&chain.network, pair.0, pair.1));
            family.score(label, &records.jumps(0, *pair), mean, variance.sqrt());
        }
    }
    family
}

#[test]
fn every_method_solves_the_master_equation() {
    for chain in [pair(), trio()] {
        let law = chain.law();
        for simulator in Simulator::RIGHT {
            against_master_equation(&chain, &law, simulator).accept();
        }
    }
}

#[test]
fn wrong_simulators_do_not() {
    let mistakes =
        [Mistake::SelfSynapse, Mistake::FasterRates, Mistake::StaleSums, Mistake::LowBound];
    for chain in [pair(), trio()] {
        let law = chain.law();
        for mistake in mistakes {
            against_master_equation(&chain, &law, Simulator::Naive(mistake)).reject();
        }
    }
}

fn inversions(network: &Network) -> Vec<Ending> {
    let seed = HAZARD_SEEDS[1];
    let replicates = (0..HAZARD_REPLICATES).into_par_iter();
    replicates.map(|replicate| run(network, (seed, replicate), HAZARD_END)).collect()
}

fn against_inversion(network: &Network, exact: &[Ending], simulator: Simulator) -> Family {
    let records: Records =
        simulator.ensemble(network, HAZARD_SEEDS[0], HAZARD_REPLICATES, &[HAZARD_END]);
    let mut family = Family::new(format!("hazard inversion: {simulator:?}"));
    for (index, pair) in channels(network).into_iter().enumerate() {
        let counts: Vec<f64> = exact.iter().map(|ending| ending.jumps[index]).collect();
        family.two_samples(&channel(network, pair.0, pair.1), &records.jumps(0, pair), &counts);
    }
    for (a, population) in network.populations.iter().enumerate() {
        let means: Vec<f64> = exact.iter().map(|ending| ending.means[a]).collect();
        family.two_samples(&population.name, &records.mean(0, a), &means);
        family.add(format!("law of {}", population.name), same_law(&records.mean(0, a), &means));
    }
    let joint =
        |x: Vec<f64>, y: Vec<f64>| -> Vec<f64> { x.iter().zip(y).map(|(x, y)| x * y).collect() };
    let products = joint(records.mean(0, 0), records.mean(0, 1));
    let expected: Vec<f64> = exact.iter().map(|ending| ending.means[0] * ending.means[1]).collect();
    family.two_samples("product of the means", &products, &expected);
    family
}

fn same_law(first: &[f64], second: &[f64]) -> f64 {
    let rounded = |sample: &[f64]| -> Vec<f64> {
        sample.iter().map(|z| (z / RESOLUTION).round() * RESOLUTION).collect()
    };
    let method = KSTwoSampleAlternativeMethod::TwoSidedAsymptotic;
    let test = ks_twosample(rounded(first), rounded(second), method, NaNPolicy::Error);
    test.expect("valid samples").1
}

#[test]
fn every_method_agrees_with_inverted_hazards_and_wrong_ones_do_not() {
    let network = small_network();
    let exact = inversions(&network);
    for simulator in Simulator::RIGHT {
        against_inversion(&network, &exact, simulator).accept();
    }
    let mistakes = [
        Mistake::SelfSynapse,
        Mistake::ForgottenDecay,
        Mistake::StaleSums,
        Mistake::FrozenBetweenJumps,
        Mistake::LowBound,
    ];
    for mistake in mistakes {
        against_inversion(&network, &exact, Simulator::Naive(mistake)).reject();
    }
}

/// Under shared spikes and release a firing neuron reaches several at once.
#[test]
fn every_spiking_method_agrees_with_inverted_hazards_and_wrong_ones_do_not() {
    let mistakes = [
        SpikeMistake::OwnSpike,
        SpikeMistake::AllReached,
        SpikeMistake::SlowSpikes,
        SpikeMistake::OneDraw,
        SpikeMistake::StaleBound,
    ];
    for transmission in [Transmission::Shared, Transmission::Release { probability: 0.4 }] {
        let network = Network { transmission, ..small_network() };
        let exact = inversions(&network);
        for simulator in Simulator::SPIKING {
            against_inversion(&network, &exact, simulator).accept();
        }
        let always = [SpikeMistake::OwnSpike, SpikeMistake::StaleBound];
        let shared = transmission == Transmission::Shared;
        for mistake in mistakes.iter().filter(|mistake| !shared || always.contains(mistake)) {
            against_inversion(&network, &exact, Simulator::NaiveSpikes(*mistake)).reject();
        }
    }
}
