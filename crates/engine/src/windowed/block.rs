//! The neurons that are worked off together, in the cache of one core, over a window.

use equipoise_model::{GainFunction, Network};
use serde::{Deserialize, Serialize};

use crate::stream::{Purpose, stream};
use crate::vector::InstructionSet;
use crate::vector::lanes::Lanes;

use super::bins::{Bin, Total};
use super::candidate::{Candidate, Status};
use super::chunk::{Chunk, LENGTH};
use super::crowd::Crowd;
use super::steps::{Steps, one};

/// A window, as far as its blocks must know it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window<'a> {
    pub network: &'a Network,
    pub crowds: &'a [Crowd],
    /// Where bins of time begin, since the start of the window; the first is 0.
    pub edges: &'a [f64],
    /// How far it is worked off, since its start.
    pub until: f64,
    pub instructions: InstructionSet,
}

/// One jump that has happened.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Record {
    /// Time since the start of the window.
    pub since: f64,
    /// The target within the block.
    pub target: u32,
    pub source: u16,
    /// Change of the deviation, and the deviation before it.
    pub kick: f64,
    pub before: f64,
}

/// Some consecutive neurons of a population.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Block {
    pub population: usize,
    /// Index of its first neuron within the population.
    pub first: usize,
    /// Deviations at the start of the window.
    pub origin: Vec<f64>,
    /// Random words, from the start of the window on and from its end on.
    lanes: Lanes,
    after: Lanes,
    /// Candidates that may need a decision, in order.
    pub candidates: Vec<Candidate>,
    /// Jumps onto the targets of candidates, in order, when the window was worked off for the first time.
    followed: Vec<Record>,
    /// What the jumps change, by bin.
    pub bins: Vec<Bin>,
    pub total: Total,
    /// Jumps by source.
    pub counts: Vec<u64>,
}

impl Block {
    /// This many neurons of a population, from `first` on.
    pub fn new(
        (population, first): (usize, usize),
        neurons: usize,
        sources: usize,
        (seed, replicate, number): (u64, u64, usize),
    ) -> Self {
        let lanes = Lanes::new(stream(seed, replicate, Purpose::Block { number }));
        Self {
            population,
            first,
            origin: vec![0.0; neurons],
            after: lanes.clone(),
            lanes,
            candidates: Vec::new(),
            followed: Vec::new(),
            bins: Vec::new(),
            total: Total::NONE,
            counts: vec![0; sources],
        }
    }

    /// Works the window off for the first time, from these deviations.
    pub fn start(&mut self, window: &Window<'_>, deviations: &mut [f64]) {
        self.origin.copy_from_slice(deviations);
        let mut followed = std::mem::take(&mut self.followed);
        followed.clear();
        self.after = if self.candidates.is_empty() {
            self.run(window, deviations, |_| ())
        } else {
            let targets: Vec<u32> = self.candidates.iter().map(|c| c.target).collect();
            self.run(window, deviations, |record| {
                if targets.contains(&record.target) {
                    followed.push(record);
                }
            })
        };
        self.followed = followed;
    }

    /// Whether no other candidate has the target of this one.
    pub fn is_alone(&self, index: usize) -> bool {
        let target = self.candidates[index].target;
        self.candidates.iter().filter(|candidate| candidate.target == target).count() == 1
    }

    /// Lets a candidate happen that is alone and was not taken when the window was worked off, to its end: does what working it off once more would do, to rounding of
    /// what is summed.
    pub fn accept(&mut self, index: usize, window: &Window<'_>, deviations: &mut [f64]) {
        let crowd = &window.crowds[self.population];
        let candidate = self.candidates[index];
        let own = |record: &&mut Record| record.target == candidate.target;
        let mut before = self.origin[candidate.target as usize];
        let mut later = self.followed.iter_mut().filter(own).peekable();
        while let Some(record) = later.next_if(|record| record.since <= candidate.since) {
            before = record.before + record.kick;
        }
        let scale = crowd.scale_at(candidate.since);
        let jump = crowd.sizes[candidate.source];
        let change = one(&crowd.kinetics, &crowd.motion, candidate.since, scale * before, jump);
        self.bins[candidate.bin].add(candidate.since, change.intensity, change.slope);
        self.total.add(&change);
        self.counts[candidate.source] += 1;
        self.candidates[index].taken = true;
        let mut after = before + jump / scale;
        for record in later {
            let (was, is) = (crowd.change(record), {
                record.before = after;
                crowd.change(record)
            });
            let bin = window.edges.partition_point(|edge| *edge < record.since).max(1) - 1;
            let (mut old, mut new) = (Bin::default(), Bin::default());
            old.add(record.since, was.intensity, was.slope);
            new.add(record.since, is.intensity, is.slope);
            self.bins[bin].replace(&old, &new);
            // Its errors, in place of those that were counted.
            self.total.add(&is);
            after += record.kick;
        }
        deviations[candidate.target as usize] = after;
    }

    /// Works the window off once more, from its start.
    pub fn repeat(
        &mut self,
        window: &Window<'_>,
        deviations: &mut [f64],
        record: impl FnMut(Record),
    ) {
        deviations.copy_from_slice(&self.origin);
        self.run(window, deviations, record);
    }

    /// Ends the window.
    pub fn commit(&mut self) {
        self.lanes.clone_from(&self.after);
    }

    fn run(
        &mut self,
        window: &Window<'_>,
        deviations: &mut [f64],
        mut record: impl FnMut(Record),
    ) -> Lanes {
        let crowd = &window.crowds[self.population];
        let mut lanes = self.lanes.clone();
        self.bins.clear();
        self.bins.resize(window.edges.len(), Bin::default());
        self.total = Total::NONE;
        self.counts.fill(0);
        let neurons = u32::try_from(deviations.len()).expect("a block in memory");
        let (mut chunk, mut steps) = (Chunk::new(), Steps::new());
        let (mut hazard, mut bin, mut next) = (0.0, 0, 0);
        loop {
            let mut count = 0;
            if crowd.total > 0.0 {
                chunk.lay_out(&mut lanes, crowd, (neurons, hazard), window.instructions);
                count = chunk.count_until(window.until);
                hazard = chunk.last_hazard();
            }
            let is_last = count < LENGTH;
            let reach = if is_last { window.until } else { chunk.jumps.since[LENGTH - 1] };
            let mut at = 0;
            while let Some(candidate) = self.candidates.get(next).filter(|c| c.since <= reach) {
                let to = chunk.jumps.since[..count].partition_point(|s| *s <= candidate.since);
                apply(&mut chunk, deviations, at..to, &mut record);
                at = to;
                self.consider(next, window, deviations, &mut record);
                next += 1;
            }
            apply(&mut chunk, deviations, at..count, &mut record);
            let (kinetics, motion) = (&crowd.kinetics, &crowd.motion);
            let total = steps.take(kinetics, motion, &mut chunk.jumps, count, window.instructions);
            self.total.add_all(&total);
            self.count(&chunk.sources[..count]);
            bin = self.sort(&chunk, &steps, count, (bin, window.edges));
            if is_last {
                return lanes;
            }
        }
    }

    fn count(&mut self, sources: &[u16]) {
        for (source, count) in self.counts.iter_mut().enumerate() {
            *count += sources.iter().filter(|s| usize::from(**s) == source).count() as u64;
        }
    }

    /// Adds what jumps change to their bins, from this bin on; returns the last one.
    fn sort(
        &mut self,
        chunk: &Chunk,
        steps: &Steps,
        count: usize,
        (mut bin, edges): (usize, &[f64]),
    ) -> usize {
        let mut sum = Bin::default();
        let mut end = edges.get(bin + 1).copied().unwrap_or(f64::INFINITY);
        let changes = steps.intensity.iter().zip(&steps.slope);
        for (since, (intensity, slope)) in chunk.jumps.since[..count].iter().zip(changes) {
            while *since > end {
                self.bins[bin].add_all(&sum);
                sum = Bin::default();
                bin += 1;
                end = edges.get(bin + 1).copied().unwrap_or(f64::INFINITY);
            }
            sum.add(*since, *intensity, *slope);
        }
        self.bins[bin].add_all(&sum);
        bin
    }

    /// Decides a candidate as far as that can be done here, and lets it happen if so.
    fn consider(
        &mut self,
        index: usize,
        window: &Window<'_>,
        deviations: &mut [f64],
        record: &mut impl FnMut(Record),
    ) {
        let crowd = &window.crowds[self.population];
        let candidate = &mut self.candidates[index];
        let Candidate { since, target, source, .. } = *candidate;
        let scale = crowd.scale_at(since);
        let before = deviations[target as usize];
        candidate.own = 0.0;
        if source == self.population {
            let z = crowd.motion.offset + crowd.motion.offset_slope * since + scale * before;
            candidate.own = window.network.populations[source].gain.intensity(z);
        }
        candidate.taken = match candidate.status {
            Status::Accepted => true,
            Status::Rejected => false,
            Status::Open => candidate.level < window.crowds[source].lower - candidate.own,
        };
        if !candidate.taken {
            return;
        }
        let jump = crowd.sizes[source];
        let kick = jump / scale;
        let change = one(&crowd.kinetics, &crowd.motion, since, scale * before, jump);
        deviations[target as usize] = before + kick;
        record(Record { since, target, source: source as u16, kick, before });
        self.bins[candidate.bin].add(since, change.intensity, change.slope);
        self.total.add(&change);
        self.counts[source] += 1;
    }
}

/// Lets some jumps of a chunk happen, in order.
fn apply(
    chunk: &mut Chunk,
    deviations: &mut [f64],
    range: std::ops::Range<usize>,
    record: &mut impl FnMut(Record),
) {
    let targets = &chunk.targets[range.clone()];
    let kicks = &chunk.kicks[range.clone()];
    let before = &mut chunk.jumps.deviation[range.clone()];
    for ((target, kick), before) in targets.iter().zip(kicks).zip(before) {
        let deviation = &mut deviations[*target as usize];
        *before = *deviation;
        *deviation += kick;
    }
    for i in range {
        record(Record {
            since: chunk.jumps.since[i],
            target: chunk.targets[i],
            source: chunk.sources[i],
            kick: chunk.kicks[i],
            before: chunk.jumps.deviation[i],
        });
    }
}
