//! `equipoise limit`: the theory alone.

use equipoise::energy::Item;
use equipoise::job::theory::{FiniteSize, Theory};
use equipoise::limit::FiniteNSolution;
use equipoise::store::{Completion, ResultWriter};
use equipoise::table;
use serde_json::json;

use super::arguments::Limit;
use super::failure::Failure;
use super::output::{note, print};
use super::{Ending, scenario};

pub fn run(arguments: &Limit) -> Result<Ending, Failure> {
    let common = &arguments.common;
    let scenario = scenario::read(common)?;
    let theory = Theory::new(&scenario, arguments.finite_n)?;
    if !common.quiet {
        for line in scenario::assumptions(&scenario) {
            note(&line);
        }
    }
    let name = scenario::stem(common);
    let default = || scenario::fresh(common, |number| format!("{name}-limit{number}.h5").into());
    let path = arguments.output.clone().unwrap_or_else(default);
    let provenance = scenario::provenance(&scenario, common, "limit");
    let mut writer = ResultWriter::create(&path, &provenance, scenario::existing(common))?;
    writer.write_all(&theory.groups(&scenario))?;
    let path = writer.finish(Completion::Complete)?;
    let Theory { times, balance, limit, energies, finite_n } = &theory;
    let names = scenario.network.population_names();
    if common.json {
        let rows = |values: &[f64], width: usize| -> Vec<Vec<f64>> {
            values.chunks(width).map(<[f64]>::to_vec).collect()
        };
        let width = names.len();
        let mut object = json!({
            "title": scenario.title,
            "populations": names,
            "rank": balance.rank(),
            "singular_values": balance.singular_values.as_slice(),
            "sigma_min_sqrt_n_tau": balance.resolution(&scenario.network),
            "limit": {
                "time": limit.times, "mean": rows(&limit.mean, width), "variance": rows(&limit.variance, width),
                "spikes": rows(&limit.spikes, width), "balance_residual": limit.balance_residual,
                "fast_eigenvalue": limit.fast_eigenvalue,
            },
            "file": path.display().to_string(),
        });
        let mut add = |place: &str, item: Item, suffix: &str, values: &[f64]| {
            object[place][format!("{}{suffix}", item.name())] = json!(rows(values, width));
        };
        // Of the limit for a network of this size, as the others are.
        for item in Item::ALL {
            if let Some(energies) = energies {
                add("limit", item, "", energies.of(item));
            }
        }
        if let Some(end) = &limit.end {
            object["limit"]["end"] = json!({ "time": end.time(), "reason": end.to_string() });
        }
        if let Some(FiniteSize { expansion, validity, energy }) = finite_n {
            let moments = |theory: &FiniteNSolution| {
                json!({
                    "mean": rows(&theory.mean, width), "variance": rows(&theory.variance, width),
                    "third_cumulant": rows(&theory.third_cumulant, width), "spikes": rows(&theory.spikes, width),
                    "mean_covariance": rows(&theory.mean_covariance, width * width),
                })
            };
            let mut theory = moments(&expansion.first);
            theory["n"] = scenario.network.size.into();
            theory["time"] = json!(times);
            theory["margin"] = moments(&expansion.margin);
            theory["validity"] = table::validity_json(validity);
            if let Some(energy) = energy {
                for item in Item::ALL {
                    theory[item.name()] = json!(rows(energy.finite_n.of(item), width));
                    theory["margin"][item.name()] = json!(rows(energy.margins.of(item), width));
                    theory[format!("{}_deviation", item.name())] =
                        json!(rows(&energy.deviations(item), width));
                }
            }
            object["finite_n"] = theory;
        }
        print(&format!("{object:#}\n"))?;
    } else {
        let table = table::theory(&scenario, balance, limit, finite_n.as_ref());
        print(&format!("{table}file: {}\n", path.display()))?;
    }
    Ok(Ending::Done)
}
