//! How totals of a population vary from network to network: spikes and jumps since time 0, and the activity energy.
//!
//! A total that counts is a *counter* `y`, which the fluctuations of rates drive through weights `w_b` and which has noise of its own, in part that of the modes:
//!
//! ```math
//! \begin{aligned}
//! dy &= \sum_b w_b\, \delta\lambda_b\, dt + dM, \qquad \frac{d}{dt} \mathrm{Cov}(y, \eta) = A\, \mathrm{Cov}(y, \eta) + \mathrm{Cov}\Big(\sum_b w_b\, \delta\lambda_b, \eta\Big) + \frac{d\langle M, \eta \rangle}{dt} \\
//! \frac{d}{dt} \mathrm{Var}\, y &= 2\, \mathrm{Cov}\Big(y, \sum_b w_b\, \delta\lambda_b\Big) + \frac{d\langle M \rangle}{dt}
//! \end{aligned}
//! ```
//!
//! with `A`, `eta` and `delta lambda` of `fluctuations`. Each jump of `b` onto `a` moves the mean of `a` by `eps J_ab/N_a`; each spike that neurons have in common moves all means by `p eps J_ab`. So
//!
//! ```text
//! spikes of b per neuron:          w = 1/p,   d<M>/dt = S_b/(p N_b) or, independently transmitted (jumps over fan-out), S_b/(N_b (N - 1))
//! jumps onto a, over N_a n:        w_b = (N_b - delta_ab)/n,   d<M>/dt = (1/n) [ sum_b gamma_b S_b (p + (1 - p)/N_a) + external/N_a ]
//! ```
//!
//! (`p = 0` in the second line for independent transmission.) The activity energy is a function of the modes, `N_a sum_l h_l v^{-l/2} eta_al/l!` with the averages of [`crate::activity`]; what its square has
//! in modes beyond those that are carried is each neuron's own, `1/N_a` of the variance that is left over, as far as the last mode that is carried is random itself. Where shared spikes move the mean
//! as far as neurons differ, the energy is no line of it: for a normal mean that holds the part `rho = C_aa/v_a` of the variance there is `N_a^2 sum_{l >= 2} h_l^2 rho^l/l!` beside (Mehler).
//!
//! To leading order, as the covariances themselves are; wrong by `1/n` relatively with independent transmission, by `n^{-1/2}` otherwise.

use num_dual::{Dual64, DualNum};

use super::fluctuations::{Fluctuations, per_spike};
use super::hermite::factorial;
use super::layout::Layout;
use super::system::{Closure, MomentSystem};
use super::{FiniteN, FiniteNSolution, MODES};
use crate::activity::ActivityAverages;
use crate::error::LimitError;
use crate::integrator::System;

/// Variances over networks of totals of a population; (time, population) arrays are row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Totals {
    /// Of the spikes since time 0, as they are counted: under independent transmission jumps divided by the fan-out.
    pub spikes: Vec<f64>,
    /// Of the jumps received since time 0.
    pub received: Vec<f64>,
    /// Of the activity energy, per time unit to the fourth power.
    pub activity: Vec<f64>,
}

impl FiniteNSolution {
    /// Expected activity energy of each population, `N_a E[(lambda_a(z) - theta_a)^2]` over neurons and networks, (time, population).
    ///
    /// # Panics
    /// If there is not one threshold for each population.
    pub fn activity_energy(
        &self,
        network: &equipoise_model::Network,
        thresholds: &[f64],
    ) -> Vec<f64> {
        assert_eq!(thresholds.len(), network.population_count(), "a threshold for each population");
        let energy = |place: usize| {
            let a = place % network.population_count();
            let population = &network.populations[a];
            let variance = self.total_variance[place];
            let averages =
                ActivityAverages::new(&population.gain, thresholds[a], self.mean[place], variance);
            let mut sum = averages.hermite[0];
            if variance > 0.0 {
                for (moment, k) in self.moments[place].iter().zip(3..) {
                    let scale = variance.powf(-0.5 * k as f64) / factorial(k);
                    sum += averages.hermite[k] * moment * scale;
                }
            }
            population.count as f64 * sum
        };
        (0..self.mean.len()).map(energy).collect()
    }
}

impl FiniteN<'_> {
    /// Variances of totals at `times`, which rise from 0 on. The counters are integrated with the moments in a solution of their own, so that nothing else that is
    /// predicted depends on them.
    ///
    /// # Errors
    /// [`LimitError::Integration`].
    pub fn totals(&self, times: &[f64], thresholds: &[f64]) -> Result<Totals, LimitError> {
        let layout = self.layout();
        let size = layout.populations;
        let head = layout.dimension();
        let mut state = self.initial(layout);
        state.resize(head + 2 * size * (layout.mode_count() + 1), 0.0);
        let mut totals = Totals { spikes: vec![], received: vec![], activity: vec![] };
        self.follow(
            times,
            state,
            |network| {
                let moments = MomentSystem::new(self, network);
                CounterSystem { theory: self, layout, moments }
            },
            |system, state| system.collect(state, thresholds, &mut totals),
        )?;
        Ok(totals)
    }
}

/// What a counter counts.
#[derive(Debug, Clone, Copy)]
enum Counter {
    /// Spikes of a population, per neuron.
    Spikes(usize),
    /// Jumps that a population receives, by `N_a n`.
    Received(usize),
}

/// The moments, and after them for each counter its covariances with all modes and its variance.
struct CounterSystem<'a> {
    theory: &'a FiniteN<'a>,
    layout: Layout,
    moments: MomentSystem<'a>,
}

impl CounterSystem<'_> {
    fn counters(&self) -> impl Iterator<Item = Counter> {
        let all = 0..self.layout.populations;
        all.clone().map(Counter::Spikes).chain(all.map(Counter::Received))
    }

    /// Writes what drives the counters: all of it, or what is linear in the covariances alone.
    fn drive<D: DualNum<Primitive = f64> + Copy>(
        &self,
        time: f64,
        closure: &Closure<D>,
        state: &[D],
        out: &mut [D],
        is_linear: bool,
    ) {
        let layout = self.layout;
        let size = layout.mode_count();
        let (head, counters) = state.split_at(layout.dimension());
        let Some(fluctuations) = &closure.fluctuations else { return };
        let rates = closure.rate_covariances(layout, head);
        let rows = counters.chunks(size + 1).zip(out.chunks_mut(size + 1));
        for (counter, (row, out)) in self.counters().zip(rows) {
            let with_rates = with_rates(fluctuations, layout, row);
            relax(fluctuations, layout, row, &with_rates, out);
            for (b, with) in with_rates.iter().enumerate() {
                let weight = self.weight(counter, b);
                out[size] += *with * (2.0 * weight);
                for j in 0..size {
                    out[j] += rates[b * size + j] * weight;
                }
            }
            if !is_linear {
                self.add_noise(time, counter, closure, out);
            }
        }
    }

    /// `w_b`.
    fn weight(&self, counter: Counter, b: usize) -> f64 {
        let network = self.theory.network;
        match counter {
            Counter::Spikes(a) if a == b => network.transmission.release_probability().recip(),
            Counter::Spikes(_) => 0.0,
            Counter::Received(a) => {
                let itself = f64::from(u8::from(a == b));
                (network.populations[b].count as f64 - itself) / network.size
            }
        }
    }

    /// Adds `d<M, eta>/dt` and `d<M>/dt`.
    fn add_noise<D: DualNum<Primitive = f64> + Copy>(
        &self,
        time: f64,
        counter: Counter,
        closure: &Closure<D>,
        out: &mut [D],
    ) {
        let (layout, network, common) = (self.layout, self.theory.network, self.theory.common);
        let own = layout.mode_count();
        let moved = (0..layout.populations).flat_map(|a| [(a, 1), (a, 2)]);
        let epsilon = network.size.sqrt().recip();
        let rate = |b: usize| closure.populations[b].rate;
        match counter {
            Counter::Spikes(b) if common > 0.0 => {
                let release = network.transmission.release_probability();
                out[own] += rate(b) / (release * network.populations[b].count as f64);
                for (a, k) in moved {
                    let by = per_spike(self.theory, (a, k), b);
                    out[layout.mode(a, k)] += rate(b) * (epsilon * by);
                }
            }
            Counter::Spikes(b) => {
                let fan_out = (network.neuron_count() as f64 - 1.0).max(1.0);
                out[own] += rate(b) / (fan_out * network.populations[b].count as f64);
                for (a, k) in moved {
                    let itself =
                        if a == b { 1.0 / network.populations[a].count as f64 } else { 0.0 };
                    let jump = (network.coupling.get(a, b) * epsilon).powi(k as i32);
                    out[layout.mode(a, k)] += rate(b) * (jump * (1.0 - itself) / fan_out);
                }
            }
            Counter::Received(a) => {
                let count = network.populations[a].count as f64;
                let sources = (0..layout.populations).map(|b| (b, network.populations[b].count));
                for (b, members) in sources {
                    let fraction = members as f64 / network.size;
                    let shared = common + (1.0 - common) / count;
                    out[own] += rate(b) * (fraction * shared / network.size);
                    for (target, k) in moved.clone().filter(|_| common > 0.0) {
                        let by = per_spike(self.theory, (target, k), b);
                        out[layout.mode(target, k)] += rate(b) * (fraction * common * epsilon * by);
                    }
                }
                let outside = network.externals.iter().zip(network.external_rates(time));
                let outside = outside.map(|(external, rate)| external.count as f64 * rate);
                out[own] += outside.sum::<f64>() / (network.size.powi(2) * count);
                for k in [1, 2] {
                    let private = closure.inputs[a].private(k, common);
                    out[layout.mode(a, k)] += private * (epsilon.powi(k as i32) / count);
                }
            }
        }
    }

    fn collect(&self, state: &[f64], thresholds: &[f64], totals: &mut Totals) {
        let (layout, network) = (self.layout, self.theory.network);
        let stride = layout.mode_count() + 1;
        let variance = |counter: usize| state[layout.dimension() + (counter + 1) * stride - 1];
        for (a, population) in network.populations.iter().enumerate() {
            let count = population.count as f64;
            totals.spikes.push(count * count * variance(a).max(0.0));
            let scale = count * network.size;
            let received = variance(layout.populations + a).max(0.0);
            totals.received.push(scale * scale * received);
            totals.activity.push(self.activity(state, a, thresholds[a]));
        }
    }

    fn activity(&self, state: &[f64], a: usize, threshold: f64) -> f64 {
        let layout = self.layout;
        let population = &self.theory.network.populations[a];
        let variance = self.theory.law_variance(layout, state, a).max(0.0);
        if variance == 0.0 {
            return 0.0;
        }
        let mean = state[layout.mean(a)];
        let at = ActivityAverages::new(&population.gain, threshold, mean, variance);
        let covariance =
            |k: usize, l: usize| state[layout.covariance(layout.mode(a, k), layout.mode(a, l))];
        let weight = |k: usize| at.hermite[k] * variance.powf(-0.5 * k as f64) / factorial(k);
        let modes = 1..=MODES;
        let pairs = modes.clone().flat_map(|k| modes.clone().map(move |l| (k, l)));
        let of_modes: f64 = pairs.map(|(k, l)| weight(k) * weight(l) * covariance(k, l)).sum();
        let count = population.count as f64;
        let squares = |k: usize| at.hermite[k].powi(2) / factorial(k);
        let rest = (at.variance - modes.map(squares).sum::<f64>()).max(0.0);
        let last =
            covariance(MODES, MODES) * count / (factorial(MODES) * variance.powi(MODES as i32));
        // Where means fluctuate as far as neurons do, the energy of a normal mean is curved.
        let of_mean = covariance(1, 1).max(0.0);
        let part = of_mean / (state[layout.variance(a)].max(0.0) + of_mean);
        let curved: f64 = (2..=MODES).map(|k| squares(k) * part.powi(k as i32)).sum();
        let curved = curved + rest * part.powi(MODES as i32 + 1);
        count * count * (of_modes.max(0.0) + curved) + count * rest * last.clamp(0.0, 1.0)
    }
}

/// `Cov(y, delta lambda_b)`, by `b`.
fn with_rates<D: DualNum<Primitive = f64> + Copy>(
    fluctuations: &Fluctuations<D>,
    layout: Layout,
    row: &[D],
) -> Vec<D> {
    let with = |(b, response): (usize, &[D; MODES])| -> D {
        let modes = response.iter().zip(1..);
        modes.map(|(weight, l)| *weight * row[layout.mode(b, l)]).sum()
    };
    fluctuations.response.iter().enumerate().map(with).collect()
}

/// Writes `A Cov(y, eta)`, and nothing for the variance.
fn relax<D: DualNum<Primitive = f64> + Copy>(
    fluctuations: &Fluctuations<D>,
    layout: Layout,
    row: &[D],
    with_rates: &[D],
    out: &mut [D],
) {
    out[layout.mode_count()] = D::from(0.0);
    for (a, local) in fluctuations.local.iter().enumerate() {
        for (k, weights) in local.iter().enumerate() {
            let i = layout.mode(a, k + 1);
            let within: D = weights
                .iter()
                .zip(1..)
                .filter(|(weight, _)| !weight.is_zero())
                .map(|(weight, l)| *weight * row[layout.mode(a, l)])
                .sum();
            let through = &fluctuations.through[i * with_rates.len()..][..with_rates.len()];
            let among: D =
                through.iter().zip(with_rates).map(|(weight, with)| *weight * *with).sum();
            out[i] = within + among;
        }
    }
}

impl System for CounterSystem<'_> {
    fn dimension(&self) -> usize {
        self.layout.dimension() + 2 * self.layout.populations * (self.layout.mode_count() + 1)
    }

    fn derivative(&self, time: f64, state: &[f64], derivative: &mut [f64]) {
        let head = self.layout.dimension();
        let (of_moments, of_counters) = derivative.split_at_mut(head);
        self.moments.derivative(time, &state[..head], of_moments);
        self.moments.with_closure(time, &state[..head], |closure| {
            self.drive(time, closure, state, of_counters, false);
        });
    }

    fn jacobian_product(&self, time: f64, state: &[f64], direction: &[f64], product: &mut [f64]) {
        let head = self.layout.dimension();
        let (of_moments, of_counters) = product.split_at_mut(head);
        let moments = &direction[..head];
        if moments.iter().all(|value| *value == 0.0) {
            of_moments.fill(0.0);
        } else {
            self.moments.jacobian_product(time, &state[..head], moments, of_moments);
        }
        if self.moments.is_linear(moments) {
            self.moments.with_closure(time, &state[..head], |closure| {
                self.drive(time, closure, direction, of_counters, true);
            });
            return;
        }
        let pairs = state.iter().zip(direction);
        let dual: Vec<Dual64> = pairs.map(|(y, v)| Dual64::new(*y, *v)).collect();
        let closure = self.moments.closure(time, &dual[..head]);
        let mut derivative = vec![Dual64::from(0.0); of_counters.len()];
        self.drive(time, &closure, &dual, &mut derivative, false);
        for (out, value) in of_counters.iter_mut().zip(derivative) {
            *out = value.eps;
        }
    }
}

#[cfg(test)]
mod tests {
    use equipoise_model::Scenario;
    use equipoise_model::scenario::overrides::apply;

    use super::*;
    use crate::finite_n::Order;
    use crate::integrator::testing::product_is_derivative;

    const PAIR: &str = include_str!("../../../../scenarios/inhibition-stabilised.toml");
    const RELEASE: f64 = 0.25;
    const MODES_OF_TRANSMISSION: [(&str, f64); 3] =
        [("independent", 0.0), ("shared", 1.0), ("{ release_probability = 0.25 }", RELEASE)];

    fn network(settings: &[&str]) -> equipoise_model::Network {
        let all: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
        Scenario::parse("pair", &apply(PAIR, &all).unwrap()).unwrap().network
    }

    #[track_caller]
    fn close(ours: f64, exact: f64, tolerance: f64) {
        assert!((ours / exact - 1.0).abs() < tolerance, "{ours}, not {exact}");
    }

    /// Gains that are constant wherever neurons are: spikes are Poisson processes, and jumps what these make of them, but for the spiking neuron that is left out.
    #[test]
    fn constant_rates_give_poisson_counts() {
        for (transmission, common) in MODES_OF_TRANSMISSION {
            let transmission = format!("transmission={transmission}");
            let network = network(&[
                "n=1000",
                &transmission,
                "populations.E.gain.logistic.threshold=-1000",
                "populations.I.gain.logistic.threshold=-1000",
                "populations.I.fraction=0.5",
            ]);
            let time = 0.7;
            let theory = FiniteN::new(&network, Order::First);
            let totals = theory.totals(&[0.0, time], &[0.0, 0.0]).unwrap();
            assert_eq!((totals.spikes[0], totals.received[1]), (0.0, 0.0));
            let counts = [1000.0, 500.0];
            for (a, count) in counts.into_iter().enumerate() {
                let release = if common == 0.0 { 1.0 } else { common };
                let spikes = if common == 0.0 { count / 1499.0 } else { count / release };
                close(totals.spikes[2 + a], spikes * time, 1e-6);
                // By a spike of each neuron, and by chance of its release.
                let each = common * count * count + (1.0 - common) * count;
                close(totals.received[2 + a], 1500.0 * time * each, 1e-6);
                // All have the same activity.
                assert!(totals.activity[2 + a].abs() < 1e-9);
            }
        }
    }

    /// Without synapses, with a gain that is a line: sums of squares of normal values, and of integrals of decays.
    #[test]
    fn neurons_that_are_alone_vary_as_normal_values_do() {
        let line = "{ threshold_linear = { gain = 2.0, threshold = -100.0 } }";
        let gain = |population: &str| format!("populations.{population}.gain={line}");
        for (transmission, common) in MODES_OF_TRANSMISSION {
            let transmission = format!("transmission={transmission}");
            let network = network(&[
                "n=100",
                &transmission,
                &gain("E"),
                &gain("I"),
                "coupling.E={ E = 0.0, I = 0.0 }",
                "coupling.I={ E = 0.0, I = 0.0 }",
                "populations.E.drive=0.0",
            ]);
            let theory = FiniteN::new(&network, Order::First);
            let time = 0.7_f64;
            let totals = theory.totals(&[0.0, time], &[199.0, 150.0]).unwrap();
            let (left, rate, variance) = ((-time).exp(), 200.0, 0.25);
            for (a, above) in [(0, 1.0), (1, 50.0)] {
                for (sample, decay) in [(0, 1.0), (1, left)] {
                    let spread: f64 = 4.0 * variance * decay * decay;
                    let exact = 100.0 * (4.0 * above * above * spread + 2.0 * spread * spread);
                    close(totals.activity[2 * sample + a], exact, 0.02);
                }
                let chance = if common == 0.0 { 1.0 / 199.0 } else { 1.0 / common };
                let release = if common == 0.0 { 1.0 } else { common };
                let rates = 4.0 * variance * (1.0 - left).powi(2) / (release * release);
                close(totals.spikes[2 + a], 100.0 * (rates + rate * time * chance), 1e-5);
            }
        }
    }

    #[test]
    fn jacobian_is_the_derivative() {
        for (transmission, _) in MODES_OF_TRANSMISSION {
            let transmission = format!("transmission={transmission}");
            let network = network(&["n=100", &transmission]);
            let theory = FiniteN::new(&network, Order::First);
            let layout = theory.layout();
            let moments = MomentSystem::new(&theory, network.clone());
            let system = CounterSystem { theory: &theory, layout, moments };
            let size = system.dimension();
            let mut state = theory.initial(layout);
            state.resize(size, 0.0);
            for (i, value) in state.iter_mut().enumerate() {
                *value += 0.01 * (i as f64).sin();
            }
            product_is_derivative(&system, &state, layout.dimension()..size);
        }
    }
}
