//! Budgets in ATP of named tissues.
//!
//! A neuron of a tissue pays for each spike and for resting; what a spike does at synapses, it pays with the spike, whatever the number of targets in the
//! network: the neuron of a budget has the boutons of its tissue, and an all-to-all network as many synapses as it has neurons.
//!
//! * [`constant`]: numbers with their sources; [`atp`]: from ATP to joule and watt;
//! * [`rodent`], [`primate`]: tissues; [`human`]: the brain as a whole; [`brain`]: from a neuron's power to a gram and a brain.

pub mod atp;
pub mod brain;
pub mod constant;
pub mod human;
pub mod primate;
pub mod rodent;

pub use atp::FreeEnergy;
pub use brain::Scaled;
pub use constant::{Constant, Status};

use equipoise_model::{Costs, Network, OwnBudget, Prices};

use crate::expenses::fan_out;

/// What a neuron of a tissue spends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// Its name in scenarios and on the command line.
    pub name: &'static str,
    /// The tissue and who drew the budget up.
    pub title: &'static str,
    /// ATP of a spike; where `synapses` is not known by itself, with all that it causes there.
    pub spike: f64,
    /// ATP of all that a spike causes at synapses.
    pub synapses: Option<f64>,
    /// ATP/s of a neuron that does not fire, with its glia; none where it could not be confirmed.
    pub rest: Option<f64>,
    /// Neurons per gram, which is taken for a cubic centimetre.
    pub density: Option<f64>,
    /// Spikes per second for which the budget was drawn up, if it was for one.
    pub rate: Option<f64>,
    /// The numbers behind it.
    pub constants: &'static [Constant],
}

/// All tissues.
pub const TISSUES: [Budget; 3] = [rodent::CORTEX_2001, rodent::CORTEX_2012, primate::CORTEX_2003];

impl Budget {
    /// The budget of this name.
    ///
    /// ```
    /// use equipoise_energy::Budget;
    /// let budget = Budget::named("rodent-cortex-2001").unwrap();
    /// assert_eq!(budget.spike, 3.84e8); // ATP per action potential
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        TISSUES.into_iter().find(|budget| budget.name == name)
    }

    /// The budget that a scenario asks for or brings; none where it gives its costs in units of its own.
    pub fn of(prices: &Prices) -> Option<Self> {
        match prices {
            Prices::Budget(name) => Self::named(name),
            Prices::Own(own) => Some(Self::own(own)),
            Prices::Given(_) => None,
        }
    }

    fn own(own: &OwnBudget) -> Self {
        Self {
            name: "own",
            title: "the scenario's own budget",
            spike: own.spike,
            synapses: Some(own.synapses),
            rest: Some(own.rest),
            density: own.density,
            rate: None,
            constants: &[],
        }
    }

    /// ATP of a spike and of all that it causes.
    pub fn whole_spike(&self) -> f64 {
        self.spike + self.synapses.unwrap_or(0.0)
    }

    /// What events cost in a network whose time unit has so many seconds, in ATP. A jump costs its part of what a spike does at synapses, so that a spike costs what it
    /// does in the tissue, however many neurons the network has. Where the cost of resting is not known it counts as 0.
    pub fn costs(&self, network: &Network, seconds: f64) -> Costs {
        let jumps = fan_out(network);
        // A neuron alone sends no jumps.
        let jump = if jumps > 0.0 { self.synapses.unwrap_or(0.0) / jumps } else { 0.0 };
        let each = |cost: f64| vec![cost; network.population_count()];
        Costs {
            spike: each(self.spike),
            rest: each(self.rest.unwrap_or(0.0) * seconds),
            synapse: each(jump),
        }
    }

    /// ATP/s of a neuron that fires at this rate (1/s); none where the cost of resting is not known.
    pub fn power(&self, rate: f64) -> Option<f64> {
        Some(self.rest? + rate * self.whole_spike())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Expenses;
    use equipoise_model::Scenario;
    use equipoise_model::scenario::overrides::apply;

    #[test]
    fn names_are_found_and_different() {
        for (place, budget) in TISSUES.iter().enumerate() {
            assert_eq!(Budget::named(budget.name), Some(*budget));
            assert!(TISSUES[..place].iter().all(|other| other.name != budget.name));
        }
        assert_eq!(Budget::named("octopus"), None);
        // Those that scenarios can name, in the same order.
        let names: Vec<&str> = TISSUES.iter().map(|budget| budget.name).collect();
        assert_eq!(names, equipoise_model::energy::BUDGETS);
    }

    /// A spike costs what it does in the tissue, in networks of any size and transmission.
    #[test]
    fn a_spike_costs_the_same_in_every_network() {
        let pair = include_str!("../../../../scenarios/inhibition-stabilised.toml");
        for (n, transmission) in
            [(10, "independent"), (1000, "shared"), (50, "{ release_probability = 0.3 }")]
        {
            let overrides = [format!("n={n}"), format!("transmission={transmission}")];
            let text = apply(pair, &overrides).unwrap();
            let network = Scenario::parse("pair", &text).unwrap().network;
            let costs = rodent::CORTEX_2012.costs(&network, 0.01);
            for expenses in Expenses::new(&network, &costs) {
                let whole = rodent::CORTEX_2012.whole_spike();
                assert!((expenses.whole_spike() / whole - 1.0).abs() < 1e-12, "{expenses:?}");
                // Of a hundredth of a second, at 4 per second.
                let power = 100.0 * expenses.power(0.04);
                assert!((power / rodent::CORTEX_2012.power(4.0).unwrap() - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn every_constant_says_what_it_is_and_where_it_is_from() {
        let tissues = TISSUES.iter().flat_map(|budget| budget.constants);
        let general = [atp::AVOGADRO, atp::FREE_ENERGY];
        for constant in tissues.chain(&general).chain(&human::CONSTANTS) {
            assert!(constant.value > 0.0 && constant.value.is_finite(), "{constant:?}");
            for text in [constant.symbol, constant.unit, constant.meaning, constant.known] {
                assert!(!text.is_empty(), "{constant:?}");
            }
            assert!(constant.citation.contains("(2") || constant.citation.contains("(1"));
        }
    }
}
