//! One jump of one neuron.

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
