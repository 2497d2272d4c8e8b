//! The first jumps of each method, pinned. A change here is value-breaking: runs with the same seed
//! give other results than before. Say so in CHANGELOG.md.

use equipoise_engine::{Jump, NetworkState, Observer};
use equipoise_model::{Coupling, Network, Schedule};

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
            (0.234_275_331_482_353_55, 0, None, 1, 0),
            (0.442_727_912_352_102_74, 0, None, 0, 0),
            (0.461_322_047_612_995_1, 1, None, 1, 0),
            (0.543_114_585_984_718_6, 0, None, 1, 0),
            (0.655_772_066_866_837_4, 1, None, 1, 2),
            (0.696_257_938_047_614_9, 1, None, 1, 2),
        ],
    );
}

/// In a larger network most jumps need no decision.
#[test]
fn a_segment_of_the_target_driven_method_is_stable() {
    let network = balanced_pair(1000, logistic(1.0, 0.0, 0.5));
    let trajectory = Simulator::TargetDriven.trajectory(&network, (SEED, 7), &[0.01]);
    assert_eq!(trajectory.jumps, [5013, 5169, 4923, 5120]);
}
