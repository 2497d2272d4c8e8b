//! What the neurons of one population add to its intensity sum, and how jumps change it.
//!
//! * `shape`: gains without branches; `kernels`: sums over jumps and over neurons.

mod kernels;
pub(crate) mod shape;
#[cfg(test)]
pub(crate) mod tests;

use equipoise_model::gain::Kink;
use equipoise_model::{Gain, GainFunction, Network, NeuronPopulation};

use super::draws::LOOKAHEAD;
use crate::state::NetworkState;
use crate::vector::elementary::COARSE_ERROR;
use crate::vector::{InstructionSet, WIDTH};

use kernels::{ChangeKernel, TotalKernel};
use serde::{Deserialize, Serialize};
use shape::{CUT_OFF, Linear, Logistic, Probit};

/// Largest jump of the potentiation, in units of the gain's width, for which one exponential serves both
/// the old and the new intensity.
const LONGEST_STRIDE: f64 = 50.0;

/// One value for each jump that a segment can hold.
pub(crate) type Row = [f64; LOOKAHEAD];

/// Eight entries of a row.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(crate) fn eight(row: &Row, at: usize) -> [f64; WIDTH] {
    *row[at..].first_chunk().expect("within the row")
}

/// The motion common to a population from a time on, to first order in the time since:
/// `z = offset + offset_slope dt + scale y`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Motion {
    /// `x_a`.
    pub offset: f64,
    /// `dx_a/dt`.
    pub offset_slope: f64,
    /// `I_a`.
    pub drive: f64,
    /// `dI_a/dt`.
    pub drive_slope: f64,
}

impl Motion {
    /// Of a population, from this time on.
    pub fn of(network: &Network, state: &NetworkState, population: usize, time: f64) -> Self {
        let (offset, drive) = (state.offset(population, time), state.drive(population, time));
        let NeuronPopulation { drive: schedule, time_constant, .. } =
            &network.populations[population];
        let offset_slope = drive - offset * (1.0 / time_constant);
        Self { offset, offset_slope, drive, drive_slope: schedule.derivative(time) }
    }
}

/// The jumps of a segment onto one population, in order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Jumps {
    /// Time since the start of the segment.
    #[serde(with = "crate::arrays")]
    pub since: Row,
    /// `s_a` at that time.
    #[serde(with = "crate::arrays")]
    pub scale: Row,
    /// `y` of the target just before.
    #[serde(with = "crate::arrays")]
    pub deviation: Row,
    /// Jump of the potentiation.
    #[serde(with = "crate::arrays")]
    pub jump: Row,
    /// What it multiplies `exp(-z/slope)` by, for a logistic gain.
    #[serde(with = "crate::arrays")]
    pub factor: Row,
}

impl Default for Jumps {
    fn default() -> Self {
        let zero = [0.0; LOOKAHEAD];
        Self { since: zero, scale: zero, deviation: zero, jump: zero, factor: [1.0; LOOKAHEAD] }
    }
}

/// What one neuron adds to the sums of its population, or what all of them do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contribution {
    /// `lambda`.
    pub intensity: f64,
    /// `lambda' dz/dt`.
    pub slope: f64,
    /// Bound of `|d^2 lambda/dt^2|` away from a kink.
    pub curvature: f64,
    /// `w`, the bound of `|dz/dt|`.
    pub speed: f64,
    /// What a kink within reach can change the slope by.
    pub kink: f64,
    /// `lambda'^2`.
    pub steepness: f64,
    /// The highest potentiation.
    pub highest: f64,
}

impl Contribution {
    /// Of no neuron.
    pub const NONE: Self = Self {
        intensity: 0.0,
        slope: 0.0,
        curvature: 0.0,
        speed: 0.0,
        kink: 0.0,
        steepness: 0.0,
        highest: f64::NEG_INFINITY,
    };

    pub fn and(self, other: Self) -> Self {
        Self {
            intensity: self.intensity + other.intensity,
            slope: self.slope + other.slope,
            curvature: self.curvature + other.curvature,
            speed: self.speed + other.speed,
            kink: self.kink + other.kink,
            steepness: self.steepness + other.steepness,
            highest: self.highest.max(other.highest),
        }
    }
}

/// Sums over jumps of what each changes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Change {
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
    /// What kinks within reach after the jumps can change the slope by.
    pub kink: f64,
    /// The highest potentiation after a jump.
    pub highest: f64,
    /// The most by which the changes of the intensity up to some jump have raised it; not below that.
    pub rise: f64,
    /// The same for what they have lowered it by.
    pub fall: f64,
    /// Changes of the slope, without their signs.
    pub turning: f64,
}

impl Change {
    /// By no jump.
    pub const NONE: Self = Self {
        intensity: 0.0,
        slope: 0.0,
        lag: 0.0,
        curvature: 0.0,
        speed: 0.0,
        kink: 0.0,
        highest: f64::NEG_INFINITY,
        rise: 0.0,
        fall: 0.0,
        turning: 0.0,
    };

    /// One more jump, this long before the end of the segment.
    pub fn add(&mut self, before: &Contribution, after: &Contribution, left: f64) {
        let slope = after.slope - before.slope;
        self.intensity += after.intensity - before.intensity;
        self.slope += slope;
        self.lag += slope * left;
        self.curvature += (after.curvature - before.curvature).max(0.0);
        self.speed += after.speed + before.speed;
        self.kink += after.kink;
        self.highest = self.highest.max(after.highest);
        self.rise = self.rise.max(self.intensity);
        self.fall = self.fall.max(-self.intensity);
        self.turning += slope.abs();
    }
}

/// What the kernels need of a population, looked up once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kinetics {
    gain: Gain,
    pub form: Form,
    kink: Option<Kink>,
    /// How long sums are used: a neuron can come within reach of a kink in this time.
    pub lifetime: f64,
    /// `1/tau`.
    pub leak: f64,
    /// `I_1`, the bound of `|dI/dt|`.
    drive_slope: f64,
    /// `tau I_1`.
    pub least_velocity: f64,
    /// `L_1`.
    pub derivative_bound: f64,
    /// `L_2`.
    pub curvature_bound: f64,
}

/// How intensities are computed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Form {
    Logistic(Logistic),
    Linear(Linear),
    Probit(Probit),
    /// By the gain itself, neuron by neuron.
    Any,
}

/// What is to be done with the shape of a form, and with one that has none.
macro_rules! with_shape {
    ($form:expr, $shape:ident => $body:expr, any => $any:expr) => {
        match $form {
            $crate::target_driven::kinetics::Form::Logistic($shape) => $body,
            $crate::target_driven::kinetics::Form::Linear($shape) => $body,
            $crate::target_driven::kinetics::Form::Probit($shape) => $body,
            $crate::target_driven::kinetics::Form::Any => $any,
        }
    };
}
pub(crate) use with_shape;

impl Form {
    /// Of a gain, with the largest jump of the potentiation that a step must serve.
    pub fn of(gain: &Gain, largest_jump: f64) -> Self {
        let linear = |gain: &Gain, refractory_time| match gain {
            Gain::ThresholdLinear(linear) => Self::Linear(Linear {
                gain: linear.gain,
                threshold: linear.threshold,
                refractory_time,
            }),
            _ => Self::Any,
        };
        match gain {
            Gain::Logistic(gain) if largest_jump <= LONGEST_STRIDE * gain.slope => {
                let (max_rate, threshold) = (gain.max_rate, gain.threshold);
                Self::Logistic(Logistic { max_rate, threshold, inverse_slope: 1.0 / gain.slope })
            }
            Gain::Probit(gain) => {
                let (max_rate, threshold) = (gain.max_rate, gain.threshold);
                Self::Probit(Probit { max_rate, threshold, inverse_slope: 1.0 / gain.slope })
            }
            Gain::Refractory(gain) => linear(gain.unsaturated(), gain.refractory_time()),
            gain => linear(gain, 0.0),
        }
    }
}

impl Kinetics {
    /// Looks them up; `largest_jump` is the largest `|J_ab|/sqrt(n)` onto the population.
    pub fn of(population: &NeuronPopulation, largest_jump: f64) -> Self {
        let drive_slope = population.drive.derivative_bound();
        Self {
            form: Form::of(&population.gain, largest_jump),
            kink: population.gain.kink(),
            lifetime: f64::INFINITY,
            leak: 1.0 / population.time_constant,
            drive_slope,
            least_velocity: population.time_constant * drive_slope,
            derivative_bound: population.gain.derivative_bound(),
            curvature_bound: population.gain.curvature_bound(),
            gain: population.gain.clone(),
        }
    }

    /// `lambda(z)`.
    pub fn intensity(&self, potentiation: f64) -> f64 {
        self.gain.intensity(potentiation)
    }

    /// Whether `lambda'` jumps somewhere.
    pub fn has_kink(&self) -> bool {
        self.kink.is_some()
    }

    /// What a jump multiplies `exp(-z/slope)` by.
    pub fn factor(&self, jump: f64) -> f64 {
        match self.form {
            Form::Logistic(Logistic { inverse_slope, .. }) => (-jump * inverse_slope).exp(),
            _ => 1.0,
        }
    }

    /// Bound of the relative error of intensities and derivatives as the kernels compute them.
    pub fn relative_error(&self) -> f64 {
        match self.form {
            Form::Logistic(_) | Form::Probit(_) => 8.0 * COARSE_ERROR,
            _ => 16.0 * f64::EPSILON,
        }
    }

    /// Bound of how much higher an intensity is as the kernels compute it, besides: where it all but vanishes.
    pub fn cut_off(&self) -> f64 {
        match self.form {
            Form::Logistic(_) | Form::Probit(_) => CUT_OFF * self.gain.supremum(),
            _ => 0.0,
        }
    }

    /// Of a neuron at this potentiation, with this drive at the time; to rounding.
    pub fn contribution(&self, drive: f64, potentiation: f64) -> Contribution {
        let (intensity, derivative) = self.gain.intensity_and_derivative(potentiation);
        let velocity = drive - potentiation * self.leak;
        let speed = velocity.abs().max(self.least_velocity);
        let curvature = self.curvature(speed);
        let kink = self.kink.map_or(0.0, |kink| {
            let reach = speed * self.lifetime;
            let within = (potentiation - kink.potentiation).abs() <= reach;
            if within { kink.derivative_jump * speed } else { 0.0 }
        });
        let slope = derivative * velocity;
        let steepness = derivative * derivative;
        Contribution { intensity, slope, curvature, speed, kink, steepness, highest: potentiation }
    }

    /// Bound of `|d^2 lambda/dt^2|` of a neuron of this speed.
    #[inline(always)]
    #[allow(clippy::inline_always)]
    pub fn curvature(&self, speed: f64) -> f64 {
        self.curvature_bound * speed * speed
            + self.derivative_bound * (speed * self.leak + self.drive_slope)
    }

    /// What jumps change, from the start of a segment until `end` after it. Beyond `count` the rows are
    /// overwritten by jumps of nothing.
    pub fn change(
        &self,
        jumps: &mut Jumps,
        count: usize,
        motion: &Motion,
        end: f64,
        instructions: InstructionSet,
    ) -> Change {
        with_shape!(self.form,
            shape => instructions.run(ChangeKernel::new(self, shape, jumps, count, motion, end)),
            any => self.change_one_by_one(jumps, count, motion, end)
        )
    }

    fn change_one_by_one(&self, jumps: &Jumps, count: usize, motion: &Motion, end: f64) -> Change {
        self.changes(jumps, count, motion, end).last().unwrap_or(Change::NONE)
    }

    /// The same up to each jump.
    pub fn changes(
        &self,
        jumps: &Jumps,
        count: usize,
        motion: &Motion,
        end: f64,
    ) -> impl Iterator<Item = Change> {
        (0..count).scan(Change::NONE, move |change, i| {
            let since = jumps.since[i];
            let deviation = jumps.scale[i] * jumps.deviation[i];
            let z = motion.offset + motion.offset_slope * since + deviation;
            let drive = motion.drive + motion.drive_slope * since;
            let before = self.contribution(drive, z);
            let after = self.contribution(drive, z + jumps.jump[i]);
            change.add(&before, &after, end - since);
            Some(*change)
        })
    }

    /// Sums over all neurons of a population with deviations `y`, at the start of `motion`.
    pub fn total(
        &self,
        deviations: &[f64],
        scale: f64,
        motion: &Motion,
        instructions: InstructionSet,
    ) -> Contribution {
        with_shape!(self.form,
            shape => instructions.run(TotalKernel { kinetics: self, shape, deviations, scale, motion }),
            any => {
                let z = deviations.iter().map(|y| motion.offset + scale * y);
                let each = z.map(|z| self.contribution(motion.drive, z));
                each.fold(Contribution::NONE, Contribution::and)
            }
        )
    }
}
