//! Infinite time constants and no drive: a Markov chain on the lattice of jump counts.
//!
//! A neuron is where it began plus its jumps, so the numbers of jumps of each neuron from each source
//! population are a Markov chain in continuous time. Its master equation is solved by uniformisation,
//! `p(t) = sum_m exp(-q t) (q t)^m/m! P^m p(0)` with `P = 1 + Q/q`, on a lattice cut off where
//! less than [`LOST`] of the probability ever goes.
//!
//! # Source
//! Jensen (1953), doi:10.1080/03461238.1953.10419459 (uniformisation); tested against the matrix
//! exponential of `nalgebra`.

use std::collections::BTreeMap;

use equipoise_model::{GainFunction, InitialLaw, Network};

use crate::networks::{channels, fan_in, logistic, network, neurons};

/// Bound of the probability beyond the lattice and of the terms left out.
const LOST: f64 = 1e-9;

/// Stands in for infinite: what decays in a run is below the rounding of most numbers.
const INFINITE: f64 = 1e14;

/// Such a network, with the end of its runs.
pub struct JumpChain {
    /// What it is for.
    pub name: &'static str,
    /// The network.
    pub network: Network,
    /// When the counts are observed.
    pub time: f64,
    /// Seed of its ensembles.
    pub seed: u64,
    /// Points of the lattice along each coordinate.
    levels: usize,
}

/// One coordinate of the lattice: jumps of a neuron from a source population.
struct Coordinate {
    target: (usize, usize),
    source: usize,
}

impl JumpChain {
    fn coordinates(&self) -> Vec<Coordinate> {
        let open = |(a, b): &(usize, usize)| fan_in(&self.network, *a, *b) > 0;
        let of_channel = |(a, b): (usize, usize)| {
            let neurons = 0..self.network.populations[a].count;
            neurons.map(move |k| Coordinate { target: (a, k), source: b })
        };
        channels(&self.network).into_iter().filter(open).flat_map(of_channel).collect()
    }

    /// Counts along the coordinates of a point of the lattice.
    fn counts(&self, mut point: usize, coordinates: usize) -> Vec<usize> {
        let digit = |_| {
            let count = point % self.levels;
            point /= self.levels;
            count
        };
        (0..coordinates).map(digit).collect()
    }

    /// Rate of each coordinate at a point.
    fn rates(&self, coordinates: &[Coordinate], counts: &[usize]) -> Vec<f64> {
        let intensity = |(a, k): (usize, usize)| {
            let population = &self.network.populations[a];
            let InitialLaw::Values(start) = &population.initial else {
                unreachable!("a chain starts from a list")
            };
            let moves = coordinates.iter().zip(counts).filter(|(c, _)| c.target == (a, k));
            let moved: f64 =
                moves.map(|(c, count)| self.network.jump(a, c.source) * *count as f64).sum();
            population.gain.intensity(start[k] + moved)
        };
        let intensities: Vec<Vec<f64>> = (0..self.network.population_count())
            .map(|a| (0..self.network.populations[a].count).map(|k| intensity((a, k))).collect())
            .collect();
        let towards = |coordinate: &Coordinate| {
            let sources = intensities[coordinate.source].iter().enumerate();
            let own = |j: usize| (coordinate.source, j) == coordinate.target;
            sources.filter(|(j, _)| !own(*j)).map(|(_, intensity)| intensity).sum()
        };
        coordinates.iter().map(towards).collect()
    }

    /// Law of the point of the lattice at [`JumpChain::time`].
    fn lattice_law(&self, coordinates: &[Coordinate]) -> Vec<f64> {
        let size = self.levels.pow(coordinates.len() as u32);
        let points: Vec<Vec<usize>> =
            (0..size).map(|point| self.counts(point, coordinates.len())).collect();
        let rates: Vec<Vec<f64>> =
            points.iter().map(|counts| self.rates(coordinates, counts)).collect();
        let fastest = rates.iter().map(|r| r.iter().sum::<f64>()).fold(0.0, f64::max);
        let expected = fastest * self.time;
        let mut step = vec![0.0; size];
        step[0] = 1.0;
        let (mut law, mut weight, mut left) = (vec![0.0; size], (-expected).exp(), 1.0);
        for term in 1.. {
            law.iter_mut().zip(&step).for_each(|(sum, p)| *sum += weight * p);
            left -= weight;
            if left < 1e-3 * LOST {
                break;
            }
            weight *= expected / f64::from(term);
            let mut next = vec![0.0; size];
            for point in 0..size {
                let mut stay = step[point];
                let mut stride = 1;
                for (count, rate) in points[point].iter().zip(&rates[point]) {
                    let moved = step[point] * rate / fastest;
                    stay -= moved;
                    // Beyond the edge probability is lost; the sum of the law shows how much.
                    if count + 1 < self.levels {
                        next[point + stride] += moved;
                    }
                    stride *= self.levels;
                }
                next[point] += stay;
            }
            step = next;
        }
        law
    }

    /// Law of the counts of all channels (in the order of [`channels`]) at [`JumpChain::time`].
    pub fn law(&self) -> BTreeMap<Vec<usize>, f64> {
        let coordinates = self.coordinates();
        let order = channels(&self.network);
        let mut law = BTreeMap::new();
        let lattice = self.lattice_law(&coordinates);
        assert!((lattice.iter().sum::<f64>() - 1.0).abs() < LOST, "the lattice is too small");
        for (point, p) in lattice.into_iter().enumerate() {
            let mut channel_counts = vec![0; order.len()];
            for (coordinate, count) in coordinates.iter().zip(self.counts(point, coordinates.len()))
            {
                let channel = (coordinate.target.0, coordinate.source);
                let index = order.iter().position(|c| *c == channel).expect("a known channel");
                channel_counts[index] += count;
            }
            *law.entry(channel_counts).or_insert(0.0) += p;
        }
        law
    }
}

/// One excitatory and one inhibitory neuron.
pub fn pair() -> JumpChain {
    let mut populations =
        vec![neurons("E", 1, logistic(2.5, 0.0, 0.3)), neurons("I", 1, logistic(3.0, 0.2, 0.25))];
    populations[0].initial = InitialLaw::Values(vec![0.3]);
    populations[1].initial = InitialLaw::Values(vec![-0.1]);
    for population in &mut populations {
        population.time_constant = INFINITE;
    }
    let network = network(1.0, populations, Vec::new(), &[vec![0.0, -0.35], vec![0.3, 0.0]]);
    JumpChain { name: "pair", network, time: 1.5, seed: 21, levels: 24 }
}

/// Two excitatory neurons, with the synapse between them but none onto themselves, and an
/// inhibitory one.
pub fn trio() -> JumpChain {
    let mut populations =
        vec![neurons("E", 2, logistic(1.5, 0.0, 0.3)), neurons("I", 1, logistic(1.5, 0.2, 0.25))];
    populations[0].initial = InitialLaw::Values(vec![0.3, -0.4]);
    populations[1].initial = InitialLaw::Values(vec![-0.1]);
    for population in &mut populations {
        population.time_constant = INFINITE;
    }
    let network = network(1.0, populations, Vec::new(), &[vec![0.4, -0.3], vec![0.3, 0.0]]);
    JumpChain { name: "trio", network, time: 0.5, seed: 22, levels: 12 }
}

#[test]
fn uniformisation_agrees_with_the_matrix_exponential() {
    let chain = JumpChain { levels: 12, ..pair() };
    let coordinates = chain.coordinates();
    let size = chain.levels.pow(2);
    let mut generator = nalgebra::DMatrix::<f64>::zeros(size, size);
    for from in 0..size {
        let counts = chain.counts(from, 2);
        let strides = [1, chain.levels];
        for ((rate, stride), count) in
            chain.rates(&coordinates, &counts).into_iter().zip(strides).zip(&counts)
        {
            generator[(from, from)] -= rate * chain.time;
            if count + 1 < chain.levels {
                generator[(from + stride, from)] += rate * chain.time;
            }
        }
    }
    let exact = generator.exp().column(0).into_owned();
    for (p, q) in chain.lattice_law(&coordinates).iter().zip(exact.iter()) {
        assert!((p - q).abs() < 1e-11);
    }
}
