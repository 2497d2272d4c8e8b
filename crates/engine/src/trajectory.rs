//! Moments of the populations and counts of jumps at the sample times.

use std::mem::take;

use equipoise_model::{Network, Transmission};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::activity::{ActivityEnergy, Squares};
use crate::deviations::{Deviations, Stored};
use crate::observer::Observer;
use crate::record::Records;
use crate::state::NetworkState;
use crate::team::{CHUNK, Team};

/// How much of a replicate there was before a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Before {
    /// Samples.
    pub samples: usize,
    /// Bins of activity.
    pub bins: usize,
    /// Snapshots.
    pub snapshots: usize,
    /// Times at which potentiations of chosen neurons were recorded.
    pub frames: usize,
    /// Recorded spikes, by population.
    pub spikes: Vec<usize>,
    /// Recorded jumps.
    pub jumps: usize,
}

/// What was recorded of one replicate, or of a part of it. Arrays are row-major with the sample time as first index;
/// after an interruption they are shorter than the list of times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trajectory {
    /// Number of the replicate, which with the seed determines everything here.
    pub replicate: u64,
    /// `P`, the number of neuron populations.
    pub populations: usize,
    /// `P + X`, the number of source populations.
    pub sources: usize,
    /// `N - 1`, the number of targets of each neuron.
    pub fan_out: usize,
    /// Empirical mean of the potentiation, (time, population).
    pub mean: Vec<f64>,
    /// Empirical variance, divisor `N_a`, (time, population).
    pub variance: Vec<f64>,
    /// Empirical third central moment, divisor `N_a`, (time, population).
    pub third_cumulant: Vec<f64>,
    /// Jumps since time 0, (time, target population, source population).
    pub jumps: Vec<u64>,
    /// Spikes since time 0, summed over the population, (time, population); empty under independent transmission.
    pub spike_counts: Vec<u64>,
    /// What else was asked for.
    pub records: Records,
    /// What was handed over before, where a replicate is handed over in parts.
    pub before: Before,
}

impl Trajectory {
    /// Of a replicate of which nothing is recorded yet, with so many populations and sources and this fan-out.
    pub fn nothing(replicate: u64, (populations, sources): (usize, usize), fan_out: usize) -> Self {
        Self {
            replicate,
            populations,
            sources,
            fan_out,
            mean: Vec::new(),
            variance: Vec::new(),
            third_cumulant: Vec::new(),
            jumps: Vec::new(),
            spike_counts: Vec::new(),
            records: Records::default(),
            before: Before { spikes: vec![0; populations], ..Before::default() },
        }
    }

    /// Number of samples in it.
    pub fn samples(&self) -> usize {
        self.mean.len() / self.populations
    }

    /// Bytes of all that was recorded.
    pub fn bytes(&self) -> usize {
        let moments = self.mean.len() + self.variance.len() + self.third_cumulant.len();
        let counts = self.jumps.len() + self.spike_counts.len();
        (moments + counts) * size_of::<f64>() + self.records.bytes()
    }

    /// Takes out what is in it now, as a part that is not the last.
    pub(crate) fn take(&mut self) -> Self {
        let before = self.before.clone();
        self.before.samples += self.samples();
        let records = self.records.take(&mut self.before);
        Self {
            mean: take(&mut self.mean),
            variance: take(&mut self.variance),
            third_cumulant: take(&mut self.third_cumulant),
            jumps: take(&mut self.jumps),
            spike_counts: take(&mut self.spike_counts),
            records,
            before,
            ..*self
        }
    }

    /// One sample alone, without what else was recorded.
    ///
    /// # Panics
    /// If the sample was not taken.
    #[must_use]
    pub fn sample(&self, sample: usize) -> Self {
        let moments = sample * self.populations..(sample + 1) * self.populations;
        let channels = self.populations * self.sources;
        Self {
            mean: self.mean[moments.clone()].to_vec(),
            variance: self.variance[moments.clone()].to_vec(),
            third_cumulant: self.third_cumulant[moments.clone()].to_vec(),
            jumps: self.jumps[sample * channels..(sample + 1) * channels].to_vec(),
            spike_counts: self.spike_counts.get(moments).unwrap_or_default().to_vec(),
            records: Records::default(),
            before: Before { spikes: vec![0; self.populations], ..Before::default() },
            ..*self
        }
    }

    /// Jumps since time 0 that population `a` has received, from all sources.
    pub fn received(&self, sample: usize, population: usize) -> u64 {
        let first = (sample * self.populations + population) * self.sources;
        self.jumps[first..first + self.sources].iter().sum()
    }

    /// Fires since time 0 of population `b`, summed over its neurons: its spikes; under independent transmission its
    /// transmitted jumps divided by the fan-out `N - 1`.
    pub fn spikes(&self, sample: usize, population: usize) -> f64 {
        if let Some(count) = self.spike_counts.get(sample * self.populations + population) {
            return *count as f64;
        }
        let first = sample * self.populations * self.sources;
        let jumps = &self.jumps[first..first + self.populations * self.sources];
        let sent: u64 = jumps.iter().skip(population).step_by(self.sources).sum();
        if self.fan_out == 0 { 0.0 } else { sent as f64 / self.fan_out as f64 }
    }
}

/// Records a [`Trajectory`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TrajectoryRecorder {
    pub(crate) trajectory: Trajectory,
}

impl TrajectoryRecorder {
    /// Ready to record a replicate.
    pub fn new(network: &Network, replicate: u64) -> Self {
        let (populations, sources) = (network.population_count(), network.source_count());
        Self {
            trajectory: Trajectory::nothing(
                replicate,
                (populations, sources),
                network.neuron_count() - 1,
            ),
        }
    }

    /// What was recorded.
    pub fn into_trajectory(self) -> Trajectory {
        self.trajectory
    }
}

impl Observer for TrajectoryRecorder {
    fn sample(&mut self, network: &Network, state: &NetworkState, time: f64) {
        self.sample_with(network, (state, Team::default()), time, None);
    }
}

impl TrajectoryRecorder {
    /// A sample of a network that is spread over a team, with the activity energy if that is asked for.
    pub(crate) fn sample_with(
        &mut self,
        network: &Network,
        (state, team): (&NetworkState, Team<'_>),
        time: f64,
        activity: Option<&ActivityEnergy>,
    ) {
        for (population, description) in network.populations.iter().enumerate() {
            let common = state.common(population, time);
            let squares = activity.map(|activity| activity.of(network, population, common));
            let all = (description.count, team);
            let ([centre, second, third], energy) = match state.stored(population) {
                Deviations::Double(y) => moments(y, all, squares),
                Deviations::Single(y) => moments(y, all, squares),
            };
            self.trajectory.records.activity_energy.extend(squares.map(|_| energy));
            let square = common.scale * common.scale;
            self.trajectory.mean.push(common.potentiation(centre));
            self.trajectory.variance.push(square * second);
            self.trajectory.third_cumulant.push(square * common.scale * third);
        }
        self.trajectory.jumps.extend_from_slice(state.tally());
        if network.transmission != Transmission::Independent {
            self.trajectory.spike_counts.extend_from_slice(state.spikes());
        }
    }
}

/// Neurons from which on chunks are summed by all threads.
const PARALLEL: usize = 1 << 16;

/// The mean of a population, the second and third moment about it, and the activity energy (0 where it is not asked for), from the neurons on this rank.
fn moments<T: Stored>(
    deviations: &[T],
    (neurons, team): (usize, Team<'_>),
    squares: Option<Squares<'_>>,
) -> ([f64; 3], f64) {
    let count = neurons as f64;
    let sum = |chunk: &[T]| chunk.iter().map(|y| (*y).into()).sum::<f64>();
    let centre = team.sum(neurons, of_chunks(deviations, sum), |a, b| a + b) / count;
    let powers = |chunk: &[T]| {
        let mut sums = Sums::about(centre);
        let energy = if let Some(squares) = squares {
            squares.sum(chunk, &mut sums)
        } else {
            sums.add_all(chunk);
            0.0
        };
        [sums.second, sums.third, energy]
    };
    let and = |a: [f64; 3], b: [f64; 3]| [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
    let [second, third, energy] = team.sum(neurons, of_chunks(deviations, powers), and);
    ([centre, second / count, third / count], energy)
}

/// What each chunk of neurons has.
fn of_chunks<T: Stored, U: Send>(deviations: &[T], of: impl Fn(&[T]) -> U + Send + Sync) -> Vec<U> {
    if deviations.len() < PARALLEL {
        deviations.chunks(CHUNK).map(of).collect()
    } else {
        deviations.par_chunks(CHUNK).map(of).collect()
    }
}

/// Sums of powers about a centre, in the order of the neurons.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sums {
    centre: f64,
    second: f64,
    third: f64,
}

impl Sums {
    pub fn about(centre: f64) -> Self {
        Self { centre, second: 0.0, third: 0.0 }
    }

    pub fn add_all<T: Stored>(&mut self, deviations: &[T]) {
        // A copy, of which compilers know that nothing else points to it.
        let mut sums = *self;
        for y in deviations {
            sums.add((*y).into());
        }
        *self = sums;
    }

    #[inline(always)]
    #[allow(clippy::inline_always)]
    pub fn add(&mut self, deviation: f64) {
        let x = deviation - self.centre;
        self.second += x * x;
        self.third += x * x * x;
    }
}
