//! Parameters of a network as flat arrays over its populations.

use std::array::from_fn;
use std::iter::zip;
use std::ops::Range;

use equipoise::model::{Gain, InitialLaw, Network, NeuronPopulation, Schedule, Transmission};
use rand_distr::{Distribution, Normal};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The parameters; neurons are numbered through all populations.
#[derive(Debug, Clone)]
pub struct Populations<const P: usize> {
    /// First neuron of each population.
    pub starts: [usize; P],
    /// Neurons in all populations.
    pub neurons: usize,
    /// Largest intensity of any neuron.
    pub max_rate: f64,
    /// `max_rate` over the intensity of each population at saturation.
    pub excess: [f64; P],
    /// `theta`.
    pub threshold: [f64; P],
    /// `s`.
    pub slope: [f64; P],
    /// `1/tau`.
    pub leak: [f64; P],
    /// `tau I`, to which a neuron without input decays.
    pub rest: [f64; P],
    /// `J_ab/sqrt(n)` at `[a][b]`.
    pub jumps: [[f64; P]; P],
}

impl<const P: usize> Populations<P> {
    /// Of a network.
    ///
    /// # Panics
    /// If the network has another number of populations or anything that the baselines do not know.
    pub fn of(network: &Network) -> Self {
        assert_eq!(network.population_count(), P, "another number of populations");
        assert_eq!(network.transmission, Transmission::Independent);
        assert!(network.externals.is_empty(), "external populations");
        let description = |a: usize| &network.populations[a];
        let gain = |a| match &description(a).gain {
            Gain::Logistic(gain) => *gain,
            gain => panic!("not logistic: {gain:?}"),
        };
        let drive = |a| match description(a).drive {
            Schedule::Constant(value) => value,
            ref drive => panic!("not constant: {drive:?}"),
        };
        let max_rate = (0..P).map(|a| gain(a).max_rate).fold(0.0, f64::max);
        Self {
            starts: from_fn(|a| network.populations[..a].iter().map(|p| p.count).sum()),
            neurons: network.neuron_count(),
            max_rate,
            excess: from_fn(|a| max_rate / gain(a).max_rate),
            threshold: from_fn(|a| gain(a).threshold),
            slope: from_fn(|a| gain(a).slope),
            leak: from_fn(|a| 1.0 / description(a).time_constant),
            rest: from_fn(|a| description(a).time_constant * drive(a)),
            jumps: from_fn(|a| from_fn(|b| network.jump(a, b))),
        }
    }

    /// Ordered pairs of different neurons times the largest intensity.
    pub fn candidate_rate(&self) -> f64 {
        let neurons = self.neurons as f64;
        neurons * (neurons - 1.0) * self.max_rate
    }

    /// The population of a neuron.
    #[inline(always)]
    pub fn of_neuron(&self, neuron: usize) -> usize {
        self.starts[1..].iter().map(|start| usize::from(neuron >= *start)).sum()
    }

    /// A value of the population of a neuron, by comparisons alone.
    #[inline(always)]
    pub fn at(&self, values: [f64; P], neuron: u32) -> f64 {
        let mut value = values[0];
        for (start, candidate) in zip(&self.starts[1..], &values[1..]) {
            value = if neuron >= *start as u32 { *candidate } else { value };
        }
        value
    }

    /// The neurons of a population.
    pub fn members(&self, population: usize) -> Range<usize> {
        let end = self.starts.get(population + 1).copied().unwrap_or(self.neurons);
        self.starts[population]..end
    }
}

/// Potentiations of all neurons at time 0.
///
/// # Panics
/// If an initial law is not normal.
pub fn initial(network: &Network, rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
    let law = |population: &NeuronPopulation| match population.initial {
        InitialLaw::Normal { mean, variance } => {
            Normal::new(mean, variance.sqrt()).expect("a valid law")
        }
        ref law => panic!("not normal: {law:?}"),
    };
    let sizes = network.populations.iter().map(|population| (law(population), population.count));
    sizes
        .flat_map(|(law, count)| law.sample_iter(&mut *rng).take(count).collect::<Vec<_>>())
        .collect()
}
