//! Spikes of a population in a step, which all its targets share.

use rand::RngExt;
use rand_distr::{Distribution, Poisson, StandardNormal};

use super::plan::Inflow;
use crate::stream::Stream;

/// Means from which on counts are drawn as normal; their skewness is below `1e-6`.
const LARGE: f64 = 1e12;

/// Spikes of one population, each of which reaches each target with the same probability.
#[derive(Debug, Clone, Copy)]
pub struct Spikes {
    /// How many there are.
    pub count: f64,
    /// `p`.
    pub probability: f64,
    /// Where in the step they are on average: a standard normal deviate.
    place: f64,
    /// Uniform on `[0, 1)`, for what is rounded to whole numbers.
    carry: f64,
}

impl Spikes {
    /// Those of a population that sends so many jumps towards each neuron, on average.
    pub fn draw(rng: &mut Stream, jumps: f64, probability: f64) -> Self {
        let mean = jumps / probability;
        let count = if mean > LARGE {
            let x: f64 = StandardNormal.sample(rng);
            (mean + mean.sqrt() * x).round()
        } else {
            // Of a rate that is no number there are no spikes; the recorder will say so.
            Poisson::new(mean).map_or(0.0, |law| law.sample(rng))
        };
        Self { count, probability, place: StandardNormal.sample(rng), carry: rng.random() }
    }

    /// What they add up to at the end of the step for a neuron that all reach with a part `p` of their jump: `p sum_i e_i`, which has, given their
    /// number, the variance of places uniform in the step. (Places are taken to be the same for all targets, as they are to first
    /// order in the step.)
    pub fn in_common(&self, inflow: &Inflow) -> f64 {
        let (first, second) = (inflow.first / inflow.count, inflow.second / inflow.count);
        let spread = (self.count * (second - first * first).max(0.0)).sqrt();
        self.probability * (self.count * first + spread * self.place)
    }

    /// Trials of probability `p` whose successes, each worth `factor`, have the variance of what is private to a neuron: `p (1 - p) sum_i e_i^2`.
    pub fn trials(&self, inflow: &Inflow, factor: f64) -> u64 {
        let trials = self.count * inflow.second / (inflow.count * factor * factor);
        (trials + self.carry).floor() as u64
    }
}
