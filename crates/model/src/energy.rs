//! What activity costs, as a scenario says it.

/// Names of the budgets in ATP that a scenario can ask for; their numbers are `equipoise_energy`'s.
pub const BUDGETS: &[&str] = &[];

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

/// Where the costs come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Prices {
    /// The scenario gives them.
    Given(Costs),
    /// A budget of this name, one of [`BUDGETS`].
    Budget(String),
}

/// The table `[energy]`: without it nothing is accounted for.
#[derive(Debug, Clone, PartialEq)]
pub struct Energy {
    /// What events cost.
    pub prices: Prices,
    /// `theta_a` of the activity energy, the sum over neurons of `(lambda_a(z) - theta_a)^2`, per time unit; shape `P`.
    pub threshold: Vec<f64>,
    /// How many seconds the scenario's time unit is, if it says so.
    pub time_unit_seconds: Option<f64>,
}
