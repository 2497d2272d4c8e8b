//! What is asked: costs, budget, seconds, and what the command line or the scenario has left open.

use equipoise::energy::budget::FreeEnergy;
use equipoise::energy::budget::rodent::CORTEX_2012;
use equipoise::energy::precision::Reading;
use equipoise::energy::{Budget, Terms};
use equipoise::limit::Order;
use equipoise::model::energy::{BUDGETS, seconds};
use equipoise::model::{Prices, Scenario};
use miette::miette;

use super::super::arguments::Energy as Arguments;
use super::super::failure::Failure;

/// Seconds of a time unit of which nobody says how long it is: about a membrane's time constant.
const ASSUMED_SECONDS: f64 = 0.01;
/// Seconds in which spikes are told apart.
const WINDOW_SECONDS: f64 = 2.5e-3;

/// Windows of counts that tell the drive, in units of the slowest time constant.
const READOUT: f64 = 10.0;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// What events cost, and how spikes are read.
    pub terms: Terms,
    /// What was assumed, for people.
    pub notes: Vec<String>,
}

impl Question {
    pub fn new(scenario: &Scenario, arguments: &Arguments) -> Result<Self, Failure> {
        let mut notes = Vec::new();
        let budget = budget(scenario, arguments, &mut notes)?;
        let seconds = if budget.is_some() { duration(scenario, &mut notes) } else { f64::NAN };
        let given = match scenario.energy.as_ref().map(|energy| &energy.prices) {
            Some(Prices::Given(costs)) if budget.is_none() => Some(costs.clone()),
            _ => None,
        };
        if let Some(budget) = budget.filter(|budget| budget.rest.is_none()) {
            let title = budget.title;
            notes.push(format!("what resting costs in {title} is not known and counts as 0"));
        }
        let window = arguments.window.unwrap_or_else(|| {
            let constants = scenario.network.populations.iter().map(|p| p.time_constant);
            let shortest = constants.fold(f64::INFINITY, f64::min);
            if seconds.is_nan() { 0.1 * shortest } else { WINDOW_SECONDS / seconds }
        });
        let free_energy = FreeEnergy { kilojoule_per_mole: arguments.kilojoule_per_mole };
        let constants = scenario.network.populations.iter().map(|p| p.time_constant);
        let slowest = constants.fold(0.0, f64::max);
        let reading = Reading {
            driven: driven(scenario, arguments)?,
            time: arguments.at,
            window: arguments.readout.unwrap_or(READOUT * slowest),
            order: Order::First,
        };
        let terms = Terms { budget, given, seconds, free_energy, window, reading };
        Ok(Self { terms, notes })
    }
}

/// The budget that the command line names, else the scenario's, else a default if the scenario has no costs at all.
fn budget(
    scenario: &Scenario,
    arguments: &Arguments,
    notes: &mut Vec<String>,
) -> Result<Option<Budget>, Failure> {
    if let Some(name) = &arguments.budget {
        let budget = Budget::named(name).ok_or_else(|| {
            Failure::Usage(miette!(
                help = format!("the budgets are {}", BUDGETS.join(", ")),
                "--budget {name}: there is no such budget"
            ))
        });
        return budget.map(Some);
    }
    if let Some(energy) = &scenario.energy {
        return Ok(Budget::of(&energy.prices));
    }
    notes.push(format!(
        "the scenario has no table [energy]; taken is the budget {}, --budget takes another",
        CORTEX_2012.name
    ));
    Ok(Some(CORTEX_2012))
}

fn duration(scenario: &Scenario, notes: &mut Vec<String>) -> f64 {
    let unit = &scenario.sampling.time_unit;
    let said = scenario.energy.as_ref().and_then(|energy| energy.time_unit_seconds);
    said.or_else(|| seconds(unit)).unwrap_or_else(|| {
        notes.push(format!(
            "the time unit `{unit}` is taken for {ASSUMED_SECONDS} s; energy.time_unit_seconds says it"
        ));
        ASSUMED_SECONDS
    })
}

fn driven(scenario: &Scenario, arguments: &Arguments) -> Result<usize, Failure> {
    let names = scenario.network.population_names();
    let Some(name) = &arguments.drive else { return Ok(0) };
    names.iter().position(|other| other == name).ok_or_else(|| {
        Failure::Usage(miette!(
            help = format!("the neuron populations are {}", names.join(", ")),
            "--drive {name}: there is no such population"
        ))
    })
}
