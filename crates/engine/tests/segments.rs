//! Jumps in segments: large enough networks that most jumps need no decision.

use equipoise_engine::stream::Stream;
use equipoise_engine::{
    Jump, JumpMethod, NetworkState, Observer, OneByOne, Trajectory, TrajectoryRecorder, simulate,
};
use equipoise_model::gain::ThresholdLinear;
use equipoise_model::{Gain, Network, Schedule};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rayon::prelude::*;

use crate::evidence::Family;
use crate::naive::{Mistake, NaiveClocks};
use crate::networks::{balanced_pair, channels, external, logistic, sine};
use crate::simulators::{Records, Simulator};

/// Records moments; jumps too, which has the engine apply them one by one.
struct Watcher(TrajectoryRecorder, u64);

impl Observer for Watcher {
    const WATCHES_JUMPS: bool = true;

    fn sample(&mut self, network: &Network, state: &NetworkState, time: f64) {
        self.0.sample(network, state, time);
    }

    fn jump(&mut self, _: &Network, _: &NetworkState, _: &Jump) {
        self.1 += 1;
    }
}

fn any_large_network() -> impl Strategy<Value = Network> {
    (100_usize..600, 0_usize..4).prop_map(|(count, kind)| {
        let linear = Gain::ThresholdLinear(ThresholdLinear { gain: 0.8, threshold: -0.1 });
        let gain = if kind == 1 { linear } else { logistic(1.0, 0.1, 0.4) };
        let mut network = balanced_pair(count, gain);
        if kind == 2 {
            network.populations[0].drive = sine(0.3, 2.0, 1.3);
        }
        if kind == 3 {
            let steps = vec![(0.0, 0.3), (0.013, -2.0), (0.04, 1.0)];
            network.populations[1].drive = Schedule::Steps(steps);
        }
        network
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        rng_seed: RngSeed::Fixed(83),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Pauses fall within segments; a run in pieces is the run in one.
    #[test]
    fn pauses_and_watching_change_no_bit(
        network in any_large_network(),
        seed in any::<u64>(),
        pauses in prop::collection::vec(0.0_f64..0.06, 0..40),
    ) {
        let mut times = pauses;
        times.push(0.06);
        times.sort_by(f64::total_cmp);
        for simulator in [Simulator::TargetDriven, Simulator::Windowed] {
            let whole = simulator.trajectory(&network, (seed, 0), &[0.06]);
            let pieces = simulator.trajectory(&network, (seed, 0), &times);
            prop_assert_eq!(&pieces.sample(times.len() - 1), &whole);
            let mut watcher = Watcher(TrajectoryRecorder::new(&network, 0), 0);
            simulator.observe(&network, (seed, 0), &times, &mut watcher);
            prop_assert_eq!(watcher.1, whole.jumps.iter().sum::<u64>());
            prop_assert_eq!(watcher.0.into_trajectory(), pieces);
        }
    }
}

const SEEDS: [u64; 2] = [85, 86];
const REPLICATES: u64 = 300;
const TIMES: [f64; 2] = [0.05, 0.3];

/// Blocks of jumps that all start from the potentiations at the start of the block: of two jumps of a block onto one
/// neuron, the first is lost.
struct LostUpdates {
    inner: NaiveClocks,
    /// `y` of all neurons now, and at the start of the block.
    now: Vec<Vec<f64>>,
    start: Vec<Vec<f64>>,
    jumps: usize,
}

const BLOCK: usize = 32;

impl LostUpdates {
    fn new(network: &Network) -> Self {
        let inner = NaiveClocks::new(network, Mistake::None);
        Self { inner, now: Vec::new(), start: Vec::new(), jumps: 0 }
    }
}

impl JumpMethod for LostUpdates {
    fn restart(&mut self, network: &Network, state: &NetworkState, time: f64) {
        self.now = (0..network.population_count()).map(|a| state.deviations(a).to_vec()).collect();
        self.start.clone_from(&self.now);
        self.inner.restart(network, state, time);
    }

    fn propose(&mut self, network: &Network, state: &NetworkState, rng: &mut Stream) -> f64 {
        self.inner.propose(network, state, rng)
    }

    fn decide(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        rng: &mut Stream,
    ) -> Option<Jump> {
        let jump = self.inner.decide(network, state, rng)?;
        let (a, k) = (jump.target_population, jump.target_neuron);
        let right = state.deviation(a, k);
        let wrong = self.start[a][k] + (right - self.now[a][k]);
        state.kick(a, k, wrong - right);
        self.now[a][k] = wrong;
        self.jumps += 1;
        if self.jumps.is_multiple_of(BLOCK) {
            self.start.clone_from(&self.now);
        }
        Some(jump)
    }
}

fn lost_updates(network: &Network, replicate: u64) -> Trajectory {
    let mut recorder = TrajectoryRecorder::new(network, replicate);
    let stream = (SEEDS[1], replicate);
    let method = OneByOne::new(LostUpdates::new(network), stream.0, stream.1);
    simulate(network, method, stream, &TIMES, &mut recorder, || false);
    recorder.into_trajectory()
}

/// Small enough that jumps of a segment often meet, with an external source.
fn crowded() -> Network {
    let mut network = balanced_pair(40, logistic(1.0, 0.0, 0.5));
    network.externals = vec![external("X", 10, Schedule::Constant(0.5))];
    network.coupling =
        equipoise_model::Coupling::from_rows(&[vec![1.0, -1.0, 0.5], vec![1.5, -1.5, 0.4]]);
    network
}

fn compare(name: &str, network: &Network, reference: &Records, tested: &Records) -> Family {
    let mut family = Family::new(format!("segments: {name}"));
    for sample in 0..TIMES.len() {
        for a in 0..network.population_count() {
            family.two_samples("mean", &tested.mean(sample, a), &reference.mean(sample, a));
            family.two_samples(
                "variance",
                &tested.variance(sample, a),
                &reference.variance(sample, a),
            );
        }
        for pair in channels(network) {
            family.two_samples(
                "jumps",
                &tested.jumps(sample, pair),
                &reference.jumps(sample, pair),
            );
        }
    }
    family
}

#[test]
fn jumps_that_meet_in_a_segment_are_all_counted() {
    let network = crowded();
    let reference = Simulator::Thinning.ensemble(&network, SEEDS[0], REPLICATES, &TIMES);
    let tested = Simulator::TargetDriven.ensemble(&network, SEEDS[1], REPLICATES, &TIMES);
    compare("target-driven", &network, &reference, &tested).accept();
    let wrong = (0..REPLICATES).into_par_iter().map(|replicate| lost_updates(&network, replicate));
    let wrong = Records(wrong.collect());
    compare("lost updates", &network, &reference, &wrong).reject();
}

/// Jumps from each of many external populations, all alike.
fn many_sources(name: &str, source_of: impl Fn(usize) -> usize) -> Family {
    const SOURCES: usize = 300;
    let mut network = balanced_pair(100, logistic(1e-9, 50.0, 0.5));
    let rate = |index: usize| external(&format!("X{index}"), 1, Schedule::Constant(1.0));
    network.externals = (0..SOURCES).map(rate).collect();
    let mut row = vec![1.0, -1.0];
    row.resize(2 + SOURCES, 0.01);
    network.coupling = equipoise_model::Coupling::from_rows(&[row.clone(), row]);
    let trajectory = Simulator::TargetDriven.trajectory(&network, (SEEDS[0], 0), &[2.0]);
    let mut counts = [0; SOURCES];
    for (index, count) in trajectory.jumps.iter().enumerate() {
        let source = index % (2 + SOURCES);
        if source >= 2 {
            counts[source_of(source) - 2] += *count as usize;
        }
    }
    let expected = counts.iter().sum::<usize>() as f64 / SOURCES as f64;
    let cells: Vec<_> = counts.iter().map(|count| (*count, expected)).collect();
    let mut family = Family::new(format!("many sources: {name}"));
    family.cells("jumps by source", &cells);
    family
}

#[test]
fn jumps_are_counted_for_the_source_they_come_from() {
    many_sources("as they are", |source| source).accept();
    many_sources("numbers of one byte", |source| (source % 256).max(2)).reject();
}
