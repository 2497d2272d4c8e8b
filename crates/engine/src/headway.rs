//! How far an ensemble has come: counters that any thread may read while others simulate.

use std::sync::atomic::{AtomicU64, Ordering};

use equipoise_model::Network;

use crate::jump::{Jump, Spike};
use crate::observer::Observer;
use crate::state::NetworkState;

/// Parts of a replicate that are counted.
const PARTS: f64 = (1_u64 << 20) as f64;

/// See the [module](self). Nothing that is simulated depends on it.
#[derive(Debug, Default)]
pub struct Headway {
    jumps: AtomicU64,
    parts: AtomicU64,
}

impl Headway {
    /// Jumps so far, in all replicates; after a checkpoint those since.
    pub fn jumps(&self) -> u64 {
        self.jumps.load(Ordering::Relaxed)
    }

    /// Jumps, and parts of replicates that were simulated.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.jumps(), self.parts.load(Ordering::Relaxed))
    }

    /// As much more.
    pub(crate) fn add(&self, (jumps, parts): (u64, u64)) {
        self.jumps.fetch_add(jumps, Ordering::Relaxed);
        self.parts.fetch_add(parts, Ordering::Relaxed);
    }

    /// So many replicates were simulated before.
    pub(crate) fn skip(&self, replicates: u64) {
        self.parts.fetch_add((replicates as f64 * PARTS) as u64, Ordering::Relaxed);
    }

    /// Replicates so far, with parts of those under way: model time over its end, summed.
    pub fn replicates(&self) -> f64 {
        self.parts.load(Ordering::Relaxed) as f64 / PARTS
    }
}

/// Records a run and tells how far it is.
pub(crate) struct Reporter<'a, O> {
    pub recorder: O,
    headway: &'a Headway,
    end: f64,
    jumps: u64,
    parts: u64,
}

impl<'a, O> Reporter<'a, O> {
    /// Of a replicate that lasts until `end` and has had so many jumps.
    pub fn new(recorder: O, headway: &'a Headway, (end, jumps): (f64, u64)) -> Self {
        Self { recorder, headway, end, jumps, parts: 0 }
    }

    fn report(&mut self, state: &NetworkState, time: f64) {
        let jumps = state.tally().iter().sum();
        // A run that ends at time 0 is over at once.
        let part = if self.end > 0.0 { time / self.end } else { 1.0 };
        let parts = (part * PARTS) as u64;
        self.headway.jumps.fetch_add(jumps - self.jumps, Ordering::Relaxed);
        self.headway.parts.fetch_add(parts.saturating_sub(self.parts), Ordering::Relaxed);
        (self.jumps, self.parts) = (jumps, parts.max(self.parts));
    }
}

impl<O: Observer> Observer for Reporter<'_, O> {
    const WATCHES_JUMPS: bool = O::WATCHES_JUMPS;

    fn sample(&mut self, network: &Network, state: &NetworkState, time: f64) {
        self.report(state, time);
        self.recorder.sample(network, state, time);
    }

    fn pause(&mut self, _: &Network, state: &NetworkState, time: f64) {
        self.report(state, time);
    }
    fn jump(&mut self, network: &Network, state: &NetworkState, jump: &Jump) {
        self.recorder.jump(network, state, jump);
    }

    fn spike(&mut self, network: &Network, state: &NetworkState, spike: &Spike) {
        self.recorder.spike(network, state, spike);
    }
}
