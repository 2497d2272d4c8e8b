//! `equipoise simulate`: the ensemble alone.

use equipoise::cost::Cost;
use equipoise::engine::{Ensemble, Outcome, Ranks, Trajectory};
use equipoise::job::failure::advised;
use equipoise::job::room::{Held, check_room};
use equipoise::job::scenario::unbalanced;
use equipoise::job::summary::{Summary, quantities};
use equipoise::layout::stream::declarations;
use equipoise::store::Completion;
use equipoise::table;
use serde_json::{Map, Value, json};

use super::arguments::Simulate;
use super::ensemble::{Simulation, Terms, Watch};
use super::failure::Failure;
use super::output::{note, print};
use super::{Ending, cost, scenario, shards};

impl Watch for Summary {
    const COMMAND: &str = "simulate";
    const PART: usize = 1 << 22;

    fn watch(&mut self, part: &Trajectory, is_last: bool) {
        self.look(part, is_last);
    }
}

pub fn run(arguments: &Simulate, ranks: &dyn Ranks) -> Result<Ending, Failure> {
    let common = &arguments.common;
    let mut scenario = scenario::read(common)?;
    let cost = Cost::new(&scenario, &scenario.sampling.times());
    scenario.method = cost.method;
    if arguments.persistence.dry_run {
        return cost::print_cost(&cost, &scenario, common);
    }
    let mut ensemble = Ensemble::new(&scenario);
    (ensemble.threads, ensemble.ranks) = (common.threads, ranks);
    ensemble.check()?;
    if arguments.shards {
        shards::check(&scenario, &ensemble)?;
    }
    if let Some(error) = unbalanced(&scenario, &ensemble.times)
        && !common.quiet
    {
        note(&format!("warning: {}", advised(&error)));
    }
    let name = scenario::stem(common);
    let default = || {
        scenario::place(common, &arguments.persistence, |number| {
            format!("{name}{number}.h5").into()
        })
    };
    let path = arguments.output.clone().unwrap_or_else(default);
    if !arguments.persistence.resume {
        check_room((&scenario, &ensemble), &path, Held::Parts)?;
    }
    cost::announce(&cost, common);
    let provenance = scenario::provenance(&scenario, common, "simulate");
    let mut simulation = Simulation::begin(
        (&ensemble, &scenario),
        (&path, &provenance),
        Terms { shards: arguments.shards, ..Terms::new(common, &arguments.persistence) },
        Summary::new(&scenario, ensemble.times.len()),
    )?;
    let outcome = simulation.run()?;
    let Simulation { writer, watched: summary, .. } = simulation;
    // Only the last sample is shown; all are in the file.
    let end = ensemble.times.last().copied().unwrap_or_default();
    let interrupted = outcome == Outcome::Interrupted;
    let path =
        writer.finish(if interrupted { Completion::Incomplete } else { Completion::Complete })?;
    let names = scenario.network.population_names();
    let recorded: Vec<String> = declarations(&scenario, &ensemble.times)
        .into_iter()
        .skip(1)
        // What does not grow only says what another group holds.
        .filter(|(_, growing)| growing.is_some())
        .map(|(group, _)| format!("/{}", group.name))
        .collect();
    if common.json {
        let mut populations = Map::new();
        for (a, name) in names.iter().enumerate() {
            let told = quantities(scenario.energy.is_some()).into_iter();
            let entry = told.map(|quantity| {
                let estimate = summary.estimate(&scenario, quantity, (a, end));
                (
                    quantity.name(&names),
                    json!({ "value": estimate.value, "standard_error": estimate.standard_error }),
                )
            });
            populations.insert(name.clone(), Value::Object(entry.collect()));
        }
        let object = json!({
            "title": scenario.title, "n": scenario.network.size, "replicates": summary.replicates(),
            "seed": scenario.seed, "method": scenario.method.name(), "complete": !interrupted,
            "time": end, "populations": populations, "file": path.display().to_string(),
            "recorded": recorded,
        });
        print(&format!("{object:#}\n"))?;
    } else if summary.replicates() > 0 {
        let table = table::moments(&scenario, end, &summary);
        let beside = if recorded.is_empty() {
            String::new()
        } else {
            format!("recorded: {}\n", recorded.join(", "))
        };
        print(&format!("{table}{beside}file: {}\n", path.display()))?;
    }
    if interrupted {
        if !common.quiet {
            note(&super::interrupted(summary.replicates(), &path));
        }
        return Ok(Ending::Interrupted);
    }
    Ok(Ending::Done)
}
