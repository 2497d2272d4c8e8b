//! The equations of the finite-n theory as a system of ordinary differential equations.

use equipoise_model::Network;
use nalgebra::{DMatrix, DVector};
use num_dual::{Dual64, DualNum};

use super::fluctuations::{Fluctuations, Inputs, rate_covariances};
use super::hermite::{AVERAGES, binomial};
use super::layout::Layout;
use super::population::PopulationAverages;
use super::{FiniteN, MODES, Order};
use crate::gaussian::Averager;
use crate::integrator::System;

/// The equations on one piece of the drives and rates.
pub(super) struct MomentSystem<'a> {
    theory: &'a FiniteN<'a>,
    network: Network,
    averagers: Vec<Averager>,
    layout: Layout,
}

/// All populations at a state, and what they feed into one another.
struct Closure<D> {
    populations: Vec<PopulationAverages<D>>,
    inputs: Vec<Inputs<D>>,
    /// `Cov(delta lambda_b, eta_j)`, by `b` and mode `j`; empty if no covariances are carried.
    rates: Vec<D>,
    feedback: Vec<Feedback<D>>,
}

/// How the fluctuating inputs of a population covary with its own modes, which moves its moments.
struct Feedback<D> {
    /// `E[u_a eta_aj]`, `j = 0..=MODES`, with `u_a = sqrt(n) sum_b K_ab delta lambda_b`.
    mean: [D; MODES + 1],
    /// `E[delta M_2a eta_aj]`, `delta M_2a = sum_b Q_ab delta lambda_b`.
    noise: [D; MODES + 1],
    /// `E[delta lambda_a eta_a1]`.
    own: D,
    /// `w_a = -2 E[u_a eta_a1] + 2 eps J_aa E<lambda_a f_1> + eps^2 J_aa^2 S_a`: how much less than its sources the variance grows.
    widening: D,
}

impl<'a> MomentSystem<'a> {
    pub fn new(theory: &'a FiniteN<'a>, network: Network) -> Self {
        let averagers =
            network.populations.iter().map(|p| Averager::new(p.gain.clone(), AVERAGES)).collect();
        Self { theory, network, averagers, layout: theory.layout() }
    }

    /// `A`, `B` and the rows `delta lambda_b` in terms of the modes, at a state.
    pub fn fluctuations(&self, time: f64, state: &[f64]) -> Fluctuations<f64> {
        let closure = self.closure(time, state);
        self.linear_noise(&closure)
    }

    /// The equations of the module, over real or dual numbers.
    fn field<D: DualNum<Primitive = f64> + Copy>(
        &self,
        time: f64,
        state: &[D],
        derivative: &mut [D],
    ) {
        let closure = self.closure(time, state);
        let noise = (self.layout.modes > 0).then(|| {
            let fluctuations = self.linear_noise(&closure);
            fluctuations.covariance_derivative(self.layout, &closure.rates, state, derivative);
            fluctuations.noise
        });
        for a in 0..self.layout.populations {
            let own = self.layout.mode(a, 1);
            let noise = noise.as_ref().map(|noise| noise[own * self.layout.mode_count() + own]);
            self.mean(a, time, &closure, state, derivative);
            self.variance(a, &closure, noise, state, derivative);
            match self.theory.order {
                Order::Zeroth => (),
                _ if self.theory.is_complete() => self.higher_moments(a, &closure, derivative),
                _ => self.leading_moments(a, &closure, derivative),
            }
            derivative[self.layout.spikes(a)] = closure.populations[a].rate;
        }
    }

    fn linear_noise<D: DualNum<Primitive = f64> + Copy>(
        &self,
        closure: &Closure<D>,
    ) -> Fluctuations<D> {
        Fluctuations::new(self.theory, self.layout, &closure.populations, &closure.inputs)
    }

    fn closure<D: DualNum<Primitive = f64> + Copy>(&self, time: f64, state: &[D]) -> Closure<D> {
        let layout = self.layout;
        let all = 0..layout.populations;
        let average = |a: usize| {
            let mut variance = state[layout.variance(a)];
            if self.theory.uses_covariances() {
                let own = layout.mode(a, 1);
                variance += state[layout.covariance(own, own)];
            }
            let g = self.averagers[a].at(state[layout.mean(a)], variance);
            PopulationAverages::new(
                &g,
                variance,
                (a, state),
                layout,
                (self.theory.order, self.theory.is_complete()),
            )
        };
        let populations: Vec<_> = all.clone().map(average).collect();
        let inputs = self.inputs(time, &populations);
        let rates = rate_covariances(layout, &populations, state);
        let feedback = all.map(|a| self.feedback(a, &populations[a], &rates)).collect();
        Closure { populations, inputs, rates, feedback }
    }

    fn inputs<D: DualNum<Primitive = f64> + Copy>(
        &self,
        time: f64,
        populations: &[PopulationAverages<D>],
    ) -> Vec<Inputs<D>> {
        let coefficients = &self.theory.coefficients;
        let inside: [&DMatrix<f64>; 4] =
            [&coefficients.mean, &coefficients.variance, &coefficients.third, &coefficients.fourth];
        let outside: [DVector<f64>; 4] = [
            coefficients.external_drive(&self.network, time),
            coefficients.external_noise(&self.network, time),
            coefficients.external_skew(&self.network, time),
            coefficients.external_fourth(&self.network, time),
        ];
        let of = |a: usize| {
            let mut inputs = Inputs { all: [D::from(0.0); 5], external: [0.0; 5] };
            for (order, (matrix, external)) in (1..).zip(inside.iter().zip(&outside)) {
                let sources = populations.iter().enumerate();
                let neurons: D = sources.map(|(b, source)| source.rate * matrix[(a, b)]).sum();
                inputs.all[order] = neurons + external[a];
                inputs.external[order] = external[a];
            }
            inputs
        };
        (0..populations.len()).map(of).collect()
    }

    fn feedback<D: DualNum<Primitive = f64> + Copy>(
        &self,
        a: usize,
        at: &PopulationAverages<D>,
        rates: &[D],
    ) -> Feedback<D> {
        let (layout, coefficients) = (self.layout, &self.theory.coefficients);
        let (root, own) = (self.network.size.sqrt(), self.network.coupling.get(a, a));
        let covariance = |b: usize, k: usize| match layout.modes {
            0 => D::from(0.0),
            _ => rates[b * layout.mode_count() + layout.mode(a, k)],
        };
        let with = |matrix: &DMatrix<f64>, k: usize| -> D {
            if k == 0 {
                return D::from(0.0);
            }
            (0..layout.populations).map(|b| covariance(b, k) * matrix[(a, b)]).sum()
        };
        let mean: [D; MODES + 1] = std::array::from_fn(|k| with(&coefficients.mean, k) * root);
        let noise = std::array::from_fn(|k| with(&coefficients.variance, k));
        let widening = at.own[1] * (2.0 * own / root) + at.rate * (own * own / self.network.size)
            - mean[1] * 2.0;
        Feedback { mean, noise, own: covariance(a, 1), widening }
    }

    fn mean<D: DualNum<Primitive = f64> + Copy>(
        &self,
        a: usize,
        time: f64,
        closure: &Closure<D>,
        state: &[D],
        derivative: &mut [D],
    ) {
        let population = &self.network.populations[a];
        let (root, own) = (self.network.size.sqrt(), self.network.coupling.get(a, a));
        let place = self.layout.mean(a);
        derivative[place] = state[place] * -population.time_constant.recip()
            + population.drive.value(time)
            + closure.inputs[a].all[1] * root;
        if self.theory.order >= Order::Half {
            derivative[place] -= closure.populations[a].rate * (own / root);
        }
    }

    /// Of the empirical variance, `v_a - C_aa`, in which what `u_a` does to both cancels.
    fn variance<D: DualNum<Primitive = f64> + Copy>(
        &self,
        a: usize,
        closure: &Closure<D>,
        noise: Option<D>,
        state: &[D],
        derivative: &mut [D],
    ) {
        let (root, own) = (self.network.size.sqrt(), self.network.coupling.get(a, a));
        let (at, inputs) = (&closure.populations[a], &closure.inputs[a]);
        let place = self.layout.variance(a);
        let leak = self.network.populations[a].time_constant.recip();
        let source = match (self.theory.order, noise) {
            (Order::First, Some(noise)) => {
                inputs.all[2] - at.rate * (own * own / self.network.size) - noise
            }
            _ => inputs.private(2, self.theory.common),
        };
        derivative[place] = state[place] * (-2.0 * leak) + source;
        if self.theory.order >= Order::Half {
            let mut missing = at.own[1];
            if self.theory.is_complete() {
                missing -= closure.feedback[a].own;
            }
            derivative[place] -= missing * (2.0 * own / root);
        }
    }

    /// Higher moments to leading order, about the empirical mean where that fluctuates by `n^{-1/4}`: what neurons lack of their own synapses depends on their
    /// potentiation, and the third cumulant also has a source.
    fn leading_moments<D: DualNum<Primitive = f64> + Copy>(
        &self,
        a: usize,
        closure: &Closure<D>,
        derivative: &mut [D],
    ) {
        let jump = self.network.coupling.get(a, a) / self.network.size.sqrt();
        let leak = self.network.populations[a].time_constant.recip();
        let at = &closure.populations[a];
        for k in 3..=self.layout.highest_moment {
            // To leading order; `at.own` has more.
            let own = if k == 3 { at.own[2] } else { at.leading_own[k - 1] };
            derivative[self.layout.moment(a, k)] =
                at.moments[k] * (-leak * k as f64) - own * (k as f64 * jump);
        }
        derivative[self.layout.moment(a, 3)] += self.skewness_source(a, closure);
    }

    /// Source of the third cumulant. Of the jumps by a spike that reaches each neuron with probability `p`, the third cumulant over neurons is `(1 - p)(1 - 2p)` times
    /// that of independent ones. The spiking neuron, which it does not reach, falls behind the others by `p` jumps.
    fn skewness_source<D: DualNum<Primitive = f64> + Copy>(
        &self,
        a: usize,
        closure: &Closure<D>,
    ) -> D {
        let (root, common) = (self.network.size.sqrt(), self.theory.common);
        let jump = self.network.coupling.get(a, a) / root;
        let (at, inputs) = (&closure.populations[a], &closure.inputs[a]);
        let share = (1.0 - common) * (1.0 - 2.0 * common);
        let source = ((inputs.all[3] - inputs.external[3]) * share + inputs.external[3]) / root;
        if self.theory.order != Order::First {
            return source;
        }
        let count = self.network.populations[a].count as f64;
        let behind = 1.0 - 6.0 * common * (1.0 - common);
        let divisor = (1.0 - 1.0 / count) * (1.0 - 2.0 / count);
        let spread = 3.0 * (2.0 * common - 1.0) * (1.0 - 2.0 / count) * jump * jump;
        (source - at.rate * (behind * jump.powi(3))) * divisor + at.own[1] * spread
    }

    /// All moments, with what is smaller by `n^{-1/2}`.
    fn higher_moments<D: DualNum<Primitive = f64> + Copy>(
        &self,
        a: usize,
        closure: &Closure<D>,
        derivative: &mut [D],
    ) {
        let epsilon = self.network.size.sqrt().recip();
        let own = self.network.coupling.get(a, a) * epsilon;
        let leak = self.network.populations[a].time_constant.recip();
        let (at, inputs, feedback) =
            (&closure.populations[a], &closure.inputs[a], &closure.feedback[a]);
        for k in 3..=self.layout.highest_moment {
            let mut sum = at.moments[k] * (-leak * k as f64)
                + (at.rate * at.moments[k - 1] * own + feedback.mean[k - 1]) * k as f64
                + (feedback.widening * at.moments[k - 2] + feedback.noise[k - 2]) * binomial(k, 2);
            for p in 3..=k.min(4) {
                let weight = binomial(k, p) * epsilon.powi(p as i32 - 2);
                sum += inputs.all[p] * at.moments[k - p] * weight;
            }
            for p in 1..=k.min(4) {
                sum -= at.own[k - p] * (binomial(k, p) * own.powi(p as i32));
            }
            derivative[self.layout.moment(a, k)] = sum;
        }
    }
}

impl System for MomentSystem<'_> {
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
