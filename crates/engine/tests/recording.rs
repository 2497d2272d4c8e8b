//! What is recorded: it changes no other number, fits together, and trains of spikes have their law.

use equipoise_engine::record::senders::Senders;
use equipoise_engine::stream::{Purpose, Stream, stream};
use equipoise_engine::{
    Ensemble, Jump, NetworkState, Observer, Recorder, Records, Single, Spike, Trajectory, record,
};
use equipoise_model::{
    Bins, GainFunction, Method, Network, Potentiations, Recording, Selection, Transmission,
};
use rand::RngExt;

use crate::channels::{steep_network, unbounded_network};
use crate::evidence::Family;
use crate::networks::{SPIKING, balanced_pair, external, logistic};
use crate::quadrature::integral;
use crate::simulators::Simulator;

const SEED: u64 = 141;
const TIMES: [f64; 4] = [0.0, 0.21, 0.5, 1.0];

fn driven_pair(transmission: Transmission) -> Network {
    let mut network = balanced_pair(9, logistic(1.0, 0.1, 0.4));
    network.transmission = transmission;
    network.externals = vec![external("X", 3, equipoise_model::Schedule::Constant(0.7))];
    let rows = [vec![1.0, -1.0, 0.5], vec![1.5, -1.5, 0.5]];
    network.coupling = equipoise_model::Coupling::from_rows(&rows);
    network
}

fn everything() -> Recording {
    Recording {
        spikes: vec![Selection::All, Selection::All],
        activity: Some(0.125),
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

/// Each right simulator with each transmission that it has.
fn simulators() -> Vec<(Simulator, Transmission)> {
    let spiking =
        SPIKING.into_iter().flat_map(|t| Simulator::SPIKING.map(|simulator| (simulator, t)));
    let independent = Simulator::RIGHT.map(|simulator| (simulator, Transmission::Independent));
    independent.into_iter().chain(spiking).collect()
}

fn recorded(simulator: Simulator, network: &Network, recording: &Recording) -> Trajectory {
    let times = record::times(&TIMES, recording);
    if recording.watches_jumps() {
        let mut recorder = Recorder::<true>::new(network, (SEED, 3), &TIMES, recording);
        simulator.observe(network, (SEED, 3), &times, &mut recorder);
        recorder.into_trajectory()
    } else {
        let mut recorder = Recorder::<false>::new(network, (SEED, 3), &TIMES, recording);
        simulator.observe(network, (SEED, 3), &times, &mut recorder);
        recorder.into_trajectory()
    }
}

#[test]
fn recording_changes_no_other_number() {
    let all = everything();
    let none = Recording::default();
    let parts = [
        Recording { spikes: all.spikes.clone(), ..none.clone() },
        Recording { activity: all.activity, ..none.clone() },
        Recording { jumps: true, ..none.clone() },
        Recording { snapshots: all.snapshots.clone(), ..none.clone() },
        Recording { potentiations: all.potentiations.clone(), ..none.clone() },
        Recording { histograms: all.histograms, ..none.clone() },
        Recording { counts: true, ..none.clone() },
        Recording { activity_energy: all.activity_energy.clone(), ..none.clone() },
    ];
    for (simulator, transmission) in simulators() {
        let network = driven_pair(transmission);
        let plain = simulator.trajectory(&network, (SEED, 3), &TIMES);
        assert_eq!(recorded(simulator, &network, &none), plain);
        let whole = recorded(simulator, &network, &all);
        assert_eq!(Trajectory { records: Records::default(), ..whole.clone() }, plain);
        for part in &parts {
            let alone = recorded(simulator, &network, part).records;
            let expected = only(part, &whole.records);
            assert_eq!(alone, expected, "{simulator:?}, {part:?}");
        }
    }
}

/// Of all records those that a recording asks for.
fn only(recording: &Recording, all: &Records) -> Records {
    let none = Records::default();
    let chosen = |wanted: bool, all: &Vec<u64>| if wanted { all.clone() } else { Vec::new() };
    Records {
        spikes: if recording.has_spikes() { all.spikes.clone() } else { Vec::new() },
        activity: chosen(recording.activity.is_some(), &all.activity),
        spike_activity: chosen(recording.activity.is_some(), &all.spike_activity),
        jumps: if recording.jumps { all.jumps.clone() } else { none.jumps },
        snapshots: if recording.snapshots.is_empty() {
            none.snapshots
        } else {
            all.snapshots.clone()
        },
        potentiations: if recording.potentiations.is_some() {
            all.potentiations.clone()
        } else {
            none.potentiations
        },
        histograms: chosen(recording.histograms.is_some(), &all.histograms),
        activity_energy: match recording.activity_energy {
            Some(_) => all.activity_energy.clone(),
            None => none.activity_energy,
        },
        received: chosen(recording.counts, &all.received),
        sent: chosen(recording.counts, &all.sent),
    }
}

#[test]
fn chosen_neurons_have_the_trains_that_they_have_among_all() {
    for (simulator, transmission) in simulators() {
        let network = driven_pair(transmission);
        let all = recorded(simulator, &network, &everything()).records.spikes;
        let chosen = vec![Selection::None, Selection::Neurons(vec![2, 5])];
        let recording = Recording { spikes: chosen, ..Recording::default() };
        let few = recorded(simulator, &network, &recording).records.spikes;
        assert!(few[0].times.is_empty());
        let among = all[1].times.iter().zip(&all[1].neurons).filter(|(_, n)| [2, 5].contains(*n));
        assert!(few[1].times.iter().zip(&few[1].neurons).eq(among));
    }
}

#[test]
fn records_fit_together() {
    for (simulator, transmission) in simulators() {
        let network = driven_pair(transmission);
        let trajectory = recorded(simulator, &network, &everything());
        let records = &trajectory.records;
        let channels = 2 * 3;
        let last = &trajectory.jumps[3 * channels..];
        let binned =
            |channel: usize| records.activity.iter().skip(channel).step_by(channels).sum::<u64>();
        assert_eq!((0..channels).map(binned).collect::<Vec<_>>(), last);
        assert_eq!(records.activity.len(), 8 * channels);
        let independent = transmission == Transmission::Independent;
        let received: u64 = records.received.iter().sum();
        assert_eq!(received, records.jumps.times.len() as u64);
        assert!(records.jumps.times.is_sorted());
        if independent {
            assert_eq!(received, last.iter().sum::<u64>());
            assert!(records.sent.is_empty() && records.spike_activity.is_empty());
        } else {
            let spikes: Vec<u64> = records.spikes.iter().map(|s| s.times.len() as u64).collect();
            assert_eq!(spikes, trajectory.spike_counts[3 * 2..]);
            assert_eq!(records.sent.iter().sum::<u64>(), spikes.iter().sum::<u64>());
            assert_eq!(records.spike_activity.iter().sum::<u64>(), spikes.iter().sum::<u64>());
        }
        for (sample, counts) in records.histograms.chunks(9).enumerate() {
            assert_eq!(counts.iter().sum::<u64>(), 9, "{sample}");
        }
        assert_eq!(records.histograms.len(), 4 * 2 * 9);
        assert_eq!(records.snapshots.len(), 3 * 18);
        // The grid has four times; the snapshots at 0 and 0.3 are its first two.
        assert_eq!(records.potentiations.len(), 4 * 11);
        for (frame, snapshot) in
            records.potentiations.chunks(11).zip(records.snapshots.chunks(18)).take(2)
        {
            assert_eq!(frame, [&snapshot[..9], &[snapshot[10], snapshot[14]]].concat());
        }
        // The first and the last sample are snapshots, too.
        for (sample, snapshot) in [(0, 0), (3, 2)] {
            for (a, threshold) in [0.3, 0.0].into_iter().enumerate() {
                let neurons = &records.snapshots[snapshot * 18 + a * 9..][..9];
                let gain = &network.populations[a].gain;
                let squares = neurons.iter().map(|z| (gain.intensity(*z) - threshold).powi(2));
                let energy = records.activity_energy[sample * 2 + a];
                assert!((squares.sum::<f64>() / energy - 1.0).abs() < 1e-7);
            }
        }
        let mean = records.snapshots[36..45].iter().sum::<f64>() / 9.0;
        assert!((mean - trajectory.mean[3 * 2]).abs() < 1e-12);
    }
}

#[test]
fn ensembles_record_what_they_are_told_on_any_number_of_threads() {
    let network = driven_pair(Transmission::Independent);
    let on = |threads| {
        let (times, recording) = (TIMES.to_vec(), everything());
        let method = Method::Exact;
        let ensemble = Ensemble {
            network: &network,
            method,
            seed: SEED,
            replicates: 5,
            times,
            recording,
            threads,
            ranks: &Single,
            shelf: None,
        };
        let mut all = Vec::new();
        let keep = |trajectory| {
            all.push(trajectory);
            Ok::<(), ()>(())
        };
        ensemble.run(&std::sync::atomic::AtomicBool::new(false), keep).expect("a valid ensemble");
        all
    };
    let alone = on(1);
    assert_eq!(alone, on(2));
    assert_eq!(alone[3], recorded(Simulator::TargetDriven, &network, &everything()));
}

/// How it is decided whether a jump is a spike of the neuron before its target.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// As the engine does.
    Right,
    /// Of all neurons of the source, the target too.
    TargetIncluded,
    /// As if all sources were alike.
    Uniform,
}

/// The trains of all neurons in the clock of their own compensators.
struct Trains {
    rule: Rule,
    senders: Senders,
    rng: Stream,
    /// Since the last spike of each neuron, the integral of its intensity; gaps, and spikes less the integral, and the integral.
    gap: Vec<f64>,
    gaps: Vec<Vec<f64>>,
    score: Vec<(f64, f64)>,
    path: Option<(NetworkState, f64)>,
}

impl Trains {
    fn new(network: &Network, rule: Rule) -> Self {
        let neurons = network.neuron_count();
        Self {
            rule,
            senders: Senders::new(network, stream(SEED, 0, Purpose::Senders)),
            rng: stream(SEED, 0, Purpose::Senders),
            gap: vec![0.0; neurons],
            gaps: vec![Vec::new(); neurons],
            score: vec![(0.0, 0.0); neurons],
            path: None,
        }
    }

    fn begin(&mut self, network: &Network, replicate: u64) {
        self.path = None;
        self.senders = Senders::new(network, stream(SEED, replicate, Purpose::Senders));
    }

    fn advance(&mut self, network: &Network, time: f64) {
        let Some((state, from)) = &self.path else { return };
        let kinked = network.populations.iter().any(|population| population.gain.kink().is_some());
        let mut index = 0;
        for (b, population) in network.populations.iter().enumerate() {
            for j in 0..population.count {
                let rate = |t| population.gain.intensity(state.potentiation(b, j, t));
                let expected = integral(*from, time, if kinked { 16 } else { 1 }, rate);
                self.gap[index] += expected;
                self.score[index].0 -= expected;
                self.score[index].1 += expected;
                index += 1;
            }
        }
    }

    /// Number of the neuron whose spike a jump is.
    fn sender(&mut self, network: &Network, state: &NetworkState, jump: &Jump) -> Option<usize> {
        let first = |population: usize| {
            network.populations[..population].iter().map(|p| p.count).sum::<usize>()
        };
        let (b, j) = match self.rule {
            Rule::Right => self.senders.sender(network, state, jump)?,
            rule => {
                let neurons = network.neuron_count();
                let target = first(jump.target_population) + jump.target_neuron;
                let before = (target + neurons - 1) % neurons;
                let b = jump.source_population;
                let population = network.populations.get(b)?;
                let j = before.checked_sub(first(b)).filter(|j| *j < population.count)?;
                let own = usize::from(jump.target_population == b);
                let all: f64 =
                    state.potentiations(b, jump.time).map(|z| population.gain.intensity(z)).sum();
                let part = match rule {
                    Rule::TargetIncluded => {
                        population.gain.intensity(state.potentiation(b, j, jump.time)) / all
                    }
                    _ => 1.0 / (population.count - own) as f64,
                };
                let u: f64 = self.rng.random();
                (u < part).then_some((b, j))?
            }
        };
        Some(first(b) + j)
    }
}

impl Observer for Trains {
    const WATCHES_JUMPS: bool = true;

    fn sample(&mut self, network: &Network, state: &NetworkState, time: f64) {
        self.advance(network, time);
        self.path = Some((state.clone(), time));
    }

    fn jump(&mut self, network: &Network, state: &NetworkState, jump: &Jump) {
        self.advance(network, jump.time);
        if let Some(neuron) = self.sender(network, state, jump) {
            self.gaps[neuron].push(std::mem::take(&mut self.gap[neuron]));
            self.score[neuron].0 += 1.0;
        }
        self.path = Some((state.clone(), jump.time));
    }

    fn spike(&mut self, _: &Network, _: &NetworkState, _: &Spike) {}
}

/// Trains against Poisson processes of rate 1 in the clocks of their compensators, of all neurons and of each population.
fn trains(name: &str, network: &Network, simulator: Simulator, rule: Rule) -> Family {
    const REPLICATES: u64 = 60;
    let mut trains = Trains::new(network, rule);
    for replicate in 0..REPLICATES {
        trains.begin(network, replicate);
        simulator.observe(network, (SEED, replicate), &[0.0, 40.0], &mut trains);
    }
    let mut family = Family::new(format!("trains, {name}, {rule:?}: {simulator:?}"));
    let (mut all, mut first) = ((0.0, 0.0), 0);
    for population in &network.populations {
        let own = first..first + population.count;
        first += population.count;
        let gaps = trains.gaps[own.clone()].concat();
        family.exponential(format!("gaps of {}", population.name), gaps);
        for (neuron, (score, expected)) in trains.score[own.clone()].iter().enumerate() {
            family
                .normal(format!("spikes of {} {neuron}", population.name), score / expected.sqrt());
            all = (all.0 + score, all.1 + expected);
        }
    }
    family.normal("spikes of all", all.0 / all.1.sqrt());
    family
}

#[test]
fn trains_have_the_intensities_of_their_neurons() {
    for simulator in Simulator::RIGHT {
        trains("steep", &steep_network(), simulator, Rule::Right).accept();
        trains("unbounded", &unbounded_network(0.0), simulator, Rule::Right).accept();
    }
}

#[test]
fn other_rules_are_found_out() {
    for rule in [Rule::TargetIncluded, Rule::Uniform] {
        trains("steep", &steep_network(), Simulator::TargetDriven, rule).reject();
    }
}
