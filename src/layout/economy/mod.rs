//! `/power`, `/economy`, `/trade_off` and `/budget`: what a network spends at rest, what its rates are worth, what more precision costs, and the numbers behind.

mod power;
mod trade_off;
mod worth;

use equipoise_energy::budget::{Budget, Constant};
use equipoise_energy::{Findings, Terms};
use equipoise_model::Scenario;
use equipoise_store::{Group, Variable};

use super::{names, variable};

const PRICED: [&str; 1] = ["population"];

/// All groups. `path` is that of the swept field.
pub fn groups(scenario: &Scenario, terms: &Terms, found: &Findings, path: &str) -> Vec<Group> {
    let of = Of { scenario, terms };
    let mut groups = vec![of.power(found), of.economy(found), of.trade_off(&found.sweep, path)];
    groups.extend(terms.budget.as_ref().map(budget));
    groups
}

/// What the groups are of.
struct Of<'a> {
    scenario: &'a Scenario,
    terms: &'a Terms,
}

impl Of<'_> {
    fn time(&self) -> &str {
        &self.scenario.sampling.time_unit
    }

    fn driven(&self) -> &str {
        &self.scenario.network.populations[self.terms.reading.driven].name
    }

    /// The unit of rates and drives.
    fn rate(&self) -> String {
        format!("1/{}", self.time())
    }

    /// That of power.
    fn spent(&self) -> String {
        format!("{}/{}", self.terms.unit(), self.time())
    }

    /// That of efficiency.
    fn per_energy(&self) -> String {
        format!("bit/{}", self.terms.unit())
    }

    fn group(&self, name: &str) -> Group {
        Group::new(name)
            .with_coordinate(names("population", self.scenario.network.population_names()))
            .with_attribute("energy_unit", self.terms.unit())
            .with_attribute("time_unit", self.time())
    }
}

/// `/budget`: the numbers of a tissue, with their sources. What is not known is NaN.
fn budget(budget: &Budget) -> Group {
    type OfConstant = (&'static str, &'static str, fn(&Constant) -> &'static str);
    const CONSTANT: [&str; 1] = ["constant"];
    const TEXTS: [OfConstant; 6] = [
        ("symbol", "symbol of the number", |c| c.symbol),
        ("unit", "its unit", |c| c.unit),
        ("meaning", "what it is", |c| c.meaning),
        ("citation", "who published it", |c| c.citation),
        ("status", "how it is known", |c| c.status.name()),
        ("known", "the text that was read, or the sum that was done", |c| c.known),
    ];
    let constants = budget.constants;
    let numbers = constants.iter().map(|constant| constant.value).collect();
    let known = |value: Option<f64>| value.unwrap_or(f64::NAN);
    let group = Group::new("budget")
        .with_dimension("constant", constants.len())
        .with_variable(variable("number", "the number, in its unit", &CONSTANT, numbers))
        .with_attribute("name", budget.name)
        .with_attribute("title", budget.title)
        .with_attribute("spike", budget.spike)
        .with_attribute("synapses", known(budget.synapses))
        .with_attribute("rest", known(budget.rest))
        .with_attribute("density", known(budget.density));
    TEXTS.into_iter().fold(group, |group, (name, long_name, of)| {
        let texts: Vec<&str> = constants.iter().map(of).collect();
        group.with_variable(Variable::new(name, &CONSTANT, texts).with_long_name(long_name))
    })
}
