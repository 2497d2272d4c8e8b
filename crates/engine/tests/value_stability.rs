//! The first jumps and spikes of each method, pinned. A change here is value-breaking: runs with the same seed
//! give other results than before. Say so in CHANGELOG.md.

use equipoise_engine::{Jump, NetworkState, Observer, Spike};
use equipoise_model::{Coupling, Network, Schedule, Transmission};

use crate::networks::{balanced_pair, external, logistic, sine};
use crate::simulators::Simulator;

const SEED: u64 = 101;

/// Allows for the last digits of `exp` and `sin`, which the platform's library decides.
const RELATIVE_TOLERANCE: f64 = 1e-11;

/// (time, source population, source neuron, target population, target neuron).
type Pinned = (f64, usize, Option<usize>, usize, usize);

struct FirstJumps(Vec<Jump>);

impl Observer for FirstJumps {
    const WATCHES_JUMPS: bool = true;

    fn jump(&mut self, _: &Network, _: &NetworkState, jump: &Jump) {
        self.0.push(*jump);
    }
}

fn small_network() -> Network {
    let mut network = balanced_pair(3, logistic(1.0, 0.1, 0.4));
    network.populations[0].drive = sine(0.3, 1.0, 0.7);
    network.populations[1].drive = Schedule::Steps(vec![(0.0, 0.2), (0.3, -1.0)]);
    network.externals = vec![external("X", 2, Schedule::Constant(0.4))];
    network.coupling = Coupling::from_rows(&[vec![1.0, -1.0, 0.5], vec![1.5, -1.5, 0.5]]);
    network
}

fn assert_first_jumps(simulator: Simulator, pinned: &[Pinned]) {
    let mut first = FirstJumps(Vec::new());
    simulator.observe(&small_network(), (SEED, 7), &[0.0, 1.0], &mut first);
    for (jump, (time, source, source_neuron, target, target_neuron)) in first.0.iter().zip(pinned) {
        let off = (jump.time / time - 1.0).abs();
        assert!(off < RELATIVE_TOLERANCE, "{:#?}", &first.0[..pinned.len()]);
        let drawn = (jump.source_population, jump.source_neuron);
        assert_eq!(drawn, (*source, *source_neuron));
        assert_eq!((jump.target_population, jump.target_neuron), (*target, *target_neuron));
    }
    assert!(first.0.len() > pinned.len());
}

#[test]
fn first_jumps_of_thinning_are_stable() {
    assert_first_jumps(
        Simulator::Thinning,
        &[
            (0.089_001_425_931_118_36, 1, Some(2), 0, 0),
            (0.158_549_446_450_711, 1, Some(2), 1, 1),
            (0.212_462_045_577_396_56, 0, Some(2), 0, 1),
            (0.324_567_906_404_807_3, 0, Some(1), 1, 2),
            (0.353_186_899_214_280_8, 0, Some(2), 1, 2),
            (0.385_871_544_611_005_65, 1, Some(2), 0, 1),
        ],
    );
}

#[test]
fn first_jumps_of_the_target_driven_method_are_stable() {
    assert_first_jumps(
        Simulator::TargetDriven,
        &[
            (0.325_851_376_305_209_94, 0, None, 1, 0),
            (0.332_058_756_541_512_35, 0, None, 1, 0),
            (0.436_024_988_466_401_25, 0, None, 1, 2),
            (0.560_573_367_853_188_6, 2, None, 1, 0),
            (0.577_889_476_868_864_9, 0, None, 0, 0),
            (0.585_075_737_500_799_8, 1, None, 1, 2),
        ],
    );
}

/// In a larger network most jumps need no decision.
#[test]
fn a_segment_of_the_target_driven_method_is_stable() {
    let network = balanced_pair(1000, logistic(1.0, 0.0, 0.5));
    let trajectory = Simulator::TargetDriven.trajectory(&network, (SEED, 7), &[0.01]);
    assert_eq!(trajectory.jumps, [5017, 5166, 4920, 5110]);
}

#[test]
fn a_window_of_the_windowed_method_is_stable() {
    let network = balanced_pair(1000, logistic(1.0, 0.0, 0.5));
    let trajectory = Simulator::Windowed.trajectory(&network, (SEED, 7), &[0.01]);
    assert_eq!(trajectory.jumps, [5076, 5071, 5173, 5174]);
}

/// (time, population, neuron).
type PinnedSpike = (f64, usize, usize);

struct FirstSpikes(Vec<Spike>);

impl Observer for FirstSpikes {
    const WATCHES_JUMPS: bool = true;

    fn spike(&mut self, _: &Network, _: &NetworkState, spike: &Spike) {
        self.0.push(*spike);
    }
}

fn assert_first_spikes(transmission: Transmission, pinned: &[PinnedSpike]) {
    let mut first = FirstSpikes(Vec::new());
    let network = Network { transmission, ..small_network() };
    Simulator::SpikeDriven.observe(&network, (SEED, 7), &[0.0, 8.0], &mut first);
    assert!(first.0.len() > pinned.len());
    for (spike, (time, population, neuron)) in first.0.iter().zip(pinned) {
        let off = (spike.time / time - 1.0).abs();
        assert!(off < RELATIVE_TOLERANCE, "{:#?}", &first.0[..pinned.len()]);
        assert_eq!((spike.population, spike.neuron), (*population, *neuron));
    }
}

#[test]
fn first_shared_spikes_are_stable() {
    assert_first_spikes(
        Transmission::Shared,
        &[
            (0.017_005_936_902_521_175, 1, 1),
            (0.388_876_015_094_552_3, 1, 1),
            (1.081_754_094_407_719_7, 1, 1),
            (2.937_835_870_968_415, 1, 0),
        ],
    );
}

#[test]
fn first_released_spikes_are_stable() {
    let transmission = Transmission::Release { probability: 0.3 };
    assert_first_spikes(
        transmission,
        &[
            (0.017_181_697_775_009_178, 1, 2),
            (0.285_398_440_726_497_45, 0, 0),
            (0.418_633_165_478_466_74, 1, 0),
            (0.471_055_932_974_032_03, 0, 1),
        ],
    );
}

/// In a larger network segments hold many candidates.
#[test]
fn counts_of_the_spike_driven_method_are_stable() {
    let run = |transmission| {
        let network = Network { transmission, ..balanced_pair(1000, logistic(1.0, 0.0, 0.5)) };
        let trajectory = Simulator::SpikeDriven.trajectory(&network, (SEED, 7), &[1.0]);
        (trajectory.spike_counts, trajectory.jumps)
    };
    let (spikes, jumps) = run(Transmission::Shared);
    assert_eq!(spikes, [643, 627]);
    assert_eq!(jumps, [642_357, 627_000, 643_000, 626_373]);

    let (spikes, jumps) = run(Transmission::Release { probability: 0.3 });
    assert_eq!(spikes, [2010, 1969]);
    assert_eq!(jumps, [601_834, 592_242, 602_934, 591_032]);
}
