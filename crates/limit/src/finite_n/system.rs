//! The equations of the finite-n theory as a system of ordinary differential equations.

use std::cell::RefCell;

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
    last: RefCell<Option<Remembered>>,
}

/// All populations at a state, and how they drive one another. Of the covariances it depends on those of the means with themselves alone, if on any.
pub(super) struct Closure<D> {
    pub populations: Vec<PopulationAverages<D>>,
    pub inputs: Vec<Inputs<D>>,
    /// None if no covariances are carried.
    pub fluctuations: Option<Fluctuations<D>>,
}

/// What covariances do to the moments, in which they are linear.
struct Covarying<D> {
    /// `Cov(delta lambda_b, eta_j)`, by `b` and mode `j`; empty if no covariances are carried.
    rates: Vec<D>,
    feedback: Vec<Feedback<D>>,
}

/// A closure for which Jacobians ask again and again.
struct Remembered {
    time: f64,
    /// All components on which it depends.
    state: Vec<f64>,
    closure: Closure<f64>,
}

/// How the fluctuating inputs of a population covary with its own modes, which moves its moments.
struct Feedback<D> {
    /// `E[u_a eta_aj]`, `j = 0..=MODES`, with `u_a = sqrt(n) sum_b K_ab delta lambda_b`.
    mean: [D; MODES + 1],
    /// `E[delta M_2a eta_aj]`, `delta M_2a = sum_b Q_ab delta lambda_b`.
    noise: [D; MODES + 1],
    /// `E[delta lambda_a eta_a1]`.
    own: D,
}

impl<D: DualNum<Primitive = f64> + Copy> Closure<D> {
    /// `Cov(delta lambda_b, eta_j)`, by `b` and mode `j`, row-major.
    pub fn rate_covariances(&self, layout: Layout, covariances: &[D]) -> Vec<D> {
        rate_covariances(layout, &self.populations, covariances)
    }
}

impl<'a> MomentSystem<'a> {
    pub fn new(theory: &'a FiniteN<'a>, network: Network) -> Self {
        let averagers =
            network.populations.iter().map(|p| Averager::new(p.gain.clone(), AVERAGES)).collect();
        Self { theory, network, averagers, layout: theory.layout(), last: RefCell::new(None) }
    }

    /// `A`, `B` and the rows `delta lambda_b` in terms of the modes, at a state.
    pub fn fluctuations(&self, time: f64, state: &[f64]) -> Fluctuations<f64> {
        let Closure { populations, inputs, .. } = self.closure(time, state);
        Fluctuations::new(self.theory, self.layout, &populations, &inputs)
    }

    /// The equations of the module, over real or dual numbers.
    fn field<D: DualNum<Primitive = f64> + Copy>(
        &self,
        time: f64,
        state: &[D],
        derivative: &mut [D],
    ) {
        let closure = self.closure(time, state);
        for a in 0..self.layout.populations {
            self.mean(a, time, &closure, state, derivative);
            self.variance(a, &closure, state, derivative);
            match self.theory.order {
                Order::Zeroth => (),
                _ if self.theory.is_complete() => self.higher_moments(a, &closure, derivative),
                _ => self.leading_moments(a, &closure, derivative),
            }
            derivative[self.layout.spikes(a)] = closure.populations[a].rate;
        }
        if let Some(fluctuations) = &closure.fluctuations {
            let covarying = self.covarying(&closure, state);
            fluctuations.relax(self.layout, &covarying.rates, state, derivative);
            fluctuations.add_noise(self.layout, derivative);
            self.add_feedback(&closure, &covarying, derivative);
        }
    }

    /// What covariances do, in which it is linear, given the closure.
    fn covarying<D: DualNum<Primitive = f64> + Copy>(
        &self,
        closure: &Closure<D>,
        covariances: &[D],
    ) -> Covarying<D> {
        let rates = rate_covariances(self.layout, &closure.populations, covariances);
        let feedback = (0..self.layout.populations).map(|a| self.feedback(a, &rates)).collect();
        Covarying { rates, feedback }
    }

    /// Adds what covariances do to the moments.
    fn add_feedback<D: DualNum<Primitive = f64> + Copy>(
        &self,
        closure: &Closure<D>,
        covarying: &Covarying<D>,
        derivative: &mut [D],
    ) {
        if !self.theory.is_complete() {
            return;
        }
        let root = self.network.size.sqrt();
        for (a, feedback) in covarying.feedback.iter().enumerate() {
            let own = self.network.coupling.get(a, a);
            derivative[self.layout.variance(a)] += feedback.own * (2.0 * own / root);
            let moments = &closure.populations[a].moments;
            for k in 3..=self.layout.highest_moment {
                derivative[self.layout.moment(a, k)] += feedback.mean[k - 1] * k as f64
                    + (feedback.noise[k - 2] - feedback.mean[1] * moments[k - 2] * 2.0)
                        * binomial(k, 2);
            }
        }
    }

    /// Whether a direction leaves the closure as it is.
    pub fn is_linear(&self, direction: &[f64]) -> bool {
        let layout = self.layout;
        let (moments, covariances) = direction.split_at(layout.spikes(layout.populations));
        if covariances.is_empty() || moments.iter().any(|value| *value != 0.0) {
            return false;
        }
        let own = |a: usize| layout.covariance(layout.mode(a, 1), layout.mode(a, 1));
        !self.theory.uses_covariances() || (0..layout.populations).all(|a| direction[own(a)] == 0.0)
    }

    /// The closure at a state, remembered from the last time if it is the same.
    pub fn with_closure<T>(
        &self,
        time: f64,
        state: &[f64],
        of: impl FnOnce(&Closure<f64>) -> T,
    ) -> T {
        let layout = self.layout;
        let mut key = state[..layout.spikes(layout.populations)].to_vec();
        let own = |a: usize| layout.covariance(layout.mode(a, 1), layout.mode(a, 1));
        key.extend((0..layout.populations).map(|a| state[own(a)]));
        let mut last = self.last.borrow_mut();
        let remembered = last.take().filter(|last| last.time == time && last.state == key);
        let remembered = remembered.unwrap_or_else(|| Remembered {
            time,
            state: key,
            closure: self.closure(time, state),
        });
        of(&last.insert(remembered).closure)
    }

    pub fn closure<D: DualNum<Primitive = f64> + Copy>(
        &self,
        time: f64,
        state: &[D],
    ) -> Closure<D> {
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
        let populations: Vec<_> = all.map(average).collect();
        let inputs = self.inputs(time, &populations);
        let fluctuations = (layout.modes > 0)
            .then(|| Fluctuations::new(self.theory, layout, &populations, &inputs));
        Closure { populations, inputs, fluctuations }
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

    fn feedback<D: DualNum<Primitive = f64> + Copy>(&self, a: usize, rates: &[D]) -> Feedback<D> {
        let (layout, coefficients) = (self.layout, &self.theory.coefficients);
        let root = self.network.size.sqrt();
        let covariance = |b: usize, k: usize| rates[b * layout.mode_count() + layout.mode(a, k)];
        let with = |matrix: &DMatrix<f64>, k: usize| -> D {
            if k == 0 {
                return D::from(0.0);
            }
            (0..layout.populations).map(|b| covariance(b, k) * matrix[(a, b)]).sum()
        };
        let mean: [D; MODES + 1] = std::array::from_fn(|k| with(&coefficients.mean, k) * root);
        let noise = std::array::from_fn(|k| with(&coefficients.variance, k));
        Feedback { mean, noise, own: covariance(a, 1) }
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
        state: &[D],
        derivative: &mut [D],
    ) {
        let (root, own) = (self.network.size.sqrt(), self.network.coupling.get(a, a));
        let (at, inputs) = (&closure.populations[a], &closure.inputs[a]);
        let place = self.layout.variance(a);
        let leak = self.network.populations[a].time_constant.recip();
        let source = match (self.theory.order, &closure.fluctuations) {
            (Order::First, Some(fluctuations)) => {
                let mode = self.layout.mode(a, 1);
                let noise = fluctuations.noise[mode * self.layout.mode_count() + mode];
                inputs.all[2] - at.rate * (own * own / self.network.size) - noise
            }
            _ => inputs.private(2, self.theory.common),
        };
        derivative[place] = state[place] * (-2.0 * leak) + source;
        if self.theory.order >= Order::Half {
            derivative[place] -= at.own[1] * (2.0 * own / root);
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

    /// All moments, with what is smaller by `n^{-1/2}`, but for what covariances do to them. Without these, `w_a = 2 eps J_aa E<lambda_a f_1> + eps^2 J_aa^2 S_a`.
    fn higher_moments<D: DualNum<Primitive = f64> + Copy>(
        &self,
        a: usize,
        closure: &Closure<D>,
        derivative: &mut [D],
    ) {
        let epsilon = self.network.size.sqrt().recip();
        let own = self.network.coupling.get(a, a) * epsilon;
        let leak = self.network.populations[a].time_constant.recip();
        let (at, inputs) = (&closure.populations[a], &closure.inputs[a]);
        let widening = at.own[1] * (2.0 * own) + at.rate * (own * own);
        for k in 3..=self.layout.highest_moment {
            let mut sum = at.moments[k] * (-leak * k as f64)
                + at.rate * at.moments[k - 1] * (own * k as f64)
                + widening * at.moments[k - 2] * binomial(k, 2);
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
        if self.is_linear(direction) {
            return self.with_closure(time, state, |closure| {
                product.fill(0.0);
                let covarying = self.covarying(closure, direction);
                if let Some(fluctuations) = &closure.fluctuations {
                    fluctuations.relax(self.layout, &covarying.rates, direction, product);
                }
                self.add_feedback(closure, &covarying, product);
            });
        }
        let dual: Vec<Dual64> =
            state.iter().zip(direction).map(|(y, v)| Dual64::new(*y, *v)).collect();
        let mut derivative = vec![Dual64::from(0.0); dual.len()];
        self.field(time, &dual, &mut derivative);
        for (out, value) in product.iter_mut().zip(derivative) {
            *out = value.eps;
        }
    }
}

#[cfg(test)]
mod tests {
    use equipoise_model::Scenario;
    use equipoise_model::scenario::overrides::apply;

    use super::*;
    use crate::integrator::testing::product_is_derivative;

    /// Directions along covariances take another way than all others; both are the derivative of the equations.
    #[test]
    fn products_with_the_jacobian_are_differences_of_the_equations() {
        let text = include_str!("../../../../scenarios/inhibition-stabilised.toml");
        for (transmission, order) in
            [("independent", Order::Half), ("independent", Order::First), ("shared", Order::First)]
        {
            let overrides = ["n=100".to_owned(), format!("transmission={transmission}")];
            let scenario = Scenario::parse("pair", &apply(text, &overrides).unwrap()).unwrap();
            let theory = FiniteN::new(&scenario.network, order);
            let system = MomentSystem::new(&theory, scenario.network.clone());
            let mut state = theory.initial(system.layout);
            // Away from the start, where too much is zero.
            for (i, value) in state.iter_mut().enumerate() {
                *value += 0.01 * (i as f64).sin();
            }
            let all = 0..system.dimension();
            product_is_derivative(&system, &state, all);
        }
    }
}
