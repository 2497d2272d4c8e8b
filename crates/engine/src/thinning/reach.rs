//! How high the neurons of a population can get until the end of an epoch if no jump hits them.

use equipoise_model::{GainFunction, NeuronPopulation};
use serde::{Deserialize, Serialize};

use crate::state::Common;

/// What the rounding of a potentiation or an intensity stays below, relative to its terms. Rounding comes from `exp(-t/tau)`,
/// at most 745 in its exponent and so `1e-12` at worst, and from the state, which is written anew now and then.
const ROUNDING: f64 = 1e-11;

/// In `z = x + d`, with `x` the motion common to the population and `d` the deviation that decays, `x` stays below a crest
/// and `d` between its present value and what is left of it when the epoch ends. So `z` stays below the crest and the
/// larger of these two; where the drive is constant this is one of the two ends of the motion, and attained.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Reach {
    /// Upper bound of `x`.
    crest: f64,
    /// What is left of a deviation after the whole epoch. It serves all of it: for what decays less the bound is too high.
    decay: f64,
    rounding: f64,
}

impl Reach {
    /// From `time` on for `span`, without a step of the drive; `common` at its start.
    ///
    /// The crest: the response to a drive never exceeds `tau` times the supremum of the drive, and moves by no more than
    /// `tau` times the fastest change of the drive.
    pub fn new(population: &NeuronPopulation, common: Common, (time, span): (f64, f64)) -> Self {
        let (tau, drive) = (population.time_constant, &population.drive);
        let (highest, fastest) = (drive.supremum_from(time), drive.derivative_bound());
        let motion = if fastest > 0.0 { tau * fastest * span } else { 0.0 };
        let largest = highest.abs().max(drive.minimum().abs());
        Self {
            crest: (common.offset + motion).min(tau * highest),
            decay: (-span / tau).exp(),
            // A sine loses digits to its angle.
            rounding: ROUNDING * tau * (largest + fastest * time),
        }
    }

    /// Upper bound of the intensity of a neuron with this deviation from the common motion.
    pub fn bound(&self, gain: &impl GainFunction, deviation: f64) -> f64 {
        let rounding = self.rounding + ROUNDING * deviation.abs();
        let highest = self.crest + deviation.max(deviation * self.decay) + rounding;
        gain.intensity(highest) * (1.0 + ROUNDING)
    }
}

#[cfg(test)]
mod tests {
    use equipoise_model::gain::{Logistic, ThresholdLinear};
    use equipoise_model::schedule::Sine;
    use equipoise_model::{Coupling, Gain, InitialLaw, Kind, Network, Schedule, Transmission};
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;
    use crate::state::NetworkState;

    fn lone_neuron(time_constant: f64, drive: Schedule, gain: Gain) -> Network {
        let neuron = NeuronPopulation {
            name: "E".to_owned(),
            kind: Kind::Excitatory,
            fraction: 1.0,
            count: 1,
            time_constant,
            drive,
            gain,
            initial: InitialLaw::Values(vec![0.0]),
        };
        Network {
            size: 1.0,
            transmission: Transmission::Independent,
            populations: vec![neuron],
            externals: Vec::new(),
            coupling: Coupling::from_rows(&[vec![1.0]]),
        }
    }

    fn any_drive() -> impl Strategy<Value = Schedule> {
        let sine = (-2.0..2.0, -3.0..3.0, 0.01..20.0, 0.0..6.0).prop_map(
            |(mean, amplitude, frequency, phase)| {
                Schedule::Sine(Sine { mean, amplitude, frequency, phase })
            },
        );
        prop_oneof![(-3.0..3.0).prop_map(Schedule::Constant), sine]
    }

    fn any_gain() -> impl Strategy<Value = Gain> {
        let logistic = (-3.0..1.0_f64).prop_map(|power| {
            let slope = 10.0_f64.powf(power);
            Gain::Logistic(Logistic { max_rate: 1.3, threshold: 0.2, slope })
        });
        prop_oneof![
            logistic,
            Just(Gain::ThresholdLinear(ThresholdLinear { gain: 2.0, threshold: 0.1 })),
            // Steeper than a potentiation has digits.
            Just(Gain::Logistic(Logistic { max_rate: 1.3, threshold: 0.2, slope: 1e-100 })),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: RngSeed::Fixed(83),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        /// From the start of the epoch on, and after a jump within it.
        #[test]
        fn bounds_hold_until_the_epoch_ends(
            (drive, gain, tau) in (any_drive(), any_gain(), 0.05..5.0_f64),
            (start, span) in (0.0..30.0_f64, prop_oneof![0.001..10.0_f64, Just(f64::MAX)]),
            (level, jump, at) in (-3.0..3.0_f64, -2.0..2.0_f64, 0.0..1.0_f64),
            fractions in proptest::collection::vec(0.0..=1.0_f64, 20),
        ) {
            let network = lone_neuron(tau, drive, gain);
            let population = &network.populations[0];
            let mut state = NetworkState::new(&network, vec![vec![level]]);
            state.refresh(start);
            let end = start + span.min(100.0);
            let reach = Reach::new(population, state.common(0, start), (start, span));
            let mut from = start;
            for _ in 0..2 {
                let deviation = state.common(0, from).scale * state.deviation(0, 0);
                let bound = reach.bound(&population.gain, deviation);
                for fraction in &fractions {
                    let time = (from + fraction * (end - from)).min(end);
                    let z = state.potentiation(0, 0, time);
                    prop_assert!(population.gain.intensity(z) <= bound, "{z} at {time}: above {bound}");
                }
                from += at * (end - from);
                state.refresh(from);
                let scale = state.common(0, from).scale;
                state.kick(0, 0, jump / scale);
            }
        }
    }

    /// One of the ends of the motion: the bound is no higher than it must be.
    #[test]
    fn the_bound_is_attained_at_constant_drive() {
        let gain = Gain::ThresholdLinear(ThresholdLinear { gain: 1.0, threshold: -10.0 });
        let network = lone_neuron(0.7, Schedule::Constant(1.5), gain);
        for level in [-2.0, 0.0, 1.0, 4.0] {
            let state = NetworkState::new(&network, vec![vec![level]]);
            let common = state.common(0, 0.2);
            let reach = Reach::new(&network.populations[0], common, (0.2, 0.4));
            let bound =
                reach.bound(&network.populations[0].gain, common.scale * state.deviation(0, 0));
            let ends = [0.2, 0.6].map(|time| state.potentiation(0, 0, time) + 10.0);
            assert!((bound - ends[0].max(ends[1])).abs() < 1e-9);
        }
    }
}
