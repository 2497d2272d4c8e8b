//! Parts of trajectories, as they come from the engine, as pieces of the groups of a file.
//!
//! What has a value for each network has its place by the number of the network and by time; events (spikes, jumps) stand one after the other, so
//! their place is known when all networks before are complete ([`Position`]).

use std::ops::Range;

use equipoise_engine::Trajectory;
use equipoise_engine::trajectory::Before;
use equipoise_model::{Potentiations, Scenario};
use equipoise_store::{Group, Piece, Variable};
use serde::{Deserialize, Serialize};

use super::record::record;
use super::trajectory::trajectory;

/// The dimension of the networks of an ensemble.
pub const REALIZATION: &str = "realization";
/// The dimension of neurons.
pub(super) const NEURON: &str = "neuron";
/// The dimensions of events.
pub(super) const SPIKE: &str = "spike";
pub(super) const JUMP: &str = "jump";

/// A group to be declared, and the dimension along which it grows, if it does, with the length that it is expected to have in the end; 0 if that
/// is unknown.
pub type Declaration = (Group, Option<(&'static str, usize)>);

/// How a group grows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Growing {
    /// By networks, which may come in parts: along this dimension, from here on.
    Networks(Option<(&'static str, usize)>),
    /// By the neurons of a report, of which there are so many and each part brings all: along time, from this row on.
    Report { row: usize, neurons: usize },
    /// Not at all: it is whole when it is declared.
    Fixed,
    /// By spikes of a population.
    Spikes(usize),
    /// By jumps.
    Jumps,
}

impl Growing {
    fn dimension(self) -> Option<&'static str> {
        match self {
            Self::Networks(_) => Some(REALIZATION),
            Self::Report { .. } => Some(NEURON),
            Self::Fixed => None,
            Self::Spikes(_) => Some(SPIKE),
            Self::Jumps => Some(JUMP),
        }
    }
}

/// A part of a network's trajectory, as it comes.
#[derive(Debug, Clone)]
pub struct Part {
    /// What was recorded.
    pub trajectory: Trajectory,
    /// Whether the network is complete with it.
    pub is_last: bool,
}

impl Part {
    /// Whether it is all of a network that has so many samples.
    fn is_whole(&self, samples: usize) -> bool {
        let Trajectory { before, .. } = &self.trajectory;
        let before = before.samples + before.bins + before.snapshots + before.frames + before.jumps;
        let is_first = before == 0;
        is_first && self.is_last && self.trajectory.samples() == samples
    }
}

/// Trajectories that begin and end at the same times: several whole ones that follow each other, or a part of one.
pub(super) struct Block<'a> {
    pub trajectories: &'a [&'a Trajectory],
    /// Their sample times.
    pub times: &'a [f64],
    /// The numbers of their bins, snapshots and rows of reports.
    pub bins: Range<usize>,
    pub snapshots: Range<usize>,
    pub frames: Range<usize>,
}

impl<'a> Block<'a> {
    /// Of no trajectory, with all times.
    fn layout(scenario: &Scenario, times: &'a [f64]) -> Self {
        let recording = &scenario.recording;
        let end = times.last().copied().unwrap_or_default();
        let frames = |potentiations: &Potentiations| potentiations.frames(end);
        Self {
            trajectories: &[],
            times,
            bins: 0..recording.bins(end),
            snapshots: 0..recording.snapshots.len(),
            frames: 0..recording.potentiations.as_ref().map_or(0, frames),
        }
    }

    /// Of these.
    fn of(scenario: &Scenario, times: &'a [f64], trajectories: &'a [&'a Trajectory]) -> Self {
        let network = &scenario.network;
        let Trajectory { before, records, .. } = trajectories[0];
        let from = |begin: usize, values: usize, each: usize| begin..begin + values / each.max(1);
        let chosen = chosen(scenario).iter().sum();
        let channels = network.population_count() * network.source_count();
        Self {
            trajectories,
            times: &times[before.samples..before.samples + trajectories[0].samples()],
            bins: from(before.bins, records.activity.len(), channels),
            snapshots: from(before.snapshots, records.snapshots.len(), network.neuron_count()),
            frames: from(before.frames, records.potentiations.len(), chosen),
        }
    }

    /// What there was before it.
    pub fn before(&self) -> Before {
        self.trajectories.first().map(|first| first.before.clone()).unwrap_or_default()
    }
}

/// How many neurons of each population are in a report.
pub(super) fn chosen(scenario: &Scenario) -> Vec<usize> {
    let populations = &scenario.network.populations;
    let neurons = scenario.recording.potentiations.iter().flat_map(|report| &report.neurons);
    neurons.zip(populations).map(|(chosen, population)| chosen.count(population.count)).collect()
}

/// The coordinate of the networks.
pub(super) fn realization(trajectories: &[&Trajectory]) -> Variable {
    let numbers: Vec<i64> = trajectories.iter().map(|t| t.replicate.cast_signed()).collect();
    Variable::coordinate(REALIZATION, numbers)
        .with_long_name("number of the network in the ensemble")
}

fn groups(scenario: &Scenario, block: &Block<'_>) -> Vec<(Group, Growing)> {
    let growing = Growing::Networks(Some(("time", block.before().samples)));
    let mut groups = vec![(trajectory(scenario, block.times, block.trajectories), growing)];
    groups.append(&mut record(scenario, block));
    groups
}

/// The groups that an ensemble with these sample times fills: `/trajectory`, and what the scenario records.
pub fn declarations(scenario: &Scenario, times: &[f64]) -> Vec<Declaration> {
    let expected = |growing| match growing {
        Growing::Networks(_) => scenario.replicates as usize,
        Growing::Report { neurons, .. } => neurons,
        Growing::Spikes(_) | Growing::Jumps | Growing::Fixed => 0,
    };
    let declare = |(group, growing): (Group, Growing)| {
        (group, growing.dimension().map(|dimension| (dimension, expected(growing))))
    };
    groups(scenario, &Block::layout(scenario, times)).into_iter().map(declare).collect()
}

/// The same groups with all that these complete networks recorded, in the order of their numbers.
pub fn whole(scenario: &Scenario, times: &[f64], trajectories: &[Trajectory]) -> Vec<Group> {
    let trajectories: Vec<&Trajectory> = trajectories.iter().collect();
    let recorded = groups(scenario, &Block::of(scenario, times, &trajectories));
    let layout = groups(scenario, &Block::layout(scenario, times));
    let fixed = layout.into_iter().filter(|(_, growing)| matches!(growing, Growing::Fixed));
    recorded.into_iter().chain(fixed).map(|(group, _)| group).collect()
}

/// Numbers of events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Events {
    /// By population.
    spikes: Vec<usize>,
    jumps: usize,
}

impl Events {
    /// In a part.
    fn of(part: &Trajectory) -> Self {
        let spikes = part.records.spikes.iter().map(|trains| trains.times.len()).collect();
        Self { spikes, jumps: part.records.jumps.times.len() }
    }

    /// Of its network before a part.
    fn before(part: &Trajectory) -> Self {
        Self { spikes: part.before.spikes.clone(), jumps: part.before.jumps }
    }

    fn and(mut self, other: &Self) -> Self {
        self.spikes.resize(self.spikes.len().max(other.spikes.len()), 0);
        self.spikes.iter_mut().zip(&other.spikes).for_each(|(all, own)| *all += own);
        self.jumps += other.jumps;
        self
    }

    fn spikes_of(&self, population: usize) -> usize {
        self.spikes.get(population).copied().unwrap_or_default()
    }
}

/// Where the next events belong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The network whose parts come.
    replicate: u64,
    /// Events of all networks before it.
    base: Events,
    /// Its own events so far.
    own: Events,
    /// Whether it is complete.
    is_complete: bool,
}

impl Position {
    /// How long the groups of events are until here, with their dimensions.
    pub fn lengths(&self, scenario: &Scenario) -> Vec<(String, &'static str, usize)> {
        let all = self.base.clone().and(&self.own);
        groups(scenario, &Block::layout(scenario, &[]))
            .into_iter()
            .filter_map(|(group, growing)| match growing {
                Growing::Networks(_) | Growing::Report { .. } | Growing::Fixed => None,
                Growing::Spikes(population) => Some((group.name, SPIKE, all.spikes_of(population))),
                Growing::Jumps => Some((group.name, JUMP, all.jumps)),
            })
            .collect()
    }

    /// Takes in a part; returns where its events belong, if that is known: it is not after a network that is not complete, as there are when an
    /// ensemble is interrupted. They are simulated once more when it goes on.
    fn take(&mut self, Part { trajectory, is_last }: &Part) -> Option<Events> {
        if trajectory.replicate != self.replicate {
            if !self.is_complete || trajectory.replicate != self.replicate + 1 {
                return None;
            }
            let base = self.base.clone().and(&self.own);
            let (replicate, own) = (trajectory.replicate, Events::default());
            *self = Self { replicate, base, own, is_complete: false };
        }
        self.is_complete = *is_last;
        let before = Events::before(trajectory);
        self.own = before.clone().and(&Events::of(trajectory));
        Some(before.and(&self.base))
    }
}

/// The pieces of parts of trajectories that came one after the other.
pub fn pieces(
    scenario: &Scenario,
    times: &[f64],
    parts: &[Part],
    position: &mut Position,
) -> Vec<Piece> {
    let follow = |a: &Part, b: &Part| {
        let is_next = b.trajectory.replicate == a.trajectory.replicate + 1;
        is_next && a.is_whole(times.len()) && b.is_whole(times.len())
    };
    let mut pieces = Vec::new();
    for parts in parts.chunk_by(follow) {
        let events = position.take(&parts[0]);
        parts[1..].iter().for_each(|part| drop(position.take(part)));
        let block: Vec<&Trajectory> = parts.iter().map(|part| &part.trajectory).collect();
        let first = block[0].replicate as usize;
        let block = Block::of(scenario, times, &block);
        for (mut group, growing) in groups(scenario, &block) {
            let Some(dimension) = growing.dimension() else { continue };
            group.variables.retain(|variable| variable.dimensions.iter().any(|d| d == dimension));
            let at = match (growing, &events) {
                (Growing::Networks(None), _) => vec![(dimension, first)],
                (Growing::Networks(Some(along)), _) => vec![(dimension, first), along],
                (Growing::Report { row, .. }, _) => vec![("time", row)],
                (Growing::Spikes(a), Some(events)) => vec![(dimension, events.spikes_of(a))],
                (Growing::Jumps, Some(events)) => vec![(dimension, events.jumps)],
                (Growing::Spikes(_) | Growing::Jumps, None) | (Growing::Fixed, _) => continue,
            };
            // What a part does not bring: the counts of neurons are known at the end.
            if group.variables.iter().any(|variable| variable.values.is_empty()) {
                continue;
            }
            pieces.push(Piece::new(group, &at));
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Jumps before, in it, and whether it is the last.
    fn part(replicate: u64, before: usize, count: usize, is_last: bool) -> Part {
        let mut trajectory = Trajectory::nothing(replicate, (2, 2), 9);
        trajectory.before.jumps = before;
        trajectory.records.jumps.times = vec![0.0; count];
        Part { trajectory, is_last }
    }

    #[test]
    fn events_stand_one_after_the_other() {
        let mut position = Position::default();
        let mut take = |part: Part| position.take(&part).map(|events| events.jumps);
        assert_eq!(take(part(0, 0, 3, false)), Some(0));
        assert_eq!(take(part(0, 3, 2, true)), Some(3));
        assert_eq!(take(part(1, 0, 4, false)), Some(5));
        // Once more, as after a checkpoint.
        assert_eq!(take(part(1, 0, 1, false)), Some(5));
        assert_eq!(take(part(1, 1, 6, true)), Some(6));
        assert_eq!(take(part(2, 0, 1, false)), Some(12));
        // After an interruption.
        assert_eq!(take(part(3, 0, 8, true)), None);
        assert_eq!(take(part(4, 0, 8, true)), None);
        assert_eq!(take(part(2, 1, 1, true)), Some(13));
        assert_eq!(take(part(3, 0, 8, true)), Some(14));
    }

    #[test]
    fn a_part_with_all_samples_is_not_whole() {
        let mut all = part(0, 0, 0, false);
        all.trajectory.mean = vec![0.0; 4];
        assert!(!all.is_whole(2));
        all.is_last = true;
        assert!(all.is_whole(2) && !all.is_whole(3));
        all.trajectory.before.samples = 2;
        assert!(!all.is_whole(2));
    }
}
