//! What the method knows of one neuron population.

use equipoise_model::{GainFunction, Network};
use serde::{Deserialize, Serialize};

use crate::state::NetworkState;
use crate::target_driven::kinetics::{Change, Contribution, Kinetics, Motion};
use crate::target_driven::sums::IntensitySum;

use super::bins::{Bin, Total};
use super::block::Record;
use super::steps::one;

/// Upward jumps that the highest neuron may receive in a window before the window ends, beside twice the mean number.
const RISES: f64 = 10.0;

/// What the method knows of a neuron population.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Crowd {
    pub neurons: f64,
    pub time_constant: f64,
    pub kinetics: Kinetics,
    pub sum: IntensitySum,
    pub motion: Motion,
    /// `s_a` at the start of the window, and its inverse.
    pub scale: f64,
    pub inverse_scale: f64,
    /// `J_ab/sqrt(n)` of each source, and what such a jump multiplies `exp(-z/slope)` by.
    pub sizes: Vec<f64>,
    pub factors: Vec<f64>,
    /// `C_ab`, the intensity of each source that needs no decision; their sum.
    pub certain: Vec<f64>,
    pub total: f64,
    /// Fractions from which on a jump is of this source or a later one.
    pub thresholds: Vec<f64>,
    /// `L_a` and `B_a`.
    pub lower: f64,
    pub upper: f64,
    /// Bound of the error of the carried sum in the window: `E_a`.
    pub allowance: f64,
    /// Largest intensity of one neuron in the window.
    pub own: f64,
    /// A jump that brings a neuron above it ends the window.
    pub ceiling: f64,
    highest: f64,
    largest_rise: f64,
    drive_curvature: f64,
    /// The largest change of an intensity by one jump.
    pub stride: f64,
    /// The mean one, in the last window.
    pub unrest: f64,
    /// Change of the sum per time in the last window.
    pub trend: f64,
    /// Mean of the bounds of `|dz/dt|`.
    pub speed: f64,
}

impl Crowd {
    pub fn new(network: &Network, index: usize) -> Self {
        let population = &network.populations[index];
        let sizes: Vec<f64> = (0..network.source_count()).map(|b| network.jump(index, b)).collect();
        let largest = sizes.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        let kinetics = Kinetics::of(population, largest);
        let stride = (kinetics.derivative_bound * largest).min(population.gain.supremum());
        Self {
            neurons: population.count as f64,
            time_constant: population.time_constant,
            sum: IntensitySum::of(population),
            motion: Motion::default(),
            scale: 1.0,
            inverse_scale: 1.0,
            factors: sizes.iter().map(|size| kinetics.factor(*size)).collect(),
            certain: vec![0.0; sizes.len()],
            total: 0.0,
            thresholds: vec![0.0; sizes.len()],
            lower: 0.0,
            upper: 0.0,
            allowance: 0.0,
            own: population.gain.supremum(),
            ceiling: f64::INFINITY,
            highest: f64::NEG_INFINITY,
            largest_rise: sizes.iter().fold(0.0, |m: f64, x| m.max(*x)),
            drive_curvature: population.drive.curvature_bound(),
            stride,
            unrest: stride,
            trend: 0.0,
            speed: 0.0,
            sizes,
            kinetics,
        }
    }

    /// Looks at the motion common to the population at this time.
    pub fn look(&mut self, network: &Network, state: &NetworkState, index: usize, time: f64) {
        self.motion = Motion::of(network, state, index, time);
        self.scale = state.common(index, time).scale;
        self.inverse_scale = 1.0 / self.scale;
    }

    /// Takes a fresh sum over, where the drive alone brings no neuron above this.
    pub fn renew(&mut self, total: &Contribution, highest_drive: f64) {
        self.sum.set(total, self.neurons, &self.kinetics);
        self.highest = total.highest.max(self.time_constant * highest_drive);
        self.speed = total.speed / self.neurons;
    }

    /// Sets the largest intensity of one neuron in the next window, in which a neuron jumps `jumps` times on average.
    pub fn set_ceiling(&mut self, jumps: f64) {
        self.ceiling = self.highest + (RISES + 2.0 * jumps).ceil() * self.largest_rise;
        self.own = self.kinetics.intensity(self.ceiling);
    }

    /// Whether a neuron that a jump has brought here may be above the ceiling before the window is over.
    pub fn is_above(&self, potentiation: f64, length: f64) -> bool {
        potentiation + self.shift(length) > self.ceiling
    }

    /// `s_a` at a time of the window.
    pub fn scale_at(&self, since: f64) -> f64 {
        self.scale * (-since * self.kinetics.leak).exp()
    }

    /// What a jump changes.
    pub fn change(&self, &Record { since, source, before, .. }: &Record) -> Change {
        let jump = self.sizes[usize::from(source)];
        one(&self.kinetics, &self.motion, since, self.scale_at(since) * before, jump)
    }

    /// The sum after a time of the window, in which jumps have changed it like this.
    pub fn passed(&self, elapsed: f64, bin: &Bin, total: &Total) -> IntensitySum {
        let mut sum = self.sum;
        let change = Change {
            intensity: bin.rise + bin.fall,
            slope: bin.slope,
            lag: bin.slope * elapsed - bin.lag,
            curvature: total.curvature,
            speed: total.speed,
            kink: total.kink,
            highest: total.highest,
            ..Change::NONE
        };
        sum.pass(elapsed, &change);
        // Roundings of the kernels and of the sums over jumps, kinks, and the motion beyond first order: off by `x` in
        // position, by `v` in speed.
        let (bound, relative) = (self.kinetics.derivative_bound, self.kinetics.relative_error());
        let x = self.shift(elapsed);
        let v = 2.0 * self.kinetics.leak * x;
        let rounding = 4.0 * total.count * f64::EPSILON;
        let count = 2.0 * total.count;
        sum.value_error += count * (relative * self.own + self.kinetics.cut_off() + bound * x);
        sum.value_error += rounding * (bin.rise - bin.fall);
        sum.slope_error += total.kink
            + total.speed
                * (bound * (2.0 * relative + rounding) + self.kinetics.curvature_bound * x);
        sum.slope_error += count * bound * v;
        sum
    }

    /// How far the motion beyond first order can have moved a neuron.
    fn shift(&self, elapsed: f64) -> f64 {
        0.5 * self.time_constant * self.drive_curvature * elapsed * elapsed
    }

    /// Takes over what has changed in a window.
    pub fn pass(&mut self, elapsed: f64, bin: &Bin, total: &Total) {
        let sum = self.passed(elapsed, bin, total);
        self.highest = self.highest.max(total.highest + self.shift(elapsed));
        self.trend = (sum.value - self.sum.value) / elapsed;
        if total.count > 0.0 {
            self.unrest = (bin.rise - bin.fall) / total.count;
        }
        self.sum = sum;
    }

    /// Takes the certain intensities over.
    pub fn set_rate(&mut self) {
        self.total = self.certain.iter().sum();
        let part = 1.0 / self.total;
        let mut before = 0.0;
        for (threshold, certain) in self.thresholds.iter_mut().zip(&self.certain) {
            *threshold = before * part;
            before += certain;
        }
    }
}
