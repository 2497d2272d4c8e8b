//! What `/trajectory`, `/limit` and `/finite_n` say of energy, where the scenario has a table `[energy]`.

use equipoise_energy::{Account, Energies, EnergyPrediction, Item};
use equipoise_engine::Trajectory;
use equipoise_model::Scenario;
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
    all.map(|item| variable(item.name(), long_name(item), dimensions, of(item))).collect()
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
        group.with_variable(variable(item.name(), &long_name, &["time", "population"], values))
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
    let mut add = |name: String, long_name: String, mut values: Vec<f64>| {
        values.resize(cells, f64::NAN);
        variables.push(variable(&name, &long_name, &["time", "population"], values));
    };
    for item in Item::ALL {
        let (name, what) = (item.name(), long_name(item));
        add(name.to_owned(), format!("expected {what}"), energy.finite_n.of(item).to_vec());
    }
    for item in Item::RANDOM {
        let (name, what) = (item.name(), long_name(item));
        let deviations = energy.deviations(item);
        let margins = energy.deviation_margins(item);
        add(
            format!("{name}_margin"),
            format!("margin of the expected {what}"),
            energy.margins.of(item).to_vec(),
        );
        add(
            format!("{name}_deviation"),
            format!("standard deviation over networks of the {what}"),
            deviations,
        );
        add(
            format!("{name}_deviation_margin"),
            format!("margin of the standard deviation over networks of the {what}"),
            margins,
        );
    }
    variables.into_iter().fold(group, Group::with_variable)
}
