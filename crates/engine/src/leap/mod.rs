//! The leap method: many jumps at a time, for networks too large to follow every jump.
//!
//! In a step of length `h` all neurons of a population receive Poisson counts of jumps whose means are the same for all, but for the jumps that a neuron
//! does not receive from itself. So a step takes one draw for each neuron and group of sources, from a table (`table`) that is made anew
//! for each step and population, and no more as `n` grows.
//!
//! # One step
//! With `R_b = sum_j lambda_b(z_b^j)`, `R_b'` the same at the end of the step, and `A_1, A_2` the integrals of `exp(-(h - s)/tau_a)` and of its square over the step:
//!
//! 1. **Kicks** (`counts`, `pass`). Counts are Poisson at the rates `R* = R + d/h`, with `d` what the step before left out (step 4). Sources whose jumps have the same size, up
//!    or down, share a table: that of the difference of two Poisson counts. The jumps are decayed to the end of the step by the one
//!    factor and the one rate that make mean and variance exact, `A_2/A_1` and `R* A_1^2/A_2`.
//!    Where targets share spikes (`spikes`), their number is drawn once for all; what `p` of each adds up to is common to the population, and trials of
//!    probability `p`, less their mean, take the place of the Poisson counts.
//! 2. **No synapse onto oneself.** Each neuron gives back jumps of its own: a Poisson count of mean `(lambda(z_k) + lambda(z_k'))/2 A_1 E[jumps of the type | what was
//!    drawn]/E[jumps of the type]`, to first order in `1/N` the law of thinned counts. (One that was independent of what was drawn would add variance where it should take it away.)
//! 3. **Common motion** (`plan`). The drift of the population means follows the trapezoidal rule,
//!    `m_a' = e^(-h/tau) m_a + ... + A_1 sum_b J_ab/sqrt(n) (R_b + R_b')/2`: what was drawn already contains `R*`, and the rest is
//!    a shift that all neurons of the population have in common. `R_b'` is taken from the neurons themselves after the shift, so the
//!    equation is implicit, and is solved by Newton's method on sums over the neurons.
//! 4. **Noise.** The variance of kicks goes with `R*`, that of the model with `(R + R')/2`; the difference, `d = h (R' - R)/2`, is made up for in the next step.
//!
//! # What is right, and to which order
//! * A linear mode of relaxation rate `k + 1/tau` with noise has under steps 1 and 3 its exact stationary variance, **for any `h`**: `x' = g x - k A_1 (x + x')/2 + noise`, `g = exp(-h/tau)`, has the
//!   variance `sigma^2/(2 (k + 1/tau))`. So a step need not resolve the fast time `n^(-1/2)`: means, variances, law, and covariances of
//!   population means at one time are kept, and counts of jumps, since what a mean has moved is what was counted. What is lost beyond the fast time is
//!   the fast fluctuation *in time*: from step to step it alternates instead of decaying.
//! * Steps below the fast time (`resolve`) keep that, too; there everything is of second weak order in `h`, but for terms that are smaller by `1/N`.
//! * Nothing is taken from the theory of the limit; agreement with it is evidence.
//!
//! # Steps
//! A step is as long as an error estimate allows, which is known before anything is drawn (a step that was thrown away for what it drew would bias the law), or fixed. Steps
//! end at sample times and at steps of drives and external rates.
//!
//! # Reproducible
//! Neurons are worked on in chunks of fixed length, each with a stream of its own, and sums over chunks are taken by one tree; so results do not depend
//! on threads, nor on the ranks over which chunks are spread (`team`).
//!
//! # Sources
//! Leaps: Gillespie (2001), doi:10.1063/1.1378322; implicit: Rathinam, Petzold, Cao & Gillespie (2003), doi:10.1063/1.1627296; trapezoidal, which keeps stationary
//! variances: Cao & Petzold (2005), "Trapezoidal tau-leaping formula for the stochastic simulation of biochemical systems", Proc. FOSBE, 149-152.

mod chunks;
mod counts;
mod linear;
mod pass;
mod plan;
mod spikes;
mod table;
mod tally;
#[cfg(test)]
mod tests;

use equipoise_model::{Leaps, Network, Transmission};
use serde::{Deserialize, Serialize};

use crate::deviations::Deviations;
use crate::method::{Method, Progress};
use crate::observer::Observer;
use crate::state::{Common, NetworkState};
use crate::stream::{Purpose, Stream, stream};
use crate::target_driven::kinetics::Form;
use crate::team::{CHUNK, TOGETHER_FROM, Team};
use crate::vector::InstructionSet;
use crate::vector::lanes::Lanes;

use chunks::{draw, look};
use linear::solve;
use pass::{Drawn, Kick, Kicks, Own, Sums};
use plan::{Crowd, Decay, Inflow, Plan, Planner};
use spikes::Spikes;
use tally::{Group, Member, Tally};

/// Moves of a population mean, in standard deviations of its neurons, for which rates are linear enough: an error below `1e-7`.
const LINEAR: f64 = 3e-4;
/// Steps have so many grains of time or more, about. Times that differ by rounding alone are the same grain, so that it is all the same which of
/// them is asked for.
const GRAINS: f64 = 1e9;
/// Rounds of Newton's method, which needs two or three unless it comes from far.
const ROUNDS: usize = 100;

/// See the [module](self).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Leap<'a> {
    #[serde(skip, default = "InstructionSet::best")]
    instructions: InstructionSet,
    #[serde(skip)]
    team: Team<'a>,
    leaps: Leaps,
    /// For the counts of jumps.
    rng: Stream,
    /// A stream for each chunk on this rank, by populations.
    chunks: Vec<Vec<Lanes>>,
    forms: Vec<Form>,
    crowds: Vec<Crowd>,
    time: f64,
    /// Length of the last step, if there was one since the start or a step of a drive or rate.
    step: Option<f64>,
    /// What times are rounded to.
    grain: f64,
    /// `d_b`, jumps towards each neuron that have been left out.
    debts: Vec<f64>,
    tally: Tally,
}

impl<'a> Leap<'a> {
    /// The method for a replicate of a network.
    pub fn new(network: &Network, leaps: Leaps, seed: u64, replicate: u64) -> Self {
        Self::with_instructions(network, leaps, (seed, replicate), InstructionSet::best())
    }

    /// The same on other instructions, with the same result to the last bit.
    pub fn with_instructions(
        network: &Network,
        leaps: Leaps,
        stream: (u64, u64),
        instructions: InstructionSet,
    ) -> Self {
        Self { instructions, ..Self::on(Team::default(), network, leaps, stream) }
    }

    /// The same for the part of a network that is on this rank.
    pub(crate) fn on(
        team: Team<'a>,
        network: &Network,
        leaps: Leaps,
        (seed, replicate): (u64, u64),
    ) -> Self {
        let mut number = 0;
        let mut streams = |neurons: usize| -> Vec<Lanes> {
            let here = team.chunks(neurons);
            let chunks = number + here.start..number + here.end;
            number += neurons.div_ceil(CHUNK);
            let lanes = |number| Lanes::new(stream(seed, replicate, Purpose::Chunk { number }));
            chunks.map(lanes).collect()
        };
        let populations = &network.populations;
        Self {
            instructions: InstructionSet::best(),
            team,
            leaps,
            rng: stream(seed, replicate, Purpose::Counts),
            chunks: populations.iter().map(|population| streams(population.count)).collect(),
            forms: populations.iter().map(|population| Form::of(&population.gain, 0.0)).collect(),
            crowds: populations.iter().map(Crowd::of).collect(),
            time: 0.0,
            step: None,
            grain: grain(network, &leaps),
            debts: vec![0.0; network.population_count()],
            tally: Tally::new(network),
        }
    }

    /// A time to the next grain.
    fn rounded(&self, time: f64) -> f64 {
        (time / self.grain).round() * self.grain
    }

    /// Sums over all neurons at a time.
    fn look(&mut self, network: &Network, state: &NetworkState, time: f64) {
        let parts = network.populations.iter().enumerate().map(|(a, population)| {
            let common = state.common(a, time);
            let shape = (self.forms[a], &population.gain);
            let parts = match state.stored(a) {
                Deviations::Double(y) => look(y, common, shape, self.instructions),
                Deviations::Single(y) => look(y, common, shape, self.instructions),
            };
            (population.count, parts)
        });
        let sums = self.team.sums(parts.collect(), Sums::and);
        for (crowd, sums) in self.crowds.iter_mut().zip(sums) {
            crowd.sums = sums;
        }
    }

    /// Takes one step towards `until`.
    fn leap(&mut self, network: &Network, state: &mut NetworkState, until: f64) {
        let planner =
            Planner { network, state, crowds: &self.crowds, leaps: &self.leaps, time: self.time };
        let plan = planner.plan(self.step, until);
        let Plan { step, ref change, ref decay } = plan;
        let end = if until - self.time <= step * (1.0 + 1e-9) { until } else { self.time + step };
        let before: Vec<f64> = self.crowds.iter().map(|crowd| crowd.sums.intensity).collect();
        let drawn_rates: Vec<f64> =
            before.iter().zip(&self.debts).map(|(r, debt)| (r + debt / step).max(0.0)).collect();
        let spikes = self.spikes(network, step, &drawn_rates);
        // What is expected to be left to the common motion, so that little is.
        let surprise: Vec<f64> = (0..before.len())
            .map(|a| surprise(network, a, (step, decay[a]), &drawn_rates, &spikes))
            .collect();
        let planner =
            Planner { network, state, crowds: &self.crowds, leaps: &self.leaps, time: self.time };
        let response = solve(planner.feedback(decay, 0.5), surprise);
        let rest: Vec<f64> = (0..before.len())
            .map(|b| {
                let moved = change[b] + response[b];
                before[b] + 0.5 * self.crowds[b].sums.slope * moved - drawn_rates[b]
            })
            .collect();
        let mut shifts: Vec<f64> = (0..before.len())
            .map(|a| {
                let parts = rest.iter().enumerate().map(|(b, rest)| network.jump(a, b) * rest);
                decay[a].first * parts.sum::<f64>()
            })
            .collect();
        let mut drawn = Vec::with_capacity(before.len());
        let groups = |a| self.groups(network, a, (step, decay[a]), &drawn_rates, &spikes);
        let groups: Vec<_> = (0..before.len()).map(groups).collect();
        for (a, groups) in groups.iter().enumerate() {
            let common = state.common(a, end);
            let before_step = state.common(a, self.time);
            let own = (a, network.jump(a, a), (step, before[a]), before_step);
            let (kicks, mut base) = kicks(groups, own, common.scale);
            if kicks.own.is_none() {
                // No jump of its own kind was drawn of which one could be taken back.
                let (rate, jump) = (before[a], network.jump(a, a));
                let own = spikes[a].map_or(step * rate, |spikes| spikes.count * spikes.probability);
                if spikes[a].is_none() {
                    base -= jump * decay[a].first * rate / self.crowds[a].count;
                }
                self.tally.add(a, a, -own);
            }
            state.translate(a, (shifts[a] + base) / common.scale);
            let parts = self.draw(network, state, a, &kicks, end);
            drawn.push((network.populations[a].count, parts));
        }
        let drawn = self.team.sums(drawn, |sum: Drawn, part| sum.and(&part));
        for (a, (groups, drawn)) in groups.iter().zip(&drawn).enumerate() {
            self.crowds[a].sums = drawn.sums;
            self.tally.draw(&mut self.rng, a, self.crowds[a].count, groups, drawn);
        }
        self.settle(network, state, (end, decay), &before, &drawn_rates, &mut shifts);
        for b in 0..before.len() {
            let after = self.crowds[b].sums.intensity;
            let average = 0.5 * (before[b] + after);
            for (a, crowd) in self.crowds.iter().enumerate() {
                self.tally.add(a, b, crowd.count * step * (average - drawn_rates[b]));
            }
            let left_out = step * (average - drawn_rates[b]);
            self.debts[b] += left_out;
            if let Some(spikes) = spikes[b] {
                self.tally.add_spikes(b, spikes.count + left_out / spikes.probability);
            }
        }
        self.tally.count(state);
        self.time = end;
        self.step = Some(step);
        if state.refresh(end) {
            self.look(network, state, end);
        }
    }

    /// The spikes of each population, where targets share them.
    fn spikes(&mut self, network: &Network, step: f64, rates: &[f64]) -> Vec<Option<Spikes>> {
        if network.transmission == Transmission::Independent {
            return vec![None; rates.len()];
        }
        let probability = network.transmission.release_probability();
        let draw = |rate: &f64| Some(Spikes::draw(&mut self.rng, rate * step, probability));
        rates.iter().map(draw).collect()
    }

    /// The sources of a population by the size of their jumps, with what comes from them.
    fn groups(
        &self,
        network: &Network,
        target: usize,
        (step, decay): (f64, Decay),
        rates: &[f64],
        spikes: &[Option<Spikes>],
    ) -> Vec<Group> {
        let time_constant = network.populations[target].time_constant;
        let mut groups: Vec<(f64, Vec<Member>)> = Vec::new();
        for source in 0..network.source_count() {
            let jump = network.jump(target, source);
            let inflow = if let Some(rate) = rates.get(source) {
                Inflow::constant(*rate, step, decay)
            } else {
                let external = &network.externals[source - rates.len()];
                let rate = |since| external.count as f64 * external.rate.value(self.time + since);
                let parts = Inflow::parts(&external.rate, step);
                Inflow::varying(rate, (step, parts), time_constant)
            };
            // A population that is silent sends nothing; sources outside are private.
            let spikes = spikes.get(source).copied().flatten().filter(|_| inflow.count > 0.0);
            let member = Member { source, is_up: jump > 0.0, inflow, spikes };
            match groups.iter_mut().find(|(size, _)| *size == jump.abs()) {
                Some((_, members)) => members.push(member),
                None => groups.push((jump.abs(), vec![member])),
            }
        }
        groups.into_iter().map(|(size, members)| Group::new(size, members)).collect()
    }

    fn draw(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        population: usize,
        kicks: &Kicks,
        end: f64,
    ) -> Vec<Drawn> {
        let common = state.common(population, end);
        let shape = (self.forms[population], &network.populations[population].gain);
        let instructions = self.instructions;
        let lanes = &mut self.chunks[population];
        match state.stored_mut(population) {
            Deviations::Double(y) => draw(y, lanes, kicks, common, shape, instructions),
            Deviations::Single(y) => draw(y, lanes, kicks, common, shape, instructions),
        }
    }

    /// Shifts the populations so that their means obey the trapezoidal rule.
    fn settle(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        (end, decay): (f64, &[Decay]),
        before: &[f64],
        drawn_rates: &[f64],
        shifts: &mut [f64],
    ) {
        for _ in 0..ROUNDS {
            let residual: Vec<f64> = (0..shifts.len())
                .map(|a| {
                    let rest = |b: usize| {
                        let average = 0.5 * (before[b] + self.crowds[b].sums.intensity);
                        network.jump(a, b) * (average - drawn_rates[b])
                    };
                    decay[a].first * (0..shifts.len()).map(rest).sum::<f64>() - shifts[a]
                })
                .collect();
            let (crowds, leaps, time) = (&self.crowds, &self.leaps, self.time);
            let planner = Planner { network, state, crowds, leaps, time };
            let mut moves = solve(planner.feedback(decay, 0.5), residual);
            // Not further than the rates may be linear at all.
            let excess = self.crowds.iter().zip(&moves).map(|(crowd, moved)| {
                let deviation = crowd.variance().sqrt();
                if deviation > 0.0 { moved.abs() / deviation } else { 0.0 }
            });
            let excess = excess.fold(1.0, f64::max);
            for moved in &mut moves {
                *moved /= excess;
            }
            let mut largest = 0.0_f64;
            for (a, moved) in moves.iter().enumerate() {
                shifts[a] += moved;
                state.translate(a, moved / state.common(a, end).scale);
                let crowd = &mut self.crowds[a];
                let deviation = crowd.variance().sqrt();
                largest = largest.max(moved.abs() / deviation.max(f64::MIN_POSITIVE));
                crowd.sums.intensity += crowd.sums.slope * moved;
                crowd.sums.square += moved * (2.0 * crowd.sums.potentiation + moved * crowd.count);
                crowd.sums.potentiation += moved * crowd.count;
            }
            if largest <= LINEAR || moves.iter().all(|moved| *moved == 0.0) {
                return;
            }
            self.look(network, state, end);
        }
    }
}

/// What times are rounded to: a power of two.
fn grain(network: &Network, leaps: &Leaps) -> f64 {
    let time_constants = network.populations.iter().map(|population| population.time_constant);
    let longest = leaps.longest(time_constants.fold(f64::INFINITY, f64::min));
    (leaps.step.unwrap_or(longest).min(longest) / GRAINS).log2().floor().exp2()
}

/// How much further spikes that targets share move a population than jumps at these rates do on average.
fn surprise(
    network: &Network,
    target: usize,
    (step, decay): (f64, Decay),
    rates: &[f64],
    spikes: &[Option<Spikes>],
) -> f64 {
    let sources = spikes.iter().zip(rates).enumerate().filter(|(_, (_, rate))| **rate > 0.0);
    let further = sources.map(|(source, (spikes, rate))| {
        let inflow = Inflow::constant(*rate, step, decay);
        let further = spikes.map_or(0.0, |spikes| spikes.in_common(&inflow) - inflow.first);
        network.jump(target, source) * further
    });
    further.sum()
}

/// The tables of a population's groups, and the change of `z` that their first places stand for.
fn kicks(
    groups: &[Group],
    (population, own_jump, (step, rate), before): (usize, f64, (f64, f64), Common),
    scale: f64,
) -> (Kicks, f64) {
    let mut kicks = Kicks { kicks: Vec::new(), own: None };
    let mut base = 0.0;
    for group in groups.iter().filter(|group| group.jump > 0.0) {
        let counts = &group.counts;
        let size = group.jump * group.factor;
        base += group.jump * group.base();
        let own = group.part_of(population).filter(|(_, _, jumps)| *jumps > 0.0);
        if let Some((part, own, jumps)) = own {
            let shares = counts.shares(part);
            let weights = if own.spikes.is_none() {
                let each = 0.5 * jumps * step / own.inflow.count;
                (each, each)
            } else {
                // A spike is a neuron's own with the probability that it had just before; what it did to all is no reason.
                (if rate > 0.0 { jumps / rate } else { 0.0 }, 0.0)
            };
            kicks.own = Some(Own {
                kick: kicks.kicks.len(),
                weights,
                before,
                largest_share: shares.iter().copied().fold(0.0, f64::max),
                shares,
                unit: -own_jump * group.factor / scale,
            });
        }
        let unit = counts.lump * size / scale;
        kicks.kicks.push(Kick { table: counts.into(), unit });
    }
    (kicks, base)
}

impl Method for Leap<'_> {
    fn initial(&self, network: &Network, stream: (u64, u64)) -> NetworkState {
        let precision = self.leaps.precision;
        if network.neuron_count() < TOGETHER_FROM {
            return NetworkState::initial_in(precision, network, stream.0, stream.1);
        }
        NetworkState::initial_in_chunks(precision, network, stream, self.team)
    }

    fn gather(&self, state: &NetworkState) -> Option<(NetworkState, Self)> {
        if self.team.is_single() {
            return None;
        }
        let populations = 0..self.crowds.len();
        let whole: Vec<_> = populations.map(|a| self.team.population(state.stored(a))).collect();
        let parts = self.team.gather(self.chunks.clone())?;
        let of_population = |a: usize| parts.iter().flat_map(|part| part[a].clone()).collect();
        let chunks = (0..self.chunks.len()).map(of_population).collect();
        let state = state.with(whole.into_iter().collect::<Option<_>>()?);
        Some((state, Self { chunks, ..self.clone() }))
    }

    fn part(
        &self,
        state: &NetworkState,
        (team, rank): (Team<'_>, usize),
    ) -> Option<(NetworkState, Self)> {
        let populations = 0..self.chunks.len();
        let part = |a: usize| {
            let deviations = state.stored(a);
            deviations.part(team.neurons_of(rank, deviations.count()))
        };
        let lanes = |a: usize| {
            let chunks = team.chunks_of(rank, state.stored(a).count());
            self.chunks[a][chunks].to_vec()
        };
        let chunks = populations.clone().map(lanes).collect();
        let state = state.with(populations.map(part).collect());
        Some((state, Self { chunks, ..self.clone() }))
    }

    fn join(self, fresh: &Self) -> Self {
        Self { team: fresh.team, ..self }
    }

    fn restart(&mut self, network: &Network, state: &NetworkState, time: f64) {
        self.time = self.rounded(time);
        self.step = None;
        self.look(network, state, time);
    }

    fn advance<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        until: f64,
        _: &mut O,
    ) -> Progress {
        let until = self.rounded(until);
        if until <= self.time {
            return Progress::Reached;
        }
        self.leap(network, state, until);
        Progress::Paused(self.time)
    }
}
