//! One jump of one neuron, one spike of one neuron.

/// One jump: source population `b`, target neuron `(a, k)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jump {
    /// When.
    pub time: f64,
    /// Source population `b`, in the order of [`source_names`](equipoise_model::Network::source_names).
    pub source_population: usize,
    /// Source neuron `j` within `b`, where the method draws one.
    pub source_neuron: Option<usize>,
    /// Target population `a`.
    pub target_population: usize,
    /// Target neuron `k` within `a`.
    pub target_neuron: usize,
}

/// One spike of neuron `(b, j)`, under shared transmission or release: the targets that it reaches jump at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spike {
    /// When.
    pub time: f64,
    /// Population `b`.
    pub population: usize,
    /// Neuron `j` within `b`.
    pub neuron: usize,
}
