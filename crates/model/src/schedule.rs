//! Quantities given as a function of time: drives and external rates.

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

/// A function of time `t >= 0`, smooth but for the times listed by [`Schedule::next_step`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Schedule {
    /// The same value at all times.
    Constant(f64),
    /// Piecewise constant: `(time, value)`, first time 0, times rising; the value holds from its
    /// time on (right-continuous).
    Steps(Vec<(f64, f64)>),
    /// `mean + amplitude * sin(2 pi frequency t + phase)`.
    Sine(Sine),
}

/// The parameters of [`Schedule::Sine`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sine {
    /// Mean over a period.
    pub mean: f64,
    /// Amplitude.
    pub amplitude: f64,
    /// Frequency in cycles per time unit.
    pub frequency: f64,
    /// Phase at time 0, in radians.
    pub phase: f64,
}

impl Sine {
    fn angle(&self, time: f64) -> f64 {
        TAU * self.frequency * time + self.phase
    }
}

impl Schedule {
    /// Value at `time`.
    pub fn value(&self, time: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Steps(steps) => {
                let following = steps.partition_point(|(start, _)| *start <= time);
                steps[following.saturating_sub(1)].1
            }
            Self::Sine(sine) => sine.mean + sine.amplitude * sine.angle(time).sin(),
        }
    }

    /// Integral from time 0 to `time`.
    pub fn integral(&self, time: f64) -> f64 {
        match self {
            Self::Constant(value) => value * time,
            Self::Steps(steps) => {
                let ends = steps.iter().skip(1).map(|(start, _)| *start).chain([f64::INFINITY]);
                let pieces = steps.iter().zip(ends);
                pieces.map(|((from, value), to)| value * (time.min(to) - from).max(0.0)).sum()
            }
            Self::Sine(Sine { mean, amplitude, frequency, phase }) if *frequency == 0.0 => {
                (mean + amplitude * phase.sin()) * time
            }
            Self::Sine(sine) => {
                let turned = sine.phase.cos() - sine.angle(time).cos();
                sine.mean * time + sine.amplitude * turned / (TAU * sine.frequency)
            }
        }
    }

    /// Time derivative at `time`, away from steps.
    pub fn derivative(&self, time: f64) -> f64 {
        match self {
            Self::Constant(_) | Self::Steps(_) => 0.0,
            Self::Sine(sine) => sine.amplitude * TAU * sine.frequency * sine.angle(time).cos(),
        }
    }

    /// The schedule from `time` to its next step, without the steps.
    #[must_use]
    pub fn piece_at(&self, time: f64) -> Self {
        match self {
            Self::Steps(_) => Self::Constant(self.value(time)),
            Self::Constant(_) | Self::Sine(_) => self.clone(),
        }
    }

    /// First time after `time` at which the value jumps.
    pub fn next_step(&self, time: f64) -> Option<f64> {
        match self {
            Self::Steps(steps) => steps.iter().map(|(start, _)| *start).find(|start| *start > time),
            Self::Constant(_) | Self::Sine(_) => None,
        }
    }

    /// Upper bound of the value over all times without a step from `time` on.
    pub fn supremum_from(&self, time: f64) -> f64 {
        match self {
            Self::Constant(_) | Self::Steps(_) => self.value(time),
            Self::Sine(sine) => sine.mean + sine.amplitude.abs(),
        }
    }

    /// Smallest value ever taken.
    pub fn minimum(&self) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Steps(steps) => steps.iter().map(|step| step.1).fold(f64::INFINITY, f64::min),
            Self::Sine(sine) => sine.mean - sine.amplitude.abs(),
        }
    }

    /// Upper bound of `|d value/dt|` away from steps.
    pub fn derivative_bound(&self) -> f64 {
        match self {
            Self::Constant(_) | Self::Steps(_) => 0.0,
            Self::Sine(sine) => (sine.amplitude * TAU * sine.frequency).abs(),
        }
    }

    /// Upper bound of `|d^2 value/dt^2|` away from steps.
    pub fn curvature_bound(&self) -> f64 {
        match self {
            Self::Constant(_) | Self::Steps(_) => 0.0,
            Self::Sine(sine) => (sine.amplitude * (TAU * sine.frequency).powi(2)).abs(),
        }
    }

    /// A solution of `dx/dt = -x/time_constant + value(t)`, valid until the next step.
    ///
    /// Constant pieces give `time_constant * value`; a sine gives the periodic response, smaller by
    /// `1/sqrt(1 + (omega tau)^2)` and later by `atan(omega tau)`.
    pub fn steady_response(&self, time: f64, time_constant: f64) -> f64 {
        match self {
            Self::Constant(_) | Self::Steps(_) => time_constant * self.value(time),
            Self::Sine(sine) => {
                let lag = TAU * sine.frequency * time_constant;
                let response = sine.amplitude * (sine.angle(time) - lag.atan()).sin();
                time_constant * (sine.mean + response / (1.0 + lag * lag).sqrt())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine() -> Schedule {
        Schedule::Sine(Sine { mean: 0.4, amplitude: -0.7, frequency: 0.8, phase: 0.3 })
    }

    #[test]
    fn steps_are_right_continuous_and_listed() {
        let steps = Schedule::Steps(vec![(0.0, 1.0), (2.0, -1.0)]);
        assert_eq!(steps.value(0.0), 1.0);
        assert_eq!(steps.value(2.0_f64.next_down()), 1.0);
        assert_eq!(steps.value(2.0), -1.0);
        assert_eq!(steps.next_step(0.0), Some(2.0));
        assert_eq!(steps.next_step(2.0), None);
    }

    #[test]
    fn integrals_have_the_value_as_their_derivative() {
        let steps = Schedule::Steps(vec![(0.0, 1.0), (2.0, 3.0), (2.5, -1.0)]);
        assert_eq!(steps.integral(0.0), 0.0);
        assert_eq!(steps.integral(1.5), 1.5);
        assert_eq!(steps.integral(3.0), 2.0 + 1.5 - 0.5);
        let still = Schedule::Sine(Sine { mean: 0.2, amplitude: 0.7, frequency: 0.0, phase: 0.3 });
        for schedule in [sine(), still, Schedule::Constant(0.4)] {
            assert_eq!(schedule.integral(0.0), 0.0);
            for time in [0.3, 1.0, 7.7] {
                let step = 1e-5;
                let slope = (schedule.integral(time + step) - schedule.integral(time - step))
                    / (2.0 * step);
                assert!((slope - schedule.value(time)).abs() < 1e-8);
            }
        }
    }

    #[test]
    fn steady_response_solves_its_equation() {
        let (schedule, tau, step) = (sine(), 0.35, 1e-5);
        for time in [0.0, 0.2, 1.7] {
            let x = |t| schedule.steady_response(t, tau);
            let difference = (x(time + step) - x(time - step)) / (2.0 * step);
            let equation = -x(time) / tau + schedule.value(time);
            // Rounding of the difference (1e-16/step) and truncation (omega^3 step^2) are below 1e-8.
            assert!((difference - equation).abs() < 1e-8);
        }
    }

    #[test]
    fn bounds_hold_over_a_period() {
        let schedule = sine();
        for i in 0..1000 {
            let time = f64::from(i) * 1.25e-3;
            assert!(schedule.value(time) <= schedule.supremum_from(0.0));
            assert!(schedule.value(time) >= schedule.minimum());
            assert!(schedule.derivative(time).abs() <= schedule.derivative_bound());
            let change = schedule.derivative(time + 1e-5) - schedule.derivative(time);
            assert!(change.abs() <= 1e-5 * schedule.curvature_bound() * (1.0 + 1e-9));
        }
    }
}
