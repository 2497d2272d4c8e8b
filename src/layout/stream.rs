//! Parts of trajectories, as they come from the engine, as pieces of the groups of a file.
//!
//! What has a value for each network has its place by the number of the network and by time; events (spikes, jumps) stand one after the other, so
//! their place is known when all networks before are complete ([`Position`]).

use std::ops::Range;

use equipoise_engine::Trajectory;
use equipoise_engine::trajectory::Before;
use equipoise_model::Scenario;
use equipoise_store::{Group, Piece, Variable};
use serde::{Deserialize, Serialize};

use super::record::record;
use super::trajectory::trajectory;

/// The dimension of the networks of an ensemble.
pub const REALIZATION: &str = "realization";
/// The dimensions of events.
pub(super) const SPIKE: &str = "spike";
pub(super) const JUMP: &str = "jump";

/// A group to be declared, and the dimension along which it grows, with the length that it is expected to have in the end; 0 if that is
/// unknown.
pub type Declaration = (Group, (&'static str, usize));

/// How a group grows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Growing {
    /// By networks, which may come in parts: along this dimension, from here on.
    Networks(Option<(&'static str, usize)>),
    /// By spikes of a population.
    Spikes(usize),
    /// By jumps.
    Jumps,
}

impl Growing {
    fn dimension(self) -> &'static str {
        match self {
            Self::Networks(_) => REALIZATION,
            Self::Spikes(_) => SPIKE,
            Self::Jumps => JUMP,
        }
    }
}

/// Trajectories that begin and end at the same times: several whole ones that follow each other, or a part of one.
pub(super) struct Block<'a> {
    pub trajectories: &'a [Trajectory],
    /// Their sample times.
    pub times: &'a [f64],
    /// The numbers of their bins and snapshots.
    pub bins: Range<usize>,
    pub snapshots: Range<usize>,
}

impl<'a> Block<'a> {
    /// Of no trajectory, with all times.
    fn layout(scenario: &Scenario, times: &'a [f64]) -> Self {
        let bins = 0..scenario.recording.bins(times.last().copied().unwrap_or_default());
        Self { trajectories: &[], times, bins, snapshots: 0..scenario.recording.snapshots.len() }
    }

    /// Of these.
    fn of(scenario: &Scenario, times: &'a [f64], trajectories: &'a [Trajectory]) -> Self {
        let network = &scenario.network;
        let Trajectory { before, records, .. } = &trajectories[0];
        let from = |begin: usize, values: usize, each: usize| begin..begin + values / each.max(1);
        let channels = network.population_count() * network.source_count();
        Self {
            trajectories,
            times: &times[before.samples..before.samples + trajectories[0].samples()],
            bins: from(before.bins, records.activity.len(), channels),
            snapshots: from(before.snapshots, records.snapshots.len(), network.neuron_count()),
        }
    }

    /// What there was before it.
    pub fn before(&self) -> Before {
        self.trajectories.first().map(|first| first.before.clone()).unwrap_or_default()
    }
}

/// The coordinate of the networks.
pub(super) fn realization(trajectories: &[Trajectory]) -> Variable {
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
        Growing::Spikes(_) | Growing::Jumps => 0,
    };
    let declare =
        |(group, growing): (Group, Growing)| (group, (growing.dimension(), expected(growing)));
    groups(scenario, &Block::layout(scenario, times)).into_iter().map(declare).collect()
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
}

impl Position {
    /// How many events there are until here: groups, their dimensions and lengths.
    pub fn lengths(&self, scenario: &Scenario) -> Vec<(String, &'static str, usize)> {
        let all = self.base.clone().and(&self.own);
        groups(scenario, &Block::layout(scenario, &[]))
            .into_iter()
            .filter_map(|(group, growing)| match growing {
                Growing::Networks(_) => None,
                Growing::Spikes(population) => Some((group.name, SPIKE, all.spikes_of(population))),
                Growing::Jumps => Some((group.name, JUMP, all.jumps)),
            })
            .collect()
    }

    /// Takes in a part; returns where its events belong.
    fn take(&mut self, part: &Trajectory) -> Events {
        if part.replicate != self.replicate {
            let base = self.base.clone().and(&self.own);
            *self = Self { replicate: part.replicate, base, own: Events::default() };
        }
        let before = Events::before(part);
        self.own = before.clone().and(&Events::of(part));
        before.and(&self.base)
    }
}

/// The pieces of parts of trajectories that came one after the other.
pub fn pieces(
    scenario: &Scenario,
    times: &[f64],
    parts: &[Trajectory],
    position: &mut Position,
) -> Vec<Piece> {
    let is_whole = |part: &Trajectory| part.before.samples == 0 && part.samples() == times.len();
    let follow = |a: &Trajectory, b: &Trajectory| {
        is_whole(a) && is_whole(b) && b.replicate == a.replicate + 1
    };
    let mut pieces = Vec::new();
    for block in parts.chunk_by(follow) {
        let events = position.take(&block[0]);
        block[1..].iter().for_each(|part| drop(position.take(part)));
        let first = block[0].replicate as usize;
        for (mut group, growing) in groups(scenario, &Block::of(scenario, times, block)) {
            let dimension = growing.dimension();
            group.variables.retain(|variable| variable.dimensions.iter().any(|d| d == dimension));
            let mut at = match growing {
                Growing::Networks(_) => vec![(dimension, first)],
                Growing::Spikes(population) => vec![(dimension, events.spikes_of(population))],
                Growing::Jumps => vec![(dimension, events.jumps)],
            };
            if let Growing::Networks(Some(along)) = growing {
                at.push(along);
            }
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

    fn part(replicate: u64, before: usize, count: usize) -> Trajectory {
        let mut part = Trajectory::nothing(replicate, (2, 2), 9);
        part.before.jumps = before;
        part.records.jumps.times = vec![0.0; count];
        part
    }

    #[test]
    fn events_stand_one_after_the_other() {
        let mut position = Position::default();
        let mut take =
            |replicate, before, count| position.take(&part(replicate, before, count)).jumps;
        assert_eq!(take(0, 0, 3), 0);
        assert_eq!(take(0, 3, 2), 3);
        assert_eq!(take(1, 0, 4), 5);
        // Once more, as after a checkpoint.
        assert_eq!(take(1, 0, 1), 5);
        assert_eq!(take(1, 1, 6), 6);
        assert_eq!(take(2, 0, 1), 12);
        assert_eq!(position.base.and(&position.own).jumps, 13);
    }
}
