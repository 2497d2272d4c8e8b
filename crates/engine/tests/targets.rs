//! Which neuron is hit, and which neuron hit it, given the populations of both.

use std::collections::BTreeMap;

use equipoise_engine::{Jump, NetworkState, Observer};
use equipoise_model::{GainFunction, Network};

use crate::evidence::Family;
use crate::models::frozen::{DURATION, frozen_network, intensities};
use crate::naive::Mistake;
use crate::networks::balanced_pair;
use crate::networks::logistic;
use crate::simulators::Simulator;

const FROZEN_SEED: u64 = 41;
const MOVING_SEED: u64 = 42;
const MOVING_DURATION: f64 = 500.0;

/// Counts jumps by (source population, source neuron, target population, target neuron).
#[derive(Default)]
struct Pairs {
    counts: BTreeMap<(usize, Option<usize>, usize, usize), usize>,
    /// Added to the index of each source neuron, for a wrong simulator.
    relabelled: usize,
}

impl Observer for Pairs {
    const WATCHES_JUMPS: bool = true;

    fn jump(&mut self, network: &Network, _: &NetworkState, jump: &Jump) {
        let (b, a, k) = (jump.source_population, jump.target_population, jump.target_neuron);
        let wrong = |j| {
            let other = (j + self.relabelled) % network.populations[b].count;
            if (b, other) == (a, k) { j } else { other }
        };
        let source = jump.source_neuron.map(wrong);
        *self.counts.entry((b, source, a, k)).or_insert(0) += 1;
    }
}

impl Pairs {
    fn count(&self, wanted: impl Fn(usize, Option<usize>, (usize, usize)) -> bool) -> usize {
        let hits = self.counts.iter().filter(|((b, j, a, k), _)| wanted(*b, *j, (*a, *k)));
        hits.map(|(_, count)| count).sum()
    }
}

/// All neurons, as (population, index).
fn all_neurons(network: &Network) -> Vec<(usize, usize)> {
    let populations = network.populations.iter().enumerate();
    populations.flat_map(|(a, p)| (0..p.count).map(move |k| (a, k))).collect()
}

/// Observed and exact counts of cells; the latter scaled to the number of jumps observed.
fn given_total(cells: &[(usize, f64)]) -> Vec<(usize, f64)> {
    let total: usize = cells.iter().map(|cell| cell.0).sum();
    let rate: f64 = cells.iter().map(|cell| cell.1).sum();
    cells.iter().map(|(count, weight)| (*count, weight * total as f64 / rate)).collect()
}

fn frozen_pairs(simulator: Simulator, relabelled: usize) -> Family {
    let network = frozen_network();
    let rates = intensities(&network);
    let neurons = all_neurons(&network);
    let mut pairs = Pairs { relabelled, ..Pairs::default() };
    simulator.observe(&network, (FROZEN_SEED, 0), &[DURATION], &mut pairs);
    let mut family =
        Family::new(format!("frozen pairs (relabelled by {relabelled}): {simulator:?}"));
    for source in 0..network.source_count() {
        let weight = |target: &(usize, usize)| match rates.get(source) {
            Some(all) if target.0 == source => all.iter().sum::<f64>() - all[target.1],
            Some(all) => all.iter().sum(),
            None => 1.0,
        };
        let count = |k: &(usize, usize)| pairs.count(|b, _, target| b == source && target == *k);
        let cells: Vec<_> = neurons.iter().map(|k| (count(k), weight(k))).collect();
        family.cells(format!("targets of source {source}"), &given_total(&cells));
    }
    for (source, rates) in rates.iter().enumerate() {
        let named = |b, j: Option<usize>| b == source && j.is_some();
        if pairs.count(|b, j, _| named(b, j)) == 0 {
            continue;
        }
        assert_eq!(pairs.count(|b, j, (a, k)| named(b, j) && (a, Some(k)) == (b, j)), 0);
        let mut cells = Vec::new();
        for (index, rate) in rates.iter().enumerate() {
            for target in neurons.iter().filter(|target| **target != (source, index)) {
                let hit = |b, j, k| (b, j, k) == (source, Some(index), *target);
                cells.push((pairs.count(hit), *rate));
            }
        }
        family.cells(format!("pairs of source {source}"), &given_total(&cells));
    }
    family
}

#[test]
fn targets_and_sources_of_a_frozen_network_are_multinomial() {
    for simulator in Simulator::RIGHT {
        frozen_pairs(simulator, 0).accept();
    }
}

#[test]
fn a_self_synapse_or_wrong_sources_are_found_out() {
    frozen_pairs(Simulator::Naive(Mistake::SelfSynapse), 0).reject();
    frozen_pairs(Simulator::Thinning, 1).reject();
}

/// Jumps within a population: what was drawn, minus its conditional expectation.
#[derive(Default)]
struct SelfRejection {
    before: Option<NetworkState>,
    /// (difference, variance) of weighted sums over the neurons drawn.
    sums: BTreeMap<String, [f64; 2]>,
}

impl SelfRejection {
    /// Neuron `drawn` with probabilities `p`; weights are known before the draw.
    fn score(&mut self, label: String, drawn: usize, p: &[f64], weights: &[f64]) {
        let moment = |power| p.iter().zip(weights).map(|(p, w)| p * w.powi(power)).sum::<f64>();
        let sums = self.sums.entry(label).or_default();
        sums[0] += weights[drawn] - moment(1);
        sums[1] += moment(2) - moment(1).powi(2);
    }

    /// By neuron, and weighted by the intensities, which says whether they matter as they should.
    fn score_all(&mut self, what: &str, drawn: usize, p: &[f64], rates: &[f64]) {
        for neuron in 0..p.len() {
            let mut weights = vec![0.0; p.len()];
            weights[neuron] = 1.0;
            self.score(format!("{what} {neuron}"), drawn, p, &weights);
        }
        self.score(format!("{what} by intensity"), drawn, p, rates);
    }
}

impl Observer for SelfRejection {
    const WATCHES_JUMPS: bool = true;

    fn sample(&mut self, _: &Network, state: &NetworkState, _: f64) {
        self.before = Some(state.clone());
    }

    fn jump(&mut self, network: &Network, state: &NetworkState, jump: &Jump) {
        let before = self.before.replace(state.clone()).expect("time 0 is sampled");
        let (population, target) = (jump.source_population, jump.target_neuron);
        if jump.target_population != population {
            return;
        }
        let gain = &network.populations[population].gain;
        let z = before.potentiations(population, jump.time);
        let rates: Vec<f64> = z.map(|z| gain.intensity(z)).collect();
        let sum: f64 = rates.iter().sum();
        let others = (rates.len() - 1) as f64;
        let p: Vec<f64> = rates.iter().map(|rate| (sum - rate) / (sum * others)).collect();
        self.score_all(&format!("target in {population}"), target, &p, &rates);
        if let Some(source) = jump.source_neuron {
            let mut p: Vec<f64> = rates.iter().map(|rate| rate / (sum - rates[target])).collect();
            p[target] = 0.0;
            self.score_all(&format!("source in {population}"), source, &p, &rates);
        }
    }
}

fn moving_pairs(simulator: Simulator) -> Family {
    let mut network = balanced_pair(3, logistic(2.0, 0.2, 0.3));
    // Slow neurons, so that they differ for long.
    network.populations.iter_mut().for_each(|p| p.time_constant = 3.0);
    let mut seen = SelfRejection::default();
    simulator.observe(&network, (MOVING_SEED, 0), &[0.0, MOVING_DURATION], &mut seen);
    let mut family = Family::new(format!("moving pairs: {simulator:?}"));
    for (label, [difference, variance]) in seen.sums {
        family.normal(label, difference / variance.sqrt());
    }
    family
}

#[test]
fn self_rejection_follows_the_moving_intensities() {
    for simulator in Simulator::RIGHT {
        moving_pairs(simulator).accept();
    }
}

#[test]
fn targets_of_a_self_synapse_do_not() {
    moving_pairs(Simulator::Naive(Mistake::SelfSynapse)).reject();
}
