//! Independent replicates in parallel; results arrive in the order of the replicates, whole or in parts.
//!
//! Each thread simulates one replicate at a time (`replicate`) and tells what it has recorded (`exchange`) to the thread that receives, which brings
//! replicates into their order (`desk`) and hands them to a [`Receiver`]. Only the replicate whose turn it is hands over parts; the others hold what
//! they record, and wait where that becomes too much. So memory is bounded however long a run is, and what arrives does not depend on threads.
//!
//! # Checkpoints
//! A checkpoint is wanted by the receiver, and made after an interruption. Each replicate under way tells its state when it next pauses: that of network, method
//! and random streams ([`Run`](crate::method::Run)), and what was recorded and not yet handed over ([`Recorded`](crate::record::Recorded)). With the
//! replicates that are complete and wait for others, that is the checkpoint. Replicates need not be at the same time, as none knows of another; and
//! what is handed over after the state was told is handed over once more, with the same values, by a run that goes on from it.
//!
//! # Ranks
//! Replicates may be spread over processes ([`Ranks`]): rank 0 hands out their numbers as they are wanted (`post`), to its own threads and to those of ranks that
//! help (`help`), and receives. A large network by leaps is simulated by all ranks together (`together`).

mod desk;
mod elsewhere;
mod exchange;
mod help;
mod post;
mod receiver;
mod replicate;
mod together;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};

use equipoise_model::{
    Leaps, Method, Network, NeuronPopulation, Precision, Recording, Scenario, Transmission,
};
use rayon::ThreadPool;
use thiserror::Error;

use crate::headway::Headway;
use crate::method::Outcome;
use crate::ranks::{Ranks, Single};
use crate::shelf::Shelf;
use crate::trajectory::Trajectory;

use desk::{Checkpoint, Desk};
pub use exchange::MOST_WAITING;
use exchange::{Alone, Exchange, Line, Message, Watch};
use post::{Office, Tasks};
pub use receiver::Receiver;
use receiver::Whole;
use replicate::Replicate;
use together::Word;

/// Neurons from which on a network with independent transmission is simulated in windows, on all cores: there a core alone
/// is about as fast with windows as with segments, and the caches no longer hold the network.
pub const WINDOWED_FROM: usize = 200_000;

pub use crate::team::TOGETHER_FROM;

/// Version of what checkpoints hold: to be raised with every change of the state of a run, so that no checkpoint is taken for another.
pub const CHECKPOINT_VERSION: u32 = 5;

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
    /// A method that has yet to be chosen.
    #[error(
        "method `auto` is no method of its own: choose `exact` or `leap` by what the scenario costs"
    )]
    Undecided,
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
    /// A checkpoint that cannot be gone on from.
    #[error("the checkpoint is none of this network and this version of the program")]
    Checkpoint,
    /// A potentiation is no longer a finite number.
    #[error(
        "the potentiation of population `{population}` is no longer finite at time {time} in network {replicate}: its intensities or jumps have grown beyond all \
         numbers, as they do where excitation feeds back on a gain without a bound (`threshold_linear`) more than inhibition does; give the gain a refractory \
         time, weaken the excitatory coupling, or end the run earlier"
    )]
    NotFinite {
        /// Where.
        population: String,
        /// The sample time at which it was seen.
        time: f64,
        /// Number of the replicate.
        replicate: u64,
    },
    /// A replicate cannot be simulated on another rank.
    #[error("{message}")]
    Elsewhere {
        /// What that rank says.
        message: String,
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
    /// Threads of each rank; 0 takes all cores. No result depends on it.
    pub threads: usize,
    /// Over which replicates are spread. No result depends on it.
    pub ranks: &'a dyn Ranks,
    /// Where this rank keeps what is recorded of its own neurons, if it does, as all ranks or none do: only of [large](Ensemble::is_large) networks. It is not in trajectories then.
    pub shelf: Option<&'a dyn Shelf>,
}

impl<'a> Ensemble<'a> {
    /// The ensemble that a scenario describes, on all cores of this process.
    pub fn new(scenario: &'a Scenario) -> Self {
        Self {
            network: &scenario.network,
            method: scenario.method,
            seed: scenario.seed,
            replicates: scenario.replicates,
            times: scenario.sampling.times(),
            recording: scenario.recording.clone(),
            threads: 0,
            ranks: &Single,
            shelf: None,
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
        receive: impl FnMut(Trajectory) -> Result<(), E>,
    ) -> Result<Outcome, RunError<E>> {
        self.go_on(None, stop, headway, &mut Whole(receive))
    }

    /// Simulates all replicates, or those that are left of an ensemble from which `checkpoint` was kept, and hands them to a receiver, on
    /// the calling thread. What the receiver takes in does not depend on where the ensemble was interrupted, nor on threads.
    ///
    /// # Errors
    /// As [`Ensemble::run`]; [`EngineError::Checkpoint`] if the checkpoint is none of this ensemble, simulated by this version.
    pub fn go_on<R: Receiver>(
        &self,
        checkpoint: Option<&[u8]>,
        stop: &AtomicBool,
        headway: &Headway,
        receiver: &mut R,
    ) -> Result<Outcome, RunError<R::Error>> {
        let prepared = self.prepare(checkpoint);
        let (pool, from) = prepared.inspect_err(|_| self.turn_away())?;
        headway.skip(from.received + from.waiting.len() as u64);
        let exchange = Exchange::new(stop, &from, receiver.part(), pool.current_num_threads())
            .keeping_states(receiver.keeps_states());
        let mut desk = Desk::new(&exchange, receiver, &from);
        let tasks = Tasks::new(self.replicates, &from);
        let (send, messages) = mpsc::channel();
        let received = std::thread::scope(|scope| {
            let (tasks, exchange) = (&tasks, &exchange);
            if self.ranks.size() > 1 && !self.is_together() {
                let (send, ranks) = (send.clone(), self.ranks);
                scope.spawn(move || Office { ranks, exchange, tasks, headway }.serve(&send));
            }
            scope.spawn(move || self.work(&pool, (exchange, headway), &send, || tasks.take()));
            let received = desk.hand_over_next().and_then(|()| desk.receive(&messages));
            exchange.abandon.store(true, Ordering::Relaxed);
            received
        });
        received?;
        let all = desk.complete == self.replicates;
        Ok(if all { Outcome::Complete } else { Outcome::Interrupted })
    }

    /// Lets the ranks go that wait to help.
    fn turn_away(&self) {
        if self.is_together() {
            self.dismiss();
        } else {
            post::turn_away(self.ranks);
        }
    }

    /// All that may fail before anything is simulated.
    fn prepare(&self, checkpoint: Option<&[u8]>) -> Result<(ThreadPool, Checkpoint), EngineError> {
        self.check()?;
        let from = checkpoint.map(Checkpoint::read).transpose()?.unwrap_or_default();
        Ok((self.pool()?, from))
    }

    fn pool(&self) -> Result<ThreadPool, EngineError> {
        let threads = self.threads;
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|source| EngineError::Threads { threads, source })
    }

    /// Simulates replicates, with the states they go on from, on all threads until there are no more.
    fn work<S: AsRef<[u8]>>(
        &self,
        pool: &ThreadPool,
        (exchange, headway): (&Exchange<'_>, &Headway),
        send: &Sender<Message>,
        next: impl Fn() -> Option<(u64, Option<S>)> + Sync,
    ) {
        let work = || {
            while !exchange.is_over()
                && let Some((replicate, state)) = next()
            {
                let state = state.as_ref().map(AsRef::as_ref);
                let followers = self.followers();
                let line = Line::begin((exchange, send), replicate, (followers, self.shelf));
                if let Some(followers) = followers {
                    followers.tell(Word::Begin(replicate, state.is_some()));
                }
                self.simulate(&line, headway, state);
            }
            if self.is_large() {
                self.dismiss();
            }
        };
        if self.takes_all_cores() {
            pool.install(work);
        } else {
            pool.broadcast(|_| work());
        }
    }

    /// Simulates a replicate as one of many.
    fn simulate(&self, line: &Line<'_>, headway: &Headway, state: Option<&[u8]>) {
        match self.replicate_watched(line.replicate(), headway, line, state) {
            Ok((rest, outcome)) => line.end(rest, outcome),
            Err(error) => line.fail(error),
        }
    }

    /// Simulates one replicate, until `stop` says so.
    pub fn replicate(&self, replicate: u64, stop: impl Fn() -> bool) -> Trajectory {
        let alone = self.replicate_watched(replicate, &Headway::default(), &Alone(stop), None);
        alone.expect("from its beginning it needs no checkpoint").0
    }

    fn replicate_watched(
        &self,
        replicate: u64,
        headway: &Headway,
        watch: &impl Watch,
        state: Option<&[u8]>,
    ) -> Result<(Trajectory, Outcome), EngineError> {
        let one = Replicate { ensemble: self, number: replicate, headway, watch, state };
        if self.recording.watches_jumps() { one.record::<true>() } else { one.record::<false>() }
    }

    /// Whether all cores work on one network at a time.
    fn takes_all_cores(&self) -> bool {
        let can = match self.method {
            Method::Exact => self.network.transmission == Transmission::Independent,
            method => matches!(method, Method::Leap(_)),
        };
        can && self.network.neuron_count() >= WINDOWED_FROM
    }

    fn is_windowed(&self) -> bool {
        self.method == Method::Exact && self.takes_all_cores()
    }

    /// What a method holds that grows with the network.
    fn bytes_for_a_neuron(&self) -> usize {
        let potentiation = size_of::<f64>();
        if let Method::Leap(leaps) = self.method {
            match leaps.precision {
                Precision::Double => potentiation,
                Precision::Single => size_of::<f32>(),
            }
        } else if self.is_windowed() {
            // That at the start of the window, too.
            2 * potentiation
        } else if self.network.transmission == Transmission::Shared {
            // And which neuron is in its place.
            potentiation + size_of::<u32>()
        } else {
            potentiation
        }
    }

    /// Neurons of a network that this rank holds.
    fn neurons_here(&self) -> usize {
        let team = self.team();
        let here = |population: &NeuronPopulation| team.neurons(population.count).len();
        self.network.populations.iter().map(here).sum()
    }

    /// Which part of a network this rank holds while it simulates: all of it, unless ranks share it.
    pub fn share(&self) -> f64 {
        self.neurons_here() as f64 / self.network.neuron_count() as f64
    }

    /// Whether the network can be simulated at all; [`Ensemble::run`] looks, too.
    ///
    /// # Errors
    /// [`EngineError::Undecided`]; [`EngineError::Transmission`] if the method does not simulate its transmission; [`EngineError::Memory`] if its
    /// neurons do not fit in memory once for each network that is simulated at a time.
    pub fn check(&self) -> Result<(), EngineError> {
        let transmission = self.network.transmission;
        if matches!(self.method, Method::Automatic(_)) {
            return Err(EngineError::Undecided);
        }
        let is_served = match self.method {
            Method::Thinning => transmission == Transmission::Independent,
            Method::Leap(_) => !Leaps::are_one(self.network),
            _ => true,
        };
        if !is_served {
            return Err(EngineError::Transmission { transmission, method: self.method.name() });
        }
        let threads = match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let networks = if self.takes_all_cores() { 1 } else { threads };
        let neurons = self.neurons_here();
        let bytes = neurons.saturating_mul(self.bytes_for_a_neuron());
        let mut trial: Vec<u8> = Vec::new();
        let enough = trial.try_reserve_exact(bytes.saturating_mul(networks)).is_ok();
        if enough { Ok(()) } else { Err(EngineError::Memory { neurons, bytes, networks }) }
    }
}
