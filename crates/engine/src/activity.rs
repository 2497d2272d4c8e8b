//! The activity energy of a population: the sum over its neurons of `(lambda_a(z) - theta_a)^2`, at one time.
//!
//! Taken from the state as it is, by the same branchless gains as the intensities of the methods, in chunks of fixed length over all threads; what chunks sum to is
//! added in their order.

#![allow(clippy::inline_always)]

use equipoise_model::{Gain, GainFunction, Network};
use rayon::prelude::*;

use crate::deviations::{Deviations, Stored};
use crate::state::{Common, NetworkState};
use crate::target_driven::kinetics::shape::Shape;
use crate::target_driven::kinetics::{Form, with_shape};
use crate::vector::{InstructionSet, Kernel, WIDTH};

/// Neurons of a chunk.
const CHUNK: usize = 1 << 16;

/// What is needed of the populations, looked up once.
#[derive(Debug, Clone)]
pub(crate) struct ActivityEnergy {
    forms: Vec<Form>,
    thresholds: Vec<f64>,
    instructions: InstructionSet,
}

impl ActivityEnergy {
    /// With these `theta_a`, per time unit.
    pub fn new(network: &Network, thresholds: &[f64]) -> Self {
        Self {
            forms: network.populations.iter().map(|p| Form::of(&p.gain, 0.0)).collect(),
            thresholds: thresholds.to_vec(),
            instructions: InstructionSet::best(),
        }
    }

    /// Of a population at `time`, as the state has it.
    pub fn of(&self, network: &Network, state: &NetworkState, population: usize, time: f64) -> f64 {
        let activity = Activity {
            form: self.forms[population],
            gain: &network.populations[population].gain,
            threshold: self.thresholds[population],
            common: state.common(population, time),
            instructions: self.instructions,
        };
        match state.stored(population) {
            Deviations::Double(y) => activity.total(y),
            Deviations::Single(y) => activity.total(y),
        }
    }
}

/// A population at one time.
#[derive(Clone, Copy)]
struct Activity<'a> {
    form: Form,
    gain: &'a Gain,
    threshold: f64,
    common: Common,
    instructions: InstructionSet,
}

impl Activity<'_> {
    fn total<T: Stored>(self, deviations: &[T]) -> f64 {
        if deviations.len() <= CHUNK {
            return self.part(deviations);
        }
        let parts: Vec<f64> = deviations.par_chunks(CHUNK).map(|chunk| self.part(chunk)).collect();
        parts.iter().sum()
    }

    fn part<T: Stored>(self, deviations: &[T]) -> f64 {
        let Self { threshold, common, .. } = self;
        with_shape!(self.form,
            shape => self.instructions.run(SquareKernel { shape, threshold, common, deviations }),
            any => {
                let square = |y: &T| {
                    let z = common.potentiation((*y).into());
                    (self.gain.intensity(z) - threshold).powi(2)
                };
                deviations.iter().map(square).sum()
            }
        )
    }
}

/// Sums of eight neurons each.
struct SquareKernel<'a, S, T> {
    shape: S,
    threshold: f64,
    common: Common,
    deviations: &'a [T],
}

impl<S: Shape, T: Stored> SquareKernel<'_, S, T> {
    #[inline(always)]
    fn square(&self, deviation: T) -> f64 {
        let Common { offset, scale } = self.common;
        let y: f64 = deviation.into();
        let (intensity, _) = self.shape.at(offset + scale * y);
        let above = intensity - self.threshold;
        above * above
    }
}

impl<S: Shape, T: Stored> Kernel for SquareKernel<'_, S, T> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let mut lanes = [0.0; WIDTH];
        let (chunks, rest) = self.deviations.as_chunks::<WIDTH>();
        for chunk in chunks {
            for i in 0..WIDTH {
                lanes[i] += self.square(chunk[i]);
            }
        }
        let last: f64 = rest.iter().map(|y| self.square(*y)).sum();
        lanes.iter().sum::<f64>() + last
    }
}

#[cfg(test)]
mod tests {
    use equipoise_model::gain::{Logistic, Probit, Tabulated, ThresholdLinear};
    use equipoise_model::{Precision, Scenario};

    use super::*;

    fn gains() -> Vec<Gain> {
        let linear = Gain::ThresholdLinear(ThresholdLinear { gain: 1.5, threshold: 0.1 });
        let table = Tabulated::new(&[-1.0, 0.0, 1.0], &[0.0, 0.3, 1.1]).expect("a sound table");
        vec![
            Gain::Logistic(Logistic { max_rate: 1.3, threshold: 0.1, slope: 0.3 }),
            Gain::Probit(Probit { max_rate: 1.3, threshold: 0.1, slope: 0.4 }),
            linear.clone(),
            linear.saturated(0.4),
            Gain::Tabulated(table),
        ]
    }

    /// Every gain, in both precisions, on every instruction set, with and without a rest of a block and of a chunk.
    #[test]
    fn it_is_the_sum_over_single_neurons() {
        let text = include_str!("../../../scenarios/inhibition-stabilised.toml");
        let counts = [3, 16, 29, CHUNK + 5];
        for (count, gain) in counts.iter().flat_map(|n| gains().into_iter().map(move |g| (*n, g))) {
            let mut network = Scenario::parse("pair", text).unwrap().network;
            for population in &mut network.populations {
                population.count = count;
                population.gain = gain.clone();
            }
            for precision in [Precision::Double, Precision::Single] {
                let state = NetworkState::initial_in(precision, &network, 5, 0);
                let energy = ActivityEnergy::new(&network, &[0.2, 0.0]);
                for (population, threshold) in [(0, 0.2), (1, 0.0)] {
                    let each = state.potentiations(population, 0.0);
                    let exact: f64 = each.map(|z| (gain.intensity(z) - threshold).powi(2)).sum();
                    for instructions in InstructionSet::available() {
                        let energy = ActivityEnergy { instructions, ..energy.clone() };
                        let sum = energy.of(&network, &state, population, 0.0);
                        assert!((sum / exact - 1.0).abs() < 1e-9, "{gain:?}: {sum}, not {exact}");
                    }
                }
            }
        }
    }
}
