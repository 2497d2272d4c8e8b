//! `/power`: what the stationary states spend.

use equipoise_energy::budget::atp::micromole_per_gram_minute;
use equipoise_energy::budget::{Budget, Scaled};
use equipoise_energy::expenses::fires;
use equipoise_energy::findings::State;
use equipoise_energy::{Findings, Power};
use equipoise_store::{Group, Variable};

use super::super::variable;
use super::{Of, PRICED};

const STATES: [&str; 2] = ["limit", "finite_n"];
const STATE: [&str; 1] = ["state"];
const SPENT: [&str; 2] = ["state", "population"];

type Part = (&'static str, &'static str, fn(&Power) -> &Vec<f64>);
type Sum = (&'static str, &'static str, fn(&Power) -> f64);

/// Of each population.
const PARTS: [Part; 3] = [
    ("power_spike", "power of spikes, summed over the population", |p| &p.spike),
    ("power_synapse", "power of jumps received, summed over the population", |p| &p.synapse),
    ("power_rest", "power at rest, summed over the population", |p| &p.rest),
];
/// Of the network.
const SUMS: [Sum; 2] = [
    ("communication", "power of spikes and synapses, of the network", Power::communication),
    ("upkeep", "power of the rest, of the network", Power::upkeep),
];

/// What the power of a neuron amounts to, with a budget.
struct Amount {
    scaled: Scaled,
    /// umol ATP/g/min.
    metabolism: Option<f64>,
}

type OfAmount = (&'static str, &'static str, &'static str, fn(&Amount) -> f64);

const AMOUNTS: [OfAmount; 5] = [
    ("neuron_power", "power of a neuron, on average", "W", |a| a.scaled.neuron),
    ("specific_power", "power of a gram of such neurons", "mW/g", |a| {
        a.scaled.milliwatt_per_gram.unwrap_or(f64::NAN)
    }),
    ("metabolism", "ATP that a gram of such neurons takes", "umol/g/min", |a| {
        a.metabolism.unwrap_or(f64::NAN)
    }),
    ("neocortex_power", "power of a human neocortex of such neurons", "W", |a| a.scaled.neocortex),
    ("brain_power", "power of a human brain of such neurons", "W", |a| a.scaled.brain),
];

impl Of<'_> {
    /// The group. Of a state that there is none of all values are NaN, and an attribute says why.
    pub(super) fn power(&self, found: &Findings) -> Group {
        let network = &self.scenario.network;
        let populations = network.population_count();
        let states = [&found.limit, &found.finite];
        let each = |of: &dyn Fn(&State) -> Vec<f64>| -> Vec<f64> {
            let missing = || vec![f64::NAN; populations];
            states.iter().flat_map(|s| s.as_ref().map_or_else(|_| missing(), of)).collect()
        };
        let counts: Vec<i64> = network.populations.iter().map(|p| p.count as i64).collect();
        let rates = each(&|state| state.rates.iter().map(|rate| fires(network, *rate)).collect());
        let rates = variable("rate", "fires of a neuron", &SPENT, rates).with_units(&self.rate());
        let mut group = self
            .group("power")
            .with_coordinate(Variable::coordinate("state", STATES.to_vec()).with_long_name(
                "stable fixed point of the limit, and stationary state of one network",
            ))
            .with_variable(
                Variable::new("neurons", &PRICED, counts)
                    .with_long_name("members of the population"),
            )
            .with_variable(rates);
        for (name, long_name, of) in PARTS {
            let values = each(&|state| of(&state.power).clone());
            let variable = variable(name, long_name, &SPENT, values);
            group = group.with_variable(variable.with_units(&self.spent()));
        }
        for (name, long_name, of) in SUMS {
            let values = states.iter().map(|s| s.as_ref().map_or(f64::NAN, |s| of(&s.power)));
            let variable = variable(name, long_name, &STATE, values.collect());
            group = group.with_variable(variable.with_units(&self.spent()));
        }
        for (name, state) in STATES.into_iter().zip(states) {
            if let Err(reason) = state {
                group = group.with_attribute(&format!("no_{name}"), reason.as_str());
            }
        }
        match &self.terms.budget {
            Some(budget) => self.with_amounts(group, budget, states),
            None => group,
        }
    }

    fn with_amounts(
        &self,
        group: Group,
        budget: &Budget,
        states: [&Result<State, String>; 2],
    ) -> Group {
        let terms = self.terms;
        let neurons = self.scenario.network.neuron_count() as f64;
        let amount = |state: &State| {
            let molecules = state.power.total() / neurons / terms.seconds;
            let per_gram = |density| micromole_per_gram_minute(molecules, density);
            Amount {
                scaled: Scaled::new(molecules, budget.density, terms.free_energy),
                metabolism: budget.density.map(per_gram),
            }
        };
        let group = group
            .with_attribute("seconds_per_time_unit", terms.seconds)
            .with_attribute("free_energy_kilojoule_per_mole", terms.free_energy.kilojoule_per_mole);
        AMOUNTS.into_iter().fold(group, |group, (name, long_name, unit, of)| {
            let values = states.map(|s| s.as_ref().map_or(f64::NAN, |state| of(&amount(state))));
            let variable = variable(name, long_name, &STATE, values.to_vec());
            group.with_variable(variable.with_units(unit))
        })
    }
}
