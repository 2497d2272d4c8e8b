//! A naive exact method, and ways to get it wrong.
//!
//! Each channel (target population, source population) has its own clock of candidates at a constant
//! rate; a candidate picks its target and is accepted by sums of intensities taken anew. Slow and
//! plain, and structured unlike the methods of the engine: no common clock, nothing carried.
//!
//! Where a gain has no bound, the rate is that of all its neurons as high as they can get without a
//! jump, and all clocks are wound anew after each jump.

use equipoise_engine::stream::Stream;
use equipoise_engine::{Jump, JumpMethod, NetworkState};
use equipoise_model::{GainFunction, Network};
use rand::RngExt;
use rand_distr::{Distribution, Exp1};

use crate::networks::channels;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// Nothing.
    None,
    /// A neuron sends to itself.
    SelfSynapse,
    /// All intensities 2 % too high.
    FasterRates,
    /// A jump is not divided by the scale of its population, so older decay is applied to it.
    ForgottenDecay,
    /// Intensity sums as they were at the start.
    StaleSums,
    /// Intensity sums as they were after the last jump: no motion between jumps.
    FrozenBetweenJumps,
    /// Candidates at 60 % of the supremum of the intensity.
    LowBound,
    /// The second and the third channel use the same exponential variates.
    SharedExponential,
}

struct Clock {
    target: usize,
    source: usize,
    next: f64,
}

/// See the [module](self).
pub struct NaiveClocks {
    mistake: Mistake,
    clocks: Vec<Clock>,
    /// `R_b` as the mistake has it.
    sums: Vec<f64>,
    /// Upper bound of `R_b` until the next jump.
    peaks: Vec<f64>,
    shared: Vec<f64>,
    used: [usize; 2],
    rewind: f64,
    redraw: bool,
}

impl NaiveClocks {
    /// The method, with this mistake.
    pub fn new(network: &Network, mistake: Mistake) -> Self {
        let clock = |(target, source)| Clock { target, source, next: 0.0 };
        Self {
            mistake,
            clocks: channels(network).into_iter().map(clock).collect(),
            sums: vec![0.0; network.population_count()],
            peaks: vec![0.0; network.population_count()],
            shared: Vec::new(),
            used: [0; 2],
            rewind: 0.0,
            redraw: true,
        }
    }

    fn factor(&self) -> f64 {
        if self.mistake == Mistake::FasterRates { 1.02 } else { 1.0 }
    }

    /// Bound of the intensity towards one target.
    fn bound(&self, network: &Network, source: usize, time: f64) -> f64 {
        if source < network.population_count() {
            let low = if self.mistake == Mistake::LowBound { 0.6 } else { 1.0 };
            return self.factor() * low * self.peaks[source];
        }
        let external = &network.externals[source - network.population_count()];
        self.factor() * external.count as f64 * external.rate.supremum_from(time)
    }

    fn variate(&mut self, clock: usize, rng: &mut Stream) -> f64 {
        if self.mistake != Mistake::SharedExponential || !(1..=2).contains(&clock) {
            return Exp1.sample(rng);
        }
        let used = &mut self.used[clock - 1];
        if *used == self.shared.len() {
            self.shared.push(Exp1.sample(rng));
        }
        *used += 1;
        self.shared[*used - 1]
    }

    fn wind(&mut self, network: &Network, clock: usize, time: f64, rng: &mut Stream) {
        let Clock { target, source, .. } = self.clocks[clock];
        let targets = network.populations[target].count as f64;
        let rate = targets * self.bound(network, source, time);
        self.clocks[clock].next = time + self.variate(clock, rng) / rate;
    }

    /// Takes `R_b` anew; nothing to do for an external source.
    fn sum(&mut self, network: &Network, state: &NetworkState, source: usize, time: f64) {
        if let Some(population) = network.populations.get(source) {
            let z = state.potentiations(source, time);
            self.sums[source] =
                self.factor() * z.map(|z| population.gain.intensity(z)).sum::<f64>();
        }
    }

    fn sum_all(&mut self, network: &Network, state: &NetworkState, time: f64) {
        (0..network.population_count()).for_each(|source| self.sum(network, state, source, time));
    }

    fn bound_all(&mut self, network: &Network, state: &NetworkState, time: f64) {
        for (source, peak) in self.peaks.iter_mut().enumerate() {
            *peak = peak_of(network, state, source, time);
        }
    }

    fn first(&self) -> usize {
        let order = |i: &usize, j: &usize| self.clocks[*i].next.total_cmp(&self.clocks[*j].next);
        (0..self.clocks.len()).min_by(order).expect("a network has channels")
    }

    /// Intensity of `source` towards neuron `target`.
    fn intensity(
        &self,
        network: &Network,
        state: &NetworkState,
        (source, target): (usize, (usize, usize)),
        time: f64,
    ) -> f64 {
        let Some(population) = network.populations.get(source) else {
            let external = &network.externals[source - network.population_count()];
            return self.factor() * external.count as f64 * external.rate.value(time);
        };
        if self.mistake == Mistake::SelfSynapse || target.0 != source {
            return self.sums[source];
        }
        let own = population.gain.intensity(state.potentiation(source, target.1, time));
        self.sums[source] - self.factor() * own
    }
}

impl JumpMethod for NaiveClocks {
    fn restart(&mut self, network: &Network, state: &NetworkState, time: f64) {
        self.sum_all(network, state, time);
        self.bound_all(network, state, time);
        (self.rewind, self.redraw) = (time, true);
    }

    fn propose(&mut self, network: &Network, _: &NetworkState, rng: &mut Stream) -> f64 {
        if std::mem::take(&mut self.redraw) {
            for clock in 0..self.clocks.len() {
                self.wind(network, clock, self.rewind, rng);
            }
        }
        self.clocks[self.first()].next
    }

    fn decide(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        rng: &mut Stream,
    ) -> Option<Jump> {
        let first = self.first();
        let Clock { target: target_population, source, next: time } = self.clocks[first];
        self.wind(network, first, time, rng);
        let count = network.populations[target_population].count as u64;
        let target_neuron = rng.random_range(0..count) as usize;
        let carried = matches!(self.mistake, Mistake::StaleSums | Mistake::FrozenBetweenJumps);
        if !carried {
            self.sum(network, state, source, time);
        }
        let target = (target_population, target_neuron);
        let level = rng.random::<f64>() * self.bound(network, source, time);
        if level >= self.intensity(network, state, (source, target), time) {
            return None;
        }
        let forgotten = self.mistake == Mistake::ForgottenDecay;
        let scale = if forgotten { 1.0 } else { state.common(target_population, time).scale };
        state.kick(
            target_population,
            target_neuron,
            network.jump(target_population, source) / scale,
        );
        if self.mistake == Mistake::FrozenBetweenJumps {
            self.sum_all(network, state, time);
        }
        if network.populations.iter().any(|population| population.gain.supremum().is_infinite()) {
            self.bound_all(network, state, time);
            (self.rewind, self.redraw) = (time, true);
        }
        let (source_population, source_neuron) = (source, None);
        Some(Jump { time, source_population, source_neuron, target_population, target_neuron })
    }
}

/// Upper bound of `R_b` until the next jump: no drive brings a neuron above `tau` times its supremum.
fn peak_of(network: &Network, state: &NetworkState, source: usize, time: f64) -> f64 {
    let population = &network.populations[source];
    if population.gain.supremum().is_finite() {
        return population.count as f64 * population.gain.supremum();
    }
    let rest = population.time_constant * population.drive.supremum_from(time);
    let z = state.potentiations(source, time);
    // A margin for the rounding of sums.
    z.map(|z| population.gain.intensity(z.max(rest))).sum::<f64>() * (1.0 + 1e-9)
}
