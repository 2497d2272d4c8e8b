//! The jumps onto one population within a segment that need no decision.

#![allow(clippy::inline_always)]

use serde::{Deserialize, Serialize};

use crate::state::NetworkState;
use crate::vector::elementary::{NEAR_ZERO, exp, exp_near_zero, larger, smaller};
use crate::vector::{InstructionSet, Kernel, WIDTH};

use super::draws::{Ahead, Draws, LOOKAHEAD};
use super::kinetics::{Jumps, Row, eight};

/// Scale of a population at a time from which it is continued by a short exponential.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Anchor {
    time: f64,
    scale: f64,
}

/// Jumps onto one population: drawn ahead, then applied, then counted in the sums.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Inflow {
    pub draws: Draws,
    /// `J_ab / sqrt(n)` of each source.
    sizes: Vec<f64>,
    /// What such a jump multiplies `exp(-z/slope)` by.
    factors: Vec<f64>,
    leak: f64,
    anchor: Anchor,
    /// `C_ab`, the intensity of each source that needs no decision.
    pub certain: Vec<f64>,
    /// Fractions from which on a jump is of this source or a later one.
    thresholds: Vec<f64>,
    /// `Lambda_a`, the rate of these jumps.
    pub rate: f64,
    /// Its inverse.
    mean_gap: f64,
    pub jumps: Jumps,
    /// When.
    #[serde(with = "crate::arrays")]
    times: Row,
    /// Change of the deviation.
    #[serde(with = "crate::arrays")]
    kicks: Row,
    #[serde(with = "crate::arrays")]
    sources: [u16; LOOKAHEAD],
    /// Jumps of the segment.
    pub count: usize,
    /// How many of them have been applied.
    pub applied: usize,
}

impl Inflow {
    /// Onto a population with this leak `1/tau` and these jumps.
    pub fn new(draws: Draws, sizes: Vec<f64>, factors: Vec<f64>, leak: f64) -> Self {
        Self {
            draws,
            leak,
            anchor: Anchor { time: f64::NAN, scale: 1.0 },
            certain: vec![0.0; sizes.len()],
            thresholds: vec![0.0; sizes.len()],
            sizes,
            factors,
            rate: 0.0,
            mean_gap: f64::INFINITY,
            jumps: Jumps::default(),
            times: [0.0; LOOKAHEAD],
            kicks: [0.0; LOOKAHEAD],
            sources: [0; LOOKAHEAD],
            count: 0,
            applied: 0,
        }
    }

    /// Jump of the potentiation caused by this source.
    pub fn size(&self, source: usize) -> f64 {
        self.sizes[source]
    }

    /// Forgets the anchor: the population was written anew.
    pub fn release(&mut self) {
        self.anchor.time = f64::NAN;
    }

    /// Takes the certain intensities over for `neurons` targets.
    pub fn set_rate(&mut self, neurons: f64) {
        let total: f64 = self.certain.iter().sum();
        self.rate = neurons * total;
        self.mean_gap = 1.0 / self.rate;
        let part = 1.0 / total;
        let mut before = 0.0;
        for (threshold, certain) in self.thresholds.iter_mut().zip(&self.certain) {
            *threshold = before * part;
            before += certain;
        }
    }

    /// When the `number`-th of the next jumps comes (1 is the next).
    pub fn arrival(&self, number: usize, start: f64) -> f64 {
        let hazard = self.draws.ahead().arrivals[number - 1] - self.draws.now();
        start + larger(hazard, 0.0) * self.mean_gap
    }

    /// No jumps.
    pub fn clear(&mut self) {
        (self.count, self.applied) = (0, 0);
    }

    /// How many jumps there are in a time from now on, at most `most`.
    pub fn count_until(&self, elapsed: f64, most: usize) -> usize {
        if self.rate == 0.0 {
            return 0;
        }
        let hazard = self.draws.now() + elapsed * self.rate;
        self.draws.ahead().arrivals[..most].partition_point(|arrival| *arrival <= hazard)
    }

    /// Lays out `count` jumps, which come from `start` to `end`.
    pub fn plan(
        &mut self,
        state: &NetworkState,
        population: usize,
        (start, end): (f64, f64),
        count: usize,
        instructions: InstructionSet,
    ) {
        (self.count, self.applied) = (count, 0);
        if count == 0 {
            return;
        }
        let is_near = |anchor: Anchor, leak| (end - anchor.time) * leak <= NEAR_ZERO;
        if !is_near(self.anchor, self.leak) {
            self.anchor = Anchor { time: start, scale: state.common(population, start).scale };
        }
        if is_near(self.anchor, self.leak) {
            instructions.run(self.layout::<true>(start, end));
        } else {
            instructions.run(self.layout::<false>(start, end));
        }
    }

    fn layout<const NEAR: bool>(&mut self, start: f64, end: f64) -> Layout<'_, NEAR> {
        Layout {
            ahead: self.draws.ahead(),
            now: self.draws.now(),
            mean_gap: self.mean_gap,
            start,
            end,
            count: self.count,
            since_anchor: start - self.anchor.time,
            scale: self.anchor.scale,
            inverse_scale: 1.0 / self.anchor.scale,
            leak: self.leak,
            sizes: &self.sizes,
            factors: &self.factors,
            thresholds: &self.thresholds,
            jumps: &mut self.jumps,
            times: &mut self.times,
            kicks: &mut self.kicks,
            sources: &mut self.sources,
        }
    }

    /// Applies the jumps that come until `time`, in order.
    #[inline]
    pub fn apply(&mut self, deviations: &mut [f64], tally: &mut [u64], time: f64) {
        let from = self.applied;
        let mut to = self.count;
        while to > from && self.times[to - 1] > time {
            to -= 1;
        }
        let targets = &self.draws.ahead().targets[from..to];
        let kicks = &self.kicks[from..to];
        let before = &mut self.jumps.deviation[from..to];
        for ((target, kick), before) in targets.iter().zip(kicks).zip(before) {
            let deviation = &mut deviations[*target as usize];
            *before = *deviation;
            *deviation += kick;
        }
        let sources = &self.sources[from..to];
        for (source, tally) in tally.iter_mut().enumerate() {
            // In numbers as wide as the sources, which take vector instructions.
            let count: u16 = sources.iter().map(|s| u16::from(usize::from(*s) == source)).sum();
            *tally += u64::from(count);
        }
        self.applied = to;
    }

    /// Takes back all jumps but the first `count`.
    pub fn rewind(&mut self, deviations: &mut [f64], tally: &mut [u64], count: usize) {
        let targets = self.draws.ahead().targets;
        for i in (count..self.applied).rev() {
            deviations[targets[i] as usize] = self.jumps.deviation[i];
            tally[usize::from(self.sources[i])] -= 1;
        }
        self.applied = self.applied.min(count);
    }

    /// When the jump of this index comes, from 0.
    pub fn time(&self, index: usize) -> f64 {
        self.times[index]
    }

    /// How many of the jumps come until this time.
    pub fn count_at(&self, time: f64) -> usize {
        self.times[..self.count].iter().filter(|at| **at <= time).count()
    }

    /// The next jump, for a caller that applies it: its target and source.
    pub fn take_one(&mut self, instructions: InstructionSet) -> (usize, usize) {
        let Ahead { arrivals, targets, fractions } = self.draws.ahead();
        let (arrival, target, fraction) = (arrivals[0], targets[0] as usize, fractions[0]);
        let later = |threshold: &&f64| fraction >= **threshold;
        let source = self.thresholds[1..].iter().filter(later).count();
        self.draws.advance(arrival, 1, instructions);
        (target, source)
    }

    /// Time of the next jump that has not been applied.
    pub fn next_time(&self) -> f64 {
        if self.applied < self.count { self.times[self.applied] } else { f64::INFINITY }
    }

    /// Applies one jump; returns its target and source.
    pub fn apply_one(&mut self, deviations: &mut [f64], tally: &mut [u64]) -> (usize, usize) {
        let i = self.applied;
        let target = self.draws.ahead().targets[i] as usize;
        self.jumps.deviation[i] = deviations[target];
        deviations[target] += self.kicks[i];
        let source = usize::from(self.sources[i]);
        tally[source] += 1;
        self.applied += 1;
        (target, source)
    }
}

/// Times, types and kicks of the arrivals ahead.
struct Layout<'a, const NEAR: bool> {
    ahead: Ahead<'a>,
    now: f64,
    mean_gap: f64,
    start: f64,
    end: f64,
    count: usize,
    since_anchor: f64,
    scale: f64,
    inverse_scale: f64,
    leak: f64,
    sizes: &'a [f64],
    factors: &'a [f64],
    thresholds: &'a [f64],
    jumps: &'a mut Jumps,
    times: &'a mut Row,
    kicks: &'a mut Row,
    sources: &'a mut [u16; LOOKAHEAD],
}

impl<const NEAR: bool> Layout<'_, NEAR> {
    /// The decay over `x` time constants and its inverse.
    #[inline(always)]
    fn decay(x: f64) -> (f64, f64) {
        if NEAR { (exp_near_zero(-x), exp_near_zero(x)) } else { (exp(-x), exp(x)) }
    }

    /// Jump, factor and source of the arrivals with these fractions.
    #[inline(always)]
    fn types(&self, fractions: Eight) -> (Eight, Eight, [u64; WIDTH]) {
        let mut sizes = [self.sizes[0]; WIDTH];
        let mut factors = [self.factors[0]; WIDTH];
        let mut sources = [0; WIDTH];
        for source in 1..self.sizes.len() {
            let (threshold, size, factor) =
                (self.thresholds[source], self.sizes[source], self.factors[source]);
            for i in 0..WIDTH {
                let later = fractions[i] >= threshold;
                sizes[i] = if later { size } else { sizes[i] };
                factors[i] = if later { factor } else { factors[i] };
                sources[i] += u64::from(later);
            }
        }
        (sizes, factors, sources)
    }
}

impl<const NEAR: bool> Kernel for Layout<'_, NEAR> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for at in (0..self.count.min(LOOKAHEAD)).step_by(WIDTH) {
            let (sizes, factors, sources) = self.types(eight(self.ahead.fractions, at));
            let arrivals = eight(self.ahead.arrivals, at);
            let (mut since, mut scales) = ([0.0; WIDTH], [0.0; WIDTH]);
            let (mut kicks, mut times) = ([0.0; WIDTH], [0.0; WIDTH]);
            for i in 0..WIDTH {
                since[i] = larger(arrivals[i] - self.now, 0.0) * self.mean_gap;
                let (decay, growth) = Self::decay((self.since_anchor + since[i]) * self.leak);
                scales[i] = self.scale * decay;
                kicks[i] = sizes[i] * (self.inverse_scale * growth);
                times[i] = smaller(self.start + since[i], self.end);
            }
            self.jumps.since[at..at + WIDTH].copy_from_slice(&since);
            self.jumps.scale[at..at + WIDTH].copy_from_slice(&scales);
            self.jumps.jump[at..at + WIDTH].copy_from_slice(&sizes);
            self.jumps.factor[at..at + WIDTH].copy_from_slice(&factors);
            self.times[at..at + WIDTH].copy_from_slice(&times);
            self.kicks[at..at + WIDTH].copy_from_slice(&kicks);
            self.sources[at..at + WIDTH].copy_from_slice(&sources.map(|source| source as u16));
        }
    }
}

type Eight = [f64; WIDTH];
