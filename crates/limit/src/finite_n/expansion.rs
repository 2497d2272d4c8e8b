//! How far the theory may be off: its orders compared.

use equipoise_model::Network;

use super::{FiniteN, FiniteNSolution, Order, Totals};
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
    /// no gap. The error of the integration is added. [`Expansion::margin_of`] does the same for what is computed from the solutions.
    pub margin: FiniteNSolution,
    /// Whether all terms of [`Order::First`] are known.
    is_complete: bool,
    /// `n^{-1/2}`, the least that an order may be smaller than the one before.
    smallest: f64,
    /// What is left out of `C`, relative to it, by time.
    missing: Vec<f64>,
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
        let orders = [&zeroth, &half, &first].map(|solution| &solution.mean_covariance);
        let covariance = Differences::new(times.len(), orders);
        let missing = (0..times.len()).map(|sample| covariance.first_correction(sample)).collect();
        let mut expansion = Self {
            margin: first.clone(),
            is_complete: network.transmission.input_correlation() == 0.0,
            smallest: network.size.sqrt().recip(),
            zeroth,
            half,
            first,
            missing,
        };
        expansion.margin.mean = expansion.margin_of(|solution| solution.mean.clone());
        expansion.margin.variance = expansion.margin_of(|solution| solution.variance.clone());
        expansion.margin.total_variance =
            expansion.margin_of(|solution| solution.total_variance.clone());
        expansion.margin.third_cumulant =
            expansion.margin_of(|solution| solution.third_cumulant.clone());
        expansion.margin.spikes = expansion.margin_of(|solution| solution.spikes.clone());
        let moments = expansion.margin_of(|solution| solution.moments.as_flattened().to_vec());
        expansion.margin.moments = moments.as_chunks().0.to_vec();
        expansion.margin.mean_covariance = expansion.covarying(&covariance);
        for margin in &mut expansion.margin.mean_covariance {
            *margin += NUMERICAL * NUMERICAL;
        }
        Ok(expansion)
    }

    /// The margin of any quantities that `of` computes from a solution, of order 1, by time and in the same number at all times: their differences between orders,
    /// continued as those of the [moments](Self::margin), and the error of the integration.
    pub fn margin_of(&self, of: impl Fn(&FiniteNSolution) -> Vec<f64>) -> Vec<f64> {
        let mut margins = self.continued(&of);
        for (margin, value) in margins.iter_mut().zip(of(&self.first)) {
            *margin += NUMERICAL * (1.0 + value.abs());
        }
        margins
    }

    /// Variances of totals over networks at the times of the solutions, and their margins, which are those of `C`.
    ///
    /// # Errors
    /// [`LimitError::Integration`].
    pub fn totals(&self, network: &Network, thresholds: &[f64]) -> Result<[Totals; 2], LimitError> {
        let times = &self.first.times;
        let totals = |order| FiniteN::new(network, order).totals(times, thresholds);
        let orders = [totals(Order::Zeroth)?, totals(Order::Half)?, totals(Order::First)?];
        let margin = |of: fn(&Totals) -> &Vec<f64>| -> Vec<f64> {
            let of_orders = orders.each_ref().map(of);
            let margins = self.covarying(&Differences::new(times.len(), of_orders));
            let numerical = of_orders[2].iter().map(|value| NUMERICAL * (1.0 + value));
            margins.into_iter().zip(numerical).map(|(margin, error)| margin + error).collect()
        };
        let margins = Totals {
            spikes: margin(|totals| &totals.spikes),
            received: margin(|totals| &totals.received),
            activity: margin(|totals| &totals.activity),
        };
        let [_, _, first] = orders;
        Ok([first, margins])
    }

    /// Margins of covariances.
    fn covarying(&self, orders: &Differences) -> Vec<f64> {
        let margin = |(place, [first, second]): (usize, &[f64; 2])| {
            if self.is_complete {
                second * orders.ratio(place / orders.width).max(self.smallest)
            } else {
                first + second
            }
        };
        orders.largest.iter().enumerate().map(margin).collect()
    }

    fn continued(&self, of: impl Fn(&FiniteNSolution) -> Vec<f64>) -> Vec<f64> {
        let orders = [of(&self.zeroth), of(&self.half), of(&self.first)];
        let orders = Differences::new(self.missing.len(), orders.each_ref());
        let margin = |(place, [first, second]): (usize, &[f64; 2])| {
            let sample = place / orders.width;
            if self.is_complete {
                second * orders.ratio(sample).max(self.smallest)
            } else {
                2.0 * (first + second) * self.missing[sample].max(self.smallest)
            }
        };
        orders.largest.iter().enumerate().map(margin).collect()
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
