//! What a network spends at rest, what its spikes are worth, and how the two go together: what is asked, with what a scenario leaves open, and what is found.

use equipoise_energy::budget::FreeEnergy;
use equipoise_energy::budget::rodent::CORTEX_2012;
use equipoise_energy::findings::{Swept, worth};
use equipoise_energy::precision::{Reading, strengthened};
use equipoise_energy::{Budget, Findings, Terms};
use equipoise_limit::Order;
use equipoise_model::energy::{BUDGETS, seconds};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Network, Prices, Scenario};
use miette::{IntoDiagnostic, WrapErr, miette};
use rayon::prelude::*;

use super::Failure;
use super::sweep::{Grid, in_threads};

/// The path of a sweep of all couplings, beside those of fields.
const STRENGTH: &str = "strength";
/// Seconds of a time unit of which nobody says how long it is: about a membrane's time constant.
const ASSUMED_SECONDS: f64 = 0.01;
/// Seconds in which spikes are told apart.
const WINDOW_SECONDS: f64 = 2.5e-3;

/// Windows of counts that tell the drive, in units of the slowest time constant.
const READOUT: f64 = 10.0;

/// What a user may ask for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Name of a budget, in place of the scenario's costs.
    pub budget: Option<String>,
    /// Free energy of ATP, in kJ/mol.
    pub kilojoule_per_mole: f64,
    /// Time at which drives and external rates are taken.
    pub at: f64,
    /// Length of the window in which spikes are told apart.
    pub window: Option<f64>,
    /// Length of the window in which spikes are counted to tell the drive.
    pub readout: Option<f64>,
    /// The population whose drive is told.
    pub drive: Option<String>,
}

/// What is asked of a scenario.
#[derive(Debug, Clone)]
pub struct Question {
    /// What events cost, and how spikes are read.
    pub terms: Terms,
    /// What was assumed, for people.
    pub notes: Vec<String>,
}

impl Question {
    /// What is asked, with what the user or the scenario has left open.
    ///
    /// # Errors
    /// [`Failure::Usage`] for a budget or a population that does not exist.
    pub fn new(scenario: &Scenario, arguments: &Asked) -> Result<Self, Failure> {
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
    arguments: &Asked,
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

fn driven(scenario: &Scenario, arguments: &Asked) -> Result<usize, Failure> {
    let names = scenario.network.population_names();
    let Some(name) = &arguments.drive else { return Ok(0) };
    names.iter().position(|other| other == name).ok_or_else(|| {
        Failure::Usage(miette!(
            help = format!("the neuron populations are {}", names.join(", ")),
            "--drive {name}: there is no such population"
        ))
    })
}

/// What changes along the trade-off if nothing else is said: all couplings.
pub fn strength() -> Grid {
    Grid { path: STRENGTH.to_owned(), from: 0.5, to: 2.0, count: 16 }
}

/// Finds it, for a scenario that is called `name` in messages, on so many threads.
///
/// # Errors
/// [`Failure`] for a field that cannot be swept, and for a network without any stationary state.
pub fn find(
    (scenario, name): (&Scenario, &str),
    question: &Question,
    grid: &Grid,
    threads: usize,
) -> Result<Findings, Failure> {
    let networks = networks(scenario, name, grid)?;
    let mut found = Findings::new(&scenario.network, &question.terms)?;
    found.sweep = in_threads(threads, || sweep(&networks, &question.terms))?;
    Ok(found)
}

/// The network at each value of the swept field.
fn networks(scenario: &Scenario, name: &str, grid: &Grid) -> Result<Vec<(f64, Network)>, Failure> {
    if grid.path == STRENGTH {
        if grid.from <= 0.0 {
            return Err(Failure::Usage(miette!(
                "--sweep {STRENGTH}={}: a strength must be above 0, as couplings keep their signs",
                grid.from
            )));
        }
        let at = |value: f64| (value, strengthened(&scenario.network, value));
        return Ok(grid.values().into_iter().map(at).collect());
    }
    let name = format!("{name} (with --sweep)");
    let paths: Vec<String> = if grid.path.contains('*') {
        let names = scenario.network.population_names();
        names.iter().map(|name| grid.path.replacen('*', name, 1)).collect()
    } else {
        vec![grid.path.clone()]
    };
    let at = |value: f64| -> Result<(f64, Network), Failure> {
        let assignments: Vec<String> =
            paths.iter().map(|path| format!("{path}={value:?}")).collect();
        let text = apply(&scenario.text, &assignments)
            .into_diagnostic()
            .wrap_err("--sweep was not understood")
            .map_err(Failure::Usage)?;
        Ok((value, Scenario::parse(&name, &text)?.network))
    };
    grid.values().into_iter().map(at).collect()
}

fn sweep(networks: &[(f64, Network)], terms: &Terms) -> Vec<Swept> {
    let each = |(value, network): &(f64, Network)| {
        let outcome = worth(network, terms).map_err(|error| error.to_string());
        Swept { value: *value, outcome }
    };
    networks.par_iter().map(each).collect()
}
