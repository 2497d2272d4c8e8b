//! Gains turned round: the potentiation above which a neuron's intensity exceeds a level.
//!
//! A gain never falls, so `level < lambda(z)` is `z > z*`, and `z*` depends on the level alone: it is computed for many candidates at once,
//! before the state that decides is known.

#![allow(clippy::inline_always)]

use equipoise_model::Gain;
use serde::{Deserialize, Serialize};

use crate::vector::WIDTH;
use crate::vector::elementary::{larger, negative_ln};

/// Smallest odds of a level.
const LEAST: f64 = 1e-300;

/// A gain, inverted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) enum Inverse {
    /// `theta + s ln(u/(1 - u))`, `u = level/r_max`.
    Logistic { threshold: f64, slope: f64, part: f64 },
    /// `theta + f/beta`, `f = level/(1 - t_ref level)`.
    Linear { threshold: f64, inverse_gain: f64, refractory_time: f64, part: f64 },
    /// Not in closed form.
    None,
}

impl Inverse {
    /// Of a gain, for levels of the intensity of spikes, `lambda/p`.
    pub fn of(gain: &Gain, probability: f64) -> Self {
        let linear = |gain: &Gain, refractory_time| match gain {
            Gain::ThresholdLinear(gain) => Self::Linear {
                threshold: gain.threshold,
                inverse_gain: 1.0 / gain.gain,
                refractory_time,
                part: probability,
            },
            _ => Self::None,
        };
        match gain {
            Gain::Logistic(gain) => Self::Logistic {
                threshold: gain.threshold,
                slope: gain.slope,
                part: probability / gain.max_rate,
            },
            Gain::Refractory(gain) => linear(gain.unsaturated(), gain.refractory_time()),
            gain => linear(gain, 0.0),
        }
    }

    /// `z*` of eight levels.
    #[inline(always)]
    pub fn potentiations(self, levels: &[f64; WIDTH]) -> Option<[f64; WIDTH]> {
        let mut result = [0.0; WIDTH];
        match self {
            Self::Logistic { threshold, slope, part } => {
                for i in 0..WIDTH {
                    let u = part * levels[i];
                    let odds = larger(u, LEAST) / larger(1.0 - u, LEAST);
                    result[i] = threshold - slope * negative_ln(odds);
                }
            }
            Self::Linear { threshold, inverse_gain, refractory_time, part } => {
                for i in 0..WIDTH {
                    let saturated = part * levels[i];
                    let left = larger(1.0 - refractory_time * saturated, LEAST);
                    result[i] = threshold + inverse_gain * (saturated / left);
                }
            }
            Self::None => return None,
        }
        Some(result)
    }
}

#[cfg(test)]
mod tests {
    use equipoise_model::GainFunction;
    use equipoise_model::gain::{Logistic, ThresholdLinear};

    use super::*;

    #[test]
    fn inverses_invert() {
        let logistic = Gain::Logistic(Logistic { max_rate: 1.7, threshold: 0.3, slope: 0.2 });
        let linear = Gain::ThresholdLinear(ThresholdLinear { gain: 1.3, threshold: -0.4 });
        for gain in [logistic, linear.clone(), linear.saturated(0.6)] {
            for probability in [1.0, 0.25] {
                let potentiations = [-0.35, -0.1, 0.0, 0.2, 0.3, 0.7, 1.0, 1.5];
                let levels = potentiations.map(|z| gain.intensity(z) / probability);
                let inverse = Inverse::of(&gain, probability).potentiations(&levels);
                for (z, w) in potentiations.iter().zip(inverse.expect("in closed form")) {
                    // Rounding, magnified by the flat parts of the gain.
                    assert!((z - w).abs() < 1e-12, "{z} {w}");
                }
            }
        }
    }

    #[test]
    fn every_neuron_is_above_the_lowest_level_and_none_above_the_highest() {
        let gain = Gain::Logistic(Logistic { max_rate: 2.0, threshold: 0.0, slope: 0.1 });
        let levels = [0.0, 2.0, 2.0_f64.next_down(), 1.0, 1.0, 1.0, 1.0, 1.0];
        let z = Inverse::of(&gain, 1.0).potentiations(&levels).expect("in closed form");
        assert!(z[0] < -60.0 && z[1] > 60.0 && z[2] > 3.0 && z[3].abs() < 1e-15);
    }
}
