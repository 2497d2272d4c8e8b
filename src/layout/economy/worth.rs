//! `/economy`: bits per energy of each population in each code, and what neurons pay.

use equipoise_energy::economy::Code;
use equipoise_energy::findings::Economised;
use equipoise_energy::{Expenses, Findings};
use equipoise_store::{Group, Variable};

use super::super::variable;
use super::{Of, PRICED};

const PLACE: [&str; 2] = ["population", "code"];
const CODES: usize = Code::ALL.len();

impl Of<'_> {
    /// The group. Where there is no economy all of its values are NaN, and an attribute says why.
    pub(super) fn economy(&self, found: &Findings) -> Group {
        let network = &self.scenario.network;
        let rows = found.economy.as_deref().unwrap_or_default();
        let mut reasons = vec![String::new(); CODES * network.population_count()];
        for row in rows {
            if let Err(reason) = &row.drive {
                reasons[place(row)].clone_from(reason);
            }
        }
        let group = self
            .group("economy")
            .with_coordinate(
                Variable::coordinate("code", Code::ALL.map(Code::name).to_vec())
                    .with_long_name("which counts in a window are told apart"),
            )
            .with_variable(
                Variable::new("reason", &PLACE, reasons).with_long_name("why no drive leads there"),
            )
            .with_attribute("window", self.terms.window)
            .with_attribute("driven", self.driven());
        let group = self.with_places(self.with_expenses(group), rows);
        match &found.economy {
            Err(reason) => group.with_attribute("no_economy", reason.as_str()),
            Ok(_) => group,
        }
    }

    fn with_expenses(&self, group: Group) -> Group {
        type OfExpenses = (&'static str, &'static str, fn(&Expenses) -> f64);
        const EXPENSES: [OfExpenses; 3] = [
            ("spike", "what a spike costs", |e| e.spike),
            ("synapses", "what all the jumps that it causes cost", |e| e.synapses),
            ("rest", "what a neuron at rest costs", |e| e.rest),
        ];
        let network = &self.scenario.network;
        let expenses = Expenses::new(network, &self.terms.costs(network));
        EXPENSES.into_iter().fold(group, |group, (name, long_name, of)| {
            let units = if name == "rest" { self.spent() } else { self.terms.unit().to_owned() };
            let values = expenses.iter().map(of).collect();
            group.with_variable(variable(name, long_name, &PRICED, values).with_units(&units))
        })
    }

    fn with_places(&self, group: Group, rows: &[Economised]) -> Group {
        type OfRow<'a> = (&'static str, &'static str, &'a str, fn(&Economised) -> f64);
        let (rate, per_energy) = (self.rate(), self.per_energy());
        let bits = format!("bit/{}", self.time());
        let drive = "drive of the driven population that leads to the best rate in the limit";
        let all: [OfRow<'_>; 6] = [
            ("rate", "fires of a neuron", &rate, |row| row.place.rate),
            ("information", "entropy of its counts", &bits, |row| row.place.information),
            ("efficiency", "bits per energy", &per_energy, |row| row.place.efficiency),
            ("best_rate", "rate with the most bits per energy", &rate, |row| row.optimum.rate),
            ("best_efficiency", "bits per energy there", &per_energy, |r| r.optimum.efficiency),
            ("drive", drive, &rate, |row| {
                row.drive.as_ref().map_or(f64::NAN, |reached| reached.drive)
            }),
        ];
        all.into_iter().fold(group, |group, (name, long_name, units, of)| {
            let mut values = vec![f64::NAN; CODES * self.scenario.network.population_count()];
            for row in rows {
                values[place(row)] = of(row);
            }
            group.with_variable(variable(name, long_name, &PLACE, values).with_units(units))
        })
    }
}

/// Of a row among populations and codes.
fn place(row: &Economised) -> usize {
    row.population * CODES + row.code as usize
}
