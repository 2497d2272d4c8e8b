//! The candidates of a segment: their times, channels, neurons and levels.

#![allow(clippy::inline_always)]

use crate::vector::elementary::{NEAR_ZERO, exp, exp_near_zero, larger};
use crate::vector::{InstructionSet, Kernel, WIDTH};

use super::draws::{Ahead, Draws, LOOKAHEAD};
use super::inverse::Inverse;

/// One value for each candidate.
pub(super) type Row = [f64; LOOKAHEAD];
type Eight = [f64; WIDTH];

/// Candidates of one kind: spikes of a population, or jumps from an external source onto a population.
#[derive(Debug, Clone, Copy)]
pub(super) struct Channel {
    /// The population of the neuron that spikes or jumps.
    pub population: usize,
    /// The population that the candidates come from.
    pub source: usize,
    /// The gain, if it can be used: of spikes, where the drive is constant.
    pub inverse: Inverse,
    /// `N_b`, or `N_a N_x`: independent processes in the channel.
    pub processes: f64,
    /// Bounds of the intensity of one of them.
    pub floor: f64,
    pub ceiling: f64,
}

/// The candidates of a segment.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    /// Where a channel begins in the rate of all candidates.
    begins: Vec<f64>,
    /// Processes of each channel, inverted.
    inverse_processes: Vec<f64>,
    /// Neurons of the population of each channel.
    neurons: Vec<u64>,
    /// Rate of all candidates.
    pub rate: f64,
    pub times: Box<Row>,
    /// Uniform below the ceiling of the channel.
    pub levels: Box<Row>,
    /// A candidate is accepted if `w + y` of its neuron exceeds this; no number where it must be looked at.
    pub thresholds: Box<Row>,
    pub channels: Box<[u32; LOOKAHEAD]>,
    pub places: Box<[u32; LOOKAHEAD]>,
    /// `1/s_a` of each population.
    pub inverse_scales: Vec<Row>,
}

impl Segment {
    /// Of a network with these channels, onto populations of these numbers of neurons.
    pub fn new(channels: &[Channel], neurons: &[u64]) -> Self {
        Self {
            begins: vec![0.0; channels.len()],
            thresholds: Box::new([0.0; LOOKAHEAD]),
            inverse_processes: channels.iter().map(|channel| 1.0 / channel.processes).collect(),
            neurons: channels.iter().map(|channel| neurons[channel.population]).collect(),
            rate: 0.0,
            times: Box::new([0.0; LOOKAHEAD]),
            levels: Box::new([0.0; LOOKAHEAD]),
            channels: Box::new([0; LOOKAHEAD]),
            places: Box::new([0; LOOKAHEAD]),
            inverse_scales: vec![[0.0; LOOKAHEAD]; neurons.len()],
        }
    }

    /// Takes up the ceilings of the channels.
    pub fn set_rates(&mut self, channels: &[Channel]) {
        self.rate = 0.0;
        for (begin, channel) in self.begins.iter_mut().zip(channels) {
            *begin = self.rate;
            self.rate += channel.processes * channel.ceiling;
        }
    }

    /// Lays out the next `count` candidates from `start` on, and finds channels and neurons of the next `ahead`.
    pub fn lay_out(
        &mut self,
        draws: &Draws,
        start: f64,
        (count, ahead): (usize, usize),
        (channels, motion): (&[Channel], &[Motion]),
        instructions: InstructionSet,
    ) {
        let blocks = count.div_ceil(WIDTH).min(LOOKAHEAD / WIDTH);
        let marked = ahead.div_ceil(WIDTH).min(LOOKAHEAD / WIDTH);
        let fastest = motion.iter().fold(0.0, |m: f64, motion| m.max(motion.leak));
        let (ahead, now) = (draws.ahead(), draws.now());
        let longest = (ahead.arrivals[blocks * WIDTH - 1] - now) / self.rate;
        let plan = Plan { now, start, blocks, marked, channels, motion };
        if longest * fastest <= NEAR_ZERO {
            instructions.run(Layout::<true> { segment: self, ahead, plan });
        } else {
            instructions.run(Layout::<false> { segment: self, ahead, plan });
        }
    }
}

/// How the scale of a population moves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Motion {
    /// `x_a` at the start.
    pub steady: f64,
    /// `1/s_a` at the start.
    pub inverse_scale: f64,
    /// `1/tau_a`.
    pub leak: f64,
}

struct Plan<'a> {
    /// Hazard at the start.
    now: f64,
    start: f64,
    /// Candidates, in blocks of [`WIDTH`].
    blocks: usize,
    /// And those of which only channels and neurons are of use.
    marked: usize,
    channels: &'a [Channel],
    motion: &'a [Motion],
}

/// Lays candidates out; `NEAR` if decays until the last of them are short.
struct Layout<'a, const NEAR: bool> {
    segment: &'a mut Segment,
    ahead: Ahead<'a>,
    plan: Plan<'a>,
}

impl<const NEAR: bool> Kernel for Layout<'_, NEAR> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { segment, ahead, plan } = self;
        let gap = 1.0 / segment.rate;
        let arrivals = ahead.arrivals.as_chunks::<WIDTH>().0;
        let fractions = ahead.fractions.as_chunks::<WIDTH>().0;
        let places = ahead.places.as_chunks::<WIDTH>().0;
        for block in 0..plan.marked.min(LOOKAHEAD / WIDTH) {
            segment.mark(block, fractions[block], &places[block]);
        }
        for (block, arrivals) in arrivals.iter().enumerate().take(plan.blocks) {
            let (mut since, mut times) = ([0.0; WIDTH], [0.0; WIDTH]);
            for i in 0..WIDTH {
                since[i] = larger(arrivals[i] - plan.now, 0.0) * gap;
                times[i] = plan.start + since[i];
                // Scales belong to the time as it is rounded.
                since[i] = times[i] - plan.start;
            }
            segment.times.as_chunks_mut().0[block] = times;
            for (row, motion) in segment.inverse_scales.iter_mut().zip(plan.motion) {
                let mut scales = [0.0; WIDTH];
                for i in 0..WIDTH {
                    let x = since[i] * motion.leak;
                    let growth = if NEAR { exp_near_zero(x) } else { exp(x) };
                    scales[i] = motion.inverse_scale * growth;
                }
                row.as_chunks_mut().0[block] = scales;
            }
            segment.decide(block, &plan);
        }
    }
}

impl Segment {
    /// Channels, levels and neurons of a block of candidates.
    #[inline(always)]
    fn mark(&mut self, block: usize, fractions: Eight, words: &[u64; WIDTH]) {
        let mut begin = [self.begins[0]; WIDTH];
        let mut inverse = [self.inverse_processes[0]; WIDTH];
        let mut neurons = [self.neurons[0]; WIDTH];
        let mut channels = [0; WIDTH];
        let mut positions = [0.0; WIDTH];
        for i in 0..WIDTH {
            positions[i] = fractions[i] * self.rate;
        }
        for channel in 1..self.begins.len() {
            let threshold = self.begins[channel];
            let (width, count) = (self.inverse_processes[channel], self.neurons[channel]);
            for i in 0..WIDTH {
                let later = positions[i] >= threshold;
                begin[i] = if later { threshold } else { begin[i] };
                inverse[i] = if later { width } else { inverse[i] };
                neurons[i] = if later { count } else { neurons[i] };
                channels[i] += u64::from(later);
            }
        }
        let mut levels = [0.0; WIDTH];
        let (mut places, mut narrow) = ([0; WIDTH], [0; WIDTH]);
        for i in 0..WIDTH {
            levels[i] = (positions[i] - begin[i]) * inverse[i];
            // The upper word of the product with the count, as counts are below 2^32.
            let low = (words[i] & 0xffff_ffff) * neurons[i];
            places[i] = (((words[i] >> 32) * neurons[i] + (low >> 32)) >> 32) as u32;
            narrow[i] = channels[i] as u32;
        }
        self.levels.as_chunks_mut().0[block] = levels;
        self.places.as_chunks_mut().0[block] = places;
        self.channels.as_chunks_mut().0[block] = narrow;
    }

    /// Thresholds of a block of candidates.
    #[inline(always)]
    fn decide(&mut self, block: usize, plan: &Plan) {
        let levels: Eight = self.levels.as_chunks().0[block];
        let numbers: [u32; WIDTH] = self.channels.as_chunks().0[block];
        let mut thresholds = [f64::NAN; WIDTH];
        let (mut last, mut inverted) = (Inverse::None, None);
        for (number, channel) in plan.channels.iter().enumerate() {
            let mut own = [f64::NAN; WIDTH];
            // Populations often have the same gain.
            if channel.inverse != last {
                (last, inverted) = (channel.inverse, channel.inverse.potentiations(&levels));
            }
            if let Some(potentiations) = inverted {
                let scales: Eight = self.inverse_scales[channel.population].as_chunks().0[block];
                let steady = plan.motion[channel.population].steady;
                for i in 0..WIDTH {
                    own[i] = (potentiations[i] - steady) * scales[i];
                }
            } else {
                for i in 0..WIDTH {
                    own[i] = if levels[i] < channel.floor { f64::NEG_INFINITY } else { own[i] };
                }
            }
            for i in 0..WIDTH {
                thresholds[i] = if numbers[i] as usize == number { own[i] } else { thresholds[i] };
            }
        }
        self.thresholds.as_chunks_mut().0[block] = thresholds;
    }
}
