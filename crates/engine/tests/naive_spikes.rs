//! A naive exact method for shared spikes and release, and ways to get it wrong.
//!
//! Every candidate comes at a rate bounded by the highest neuron at that time; every spike visits all neurons, each with a draw
//! of its own, and each that is reached jumps by itself. Nothing is carried and nothing moves in common.

use equipoise_engine::stream::{Purpose, Stream, stream};
use equipoise_engine::{Jump, Method, NetworkState, Observer, Progress, Spike};
use equipoise_model::{GainFunction, Network};
use rand::RngExt;
use rand_distr::{Distribution, Exp1};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpikeMistake {
    /// Nothing.
    None,
    /// A neuron receives its own spikes.
    OwnSpike,
    /// Every spike reaches all targets.
    AllReached,
    /// Neurons spike with intensity `lambda`, not `lambda/p`.
    SlowSpikes,
    /// One draw for all targets of a population.
    OneDraw,
    /// All intensities 2 % too high.
    FasterRates,
    /// The bound is that of the extremes at the start, although neurons have risen since.
    StaleBound,
}

/// See the [module](self).
pub struct NaiveSpikes {
    mistake: SpikeMistake,
    rng: Stream,
    time: f64,
    /// The next candidate and the bounds that it was drawn with.
    candidate: Option<f64>,
    /// Bounds of one process and numbers of processes: spikes of each population, then jumps from each external source onto
    /// one neuron.
    bounds: Vec<(f64, f64)>,
}

impl NaiveSpikes {
    /// The method for a replicate, with this mistake.
    pub fn new(mistake: SpikeMistake, (seed, replicate): (u64, u64)) -> Self {
        let rng = stream(seed, replicate, Purpose::Jumps);
        Self { mistake, rng, time: 0.0, candidate: None, bounds: Vec::new() }
    }

    /// Intensity of the spikes of a neuron of population `b` at this potentiation.
    fn intensity(&self, network: &Network, b: usize, potentiation: f64) -> f64 {
        let faster = if self.mistake == SpikeMistake::FasterRates { 1.02 } else { 1.0 };
        let slow = self.mistake == SpikeMistake::SlowSpikes;
        let p = if slow { 1.0 } else { network.transmission.release_probability() };
        faster * network.populations[b].gain.intensity(potentiation) / p
    }

    fn bound(&mut self, network: &Network, state: &NetworkState) {
        let mut bounds = Vec::new();
        for (b, population) in network.populations.iter().enumerate() {
            let highest = state.potentiations(b, self.time).fold(f64::NEG_INFINITY, f64::max);
            let rest = population.time_constant * population.drive.supremum_from(self.time);
            let bound = self.intensity(network, b, highest.max(rest));
            bounds.push((bound, population.count as f64));
        }
        for external in &network.externals {
            let targets = network.neuron_count() as f64;
            bounds.push((external.rate.supremum_from(self.time), targets * external.count as f64));
        }
        self.bounds = bounds;
    }

    fn propose(&mut self, network: &Network, state: &NetworkState) -> f64 {
        if self.mistake != SpikeMistake::StaleBound || self.bounds.is_empty() {
            self.bound(network, state);
        }
        let total: f64 = self.bounds.iter().map(|(bound, count)| bound * count).sum();
        let gap: f64 = Exp1.sample(&mut self.rng);
        self.time + gap / total
    }

    fn decide<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        observer: &mut O,
    ) {
        let rates: Vec<f64> = self.bounds.iter().map(|(bound, count)| bound * count).collect();
        let mut level = self.rng.random::<f64>() * rates.iter().sum::<f64>();
        let mut source = 0;
        while source + 1 < rates.len() && level >= rates[source] {
            level -= rates[source];
            source += 1;
        }
        let level = self.rng.random::<f64>() * self.bounds[source].0;
        if let Some(external) = source.checked_sub(network.population_count()) {
            if level < network.externals[external].rate.value(self.time) {
                let target = self.rng.random_range(0..network.neuron_count());
                self.jump(network, state, (source, locate(network, target)), observer);
            }
            return;
        }
        let neuron = self.rng.random_range(0..network.populations[source].count);
        let z = state.potentiation(source, neuron, self.time);
        if level < self.intensity(network, source, z) {
            self.spike(network, state, (source, neuron), observer);
        }
    }

    fn jump<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        (source, target): (usize, (usize, usize)),
        observer: &mut O,
    ) {
        let scale = state.common(target.0, self.time).scale;
        state.kick(target.0, target.1, network.jump(target.0, source) / scale);
        let jump = Jump {
            time: self.time,
            source_population: source,
            source_neuron: None,
            target_population: target.0,
            target_neuron: target.1,
        };
        state.count(&jump);
        observer.jump(network, state, &jump);
    }

    fn spike<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        source: (usize, usize),
        observer: &mut O,
    ) {
        let p = network.transmission.release_probability();
        for (a, population) in network.populations.iter().enumerate() {
            let size = network.jump(a, source.0) / state.common(a, self.time).scale;
            let mut draw = self.rng.random::<f64>();
            for k in 0..population.count {
                if self.mistake != SpikeMistake::OneDraw {
                    draw = self.rng.random();
                }
                let reached = draw < p || self.mistake == SpikeMistake::AllReached;
                let itself = (a, k) == source && self.mistake != SpikeMistake::OwnSpike;
                if reached && !itself {
                    state.kick(a, k, size);
                    state.count_jumps(a, source.0, 1);
                }
            }
        }
        let spike = Spike { time: self.time, population: source.0, neuron: source.1 };
        state.count_spike(&spike);
        observer.spike(network, state, &spike);
    }
}

fn locate(network: &Network, mut neuron: usize) -> (usize, usize) {
    for (a, population) in network.populations.iter().enumerate() {
        if neuron < population.count {
            return (a, neuron);
        }
        neuron -= population.count;
    }
    unreachable!("beyond the network")
}

impl Method for NaiveSpikes {
    fn restart(&mut self, _: &Network, _: &NetworkState, time: f64) {
        (self.time, self.candidate) = (time, None);
        self.bounds.clear();
    }

    fn advance<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        until: f64,
        observer: &mut O,
    ) -> Progress {
        loop {
            let candidate = match self.candidate {
                Some(candidate) => candidate,
                None => self.propose(network, state),
            };
            self.candidate = Some(candidate);
            if candidate > until {
                return Progress::Reached;
            }
            (self.time, self.candidate) = (candidate, None);
            state.refresh(candidate);
            self.decide(network, state, observer);
        }
    }
}
