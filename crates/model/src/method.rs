//! How a network is simulated.

use serde::{Deserialize, Serialize};

use crate::Network;

/// How the network is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Method {
    /// Exact, target-driven: the default.
    Exact,
    /// Exact, by thinning of (source, target) pairs: the plain reference.
    Thinning,
    /// Many jumps at a time, for large networks: not exact.
    Leap(Leaps),
    /// Exact where that is affordable, leaps where it is not.
    Automatic(Leaps),
}

impl Method {
    /// Its name in a scenario.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Thinning => "thinning",
            Self::Leap(_) => "leap",
            Self::Automatic(_) => "auto",
        }
    }
}

/// How potentiations are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Precision {
    /// 53 bits, 8 bytes for a neuron.
    #[default]
    Double,
    /// 24 bits, 4 bytes for a neuron; what is done with them, and what neurons have in common, is in double precision.
    Single,
}

/// How long the steps of leaps are, and how potentiations are kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Leaps {
    /// Length of all steps, in time units; none where an error estimate chooses it.
    pub step: Option<f64>,
    /// Whether steps resolve the fast time `n^{-1/2}`. Where they do not, what happens within it is right at one time but not
    /// from one time to another.
    pub resolve: bool,
    /// Relative error that a step may have: of the population means, in standard deviations of the potentiation of a neuron.
    pub tolerance: f64,
    /// How potentiations are kept.
    pub precision: Precision,
}

impl Leaps {
    /// The tolerance where none is given.
    pub const TOLERANCE: f64 = 1e-3;
    /// Steps where nothing is said of them.
    pub const DEFAULT: Self = Self {
        step: None,
        resolve: false,
        tolerance: Self::TOLERANCE,
        precision: Precision::Double,
    };
    /// Longest step, in time constants, at a tolerance of 1; it grows with the root of the tolerance.
    const LONGEST: f64 = 2.0;
    /// Fewest neurons of a population that is simulated by leaps.
    pub const FEWEST: usize = 20;

    /// Whether leaps simulate a network: each population has enough neurons for its rate to keep still in a step, and something is
    /// private to each neuron.
    pub fn apply_to(network: &Network) -> bool {
        !Self::are_few(network) && !Self::are_one(network)
    }

    /// Whether a population has too few neurons.
    pub fn are_few(network: &Network) -> bool {
        network.populations.iter().any(|population| population.count < Self::FEWEST)
    }

    /// Whether all neurons receive the same, but for their own spikes.
    pub fn are_one(network: &Network) -> bool {
        network.transmission.input_correlation() >= 1.0 && network.externals.is_empty()
    }

    /// A step longer than all that are taken where an error estimate chooses it, for the shortest time constant of a network.
    pub fn longest(&self, time_constant: f64) -> f64 {
        Self::LONGEST * self.tolerance.sqrt() * time_constant
    }
}

impl Default for Leaps {
    fn default() -> Self {
        Self::DEFAULT
    }
}
