//! The sample times that count, the same at all sizes.
//!
//! Left out are time 0, where a network is what it was made to be, and samples at which a network of the smallest size has not left an initial layer: at time 0, or after a step
//! of an external rate, it moves onto the balanced manifold like `exp(-|lambda_fast| sqrt(n) t)`, and its error is no power of `n` until that is over. Laws
//! count where they are known at all sizes.

use equipoise_limit::limit::Layer;

use super::expected::Expected;
use super::quantity::Quantity;

/// What is left of a layer, relative to the expected error of the means, from which on a network has left it.
const LEFT: f64 = 0.1;

/// Which samples count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    moments: Vec<usize>,
    laws: Vec<usize>,
}

impl Window {
    /// For these sizes, in rising order.
    pub fn new(expected: &[&Expected]) -> Self {
        let Some(smallest) = expected.first() else {
            return Self { moments: Vec::new(), laws: Vec::new() };
        };
        let counts = |sample: &usize| is_settled(smallest, *sample);
        let moments: Vec<usize> = (1..smallest.times.len()).filter(counts).collect();
        let is_known = |sample: &usize| {
            expected.iter().all(|of_size| {
                (0..of_size.populations).all(|a| {
                    of_size.error[Quantity::Wasserstein][of_size.place(*sample, a)].is_finite()
                })
            })
        };
        Self { laws: moments.iter().copied().filter(is_known).collect(), moments }
    }

    /// Indices of the samples that count for a quantity.
    pub fn samples(&self, quantity: Quantity) -> &[usize] {
        if quantity.is_of_law() { &self.laws } else { &self.moments }
    }

    /// Whether there are any.
    pub fn is_empty(&self) -> bool {
        self.moments.is_empty()
    }
}

/// Whether what is left of all layers before it is small against the expected error.
fn is_settled(expected: &Expected, sample: usize) -> bool {
    let time = expected.times[sample];
    let means = &expected.error[Quantity::Mean];
    let own = expected.place(sample, 0)..expected.place(sample + 1, 0);
    let error = means[own].iter().fold(0.0_f64, |most, error| most.max(error.abs()));
    let layers = expected.limit.layers.iter().filter(|layer| layer.time < time);
    layers.into_iter().all(|layer| left(expected, layer, time) <= LEFT * error)
}

/// The distance by which a network is still off the manifold.
fn left(expected: &Expected, layer: &Layer, time: f64) -> f64 {
    let moved = layer.before.iter().zip(&layer.after).map(|(from, to)| (to - from).abs());
    let moved = moved.fold(0.0, f64::max);
    // At the time of a step itself the sample is the one before it.
    let after = |other: &&f64| **other > layer.time || (layer.time == 0.0 && **other == 0.0);
    let first = expected.times.iter().position(|other| after(&other)).unwrap_or(0);
    let rate = -expected.limit.fast_eigenvalue[first] * expected.size.sqrt();
    moved * (-rate * (time - layer.time)).exp()
}
