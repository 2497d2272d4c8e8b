//! Rodent cortex: Attwell & Laughlin (2001), and what Howarth, Gleeson & Attwell (2012) changed.
//!
//! Neither full text could be opened. Numbers of abstracts are primary; the others come from a database that quotes the text with its page, and from two
//! reading notes made independently of each other, whose numbers give the abstract's shares when they are put together: the tests below do that.

use super::Budget;
use super::constant::{Constant, Status};

const AL: &str = "Attwell & Laughlin (2001), doi:10.1097/00004647-200110000-00001";
const HOWARTH: &str = "Howarth, Gleeson & Attwell (2012), doi:10.1038/jcbfm.2012.35";
const NOTES: &str = "two reading notes of the paper agree";

/// A constant of Attwell & Laughlin from other than their own text.
const fn secondary(
    symbol: &'static str,
    (value, unit): (f64, &'static str),
    meaning: &'static str,
    known: &'static str,
) -> Constant {
    Constant { symbol, value, unit, meaning, citation: AL, status: Status::Secondary, known }
}

/// Sodium pumped out again after an action potential, in the whole cell.
pub const ACTION_POTENTIAL: Constant = secondary(
    "e_ap",
    (3.84e8, "ATP/spike"),
    "an action potential, along axon and dendrites",
    NOTES,
);
/// Resting potential of a neuron.
pub const REST_OF_NEURON: Constant =
    secondary("R_n", (3.42e8, "ATP/s"), "resting potential of a neuron", NOTES);
/// Resting potential of the glial cell that goes with it.
pub const REST_OF_GLIA: Constant =
    secondary("R_g", (1.02e8, "ATP/s"), "resting potential of the glial cell beside it", NOTES);
/// Everything that a vesicle of glutamate causes.
pub const VESICLE: Constant = secondary(
    "e_ves",
    (1.64e5, "ATP/vesicle"),
    "release of a vesicle, all of its costs before and after the synapse",
    "a reading note, and a bibliography of later work that quotes it",
);
/// Calcium that enters a bouton.
pub const CALCIUM: Constant = secondary(
    "e_ca",
    (1.2e4, "ATP/vesicle"),
    "presynaptic calcium",
    "BioNumbers 108626 quotes the sentence (p. 1136)",
);
/// Glutamate taken up and filled into vesicles again.
pub const RECYCLING: Constant =
    secondary("e_rec", (1.1e4, "ATP/vesicle"), "recycling of glutamate", NOTES);
/// Currents through NMDA and other ionotropic receptors.
pub const RECEPTORS: Constant = secondary(
    "e_ion",
    (1.37e5, "ATP/vesicle"),
    "currents through ionotropic receptors",
    "a reading note quotes the sentence (p. 1138)",
);
/// The part of that through NMDA receptors.
pub const NMDA: Constant = secondary(
    "e_nmda",
    (7.0e4, "ATP/vesicle"),
    "currents through NMDA receptors, a part of e_ion",
    "BioNumbers 108625 quotes the sentence (p. 1136)",
);
/// Sodium that enters through the others.
pub const NON_NMDA: Constant = secondary(
    "n_ampa",
    (2.0e5, "Na+/vesicle"),
    "sodium through other ionotropic receptors, a third of it ATP",
    "a reading note",
);
/// Boutons of an axon.
pub const BOUTONS: Constant = secondary(
    "n_b",
    (8000.0, "boutons/neuron"),
    "boutons of a neuron",
    "a reading note, which also has the product with p_rel",
);
/// Probability that a spike releases a vesicle at a bouton.
pub const RELEASE: Constant = secondary(
    "p_rel",
    (0.25, "vesicles/bouton/spike"),
    "vesicles that a spike releases at a bouton",
    "a reading note, which also has the product with n_b",
);
/// Neurons in a volume of cortex.
pub const DENSITY: Constant = secondary(
    "rho",
    (9.2e7, "neurons/cm3"),
    "density of neurons, also taken as neurons/g",
    "BioNumbers 108672 quotes the sentence (p. 1139)",
);
/// The rate at which the budgets are drawn up.
pub const RATE: Constant = secondary(
    "f",
    (4.0, "1/s"),
    "mean firing rate of the published sums",
    "BioNumbers 108672 quotes the sentence (p. 1139)",
);

/// Sodium that enters by an action potential, over the least that would do, as assumed in 2001 and revised in 2012.
pub const OVERLAP: [Constant; 2] = [
    Constant {
        symbol: "k_2001",
        value: 4.0,
        unit: "1",
        meaning: "excess of sodium entry over its least value, as assumed in 2001",
        citation: HOWARTH,
        status: Status::Secondary,
        known: "a reading note of the paper",
    },
    Constant {
        symbol: "k_2012",
        value: 1.24,
        unit: "1",
        meaning: "the same, measured in pyramidal cells (Carter & Bean 2009)",
        citation: HOWARTH,
        status: Status::Secondary,
        known: "a reading note of the paper; another one has about 1.3",
    },
];
/// The action potential of 2012.
pub const REVISED_ACTION_POTENTIAL: Constant = Constant {
    symbol: "e_ap'",
    value: ACTION_POTENTIAL.value * OVERLAP[1].value / OVERLAP[0].value,
    unit: "ATP/spike",
    meaning: "an action potential, revised",
    citation: HOWARTH,
    status: Status::Arithmetic,
    known: "e_ap k_2012/k_2001; the printed number could not be read, but all five published shares and the published sum follow",
};

/// ATP that the release of vesicles by one spike costs: `n_b p_rel e_ves`.
const SYNAPSES: f64 = BOUTONS.value * RELEASE.value * VESICLE.value;
/// `R_n + R_g`.
const REST: f64 = REST_OF_NEURON.value + REST_OF_GLIA.value;

const CONSTANTS_2001: &[Constant] = &[
    ACTION_POTENTIAL,
    VESICLE,
    BOUTONS,
    RELEASE,
    CALCIUM,
    RECYCLING,
    RECEPTORS,
    NMDA,
    NON_NMDA,
    REST_OF_NEURON,
    REST_OF_GLIA,
    DENSITY,
    RATE,
];
const CONSTANTS_2012: &[Constant] = &[
    REVISED_ACTION_POTENTIAL,
    OVERLAP[0],
    OVERLAP[1],
    ACTION_POTENTIAL,
    VESICLE,
    BOUTONS,
    RELEASE,
    CALCIUM,
    RECYCLING,
    RECEPTORS,
    NMDA,
    NON_NMDA,
    REST_OF_NEURON,
    REST_OF_GLIA,
    DENSITY,
    RATE,
];

/// Attwell & Laughlin (2001).
pub const CORTEX_2001: Budget = Budget {
    name: "rodent-cortex-2001",
    title: "rodent cortex (Attwell & Laughlin 2001)",
    spike: ACTION_POTENTIAL.value,
    synapses: Some(SYNAPSES),
    rest: Some(REST),
    density: Some(DENSITY.value),
    rate: Some(RATE.value),
    constants: CONSTANTS_2001,
};

/// Howarth, Gleeson & Attwell (2012).
pub const CORTEX_2012: Budget = Budget {
    name: "rodent-cortex-2012",
    title: "rodent cortex (Howarth, Gleeson & Attwell 2012)",
    spike: REVISED_ACTION_POTENTIAL.value,
    constants: CONSTANTS_2012,
    ..CORTEX_2001
};

#[cfg(test)]
mod tests {
    use super::super::atp::micromole_per_gram_minute;
    use super::*;

    /// Shares of action potentials, postsynaptic currents, rest, release (calcium and the cycle of vesicles) and recycling of transmitter, in per cent.
    fn shares(budget: &Budget) -> [f64; 5] {
        let vesicles = RATE.value * BOUTONS.value * RELEASE.value;
        // Half a per cent of what a vesicle costs is its own cycle; what remains is postsynaptic.
        let cycling = 0.005 * VESICLE.value;
        let before = [CALCIUM.value + cycling, RECYCLING.value];
        let after = VESICLE.value - before[0] - before[1];
        let total = budget.power(RATE.value).unwrap();
        [
            RATE.value * budget.spike,
            vesicles * after,
            REST,
            vesicles * before[0],
            vesicles * before[1],
        ]
        .map(|part| 100.0 * part / total)
    }

    #[test]
    fn the_published_sums_of_2001_follow() {
        let budget = CORTEX_2001;
        let total = budget.power(4.0).unwrap();
        assert!((total / 3.29e9 - 1.0).abs() < 2e-3, "{total}");
        assert!((budget.whole_spike() / 7.1e8 - 1.0).abs() < 5e-3);
        let specific = micromole_per_gram_minute(total, DENSITY.value);
        assert!((specific / 30.0 - 1.0).abs() < 0.01, "{specific}");
        // For each spike per second: 6.5 umol/g/min, or at 6 ATP per O2 and 22.4 l/mol, 145 ml O2/100 g/h (abstract).
        let each = micromole_per_gram_minute(budget.power(5.0).unwrap() - total, DENSITY.value);
        assert!((each / 6.5 - 1.0).abs() < 0.01, "{each}");
        let oxygen = each * 1e-6 / 6.0 * 60.0 * 100.0 * 22.4e3;
        assert!((oxygen / 145.0 - 1.0).abs() < 0.01, "{oxygen}");
    }

    /// The abstract has 47, 34, 13 and, for recycling, 3 per cent; 13.5 may be printed as 13.
    #[test]
    fn the_shares_of_the_abstract_of_2001_follow() {
        for (share, published) in shares(&CORTEX_2001).into_iter().zip([47.0, 34.0, 13.0, 3.0, 3.0])
        {
            assert!((share - published).abs() < 0.55, "{share} {published}");
        }
    }

    /// The abstract has 21, 50, 20, 5 and 4 per cent.
    #[test]
    fn the_shares_of_the_abstract_of_2012_follow() {
        let found = shares(&CORTEX_2012).map(f64::round);
        assert_eq!(found, [21.0, 50.0, 20.0, 5.0, 4.0]);
        let specific = micromole_per_gram_minute(CORTEX_2012.power(4.0).unwrap(), DENSITY.value);
        assert!((specific / 20.4 - 1.0).abs() < 0.01, "{specific}");
    }

    /// The parts of a vesicle's cost are its whole, but for metabotropic receptors (2 per cent), whose number could not be read.
    #[test]
    fn the_parts_of_a_vesicle_make_the_whole() {
        let parts = RECEPTORS.value + CALCIUM.value + RECYCLING.value;
        let rest = (VESICLE.value - parts) / VESICLE.value;
        assert!((rest - 0.025).abs() < 5e-3, "{rest}");
        // The pump moves three sodium ions for each ATP.
        let receptors = NMDA.value + NON_NMDA.value / 3.0;
        assert!((receptors / RECEPTORS.value - 1.0).abs() < 5e-3, "{receptors}");
    }
}
