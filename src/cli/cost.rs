//! `--dry-run`: what a simulation would cost, or what is derived of cells.

use equipoise::cells::file::Circuit;
use equipoise::cost::{CellCost, Cost};
use equipoise::job::room::human;
use equipoise::model::{Method, Scenario};
use equipoise::table::duration;
use serde_json::json;

use super::Ending;
use super::arguments::{Common, Derive};
use super::failure::Failure;
use super::output::{note, print};

/// Seconds from which on the expected time is told before a run.
const LONG: f64 = 60.0;

/// Cores that simulate.
pub fn cores(common: &Common) -> usize {
    cores_of(common.threads)
}

fn cores_of(threads: usize) -> usize {
    match threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    }
}

/// Tells what a long run will take before it begins.
pub fn announce(cost: &Cost, common: &Common) {
    let seconds = cost.seconds(cores(common));
    if seconds >= LONG && !common.quiet {
        note(&format!(
            "note: method {}, about {} on {} threads",
            cost.method.name(),
            duration(seconds),
            cores(common)
        ));
    }
}

/// Prints what it would take.
pub fn print_cost(cost: &Cost, scenario: &Scenario, common: &Common) -> Result<Ending, Failure> {
    let (method, cores) = (cost.method.name(), cores(common));
    let seconds = cost.seconds(cores);
    if common.json {
        let object = json!({
            "title": scenario.title, "n": scenario.network.size, "replicates": scenario.replicates,
            "method": method, "jumps": cost.jumps, "steps": cost.steps, "kicks": cost.kicks,
            "network_bytes": cost.network_bytes, "record_bytes": cost.record_bytes,
            "file_bytes": cost.file_bytes, "threads": cores, "seconds": seconds,
        });
        print(&format!("{object:#}\n"))?;
        return Ok(Ending::Done);
    }
    let work = match cost.method {
        Method::Leap(_) => format!(
            "{:.2e} kicks: {} networks x {} steps or more x {} neurons",
            cost.kicks,
            scenario.replicates,
            cost.steps,
            scenario.network.neuron_count()
        ),
        _ => format!("{:.2e} jumps one by one in {} networks", cost.jumps, scenario.replicates),
    };
    let or_more = match cost.method {
        Method::Leap(_) => " or more",
        _ => "",
    };
    print(&format!(
        "method:  {method}\nwork:    {work}\ntime:    about {}{or_more}, to a factor of three, on {cores} threads\n\
         memory:  {} for a network, {} for its records\nfile:    about {}\n",
        duration(seconds),
        human(cost.network_bytes),
        human(cost.record_bytes),
        human(cost.file_bytes)
    ))?;
    Ok(Ending::Done)
}

/// Prints what it would take to derive rates from cells.
pub fn print_cell_cost(circuit: &Circuit, arguments: &Derive) -> Result<Ending, Failure> {
    let mut cost = CellCost::new(circuit);
    if arguments.no_comparison {
        cost.network = 0.0;
    }
    let cores = cores_of(arguments.threads);
    let seconds = cost.seconds(cores);
    if arguments.manner.json {
        let object = json!({
            "title": circuit.title, "curve_steps": cost.curves, "network_steps": cost.network,
            "threads": cores, "seconds": seconds,
        });
        print(&format!("{object:#}\n"))?;
        return Ok(Ending::Done);
    }
    let (curves, factors) = (circuit.curve.leak_factors.len(), circuit.input_factors.len());
    let network = if arguments.no_comparison {
        "not simulated".to_owned()
    } else {
        format!("{:.2e} steps of cells, at {factors} strengths of the input", cost.network)
    };
    print(&format!(
        "curves:  about {:.2e} steps, {curves} curves for each of {} cells\nnetwork: {network}\n\
         time:    about {}, to a factor of three, on {cores} threads\n",
        cost.curves,
        circuit.cells.len(),
        duration(seconds)
    ))?;
    Ok(Ending::Done)
}
