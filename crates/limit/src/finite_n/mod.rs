//! One network of size `n`: means, variances, third cumulants and the covariance of population means,
//! with every correction as large as the distance to the limit, `n^{-1/2}`.
//!
//! ```text
//! S_b = g_b0 + g_b3 k_b/6 + g_b2 C_bb/2
//! dm_a/dt = -m_a/tau_a + I_a + sqrt(n) (sum_b K_ab S_b + h_a) - J_aa S_a/sqrt(n)
//! dv_a/dt = -2 v_a/tau_a + (1 - 1/N_a) sigma_a^2 - 2 J_aa v_a g_a1/sqrt(n) - J_aa^2 S_a/n
//! dk_a/dt = -3 k_a/tau_a + (1 - 1/N_a)(1 - 2/N_a) n^{-1/2} (sum_b J_ab^3 gamma_b S_b + external)
//!           - 3 J_aa v_a^2 g_a2/sqrt(n)
//! ```
//!
//! with `g_bk = E[lambda_b^(k)]` over `Normal(m_b, v_b)` and `sigma_a^2 = sum_b Q_ab S_b + q_a`. In `S_b` the third cumulant enters
//! by Edgeworth's expansion and `C_bb`, the variance of the population mean, by the curvature of the rate. Terms in `J_aa` are the
//! self-synapse that is not there. `m, v, k` are expectations of the empirical moments (divisor `N_a`).
//!
//! **Fluctuations.** Every mode of the empirical measure fluctuates at order `n^{-1/2}`, and all drive the means at rate
//! `sqrt(n)`. With `eta_ak = v_a^{k/2} N_a^{-1} sum_j He_k((z_j - m_a)/sqrt(v_a))`, `k = 1..8`,
//!
//! ```text
//! d eta_ak = [ (k/2)(dv_a/dt - s_a)/v_a eta_ak
//!              + delta_k1 sqrt(n) sum_b K_ab sum_l g_bl eta_bl/l! + delta_k2 sum_b Q_ab sum_l g_bl eta_bl/l! ] dt
//!            + noise of variance k k! s_a v_a^{k-1}/N_a per unit time,     s_a = sigma_a^2 - J_aa^2 S_a/n
//! ```
//!
//! is linear, so its covariance solves `dP/dt = A P + P A^T + B`, and `C_ab = P_(a1)(b1)`. (These are the Hermite modes of
//! `NOTATION.md` times `v^{k/2}`, which stay regular where a variance vanishes.)

mod layout;
mod modes;

use equipoise_model::{InitialLaw, Network, Transmission};

use crate::coefficients::{Coefficients, frozen};
use crate::error::LimitError;
use crate::integrator::{Integrator, Stiffness};

use layout::Layout;
use modes::{ModeSystem, factorial};

/// Hermite modes kept for each population.
pub const MODES: usize = 8;

/// Which corrections are kept.
#[allow(clippy::struct_excessive_bools, reason = "each is a term that is kept or not")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The missing self-synapse, in means, variances and third cumulants; `n^{-1/2}`.
    pub self_synapse: bool,
    /// The third cumulant in the rates; `n^{-1/2}`.
    pub third_cumulant: bool,
    /// The curvature of the rates in the fluctuations of the means; `n^{-1}`.
    pub curvature: bool,
    /// `-3 J_aa^2 v_a g_a1/n` in the third cumulant: that the missing self-jumps have a variance; `n^{-1}`.
    pub self_variance: bool,
}

impl Terms {
    /// Equations (1)-(2) of the limit at finite `n`, with no correction.
    pub const LEADING: Self =
        Self { self_synapse: false, third_cumulant: false, curvature: false, self_variance: false };
    /// Every correction of order `n^{-1/2}`, and the curvature.
    pub const STANDARD: Self =
        Self { self_synapse: true, third_cumulant: true, curvature: true, self_variance: false };
}

/// The finite-n theory of a network with independent transmission.
#[derive(Debug)]
pub struct FiniteN<'a> {
    network: &'a Network,
    coefficients: Coefficients,
    terms: Terms,
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
}

impl<'a> FiniteN<'a> {
    /// Prepares the theory.
    ///
    /// # Errors
    /// [`LimitError::Transmission`] if the transmission has no theory yet.
    pub fn new(network: &'a Network, terms: Terms) -> Result<Self, LimitError> {
        if network.transmission != Transmission::Independent {
            return Err(LimitError::Transmission { transmission: network.transmission });
        }
        Ok(Self { network, coefficients: Coefficients::finite(network), terms })
    }

    /// Integrates through `times`, which rise from 0 on.
    ///
    /// # Errors
    /// [`LimitError::Integration`].
    pub fn solve(&self, times: &[f64]) -> Result<FiniteNSolution, LimitError> {
        let layout = Layout { populations: self.network.population_count() };
        let mut state = self.initial(layout);
        let mut states = Vec::with_capacity(times.len());
        let end = times.last().copied().unwrap_or(0.0);
        let mut start = 0.0;
        loop {
            let system = ModeSystem::new(self, frozen(self.network, start));
            let stop = self.network.next_step(start).unwrap_or(f64::INFINITY).min(end);
            let mut asked: Vec<f64> =
                times[states.len()..].iter().copied().take_while(|time| *time <= stop).collect();
            let due = asked.len();
            asked.push(stop);
            let equations = "the finite-n theory";
            let mut solved = Integrator::default()
                .solve(&system, Stiffness::Stiff, (start, &state), &asked)
                .map_err(|source| LimitError::Integration { equations, time: start, source })?;
            state = solved.states.pop().expect("the stop was asked for");
            solved.states.truncate(due);
            states.append(&mut solved.states);
            if stop >= end {
                return Ok(self.collect(times, &states, layout));
            }
            start = stop;
        }
    }

    /// Independent starts: `Var eta_ak = k! v_a^k/N_a`, and `v_a (1 - 1/N_a)` is what the empirical variance
    /// has on average. A given list is no random start and does not fluctuate.
    fn initial(&self, layout: Layout) -> Vec<f64> {
        let mut state = vec![0.0; layout.dimension()];
        for (a, population) in self.network.populations.iter().enumerate() {
            let count = population.count as f64;
            let variance = population.initial.central_moment(2);
            state[layout.mean(a)] = population.initial.mean();
            state[layout.variance(a)] = variance;
            state[layout.third(a)] = population.initial.central_moment(3);
            if let InitialLaw::Normal { .. } = population.initial {
                let empirical = variance * (1.0 - 1.0 / count);
                state[layout.variance(a)] = empirical;
                for k in 1..=MODES {
                    let i = layout.mode(a, k);
                    state[layout.covariance(i, i)] =
                        factorial(k) * empirical.powi(k as i32) / count;
                }
            }
        }
        state
    }

    fn collect(&self, times: &[f64], states: &[Vec<f64>], layout: Layout) -> FiniteNSolution {
        let size = layout.populations;
        let all = |index: &dyn Fn(usize) -> usize| -> Vec<f64> {
            states.iter().flat_map(|state| (0..size).map(|a| state[index(a)])).collect()
        };
        let mut spikes = all(&|a| layout.spikes(a));
        for (fires, a) in spikes.iter_mut().zip((0..size).cycle()) {
            *fires *= self.network.populations[a].count as f64;
        }
        let pairs = |state: &Vec<f64>| -> Vec<f64> {
            let pair = |ab: usize| {
                let (a, b) = (ab / size, ab % size);
                let covariance = state[layout.covariance(layout.mode(a, 1), layout.mode(b, 1))];
                if a == b { covariance.max(0.0) } else { covariance }
            };
            (0..size * size).map(pair).collect()
        };
        FiniteNSolution {
            times: times.to_vec(),
            mean: all(&|a| layout.mean(a)),
            // Where nothing is random, zero comes out to within the integrator's tolerance, on either side.
            variance: all(&|a| layout.variance(a)).into_iter().map(|v| v.max(0.0)).collect(),
            third_cumulant: all(&|a| layout.third(a)),
            spikes,
            mean_covariance: states.iter().flat_map(pairs).collect(),
        }
    }
}
