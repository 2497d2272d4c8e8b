//! What the neurons of one population add to its intensity sum, and how jumps change it.

#![allow(clippy::inline_always)]

use equipoise_model::{Gain, GainFunction, NeuronPopulation};

use super::draws::LOOKAHEAD;
use crate::vector::elementary::{COARSE_ERROR, exp_coarse, larger, smaller};
use crate::vector::{InstructionSet, Kernel, WIDTH};

/// Largest jump of the potentiation, in units of the gain's width, for which one exponential serves both
/// the old and the new intensity.
const LONGEST_STRIDE: f64 = 50.0;
/// Arguments of exponentials are cut off here: `exp(-300) < 1e-130`.
const FAR: f64 = 300.0;

/// One value for each jump that a segment can hold.
pub(super) type Row = [f64; LOOKAHEAD];

/// The motion common to a population from a time on, to first order in the time since:
/// `z = offset + offset_slope dt + scale y`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Motion {
    /// `x_a`.
    pub offset: f64,
    /// `dx_a/dt`.
    pub offset_slope: f64,
    /// `I_a`.
    pub drive: f64,
    /// `dI_a/dt`.
    pub drive_slope: f64,
}

/// The jumps of a segment onto one population, in order.
#[derive(Debug, Clone)]
pub(super) struct Jumps {
    /// Time since the start of the segment.
    pub since: Row,
    /// `s_a` at that time.
    pub scale: Row,
    /// `y` of the target just before.
    pub deviation: Row,
    /// Jump of the potentiation.
    pub jump: Row,
    /// What it multiplies `exp(-z/slope)` by, for a logistic gain.
    pub factor: Row,
}

impl Default for Jumps {
    fn default() -> Self {
        let zero = [0.0; LOOKAHEAD];
        Self { since: zero, scale: zero, deviation: zero, jump: zero, factor: [1.0; LOOKAHEAD] }
    }
}

/// Sums over jumps of what each changes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Change {
    /// Of `sum lambda`.
    pub intensity: f64,
    /// Of `sum lambda' dz/dt`.
    pub slope: f64,
    /// What the changes of the slope have added until the end of the segment.
    pub lag: f64,
    /// Increases of the curvature bound.
    pub curvature: f64,
    /// Speeds before and after, which measure the rounding of the slope.
    pub speed: f64,
}

/// What one neuron adds to the sums of its population.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Contribution {
    pub intensity: f64,
    pub slope: f64,
    pub curvature: f64,
    pub speed: f64,
}

/// What the kernels need of a population, looked up once.
#[derive(Debug, Clone)]
pub(super) struct Kinetics {
    gain: Gain,
    form: Form,
    /// `1/tau`.
    pub leak: f64,
    /// `I_1`, the bound of `|dI/dt|`.
    drive_slope: f64,
    /// `tau I_1`.
    least_velocity: f64,
    /// `L_1`.
    pub derivative_bound: f64,
    /// `L_2`.
    curvature_bound: f64,
}

/// How intensities are computed.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// By the kernel for logistic gains.
    Logistic { max_rate: f64, threshold: f64, inverse_slope: f64 },
    /// By the gain itself, neuron by neuron.
    Any,
}

impl Kinetics {
    /// Looks them up; `largest_jump` is the largest `|J_ab|/sqrt(n)` onto the population.
    pub fn of(population: &NeuronPopulation, largest_jump: f64) -> Self {
        let drive_slope = population.drive.derivative_bound();
        Self {
            form: Form::of(&population.gain, largest_jump),
            leak: 1.0 / population.time_constant,
            drive_slope,
            least_velocity: population.time_constant * drive_slope,
            derivative_bound: population.gain.derivative_bound(),
            curvature_bound: population.gain.curvature_bound(),
            gain: population.gain.clone(),
        }
    }

    /// What a jump multiplies `exp(-z/slope)` by.
    pub fn factor(&self, jump: f64) -> f64 {
        match self.form {
            Form::Logistic { inverse_slope, .. } => (-jump * inverse_slope).exp(),
            Form::Any => 1.0,
        }
    }

    /// Bound of the error of one intensity as the kernels compute it.
    pub fn intensity_error(&self) -> f64 {
        match self.form {
            Form::Logistic { max_rate, .. } => COARSE_ERROR * max_rate,
            Form::Any => 8.0 * f64::EPSILON * self.gain.supremum(),
        }
    }

    /// Bound of the error of one derivative as the kernels compute it.
    pub fn derivative_error(&self) -> f64 {
        8.0 * COARSE_ERROR * self.derivative_bound
    }

    /// Of a neuron at this potentiation, with this drive at the time; to rounding.
    #[inline]
    pub fn contribution(&self, drive: f64, potentiation: f64) -> Contribution {
        let (intensity, derivative) = self.gain.intensity_and_derivative(potentiation);
        let velocity = drive - potentiation * self.leak;
        let speed = larger(velocity.abs(), self.least_velocity);
        let curvature = self.curvature(speed);
        Contribution { intensity, slope: derivative * velocity, curvature, speed }
    }

    /// Bound of `|d^2 lambda/dt^2|` of a neuron of this speed.
    #[inline(always)]
    fn curvature(&self, speed: f64) -> f64 {
        self.curvature_bound * speed * speed
            + self.derivative_bound * (speed * self.leak + self.drive_slope)
    }

    /// What jumps change, from the start of a segment until `end` after it. Beyond `count` the rows are
    /// overwritten by jumps of nothing.
    #[inline]
    pub fn change(
        &self,
        jumps: &mut Jumps,
        count: usize,
        motion: &Motion,
        end: f64,
        instructions: InstructionSet,
    ) -> Change {
        let padded = count.next_multiple_of(WIDTH);
        jumps.jump[count..padded].fill(0.0);
        jumps.factor[count..padded].fill(1.0);
        match self.form {
            Form::Logistic { max_rate, threshold, inverse_slope } => {
                instructions.run(LogisticChange {
                    kinetics: self,
                    max_rate,
                    threshold,
                    inverse_slope,
                    jumps,
                    count: padded,
                    motion,
                    end,
                })
            }
            Form::Any => self.change_one_by_one(jumps, count, motion, end),
        }
    }

    fn change_one_by_one(&self, jumps: &Jumps, count: usize, motion: &Motion, end: f64) -> Change {
        let mut change = Change::default();
        for i in 0..count {
            let since = jumps.since[i];
            let z =
                motion.offset + motion.offset_slope * since + jumps.scale[i] * jumps.deviation[i];
            let drive = motion.drive + motion.drive_slope * since;
            let before = self.contribution(drive, z);
            let after = self.contribution(drive, z + jumps.jump[i]);
            change.intensity += after.intensity - before.intensity;
            change.slope += after.slope - before.slope;
            change.lag += (after.slope - before.slope) * (end - since);
            change.curvature += (after.curvature - before.curvature).max(0.0);
            change.speed += after.speed + before.speed;
        }
        change
    }

    /// Sums over all neurons of a population with deviations `y`, at the start of `motion`.
    pub fn total(
        &self,
        deviations: &[f64],
        scale: f64,
        motion: &Motion,
        instructions: InstructionSet,
    ) -> Contribution {
        match self.form {
            Form::Logistic { max_rate, threshold, inverse_slope } => {
                instructions.run(LogisticTotal {
                    kinetics: self,
                    max_rate,
                    threshold,
                    inverse_slope,
                    deviations,
                    scale,
                    motion,
                })
            }
            Form::Any => {
                let z = deviations.iter().map(|y| motion.offset + scale * y);
                z.map(|z| self.contribution(motion.drive, z)).fold(Contribution::default(), add)
            }
        }
    }
}

fn add(a: Contribution, b: Contribution) -> Contribution {
    Contribution {
        intensity: a.intensity + b.intensity,
        slope: a.slope + b.slope,
        curvature: a.curvature + b.curvature,
        speed: a.speed + b.speed,
    }
}

impl Form {
    fn of(gain: &Gain, largest_jump: f64) -> Self {
        match gain {
            Gain::Logistic(logistic) if largest_jump <= LONGEST_STRIDE * logistic.slope => {
                let (max_rate, threshold) = (logistic.max_rate, logistic.threshold);
                Self::Logistic { max_rate, threshold, inverse_slope: 1.0 / logistic.slope }
            }
            _ => Self::Any,
        }
    }
}

/// [`Change`] of a logistic population.
struct LogisticChange<'a> {
    kinetics: &'a Kinetics,
    max_rate: f64,
    threshold: f64,
    inverse_slope: f64,
    jumps: &'a Jumps,
    /// A multiple of [`WIDTH`].
    count: usize,
    motion: &'a Motion,
    end: f64,
}

impl Kernel for LogisticChange<'_> {
    type Output = Change;

    #[inline(always)]
    fn run(self) -> Change {
        let mut sums = [[0.0; WIDTH]; 5];
        let steep = self.max_rate * self.inverse_slope;
        let Kinetics { leak, least_velocity, derivative_bound, curvature_bound, .. } =
            *self.kinetics;
        let motion = *self.motion;
        let jumps = self.jumps;
        for at in (0..self.count.min(LOOKAHEAD)).step_by(WIDTH) {
            let (since, scale) = (eight(&jumps.since, at), eight(&jumps.scale, at));
            let (deviation, jump) = (eight(&jumps.deviation, at), eight(&jumps.jump, at));
            let factor = eight(&jumps.factor, at);
            for i in 0..WIDTH {
                let z = motion.offset + motion.offset_slope * since[i] + scale[i] * deviation[i];
                let u = (self.threshold - z) * self.inverse_slope;
                let e1 = exp_coarse(larger(smaller(u, FAR), -FAR));
                let e2 = e1 * factor[i];
                let (f1, f2) = (1.0 + e1, 1.0 + e2);
                let both = 1.0 / (f1 * f2);
                let (p1, p2) = (f2 * both, f1 * both);
                let v1 = motion.drive + motion.drive_slope * since[i] - leak * z;
                let v2 = v1 - leak * jump[i];
                let (w1, w2) = (larger(v1.abs(), least_velocity), larger(v2.abs(), least_velocity));
                let slope = steep * (p2 * p2 * e2 * v2 - p1 * p1 * e1 * v1);
                let bend = (w2 - w1) * (curvature_bound * (w2 + w1) + derivative_bound * leak);
                sums[0][i] += self.max_rate * (p2 - p1);
                sums[1][i] += slope;
                sums[2][i] += slope * (self.end - since[i]);
                sums[3][i] += larger(bend, 0.0);
                sums[4][i] += w1 + w2;
            }
        }
        let [intensity, slope, lag, curvature, speed] = sums.map(across);
        Change { intensity, slope, lag, curvature, speed }
    }
}

/// [`Kinetics::total`] of a logistic population.
struct LogisticTotal<'a> {
    kinetics: &'a Kinetics,
    max_rate: f64,
    threshold: f64,
    inverse_slope: f64,
    deviations: &'a [f64],
    scale: f64,
    motion: &'a Motion,
}

impl LogisticTotal<'_> {
    #[inline(always)]
    fn add(&self, sums: &mut [[f64; WIDTH]; 4], deviations: &[f64; WIDTH], present: &[f64; WIDTH]) {
        let kinetics = self.kinetics;
        let steep = self.max_rate * self.inverse_slope;
        for i in 0..WIDTH {
            let z = self.motion.offset + self.scale * deviations[i];
            let u = (self.threshold - z) * self.inverse_slope;
            let e = exp_coarse(larger(smaller(u, FAR), -FAR));
            let p = 1.0 / (1.0 + e);
            let v = self.motion.drive - kinetics.leak * z;
            let w = larger(v.abs(), kinetics.least_velocity);
            sums[0][i] += present[i] * self.max_rate * p;
            sums[1][i] += present[i] * steep * (p * p * e * v);
            sums[2][i] += present[i] * kinetics.curvature(w);
            sums[3][i] += present[i] * w;
        }
    }
}

impl Kernel for LogisticTotal<'_> {
    type Output = Contribution;

    #[inline(always)]
    fn run(self) -> Contribution {
        let mut sums = [[0.0; WIDTH]; 4];
        let (chunks, rest) = self.deviations.as_chunks::<WIDTH>();
        for chunk in chunks {
            self.add(&mut sums, chunk, &[1.0; WIDTH]);
        }
        let (mut last, mut present) = ([0.0; WIDTH], [0.0; WIDTH]);
        last[..rest.len()].copy_from_slice(rest);
        present[..rest.len()].fill(1.0);
        self.add(&mut sums, &last, &present);
        let [intensity, slope, curvature, speed] = sums.map(across);
        Contribution { intensity, slope, curvature, speed }
    }
}

/// Eight entries of a row.
#[inline(always)]
pub(super) fn eight(row: &Row, at: usize) -> [f64; WIDTH] {
    *row[at..].first_chunk().expect("within the row")
}

/// Sum over the lanes, in a fixed order.
#[inline(always)]
fn across(lanes: [f64; WIDTH]) -> f64 {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
