//! One network of size `n`: means, variances, higher moments and the covariance of population means, with every correction up to a
//! chosen power of `eps = n^{-1/2}`.
//!
//! With `f_ak(z) = v_a^{k/2} He_k((z - m_a)/sqrt(v_a))`, the modes of the empirical measure are `H_ak = N_a^{-1} sum_j f_ak(z_j) = mu_ak + eta_ak`,
//! their expectations and their fluctuations; `m_a`, `v_a` are such that `mu_a1 = mu_a2 = 0`: mean and variance over neurons *and* networks. Rates are linear in the
//! modes, `N_b^{-1} sum_j lambda_b(z_j) = S_b + delta lambda_b`,
//!
//! ```math
//! S_b = \sum_l \frac{g_{bl} \mu_{bl}}{l!}, \qquad \delta\lambda_b = \sum_l \frac{g_{bl} \eta_{bl}}{l!}, \qquad g_{bk} = E[\lambda_b^{(k)}] \text{ over } \mathrm{Normal}(m_b, v_b),
//! ```
//!
//! so that the equations below are exact for a normal start, but for the covariances `P` of the modes, which are those of linear noise
//! (`fluctuations`). `P` is of order `1/n` with independent transmission, and what its equation leaves out is smaller than `P` by `1/n` too. With
//! `M_pa = sum_b J_ab^p gamma_b S_b + external`, `u_a = sqrt(n) sum_b K_ab delta lambda_b`, `L_aq = E<lambda_a f_aq>` and `w_a = -2 E[u_a eta_a1] + 2 eps J_aa L_a1 + eps^2 J_aa^2 S_a`:
//!
//! ```math
//! \begin{aligned}
//! \frac{dm_a}{dt} ={}& -\frac{m_a}{\tau_a} + I_a + \sqrt n\, M_{1a} - \epsilon J_{aa} S_a \\
//! \frac{dv_a}{dt} ={}& -\frac{2 v_a}{\tau_a} + M_{2a} - w_a \\
//! \frac{d\mu_{ak}}{dt} ={}& -\frac{k}{\tau_a} \mu_{ak} + k \left(\epsilon J_{aa} S_a \mu_{a,k-1} + E[u_a \eta_{a,k-1}]\right) + \binom{k}{2} \left(w_a \mu_{a,k-2} + E[\delta M_{2a} \eta_{a,k-2}]\right) \\
//! & + \sum_{p=3,4} \binom{k}{p} \epsilon^{p-2} M_{pa} \mu_{a,k-p} - \sum_{p \le 4} \binom{k}{p} (\epsilon J_{aa})^p L_{a,k-p}, \qquad k = 3, \ldots, 8
//! \end{aligned}
//! ```
//!
//! What is reported is what one counts: the expected empirical variance `v_a - C_aa`, third central moment `mu_a3 - 3 P_(a1)(a2)`, and `C_ab = P_(a1)(b1)`, the
//! covariance of population means. Terms in `J_aa` are the self-synapse that is not there. `docs/finite-n.md` derives all of it and says what is neglected.
//!
//! **Shared spikes and release.** Expectations obey the same equations. Of the noise, the part `p` is common to all neurons that a spike reaches, so that means fluctuate
//! by `n^{-1/4}` in the fast directions; `C` is of order `n^{-1/2}` and enters the rates through `v_a` (the curvature of the gain), and the linear noise itself is only right to
//! leading order.

mod counts;
mod expansion;
mod fluctuations;
mod hermite;
mod layout;
mod population;
mod stationary;
mod system;
mod totals;

use equipoise_model::{InitialLaw, Network};

use crate::coefficients::{Coefficients, frozen};
use crate::error::LimitError;
use crate::integrator::{Integrator, Stiffness, System};
use crate::law::{LawError, PotentiationLaw, TERMS};

pub use expansion::Expansion;
pub(crate) use fluctuations::Fluctuations;
use hermite::{factorial, polynomials};
use layout::Layout;
pub use stationary::Stationary;
use system::MomentSystem;
pub use totals::Totals;

/// What an error says could not be integrated.
const EQUATIONS: &str =
    "the finite-n theory (an expansion in n^(-1/2), for which n may be too small)";

/// Hermite modes kept for each population.
pub const MODES: usize = 8;

/// Up to which power of `n^{-1/2}` corrections are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// Equations (1)-(2) of the limit at finite `n`, with no correction; means and variances are off by `n^{-1/2}`.
    Zeroth,
    /// Corrections of order `n^{-1/2}`: the missing self-synapse, the higher moments that it and the size of jumps cause, and under
    /// shared spikes and release the variance of population means; off by `1/n`.
    Half,
    /// Corrections of order `1/n` as well: all moments, and what fluctuations of the rates do to them. With independent transmission off by `n^{-3/2}`.
    First,
}

/// The finite-n theory of a network.
#[derive(Debug)]
pub struct FiniteN<'a> {
    network: &'a Network,
    coefficients: Coefficients,
    order: Order,
    /// `p`, the part of the noise of the network's own spikes that its neurons have in common.
    common: f64,
    covariances: bool,
}

/// The theory at the sample times; arrays are row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct FiniteNSolution {
    /// Sample times.
    pub times: Vec<f64>,
    /// Expected empirical mean, (time, population).
    pub mean: Vec<f64>,
    /// Expected empirical variance, divisor `N_a`, (time, population).
    pub variance: Vec<f64>,
    /// Expected empirical third central moment, divisor `N_a`, (time, population).
    pub third_cumulant: Vec<f64>,
    /// `N_a int_0^t S_a`, expected fires of a population, (time, population).
    pub spikes: Vec<f64>,
    /// `C_ab`, covariance of the population means over networks, (time, population, population).
    pub mean_covariance: Vec<f64>,
    /// `v_a`, variance of a neuron's potentiation over neurons and networks, (time, population): the expected empirical variance and, in the orders that
    /// know of it, `C_aa`.
    pub total_variance: Vec<f64>,
    /// `mu_a3, ..., mu_a8`, Hermite moments over neurons and networks, (time, population, moment). The first two are the third and the fourth
    /// cumulant of one neuron's potentiation.
    pub moments: Vec<[f64; TERMS]>,
}

impl FiniteNSolution {
    /// Number of populations.
    pub fn population_count(&self) -> usize {
        self.mean.len() / self.times.len().max(1)
    }

    /// The law of a neuron's potentiation over neurons and networks: the series of its Hermite moments.
    ///
    /// # Errors
    /// [`LawError::Variance`] where all neurons have the same potentiation.
    pub fn law(&self, sample: usize, population: usize) -> Result<PotentiationLaw, LawError> {
        let at = sample * self.population_count() + population;
        PotentiationLaw::of_moments(self.mean[at], self.total_variance[at], &self.moments[at])
    }
}

impl<'a> FiniteN<'a> {
    /// Prepares the theory.
    pub fn new(network: &'a Network, order: Order) -> Self {
        let common = network.transmission.input_correlation();
        let coefficients = Coefficients::finite(network);
        Self { network, coefficients, order, common, covariances: true }
    }

    /// Without the covariance of means, which is then reported as zero, where the moments do not depend on it: below [`Order::First`], and for
    /// `Order::Half` with independent transmission only. There the solution takes a hundredth of the time.
    #[must_use]
    pub fn moments_only(mut self) -> Self {
        self.covariances = self.uses_covariances();
        self
    }

    /// Whether moments depend on covariances.
    fn uses_covariances(&self) -> bool {
        self.is_complete() || (self.order >= Order::Half && self.common > 0.0)
    }

    /// Whether all corrections up to `1/n` are known: with independent transmission.
    fn is_complete(&self) -> bool {
        self.order == Order::First && self.common == 0.0
    }

    fn layout(&self) -> Layout {
        Layout::new(self)
    }

    /// Integrates through `times`, which rise from 0 on.
    ///
    /// # Errors
    /// [`LimitError::Integration`].
    pub fn solve(&self, times: &[f64]) -> Result<FiniteNSolution, LimitError> {
        let layout = self.layout();
        let mut states = Vec::with_capacity(times.len());
        self.follow(
            times,
            self.initial(layout),
            |network| MomentSystem::new(self, network),
            |_, state| states.push(state.to_vec()),
        )?;
        Ok(self.collect(times, &states, layout))
    }

    /// Follows equations through `times`, anew from each step of a drive or an external rate on, with the network as `system` is given it, and hands over the state at each of them.
    ///
    /// # Errors
    /// [`LimitError::Integration`].
    fn follow<S: System>(
        &self,
        times: &[f64],
        mut state: Vec<f64>,
        system: impl Fn(Network) -> S,
        mut take: impl FnMut(&S, &[f64]),
    ) -> Result<(), LimitError> {
        let end = times.last().copied().unwrap_or(0.0);
        let (mut start, mut done) = (0.0, 0);
        loop {
            let system = system(frozen(self.network, start));
            let stop = self.network.next_step(start).unwrap_or(f64::INFINITY).min(end);
            let mut asked: Vec<f64> =
                times[done..].iter().copied().take_while(|time| *time <= stop).collect();
            let due = asked.len();
            asked.push(stop);
            let equations = EQUATIONS;
            let mut solved = Integrator::default()
                .solve(&system, Stiffness::Stiff, (start, &state), &asked)
                .map_err(|source| LimitError::Integration { equations, time: start, source })?;
            state = solved.states.pop().expect("the stop was asked for");
            solved.states[..due].iter().for_each(|sample| take(&system, sample));
            done += due;
            if stop >= end {
                return Ok(());
            }
            start = stop;
        }
    }

    /// Independent normal starts: `Var eta_ak = k! v_a^k/N_a`, and `v_a (1 - 1/N_a)` is what the empirical variance
    /// has on average. A given list is no random start and does not fluctuate.
    fn initial(&self, layout: Layout) -> Vec<f64> {
        let mut state = vec![0.0; layout.dimension()];
        for (a, population) in self.network.populations.iter().enumerate() {
            let count = population.count as f64;
            let variance = population.initial.central_moment(2);
            state[layout.mean(a)] = population.initial.mean();
            state[layout.variance(a)] = variance;
            if let InitialLaw::Values(values) = &population.initial {
                for k in 3..=layout.highest_moment {
                    state[layout.moment(a, k)] = average_polynomial(values, k);
                }
                continue;
            }
            if self.order == Order::First {
                state[layout.variance(a)] = variance * (1.0 - 1.0 / count);
            }
            for k in 1..=layout.modes {
                let i = layout.mode(a, k);
                state[layout.covariance(i, i)] = factorial(k) * variance.powi(k as i32) / count;
            }
        }
        state
    }

    /// `v_a` over neurons and networks, in the orders that know of `C`.
    fn law_variance(&self, layout: Layout, state: &[f64], a: usize) -> f64 {
        let own = layout.mode(a, 1);
        let of_means =
            if self.uses_covariances() { state[layout.covariance(own, own)] } else { 0.0 };
        state[layout.variance(a)].max(0.0) + of_means.max(0.0)
    }

    fn collect(&self, times: &[f64], states: &[Vec<f64>], layout: Layout) -> FiniteNSolution {
        let size = layout.populations;
        let all = |value: &dyn Fn(&[f64], usize) -> f64| -> Vec<f64> {
            states.iter().flat_map(|state| (0..size).map(|a| value(state, a))).collect()
        };
        let covariance = |state: &[f64], i: (usize, usize), j: (usize, usize)| match layout.modes {
            0 => 0.0,
            _ => state[layout.covariance(layout.mode(i.0, i.1), layout.mode(j.0, j.1))],
        };
        // Where nothing is random, zero comes out to within the integrator's tolerance, on either side.
        let variance = |state: &[f64], a: usize| state[layout.variance(a)].max(0.0);
        let total_variance = |state: &[f64], a: usize| self.law_variance(layout, state, a);
        let third = |state: &[f64], a: usize| {
            let moment = if layout.highest_moment > 2 { state[layout.moment(a, 3)] } else { 0.0 };
            let with_mean =
                if self.is_complete() { covariance(state, (a, 1), (a, 2)) } else { 0.0 };
            moment - 3.0 * with_mean
        };
        let moments = |state: &Vec<f64>| -> Vec<[f64; TERMS]> {
            let moment = |a: usize, k: usize| {
                if k <= layout.highest_moment { state[layout.moment(a, k)] } else { 0.0 }
            };
            (0..size).map(|a| std::array::from_fn(|term| moment(a, term + 3))).collect()
        };
        let spikes = |state: &[f64], a: usize| {
            state[layout.spikes(a)] * self.network.populations[a].count as f64
                / self.network.transmission.release_probability()
        };
        let pairs = |state: &Vec<f64>| -> Vec<f64> {
            let pair = |ab: usize| {
                let (a, b) = (ab / size, ab % size);
                let covariance = covariance(state, (a, 1), (b, 1));
                if a == b { covariance.max(0.0) } else { covariance }
            };
            (0..size * size).map(pair).collect()
        };
        FiniteNSolution {
            times: times.to_vec(),
            mean: all(&|state, a| state[layout.mean(a)]),
            variance: all(&variance),
            third_cumulant: all(&third),
            spikes: all(&spikes),
            mean_covariance: states.iter().flat_map(pairs).collect(),
            total_variance: all(&total_variance),
            moments: states.iter().flat_map(moments).collect(),
        }
    }
}

/// `mu_k` of a given list of values.
fn average_polynomial(values: &[f64], k: usize) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / count;
    values.iter().map(|z| polynomials(z - mean, variance)[k]).sum::<f64>() / count
}

#[cfg(test)]
mod tests {
    use equipoise_model::Scenario;

    use super::*;

    /// Third central moment and fourth cumulant of a list, which is where the theory starts.
    #[test]
    fn the_first_moments_are_the_cumulants_of_the_law() {
        let text = include_str!("../../../../scenarios/inhibition-stabilised.toml");
        let mut network = Scenario::parse("inhibition-stabilised.toml", text).unwrap().network;
        let count = network.populations[0].count;
        let values: Vec<f64> = (0..count).map(|i| (i as f64 / count as f64).powi(3)).collect();
        let mean = values.iter().sum::<f64>() / count as f64;
        let central =
            |power: i32| values.iter().map(|z| (z - mean).powi(power)).sum::<f64>() / count as f64;
        let (variance, third, fourth) =
            (central(2), central(3), central(4) - 3.0 * central(2) * central(2));
        network.populations[0].initial = InitialLaw::Values(values);
        for order in [Order::Half, Order::First] {
            let solution = FiniteN::new(&network, order).solve(&[0.0]).unwrap();
            assert!((solution.total_variance[0] - variance).abs() < 1e-12);
            assert!((solution.moments[0][0] - third).abs() < 1e-12);
            assert!((solution.moments[0][1] - fourth).abs() < 1e-12);
        }
    }
}
