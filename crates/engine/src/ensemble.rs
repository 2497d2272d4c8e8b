//! Independent replicates in parallel; results arrive in the order of the replicates.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;

use equipoise_model::{Method, Network, Recording, Scenario, Transmission};
use thiserror::Error;

use crate::headway::{Headway, Reporter};
use crate::method::{OneByOne, Outcome, simulate};
use crate::record::{self, Recorder};
use crate::spike_driven::SpikeDriven;
use crate::target_driven::TargetDriven;
use crate::thinning::Thinning;
use crate::trajectory::Trajectory;
use crate::windowed::Windowed;

/// Neurons from which on a network with independent transmission is simulated in windows, on all cores: there a core alone
/// is about as fast with windows as with segments, and the caches no longer hold the network.
pub const WINDOWED_FROM: usize = 200_000;

/// Why a network cannot be simulated.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The method does not simulate this transmission.
    #[error(
        "method `{method}` simulates transmission `independent`; this network has `{transmission}`"
    )]
    Transmission {
        /// What the network asks for.
        transmission: Transmission,
        /// The method asked for.
        method: &'static str,
    },
    /// No memory for the neurons.
    #[error(
        "{neurons} neurons need {bytes} bytes for each network, of which {networks} are simulated at a time; that much memory cannot be had"
    )]
    Memory {
        /// Neurons of the network.
        neurons: usize,
        /// Bytes for them.
        bytes: usize,
        /// Replicates held at the same time.
        networks: usize,
    },
    /// The threads could not be started.
    #[error("cannot start {threads} threads")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// Why not.
        source: rayon::ThreadPoolBuildError,
    },
}

/// Why an ensemble stopped before its end.
#[derive(Debug, Error)]
pub enum RunError<E> {
    /// The network cannot be simulated.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Whoever receives the trajectories failed.
    #[error("a result could not be taken in")]
    Receiver(E),
}

/// An ensemble of independent networks that differ in their random streams alone.
#[derive(Debug, Clone)]
pub struct Ensemble<'a> {
    /// The network.
    pub network: &'a Network,
    /// How it is simulated.
    pub method: Method,
    /// Seed of all streams.
    pub seed: u64,
    /// Number of replicates.
    pub replicates: u64,
    /// Sample times.
    pub times: Vec<f64>,
    /// What is recorded beside the moments. No other number depends on it.
    pub recording: Recording,
    /// Threads; 0 takes all cores. No result depends on it.
    pub threads: usize,
}

impl<'a> Ensemble<'a> {
    /// The ensemble that a scenario describes, on all cores.
    pub fn new(scenario: &'a Scenario) -> Self {
        Self {
            network: &scenario.network,
            method: scenario.method,
            seed: scenario.seed,
            replicates: scenario.replicates,
            times: scenario.sampling.times(),
            recording: scenario.recording.clone(),
            threads: 0,
        }
    }

    /// Simulates all replicates and hands them to `receive` in their order, on the calling thread,
    /// as they come. When `stop` is set, the replicates under way are handed over as far as they got.
    ///
    /// # Errors
    /// [`RunError::Engine`] if the network cannot be simulated, [`RunError::Receiver`] with the first
    /// error of `receive`, after which nothing more is simulated.
    pub fn run<E: Send>(
        &self,
        stop: &AtomicBool,
        receive: impl FnMut(Trajectory) -> Result<(), E>,
    ) -> Result<Outcome, RunError<E>> {
        self.run_reporting(stop, &Headway::default(), receive)
    }

    /// [`Ensemble::run`], which tells how far it is while it goes on.
    ///
    /// # Errors
    /// As [`Ensemble::run`].
    pub fn run_reporting<E: Send>(
        &self,
        stop: &AtomicBool,
        headway: &Headway,
        mut receive: impl FnMut(Trajectory) -> Result<(), E>,
    ) -> Result<Outcome, RunError<E>> {
        self.check()?;
        let threads = self.threads;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|source| EngineError::Threads { threads, source })?;
        let next = AtomicU64::new(0);
        // Set when the receiver fails: `stop` belongs to the caller.
        let abandon = AtomicBool::new(false);
        let halt = || stop.load(Ordering::Relaxed) || abandon.load(Ordering::Relaxed);
        let (send, results) = mpsc::channel();
        let mut complete = 0;
        let delivered = std::thread::scope(|scope| {
            let (next, halt) = (&next, &halt);
            scope.spawn(move || {
                let work = || {
                    while !halt() {
                        let replicate = next.fetch_add(1, Ordering::Relaxed);
                        if replicate >= self.replicates {
                            return;
                        }
                        if send.send(self.replicate_reporting(replicate, headway, halt)).is_err() {
                            return;
                        }
                    }
                };
                if self.is_windowed() {
                    pool.install(work);
                } else {
                    pool.broadcast(|_| work());
                }
            });
            let delivered = in_order(results, &mut |trajectory: Trajectory| {
                complete += u64::from(trajectory.samples() == self.times.len());
                receive(trajectory)
            });
            abandon.store(true, Ordering::Relaxed);
            delivered
        });
        delivered.map_err(RunError::Receiver)?;
        let all = complete == self.replicates;
        Ok(if all { Outcome::Complete } else { Outcome::Interrupted })
    }

    /// Simulates one replicate, until `stop` says so.
    pub fn replicate(&self, replicate: u64, stop: impl Fn() -> bool) -> Trajectory {
        self.replicate_reporting(replicate, &Headway::default(), stop)
    }

    fn replicate_reporting(
        &self,
        replicate: u64,
        headway: &Headway,
        stop: impl Fn() -> bool,
    ) -> Trajectory {
        if self.recording.watches_jumps() {
            self.record::<true>(replicate, headway, stop)
        } else {
            self.record::<false>(replicate, headway, stop)
        }
    }

    fn record<const JUMPS: bool>(
        &self,
        replicate: u64,
        headway: &Headway,
        stop: impl Fn() -> bool,
    ) -> Trajectory {
        let stream = (self.seed, replicate);
        let recorder = Recorder::<JUMPS>::new(self.network, stream, &self.times, &self.recording);
        let end = self.times.last().copied().unwrap_or(0.0);
        let mut reporter = Reporter::new(recorder, headway, end);
        let times = record::times(&self.times, &self.recording);
        if self.method == Method::Thinning {
            let method = OneByOne::new(Thinning::new(self.network), self.seed, replicate);
            simulate(self.network, method, stream, &times, &mut reporter, stop);
        } else if self.is_windowed() {
            let method = Windowed::new(self.network, self.seed, replicate);
            simulate(self.network, method, stream, &times, &mut reporter, stop);
        } else if self.network.transmission == Transmission::Independent {
            let method = TargetDriven::new(self.network, self.seed, replicate);
            simulate(self.network, method, stream, &times, &mut reporter, stop);
        } else {
            let method = SpikeDriven::new(self.network, self.seed, replicate);
            simulate(self.network, method, stream, &times, &mut reporter, stop);
        }
        reporter.recorder.into_trajectory()
    }

    /// Whether all cores work on one network at a time.
    fn is_windowed(&self) -> bool {
        self.method == Method::Exact
            && self.network.transmission == Transmission::Independent
            && self.network.neuron_count() >= WINDOWED_FROM
    }

    /// What a method holds that grows with the network.
    fn bytes_for_a_neuron(&self) -> usize {
        let potentiation = size_of::<f64>();
        if self.is_windowed() {
            // That at the start of the window, too.
            2 * potentiation
        } else if self.network.transmission == Transmission::Shared {
            // And which neuron is in its place.
            potentiation + size_of::<u32>()
        } else {
            potentiation
        }
    }

    /// Whether the network can be simulated at all; [`Ensemble::run`] looks, too.
    ///
    /// # Errors
    /// [`EngineError::Transmission`] if the method does not simulate its transmission, [`EngineError::Memory`] if its
    /// neurons do not fit in memory once for each network that is simulated at a time.
    pub fn check(&self) -> Result<(), EngineError> {
        let transmission = self.network.transmission;
        if self.method == Method::Thinning && transmission != Transmission::Independent {
            return Err(EngineError::Transmission { transmission, method: self.method.name() });
        }
        let threads = match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let networks = if self.is_windowed() { 1 } else { threads };
        let neurons = self.network.neuron_count();
        let bytes = neurons.saturating_mul(self.bytes_for_a_neuron());
        let mut trial: Vec<u8> = Vec::new();
        let enough = trial.try_reserve_exact(bytes.saturating_mul(networks)).is_ok();
        if enough { Ok(()) } else { Err(EngineError::Memory { neurons, bytes, networks }) }
    }
}

/// Hands trajectories over in the order of their replicates. What is left when the senders are done
/// (there are gaps after an interruption) is handed over at the end, in order too.
fn in_order<E>(
    results: mpsc::Receiver<Trajectory>,
    receive: &mut impl FnMut(Trajectory) -> Result<(), E>,
) -> Result<(), E> {
    let mut waiting = BTreeMap::new();
    let mut expected = 0;
    for trajectory in results {
        waiting.insert(trajectory.replicate, trajectory);
        while let Some(trajectory) = waiting.remove(&expected) {
            receive(trajectory)?;
            expected += 1;
        }
    }
    waiting.into_values().try_for_each(receive)
}
