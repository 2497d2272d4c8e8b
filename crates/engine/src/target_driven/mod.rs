//! The target-driven method: one random access for each jump and almost no rejection at any rate.
//!
//! Use it whenever the sources of single jumps are not wanted. Under independent transmission the intensity of
//! `b`-jumps is the same for all targets but for the excluded self-synapse,
//! `R_b(t) = sum_j lambda_b(z_b^j(t))`. So the *target* is drawn uniformly among all `N` neurons and the *type* `b` in
//! proportion to `R_b`; no source is drawn. If the target `k` is itself in `b`, the candidate counts with
//! probability `1 - lambda_b(z_b^k)/R_b`.
//!
//! # Why the law is exact
//! The sums are not recomputed at every jump. What is carried for each `b`, from a fresh sum at time `t_0` on, is
//!
//! * the sum `R^`, changed by `lambda(z + jump) - lambda(z)` at each jump of a neuron of `b` and by `D^ dt` between;
//! * its slope `D^`: `sum_j lambda'(z_j) dz_j/dt` at `t_0`, changed at each jump by what the jump changes in it (so a
//!   neuron's term is off by what it drifted between its jumps, which `M` bounds);
//! * a bound `M >= |d^2 R_b/dt^2|` away from jumps. Neuron `j` adds at most `L_2 w^2 + L_1 (w/tau + I_1)`, with
//!   `L_1, L_2` the bounds of `|lambda'|, |lambda''|`, `I_1` that of `|dI/dt|`, and `w = max(|dz_j/dt|, tau I_1)`, which
//!   bounds `|dz_j/dt|` until its next jump because `d(dz/dt)/dt = -(dz/dt)/tau + dI/dt`.
//!
//! Between jumps the terms of `D^` are off by at most `M (t - t_0)` in sum, hence
//! `|R_b(t) - R^(t)| <= M (t - t_0)^2/2 + rounding = e_b(t)`. Candidates of type `b` come at a constant rate `N B_b` with
//! `B_b >= R^(t) + e_b(t) >= R_b(t)` until a horizon, where a new bound is taken (a Poisson process has no memory).
//! A candidate with level `u`, uniform on `[0, B_b)`, is a jump if `u < R_b(t) - own`, with `own = lambda_b(z_b^k)` if
//! the target is in `b`, otherwise 0. If `u` is not within `e_b(t)` of `R^(t) - own` this is decided by `R^` as it would
//! be by `R_b`; else by a fresh sum, with the same `u`. (`R^`, `e_b` and `B_b` are kept within what `N_b` neurons can
//! give at most, which brings none of them further from the truth.) So every decision is the one that the true `R_b` would make.

mod sums;

use equipoise_model::Network;
use rand::RngExt;
use rand_distr::{Distribution, Exp1};

use crate::jump::Jump;
use crate::method::JumpMethod;
use crate::state::NetworkState;
use crate::stream::Stream;
use crate::thinning::locate;

use sums::{IntensitySum, Kinetics};

/// Jumps per neuron after which the sums are taken anew, whatever their error.
const JUMPS_PER_SUM: f64 = 4.0;
/// The horizon, in mean gaps between candidates: longer ones loosen the bound, shorter ones end too often.
const GAPS_PER_HORIZON: f64 = 8.0;
/// Longest horizon, where nothing moves at all; its square is still a number.
const LONGEST_HORIZON: f64 = 1e150;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct TargetDriven {
    /// Time to which the sums are advanced.
    time: f64,
    /// Time of the last fresh sums.
    summed: f64,
    /// Updates of the sums since then.
    updates: f64,
    neurons: f64,
    sums: Vec<IntensitySum>,
    /// Upper bounds `B_b` until the horizon.
    bounds: Vec<f64>,
    /// Sum of the bounds.
    total: f64,
    horizon: f64,
    /// Longest horizon that keeps the candidates due to the error of the sums alone to about one.
    sure: f64,
    kinetics: Vec<Kinetics>,
    /// `J_ab / sqrt(n)`, rows are targets.
    jumps: Vec<f64>,
}

impl TargetDriven {
    /// The method for a network with independent transmission.
    pub fn new(network: &Network) -> Self {
        let targets = 0..network.population_count();
        let sources = 0..network.source_count();
        let jumps =
            targets.flat_map(|a| sources.clone().map(move |b| network.jump(a, b))).collect();
        Self {
            time: 0.0,
            summed: 0.0,
            updates: 0.0,
            neurons: network.neuron_count() as f64,
            sums: network.populations.iter().map(IntensitySum::of).collect(),
            bounds: vec![0.0; network.source_count()],
            total: 0.0,
            horizon: 0.0,
            sure: 0.0,
            kinetics: network.populations.iter().map(Kinetics::of).collect(),
            jumps,
        }
    }

    fn sum_afresh(&mut self, state: &NetworkState) {
        self.summed = self.time;
        self.updates = self.neurons;
        let mut curvature = 0.0;
        for (index, (sum, kinetics)) in self.sums.iter_mut().zip(&self.kinetics).enumerate() {
            let drive = state.drive(index, self.time);
            *sum = IntensitySum::empty(sum.largest);
            for potentiation in state.potentiations(index, self.time) {
                let neuron = kinetics.contribution(drive, potentiation);
                sum.value += neuron.intensity;
                sum.slope += neuron.slope;
                sum.curvature += neuron.curvature;
            }
            sum.magnitude = sum.value;
            curvature += sum.curvature;
        }
        let largest: f64 = self.sums.iter().map(|sum| sum.largest).sum();
        // A span of the mean gap at saturation is never too long: no bound exceeds the largest possible rate.
        self.sure = (1.0 / (self.neurons * curvature)).cbrt().max(1.0 / (self.neurons * largest));
    }

    fn advance(&mut self, time: f64) {
        let elapsed = time - self.time;
        for sum in &mut self.sums {
            sum.drift(elapsed);
        }
        self.updates += 1.0;
        self.time = time;
    }

    /// New bounds until a new horizon; returns the total rate of candidates.
    fn bound(&mut self, network: &Network) -> f64 {
        let (inside, outside) = self.bounds.split_at_mut(self.sums.len());
        for (bound, source) in outside.iter_mut().zip(&network.externals) {
            *bound = source.count as f64 * source.rate.supremum_from(self.time);
        }
        let inside_rate: f64 = self.sums.iter().map(|sum| sum.value.max(0.0)).sum();
        let gaps = GAPS_PER_HORIZON / (self.neurons * (inside_rate + outside.iter().sum::<f64>()));
        let span = gaps.min(self.sure).min(LONGEST_HORIZON);
        self.horizon = self.time + span;
        let age = self.horizon - self.summed;
        for (bound, sum) in inside.iter_mut().zip(&self.sums) {
            let highest =
                sum.value + sum.slope.max(0.0) * span + sum.error(age, self.updates + 1.0);
            // Written so that what is no number (an overflow) becomes the bound that always holds.
            *bound = if highest < sum.largest { highest } else { sum.largest };
        }
        self.total = self.bounds.iter().sum();
        self.neurons * self.total
    }

    /// Type of a candidate, in proportion to the bounds, and its level, uniform below its bound.
    fn draw_type(&self, rng: &mut Stream) -> (usize, f64) {
        let mut level = rng.random::<f64>() * self.total;
        let mut last = 0;
        for (source, bound) in self.bounds.iter().enumerate().filter(|(_, bound)| **bound > 0.0) {
            if level < *bound {
                return (source, level);
            }
            level -= bound;
            last = source;
        }
        // Only by rounding of the sum: the top of the last interval.
        (last, self.bounds[last].next_down())
    }

    /// Whether a candidate of type `source` at this level is a jump, for a target that adds `own`
    /// to the intensity sum of `source`.
    fn accept(
        &mut self,
        network: &Network,
        state: &NetworkState,
        (source, level): (usize, f64),
        own: f64,
    ) -> bool {
        if source >= self.sums.len() {
            let external = &network.externals[source - self.sums.len()];
            return level < external.count as f64 * external.rate.value(self.time);
        }
        let sum = &self.sums[source];
        let error = sum.error(self.time - self.summed, self.updates);
        let threshold = sum.value - own;
        if (level - threshold).abs() > error {
            return level < threshold;
        }
        self.sum_afresh(state);
        level < self.sums[source].value - own
    }
}

impl JumpMethod for TargetDriven {
    fn restart(&mut self, _: &Network, state: &NetworkState, time: f64) {
        self.time = time;
        self.sum_afresh(state);
    }

    fn propose(
        &mut self,
        network: &Network,
        state: &NetworkState,
        horizon: f64,
        rng: &mut Stream,
    ) -> f64 {
        if self.updates > (JUMPS_PER_SUM + 1.0) * self.neurons {
            self.sum_afresh(state);
        }
        loop {
            let total = self.bound(network);
            let gap: f64 = Exp1.sample(rng);
            let candidate = self.time + gap / total;
            if candidate < self.horizon {
                self.advance(candidate);
                return candidate;
            }
            if self.horizon >= horizon {
                return f64::INFINITY;
            }
            self.advance(self.horizon);
        }
    }

    fn decide(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        rng: &mut Stream,
    ) -> Option<Jump> {
        let (source, level) = self.draw_type(rng);
        let target = rng.random_range(0..network.neuron_count() as u64) as usize;
        let (population, neuron) = locate(network, target);
        let kinetics = &self.kinetics[population];
        let common = state.common(population, self.time);
        let potentiation = common.potentiation(state.deviation(population, neuron));
        let drive = state.drive(population, self.time);
        let before = kinetics.contribution(drive, potentiation);
        let own = if population == source { before.intensity } else { 0.0 };
        if !self.accept(network, state, (source, level), own) {
            return None;
        }
        let jump = self.jumps[population * network.source_count() + source];
        state.kick(population, neuron, jump / common.scale);
        let after = self.kinetics[population].contribution(drive, potentiation + jump);
        self.sums[population].change(&before, &after);
        self.updates += 1.0;
        Some(Jump {
            time: self.time,
            source_population: source,
            source_neuron: None,
            target_population: population,
            target_neuron: neuron,
        })
    }
}

#[cfg(test)]
mod tests {
    use equipoise_model::gain::Logistic;
    use equipoise_model::schedule::Sine;
    use equipoise_model::{
        Coupling, Gain, GainFunction, InitialLaw, Kind, NeuronPopulation, Schedule, Transmission,
    };

    use super::*;
    use crate::stream::{Purpose, stream};

    /// Drives that sweep the neurons through their thresholds, one smoothly, one by steps.
    fn swept_pair(count: usize, max_rate: f64) -> Network {
        let sine = Sine { mean: 0.3, amplitude: 4.0, frequency: 1.0, phase: 0.0 };
        let steps = (0..2000).map(|i| (f64::from(i) * 0.7, 5.0 * f64::from(i % 3 - 1)));
        let population = |name: &str, kind, drive| NeuronPopulation {
            name: name.to_owned(),
            kind,
            fraction: 1.0,
            count,
            time_constant: 0.8,
            drive,
            gain: Gain::Logistic(Logistic { max_rate, threshold: 0.2, slope: 0.1 }),
            initial: InitialLaw::Normal { mean: 0.0, variance: 0.25 },
        };
        Network {
            size: count as f64,
            transmission: Transmission::Independent,
            populations: vec![
                population("E", Kind::Excitatory, Schedule::Sine(sine)),
                population("I", Kind::Inhibitory, Schedule::Steps(steps.collect())),
            ],
            externals: Vec::new(),
            coupling: Coupling::from_rows(&[vec![0.3, -0.3], vec![0.3, -0.3]]),
        }
    }

    /// What exactness rests on: `|R_b - R^| <= e_b` and `R^ + e_b <= B_b` (to rounding).
    fn assert_claims(method: &TargetDriven, network: &Network, state: &NetworkState) {
        for (index, sum) in method.sums.iter().enumerate() {
            let gain = &network.populations[index].gain;
            let potentiations = state.potentiations(index, method.time);
            let exact: f64 = potentiations.map(|z| gain.intensity(z)).sum();
            let error = sum.error(method.time - method.summed, method.updates);
            assert!((exact - sum.value).abs() <= error, "{exact} {} {error}", sum.value);
            let bound = method.bounds[index] * (1.0 + 4.0 * f64::EPSILON);
            assert!((sum.value + error).min(sum.largest) <= bound, "{} {error} {bound}", sum.value);
        }
    }

    #[test]
    fn carried_sums_stay_within_their_errors_and_bounds() {
        for (count, max_rate) in [(1, 0.3), (1, 3.0), (2, 20.0), (30, 0.01), (30, 1.0)] {
            let network = swept_pair(count, max_rate);
            let mut rng = stream(1, 0, Purpose::Jumps);
            let mut state = NetworkState::initial(&network, 1, 0);
            let mut method = TargetDriven::new(&network);
            let (mut start, mut candidates) = (0.0, 0);
            while let Some(step) = network.next_step(start).filter(|_| candidates < 20_000) {
                method.restart(&network, &state, start);
                loop {
                    let candidate = method.propose(&network, &state, step, &mut rng);
                    if candidate >= step {
                        break;
                    }
                    candidates += 1;
                    state.refresh(candidate);
                    assert_claims(&method, &network, &state);
                    method.decide(&network, &mut state, &mut rng);
                }
                state.restart(&network, step);
                start = step;
            }
        }
    }
}
