//! How long a step is, and what is expected to happen in it: linear equations for the population means.

use equipoise_model::{Leaps, Network, NeuronPopulation, Schedule};
use serde::{Deserialize, Serialize};

use super::linear::{grows, solve, spectral_radius};
use super::pass::Sums;
use crate::state::NetworkState;

/// How much longer than the step before it a step may be.
const GROWTH: f64 = 1.5;
/// How much shorter the next that is tried is.
const SHRINKAGE: f64 = 0.75;
/// Part of the longest step below which none is tried, however large its error.
const SHORTEST: f64 = 1e-5;
/// How much of the difference between the two rules counts: most of it is the fast flow, which ends in the same place by both.
const WEIGHT_OF_FAST: f64 = 1.0 / 16.0;
/// Squares of moves of a population mean that are left to chance, in variances of a mean of `N` independent neurons and for moves
/// that are slow within the step: those of balanced networks are about ten times as large.
const CHANCE: f64 = 30.0;
/// Standard deviations that a fluctuation which neurons have in common may have.
const DEVIATIONS: f64 = 4.0;
/// Resolving steps, in fast times.
const RESOLVING: f64 = 0.5;
/// Longest step, in periods of an external rate.
const OF_A_PERIOD: f64 = 0.1;
/// Part of the mean square of a potentiation below which its variance is rounding.
const ROUNDING: f64 = 1e-12;

/// A population at the start of a step.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Crowd {
    /// `N_a`.
    pub count: f64,
    /// `tau_a`.
    pub time_constant: f64,
    /// What its neurons sum to.
    pub sums: Sums,
}

impl Crowd {
    /// Before anything is known of its neurons.
    pub fn of(population: &NeuronPopulation) -> Self {
        let (count, time_constant) = (population.count as f64, population.time_constant);
        Self { count, time_constant, sums: Sums::default() }
    }

    /// The population mean.
    pub fn mean(&self) -> f64 {
        self.sums.potentiation / self.count
    }

    /// The variance over the population.
    pub fn variance(&self) -> f64 {
        (self.sums.square / self.count - self.mean().powi(2)).max(0.0)
    }
}

/// Integrals over a step of length `h` with the decay from each moment to its end, `e = exp(-(h - s)/tau_a)`.
#[derive(Debug, Clone, Copy)]
pub struct Decay {
    /// `int e ds`, for what is constant.
    pub first: f64,
    /// `int e^2 ds`.
    pub second: f64,
}

impl Decay {
    /// Over a step of this length.
    pub fn over(step: f64, time_constant: f64) -> Self {
        let integral = |tau: f64| -tau * (-step / tau).exp_m1();
        Self { first: integral(time_constant), second: integral(0.5 * time_constant) }
    }
}

/// The same for what varies in time, and its integral without decay.
#[derive(Debug, Clone, Copy)]
pub struct Inflow {
    pub count: f64,
    pub first: f64,
    pub second: f64,
}

impl Inflow {
    /// Of a rate that is constant in the step.
    pub fn constant(rate: f64, step: f64, decay: Decay) -> Self {
        Self { count: rate * step, first: rate * decay.first, second: rate * decay.second }
    }

    /// Of any rate, in so many parts by Gauss's rule with three points.
    pub fn varying(
        rate: impl Fn(f64) -> f64,
        (step, parts): (f64, usize),
        time_constant: f64,
    ) -> Self {
        let part = step / parts as f64;
        let offset = 0.5 * part * 0.6_f64.sqrt();
        let nodes = [(-offset, 5.0 / 18.0), (0.0, 8.0 / 18.0), (offset, 5.0 / 18.0)];
        let mut inflow = Self { count: 0.0, first: 0.0, second: 0.0 };
        for (number, (offset, weight)) in (0..parts).flat_map(|n| nodes.map(|node| (n, node))) {
            let since = (number as f64 + 0.5) * part + offset;
            let (decay, count) = (-(step - since) / time_constant, weight * part * rate(since));
            inflow.count += count;
            inflow.first += count * decay.exp();
            inflow.second += count * (2.0 * decay).exp();
        }
        inflow
    }

    /// Parts for a schedule.
    pub fn parts(schedule: &Schedule, step: f64) -> usize {
        match schedule {
            Schedule::Sine(sine) => (step * sine.frequency / OF_A_PERIOD).ceil().max(1.0) as usize,
            _ => 1,
        }
    }
}

/// What is expected of a step.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its length.
    pub step: f64,
    /// Expected change of each population mean.
    pub change: Vec<f64>,
    /// By population.
    pub decay: Vec<Decay>,
}

/// All that a plan depends on.
#[derive(Debug, Clone, Copy)]
pub struct Planner<'a> {
    pub network: &'a Network,
    pub state: &'a NetworkState,
    pub crowds: &'a [Crowd],
    pub leaps: &'a Leaps,
    pub time: f64,
}

impl Planner<'_> {
    /// The next step, after one of the length `before` if there was one: not beyond `until`, and such that several like it end there.
    pub fn plan(&self, before: Option<f64>, until: f64) -> Plan {
        let left = until - self.time;
        let whole = |step: f64| left / (left / step * (1.0 - 1e-12)).ceil().max(1.0);
        if let Some(step) = self.leaps.step {
            return self.expect(whole(step)).0;
        }
        let longest = self.longest();
        // Growing from within the fast time, steps pass the lengths that forget where a fast mode began.
        let before = before.unwrap_or_else(|| 1.0 / (GROWTH * self.fast_rate()));
        let mut step = longest.min(GROWTH * before).max(SHORTEST * longest);
        loop {
            let (plan, error) = self.expect(whole(step));
            // Of what is no number, the error is none either: the recorder will say so.
            if error <= 1.0 || !error.is_finite() || step < SHORTEST * longest {
                return plan;
            }
            step *= SHRINKAGE;
        }
    }

    /// A step longer than all that are taken.
    pub fn longest(&self) -> f64 {
        let shortest = self.crowds.iter().map(|crowd| crowd.time_constant);
        let slow = self.leaps.longest(shortest.fold(f64::INFINITY, f64::min));
        let periods = self.network.externals.iter().filter_map(|external| match &external.rate {
            Schedule::Sine(sine) => Some(1.0 / sine.frequency),
            _ => None,
        });
        let slow = slow.min(OF_A_PERIOD * periods.fold(f64::INFINITY, f64::min));
        if !self.crowds.iter().all(|crowd| crowd.sums.square.is_finite()) {
            // The recorder will say so at the next sample.
            return slow;
        }
        // A balance that does not attract is left along a path that only short steps follow.
        if self.leaps.resolve || grows(&self.response(), self.crowds.len()) {
            slow.min((RESOLVING / self.fast_rate()).max(SHORTEST * slow))
        } else {
            slow
        }
    }

    /// What a move of each population mean changes of the drift of the others.
    fn response(&self) -> Vec<f64> {
        let (size, crowds) = (self.crowds.len(), self.crowds);
        (0..size * size)
            .map(|at| self.network.jump(at / size, at % size) * crowds[at % size].sums.slope)
            .collect()
    }

    /// The largest rate at which population means move through the network.
    pub fn fast_rate(&self) -> f64 {
        spectral_radius(&self.response(), self.crowds.len())
    }

    /// What happens on average in a step of this length, and how large its error is for what is tolerated.
    ///
    /// Rates are linear in the means, `R_b + D_b dm_b` with `D_b = sum_j lambda_b'(z_j)`. The error is the difference between
    /// the trapezoidal rule and the implicit Euler rule, and what neither sees: the squares of the changes of mean and variance.
    fn expect(&self, step: f64) -> (Plan, f64) {
        let (network, crowds) = (self.network, self.crowds);
        let size = crowds.len();
        let decay: Vec<Decay> = crowds.iter().map(|c| Decay::over(step, c.time_constant)).collect();
        let end = self.time + step;
        let mut drift = Vec::with_capacity(size);
        let mut variance = Vec::with_capacity(size);
        let mut noise = Vec::with_capacity(size);
        let mut in_common = Vec::with_capacity(size);
        let correlation = network.transmission.input_correlation();
        let fast_rate = self.fast_rate();
        for (a, crowd) in crowds.iter().enumerate() {
            let (before, after) = (self.state.common(a, self.time), self.state.common(a, end));
            let ratio = after.scale / before.scale;
            let relaxed = after.offset + ratio * (crowd.mean() - before.offset);
            let mut mean = relaxed - crowd.mean();
            let mut input = 0.0;
            for (b, source) in crowds.iter().enumerate() {
                let jump = network.jump(a, b);
                mean += jump * decay[a].first * source.sums.intensity;
                input += jump * jump * source.sums.intensity;
            }
            mean -= network.jump(a, a) * decay[a].first * crowd.sums.intensity / crowd.count;
            let common = correlation * input;
            for (x, external) in network.externals.iter().enumerate() {
                let rate = external.count as f64 * external.rate.value(self.time);
                let jump = network.jump(a, size + x);
                mean += jump * decay[a].first * rate;
                input += jump * jump * rate;
            }
            drift.push(mean);
            let private = input - common;
            variance.push((ratio * ratio - 1.0) * crowd.variance() + decay[a].second * private);
            noise.push(input);
            in_common.push(if fast_rate > 0.0 { 0.5 * common / fast_rate } else { 0.0 });
        }
        let change = solve(self.feedback(&decay, 0.5), drift.clone());
        let euler = solve(self.feedback(&decay, 1.0), drift);
        // The part of a fast fluctuation that relaxes in the step.
        let stiffness = step * fast_rate;
        let moved = stiffness / (1.0 + 0.5 * stiffness);
        let implicit = stiffness / (1.0 + stiffness);
        let errors = (0..size).map(|a| {
            let crowd = &crowds[a];
            // Where all neurons are the same, what they are about to differ by is the measure.
            let rounding = ROUNDING * crowd.sums.square / crowd.count;
            let own = 0.5 * crowd.time_constant * noise[a];
            let scale = crowd.variance().max(own).max(rounding).sqrt();
            if scale == 0.0 {
                return 0.0;
            }
            // Fluctuations that neurons have in common are followed as they should be.
            let in_common = DEVIATIONS * in_common[a].sqrt() / scale;
            let fast =
                ((change[a] - euler[a]).abs() / scale - (moved - implicit) * in_common).max(0.0);
            let spread = variance[a] / (scale * scale);
            let moves = 0.5 * (change[a] / scale).powi(2);
            let chance = moved * moved * (CHANCE / crowd.count + 0.5 * in_common * in_common);
            let slow = (moves - chance).max(0.0) + 0.25 * spread * spread;
            (WEIGHT_OF_FAST * fast + slow) / self.leaps.tolerance
        });
        let error =
            errors.fold(
                0.0,
                |largest: f64, error| {
                    if error.is_finite() { largest.max(error) } else { f64::INFINITY }
                },
            );
        (Plan { step, change, decay }, error)
    }

    /// `1 - weight int e ds J D/sqrt(n)`.
    pub fn feedback(&self, decay: &[Decay], weight: f64) -> Vec<f64> {
        let size = self.crowds.len();
        let entry = |(a, b): (usize, usize)| {
            let slope = self.crowds[b].sums.slope;
            let response = self.network.jump(a, b) * decay[a].first * slope;
            f64::from(u8::from(a == b)) - weight * response
        };
        (0..size).flat_map(|a| (0..size).map(move |b| (a, b))).map(entry).collect()
    }
}
