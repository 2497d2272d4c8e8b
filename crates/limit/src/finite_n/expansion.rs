//! How far the theory may be off: its orders compared.

use equipoise_model::Network;

use super::{FiniteN, FiniteNSolution, Order};
use crate::error::LimitError;

/// Bound of the integration's error, relative to quantities of order 1; covariances are products of two such.
const NUMERICAL: f64 = 1e-7;

/// The theory order by order, and what its next order may amount to.
#[derive(Debug, Clone)]
pub struct Expansion {
    /// [`Order::Zeroth`].
    pub zeroth: FiniteNSolution,
    /// [`Order::Half`].
    pub half: FiniteNSolution,
    /// [`Order::First`], the theory's prediction.
    pub first: FiniteNSolution,
    /// `b_n`, the margin of each prediction: an estimate of the next order, in the shape of the solution.
    ///
    /// With independent transmission the differences `d_1` between [`Order::Half`] and [`Order::Zeroth`] and `d_2` between
    /// [`Order::First`] and [`Order::Half`] are continued: `b_n = |d_2| r`, `r = |d_2|/|d_1|`, at least `n^{-1/2}` and at most 1.
    ///
    /// With shared spikes and release not all terms of [`Order::First`] are known, and the largest of those that are missing come from
    /// the covariance `C` of population means, which is known to leading order. `b_n = 2 r (|d_1| + |d_2|)`, where `r = |d_1 C|/|C|` is what the corrections
    /// make of `C` and 2 stands for what curvature of the next order does beside; and `b_n = |d_1| + |d_2|` for `C` itself.
    ///
    /// Absolute values are the largest until then, those in `r` over all populations, so that a difference that happens to change sign leaves
    /// no gap. The error of the integration is added.
    pub margin: FiniteNSolution,
}

impl Expansion {
    /// Integrates all orders through `times`, which rise from 0 on.
    ///
    /// # Errors
    /// [`LimitError::Integration`].
    pub fn new(network: &Network, times: &[f64]) -> Result<Self, LimitError> {
        let theory = |order| FiniteN::new(network, order).solve(times);
        let (zeroth, half, first) =
            (theory(Order::Zeroth)?, theory(Order::Half)?, theory(Order::First)?);
        let mut margin = first.clone();
        let is_complete = network.transmission.input_correlation() == 0.0;
        let smallest = network.size.sqrt().recip();
        let samples = times.len();
        let orders = |of: fn(&FiniteNSolution) -> &Vec<f64>| {
            Differences::new(samples, [of(&zeroth), of(&half), of(&first)])
        };
        let covariance = orders(|solution| &solution.mean_covariance);
        // What is left out of C, relative to it.
        let missing: Vec<f64> =
            (0..samples).map(|sample| covariance.first_correction(sample)).collect();
        let estimate = |of: fn(&FiniteNSolution) -> &Vec<f64>, out: &mut Vec<f64>| {
            let orders = orders(of);
            for (place, margin) in out.iter_mut().enumerate() {
                let sample = place / orders.width;
                let [first, second] = orders.largest[place];
                *margin = if is_complete {
                    second * orders.ratio(sample).max(smallest)
                } else {
                    2.0 * (first + second) * missing[sample].max(smallest)
                };
            }
        };
        estimate(|solution| &solution.mean, &mut margin.mean);
        estimate(|solution| &solution.variance, &mut margin.variance);
        estimate(|solution| &solution.third_cumulant, &mut margin.third_cumulant);
        estimate(|solution| &solution.spikes, &mut margin.spikes);
        estimate(|solution| &solution.mean_covariance, &mut margin.mean_covariance);
        if !is_complete {
            for (margin, largest) in margin.mean_covariance.iter_mut().zip(&covariance.largest) {
                *margin = largest[0] + largest[1];
            }
        }
        margin.add_numerical_error(&first);
        Ok(Self { zeroth, half, first, margin })
    }
}

impl FiniteNSolution {
    fn add_numerical_error(&mut self, of: &Self) {
        let moments = [
            (&mut self.mean, &of.mean),
            (&mut self.variance, &of.variance),
            (&mut self.third_cumulant, &of.third_cumulant),
            (&mut self.spikes, &of.spikes),
        ];
        for (margins, values) in moments {
            for (margin, value) in margins.iter_mut().zip(values) {
                *margin += NUMERICAL * (1.0 + value.abs());
            }
        }
        for margin in &mut self.mean_covariance {
            *margin += NUMERICAL * NUMERICAL;
        }
    }
}

/// Differences between the orders of one quantity.
struct Differences {
    /// Values at one time.
    width: usize,
    /// Largest differences until then: half from zeroth, first from half order.
    largest: Vec<[f64; 2]>,
    /// The largest value, and the largest differences, until then over all populations.
    over_all: Vec<[f64; 3]>,
}

impl Differences {
    fn new(samples: usize, orders: [&Vec<f64>; 3]) -> Self {
        let width = orders[0].len() / samples.max(1);
        let mut differences = Self { width, largest: Vec::new(), over_all: Vec::new() };
        let mut all = [0.0_f64; 3];
        for place in 0..orders[0].len() {
            let [zeroth, half, first] = orders.map(|values| values[place]);
            let before = match place.checked_sub(width) {
                Some(earlier) => differences.largest[earlier],
                None => [0.0; 2],
            };
            let largest =
                [before[0].max((half - zeroth).abs()), before[1].max((first - half).abs())];
            all = [all[0].max(first.abs()), all[1].max(largest[0]), all[2].max(largest[1])];
            differences.largest.push(largest);
            if place % width == width - 1 {
                differences.over_all.push(all);
            }
        }
        differences
    }

    /// `|d_2|/|d_1|`, at most 1.
    fn ratio(&self, sample: usize) -> f64 {
        let [_, first, second] = self.over_all[sample];
        if second < first { second / first } else { 1.0 }
    }

    /// `|d_1|` relative to the values, at most 1.
    fn first_correction(&self, sample: usize) -> f64 {
        let [value, first, _] = self.over_all[sample];
        if first < value { first / value } else { 1.0 }
    }
}
