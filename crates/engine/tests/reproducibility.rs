//! Ensembles: the same result on any number of threads, in order; stops and failures.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use equipoise_engine::ensemble::WINDOWED_FROM;
use equipoise_engine::spike_driven::Grouping;
use equipoise_engine::vector::InstructionSet;
use equipoise_engine::{
    EngineError, Ensemble, Leap, NetworkState, OneByOne, Outcome, RunError, Single, SpikeDriven,
    TargetDriven, Thinning, Trajectory, TrajectoryRecorder, Windowed, simulate,
};
use equipoise_model::gain::ThresholdLinear;
use equipoise_model::{Gain, Leaps, Method, Network, Recording, Schedule, Transmission};

use crate::networks::{SPIKING, balanced_pair, logistic, probit, sine};

const SEED: u64 = 91;
const METHODS: [Method; 3] = [Method::Exact, Method::Thinning, Method::Leap(Leaps::DEFAULT)];

fn small() -> Network {
    balanced_pair(6, logistic(1.0, 0.0, 0.5))
}

fn ensemble(network: &Network, method: Method) -> Ensemble<'_> {
    let times = vec![0.0, 0.5, 1.0, 2.0];
    Ensemble {
        network,
        method,
        seed: SEED,
        replicates: 30,
        times,
        recording: Recording::default(),
        threads: 2,
        ranks: &Single,
        shelf: None,
    }
}

fn collect(ensemble: &Ensemble<'_>) -> Vec<Trajectory> {
    let mut all = Vec::new();
    let keep = |trajectory| {
        all.push(trajectory);
        Ok::<(), ()>(())
    };
    let outcome = ensemble.run(&AtomicBool::new(false), keep).expect("a valid ensemble");
    assert_eq!(outcome, Outcome::Complete);
    all
}

#[test]
fn threads_change_no_bit_and_no_order() {
    let network = small();
    for method in METHODS {
        let on = |threads| collect(&Ensemble { threads, ..ensemble(&network, method) });
        let alone = on(1);
        assert!(alone.iter().map(|t| t.replicate).eq(0..30));
        assert_eq!(alone, on(2));
        assert_eq!(alone, on(7));
        let single = ensemble(&network, method).replicate(17, || false);
        assert_eq!(alone[17], single);
        assert_ne!(alone[16].mean, alone[17].mean);
    }
}

/// From `WINDOWED_FROM` neurons on all threads work on one network at a time.
#[test]
fn threads_change_no_bit_of_a_large_network() {
    let mut network = balanced_pair(WINDOWED_FROM / 2, logistic(1.0, 0.0, 0.5));
    let times = vec![0.0, 2e-6, 1e-5];
    let on = |network: &Network, threads| {
        let times = times.clone();
        let ensemble = ensemble(network, Method::Exact);
        collect(&Ensemble { threads, times, replicates: 2, ..ensemble })
    };
    let alone = on(&network, 1);
    assert_eq!(alone, on(&network, 2));
    assert_eq!(alone, on(&network, 7));
    let mut recorder = TrajectoryRecorder::new(&network, 1);
    let method = Windowed::new(&network, SEED, 1);
    simulate(&network, method, (SEED, 1), &times, &mut recorder, || false);
    assert_eq!(alone[1], recorder.into_trajectory());
    network.populations[0].count -= 1;
    let mut recorder = TrajectoryRecorder::new(&network, 1);
    let method = TargetDriven::new(&network, SEED, 1);
    simulate(&network, method, (SEED, 1), &times, &mut recorder, || false);
    assert_eq!(on(&network, 7)[1], recorder.into_trajectory());
}

/// Kernels for all gains, drives of all forms, segments of all lengths.
fn varied() -> Vec<Network> {
    let linear = Gain::ThresholdLinear(ThresholdLinear { gain: 0.8, threshold: -0.1 });
    let gains =
        [logistic(1.0, 0.0, 0.5), probit(1.0, 0.1, 0.4), linear.clone(), linear.saturated(0.3)];
    let mut networks: Vec<Network> =
        gains.into_iter().map(|gain| balanced_pair(150, gain)).collect();
    networks[0].populations[1].drive = sine(0.3, 1.0, 0.7);
    networks[2].populations[0].drive = Schedule::Steps(vec![(0.0, 0.2), (0.2, -1.0)]);
    networks.push(small());
    networks
}

/// A run of each network on each instruction set is that on the baseline.
fn assert_same_bits<M: equipoise_engine::Method>(
    network: &Network,
    method: impl Fn(InstructionSet) -> M,
) {
    let run = |instructions| {
        let mut recorder = TrajectoryRecorder::new(network, 0);
        let times = [0.0, 0.1, 0.35];
        simulate(network, method(instructions), (SEED, 0), &times, &mut recorder, || false);
        recorder.into_trajectory()
    };
    let baseline = run(InstructionSet::BASELINE);
    for instructions in InstructionSet::available() {
        assert_eq!(run(instructions), baseline, "{}", instructions.name());
    }
}

#[test]
fn instruction_sets_change_no_bit() {
    for mut network in varied() {
        assert_same_bits(&network, |set| TargetDriven::with_instructions(&network, SEED, 0, set));
        assert_same_bits(&network, |set| Windowed::with_instructions(&network, SEED, 0, set));
        let leaps = Leaps::DEFAULT;
        assert_same_bits(&network, |set| Leap::with_instructions(&network, leaps, (SEED, 0), set));
        for transmission in SPIKING {
            network.transmission = transmission;
            assert_same_bits(&network, |set| {
                SpikeDriven::with_instructions(&network, SEED, 0, set)
            });
            let grouping = Grouping { neurons: 2, width: 0.5, room: 0.5, ahead: 32 };
            assert_same_bits(&network, |set| {
                SpikeDriven::with_grouping(&network, (SEED, 0), set, grouping)
            });
        }
    }
    println!("compared on {:?}", InstructionSet::available());
}

#[test]
fn more_replicates_leave_the_first_ones_alone() {
    let network = small();
    for method in METHODS {
        let few = collect(&Ensemble { replicates: 5, ..ensemble(&network, method) });
        assert_eq!(few, collect(&ensemble(&network, method))[..5]);
    }
}

#[test]
fn a_stop_leaves_valid_beginnings() {
    let network = small();
    for method in METHODS {
        let times: Vec<f64> = (0..=200).map(|i| f64::from(i) * 10.0).collect();
        let long = Ensemble { times, replicates: 8, ..ensemble(&network, method) };
        let stop = AtomicBool::new(false);
        let mut received = Vec::new();
        let outcome = long.run(&stop, |trajectory| {
            stop.store(true, Ordering::Relaxed);
            received.push(trajectory);
            Ok::<(), ()>(())
        });
        assert_eq!(outcome.expect("no failure"), Outcome::Interrupted);
        assert!(received.len() < 8, "stopped before the end");
        for trajectory in received {
            let whole = long.replicate(trajectory.replicate, || false);
            assert_begins(&whole, &trajectory);
        }
    }
}

fn assert_begins(whole: &Trajectory, part: &Trajectory) {
    assert!(whole.mean.starts_with(&part.mean));
    assert!(whole.variance.starts_with(&part.variance));
    assert!(whole.third_cumulant.starts_with(&part.third_cumulant));
    assert!(whole.jumps.starts_with(&part.jumps));
    let samples = part.samples();
    assert_eq!(part.variance.len(), samples * part.populations);
    assert_eq!(part.third_cumulant.len(), samples * part.populations);
    assert_eq!(part.jumps.len(), samples * part.populations * part.sources);
}

fn interrupted_after_three_looks<M: equipoise_engine::Method>(
    network: &Network,
    method: M,
    whole: &Trajectory,
) {
    let looks = AtomicUsize::new(0);
    let stop = || looks.fetch_add(1, Ordering::Relaxed) == 2;
    let mut recorder = TrajectoryRecorder::new(network, 0);
    let times: Vec<f64> = (0..=400).map(f64::from).collect();
    let outcome = simulate(network, method, (SEED, 0), &times, &mut recorder, stop);
    assert_eq!(outcome, Outcome::Interrupted);
    let part = recorder.into_trajectory();
    assert!(part.samples() > 0 && part.samples() < times.len());
    assert_begins(whole, &part);
}

#[test]
fn a_stop_within_a_replicate_keeps_its_samples() {
    let network = small();
    let times: Vec<f64> = (0..=400).map(f64::from).collect();
    let whole = |method| {
        Ensemble { times: times.clone(), ..ensemble(&network, method) }.replicate(0, || false)
    };
    let driven = TargetDriven::new(&network, SEED, 0);
    interrupted_after_three_looks(&network, driven, &whole(Method::Exact));
    let thinning = OneByOne::new(Thinning::new(&network), SEED, 0);
    interrupted_after_three_looks(&network, thinning, &whole(Method::Thinning));
    let leaps = Leap::new(&network, Leaps::DEFAULT, SEED, 0);
    interrupted_after_three_looks(&network, leaps, &whole(Method::Leap(Leaps::DEFAULT)));
}

#[test]
fn a_stop_beforehand_simulates_nothing() {
    let network = small();
    let stopped = ensemble(&network, Method::Exact).run(&AtomicBool::new(true), |_| Err(()));
    assert_eq!(stopped.expect("nothing is received"), Outcome::Interrupted);
}

#[test]
fn a_failing_receiver_ends_the_run_with_its_error() {
    let network = small();
    let many = Ensemble { replicates: u64::MAX, ..ensemble(&network, Method::Exact) };
    let mut received = 0;
    let result = many.run(&AtomicBool::new(false), |trajectory| {
        received += 1;
        if trajectory.replicate == 4 { Err("full") } else { Ok(()) }
    });
    assert!(matches!(result, Err(RunError::Receiver("full"))), "{result:?}");
    assert_eq!(received, 5);
}

/// Thinning, whatever is shared; leaps, where nothing is private.
#[test]
fn methods_refuse_transmissions_that_they_do_not_serve() {
    let thinning = SPIKING.map(|transmission| (transmission, METHODS[1]));
    for (transmission, method) in thinning.into_iter().chain([(Transmission::Shared, METHODS[2])]) {
        let network = Network { transmission, ..small() };
        let ensemble = ensemble(&network, method);
        let result = ensemble.run(&AtomicBool::new(false), |_| Err(()));
        let Err(RunError::Engine(EngineError::Transmission { transmission: named, method: by })) =
            result
        else {
            panic!("not refused: {result:?}");
        };
        assert_eq!((named, by), (transmission, method.name()));
    }
}

#[test]
fn a_method_must_be_chosen() {
    let network = small();
    let undecided = ensemble(&network, Method::Automatic(Leaps::DEFAULT));
    let result = undecided.run(&AtomicBool::new(false), |_| Err(()));
    assert!(matches!(result, Err(RunError::Engine(EngineError::Undecided))), "{result:?}");
}

#[test]
fn the_exact_method_is_that_of_the_transmission() {
    for transmission in SPIKING {
        let network = Network { transmission, ..small() };
        let all = collect(&ensemble(&network, Method::Exact));
        let mut recorder = TrajectoryRecorder::new(&network, 3);
        let method = SpikeDriven::new(&network, SEED, 3);
        let times = [0.0, 0.5, 1.0, 2.0];
        simulate(&network, method, (SEED, 3), &times, &mut recorder, || false);
        assert_eq!(all[3], recorder.into_trajectory());
        assert_eq!(all[3].spikes(0, 0), 0.0);
        assert!(all[3].spikes(3, 0) > 0.0);
        let last = all[3].sample(3);
        assert_eq!(last.spikes(0, 1), all[3].spikes(3, 1));
    }
}

#[test]
fn memory_that_cannot_be_had_is_refused() {
    let mut network = small();
    network.populations[0].count = usize::MAX / 16;
    let result = ensemble(&network, Method::Exact).run(&AtomicBool::new(false), |_| Err(()));
    assert!(matches!(result, Err(RunError::Engine(EngineError::Memory { .. }))), "{result:?}");
}

#[test]
fn states_of_ensembles_are_those_of_their_initial_law() {
    let network = small();
    let first = &collect(&ensemble(&network, Method::Exact))[3];
    let state = NetworkState::initial(&network, SEED, 3);
    let mean = state.potentiations(0, 0.0).sum::<f64>() / 6.0;
    assert!((first.mean[0] - mean).abs() < 1e-15);
}
