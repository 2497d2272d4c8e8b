//! Blocks of candidates: all of them that does not depend on the jumps among them, in vector registers.

use std::array::from_fn;
use std::hint::select_unpredictable;
use std::iter::zip;

use rand::Rng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::lanes::{Generators, LANES, exp, ln, logit, uniform};
use super::populations::Populations;

/// Candidates of a lane in a block.
const ROWS: usize = 64;
/// One value for each candidate. Those of a lane follow each other in time, and the lanes one another.
#[derive(Debug, Clone)]
#[repr(align(64))]
struct Column<T>([[T; LANES]; ROWS]);

impl<T: Copy> Column<T> {
    fn of(value: T) -> Self {
        Self([[value; LANES]; ROWS])
    }

    #[inline(always)]
    fn flat(&self) -> &[T] {
        self.0.as_flattened()
    }

    #[inline(always)]
    fn flat_mut(&mut self) -> &mut [T] {
        self.0.as_flattened_mut()
    }
}

/// The candidates of a block.
#[derive(Debug, Clone)]
pub struct Candidates<const P: usize> {
    words: Column<u64>,
    time: Column<f64>,
    source: Column<u32>,
    target: Column<u32>,
    /// Logit of the level; then the `y` of the source above which the candidate is a jump.
    threshold: Column<f64>,
    /// Change of the target's `y`.
    kick: Column<f64>,
    growth: [Column<f64>; P],
}

/// Where random words come from.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "there is one of them")]
pub enum Words {
    /// One generator, one word after the other.
    OneByOne(Xoshiro256PlusPlus),
    /// Eight generators side by side.
    Vectors(Generators),
}

/// When a block of candidates is.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Time after which the candidates come.
    pub start: f64,
    /// Mean time between two candidates.
    pub mean_gap: f64,
    /// Time at which all growths are 1.
    pub origin: f64,
}

/// How many 32-bit words [`index`] rejects.
pub fn rejected(bound: usize) -> u64 {
    (1 << 32) % bound as u64
}

/// An index below `bound`, all alike, if the second part is at least [`rejected`] of `bound`.
///
/// # Source
/// Lemire (2019), doi:10.1145/3230636.
#[inline(always)]
fn index(word: u64, bound: usize) -> (u32, u64) {
    let product = (word & 0xffff_ffff) * (bound as u64 & 0xffff_ffff);
    ((product >> 32) as u32, product & 0xffff_ffff)
}

impl<const P: usize> Candidates<P> {
    /// A place for a block.
    pub fn empty() -> Self {
        Self {
            words: Column::of(0),
            time: Column::of(0.0),
            source: Column::of(0),
            target: Column::of(0),
            threshold: Column::of(0.0),
            kick: Column::of(0.0),
            growth: [const { Column([[0.0; LANES]; ROWS]) }; P],
        }
    }

    /// Draws the candidates that follow `start`.
    #[inline(always)]
    pub fn draw(&mut self, p: &Populations<P>, words: &mut Words, span: Span) {
        self.draw_words(words);
        self.set_times(span.start, span.mean_gap);
        self.draw_words(words);
        self.set_pairs(p.neurons);
        self.draw_words(words);
        self.set_logits(p);
        self.set_growths(p, span.origin);
        self.scale(p);
    }

    /// Decides the candidates before `horizon` and lets the jumps happen; returns how many they are.
    #[inline(always)]
    pub fn happen(&self, deviations: &mut [f64], horizon: f64) -> u64 {
        let mut jumps = 0;
        for lane in 0..LANES {
            let mut rows = ROWS;
            if self.time.0[ROWS - 1][lane] >= horizon {
                rows = self.time.0.iter().take_while(|row| row[lane] < horizon).count();
            }
            jumps += self.decide(lane, rows, deviations);
        }
        jumps
    }

    /// Time of the last candidate.
    pub fn last_time(&self) -> f64 {
        self.time.0[ROWS - 1][LANES - 1]
    }

    #[inline(always)]
    fn draw_words(&mut self, words: &mut Words) {
        match words {
            Words::OneByOne(rng) => {
                self.words.flat_mut().iter_mut().for_each(|word| *word = rng.next_u64());
            }
            Words::Vectors(generators) => generators.fill(&mut self.words.0),
        }
    }

    /// Times after `start`: exponential gaps, summed along each lane and over the lanes before.
    #[inline(always)]
    fn set_times(&mut self, start: f64, mean_gap: f64) {
        for (time, word) in zip(self.time.flat_mut(), self.words.flat()) {
            *time = -mean_gap * ln(uniform(*word));
        }
        let mut sums = [0.0; LANES];
        for row in &mut self.time.0 {
            for (sum, time) in zip(&mut sums, row) {
                *sum += *time;
                *time = *sum;
            }
        }
        let mut begin = start;
        for sum in &mut sums {
            (begin, *sum) = (begin + *sum, begin);
        }
        for row in &mut self.time.0 {
            for (begin, time) in zip(&sums, row) {
                *time += begin;
            }
        }
    }

    /// Sources and targets; a candidate without gets a saturated level.
    #[inline(always)]
    fn set_pairs(&mut self, neurons: usize) {
        let (least_source, least_target) = (rejected(neurons), rejected(neurons - 1));
        let indices = zip(self.source.flat_mut(), self.target.flat_mut());
        let levels = self.threshold.flat_mut();
        for (((source, target), word), level) in zip(zip(indices, self.words.flat()), levels) {
            let (neuron, first) = index(*word, neurons);
            let (other, second) = index(*word >> 32, neurons - 1);
            let drawn = first >= least_source && second >= least_target;
            *source = neuron;
            *target = other + u32::from(other >= neuron);
            *level = if drawn { 0.0 } else { f64::INFINITY };
        }
    }

    /// Logits of levels, which are uniform in units of the saturated intensity of the source.
    #[inline(always)]
    fn set_logits(&mut self, p: &Populations<P>) {
        let excess = p.excess;
        let numbers = zip(zip(self.threshold.flat_mut(), self.words.flat()), self.source.flat());
        for ((threshold, word), source) in numbers {
            let level = uniform(*word) * p.at(excess, *source);
            *threshold += if level < 1.0 { logit(level) } else { f64::INFINITY };
        }
    }

    #[inline(always)]
    fn set_growths(&mut self, p: &Populations<P>, origin: f64) {
        for a in 0..P {
            let (before, rest) = self.growth.split_at_mut(a);
            if let Some(same) = (0..a).find(|b| p.leak[*b] == p.leak[a]) {
                rest[0].0 = before[same].0;
                continue;
            }
            for (growth, time) in zip(rest[0].flat_mut(), self.time.flat()) {
                *growth = exp((time - origin) * p.leak[a]);
            }
        }
    }

    /// Thresholds and kicks in units of `y`.
    #[inline(always)]
    fn scale(&mut self, p: &Populations<P>) {
        let middle = from_fn(|b| p.threshold[b] - p.rest[b]);
        let (slope, jumps) = (p.slope, p.jumps);
        let growths: [&[f64]; P] = from_fn(|a| self.growth[a].flat());
        let (sources, targets) = (self.source.flat(), self.target.flat());
        let outputs = zip(self.threshold.flat_mut(), self.kick.flat_mut());
        for (i, (threshold, kick)) in outputs.enumerate() {
            let (source, target) = (sources[i], targets[i]);
            let growth = from_fn(|a| growths[a][i]);
            let above = p.at(slope, source).mul_add(*threshold, p.at(middle, source));
            *threshold = above * p.at(growth, source);
            let jump = p.at(from_fn(|a| p.at(jumps[a], source)), target);
            *kick = jump * p.at(growth, target);
        }
    }

    /// Decides the candidates of a lane and lets the jumps happen; returns how many they are.
    #[inline(always)]
    fn decide(&self, lane: usize, rows: usize, deviations: &mut [f64]) -> u64 {
        let mut jumps = 0;
        for row in 0..rows {
            let (source, target) = (self.source.0[row][lane], self.target.0[row][lane]);
            let jump = deviations[source as usize] > self.threshold.0[row][lane];
            deviations[target as usize] += select_unpredictable(jump, self.kick.0[row][lane], 0.0);
            jumps += u64::from(jump);
        }
        jumps
    }
}
