//! Constant gain: each neuron is shot noise, independent of all others, at any size.
//!
//! A neuron of population `a` receives jumps `j = J_ab/sqrt(n)` at rate `rho_b(t)`, the number of sources
//! (without itself) times the intensity of one. Its cumulant of order `m` from an initial value 0 is
//!
//! ```text
//! kappa_m(t) = sum_b j^m int_0^t rho_b(s) exp(-m (t - s)/tau) ds  (+ the response to the drive, m = 1)
//! ```
//!
//! which is `rho j^m tau/m (1 - exp(-m t/tau))` at a constant rate.
//!
//! # Source
//! Campbell's theorem: Rice (1944), doi:10.1002/j.1538-7305.1944.tb00874.x, section 1.5.

use equipoise_model::{InitialLaw, Network, Schedule};

use crate::networks::{external, fan_in, logistic, network, neurons, probit, sine};
use crate::quadrature::integral;

/// A network of constant gains.
pub struct ShotNoise {
    /// What it is for.
    pub name: &'static str,
    /// The network.
    pub network: Network,
    /// The constant intensity of a neuron of each population.
    pub intensities: Vec<f64>,
    /// When it is observed.
    pub times: Vec<f64>,
    /// Seed of its ensembles.
    pub seed: u64,
}

/// Exact moments of the empirical moments of a population.
pub struct Moments {
    /// Expected empirical mean, and its variance and fourth cumulant over replicates.
    pub mean: [f64; 3],
    /// Expected empirical variance (divisor `N`).
    pub variance: f64,
    /// Expected empirical third central moment (divisor `N`).
    pub third_cumulant: f64,
}

impl ShotNoise {
    /// Intensity of one source of population `source`.
    fn intensity(&self, source: usize, time: f64) -> f64 {
        match self.intensities.get(source) {
            Some(intensity) => *intensity,
            None => self.network.externals[source - self.intensities.len()].rate.value(time),
        }
    }

    /// Integral over `[0, time]`, by pieces between steps.
    fn integral(&self, time: f64, function: impl Fn(f64) -> f64) -> f64 {
        let (mut from, mut sum) = (0.0, 0.0);
        while from < time {
            let to = self.network.next_step(from).unwrap_or(time).min(time);
            sum += integral(from, to, 64, &function);
            from = to;
        }
        sum
    }

    /// Expected number of jumps of a channel until `time`.
    pub fn jumps(&self, (target, source): (usize, usize), time: f64) -> f64 {
        let pairs = fan_in(&self.network, target, source) * self.network.populations[target].count;
        pairs as f64 * self.integral(time, |s| self.intensity(source, s))
    }

    /// Cumulant of order `order` of a neuron of `target`; a list of initial values counts as 0.
    pub fn cumulant(&self, target: usize, order: i32, time: f64) -> f64 {
        let population = &self.network.populations[target];
        let rate = f64::from(order) / population.time_constant;
        let noise = |source: usize| {
            let rate_of_one =
                self.integral(time, |s| self.intensity(source, s) * (-rate * (time - s)).exp());
            let inputs = fan_in(&self.network, target, source) as f64;
            inputs * self.network.jump(target, source).powi(order) * rate_of_one
        };
        let driven = match order {
            1 => self.integral(time, |s| population.drive.value(s) * (-rate * (time - s)).exp()),
            _ => 0.0,
        };
        let initial = match (&population.initial, order) {
            (InitialLaw::Normal { mean, .. }, 1) => *mean,
            (InitialLaw::Normal { variance, .. }, 2) => *variance,
            _ => 0.0,
        };
        let sources = 0..self.network.source_count();
        sources.map(noise).sum::<f64>() + driven + initial * (-rate * time).exp()
    }

    /// Exact moments of the empirical moments at `time`: those of independent neurons, plus the
    /// spread that a list of initial values has left.
    pub fn moments(&self, target: usize, time: f64) -> Moments {
        let population = &self.network.populations[target];
        let count = population.count as f64;
        let [first, second, third, fourth] = [1, 2, 3, 4].map(|m| self.cumulant(target, m, time));
        let left = |order: i32| (-f64::from(order) * time / population.time_constant).exp();
        let (mut mean, mut variance, mut third_cumulant) = (
            first,
            second * (count - 1.0) / count,
            third * (count - 1.0) * (count - 2.0) / count.powi(2),
        );
        if let InitialLaw::Values(_) = &population.initial {
            mean += population.initial.mean() * left(1);
            variance += population.initial.central_moment(2) * left(2);
            third_cumulant += population.initial.central_moment(3) * left(3);
        }
        Moments { mean: [mean, second / count, fourth / count.powi(3)], variance, third_cumulant }
    }
}

/// All networks of this kind.
pub fn cases() -> [ShotNoise; 3] {
    [pair_with_sine_drive(), saturated_with_steps(), probit_with_sine_rate()]
}

/// Two populations at half their supremum (an infinitely wide gain), unequal time constants.
fn pair_with_sine_drive() -> ShotNoise {
    let wide = |max_rate| logistic(max_rate, 0.0, 1e18);
    let mut populations = vec![neurons("E", 4, wide(3.0)), neurons("I", 3, wide(2.0))];
    populations[0].time_constant = 0.5;
    populations[0].drive = sine(0.3, -0.8, 0.7);
    populations[1].time_constant = 1.3;
    populations[1].initial = InitialLaw::Values(vec![-1.0, 0.5, 2.0]);
    let externals = vec![external("X", 2, Schedule::Constant(0.7))];
    let rows = [vec![1.0, -1.2, 0.6], vec![1.5, -0.7, 0.0]];
    ShotNoise {
        name: "pair with sine drive",
        network: network(4.0, populations, externals, &rows),
        intensities: vec![1.5, 1.0],
        times: vec![0.0, 0.3, 1.1, 2.5],
        seed: 11,
    }
}

/// A gain at its supremum (its threshold is far below); steps in drive and external rates, one of
/// them at a sample time.
fn saturated_with_steps() -> ShotNoise {
    let mut populations = vec![neurons("E", 6, logistic(0.8, -1e6, 1.0))];
    populations[0].drive = Schedule::Steps(vec![(0.0, 0.5), (0.7, -2.0), (1.9, 1.0)]);
    let externals = vec![
        external("X", 3, Schedule::Steps(vec![(0.0, 1.0), (1.0, 0.0), (1.5, 4.0)])),
        external("Y", 1, Schedule::Constant(2.0)),
    ];
    ShotNoise {
        name: "saturated with steps",
        network: network(6.0, populations, externals, &[vec![0.9, 0.5, 1.4]]),
        intensities: vec![0.8],
        times: vec![0.4, 1.0, 1.2, 2.4],
        seed: 12,
    }
}

/// Populations of one and of five neurons; an external rate that touches 0.
fn probit_with_sine_rate() -> ShotNoise {
    let mut populations =
        vec![neurons("E", 1, probit(1.2, -1e3, 1.0)), neurons("I", 5, probit(1.6, 0.0, 1e18))];
    populations[0].time_constant = 0.2;
    populations[1].time_constant = 3.0;
    populations[1].drive = Schedule::Constant(-0.4);
    let externals = vec![external("X", 4, sine(1.0, 1.0, 1.3))];
    let rows = [vec![1.0, -0.8, 0.7], vec![1.1, -1.0, 0.3]];
    ShotNoise {
        name: "probit with sine rate",
        network: network(2.0, populations, externals, &rows),
        intensities: vec![1.2, 0.8],
        times: vec![0.25, 0.9, 2.0],
        seed: 13,
    }
}

#[test]
fn cumulants_at_constant_rate_have_the_closed_form() {
    let case = pair_with_sine_drive();
    let (time, tau, start): (f64, f64, f64) = (1.1, 0.5, 0.25);
    for order in 2..=4 {
        let m = f64::from(order);
        let response = tau / m * (1.0 - (-m * time / tau).exp());
        let initial = if order == 2 { start * (-m * time / tau).exp() } else { 0.0 };
        let inputs = [(3.0 * 1.5, 0.5_f64), (3.0 * 1.0, -0.6), (2.0 * 0.7, 0.3)];
        let noise: f64 = inputs.iter().map(|(rate, jump)| rate * jump.powi(order) * response).sum();
        assert!((case.cumulant(0, order, time) - noise - initial).abs() < 1e-14);
    }
}
