//! What is in a result file of `equipoise validate`: means over networks beside their theory.
//!
//!     cargo run --example result_file results/inhibition-stabilised/result.h5

use std::path::Path;
use std::process::ExitCode;

use equipoise::store::{Group, StoreError, Values, describe, read_group};

/// The numbers of a variable, row-major over its dimensions.
fn numbers<'a>(group: &'a Group, name: &str) -> &'a [f64] {
    match group.variable(name).map(|variable| &variable.values) {
        Some(Values::Float(values)) => values,
        _ => panic!("/{} has no numbers {name}", group.name),
    }
}

fn names<'a>(group: &'a Group, name: &str) -> &'a [String] {
    match group.variable(name).map(|variable| &variable.values) {
        Some(Values::Text(values)) => values,
        _ => panic!("/{} has no names {name}", group.name),
    }
}

fn show(path: &Path) -> Result<(), StoreError> {
    let (header, groups) = describe(path)?;
    let complete = if header.complete { "complete" } else { "interrupted" };
    println!("{}, seed {}, {complete}", header.provenance.title, header.provenance.seed);
    for group in &groups {
        let sizes: Vec<_> =
            group.dimensions.iter().map(|d| format!("{} = {}", d.name, d.length)).collect();
        println!("/{}: {}", group.name, sizes.join(", "));
    }

    let trajectory = read_group(path, "trajectory")?;
    let (theory, limit) = (read_group(path, "finite_n")?, read_group(path, "limit")?);
    let populations = names(&trajectory, "population");
    // (realization, time, population)
    let networks: Vec<&[f64]> =
        numbers(&trajectory, "mean").chunks_exact(numbers(&theory, "mean").len()).collect();
    let time = numbers(&trajectory, "time");
    println!("means at {}:  simulated   theory    limit", time[time.len() - 1]);
    for (population, name) in populations.iter().enumerate() {
        let at = (time.len() - 1) * populations.len() + population;
        let mean = networks.iter().map(|network| network[at]).sum::<f64>() / networks.len() as f64;
        let [theory, limit] = [&theory, &limit].map(|group| numbers(group, "mean")[at]);
        println!("{name:12}  {mean:9.4}  {theory:7.4}  {limit:7.4}");
    }
    Ok(())
}

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: result_file FILE");
        return ExitCode::from(2);
    };
    match show(Path::new(&path)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(3)
        }
    }
}
