//! Hermite modes of the intensity.

use equipoise_model::GainFunction;

use super::Stationary;
use super::quadrature::{HermiteFunctions, Panels};

/// Most modes that are taken.
const MOST: usize = 4096;
/// Half width of the range of integration in standard deviations: `psi_0(13) < 1e-18`.
const REACH: f64 = 13.0;
/// The phase by which the last mode, of wave number `sqrt(l)`, may turn within half a panel for the rule to be exact to rounding.
const PHASE: f64 = 10.0;
/// Part of the variance that may be left.
const LEFT: f64 = 1e-14;

/// Rate and modes of a stationary intensity `lambda(m + sqrt(v) X)`.
#[derive(Debug, Clone)]
pub(super) struct Modes {
    /// `S = h_0`.
    pub rate: f64,
    /// `h_l^2`, `l = 1, 2, ...`.
    squares: Vec<f64>,
    /// Variance in the orders that follow.
    rest: f64,
}

impl Modes {
    pub fn of(neuron: &Stationary) -> Self {
        if neuron.variance == 0.0 {
            let rate = neuron.gain.intensity(neuron.mean);
            return Self { rate, squares: Vec::new(), rest: 0.0 };
        }
        let panels = Panels { neuron, widest: PHASE / (MOST as f64).sqrt(), narrowest: 0.0 };
        let nodes = panels.nodes(&panels.up_to(REACH));
        let mut functions = HermiteFunctions::new(&nodes);
        let ground: Vec<f64> =
            nodes.iter().zip(functions.values()).map(|(node, psi)| node.weight * psi).collect();
        let total = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>();
        let over = |function: &dyn Fn(f64) -> f64, psi: &[f64]| {
            let terms = nodes.iter().zip(&ground).zip(psi);
            total(&mut terms.map(|((node, ground), psi)| function(node.rate) * ground * psi))
        };
        let rate = over(&|rate| rate, functions.values());
        // Deviations from the rate keep their digits where it hardly varies.
        let variance = over(&|value| (value - rate).powi(2), functions.values());
        let (mut squares, mut rest) = (Vec::new(), variance);
        while squares.len() < MOST && rest > LEFT * variance {
            functions.advance(&nodes);
            let square = over(&|value| value - rate, functions.values()).powi(2);
            squares.push(square);
            rest -= square;
        }
        Self { rate, squares, rest: if rest > LEFT * variance { rest } else { 0.0 } }
    }

    /// `sum_l h_l^2 function(l)`.
    pub fn sum(&self, function: impl Fn(f64) -> f64) -> f64 {
        let orders = (1..=self.squares.len()).rev();
        let terms: f64 = orders.map(|l| self.squares[l - 1] * function(l as f64)).sum();
        let beyond = 2.0 * self.squares.len() as f64;
        if self.rest > 0.0 { terms + self.rest * function(beyond) } else { terms }
    }

    /// The same over the first `modes` alone.
    pub fn sum_of_first(&self, modes: usize, function: impl Fn(f64) -> f64) -> f64 {
        let terms = self.squares.iter().zip(1_u32..).take(modes);
        terms.map(|(square, l)| square * function(f64::from(l))).sum()
    }

    /// `h_l^2`, and the variance beyond.
    #[cfg(test)]
    pub fn parts(&self) -> (&[f64], f64) {
        (&self.squares, self.rest)
    }
}
