//! What activity costs, as a scenario says it.

/// Names of the budgets in ATP that a scenario can ask for; their numbers are `equipoise_energy`'s.
pub const BUDGETS: &[&str] = &["rodent-cortex-2001", "rodent-cortex-2012", "primate-cortex-2003"];

/// What each event costs in each neuron population, in units of energy that the scenario chooses.
#[derive(Debug, Clone, PartialEq)]
pub struct Costs {
    /// `e_spike`, of one spike of a neuron; shape `P`.
    pub spike: Vec<f64>,
    /// `e_rest`, of one neuron in one time unit; shape `P`.
    pub rest: Vec<f64>,
    /// `e_syn`, of one jump that a neuron receives, from whichever source; shape `P`, by target.
    pub synapse: Vec<f64>,
}

/// A budget in ATP that a scenario brings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OwnBudget {
    /// ATP of a spike.
    pub spike: f64,
    /// ATP of all that a spike does at synapses.
    pub synapses: f64,
    /// ATP/s of a neuron at rest.
    pub rest: f64,
    /// Neurons in a gram, if the scenario says so.
    pub density: Option<f64>,
}

/// Where the costs come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Prices {
    /// The scenario gives them.
    Given(Costs),
    /// A budget of this name, one of [`BUDGETS`].
    Budget(String),
    /// A budget of its own.
    Own(OwnBudget),
}

/// The table `[energy]`: without it nothing is accounted for.
#[derive(Debug, Clone, PartialEq)]
pub struct Energy {
    /// What events cost.
    pub prices: Prices,
    /// `theta_a` of the activity energy, the sum over neurons of `(lambda_a(z) - theta_a)^2`, per time unit; shape `P`.
    pub threshold: Vec<f64>,
    /// How many seconds the scenario's time unit is, if it says so or has a unit that [`seconds`] knows.
    pub time_unit_seconds: Option<f64>,
}

/// Seconds of a time unit that is known by its name.
///
/// ```
/// assert_eq!(equipoise_model::energy::seconds("ms"), Some(1e-3));
/// assert_eq!(equipoise_model::energy::seconds("tau"), None);
/// ```
pub fn seconds(time_unit: &str) -> Option<f64> {
    match time_unit {
        "s" => Some(1.0),
        "ms" => Some(1e-3),
        "us" => Some(1e-6),
        _ => None,
    }
}
