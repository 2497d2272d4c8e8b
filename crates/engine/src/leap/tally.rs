//! How many jumps there were of each kind: drawn given what the neurons have drawn, so that both tell the same.

use equipoise_model::Network;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use super::counts::Counts;
use super::pass::Drawn;
use super::plan::Inflow;
use crate::state::NetworkState;
use crate::stream::Stream;

/// A source of jumps of a certain size.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    pub source: usize,
    pub is_up: bool,
    /// What comes from it to one neuron in the step.
    pub inflow: Inflow,
}

impl Member {
    fn sign(&self) -> f64 {
        if self.is_up { 1.0 } else { -1.0 }
    }
}

/// The sources whose jumps onto a population have the same size.
#[derive(Debug, Clone)]
pub struct Group {
    /// `|J_ab|/sqrt(n)`.
    pub jump: f64,
    pub members: Vec<Member>,
    /// What a jump is multiplied by to be where it is at the end of the step.
    pub factor: f64,
    /// What each neuron draws.
    pub counts: Counts,
}

impl Group {
    /// With the counts and the factor that give mean and variance of jumps that decay.
    pub fn new(jump: f64, members: Vec<Member>) -> Self {
        let sum = |value: &dyn Fn(&Member) -> f64| members.iter().map(value).sum::<f64>();
        let (all, second) = (sum(&|m| m.inflow.first), sum(&|m| m.inflow.second));
        let factor = if all > 0.0 { second / all } else { 1.0 };
        let (all, excess) = (all / factor, sum(&|m| m.sign() * m.inflow.first) / factor);
        let counts = Counts::new(0.5 * (all + excess), 0.5 * (all - excess));
        Self { jump, members, factor, counts }
    }

    fn sum(&self, value: impl Fn(&Member) -> f64) -> f64 {
        self.members.iter().map(value).sum()
    }
}

/// Jumps that have been counted and not yet told, (target, source); not whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tally {
    sources: usize,
    jumps: Vec<f64>,
}

impl Tally {
    /// Nothing yet.
    pub fn new(network: &Network) -> Self {
        let sources = network.source_count();
        Self { sources, jumps: vec![0.0; sources * network.population_count()] }
    }

    /// More jumps.
    pub fn add(&mut self, target: usize, source: usize, jumps: f64) {
        self.jumps[target * self.sources + source] += jumps;
    }

    /// Those that `size` neurons of a population have drawn: Poisson counts (normal, as they are large) given the difference of those
    /// that go up and those that go down, less those that were taken back.
    pub fn draw(
        &mut self,
        rng: &mut Stream,
        target: usize,
        size: f64,
        groups: &[Group],
        drawn: &Drawn,
    ) {
        let mut places = drawn.places.iter();
        for group in groups {
            let mean = |member: &Member| size * member.inflow.count;
            let all = group.sum(mean);
            let expected = group.sum(|member| member.sign() * mean(member));
            let noise: Vec<f64> = group
                .members
                .iter()
                .map(|member| {
                    let x: f64 = StandardNormal.sample(rng);
                    mean(member).sqrt() * x
                })
                .collect();
            let signed = group.members.iter().zip(&noise);
            let excess: f64 = signed.map(|(member, noise)| member.sign() * noise).sum();
            let difference = if group.jump > 0.0 {
                let places = *places.next().expect("drawn for each table") as f64;
                let number = size * group.counts.lowest() + group.counts.lump * places;
                let decayed = group.sum(|member| member.inflow.first) / group.factor;
                let before_decay = if decayed > 0.0 { all / (size * decayed) } else { 1.0 };
                if group.members.iter().any(|member| member.source == target) {
                    self.add(target, target, -(drawn.own as f64) * before_decay);
                }
                number * before_decay
            } else {
                // Jumps of nothing are free.
                expected + excess
            };
            for (member, noise) in group.members.iter().zip(&noise) {
                let part = if all > 0.0 { member.sign() * mean(member) / all } else { 0.0 };
                let jumps = mean(member) + noise + part * (difference - expected - excess);
                self.add(target, member.source, jumps);
            }
        }
    }

    /// Tells the whole jumps to the state.
    pub fn count(&mut self, state: &mut NetworkState) {
        for (at, jumps) in self.jumps.iter_mut().enumerate() {
            let whole = jumps.floor().max(0.0);
            *jumps -= whole;
            state.count_jumps(at / self.sources, at % self.sources, whole as u64);
        }
    }
}
