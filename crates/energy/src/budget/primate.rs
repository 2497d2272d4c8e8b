//! Human cortex: Lennie (2003), as far as it could be confirmed.
//!
//! Only the cost of a spike with all that it causes, and the mean rate that the supply of energy allows. The costs of resting and of maintenance, the number
//! of neurons and the share of synapses that the paper uses could not be read, and are left out.

use super::Budget;
use super::constant::{Constant, Status};

const LENNIE: &str = "Lennie (2003), doi:10.1016/S0960-9822(03)00135-0";

/// A spike, synapses included.
pub const SPIKE: Constant = Constant {
    symbol: "e_spike",
    value: 2.4e9,
    unit: "ATP/spike",
    meaning: "a spike with all that it causes at synapses",
    citation: LENNIE,
    status: Status::Secondary,
    known: "a summary of the paper, two bibliographies and a program agree",
};
/// The mean rate that the cortex can afford.
pub const RATE: Constant = Constant {
    symbol: "f",
    value: 0.16,
    unit: "1/s",
    meaning: "mean firing rate that the cortex can afford",
    citation: LENNIE,
    status: Status::Secondary,
    known: "a review, and a summary of the paper (once in six seconds)",
};
/// ATP that the cortex can make.
pub const SUPPLY: Constant = Constant {
    symbol: "A",
    value: 3.4e21,
    unit: "ATP/min",
    meaning: "supply of the neocortex",
    citation: LENNIE,
    status: Status::Secondary,
    known: "a summary of the paper",
};
/// Spikes of all its neurons.
pub const SPIKES: Constant = Constant {
    symbol: "F",
    value: 3.36e9,
    unit: "1/s",
    meaning: "spikes of all neurons of the neocortex that the supply allows",
    citation: LENNIE,
    status: Status::Secondary,
    known: "a summary of the paper",
};

/// Lennie (2003).
pub const CORTEX_2003: Budget = Budget {
    name: "primate-cortex-2003",
    title: "human cortex (Lennie 2003)",
    spike: SPIKE.value,
    synapses: None,
    rest: None,
    density: None,
    rate: Some(RATE.value),
    constants: &[SPIKE, RATE, SUPPLY, SPIKES],
};

#[cfg(test)]
mod tests {
    use super::super::FreeEnergy;
    use super::super::human::NEOCORTEX_NEURONS;
    use super::*;

    /// Spikes of the neocortex over its rate are its neurons: two sources that know nothing of each other.
    #[test]
    fn spikes_over_rate_are_the_neurons_of_the_neocortex() {
        let neurons = SPIKES.value / RATE.value;
        assert!((neurons / NEOCORTEX_NEURONS.value - 1.0).abs() < 0.03, "{neurons}");
    }

    #[test]
    fn spikes_take_a_seventh_of_the_supply() {
        let part = 60.0 * SPIKE.value * SPIKES.value / SUPPLY.value;
        assert!((part - 0.142).abs() < 1e-3, "{part}");
        // The supply is 4.7 W at 50 kJ/mol: Levy & Calvert (2021) have 3.5 W for communication, two thirds of it or more.
        let supply = FreeEnergy::default().joule(SUPPLY.value / 60.0);
        assert!((supply - 4.705).abs() < 1e-2, "{supply}");
    }
}
