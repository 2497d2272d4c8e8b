//! What is observed does not change what happens.

use equipoise_engine::{Jump, NetworkState, Observer, Spike, Trajectory, TrajectoryRecorder};
use equipoise_model::gain::ThresholdLinear;
use equipoise_model::{Coupling, Gain, Network, Schedule, Transmission};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::naive::Mistake;
use crate::naive_spikes::SpikeMistake;
use crate::networks::{SPIKING, balanced_pair, external, logistic, sine};
use crate::simulators::Simulator;

/// What an observer can see.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Event {
    Jump(Jump),
    Spike(Spike),
}

/// Records moments, every jump and every spike.
struct Everything {
    recorder: TrajectoryRecorder,
    events: Vec<Event>,
}

impl Observer for Everything {
    const WATCHES_JUMPS: bool = true;

    fn sample(&mut self, network: &Network, state: &NetworkState, time: f64) {
        self.recorder.sample(network, state, time);
    }

    fn jump(&mut self, network: &Network, state: &NetworkState, jump: &Jump) {
        self.recorder.jump(network, state, jump);
        self.events.push(Event::Jump(*jump));
    }

    fn spike(&mut self, network: &Network, state: &NetworkState, spike: &Spike) {
        self.recorder.spike(network, state, spike);
        self.events.push(Event::Spike(*spike));
    }
}

fn run(
    simulator: Simulator,
    network: &Network,
    seed: u64,
    times: &[f64],
) -> (Trajectory, Vec<Event>) {
    let mut everything =
        Everything { recorder: TrajectoryRecorder::new(network, 0), events: Vec::new() };
    simulator.observe(network, (seed, 0), times, &mut everything);
    (everything.recorder.into_trajectory(), everything.events)
}

/// All numbers of one sample, bit for bit.
fn sample(trajectory: &Trajectory, index: usize) -> (Vec<u64>, Vec<u64>) {
    let populations = trajectory.populations;
    let range = index * populations..(index + 1) * populations;
    let moments = [&trajectory.mean, &trajectory.variance, &trajectory.third_cumulant];
    let bits = moments.iter().flat_map(|m| m[range.clone()].iter().map(|x| x.to_bits())).collect();
    let width = populations * trajectory.sources;
    let jumps = &trajectory.jumps[index * width..(index + 1) * width];
    let fires = (0..populations).map(|b| trajectory.spikes(index, b).to_bits());
    (bits, jumps.iter().copied().chain(fires).collect())
}

fn any_network() -> impl Strategy<Value = Network> {
    let sizes = 1_usize..9;
    let scales = (0.02_f64..3.0, 0.05_f64..2.0, 0.05_f64..3.0);
    (sizes, scales, 0.0_f64..4.0, 0_usize..3, any::<bool>()).prop_map(
        |(count, (rate, slope, tau), amplitude, drive, bounded)| {
            let gain = if bounded {
                logistic(rate, 0.2, slope)
            } else {
                Gain::ThresholdLinear(ThresholdLinear { gain: 0.5 * rate, threshold: 0.2 })
            };
            let mut network = balanced_pair(count, gain);
            network.populations[0].time_constant = tau;
            network.populations[0].drive = match drive {
                0 => Schedule::Constant(amplitude),
                1 => sine(0.3, amplitude, 0.9),
                _ => Schedule::Steps(vec![(0.0, 0.0), (0.31, amplitude), (1.5, -amplitude)]),
            };
            network.externals = vec![external("X", 2, sine(1.0, 0.5, 0.4))];
            network.coupling = Coupling::from_rows(&[vec![1.0, -1.0, 0.5], vec![1.5, -1.5, 0.5]]);
            network
        },
    )
}

/// A simulator and a transmission that it simulates.
fn any_simulator() -> impl Strategy<Value = (Simulator, Transmission)> {
    let independent = |simulator| (Just(simulator), Just(Transmission::Independent));
    let spiking = |simulator| (Just(simulator), prop::sample::select(SPIKING.as_slice()));
    prop_oneof![
        independent(Simulator::Thinning),
        independent(Simulator::TargetDriven),
        independent(Simulator::Naive(Mistake::None)),
        spiking(Simulator::SpikeDriven),
        spiking(Simulator::SpikeDrivenInGroups),
        spiking(Simulator::NaiveSpikes(SpikeMistake::None)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96,
        rng_seed: RngSeed::Fixed(81),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn finer_observation_sees_the_same_run(
        network in any_network(),
        (simulator, transmission) in any_simulator(),
        seed in any::<u64>(),
        every in 1_usize..7,
        count in 1_usize..6,
    ) {
        let network = Network { transmission, ..network };
        let fine: Vec<f64> = (0..=every * count).map(|i| i as f64 * 0.31 / every as f64).collect();
        let coarse: Vec<f64> = fine.iter().copied().step_by(every).collect();
        let (of_fine, fine_jumps) = run(simulator, &network, seed, &fine);
        let (of_coarse, coarse_jumps) = run(simulator, &network, seed, &coarse);
        prop_assert_eq!(fine_jumps, coarse_jumps);
        prop_assert_eq!(of_coarse.samples(), coarse.len());
        for index in 0..coarse.len() {
            prop_assert_eq!(sample(&of_coarse, index), sample(&of_fine, index * every));
        }
    }

    #[test]
    fn a_longer_run_begins_as_the_shorter_one(
        network in any_network(),
        (simulator, transmission) in any_simulator(),
        seed in any::<u64>(),
        samples in 1_usize..5,
    ) {
        let network = Network { transmission, ..network };
        let times: Vec<f64> = (0..8).map(|i| f64::from(i) * 0.37).collect();
        let (short, short_jumps) = run(simulator, &network, seed, &times[..samples]);
        let (long, long_jumps) = run(simulator, &network, seed, &times);
        prop_assert!(long_jumps.starts_with(&short_jumps));
        for index in 0..samples {
            prop_assert_eq!(sample(&short, index), sample(&long, index));
        }
    }
}
