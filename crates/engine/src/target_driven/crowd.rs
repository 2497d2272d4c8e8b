//! What the method knows of one neuron population.

use equipoise_model::Network;
use serde::{Deserialize, Serialize};

use crate::state::NetworkState;
use crate::stream::Stream;
use crate::vector::InstructionSet;

use super::draws::{Draws, LOOKAHEAD};
use super::inflow::Inflow;
use super::kinetics::{Change, Kinetics, Motion};
use super::sums::IntensitySum;

/// Bounds leave room for this many standard deviations of what the jumps of a segment change.
const DEVIATIONS: f64 = 4.0;
/// So many of the largest jumps may raise the highest neuron within a segment.
const RISES: f64 = 2.0;
/// The error of a sum that is worth a fresh one, as a part of what is left to decisions without it.
const WORTHWHILE: f64 = 1.0 / 4.0;

/// What the method knows of a neuron population.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Crowd {
    pub neurons: f64,
    pub kinetics: Kinetics,
    pub sum: IntensitySum,
    pub inflow: Inflow,
    pub motion: Motion,
    /// What the jumps of the segment change.
    pub change: Change,
    /// `own_a`, the intensity at the ceiling.
    pub own: f64,
    /// No neuron has been above this since the fresh sum.
    highest: f64,
    /// A jump that brings a neuron above this ends the segment.
    ceiling: f64,
    /// The largest jump, and the largest upward one.
    largest: f64,
    largest_rise: f64,
    /// Bound of `|d^2 I/dt^2|`.
    drive_curvature: f64,
    /// What the bounds leave room for, for the square root of each jump.
    stray: f64,
    /// How far from the continued sum the bounds of the segment are, upwards and downwards.
    room: (f64, f64),
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
            change: Change::NONE,
            own: 0.0,
            highest: f64::NEG_INFINITY,
            ceiling: f64::NEG_INFINITY,
            largest,
            largest_rise: sizes.iter().fold(0.0, |m: f64, x| m.max(*x)),
            drive_curvature: population.drive.curvature_bound(),
            stray: 0.0,
            room: (0.0, 0.0),
            capacity: 1,
            time_constant: population.time_constant,
            kinetics,
        }
    }

    pub fn look(&mut self, network: &Network, state: &NetworkState, index: usize, time: f64) {
        self.motion = Motion::of(network, state, index, time);
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
        self.sum.set(&total, self.neurons, &self.kinetics);
        self.highest = f64::NEG_INFINITY;
        // The drive alone brings no neuron above this.
        self.raise(total.highest.max(self.time_constant * highest_drive));
        self.stray = DEVIATIONS * self.largest * (total.steepness / self.neurons).sqrt();
        // Where decisions by the room for jumps are half as many as ends by the last jump.
        let best = (0.5 * total.intensity / self.stray).powi(2).cbrt();
        // Written so that what is no number becomes 1.
        self.capacity = if best >= 1.0 { best.min(LOOKAHEAD as f64) as usize } else { 1 };
    }

    /// No neuron is above this.
    fn raise(&mut self, highest: f64) {
        if highest > self.highest {
            self.highest = highest;
            self.ceiling = highest + RISES * self.largest_rise;
            self.own = self.kinetics.intensity(self.ceiling);
        }
    }

    /// A segment of this length has passed, in which `count` jumps have changed the sum.
    pub fn pass(&mut self, elapsed: f64, count: usize, change: &Change) {
        self.sum.pass(elapsed, change);
        self.raise(change.highest + self.shift(elapsed));
        let (value, slope) = self.wear(elapsed, count, change);
        self.sum.value_error += value;
        self.sum.slope_error += slope;
    }

    /// How far the motion beyond first order can have moved a neuron.
    fn shift(&self, elapsed: f64) -> f64 {
        0.5 * self.time_constant * self.drive_curvature * elapsed * elapsed
    }

    /// What `count` jumps have added to the errors of `R^` and `D^`: roundings of the kernels, kinks, and the motion beyond
    /// first order, by which the jumps are off in position and speed.
    fn wear(&self, elapsed: f64, count: usize, change: &Change) -> (f64, f64) {
        let (bound, relative) = (self.kinetics.derivative_bound, self.kinetics.relative_error());
        let shift = self.shift(elapsed);
        let quickening = 2.0 * self.kinetics.leak * shift;
        // A neuron that is taken to be on the wrong side of a kink is within reach of it, and is counted among the kinks.
        let count = 2.0 * count as f64;
        let curvature = self.kinetics.curvature_bound;
        let slope = change.kink + change.speed * (2.0 * relative * bound + curvature * shift);
        let rounding = relative * self.own + self.kinetics.cut_off();
        (count * (rounding + bound * shift), slope + count * bound * quickening)
    }

    /// Whether the error at this age is worth a fresh sum.
    pub fn is_worn(&self, age: f64) -> bool {
        self.sum.error(age) > WORTHWHILE * (self.room_for_jumps() + self.own)
    }

    fn room_for_jumps(&self) -> f64 {
        self.stray * ((self.capacity - 1) as f64).sqrt()
    }

    /// Bounds of the intensity sum over a segment of this length, for sums of this age at its end.
    pub fn bounds(&mut self, span: f64, age: f64) -> (f64, f64) {
        let room = self.room_for_jumps() + self.sum.error(age);
        let IntensitySum { value, slope, largest, .. } = self.sum;
        let (highest, lowest) =
            (value + (span * slope).max(0.0) + room, value + (span * slope).min(0.0) - room);
        self.room = (room, room);
        // Written so that what is no number (an overflow) becomes the bound that always holds.
        let upper = if highest < largest { highest } else { largest };
        if upper == largest {
            self.room.0 = f64::INFINITY;
        }
        if lowest > 0.0 {
            return (lowest, upper);
        }
        self.room.1 = f64::INFINITY;
        (0.0, upper)
    }

    /// What the jumps of the segment, which have been applied, change until `elapsed` after its start.
    pub fn look_at_jumps(&mut self, elapsed: f64, instructions: InstructionSet) {
        let Self { kinetics, inflow, motion, .. } = self;
        let count = inflow.count;
        self.change = if count == 0 {
            Change::NONE
        } else {
            kinetics.change(&mut inflow.jumps, count, motion, elapsed, instructions)
        };
    }

    /// The first jump after which the bounds might not hold; with the same arguments as
    /// [`Crowd::bounds`].
    pub fn first_beyond(&self, span: f64, age: f64) -> Option<usize> {
        let count = self.inflow.count;
        if self.holds(span, age, count, &self.change) {
            return None;
        }
        let changes = self.kinetics.changes(&self.inflow.jumps, count, &self.motion, span);
        let beyond = |(index, change): (usize, Change)| !self.holds(span, age, index + 1, &change);
        changes.enumerate().position(beyond)
    }

    /// Whether the bounds hold until the end of the longest segment, if no jump follows these.
    fn holds(&self, span: f64, age: f64, count: usize, change: &Change) -> bool {
        let (value, slope) = self.wear(span, count, change);
        let sum = IntensitySum {
            curvature: self.sum.curvature + change.curvature,
            value_error: self.sum.value_error + value,
            slope_error: self.sum.slope_error + slope,
            ..self.sum
        };
        let off = sum.error(age) + span * change.turning;
        change.rise + off <= self.room.0
            && change.fall + off <= self.room.1
            && change.highest + self.shift(span) <= self.ceiling
    }
}

#[cfg(test)]
impl Crowd {
    /// Leaves jumps little room until the next fresh sum.
    pub fn narrow(&mut self) {
        let usual = DEVIATIONS * self.largest * self.kinetics.derivative_bound;
        self.stray = self.stray.min(0.02 * usual);
    }
}

#[cfg(test)]
mod tests {
    use equipoise_model::gain::Logistic;
    use equipoise_model::schedule::Sine;
    use equipoise_model::{Gain, GainFunction, Schedule};

    use super::*;
    use crate::stream::{Purpose, stream};
    use crate::target_driven::kinetics::Jumps;
    use crate::target_driven::tests::swept_pair;

    /// A neuron that a weak sine moves otherwise than to first order, and a jump at the end of the segment that brings it from where the
    /// gain is steep to where it is flat.
    #[test]
    fn jumps_are_off_by_no_more_than_their_wear() {
        const END: f64 = 0.05;
        let gain = Gain::Logistic(Logistic { max_rate: 1.0, threshold: 0.0, slope: 1.0 });
        let mut network = swept_pair(1, &gain);
        let set = InstructionSet::best();
        for phase in 0..16 {
            let phase = f64::from(phase) * std::f64::consts::TAU / 16.0;
            let sine = Sine { mean: 0.0, amplitude: 0.02, frequency: 0.8, phase };
            network.populations[0].drive = Schedule::Sine(sine);
            let drive = &network.populations[0].drive;
            let state = NetworkState::new(&network, vec![vec![0.0]; 2]);
            let mut crowd = Crowd::new(&network, 0, stream(1, 0, Purpose::Jumps), set);
            crowd.look(&network, &state, 0, 0.0);
            crowd.sum_afresh(&state, 0, (0.0, drive.supremum_from(0.0)), set);
            let mut jumps = Jumps::default();
            jumps.since[0] = END;
            jumps.scale[0] = state.common(0, END).scale;
            jumps.deviation[0] = state.deviation(0, 0);
            jumps.jump[0] = -10.0;
            jumps.factor[0] = crowd.kinetics.factor(-10.0);
            let change = crowd.kinetics.change(&mut jumps, 1, &crowd.motion, END, set);
            let (value, slope) = crowd.wear(END, 1, &change);

            let at = |z: f64| {
                let (intensity, derivative) = gain.intensity_and_derivative(z);
                (intensity, derivative * (drive.value(END) - z / crowd.time_constant))
            };
            let z = state.potentiation(0, 0, END);
            let (before, after) = (at(z), at(z - 10.0));
            let off = (change.intensity - (after.0 - before.0)).abs();
            assert!(off <= value, "intensity off by {off}, not {value}");
            let off = (change.slope - (after.1 - before.1)).abs();
            assert!(off <= slope, "slope off by {off}, not {slope}");
        }
    }
}
