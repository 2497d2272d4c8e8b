//! What the method knows of one neuron population.

use equipoise_model::{GainFunction, Network, NeuronPopulation};

use crate::state::NetworkState;
use crate::stream::Stream;
use crate::vector::InstructionSet;

use super::draws::{Draws, LOOKAHEAD};
use super::inflow::Inflow;
use super::kinetics::{Change, Kinetics, Motion};
use super::sums::IntensitySum;

/// What a segment costs, in units of what a decision costs.
const SEGMENT_COST: f64 = 0.7;
/// The error of a sum that is worth a fresh one, as a part of what the jumps of a segment may change.
const WORTHWHILE: f64 = 1.0 / 32.0;

/// What the method knows of a neuron population.
#[derive(Debug, Clone)]
pub(super) struct Crowd {
    pub neurons: f64,
    pub kinetics: Kinetics,
    pub sum: IntensitySum,
    pub inflow: Inflow,
    pub motion: Motion,
    /// Largest intensity of one neuron until the end of the segment: the supremum, if the gain has one.
    pub own: f64,
    /// Highest potentiation, where the gain has no bound.
    highest: f64,
    /// The largest upward jump.
    largest_rise: f64,
    /// Bound of `|d^2 I/dt^2|`.
    drive_curvature: f64,
    /// `delta_a`: the largest change of an intensity by one jump.
    pub stride: f64,
    /// The largest increase of `|dz/dt|` by one jump, times `L_1`.
    quickening: f64,
    /// Most jumps of a segment.
    pub capacity: usize,
    pub time_constant: f64,
}

impl Crowd {
    pub fn new(
        network: &Network,
        index: usize,
        stream: Stream,
        instructions: InstructionSet,
    ) -> Self {
        let population = &network.populations[index];
        let sizes: Vec<f64> = (0..network.source_count()).map(|b| network.jump(index, b)).collect();
        let largest = sizes.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        let kinetics = Kinetics::of(population, largest);
        let factors = sizes.iter().map(|size| kinetics.factor(*size)).collect();
        let count = u32::try_from(population.count).expect("a population in memory");
        let draws = Draws::new(count, stream, instructions);
        Self {
            neurons: population.count as f64,
            sum: IntensitySum::of(population),
            inflow: Inflow::new(draws, sizes.clone(), factors, kinetics.leak),
            motion: Motion::default(),
            own: population.gain.supremum(),
            highest: f64::NEG_INFINITY,
            largest_rise: sizes.iter().fold(0.0, |m: f64, x| m.max(*x)),
            drive_curvature: population.drive.curvature_bound(),
            stride: (kinetics.derivative_bound * largest).min(population.gain.supremum()),
            quickening: kinetics.derivative_bound * largest * kinetics.leak,
            capacity: 1,
            time_constant: population.time_constant,
            kinetics,
        }
    }

    pub fn look(&mut self, network: &Network, state: &NetworkState, index: usize, time: f64) {
        let offset = state.offset(index, time);
        let drive = state.drive(index, time);
        let drive_slope = network.populations[index].drive.derivative(time);
        let offset_slope = drive - offset * self.kinetics.leak;
        self.motion = Motion { offset, offset_slope, drive, drive_slope };
    }

    pub fn sum_afresh(
        &mut self,
        state: &NetworkState,
        index: usize,
        (time, highest_drive): (f64, f64),
        set: InstructionSet,
    ) {
        let scale = state.common(index, time).scale;
        let total = self.kinetics.total(state.deviations(index), scale, &self.motion, set);
        let relative = self.kinetics.relative_error();
        self.sum.set(&total, self.neurons, relative, self.kinetics.derivative_bound);
        // The drive alone brings no neuron above this.
        self.highest = total.highest.max(self.time_constant * highest_drive);
        let best = (0.5 * SEGMENT_COST * total.intensity / self.stride).sqrt();
        // Written so that what is no number becomes 1.
        self.capacity = if best >= 1.0 { best.min(LOOKAHEAD as f64) as usize } else { 1 };
    }

    /// A segment of this length has passed, in which `count` jumps have changed the sum.
    pub fn pass(&mut self, elapsed: f64, count: usize, change: &Change) {
        let Self { kinetics, sum, .. } = self;
        sum.pass(elapsed, change);
        // Roundings of the kernels, kinks, and the motion beyond first order: off by `x` in position, by `v` in speed.
        let (bound, relative) = (kinetics.derivative_bound, kinetics.relative_error());
        let v = self.drive_curvature * elapsed * elapsed;
        let x = 0.5 * self.time_constant * v;
        self.highest = self.highest.max(change.highest + x);
        // A neuron that is taken to be on the wrong side of a kink is within reach of it, and is counted among the kinks.
        let count = 2.0 * count as f64;
        sum.value_error += count * (relative * self.own + bound * x);
        sum.slope_error +=
            change.kink + change.speed * (2.0 * relative * bound + kinetics.curvature_bound * x);
        sum.slope_error += count * bound * v;
    }

    /// Brings the largest intensity of one neuron up to date, over a segment.
    pub fn look_at_largest(&mut self, population: &NeuronPopulation) {
        if self.sum.largest == f64::INFINITY {
            let highest = self.highest + self.capacity as f64 * self.largest_rise;
            self.own = population.gain.intensity(highest);
        }
    }

    /// Whether the error at this age is worth a fresh sum.
    pub fn is_worn(&self, age: f64) -> bool {
        let bearable = (self.capacity as f64 * self.stride).max(self.own);
        self.sum.error(age) > WORTHWHILE * bearable
    }

    /// Bounds of the intensity sum over a segment of this length, for sums of this age at its start.
    pub fn bounds(&self, span: f64, age: f64) -> (f64, f64) {
        let slack = self.slack(span) + self.sum.error(age);
        let highest = self.sum.value + slack;
        // Written so that what is no number (an overflow) becomes the bound that always holds.
        let upper = if highest < self.sum.largest { highest } else { self.sum.largest };
        ((self.sum.value - slack).max(0.0), upper)
    }

    /// What the intensity sum can change by in a segment of this length.
    fn slack(&self, span: f64) -> f64 {
        let others = (self.capacity - 1) as f64;
        let speed = self.time_constant * self.sum.curvature + others * self.quickening;
        others * self.stride + span * speed
    }
}
