//! `equipoise limit`: the theory alone.

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
    let name = scenario::stem(common);
    let default = || scenario::fresh(common, |number| format!("{name}-limit{number}.h5").into());
    let path = arguments.output.clone().unwrap_or_else(default);
    let provenance = scenario::provenance(&scenario, common, "limit");
    let mut writer = ResultWriter::create(&path, &provenance, scenario::existing(common))?;
    writer.write(&theory::limit(&scenario, &times, &limit))?;
    if let Some((Expansion { first, margin, .. }, validity)) = &finite_n {
        writer.write(&theory::finite_n(&scenario, &times, (first, margin), validity))?;
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
            object["finite_n"] = theory;
        }
        print(&format!("{object:#}\n"))?;
    } else {
        let table = table::theory(&scenario, &hydrodynamic.balance, &limit, finite_n.as_ref());
        print(&format!("{table}file: {}\n", path.display()))?;
    }
    Ok(Ending::Done)
}
