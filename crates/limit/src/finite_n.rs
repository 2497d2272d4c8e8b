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

use equipoise_model::{InitialLaw, Network, Transmission};
use num_dual::{Dual64, DualNum};

use crate::coefficients::{Coefficients, frozen};
use crate::error::LimitError;
use crate::gaussian::Averager;
use crate::integrator::{Integrator, Stiffness, System};

/// Hermite modes kept for each population.
pub const MODES: usize = 8;

/// Which corrections are kept.
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
        let layout = Layout::new(self.network.population_count());
        let mut state = self.initial(&layout);
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
                return Ok(self.collect(times, &states, &layout));
            }
            start = stop;
        }
    }

    /// Independent starts: `Var eta_ak = k! v_a^k/N_a`, and `v_a (1 - 1/N_a)` is what the empirical variance
    /// has on average. A given list is no random start and does not fluctuate.
    fn initial(&self, layout: &Layout) -> Vec<f64> {
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

    fn collect(&self, times: &[f64], states: &[Vec<f64>], layout: &Layout) -> FiniteNSolution {
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
                state[layout.covariance(layout.mode(ab / size, 1), layout.mode(ab % size, 1))]
            };
            (0..size * size).map(pair).collect()
        };
        FiniteNSolution {
            times: times.to_vec(),
            mean: all(&|a| layout.mean(a)),
            variance: all(&|a| layout.variance(a)),
            third_cumulant: all(&|a| layout.third(a)),
            spikes,
            mean_covariance: states.iter().flat_map(pairs).collect(),
        }
    }
}

fn factorial(k: usize) -> f64 {
    (1..=k).map(|i| i as f64).product()
}

/// Where things stand in the state: `m, v, k, int S` of each population, then the lower triangle of `P`.
#[derive(Debug, Clone, Copy)]
struct Layout {
    populations: usize,
}

impl Layout {
    fn new(populations: usize) -> Self {
        Self { populations }
    }
    fn mean(self, a: usize) -> usize {
        a
    }
    fn variance(self, a: usize) -> usize {
        self.populations + a
    }
    fn third(self, a: usize) -> usize {
        2 * self.populations + a
    }
    fn spikes(self, a: usize) -> usize {
        3 * self.populations + a
    }
    fn modes(self) -> usize {
        self.populations * MODES
    }
    /// Number of mode `k >= 1` of population `a` among all modes.
    fn mode(self, a: usize, k: usize) -> usize {
        a * MODES + k - 1
    }
    fn covariance(self, i: usize, j: usize) -> usize {
        let (row, column) = if i >= j { (i, j) } else { (j, i) };
        4 * self.populations + row * (row + 1) / 2 + column
    }
    fn dimension(self) -> usize {
        self.covariance(self.modes(), 0)
    }
}

struct ModeSystem<'a> {
    theory: &'a FiniteN<'a>,
    network: Network,
    averagers: Vec<Averager>,
    layout: Layout,
}

/// What one population adds to the equations at a state.
struct PopulationTerms<D> {
    /// `sigma_a^2` without the self-jump, `s_a`.
    noise: D,
    /// `g_al / l!`, `l = 1..=MODES`.
    response: [D; MODES],
    /// `(dv_a/dt - s_a)/(2 v_a) = -1/tau_a - J_aa g_a1/sqrt(n) - sigma_a^2/(2 N_a v_a)`.
    relaxation: D,
}

impl<'a> ModeSystem<'a> {
    fn new(theory: &'a FiniteN<'a>, network: Network) -> Self {
        let averagers =
            network.populations.iter().map(|p| Averager::new(p.gain, MODES + 1)).collect();
        let layout = Layout::new(network.population_count());
        Self { theory, network, averagers, layout }
    }

    /// The equations of the module, over real or dual numbers.
    fn field<D: DualNum<Primitive = f64> + Copy>(
        &self,
        time: f64,
        state: &[D],
        derivative: &mut [D],
    ) {
        let moments = self.moments(time, state, derivative);
        self.covariances(&moments, state, derivative);
    }

    fn moments<D: DualNum<Primitive = f64> + Copy>(
        &self,
        time: f64,
        state: &[D],
        derivative: &mut [D],
    ) -> Vec<PopulationTerms<D>> {
        let Self { network, layout, .. } = self;
        let FiniteN { coefficients, terms, .. } = self.theory;
        let keep = |kept: bool, value: D| if kept { value } else { D::from(0.0) };
        let root = network.size.sqrt();
        let sources = 0..layout.populations;
        let averages: Vec<_> = sources
            .clone()
            .map(|a| self.averagers[a].at(state[layout.mean(a)], state[layout.variance(a)]))
            .collect();
        let rates: Vec<D> = sources
            .clone()
            .map(|b| {
                let own = layout.mode(b, 1);
                averages[b][0]
                    + keep(terms.third_cumulant, averages[b][3] * state[layout.third(b)] / 6.0)
                    + keep(
                        terms.curvature,
                        averages[b][2] * state[layout.covariance(own, own)] * 0.5,
                    )
            })
            .collect();
        let input = |matrix: &nalgebra::DMatrix<f64>, a: usize| -> D {
            sources.clone().map(|b| rates[b] * matrix[(a, b)]).sum()
        };
        let drive = coefficients.external_drive(network, time);
        let external_noise = coefficients.external_noise(network, time);
        let external_skew = coefficients.external_skew(network, time);
        let mut populations = Vec::with_capacity(layout.populations);
        for (a, population) in network.populations.iter().enumerate() {
            let (m, v, k) =
                (state[layout.mean(a)], state[layout.variance(a)], state[layout.third(a)]);
            let (g, rate, leak) = (&averages[a], rates[a], 1.0 / population.time_constant);
            let (count, own) = (population.count as f64, network.coupling.get(a, a));
            let sigma = input(&coefficients.variance, a) + external_noise[a];
            let skew = input(&coefficients.third, a) + external_skew[a];
            let self_jump = keep(terms.self_synapse, rate * (own * own / network.size));
            let widening = v * (-2.0 * leak) + sigma * (1.0 - 1.0 / count)
                - self_jump
                - keep(terms.self_synapse, v * g[1] * (2.0 * own / root));
            derivative[layout.mean(a)] = m * -leak
                + population.drive.value(time)
                + (input(&coefficients.mean, a) + drive[a]) * root
                - keep(terms.self_synapse, rate * (own / root));
            derivative[layout.variance(a)] = widening;
            derivative[layout.third(a)] = k * (-3.0 * leak)
                + skew * ((1.0 - 1.0 / count) * (1.0 - 2.0 / count) / root)
                - keep(terms.self_synapse, v * v * g[2] * (3.0 * own / root))
                - keep(terms.self_variance, v * g[1] * (3.0 * own * own / network.size));
            derivative[layout.spikes(a)] = rate;
            // No variance yet: all modes vanish with it, and so does what this term does to them.
            let has_variance = v.re() > 0.0;
            let divisor = if has_variance { sigma / v * (0.5 / count) } else { D::from(0.0) };
            let noise = sigma - self_jump;
            populations.push(PopulationTerms {
                noise,
                response: std::array::from_fn(|l| g[l + 1] / factorial(l + 1)),
                relaxation: keep(terms.self_synapse, g[1] * (own / root)) * -1.0 - leak - divisor,
            });
        }
        populations
    }

    /// `dP/dt = A P + P A^T + B`. Rows of `A` are diagonal but for `k = 1, 2`.
    fn covariances<D: DualNum<Primitive = f64> + Copy>(
        &self,
        populations: &[PopulationTerms<D>],
        state: &[D],
        derivative: &mut [D],
    ) {
        let layout = self.layout;
        let size = layout.modes();
        let at = |i: usize, j: usize| state[layout.covariance(i, j)];
        let mut product = vec![D::from(0.0); size * size];
        // sum_l g_bl/l! P_(bl)(j): how the rate of b covaries with mode j.
        let mut response = vec![D::from(0.0); layout.populations * size];
        for (b, population) in populations.iter().enumerate() {
            for j in 0..size {
                let sum = (1..=MODES)
                    .map(|l| population.response[l - 1] * at(layout.mode(b, l), j))
                    .sum();
                response[b * size + j] = sum;
            }
        }
        let coefficients = &self.theory.coefficients;
        let root = self.network.size.sqrt();
        for (a, population) in populations.iter().enumerate() {
            for k in 1..=MODES {
                let i = layout.mode(a, k);
                for j in 0..size {
                    let mut sum = population.relaxation * at(i, j) * k as f64;
                    for b in (0..layout.populations).filter(|_| k <= 2) {
                        let gain = if k == 1 {
                            root * coefficients.mean[(a, b)]
                        } else {
                            coefficients.variance[(a, b)]
                        };
                        sum += response[b * size + j] * gain;
                    }
                    product[i * size + j] = sum;
                }
            }
        }
        for i in 0..size {
            for j in 0..=i {
                derivative[layout.covariance(i, j)] = product[i * size + j] + product[j * size + i];
            }
        }
        for (a, population) in populations.iter().enumerate() {
            let count = self.network.populations[a].count as f64;
            let v = state[layout.variance(a)];
            for k in 1..=MODES {
                let i = layout.mode(a, k);
                derivative[layout.covariance(i, i)] +=
                    population.noise * v.powi(k as i32 - 1) * (k as f64 * factorial(k) / count);
            }
        }
    }
}

impl System for ModeSystem<'_> {
    fn dimension(&self) -> usize {
        self.layout.dimension()
    }

    fn derivative(&self, time: f64, state: &[f64], derivative: &mut [f64]) {
        self.field(time, state, derivative);
    }

    fn jacobian_product(&self, time: f64, state: &[f64], direction: &[f64], product: &mut [f64]) {
        let dual: Vec<Dual64> =
            state.iter().zip(direction).map(|(y, v)| Dual64::new(*y, *v)).collect();
        let mut derivative = vec![Dual64::from(0.0); dual.len()];
        self.field(time, &dual, &mut derivative);
        for (out, value) in product.iter_mut().zip(derivative) {
            *out = value.eps;
        }
    }
}
