//! From molecules of ATP to joule, watt, and what physiologists measure.
//!
//! ```text
//! one ATP = dG/N_A joule;    1 umol/g/min = 1e-6 N_A/60 ATP/g/s;    power density = ATP/s per neuron x neurons per g x dG/N_A
//! ```

use super::constant::{Constant, Status};

/// `N_A`, exact since 2019.
pub const AVOGADRO: Constant = Constant {
    symbol: "N_A",
    value: 6.022_140_76e23,
    unit: "1/mol",
    meaning: "Avogadro constant",
    citation: "International System of Units (2019)",
    status: Status::Definition,
    known: "exact by definition",
};

/// `dG`, what the hydrolysis of a mole of ATP sets free in a cell, unless the user says otherwise.
pub const FREE_ENERGY: Constant = Constant {
    symbol: "dG",
    value: 50.0,
    unit: "kJ/mol",
    meaning: "free energy of ATP in a cell",
    citation: "textbook value; Moujahid, d'Anjou & Grana (2014), doi:10.3389/fncom.2014.00041, are cited for it",
    status: Status::Assumption,
    known: "programs and a textbook page quote it; the budgets are in ATP, and which value their authors would take could not be read",
};

/// Seconds in a minute.
const MINUTE: f64 = 60.0;

/// The free energy of ATP, for conversions.
///
/// ```
/// use equipoise_energy::budget::FreeEnergy;
/// let atp = FreeEnergy::default();
/// assert!((atp.joule(1.0) - 8.3027e-20).abs() < 1e-24);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FreeEnergy {
    /// kJ/mol, above 0.
    pub kilojoule_per_mole: f64,
}

impl Default for FreeEnergy {
    fn default() -> Self {
        Self { kilojoule_per_mole: FREE_ENERGY.value }
    }
}

impl FreeEnergy {
    /// Joule of so many molecules of ATP; or watt of so many a second.
    pub fn joule(self, molecules: f64) -> f64 {
        molecules * self.kilojoule_per_mole * 1e3 / AVOGADRO.value
    }

    /// mW/g of a specific use in umol ATP/g/min.
    pub fn milliwatt_per_gram(self, micromole_per_gram_minute: f64) -> f64 {
        self.joule(molecules_per_gram_second(micromole_per_gram_minute)) * 1e3
    }
}

/// ATP/g/s of a specific use in umol/g/min.
fn molecules_per_gram_second(micromole_per_gram_minute: f64) -> f64 {
    micromole_per_gram_minute * 1e-6 * AVOGADRO.value / MINUTE
}

/// Specific use in umol/g/min of neurons that use so many ATP/s each, so many of them in a gram.
pub fn micromole_per_gram_minute(molecules_per_second: f64, neurons_per_gram: f64) -> f64 {
    molecules_per_second * neurons_per_gram / molecules_per_gram_second(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_molecule_is_worth_the_free_energy_of_a_mole_over_avogadro() {
        let atp = FreeEnergy { kilojoule_per_mole: 50.0 };
        // 50e3/6.02214076e23, by hand.
        assert!((atp.joule(1.0) / 8.302_695e-20 - 1.0).abs() < 1e-6, "{}", atp.joule(1.0));
        assert!((atp.joule(AVOGADRO.value) - 5e4).abs() < 1e-9);
        let more = FreeEnergy { kilojoule_per_mole: 60.0 };
        assert!((more.joule(1.0) / atp.joule(1.0) - 1.2).abs() < 1e-14);
    }

    #[test]
    fn specific_use_goes_there_and_back() {
        // A mole a second in 60e6 g is 1 umol/g/min.
        let use_of = micromole_per_gram_minute(AVOGADRO.value, 1.0 / 60e6);
        assert!((use_of - 1.0).abs() < 1e-12, "{use_of}");
        // 30 umol/g/min = 0.5 umol/g/s, at 50 kJ/mol 25 mW/g.
        let density = FreeEnergy::default().milliwatt_per_gram(30.0);
        assert!((density - 25.0).abs() < 1e-12, "{density}");
    }
}
