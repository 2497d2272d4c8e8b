//! What of a window holds: decisions of candidates in order, and the first time at which a sum leaves its bounds.

use equipoise_model::Network;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::state::NetworkState;

use super::Windowed;
use super::bins::{Bin, Course, Total};
use super::block::{Block, Record, Window};
use super::candidate::{Candidate, Status};

/// How a window ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Ending {
    /// When, since its start.
    pub since: f64,
    /// The candidate (block, number) that the carried sums could not decide.
    pub undecided: Option<(usize, usize)>,
}

/// What the carried sum says of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Taken,
    Jump,
    NoJump,
    Unclear,
}

impl Windowed {
    /// Finds out how far the window holds, after all its blocks have been worked off; decides the candidates until then.
    pub(super) fn resolve(&mut self, network: &Network, state: &mut NetworkState) -> Ending {
        self.add_up();
        let mut ending = Ending { since: self.length, undecided: None };
        for block in 0..self.blocks.len() {
            ending.since = ending.since.min(self.first_above(network, state, block));
        }
        for population in 0..self.crowds.len() {
            ending.since = ending.since.min(self.first_worn(network, state, population));
        }
        let mut courses: Vec<Course> = self
            .crowds
            .iter()
            .map(|crowd| Course::from(crowd.sum.value, crowd.sum.slope))
            .collect();
        for bin in 0..self.edges.len() {
            let since = self.edges[bin];
            if since >= ending.since {
                break;
            }
            if let Some(place) = self.starters[bin] {
                match self.judge(place, &courses) {
                    Verdict::Unclear => return Ending { since, undecided: Some(place) },
                    Verdict::Jump => {
                        let until = self.accept(network, state, place);
                        ending.since = ending.since.min(until);
                    }
                    Verdict::NoJump => self.candidate(place).status = Status::Rejected,
                    Verdict::Taken => {}
                }
            }
            for (population, course) in courses.iter_mut().enumerate() {
                if !self.surely_holds(population, bin, course) {
                    let exit = self.first_exit(network, state, (population, bin), *course);
                    ending.since = ending.since.min(exit);
                }
                course.pass(&self.bins[population][bin]);
            }
        }
        ending
    }

    pub(super) fn candidate(&mut self, (block, number): (usize, usize)) -> &mut Candidate {
        &mut self.blocks[block].candidates[number]
    }

    /// Sums over the blocks, in their order.
    pub(super) fn add_up(&mut self) {
        for population in 0..self.crowds.len() {
            let bins = &mut self.bins[population];
            bins.clear();
            bins.resize(self.edges.len(), Bin::default());
            self.totals[population] = Total::NONE;
        }
        for block in &self.blocks {
            for (bin, own) in self.bins[block.population].iter_mut().zip(&block.bins) {
                bin.add_all(own);
            }
            self.totals[block.population].add_all(&block.total);
        }
    }

    fn judge(&self, (block, number): (usize, usize), courses: &[Course]) -> Verdict {
        let Candidate { since, source, level, own, status, taken, .. } =
            self.blocks[block].candidates[number];
        if taken || status != Status::Open {
            return Verdict::Taken;
        }
        let value = courses[source].value(since) - own;
        let error = self.crowds[source].allowance;
        if level < value - error {
            Verdict::Jump
        } else if level > value + error {
            Verdict::NoJump
        } else {
            Verdict::Unclear
        }
    }

    /// Lets a candidate happen, and puts the later jumps of its block right; returns until when the window can still hold.
    fn accept(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        place: (usize, usize),
    ) -> f64 {
        self.candidate(place).status = Status::Accepted;
        let block = &mut self.blocks[place.0];
        let population = block.population;
        let (old, old_total) = (block.bins.clone(), block.total);
        self.let_happen(network, state, place);
        let block = &self.blocks[place.0];
        let total = &mut self.totals[population];
        for ((bin, old), new) in self.bins[population].iter_mut().zip(&old).zip(&block.bins) {
            bin.replace(old, new);
        }
        // Not below what it is.
        total.count += (block.total.count - old_total.count).max(0.0);
        total.curvature += (block.total.curvature - old_total.curvature).max(0.0);
        total.speed += (block.total.speed - old_total.speed).max(0.0);
        total.kink += (block.total.kink - old_total.kink).max(0.0);
        total.highest = total.highest.max(block.total.highest);
        let above = self.first_above(network, state, place.0);
        above.min(self.first_worn(network, state, population))
    }

    /// Puts a block right after one of its candidates was accepted.
    fn let_happen(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        (index, number): (usize, usize),
    ) {
        let Self { crowds, edges, instructions, blocks, length, .. } = self;
        let window = Window { network, crowds, edges, until: *length, instructions: *instructions };
        let block = &mut blocks[index];
        let range = block.first..block.first + block.origin.len();
        let deviations = &mut state.parts(block.population).0[range];
        if block.is_alone(number) {
            block.accept(number, &window, deviations);
        } else {
            block.repeat(&window, deviations, |_| ());
        }
    }

    /// Works one block off once more, until this time.
    pub(super) fn repeat(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        block: usize,
        until: f64,
        record: impl FnMut(Record),
    ) {
        let Self { crowds, edges, instructions, blocks, .. } = self;
        let window = Window { network, crowds, edges, until, instructions: *instructions };
        let block = &mut blocks[block];
        let range = block.first..block.first + block.origin.len();
        block.repeat(&window, &mut state.parts(block.population).0[range], record);
    }

    /// Whether the sum stays within its bounds all through a bin, whatever the order of the jumps in it.
    fn surely_holds(&self, population: usize, bin: usize, course: &Course) -> bool {
        let crowd = &self.crowds[population];
        let Bin { rise, fall, .. } = self.bins[population][bin];
        let value = course.value(self.edges[bin]);
        let speed = crowd.kinetics.derivative_bound * self.totals[population].speed;
        let slack =
            2.0 * (self.drift(course.slope()) + speed * self.part()) + 2.0 * crowd.allowance;
        let below = crowd.upper == crowd.sum.largest || value + rise + slack <= crowd.upper;
        let above = crowd.lower == 0.0 || value + fall - slack >= crowd.lower;
        below && above
    }

    /// The length of a bin, at most.
    fn part(&self) -> f64 {
        self.length / self.pace.parts as f64
    }

    /// What the sum drifts by until the next jump or the next bin.
    fn drift(&self, slope: f64) -> f64 {
        slope.abs() * self.part()
    }

    /// The first jump of a bin, or its start, after which the sum may leave its bounds before the next one; infinite if there is
    /// none.
    fn first_exit(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        (population, bin): (usize, usize),
        mut course: Course,
    ) -> f64 {
        let begin = self.edges[bin];
        let end = self.edges.get(bin + 1).copied().unwrap_or(self.length);
        let records = self.records(network, state, population, (begin, end));
        if self.is_near_bounds(population, &course, begin) {
            return begin;
        }
        for record in records {
            let (since, change) = (record.since, self.crowds[population].change(&record));
            let mut step = Bin::default();
            step.add(since, change.intensity, change.slope);
            course.pass(&step);
            if self.is_near_bounds(population, &course, since) {
                return since;
            }
        }
        f64::INFINITY
    }

    fn is_near_bounds(&self, population: usize, course: &Course, since: f64) -> bool {
        let crowd = &self.crowds[population];
        let slack = crowd.allowance + self.drift(course.slope());
        let value = course.value(since);
        let below = crowd.upper == crowd.sum.largest || value + slack <= crowd.upper;
        let above = crowd.lower == 0.0 || value - slack >= crowd.lower;
        !(below && above)
    }

    /// The jumps onto a population after one time until another, or of a candidate at the first, in order.
    fn records(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        population: usize,
        (begin, end): (f64, f64),
    ) -> Vec<Record> {
        let Self { crowds, edges, instructions, blocks, pace, .. } = self;
        let until = self.length;
        let window = Window { network, crowds, edges, until, instructions: *instructions };
        let deviations: Vec<&mut [f64]> = state.blocks(pace.block).collect();
        let of_block = |(block, deviations): (&mut Block, &mut [f64])| {
            let mut records = Vec::new();
            let at_begin = block.candidates.iter().any(|candidate| candidate.since == begin);
            block.repeat(&window, deviations, |record| {
                let after = record.since > begin || (at_begin && record.since == begin);
                if after && record.since <= end {
                    records.push(record);
                }
            });
            records
        };
        let own = |pair: &(&mut Block, &mut [f64])| pair.0.population == population;
        let lists: Vec<Vec<Record>> =
            blocks.par_iter_mut().zip(deviations).filter(own).map(of_block).collect();
        let mut records = lists.concat();
        records.sort_by(|x, y| x.since.total_cmp(&y.since));
        records
    }

    /// The first jump of a block after which its neuron is above the ceiling.
    fn first_above(&mut self, network: &Network, state: &mut NetworkState, block: usize) -> f64 {
        let population = self.blocks[block].population;
        let (crowd, length) = (&self.crowds[population], self.length);
        if !crowd.is_above(self.blocks[block].total.highest, length) {
            return f64::INFINITY;
        }
        let mut records = Vec::new();
        self.repeat(network, state, block, self.length, |record| records.push(record));
        let is_above = |record: &&Record| {
            let crowd = &self.crowds[population];
            crowd.is_above(crowd.change(record).highest, length)
        };
        records.iter().find(is_above).map_or(f64::INFINITY, |record| record.since)
    }

    /// The first jump onto a population after which the error of the sum may be larger than was allowed for.
    fn first_worn(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        population: usize,
    ) -> f64 {
        let age = self.start - self.summed + self.length;
        let mut bin = Bin::default();
        self.bins[population].iter().for_each(|own| bin.add_all(own));
        let crowd = &self.crowds[population];
        let sum = crowd.passed(self.length, &bin, &self.totals[population]);
        if 2.0 * sum.error(age) <= 2.0 * crowd.allowance {
            return f64::INFINITY;
        }
        let records = self.records(network, state, population, (-1.0, self.length));
        let (mut bin, mut total) = (Bin::default(), Total::NONE);
        for record in records {
            let (since, change) = (record.since, self.crowds[population].change(&record));
            bin.add(since, change.intensity, change.slope);
            total.add(&change);
            let sum = self.crowds[population].passed(self.length, &bin, &total);
            if sum.error(age) > self.crowds[population].allowance {
                return since;
            }
        }
        f64::INFINITY
    }
}
