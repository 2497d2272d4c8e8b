//! What `/trajectory`, `/limit` and `/finite_n` say of energy, where the scenario has a table `[energy]`.

use equipoise_energy::{Account, Energies, EnergyPrediction, Item};
use equipoise_engine::Trajectory;
use equipoise_model::{Prices, Scenario};
use equipoise_store::{Group, Variable};

use super::variable;

/// What the variables of an item are, in the units of the costs.
fn long_name(item: Item) -> &'static str {
    match item {
        Item::Spike => "energy of spikes since time 0, summed over the population",
        Item::Rest => "energy dissipated at rest since time 0, summed over the population",
        Item::Synapse => "energy of jumps received since time 0, summed over the population",
        Item::Activity => "sum over the population of (intensity - threshold)^2 at the time",
    }
}

/// The unit of an item: that of the costs, ATP where they come from a budget and else the scenario's own.
fn units(scenario: &Scenario, item: Item) -> String {
    match (item, scenario.energy.as_ref().map(|energy| &energy.prices)) {
        (Item::Activity, _) => format!("1/{}^2", scenario.sampling.time_unit),
        (_, Some(Prices::Budget(_) | Prices::Own(_))) => "ATP".to_owned(),
        _ => "energy".to_owned(),
    }
}

/// What was counted in these trajectories, which have samples at the same `times`; nothing where nothing is priced.
pub(super) fn counted(
    scenario: &Scenario,
    times: &[f64],
    trajectories: &[&Trajectory],
    dimensions: &[&str],
) -> Vec<Variable> {
    let Some(energy) = &scenario.energy else { return Vec::new() };
    let account = Account::new(&scenario.network, energy);
    let of = |item: Item| -> Vec<f64> {
        let values = trajectories.iter().flat_map(|trajectory| {
            let populations = trajectory.populations;
            let cells = 0..trajectory.samples() * populations;
            let account = &account;
            cells.map(move |at| {
                let (sample, population) = (at / populations, at % populations);
                match item {
                    Item::Spike => account.spike(population, trajectory.spikes(sample, population)),
                    Item::Rest => account.rest(population, times[sample]),
                    Item::Synapse => {
                        let received = trajectory.received(sample, population);
                        account.synapse(population, received as f64)
                    }
                    Item::Activity => trajectory.records.activity_energy[at],
                }
            })
        });
        values.collect()
    };
    let all = Item::ALL.into_iter();
    let made = all.map(|item| {
        let variable = variable(item.name(), long_name(item), dimensions, of(item));
        variable.with_units(&units(scenario, item))
    });
    made.collect()
}

/// The group of the limit with its account: per `n`, but of jumps per `n^2`.
pub fn of_limit(group: Group, scenario: &Scenario, times: &[f64], energies: &Energies) -> Group {
    let size = scenario.network.size;
    let cells = times.len() * scenario.network.population_count();
    Item::ALL.into_iter().fold(group, |group, item| {
        let (unit, scale) = match item {
            Item::Synapse => ("per n^2", size * size),
            _ => ("per n", size),
        };
        let mut values: Vec<f64> = energies.of(item).iter().map(|value| value / scale).collect();
        values.resize(cells, f64::NAN);
        let long_name = format!("{}, in the limit, {unit}", long_name(item));
        let variable = variable(item.name(), &long_name, &["time", "population"], values);
        group.with_variable(variable.with_units(&units(scenario, item)))
    })
}

/// The group of the finite-n theory with its account, its margins, and its deviations over networks with theirs.
pub fn of_finite_n(
    group: Group,
    scenario: &Scenario,
    times: &[f64],
    energy: &EnergyPrediction,
) -> Group {
    let cells = times.len() * scenario.network.population_count();
    let mut variables = Vec::new();
    let mut add = |item: Item, suffix: &str, prefix: &str, mut values: Vec<f64>| {
        values.resize(cells, f64::NAN);
        let (name, long_name) = (item.name(), long_name(item));
        let (name, long_name) = (format!("{name}{suffix}"), format!("{prefix} {long_name}"));
        let variable = variable(&name, &long_name, &["time", "population"], values);
        variables.push(variable.with_units(&units(scenario, item)));
    };
    for item in Item::ALL {
        add(item, "", "expected", energy.finite_n.of(item).to_vec());
    }
    for item in Item::RANDOM {
        add(item, "_margin", "margin of the expected", energy.margins.of(item).to_vec());
        let deviation = "standard deviation over networks of the";
        add(item, "_deviation", deviation, energy.deviations(item));
        let margin = format!("margin of the {deviation}");
        add(item, "_deviation_margin", &margin, energy.deviation_margins(item));
    }
    variables.into_iter().fold(group, Group::with_variable)
}
