//! What a simulation method does, and the loop that drives it.

use equipoise_model::Network;
use serde::{Deserialize, Serialize};

use crate::jump::Jump;
use crate::observer::Observer;
use crate::state::NetworkState;
use crate::stream::{Purpose, Stream, stream};
use crate::team::Team;

/// A way to move a network forward in time. The caller owns the state.
pub trait Method {
    /// The state at time 0, drawn from the initial laws.
    fn initial(&self, network: &Network, (seed, replicate): (u64, u64)) -> NetworkState {
        NetworkState::initial(network, seed, replicate)
    }

    /// Forgets everything carried from before; `time` is 0 or a step of a drive or external rate.
    fn restart(&mut self, network: &Network, state: &NetworkState, time: f64);

    /// Applies the jumps until `until`, which is not after the next step of a drive or external rate. What happens does
    /// not depend on the times at which a method is asked to pause, but for leaps, whose steps end there. Returns [`Progress::Paused`] now and then before it
    /// is done, so that the caller can look at a signal to stop; it is then called again.
    fn advance<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        until: f64,
        observer: &mut O,
    ) -> Progress;

    /// State and method of a network that is spread over ranks, brought together on rank 0; nothing on the others, or where it is whole.
    fn gather(&self, _: &NetworkState) -> Option<(NetworkState, Self)>
    where
        Self: Sized,
    {
        None
    }

    /// What one of some ranks has of a whole state and method; nothing where a network is not spread.
    fn part(&self, _: &NetworkState, _: (Team<'_>, usize)) -> Option<(NetworkState, Self)>
    where
        Self: Sized,
    {
        None
    }

    /// This part with the ranks that have the others, which `fresh` knows, a method that has just been made.
    #[must_use]
    fn join(self, fresh: &Self) -> Self
    where
        Self: Sized,
    {
        let _ = fresh;
        self
    }
}

/// How far [`Method::advance`] got.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Progress {
    /// As far as it should.
    Reached,
    /// Not yet: to this time.
    Paused(f64),
}

/// A way to draw the jumps of a network one after the other: the simplest kind of method.
///
/// A candidate is proposed first and decided afterwards, so that the state can be looked at between the two.
pub trait JumpMethod {
    /// Forgets everything carried from before; `time` is 0 or a step of a drive or external rate.
    fn restart(&mut self, network: &Network, state: &NetworkState, time: f64);

    /// Time of the next candidate.
    fn propose(&mut self, network: &Network, state: &NetworkState, rng: &mut Stream) -> f64;

    /// Decides the candidate; if it is a jump, applies it to the potentiations.
    fn decide(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        rng: &mut Stream,
    ) -> Option<Jump>;
}

/// How many candidates pass between two looks at the signal to stop.
const CANDIDATES_PER_LOOK: u32 = 4096;

/// A [`JumpMethod`] as a [`Method`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneByOne<M> {
    method: M,
    rng: Stream,
    /// Time of the candidate that has been proposed and not yet decided.
    candidate: Option<f64>,
}

impl<M: JumpMethod> OneByOne<M> {
    /// For a replicate.
    pub fn new(method: M, seed: u64, replicate: u64) -> Self {
        Self { method, rng: stream(seed, replicate, Purpose::Jumps), candidate: None }
    }
}

impl<M: JumpMethod> Method for OneByOne<M> {
    fn restart(&mut self, network: &Network, state: &NetworkState, time: f64) {
        self.candidate = None;
        self.method.restart(network, state, time);
    }

    fn advance<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        until: f64,
        observer: &mut O,
    ) -> Progress {
        let mut latest = until;
        for _ in 0..CANDIDATES_PER_LOOK {
            let propose = || self.method.propose(network, state, &mut self.rng);
            let candidate = *self.candidate.get_or_insert_with(propose);
            if candidate > until {
                return Progress::Reached;
            }
            // Only now: samples before the candidate need the state as it was written before.
            latest = candidate;
            state.refresh(candidate);
            let jump = self.method.decide(network, state, &mut self.rng);
            self.candidate = None;
            let Some(jump) = jump else { continue };
            state.count(&jump);
            if O::WATCHES_JUMPS {
                observer.jump(network, state, &jump);
            }
        }
        Progress::Paused(latest)
    }
}

/// How a simulation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All samples were taken.
    Complete,
    /// It was told to stop; the samples taken until then are valid.
    Interrupted,
}

/// A replicate under way: all that its future depends on, so that it can be kept and gone on with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run<M> {
    state: NetworkState,
    method: M,
    /// The next step of a drive or an external rate.
    step: Option<f64>,
    /// How many of the times have been observed.
    passed: usize,
}

impl<M: Method> Run<M> {
    /// From the initial law, at time 0.
    pub fn begin(network: &Network, mut method: M, stream: (u64, u64)) -> Self {
        let state = method.initial(network, stream);
        method.restart(network, &state, 0.0);
        Self { state, method, step: network.next_step(0.0), passed: 0 }
    }

    /// Goes on until all `times` (rising, from 0 on) have been observed, or until `halt` says so, which is asked now and then; it may look at
    /// the run as it is then, and may keep it.
    ///
    /// What happens does not depend on `times` (but for leaps), on what the observer does or on where a run was kept: only the last time says
    /// when to stop.
    pub fn go_on<O: Observer>(
        &mut self,
        network: &Network,
        times: &[f64],
        observer: &mut O,
        mut halt: impl FnMut(&Self, &mut O) -> bool,
    ) -> Outcome {
        while let Some(time) = times.get(self.passed).copied() {
            loop {
                let until = self.step.map_or(time, |step| step.min(time));
                while let Progress::Paused(at) =
                    self.method.advance(network, &mut self.state, until, observer)
                {
                    observer.pause(network, &self.state, at);
                    if halt(self, observer) {
                        return Outcome::Interrupted;
                    }
                }
                if self.step != Some(until) {
                    break;
                }
                self.state.restart(network, until);
                self.method.restart(network, &self.state, until);
                self.step = network.next_step(until);
                if until == time {
                    break;
                }
            }
            observer.sample(network, &self.state, time);
            self.passed += 1;
            if halt(self, observer) {
                return Outcome::Interrupted;
            }
        }
        Outcome::Complete
    }

    /// The whole run on rank 0, where it is spread over ranks.
    pub(crate) fn gather(&self) -> Option<Self> {
        let (state, method) = self.method.gather(&self.state)?;
        Some(Self { state, method, ..*self })
    }

    /// What one of some ranks has of a whole run, where it is spread over them.
    pub(crate) fn part(&self, rank: (Team<'_>, usize)) -> Option<Self> {
        let (state, method) = self.method.part(&self.state, rank)?;
        Some(Self { state, method, ..*self })
    }

    /// This part of a run with the ranks that have the others.
    pub(crate) fn join(self, fresh: &M) -> Self {
        Self { method: self.method.join(fresh), ..self }
    }

    /// Jumps so far, in all channels.
    pub(crate) fn jumps(&self) -> u64 {
        self.state.tally().iter().fold(0, |sum, jumps| sum.saturating_add(*jumps))
    }
}

/// Simulates one replicate from its initial law, observing it at `times` (rising, from 0 on): a [`Run`] from its beginning.
pub fn simulate<M: Method, O: Observer>(
    network: &Network,
    method: M,
    stream: (u64, u64),
    times: &[f64],
    observer: &mut O,
    stop: impl Fn() -> bool,
) -> Outcome {
    Run::begin(network, method, stream).go_on(network, times, observer, |_, _| stop())
}
