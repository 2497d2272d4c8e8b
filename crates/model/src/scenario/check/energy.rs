//! The table `[energy]`.

use toml::Spanned;

use super::Check;
use crate::energy::{BUDGETS, Costs, Energy, Prices};
use crate::scenario::problem::ProblemKind;
use crate::scenario::raw::{Number, RawCost, RawEnergy};

impl Check {
    /// Only where the populations have been read.
    pub(super) fn energy(&mut self, raw: &RawEnergy, populations: &[String]) -> Energy {
        let threshold = self.by_population("threshold", raw.threshold.as_ref(), 0.0, populations);
        let time_unit_seconds = raw
            .time_unit_seconds
            .as_ref()
            .map(|seconds| self.positive("energy.time_unit_seconds", seconds));
        let prices = match &raw.budget {
            Some(name) => self.budget(name, raw),
            None => Prices::Given(Costs {
                spike: self.by_population("spike", raw.spike.as_ref(), 1.0, populations),
                rest: self.by_population("rest", raw.rest.as_ref(), 0.0, populations),
                synapse: self.by_population("synapse", raw.synapse.as_ref(), 0.0, populations),
            }),
        };
        Energy { prices, threshold, time_unit_seconds }
    }

    fn budget(&mut self, name: &Spanned<String>, raw: &RawEnergy) -> Prices {
        if !BUDGETS.contains(&name.get_ref().as_str()) {
            let known = BUDGETS.iter().map(|&name| name.to_owned()).collect();
            let kind = ProblemKind::Unknown { what: "budget", name: name.get_ref().clone(), known };
            self.problem(kind, name.span());
        }
        let costs = [("spike", &raw.spike), ("rest", &raw.rest), ("synapse", &raw.synapse)];
        for (cost, given) in costs {
            if let Some(given) = given {
                let field = format!("energy.{cost}");
                self.problem(ProblemKind::Budgeted { field }, given.span());
            }
        }
        Prices::Budget(name.get_ref().clone())
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
                        self.problem(ProblemKind::Missing { place, field }, raw.span());
                        default
                    });
                }
                values
            }
        }
    }
}
