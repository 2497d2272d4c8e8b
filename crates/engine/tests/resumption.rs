//! Runs that are kept and gone on with: the same bits as if they had never stopped, in every method, with every recorder, on any number of threads and ranks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use equipoise_engine::ensemble::CHECKPOINT_VERSION;
use equipoise_engine::record::{Recorded, SpikeTrains};
use equipoise_engine::spike_driven::Grouping;
use equipoise_engine::trajectory::Before;
use equipoise_engine::vector::InstructionSet;
use equipoise_engine::windowed::Pace;
use equipoise_engine::{
    EngineError, Ensemble, Headway, Leap, Method as Moves, OneByOne, Outcome, Receiver, Recorder,
    Records, Run, RunError, Single, SpikeDriven, TargetDriven, Thinning, Trajectory, Windowed,
    record,
};
use equipoise_model::gain::{Tabulated, ThresholdLinear};
use equipoise_model::{
    Bins, Coupling, Gain, Leaps, Method, Network, Potentiations, Precision, Recording, Schedule,
    Selection,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::networks::{SPIKING, balanced_pair, external, logistic, probit, sine};
use crate::ranks::on_ranks;

const SEED: u64 = 167;
const TIMES: [f64; 5] = [0.0, 0.21, 0.5, 1.0, 1.6];

/// Steps and sines in drives and rates, an external population, and this gain.
/// Leaps whose neurons take 4 bytes.
const SINGLE: Leaps = Leaps { precision: Precision::Single, ..Leaps::DEFAULT };

fn driven_pair(gain: &Gain) -> Network {
    let mut network = balanced_pair(9, gain.clone());
    network.externals = vec![external("X", 3, Schedule::Steps(vec![(0.0, 0.7), (0.4, 1.1)]))];
    network.populations[0].drive = sine(0.1, 0.3, 1.3);
    network.populations[1].drive = Schedule::Steps(vec![(0.0, 0.2), (0.9, -0.1)]);
    network.coupling = Coupling::from_rows(&[vec![1.0, -1.0, 0.5], vec![1.5, -1.5, 0.5]]);
    network
}

fn gains() -> Vec<Gain> {
    let linear = Gain::ThresholdLinear(ThresholdLinear { gain: 0.8, threshold: -0.3 });
    let table = Tabulated::new(&[-1.0, 0.0, 2.0], &[0.1, 0.5, 1.0]).expect("a table");
    vec![
        logistic(1.0, 0.1, 0.4),
        probit(1.0, 0.1, 0.4),
        linear.clone(),
        linear.saturated(0.3),
        Gain::Tabulated(table).saturated(0.2),
    ]
}

fn everything() -> Recording {
    Recording {
        spikes: vec![Selection::All, Selection::Neurons(vec![0, 3])],
        activity: Some(0.07),
        jumps: true,
        snapshots: vec![0.0, 0.3, 1.0],
        potentiations: Some(Potentiations {
            interval: 0.3,
            neurons: vec![Selection::All, Selection::Neurons(vec![1, 5])],
        }),
        histograms: Some(Bins { from: -1.0, to: 1.0, count: 7 }),
        counts: true,
        activity_energy: Some(vec![0.3, 0.0]),
    }
}

/// A run that is written and read back at every `each`-th chance.
fn interrupted<M: Moves + Serialize + DeserializeOwned>(
    network: &Network,
    method: M,
    recording: &Recording,
    each: usize,
) -> (Trajectory, usize) {
    let stream = (SEED, 4);
    let times = record::times(&TIMES, recording);
    let mut run = Run::begin(network, method, stream);
    let mut recorded = Recorded::nothing(network, stream, recording);
    let mut written = 0;
    loop {
        let mut recorder = Recorder::<true>::going_on(network, &TIMES, recording, recorded);
        let mut looks = 0;
        let outcome = run.go_on(network, &times, &mut recorder, |_, _| {
            looks += 1;
            looks == each
        });
        if outcome == Outcome::Complete {
            return (recorder.into_trajectory(), written);
        }
        let bytes = postcard::to_stdvec(&(&run, recorder.recorded())).expect("written");
        (run, recorded) = postcard::from_bytes(&bytes).expect("read back");
        written += 1;
    }
}

fn assert_goes_on<M: Moves + Serialize + DeserializeOwned>(
    network: &Network,
    method: impl Fn() -> M,
    recording: &Recording,
) {
    let (whole, written) = interrupted(network, method(), recording, usize::MAX);
    assert_eq!(written, 0);
    for each in [1, 2, 7] {
        let (pieces, written) = interrupted(network, method(), recording, each);
        assert!(written > 2, "written {written} times");
        assert_eq!(whole, pieces, "every {each}");
    }
}

#[test]
fn methods_for_independent_transmission_go_on() {
    for gain in gains() {
        let network = driven_pair(&gain);
        let recording = everything();
        assert_goes_on(&network, || OneByOne::new(Thinning::new(&network), SEED, 4), &recording);
        assert_goes_on(&network, || TargetDriven::new(&network, SEED, 4), &recording);
        let pace = Pace { jumps: 1.5, deviations: 3.0, parts: 4, block: 4 };
        let set = InstructionSet::best();
        let windowed = || Windowed::with_pace(&network, (SEED, 4), set, pace);
        assert_goes_on(&network, windowed, &recording);
    }
}

#[test]
fn spike_driven_methods_go_on() {
    for transmission in SPIKING {
        for gain in gains() {
            let network = Network { transmission, ..driven_pair(&gain) };
            let alone = Network { transmission, ..balanced_pair(200, gain) };
            let recording = everything();
            assert_goes_on(&network, || SpikeDriven::new(&network, SEED, 4), &recording);
            let grouping = Grouping { neurons: 8, width: 2.0, room: 1.0, ahead: 16 };
            let set = InstructionSet::best();
            let grouped = || SpikeDriven::with_grouping(&alone, (SEED, 4), set, grouping);
            assert_goes_on(&alone, grouped, &recording);
        }
    }
}

/// Holds what an ensemble tells where it belongs, as a file does.
#[derive(Default)]
struct Shelf {
    trajectories: BTreeMap<u64, Trajectory>,
    part: usize,
    /// After so many parts a checkpoint is wanted, and then the ensemble is stopped.
    patience: usize,
    stop: Arc<AtomicBool>,
    checkpoint: Option<Vec<u8>>,
}

/// Puts values at their place; what is there already must be the same.
fn put<T: PartialEq + Clone + std::fmt::Debug>(shelf: &mut Vec<T>, at: usize, values: &[T]) {
    if values.is_empty() {
        return;
    }
    assert!(at <= shelf.len(), "a gap before {at}");
    let there = (shelf.len() - at).min(values.len());
    assert_eq!(shelf[at..at + there], values[..there]);
    shelf.extend_from_slice(&values[there..]);
}

impl Shelf {
    fn add(&mut self, part: &Trajectory, is_last: bool, bins: usize) {
        let whole = self.trajectories.entry(part.replicate).or_insert_with(|| emptied(part));
        let Before { samples, bins: bin, snapshots, frames, spikes, jumps } = &part.before;
        let (p, channels) = (part.populations, part.populations * part.sources);
        put(&mut whole.mean, samples * p, &part.mean);
        put(&mut whole.variance, samples * p, &part.variance);
        put(&mut whole.third_cumulant, samples * p, &part.third_cumulant);
        put(&mut whole.jumps, samples * channels, &part.jumps);
        put(&mut whole.spike_counts, samples * p, &part.spike_counts);
        let (all, new) = (&mut whole.records, &part.records);
        for (a, trains) in new.spikes.iter().enumerate() {
            put(&mut all.spikes[a].times, spikes[a], &trains.times);
            put(&mut all.spikes[a].neurons, spikes[a], &trains.neurons);
        }
        put(&mut all.activity, bin * channels, &new.activity);
        put(&mut all.spike_activity, bin * p, &new.spike_activity);
        put(&mut all.snapshots, snapshots * 18, &new.snapshots);
        put(&mut all.potentiations, frames * 11, &new.potentiations);
        put(&mut all.histograms, samples * p * (bins + 2), &new.histograms);
        put(&mut all.activity_energy, samples * p, &new.activity_energy);
        put(&mut all.jumps.times, *jumps, &new.jumps.times);
        put(&mut all.jumps.target_populations, *jumps, &new.jumps.target_populations);
        put(&mut all.jumps.target_neurons, *jumps, &new.jumps.target_neurons);
        put(&mut all.jumps.source_populations, *jumps, &new.jumps.source_populations);
        // Counts until the end: of an interrupted replicate until then.
        if is_last {
            (all.received, all.sent) = (new.received.clone(), new.sent.clone());
        }
    }
}

/// The same without anything recorded.
fn emptied(trajectory: &Trajectory) -> Trajectory {
    Trajectory {
        mean: Vec::new(),
        variance: Vec::new(),
        third_cumulant: Vec::new(),
        jumps: Vec::new(),
        spike_counts: Vec::new(),
        records: Records {
            spikes: vec![SpikeTrains::default(); trajectory.records.spikes.len()],
            ..Records::default()
        },
        before: Before::default(),
        ..*trajectory
    }
}

impl Receiver for Shelf {
    type Error = ();

    fn take(&mut self, part: Trajectory, is_last: bool) -> Result<(), ()> {
        self.add(&part, is_last, 7);
        self.patience = self.patience.saturating_sub(1);
        Ok(())
    }

    fn part(&self) -> usize {
        self.part
    }

    fn wants_checkpoint(&mut self) -> bool {
        self.patience == 0 && self.checkpoint.is_none()
    }

    fn keep(&mut self, checkpoint: &[u8]) -> Result<(), ()> {
        if self.checkpoint.is_none() {
            self.checkpoint = Some(checkpoint.to_vec());
            self.stop.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn ensemble<'a>(network: &'a Network, method: Method, recording: &Recording) -> Ensemble<'a> {
    Ensemble {
        network,
        method,
        seed: SEED,
        replicates: 100,
        times: TIMES.to_vec(),
        recording: recording.clone(),
        threads: 2,
        ranks: &Single,
        shelf: None,
    }
}

fn whole(ensemble: &Ensemble<'_>) -> Vec<Trajectory> {
    (0..ensemble.replicates).map(|replicate| ensemble.replicate(replicate, || false)).collect()
}

/// Interrupted again and again, each time by a checkpoint that is gone on from by another number of threads and ranks.
fn in_pieces(ensemble: &Ensemble<'_>, part: usize, patience: usize) -> (Vec<Trajectory>, usize) {
    let mut shelf = Shelf { part, ..Shelf::default() };
    let mut checkpoint: Option<Vec<u8>> = None;
    let mut interruptions = 0;
    loop {
        let stop = Arc::new(AtomicBool::new(false));
        (shelf.patience, shelf.stop) = (patience, stop.clone());
        let threads = 1 + (interruptions * 3) % 5;
        let ensemble = Ensemble { threads, ..ensemble.clone() };
        let ranks = 1 + interruptions % 3;
        let outcome = on_ranks(ranks, &ensemble, &AtomicBool::new(false), |ensemble| {
            let headway = Headway::default();
            ensemble.go_on(checkpoint.as_deref(), &stop, &headway, &mut shelf)
        });
        if outcome.expect("it goes on") == Outcome::Complete {
            break;
        }
        checkpoint = shelf.checkpoint.take();
        interruptions += 1;
    }
    (shelf.trajectories.into_values().collect(), interruptions)
}

#[test]
fn ensembles_go_on_from_checkpoints() {
    let network = driven_pair(&logistic(1.0, 0.1, 0.4));
    let with =
        |method| SPIKING.map(|transmission| (method, Network { transmission, ..network.clone() }));
    let spiking = with(Method::Exact).into_iter().chain(with(Method::Leap(Leaps::DEFAULT)));
    let methods =
        [Method::Exact, Method::Thinning, Method::Leap(Leaps::DEFAULT), Method::Leap(SINGLE)];
    let independent = methods.map(|method| (method, network.clone()));
    let cases: Vec<_> = independent.into_iter().chain(spiking).collect();
    let mut all = 0;
    for (method, network) in &cases {
        for recording in [Recording::default(), everything()] {
            let mut recording = recording;
            if matches!(method, Method::Leap(_)) {
                // Leaps know no single jumps.
                recording.spikes.clear();
                (recording.jumps, recording.counts) = (false, false);
            }
            let ensemble = ensemble(network, *method, &recording);
            let mut whole = whole(&ensemble);
            for trajectory in &mut whole {
                trajectory.before = Before::default();
            }
            for (part, patience) in [(usize::MAX, 1), (usize::MAX, 3), (200, 2), (5000, 1)] {
                let (mut pieces, interruptions) = in_pieces(&ensemble, part, patience);
                all += interruptions;
                for trajectory in &mut pieces {
                    trajectory.before = Before::default();
                }
                assert_eq!(whole, pieces, "{method:?} part {part} patience {patience}");
            }
        }
    }
    // Small networks are sometimes done before they can be stopped.
    assert!(all > 50, "interrupted {all} times");
}

/// Jumps so large that the squares of deviations are no numbers.
#[test]
fn potentiations_that_are_not_finite_end_the_ensemble() {
    let mut network = balanced_pair(9, logistic(1.0, 0.0, 0.5));
    network.coupling = Coupling::from_rows(&[vec![1e200, -1e200], vec![1.0, -1.0]]);
    for method in [Method::Exact, Method::Leap(Leaps::DEFAULT), Method::Leap(SINGLE)] {
        let recording = Recording::default();
        let ensemble = ensemble(&network, method, &recording);
        let outcome = ensemble.run(&AtomicBool::new(false), |_| Ok::<(), ()>(()));
        let Err(RunError::Engine(EngineError::NotFinite { population, time, .. })) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(population, network.populations[0].name);
        assert!(time > 0.0);
    }
}

#[test]
fn a_checkpoint_of_something_else_is_refused() {
    let network = driven_pair(&logistic(1.0, 0.1, 0.4));
    let recording = Recording::default();
    let ensemble = ensemble(&network, Method::Exact, &recording);
    let mut shelf = Shelf::default();
    let stop = AtomicBool::new(false);
    let outcome = ensemble.go_on(Some(&[7; 3]), &stop, &Headway::default(), &mut shelf);
    assert!(matches!(outcome, Err(RunError::Engine(EngineError::Checkpoint))));
}

/// Bytes of the states of all methods at time 0. Where these change, [`CHECKPOINT_VERSION`] must be raised: a program would take a checkpoint of the
/// version before for one of its own.
#[test]
fn states_have_the_layout_of_their_version() {
    let network = driven_pair(&logistic(1.0, 0.1, 0.4));
    let bytes = |state: Result<Vec<u8>, postcard::Error>| state.expect("written").len();
    let independent = &network;
    let shared = Network { transmission: SPIKING[0], ..network.clone() };
    let stream = (SEED, 4);
    let thinning = OneByOne::new(Thinning::new(independent), SEED, 4);
    let windowed = Windowed::with_pace(
        independent,
        stream,
        InstructionSet::best(),
        Pace { jumps: 1.5, deviations: 3.0, parts: 4, block: 4 },
    );
    let nothing = Recorded::nothing(independent, stream, &everything());
    let lengths = [
        bytes(postcard::to_stdvec(&Run::begin(independent, thinning, stream))),
        bytes(postcard::to_stdvec(&Run::begin(
            independent,
            TargetDriven::new(independent, SEED, 4),
            stream,
        ))),
        bytes(postcard::to_stdvec(&Run::begin(independent, windowed, stream))),
        bytes(postcard::to_stdvec(&Run::begin(
            &shared,
            SpikeDriven::new(&shared, SEED, 4),
            stream,
        ))),
        bytes(postcard::to_stdvec(&Run::begin(
            independent,
            Leap::new(independent, Leaps::DEFAULT, SEED, 4),
            stream,
        ))),
        bytes(postcard::to_stdvec(&nothing)),
    ];
    assert_eq!((CHECKPOINT_VERSION, lengths), (5, [675, 62_730, 5_458, 37_711, 1_171, 278]));
}
