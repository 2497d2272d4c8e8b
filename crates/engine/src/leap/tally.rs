//! How many jumps there were of each kind: drawn given what the neurons have drawn, so that both tell the same.

use equipoise_model::Network;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use super::counts::{Counts, Part, Trials};
use super::pass::Drawn;
use super::plan::Inflow;
use super::spikes::Spikes;
use crate::state::NetworkState;
use crate::stream::Stream;

/// A source of jumps of a certain size.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    pub source: usize,
    pub is_up: bool,
    /// What comes from it to one neuron in the step, on average.
    pub inflow: Inflow,
    /// The spikes that bring it, if targets share them.
    pub spikes: Option<Spikes>,
}

impl Member {
    fn sign(&self) -> f64 {
        if self.is_up { 1.0 } else { -1.0 }
    }

    /// Mean and variance of how often one neuron jumps, given the spikes.
    fn jumps(&self) -> (f64, f64) {
        self.spikes.map_or((self.inflow.count, self.inflow.count), |spikes| {
            let mean = spikes.count * spikes.probability;
            (mean, mean * (1.0 - spikes.probability))
        })
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
        let poisson = |is_up: bool| -> f64 {
            let of_kind = members.iter().filter(|m| m.is_up == is_up && m.spikes.is_none());
            of_kind.map(|m| m.inflow.first).sum::<f64>() / factor
        };
        let poisson = (poisson(true), poisson(false));
        let trials = members.iter().filter_map(|member| {
            let Member { is_up, inflow, .. } = *member;
            member.spikes.map(|spikes| Trials {
                number: spikes.trials(&inflow, factor),
                probability: spikes.probability,
                is_up,
            })
        });
        let counts = Counts::new(poisson, trials.collect());
        Self { jump, members, factor, counts }
    }

    /// What the first place of the table stands for, in jumps at the end of the step: with what all neurons receive in common.
    pub fn base(&self) -> f64 {
        let mut trials = self.counts.trials.iter();
        let in_common = |member: &Member| {
            member.spikes.map_or(0.0, |spikes| {
                let private = trials.next().expect("as many as there are spikes").mean();
                member.sign() * (spikes.in_common(&member.inflow) - self.factor * private)
            })
        };
        let in_common: f64 = self.members.iter().map(in_common).sum();
        self.factor * self.counts.lowest() + in_common
    }

    /// The jumps of a source: which part of the counts they are, and their mean number there.
    pub fn part_of(&self, source: usize) -> Option<(Part, &Member, f64)> {
        let at = self.members.iter().position(|member| member.source == source)?;
        let member = &self.members[at];
        if member.spikes.is_none() {
            let part = Part::Poisson { is_up: member.is_up };
            return Some((part, member, member.inflow.first / self.factor));
        }
        let which = self.members[..at].iter().filter(|member| member.spikes.is_some()).count();
        Some((Part::Trials(which), member, self.counts.trials[which].mean()))
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
    /// By population, where targets share them.
    spikes: Vec<f64>,
}

impl Tally {
    /// Nothing yet.
    pub fn new(network: &Network) -> Self {
        let sources = network.source_count();
        let populations = network.population_count();
        // What is told is rounded to the nearest.
        let nothing = |kinds| vec![0.5; kinds];
        Self { sources, jumps: nothing(sources * populations), spikes: nothing(populations) }
    }

    /// More spikes.
    pub fn add_spikes(&mut self, source: usize, spikes: f64) {
        self.spikes[source] += spikes;
    }

    /// More jumps.
    pub fn add(&mut self, target: usize, source: usize, jumps: f64) {
        self.jumps[target * self.sources + source] += jumps;
    }

    /// Those that `size` neurons of a population have drawn: counts (normal, as they are large) given the difference of those
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
            let mean = |member: &Member| size * member.jumps().0;
            let variance = |member: &Member| size * member.jumps().1;
            let all = group.sum(variance);
            let expected = group.sum(|member| member.sign() * mean(member));
            let noise: Vec<f64> = group
                .members
                .iter()
                .map(|member| {
                    let x: f64 = StandardNormal.sample(rng);
                    variance(member).sqrt() * x
                })
                .collect();
            let signed = group.members.iter().zip(&noise);
            let excess: f64 = signed.map(|(member, noise)| member.sign() * noise).sum();
            let difference = if group.jump > 0.0 {
                let places = *places.next().expect("drawn for each table") as f64;
                let number = size * group.counts.lowest() + group.counts.lump * places;
                let decayed = group.sum(|member| member.inflow.first) / group.factor;
                let not_decayed = group.sum(|member| member.inflow.count);
                let before_decay = if decayed > 0.0 { not_decayed / decayed } else { 1.0 };
                if group.members.iter().any(|member| member.source == target) {
                    self.add(target, target, -(drawn.own as f64) * before_decay);
                }
                expected + (number - size * group.counts.mean()) * before_decay
            } else {
                // Jumps of nothing are free.
                expected + excess
            };
            for (member, noise) in group.members.iter().zip(&noise) {
                let part = if all > 0.0 { member.sign() * variance(member) / all } else { 0.0 };
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
        for (population, spikes) in self.spikes.iter_mut().enumerate() {
            let whole = spikes.floor().max(0.0);
            *spikes -= whole;
            state.count_spikes(population, whole as u64);
        }
    }
}
