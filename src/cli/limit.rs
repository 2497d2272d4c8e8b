//! `equipoise limit`: the theory alone.

use equipoise::layout::theory;
use equipoise::limit::{FiniteN, Limit as HydrodynamicLimit, Terms};
use equipoise::store::{Completion, ResultWriter};
use serde_json::json;

use super::arguments::Limit;
use super::failure::Failure;
use super::{Ending, scenario, table};

pub fn run(arguments: &Limit) -> Result<Ending, Failure> {
    let common = &arguments.common;
    let scenario = scenario::read(common)?;
    let times = scenario.sampling.times();
    let limit = HydrodynamicLimit::new(&scenario.network)?.solve(&times)?;
    let finite_n = if arguments.finite_n {
        Some(FiniteN::new(&scenario.network, Terms::STANDARD)?.solve(&times)?)
    } else {
        None
    };
    let path = arguments.output.clone().unwrap_or_else(|| {
        let mut name = scenario::stem(common).into_os_string();
        name.push("-limit.h5");
        name.into()
    });
    let provenance = scenario::provenance(&scenario, common, "limit");
    let mut writer = ResultWriter::create(&path, &provenance, scenario::existing(common))?;
    writer.write(&theory::limit(&scenario, &limit))?;
    if let Some(finite_n) = &finite_n {
        writer.write(&theory::finite_n(&scenario, finite_n))?;
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
            "limit": {
                "time": limit.times, "mean": rows(&limit.mean, width), "variance": rows(&limit.variance, width),
                "spikes": rows(&limit.spikes, width), "balance_residual": limit.balance_residual,
                "fast_eigenvalue": limit.fast_eigenvalue,
            },
            "file": path.display().to_string(),
        });
        if let Some(theory) = &finite_n {
            object["finite_n"] = json!({
                "n": scenario.network.size, "time": theory.times, "mean": rows(&theory.mean, width),
                "variance": rows(&theory.variance, width), "third_cumulant": rows(&theory.third_cumulant, width),
                "spikes": rows(&theory.spikes, width), "mean_covariance": rows(&theory.mean_covariance, width * width),
            });
        }
        println!("{object:#}");
    } else {
        print!("{}", table::theory(&scenario, &limit, finite_n.as_ref()));
        println!("file: {}", path.display());
    }
    Ok(Ending::Done)
}
