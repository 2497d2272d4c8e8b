//! The activity energy of a population: the sum over its neurons of `(lambda_a(z) - theta_a)^2`, at one time.
//!
//! Taken from the state as it is, by branchless gains whose intensities have a relative error below 1e-8. The sums of the moments of a chunk have one order, the neurons', and while each
//! waits for the one before there is time for eight squares: so they are taken together.

#![allow(clippy::inline_always)]

use equipoise_model::{Gain, GainFunction, Network};

use crate::deviations::Stored;
use crate::state::Common;
use crate::target_driven::kinetics::shape::Summed;
use crate::target_driven::kinetics::{Form, with_shape};
use crate::trajectory::Sums;
use crate::vector::{InstructionSet, Kernel, WIDTH};

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

    /// Of a population whose neurons have this in common.
    pub fn of<'a>(&self, network: &'a Network, population: usize, common: Common) -> Squares<'a> {
        Squares {
            form: self.forms[population],
            gain: &network.populations[population].gain,
            threshold: self.thresholds[population],
            common,
            instructions: self.instructions,
        }
    }
}

/// A population at one time.
#[derive(Clone, Copy)]
pub(crate) struct Squares<'a> {
    form: Form,
    gain: &'a Gain,
    threshold: f64,
    common: Common,
    instructions: InstructionSet,
}

impl Squares<'_> {
    /// The sum over neurons with these deviations, which are added to the `moments`, too.
    pub fn sum<T: Stored>(self, deviations: &[T], moments: &mut Sums) -> f64 {
        let Self { threshold, common, .. } = self;
        with_shape!(self.form,
            shape => self.instructions.run(SquareKernel {
                shape: shape.of_deviation(common.offset, common.scale),
                threshold,
                deviations,
                moments,
            }),
            any => {
                let square = |y: &T| {
                    moments.add((*y).into());
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
    /// Of the deviation.
    shape: S,
    threshold: f64,
    deviations: &'a [T],
    moments: &'a mut Sums,
}

impl<S: Summed, T: Stored> Kernel for SquareKernel<'_, S, T> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let Self { shape, threshold, .. } = self;
        let square = |y: f64| {
            let above = shape.roughly(y) - threshold;
            above * above
        };
        // Copies, of which compilers know that nothing else points to them.
        let (mut moments, mut lanes) = (*self.moments, [0.0; WIDTH]);
        let (chunks, rest) = self.deviations.as_chunks::<WIDTH>();
        for chunk in chunks {
            for i in 0..WIDTH {
                lanes[i] += square(chunk[i].into());
            }
            for y in chunk {
                moments.add((*y).into());
            }
        }
        let mut last = 0.0;
        for y in rest {
            last += square((*y).into());
            moments.add((*y).into());
        }
        *self.moments = moments;
        lanes.iter().sum::<f64>() + last
    }
}

#[cfg(test)]
mod tests {
    use equipoise_model::gain::{Logistic, Probit, Tabulated, ThresholdLinear};
    use equipoise_model::{Precision, Scenario};

    use super::*;
    use crate::record::Records;
    use crate::state::NetworkState;
    use crate::team::{CHUNK, Team};
    use crate::trajectory::{Trajectory, TrajectoryRecorder};

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

    /// Every gain, in both precisions, on every instruction set, with and without a rest of a block, in one chunk and in many.
    #[test]
    fn it_is_the_sum_over_single_neurons_and_changes_no_moment() {
        let text = include_str!("../../../scenarios/inhibition-stabilised.toml");
        let counts = [3, 16, 29, 17 * CHUNK + 5];
        for (count, gain) in counts.iter().flat_map(|n| gains().into_iter().map(move |g| (*n, g))) {
            let mut network = Scenario::parse("pair", text).unwrap().network;
            for population in &mut network.populations {
                population.count = count;
                population.gain = gain.clone();
            }
            for precision in [Precision::Double, Precision::Single] {
                let state = NetworkState::initial_in(precision, &network, 5, 0);
                let energy = ActivityEnergy::new(&network, &[0.2, 0.0]);
                let sampled = |energy: Option<&ActivityEnergy>| {
                    let mut recorder = TrajectoryRecorder::new(&network, 0);
                    recorder.sample_with(&network, (&state, Team::default()), 0.0, energy);
                    recorder.into_trajectory()
                };
                let plain = sampled(None);
                for instructions in InstructionSet::available() {
                    let energy = ActivityEnergy { instructions, ..energy.clone() };
                    let both = sampled(Some(&energy));
                    let sums = both.records.activity_energy.clone();
                    for (population, threshold) in [(0, 0.2), (1, 0.0)] {
                        let each = state.potentiations(population, 0.0);
                        let exact: f64 =
                            each.map(|z| (gain.intensity(z) - threshold).powi(2)).sum();
                        let sum = sums[population];
                        assert!((sum / exact - 1.0).abs() < 1e-7, "{gain:?}: {sum}, not {exact}");
                    }
                    assert_eq!(Trajectory { records: Records::default(), ..both }, plain);
                }
            }
        }
    }
}
