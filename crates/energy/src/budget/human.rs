//! The human brain as a whole, to which the power of a neuron is scaled, and what communication and computation take of its power.

use super::constant::{Constant, Status};

const HERCULANO: &str = "Herculano-Houzel (2011), doi:10.1371/journal.pone.0017514";
const LEVY_CALVERT: &str = "Levy & Calvert (2021), doi:10.1073/pnas.2008173118";
const TABLE: &str = "Table 1 of the paper";
const ABSTRACT: &str = "abstract of the paper";

/// Neurons of a human brain.
pub const BRAIN_NEURONS: Constant = Constant {
    symbol: "N_brain",
    value: 86.06e9,
    unit: "neurons",
    meaning: "neurons of the human brain",
    citation: HERCULANO,
    status: Status::Primary,
    known: TABLE,
};
/// Its mass.
pub const BRAIN_MASS: Constant = Constant {
    symbol: "M_brain",
    value: 1508.91,
    unit: "g",
    meaning: "mass of the human brain",
    citation: HERCULANO,
    status: Status::Primary,
    known: TABLE,
};
/// Neurons of a human neocortex.
pub const NEOCORTEX_NEURONS: Constant = Constant {
    symbol: "N_cortex",
    value: 21.5e9,
    unit: "neurons",
    meaning: "neurons of the human neocortex",
    citation: "Pakkenberg & Gundersen (1997), J. Comp. Neurol. 384:312",
    status: Status::Secondary,
    known: "a reference work quotes it",
};
/// Power of a human brain.
pub const BRAIN_POWER: Constant = Constant {
    symbol: "P_brain",
    value: 20.0,
    unit: "W",
    meaning: "power of the human brain",
    citation: "Balasubramanian (2021), PMC8364152",
    status: Status::Primary,
    known: "first paragraph of the paper",
};
/// Power of communication in the human cortex.
pub const COMMUNICATION: Constant = Constant {
    symbol: "P_comm",
    value: 3.5,
    unit: "W",
    meaning: "power that communication takes in the human cortex",
    citation: LEVY_CALVERT,
    status: Status::Primary,
    known: ABSTRACT,
};
/// Power of computation in the human cortex.
pub const COMPUTATION: Constant = Constant {
    symbol: "P_comp",
    value: 0.1,
    unit: "W",
    meaning: "power that computation takes in the human cortex, in ATP",
    citation: LEVY_CALVERT,
    status: Status::Primary,
    known: ABSTRACT,
};

/// All of them.
pub const CONSTANTS: [Constant; 6] =
    [BRAIN_NEURONS, BRAIN_MASS, NEOCORTEX_NEURONS, BRAIN_POWER, COMMUNICATION, COMPUTATION];

#[cfg(test)]
mod tests {
    use super::*;

    /// The title of the paper.
    #[test]
    fn communication_takes_thirty_five_times_as_much_as_computation() {
        assert!((COMMUNICATION.value / COMPUTATION.value - 35.0).abs() < 1e-12);
    }

    #[test]
    fn the_brain_takes_some_ten_milliwatt_per_gram() {
        let density = 1e3 * BRAIN_POWER.value / BRAIN_MASS.value;
        assert!((density - 13.25).abs() < 0.01, "{density}");
    }
}
