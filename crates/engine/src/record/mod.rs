//! What is recorded of a run: moments, and what a [`Recording`] asks for beside them.
//!
//! What is not asked for costs nothing: activity, snapshots, potentiations, histograms and the activity energy are taken from the state when the run pauses; only spike
//! trains, the stream of jumps and counts of neurons have jumps looked at one by one ([`Observer::WATCHES_JUMPS`]). Nothing that is simulated depends
//! on it: methods know neither pauses nor observers, and the sources of spikes have a random stream of their own ([`senders`]).

pub mod senders;

use std::mem::take;

use equipoise_model::{Network, Recording, Selection, Transmission};

use crate::activity::ActivityEnergy;
use crate::ensemble::EngineError;
use crate::jump::{Jump, Spike};
use crate::observer::Observer;
use crate::shelf::{Kept, Row, Shelf};
use crate::state::NetworkState;
use crate::stream::{Purpose, stream};
use crate::team::Team;
use crate::trajectory::{Before, Trajectory, TrajectoryRecorder};

use senders::Senders;
use serde::{Deserialize, Serialize};

/// Bytes of a recorded spike and of a recorded jump.
const BYTES_OF_SPIKE: usize = 12;
const BYTES_OF_JUMP: usize = 16;
/// Values that are put on a shelf at once: some megabytes.
const SHELVED_AT_ONCE: usize = 1 << 19;

/// Spikes of some neurons of a population, in the order of their times.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SpikeTrains {
    /// When.
    pub times: Vec<f64>,
    /// Which neuron of the population.
    pub neurons: Vec<u32>,
}

/// All jumps of single neurons, in the order of their times: every jump under independent transmission, those from external
/// sources under shared transmission and release.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct JumpStream {
    /// When.
    pub times: Vec<f64>,
    /// Population of the target.
    pub target_populations: Vec<u16>,
    /// The target within its population.
    pub target_neurons: Vec<u32>,
    /// Population of the source.
    pub source_populations: Vec<u16>,
}

/// What a [`Recording`] asked for, of one replicate; what it did not ask for is empty. After an interruption it goes as far as the run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Records {
    /// By population. Under independent transmission the train of a neuron is the process of its jumps onto the next neuron, in
    /// the order of the populations and cyclically, so its intensity is `lambda`; under shared transmission and release the spikes themselves.
    pub spikes: Vec<SpikeTrains>,
    /// Jumps in each bin of time, (bin, target population, source population).
    pub activity: Vec<u64>,
    /// Spikes in each bin of time, (bin, population); empty under independent transmission.
    pub spike_activity: Vec<u64>,
    /// Every jump.
    pub jumps: JumpStream,
    /// Potentiation at the snapshot times, (snapshot, neuron), neurons in the order of the populations.
    pub snapshots: Vec<f64>,
    /// Potentiation of the chosen neurons on the grid of times, (frame, chosen neuron), neurons in the order of the populations.
    pub potentiations: Vec<f64>,
    /// Neurons with their potentiation below all bins, in each bin, and above all bins, (sample time, population, place).
    pub histograms: Vec<u64>,
    /// Sum over the neurons of a population of `(lambda_a(z) - theta_a)^2`, (sample time, population).
    pub activity_energy: Vec<f64>,
    /// Jumps of single neurons until the end, (neuron, source population).
    pub received: Vec<u64>,
    /// Spikes of each neuron until the end; empty under independent transmission.
    pub sent: Vec<u64>,
}

impl Records {
    pub(crate) fn bytes(&self) -> usize {
        let spikes = self.spikes.iter().map(|trains| trains.times.len() * BYTES_OF_SPIKE);
        let words = self.received.len()
            + self.sent.len()
            + self.activity.len()
            + self.spike_activity.len()
            + self.snapshots.len()
            + self.potentiations.len()
            + self.histograms.len()
            + self.activity_energy.len();
        spikes.sum::<usize>() + self.jumps.times.len() * BYTES_OF_JUMP + words * size_of::<u64>()
    }

    /// Takes out what is in it now, but for the counts of neurons, which are known at the end alone.
    pub(crate) fn take(&mut self, before: &mut Before) -> Self {
        for (before, trains) in before.spikes.iter_mut().zip(&self.spikes) {
            *before += trains.times.len();
        }
        before.jumps += self.jumps.times.len();
        Self {
            spikes: self.spikes.iter_mut().map(take).collect(),
            activity: take(&mut self.activity),
            spike_activity: take(&mut self.spike_activity),
            jumps: take(&mut self.jumps),
            snapshots: take(&mut self.snapshots),
            potentiations: take(&mut self.potentiations),
            histograms: take(&mut self.histograms),
            activity_energy: take(&mut self.activity_energy),
            ..Self::default()
        }
    }
}

/// The times at which a run must pause: sample times, snapshots, edges of bins and the grid of potentiations, rising.
pub fn times(samples: &[f64], recording: &Recording) -> Vec<f64> {
    let mut times = samples.to_vec();
    times.extend_from_slice(&recording.snapshots);
    times.extend(edges(samples, recording));
    times.extend(grid(samples, recording));
    times.sort_by(f64::total_cmp);
    times.dedup();
    times
}

/// Where the bins of the activity begin and end.
fn edges(samples: &[f64], recording: &Recording) -> impl Iterator<Item = f64> {
    let end = samples.last().copied().unwrap_or(0.0);
    let width = recording.activity.unwrap_or(0.0);
    let bins = recording.bins(end);
    // No bin, no edge.
    let edges = if bins == 0 { 0..0 } else { 0..bins + 1 };
    edges.map(move |edge| (edge as f64 * width).min(end))
}

/// When the potentiations of chosen neurons are recorded.
fn grid(samples: &[f64], recording: &Recording) -> impl Iterator<Item = f64> {
    let end = samples.last().copied().unwrap_or(0.0);
    recording.potentiations.iter().flat_map(move |potentiations| potentiations.times(end))
}

/// Takes the next of some rising times if it is this one.
fn is_next(times: &[f64], next: &mut usize, time: f64) -> bool {
    let is_next = times.get(*next).is_some_and(|next| *next == time);
    *next += usize::from(is_next);
    is_next
}

/// Puts a row on a shelf, some values at a time.
fn shelve(shelf: &dyn Shelf, mut row: Row<'_>, values: &mut dyn Iterator<Item = f64>) {
    let mut some = Vec::new();
    loop {
        some.clear();
        some.extend(Iterator::take(&mut *values, SHELVED_AT_ONCE));
        // Where there are none, the shelf hears of the row all the same.
        if some.is_empty() && row.first > 0 {
            return;
        }
        shelf.put(Row { values: &some, ..row });
        if some.len() < SHELVED_AT_ONCE {
            return;
        }
        row.first += some.len();
    }
}

/// What a [`Recorder`] has recorded and not handed over, and what it needs to go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recorded {
    moments: TrajectoryRecorder,
    /// How many of the sample times, snapshots, edges of bins and times of the grid have passed.
    passed: (usize, usize, usize, usize),
    /// Jumps and spikes until the last edge.
    tally: Vec<u64>,
    spikes: Vec<u64>,
    senders: Senders,
}

/// Records a [`Trajectory`] with [`Records`]; `JUMPS` says whether jumps are looked at one by one.
#[derive(Debug)]
pub struct Recorder<'a, const JUMPS: bool> {
    recording: &'a Recording,
    samples: &'a [f64],
    edges: Vec<f64>,
    grid: Vec<f64>,
    activity: Option<ActivityEnergy>,
    /// Whether neurons have spikes of their own.
    counts_spikes: bool,
    /// Number of the first neuron of each population.
    firsts: Vec<usize>,
    /// Over which the network is spread.
    team: Team<'a>,
    /// Where this rank keeps what is recorded of its neurons.
    shelf: Option<&'a dyn Shelf>,
    /// The population whose moments are not finite, and since when.
    fault: Option<(String, f64)>,
    recorded: Recorded,
}

impl Recorded {
    /// Nothing yet, of a replicate.
    pub fn nothing(
        network: &Network,
        (seed, replicate): (u64, u64),
        recording: &Recording,
    ) -> Self {
        let neurons = network.neuron_count();
        let mut moments = TrajectoryRecorder::new(network, replicate);
        let records = &mut moments.trajectory.records;
        if recording.has_spikes() {
            records.spikes = vec![SpikeTrains::default(); network.population_count()];
        }
        if recording.counts {
            records.received = vec![0; neurons * network.source_count()];
            if network.transmission != Transmission::Independent {
                records.sent = vec![0; neurons];
            }
        }
        Self {
            moments,
            passed: (0, 0, 0, 0),
            tally: Vec::new(),
            spikes: Vec::new(),
            senders: Senders::new(network, stream(seed, replicate, Purpose::Senders)),
        }
    }

    /// What ranks need of it that have parts of the network and hand nothing over.
    pub(crate) fn elsewhere(&self, network: &Network) -> Self {
        let moments = TrajectoryRecorder::new(network, self.moments.trajectory.replicate);
        let Self { passed, ref tally, ref spikes, ref senders, .. } = *self;
        let (tally, spikes, senders) = (tally.clone(), spikes.clone(), senders.clone());
        Self { moments, passed, tally, spikes, senders }
    }

    fn records(&mut self) -> &mut Records {
        &mut self.moments.trajectory.records
    }
}

impl<'a, const JUMPS: bool> Recorder<'a, JUMPS> {
    /// Of a replicate that is observed at the [`times`] for these sample times.
    pub fn new(
        network: &Network,
        stream: (u64, u64),
        samples: &'a [f64],
        recording: &'a Recording,
    ) -> Self {
        let nothing = Recorded::nothing(network, stream, recording);
        Self::going_on(network, samples, recording, nothing)
    }

    /// The same, going on from what was recorded before.
    pub fn going_on(
        network: &Network,
        samples: &'a [f64],
        recording: &'a Recording,
        recorded: Recorded,
    ) -> Self {
        debug_assert!(JUMPS || !recording.watches_jumps());
        let firsts = network.populations.iter().scan(0, |first, population| {
            let own = *first;
            *first += population.count;
            Some(own)
        });
        Self {
            recording,
            samples,
            edges: edges(samples, recording).collect(),
            grid: grid(samples, recording).collect(),
            activity: recording
                .activity_energy
                .as_ref()
                .map(|thresholds| ActivityEnergy::new(network, thresholds)),
            counts_spikes: network.transmission != Transmission::Independent,
            firsts: firsts.collect(),
            team: Team::default(),
            shelf: None,
            fault: None,
            recorded,
        }
    }

    /// The same of a network that is spread over a team. All ranks record what they know together; snapshots and potentiations are on rank 0 alone, unless each has a shelf for its own.
    pub(crate) fn over(self, team: Team<'a>, shelf: Option<&'a dyn Shelf>) -> Self {
        Self { team, shelf, ..self }
    }

    /// What was recorded.
    pub fn into_trajectory(self) -> Trajectory {
        self.recorded.moments.into_trajectory()
    }

    /// What is needed to go on.
    pub fn recorded(&self) -> &Recorded {
        &self.recorded
    }

    /// The population whose moments are not finite, if there is one.
    pub(crate) fn fault(&self, replicate: u64) -> Option<EngineError> {
        let (population, time) = self.fault.clone()?;
        Some(EngineError::NotFinite { population, time, replicate })
    }

    /// Looks whether the last sample is finite.
    fn look_for_fault(&mut self, network: &Network, time: f64) {
        let Trajectory { mean, variance, .. } = &self.recorded.moments.trajectory;
        let first = mean.len() - network.population_count();
        let sound = |at: usize| mean[at].is_finite() && variance[at].is_finite();
        if let Some(at) = (first..mean.len()).find(|at| !sound(*at)) {
            self.fault = Some((network.populations[at - first].name.clone(), time));
        }
    }

    /// Bytes that are recorded and can be taken.
    pub(crate) fn bytes(&self) -> usize {
        let Trajectory { records, .. } = &self.recorded.moments.trajectory;
        let kept = (records.received.len() + records.sent.len()) * size_of::<u64>();
        self.recorded.moments.trajectory.bytes() - kept
    }

    /// Takes out what was recorded since the last part.
    pub(crate) fn take_part(&mut self) -> Trajectory {
        let Recorded { moments, passed, .. } = &mut self.recorded;
        let part = moments.trajectory.take();
        moments.trajectory.before.snapshots = passed.1;
        moments.trajectory.before.bins = passed.2.saturating_sub(1);
        moments.trajectory.before.frames = passed.3;
        part
    }

    /// Counts what has happened since the last edge of a bin.
    fn close_bin(&mut self, state: &NetworkState) {
        let since = |now: &[u64], before: &[u64]| -> Vec<u64> {
            now.iter().zip(before).map(|(now, before)| now - before).collect()
        };
        let recorded = &mut self.recorded;
        let jumps = since(state.tally(), &recorded.tally);
        let spikes = since(state.spikes(), &recorded.spikes);
        recorded.tally = state.tally().to_vec();
        recorded.records().activity.extend(jumps);
        if self.counts_spikes {
            recorded.spikes = state.spikes().to_vec();
            recorded.records().spike_activity.extend(spikes);
        }
    }

    fn count_potentiations(&mut self, network: &Network, state: &NetworkState, time: f64) {
        let Some(bins) = &self.recording.histograms else { return };
        for population in 0..network.population_count() {
            let mut counts = vec![0; bins.count + 2];
            for potentiation in state.potentiations(population, time) {
                counts[bins.place(potentiation)] += 1;
            }
            let sums = |a: Vec<u64>, b: Vec<u64>| a.iter().zip(b).map(|(a, b)| a + b).collect();
            let counts: Vec<u64> = self.team.tell(self.team.bring(counts, sums));
            self.recorded.records().histograms.extend(counts);
        }
    }

    /// Potentiations of chosen neurons of all populations, which is what a row of this number keeps: on rank 0, which alone has them then, or nothing where they are on shelves.
    fn potentiations<'s>(
        &self,
        network: &Network,
        (state, time): (&NetworkState, f64),
        (kept, number): (Kept, usize),
        chosen: impl Fn(usize) -> &'s Selection,
    ) -> Vec<f64> {
        let mut all = Vec::new();
        let replicate = self.recorded.moments.trajectory.replicate;
        for (population, description) in network.populations.iter().enumerate() {
            let here = self.team.neurons(description.count);
            let of_neuron = |k: &usize| state.potentiation(population, k - here.start, time);
            let mut own: Box<dyn Iterator<Item = f64>> = match chosen(population) {
                Selection::None => continue,
                Selection::All => Box::new(state.potentiations(population, time)),
                Selection::Neurons(neurons) => {
                    Box::new(neurons.iter().filter(|k| here.contains(k)).map(of_neuron))
                }
            };
            if let Some(shelf) = self.shelf {
                let row = Row { kept, replicate, number, population, first: 0, values: &[] };
                shelve(shelf, row, own.as_mut());
            } else {
                let own: Vec<f64> = own.collect();
                all.extend(self.team.gather(own).into_iter().flatten().flatten());
            }
        }
        all
    }

    fn record_spike(&mut self, time: f64, population: usize, neuron: usize) {
        let chosen = self.recording.spikes.get(population);
        if chosen.is_some_and(|chosen| chosen.contains(neuron)) {
            self.recorded.records().spikes[population].times.push(time);
            self.recorded.records().spikes[population].neurons.push(neuron as u32);
        }
    }
}

impl<const JUMPS: bool> Observer for Recorder<'_, JUMPS> {
    const WATCHES_JUMPS: bool = JUMPS;

    fn sample(&mut self, network: &Network, state: &NetworkState, time: f64) {
        if is_next(self.samples, &mut self.recorded.passed.0, time) {
            let activity = self.activity.as_ref();
            let state_and_team = (state, self.team);
            self.recorded.moments.sample_with(network, state_and_team, time, activity);
            self.look_for_fault(network, time);
            self.count_potentiations(network, state, time);
        }
        if is_next(&self.recording.snapshots, &mut self.recorded.passed.1, time) {
            let row = (Kept::Snapshots, self.recorded.passed.1 - 1);
            let all = self.potentiations(network, (state, time), row, |_| &Selection::All);
            self.recorded.records().snapshots.extend(all);
        }
        if is_next(&self.edges, &mut self.recorded.passed.2, time) {
            self.close_bin(state);
        }
        if is_next(&self.grid, &mut self.recorded.passed.3, time)
            && let Some(potentiations) = &self.recording.potentiations
        {
            let chosen = |population: usize| &potentiations.neurons[population];
            let row = (Kept::Potentiations, self.recorded.passed.3 - 1);
            let all = self.potentiations(network, (state, time), row, chosen);
            self.recorded.records().potentiations.extend(all);
        }
    }

    fn jump(&mut self, network: &Network, state: &NetworkState, jump: &Jump) {
        if self.recording.jumps {
            let stream = &mut self.recorded.records().jumps;
            stream.times.push(jump.time);
            stream.target_populations.push(jump.target_population as u16);
            stream.target_neurons.push(jump.target_neuron as u32);
            stream.source_populations.push(jump.source_population as u16);
        }
        if self.recording.counts {
            let neuron = self.firsts[jump.target_population] + jump.target_neuron;
            self.recorded.records().received
                [neuron * network.source_count() + jump.source_population] += 1;
        }
        if self.recorded.records().spikes.is_empty() || self.counts_spikes {
            return;
        }
        if let Some((population, neuron)) = self.recorded.senders.sender(network, state, jump) {
            self.record_spike(jump.time, population, neuron);
        }
    }

    fn spike(&mut self, _: &Network, _: &NetworkState, spike: &Spike) {
        if self.recording.counts {
            self.recorded.records().sent[self.firsts[spike.population] + spike.neuron] += 1;
        }
        self.record_spike(spike.time, spike.population, spike.neuron);
    }
}
