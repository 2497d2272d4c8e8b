//! `equipoise limit`: the theory alone.

use equipoise::energy::prediction::of_limit;
use equipoise::energy::{Account, EnergyPrediction, Item};
use equipoise::layout::theory;
use equipoise::limit::{
    Expansion, FiniteNSolution, Limit as HydrodynamicLimit, LimitError, Validity,
};
use equipoise::store::{Completion, ResultWriter};
use serde_json::json;

use super::arguments::Limit;
use super::failure::Failure;
use super::output::{note, print};
use super::{Ending, scenario, table};

pub fn run(arguments: &Limit) -> Result<Ending, Failure> {
    let common = &arguments.common;
    let scenario = scenario::read(common)?;
    let times = scenario.sampling.times();
    let hydrodynamic = HydrodynamicLimit::new(&scenario.network)?;
    let limit = hydrodynamic.solve(&times)?;
    if !common.quiet {
        for line in scenario::assumptions(&scenario) {
            note(&line);
        }
    }
    let finite_n = if arguments.finite_n {
        let expansion = Expansion::new(&scenario.network, &times)?;
        let until = limit.end.as_ref().map_or(f64::INFINITY, LimitError::time);
        let validity = Validity::new(&scenario.network, &expansion, until);
        Some((expansion, validity))
    } else {
        None
    };
    let in_limit = scenario.energy.as_ref().map(|energy| {
        let account = Account::new(&scenario.network, energy);
        of_limit(&scenario.network, &account, &energy.threshold, &limit)
    });
    let priced = match (&scenario.energy, &finite_n) {
        (Some(energy), Some((expansion, _))) => {
            Some(EnergyPrediction::new(&scenario.network, energy, &limit, expansion)?)
        }
        _ => None,
    };
    let name = scenario::stem(common);
    let default = || scenario::fresh(common, |number| format!("{name}-limit{number}.h5").into());
    let path = arguments.output.clone().unwrap_or_else(default);
    let provenance = scenario::provenance(&scenario, common, "limit");
    let mut writer = ResultWriter::create(&path, &provenance, scenario::existing(common))?;
    writer.write(&theory::limit(&scenario, &times, &limit, in_limit.as_ref()))?;
    if let Some((Expansion { first, margin, .. }, validity)) = &finite_n {
        let theories = (first, margin);
        let energy = priced.as_ref();
        writer.write(&theory::finite_n(&scenario, &times, theories, validity, energy))?;
    }
    let path = writer.finish(Completion::Complete)?;
    let names = scenario.network.population_names();
    if common.json {
        let rows = |values: &[f64], width: usize| -> Vec<Vec<f64>> {
            values.chunks(width).map(<[f64]>::to_vec).collect()
        };
        let width = names.len();
        let mut object = json!({
            "title": scenario.title,
            "populations": names,
            "rank": hydrodynamic.balance.rank(),
            "singular_values": hydrodynamic.balance.singular_values.as_slice(),
            "sigma_min_sqrt_n_tau": hydrodynamic.balance.resolution(&scenario.network),
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
            if let Some(energies) = &in_limit {
                add("limit", item, "", energies.of(item));
            }
        }
        if let Some(end) = &limit.end {
            object["limit"]["end"] = json!({ "time": end.time(), "reason": end.to_string() });
        }
        if let Some((expansion, validity)) = &finite_n {
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
            if let Some(energy) = &priced {
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
        let table = table::theory(&scenario, &hydrodynamic.balance, &limit, finite_n.as_ref());
        print(&format!("{table}file: {}\n", path.display()))?;
    }
    Ok(Ending::Done)
}
