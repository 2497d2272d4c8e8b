//! When the candidates of a segment come, and the scales at these times.

#![allow(clippy::inline_always)]

use serde::{Deserialize, Serialize};

use crate::vector::elementary::{NEAR_ZERO, exp, exp_near_zero, larger};
use crate::vector::{InstructionSet, Kernel, WIDTH};

use super::draws::{Draws, LOOKAHEAD};
use super::inverse::Inverse;
use super::marks::{CERTAIN, Marks};

/// One value for each candidate.
pub(super) type Row = [f64; LOOKAHEAD];
type Eight = [f64; WIDTH];

/// Candidates of one kind: spikes of a population, or jumps from an external source onto a population.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Channel {
    /// The population of the neuron that spikes or jumps.
    pub population: usize,
    /// The population that the candidates come from.
    pub source: usize,
    /// Processes of a neuron: 1, or `N_x`.
    pub processes: f64,
    /// The gain, if it can be used: of spikes, where the drive is constant.
    pub inverse: Inverse,
}

/// How the scale of a population moves.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Motion {
    /// `x_a` at the start.
    pub steady: f64,
    /// `1/s_a` at the start.
    pub inverse_scale: f64,
    /// `1/tau_a`.
    pub leak: f64,
}

impl Motion {
    #[inline(always)]
    fn decays_like(&self, other: &Self) -> bool {
        self.inverse_scale == other.inverse_scale && self.leak == other.leak
    }

    /// `1/s_a` so long after the start; `NEAR` if that is short.
    #[inline(always)]
    fn inverse_scales<const NEAR: bool>(&self, since: &Eight) -> Eight {
        let mut scales = [0.0; WIDTH];
        for i in 0..WIDTH {
            let x = since[i] * self.leak;
            let growth = if NEAR { exp_near_zero(x) } else { exp(x) };
            scales[i] = self.inverse_scale * growth;
        }
        scales
    }
}

/// The candidates of a segment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Segment {
    #[serde(with = "crate::arrays")]
    pub times: Box<Row>,
    /// A candidate is accepted if `w + y` of its neuron exceeds this; no number where it must be looked at.
    #[serde(with = "crate::arrays")]
    pub thresholds: Box<Row>,
    /// `1/s_a` of each population.
    #[serde(with = "crate::arrays")]
    pub inverse_scales: Vec<Row>,
}

impl Segment {
    /// Of a network of so many populations.
    pub fn new(populations: usize) -> Self {
        Self {
            times: Box::new([0.0; LOOKAHEAD]),
            thresholds: Box::new([0.0; LOOKAHEAD]),
            inverse_scales: vec![[0.0; LOOKAHEAD]; populations],
        }
    }

    /// Lays out the next `count` candidates from `start` on, where all come at this rate.
    pub fn lay_out(
        &mut self,
        (draws, marks): (&Draws, &Marks),
        (start, rate): (f64, f64),
        count: usize,
        (channels, motion): (&[Channel], &[Motion]),
        instructions: InstructionSet,
    ) {
        let blocks = count.div_ceil(WIDTH).min(LOOKAHEAD / WIDTH);
        let fastest = motion.iter().fold(0.0, |m: f64, motion| m.max(motion.leak));
        let (arrivals, now) = (draws.arrivals(), draws.now());
        let gap = 1.0 / rate;
        let longest = (arrivals[blocks * WIDTH - 1] - now) * gap;
        let (next, now) = (draws.next(), draws.now());
        let marks = (marks.levels(next), marks.channels(next));
        let plan = Plan { arrivals, now, start, gap, blocks, marks, channels, motion };
        if longest * fastest <= NEAR_ZERO {
            instructions.run(Layout::<true> { segment: self, plan });
        } else {
            instructions.run(Layout::<false> { segment: self, plan });
        }
    }
}

struct Plan<'a> {
    arrivals: &'a Row,
    /// Hazard at the start.
    now: f64,
    start: f64,
    /// Mean time between candidates.
    gap: f64,
    /// Candidates, in blocks of [`WIDTH`].
    blocks: usize,
    /// Levels and channels.
    marks: (&'a [f64], &'a [u32]),
    channels: &'a [Channel],
    motion: &'a [Motion],
}

/// Lays candidates out; `NEAR` if decays until the last of them are short.
struct Layout<'a, const NEAR: bool> {
    segment: &'a mut Segment,
    plan: Plan<'a>,
}

impl<const NEAR: bool> Kernel for Layout<'_, NEAR> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { segment, plan } = self;
        let arrivals = plan.arrivals.as_chunks::<WIDTH>().0;
        for (block, arrivals) in arrivals.iter().enumerate().take(plan.blocks) {
            let (mut since, mut times) = ([0.0; WIDTH], [0.0; WIDTH]);
            for i in 0..WIDTH {
                since[i] = larger(arrivals[i] - plan.now, 0.0) * plan.gap;
                times[i] = plan.start + since[i];
                // Scales belong to the time as it is rounded.
                since[i] = times[i] - plan.start;
            }
            segment.times.as_chunks_mut().0[block] = times;
            let mut last: Option<(&Motion, Eight)> = None;
            for (row, motion) in segment.inverse_scales.iter_mut().zip(plan.motion) {
                // Populations often move alike.
                let scales = match last {
                    Some((other, scales)) if other.decays_like(motion) => scales,
                    _ => motion.inverse_scales::<NEAR>(&since),
                };
                last = Some((motion, scales));
                row.as_chunks_mut().0[block] = scales;
            }
            segment.decide(block, &plan);
        }
    }
}

impl Segment {
    /// Thresholds of a block of candidates.
    #[inline(always)]
    fn decide(&mut self, block: usize, plan: &Plan) {
        let levels: Eight = plan.marks.0.as_chunks().0[block];
        let numbers: [u32; WIDTH] = plan.marks.1.as_chunks().0[block];
        let mut thresholds = [f64::NAN; WIDTH];
        let (mut last, mut inverted) = (Inverse::None, None);
        for (number, channel) in plan.channels.iter().enumerate() {
            // Populations often have the same gain.
            if channel.inverse != last {
                (last, inverted) = (channel.inverse, channel.inverse.potentiations(&levels));
            }
            let Some(potentiations) = inverted else { continue };
            let scales: Eight = self.inverse_scales[channel.population].as_chunks().0[block];
            let steady = plan.motion[channel.population].steady;
            for i in 0..WIDTH {
                let own = (potentiations[i] - steady) * scales[i];
                thresholds[i] = if numbers[i] as usize == number { own } else { thresholds[i] };
            }
        }
        for i in 0..WIDTH {
            let certain = levels[i] == CERTAIN;
            thresholds[i] = if certain { f64::NEG_INFINITY } else { thresholds[i] };
        }
        self.thresholds.as_chunks_mut().0[block] = thresholds;
    }
}
