//! The table `[energy]`.

use super::Check;
use crate::energy::{BUDGETS, Costs, Energy, OwnBudget, Prices, seconds};
use crate::input::{ProblemKind, Spanned};
use crate::scenario::raw::{Number, RawBudget, RawCost, RawEnergy};

impl Check {
    /// Only where the populations have been read.
    pub(super) fn energy(
        &mut self,
        raw: &RawEnergy,
        populations: &[String],
        time_unit: &str,
    ) -> Energy {
        let threshold = self.by_population("threshold", raw.threshold.as_ref(), 0.0, populations);
        let time_unit_seconds = match &raw.time_unit_seconds {
            Some(seconds) => Some(self.positive("energy.time_unit_seconds", seconds)),
            None => seconds(time_unit),
        };
        let prices = match &raw.budget {
            Some(budget) => {
                if time_unit_seconds.is_none() {
                    let kind = ProblemKind::NoSeconds { time_unit: time_unit.to_owned() };
                    self.problem(kind, budget.span());
                }
                self.budget(budget, raw)
            }
            None => Prices::Given(Costs {
                spike: self.by_population("spike", raw.spike.as_ref(), 1.0, populations),
                rest: self.by_population("rest", raw.rest.as_ref(), 0.0, populations),
                synapse: self.by_population("synapse", raw.synapse.as_ref(), 0.0, populations),
            }),
        };
        Energy { prices, threshold, time_unit_seconds }
    }

    fn budget(&mut self, budget: &Spanned<RawBudget>, raw: &RawEnergy) -> Prices {
        let costs = [("spike", &raw.spike), ("rest", &raw.rest), ("synapse", &raw.synapse)];
        for (cost, given) in costs {
            if let Some(given) = given {
                let field = format!("energy.{cost}");
                self.problem(ProblemKind::Budgeted { field }, given.span());
            }
        }
        match budget.get_ref() {
            RawBudget::Named(name) => {
                if !BUDGETS.contains(&name.as_str()) {
                    let known = BUDGETS.iter().map(|&name| name.to_owned()).collect();
                    let what = "budget";
                    let kind = ProblemKind::Unknown { what, name: name.clone(), known };
                    self.problem(kind, budget.span());
                }
                Prices::Budget(name.clone())
            }
            RawBudget::Own(own) => Prices::Own(OwnBudget {
                spike: self.not_negative("energy.budget.spike", &own.spike),
                synapses: self.not_negative("energy.budget.synapses", &own.synapses),
                rest: self.not_negative("energy.budget.rest", &own.rest),
                density: own
                    .density
                    .as_ref()
                    .map(|density| self.positive("energy.budget.density", density)),
            }),
        }
    }

    /// One number for all populations, or one for each.
    fn by_population(
        &mut self,
        name: &str,
        raw: Option<&Spanned<RawCost>>,
        default: f64,
        populations: &[String],
    ) -> Vec<f64> {
        let field = format!("energy.{name}");
        let Some(raw) = raw else { return vec![default; populations.len()] };
        match raw.get_ref() {
            RawCost::Common(value) => {
                let value = self.not_negative(&field, &Number::new(raw.span(), *value));
                vec![value; populations.len()]
            }
            RawCost::By(costs) => {
                for name in costs.keys() {
                    self.known(name, populations, "a neuron population");
                }
                let mut values = Vec::with_capacity(populations.len());
                for population in populations {
                    let cost = costs.iter().find(|(name, _)| name.get_ref() == population);
                    values.push(if let Some((_, number)) = cost {
                        self.not_negative(&format!("{field}.{population}"), number)
                    } else {
                        let (place, field) = (format!("`{field}`"), population.clone());
                        self.problem(
                            ProblemKind::Missing { place, field, nearest: None },
                            raw.span(),
                        );
                        default
                    });
                }
                values
            }
        }
    }
}
