//! Leaps of the plainest kind, and ways to get them wrong.
//!
//! In a step far below the fast time each neuron draws a Poisson count from each source, at the rates at the start of the step. Nothing is shared with the
//! engine's leaps: no tables, no common motion, no choice of steps.

use equipoise_engine::stream::Stream;
use equipoise_engine::{Method, NetworkState, Observer, Progress};
use equipoise_model::{GainFunction, Network};
use rand::SeedableRng;
use rand_distr::{Distribution, Poisson};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeapMistake {
    /// Nothing.
    None,
    /// Nothing, but with steps of the length of those of the next mistake.
    LongSteps,
    /// Jumps are not decayed to the end of their step.
    NoDecayWithin,
    /// All neurons of a population receive the same counts.
    CommonDraws,
    /// Counts end where a table that is too short does: at two standard deviations above their mean.
    ShortTable,
    /// A neuron receives jumps from itself.
    SelfSynapse,
}

/// See the [module](self).
pub struct NaiveLeaps {
    mistake: LeapMistake,
    rng: Stream,
    time: f64,
    /// Longest step.
    longest: f64,
}

impl NaiveLeaps {
    /// For a replicate, with steps of a part of the fast time.
    pub fn new(network: &Network, mistake: LeapMistake, stream: (u64, u64)) -> Self {
        let long = matches!(mistake, LeapMistake::LongSteps | LeapMistake::NoDecayWithin);
        let part = if long { 0.5 } else { 0.05 };
        Self::with_steps(mistake, stream, part / network.size.sqrt())
    }

    /// The same with steps of this length.
    pub fn with_steps(mistake: LeapMistake, (seed, replicate): (u64, u64), longest: f64) -> Self {
        Self { mistake, rng: Stream::seed_from_u64((seed << 32) + replicate), time: 0.0, longest }
    }

    fn poisson(&mut self, mean: f64) -> f64 {
        if mean > 0.0 { Poisson::new(mean).expect("a mean").sample(&mut self.rng) } else { 0.0 }
    }

    fn count(&mut self, mean: f64) -> f64 {
        let count = self.poisson(mean);
        let short = self.mistake == LeapMistake::ShortTable;
        if short { count.min((mean + 2.0 * mean.sqrt()).floor()) } else { count }
    }

    fn step(&mut self, network: &Network, state: &mut NetworkState, step: f64) {
        let (start, populations) = (self.time, network.population_count());
        let rates: Vec<Vec<f64>> = (0..populations)
            .map(|a| {
                let gain = &network.populations[a].gain;
                state.potentiations(a, start).map(|z| gain.intensity(z)).collect()
            })
            .collect();
        let middle = start + 0.5 * step;
        let external = network.externals.iter().map(|x| x.count as f64 * x.rate.value(middle));
        let sums: Vec<f64> = rates.iter().map(|rates| rates.iter().sum()).chain(external).collect();
        for (target, own_rates) in rates.iter().enumerate() {
            // Jumps are where the middle of their step is, or where its end is.
            let at = if self.mistake == LeapMistake::NoDecayWithin { start + step } else { middle };
            let scale = state.common(target, at).scale;
            for (source, rate) in sums.iter().enumerate() {
                let jump = network.jump(target, source) / scale;
                let common = self.count(rate * step);
                let has_own = source == target && self.mistake != LeapMistake::SelfSynapse;
                for (neuron, own) in own_rates.iter().enumerate() {
                    let own = if has_own { *own } else { 0.0 };
                    let count = match self.mistake {
                        LeapMistake::CommonDraws => common,
                        _ => self.count((rate - own) * step),
                    };
                    state.kick(target, neuron, count * jump);
                    state.count_jumps(target, source, count as u64);
                }
            }
        }
    }
}

impl Method for NaiveLeaps {
    fn restart(&mut self, _: &Network, _: &NetworkState, time: f64) {
        self.time = time;
    }

    fn advance<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        until: f64,
        _: &mut O,
    ) -> Progress {
        let steps = ((until - self.time) / self.longest * (1.0 - 1e-9)).ceil();
        let step = (until - self.time) / steps;
        while self.time < until {
            self.step(network, state, step);
            self.time = if self.time + 1.5 * step > until { until } else { self.time + step };
            state.refresh(self.time);
        }
        Progress::Reached
    }
}
