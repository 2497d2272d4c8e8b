//! The equations of the finite-n theory: moments and covariances of Hermite modes.

use equipoise_model::Network;
use num_dual::{Dual64, DualNum};

use super::layout::Layout;
use super::{FiniteN, MODES};
use crate::gaussian::Averager;
use crate::integrator::System;

/// `k!`
pub(super) fn factorial(k: usize) -> f64 {
    (1..=k).map(|i| i as f64).product()
}

/// The equations on one piece of the drives and rates.
pub(super) struct ModeSystem<'a> {
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
    pub fn new(theory: &'a FiniteN<'a>, network: Network) -> Self {
        let averagers =
            network.populations.iter().map(|p| Averager::new(p.gain.clone(), MODES + 1)).collect();
        let layout = Layout { populations: network.population_count() };
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
        let rates: Vec<D> =
            sources.clone().map(|b| self.corrected_rate(b, &averages[b], state)).collect();
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

    /// `S_b = g_b0 + g_b3 k_b/6 + g_b2 C_bb/2`.
    fn corrected_rate<D: DualNum<Primitive = f64> + Copy>(
        &self,
        b: usize,
        g: &[D],
        state: &[D],
    ) -> D {
        let (layout, terms) = (self.layout, self.theory.terms);
        let own = layout.mode(b, 1);
        let mut rate = g[0];
        if terms.third_cumulant {
            rate += g[3] * state[layout.third(b)] / 6.0;
        }
        if terms.curvature {
            rate += g[2] * state[layout.covariance(own, own)] * 0.5;
        }
        rate
    }

    /// `dP/dt = A P + P A^T + B`.
    fn covariances<D: DualNum<Primitive = f64> + Copy>(
        &self,
        populations: &[PopulationTerms<D>],
        state: &[D],
        derivative: &mut [D],
    ) {
        let layout = self.layout;
        let size = layout.modes();
        let product = self.drift(populations, state);
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

    /// `A P`, row-major. Rows of `A` are diagonal but for `k = 1, 2`, which take in the rates' responses.
    fn drift<D: DualNum<Primitive = f64> + Copy>(
        &self,
        populations: &[PopulationTerms<D>],
        state: &[D],
    ) -> Vec<D> {
        let layout = self.layout;
        let size = layout.modes();
        let at = |i: usize, j: usize| state[layout.covariance(i, j)];
        // How the rate of b covaries with mode j: sum_l g_bl/l! P_(bl)(j).
        let response = |b: usize, j: usize| -> D {
            let weights = populations[b].response.iter().zip(1..);
            weights.map(|(weight, l)| *weight * at(layout.mode(b, l), j)).sum()
        };
        let responses: Vec<D> = (0..layout.populations * size)
            .map(|place| response(place / size, place % size))
            .collect();
        let coefficients = &self.theory.coefficients;
        let root = self.network.size.sqrt();
        let mut product = vec![D::from(0.0); size * size];
        for (a, population) in populations.iter().enumerate() {
            for k in 1..=MODES {
                let i = layout.mode(a, k);
                for j in 0..size {
                    let input = |gain: &dyn Fn(usize) -> f64| -> D {
                        (0..layout.populations).map(|b| responses[b * size + j] * gain(b)).sum()
                    };
                    let driven = match k {
                        1 => input(&|b| root * coefficients.mean[(a, b)]),
                        2 => input(&|b| coefficients.variance[(a, b)]),
                        _ => D::from(0.0),
                    };
                    product[i * size + j] = population.relaxation * at(i, j) * k as f64 + driven;
                }
            }
        }
        product
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
