//! `equipoise simulate`: the ensemble alone.

use equipoise::engine::{Ensemble, Outcome};
use equipoise::limit::{Limit, LimitError};
use equipoise::store::{Completion, ResultWriter};
use equipoise::validation::{Observed, Quantity};
use serde_json::{Map, Value, json};

use super::arguments::Simulate;
use super::failure::Failure;
use super::{Ending, ensemble, scenario, table};

pub fn run(arguments: &Simulate) -> Result<Ending, Failure> {
    let common = &arguments.common;
    let scenario = scenario::read(common)?;
    let mut ensemble = Ensemble::new(&scenario);
    ensemble.threads = arguments.running.threads;
    ensemble.check()?;
    let balanced = Limit::new(&scenario.network).and_then(|limit| limit.solve(&ensemble.times));
    match balanced {
        Err(error @ LimitError::Transmission { .. }) if !common.quiet => eprintln!("note: {error}"),
        Err(error) if !common.quiet => eprintln!("warning: {error}"),
        _ => {}
    }
    let path =
        arguments.output.clone().unwrap_or_else(|| scenario::stem(common).with_extension("h5"));
    let provenance = scenario::provenance(&scenario, common, "simulate");
    let mut writer = ResultWriter::create(&path, &provenance, scenario::existing(common))?;
    let mut observed = Observed::new(ensemble.times.len());
    let outcome =
        ensemble::simulate(&ensemble, &scenario, &mut writer, common.quiet, |trajectory| {
            observed.push(trajectory);
        })?;
    let interrupted = outcome == Outcome::Interrupted;
    let path =
        writer.finish(if interrupted { Completion::Incomplete } else { Completion::Complete })?;
    let names = scenario.network.population_names();
    let last = ensemble.times.len() - 1;
    let quantities =
        [Quantity::Mean, Quantity::Variance, Quantity::ThirdCumulant, Quantity::Spikes];
    if common.json {
        let mut populations = Map::new();
        for (a, name) in names.iter().enumerate() {
            let entry = quantities.iter().map(|quantity| {
                let estimate = observed.estimate(*quantity, last, a);
                (
                    quantity.name(&names),
                    json!({ "value": estimate.value, "standard_error": estimate.standard_error }),
                )
            });
            populations.insert(name.clone(), Value::Object(entry.collect()));
        }
        let summary = json!({
            "title": scenario.title, "n": scenario.network.size, "replicates": observed.replicates(),
            "seed": scenario.seed, "method": scenario.method.name(), "complete": !interrupted,
            "time": ensemble.times[last], "populations": populations, "file": path.display().to_string(),
        });
        println!("{summary:#}");
    } else {
        print!("{}", table::moments(&scenario, ensemble.times[last], &observed, &quantities));
        println!("file: {}", path.display());
    }
    if interrupted {
        eprintln!(
            "interrupted; {} complete networks are in {}",
            observed.replicates(),
            path.display()
        );
        return Ok(Ending::Interrupted);
    }
    Ok(Ending::Done)
}
