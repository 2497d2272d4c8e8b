//! Hermite modes of the intensity.

use equipoise_model::GainFunction;

use super::StationaryNeuron;
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
    /// `h_l`, `l = 1, 2, ...`.
    values: Vec<f64>,
    /// Most modes that are taken.
    most: usize,
    /// Variance in the orders that follow.
    rest: f64,
}

impl Modes {
    pub fn of(neuron: &StationaryNeuron) -> Self {
        Self::up_to(neuron, MOST)
    }

    /// No more than these.
    pub fn up_to(neuron: &StationaryNeuron, most: usize) -> Self {
        if neuron.variance == 0.0 {
            let rate = neuron.gain.intensity(neuron.mean);
            return Self { rate, values: Vec::new(), most, rest: 0.0 };
        }
        let panels = Panels { neuron, widest: PHASE / (most as f64).sqrt(), narrowest: 0.0 };
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
        let (mut values, mut rest) = (Vec::new(), variance);
        while values.len() < most && rest > LEFT * variance {
            functions.advance(&nodes);
            let mode = over(&|value| value - rate, functions.values());
            values.push(mode);
            rest -= mode * mode;
        }
        Self { rate, values, most, rest: if rest > LEFT * variance { rest } else { 0.0 } }
    }

    /// `sum_l h_l^2 function(l)`.
    pub fn sum(&self, function: impl Fn(f64) -> f64) -> f64 {
        let indices = (0..self.count()).rev();
        indices.map(|index| self.mode(index).powi(2) * function(self.order(index))).sum()
    }

    /// How many indices have a mode.
    pub fn count(&self) -> usize {
        self.values.len() + usize::from(self.rest > 0.0)
    }

    /// `h_l` of order `l = order(index)`; what is left of the variance after the last one that is taken counts as one mode more.
    pub fn mode(&self, index: usize) -> f64 {
        match self.values.get(index) {
            Some(value) => *value,
            None if index == self.most => self.rest.sqrt(),
            None => 0.0,
        }
    }

    /// `l`, from 1 on; twice the last order for what is left.
    pub fn order(&self, index: usize) -> f64 {
        if index == self.most { 2.0 * self.most as f64 } else { (index + 1) as f64 }
    }

    /// `h_l^2`, and the variance beyond.
    #[cfg(test)]
    pub fn parts(&self) -> (Vec<f64>, f64) {
        (self.values.iter().map(|mode| mode * mode).collect(), self.rest)
    }
}
