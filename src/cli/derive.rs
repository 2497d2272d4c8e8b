//! `equipoise derive`: from conductance-based cells to rate equations, and on to a scenario.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use equipoise::cells::file::Circuit;
use equipoise::job::derivation::{Comparison, Watch, derive, simulated};
use equipoise::job::sweep::in_threads;
use equipoise::picture::cells::{Drawn, figures};
use equipoise::table;
use miette::miette;

use super::arguments::Derive;
use super::ensemble::stop_on_signal;
use super::failure::Failure;
use super::output::{note, print};
use super::scenario::{changed, untaken};
use super::{Ending, cost, draw};

pub fn run(arguments: &Derive) -> Result<Ending, Failure> {
    let circuit = read(arguments)?;
    if arguments.dry_run {
        return cost::print_cell_cost(&circuit, arguments);
    }
    let folder = arguments.output.clone().unwrap_or_else(|| place(arguments));
    let is_full = fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some());
    if is_full && !arguments.manner.force {
        return Err(Failure::File(miette!(
            help = "give another folder, or --force to replace what is there",
            "{} is there already, and not empty",
            folder.display()
        )));
    }
    let (reduction, network) = in_threads(arguments.threads, || derive(&circuit))??;
    let mut comparison = Comparison::default();
    let mut ended = false;
    // What was derived is safe before anything long begins.
    let mut files = match &network {
        Ok(network) => {
            let text = std::iter::once(("network.toml".to_owned(), network.text.clone()));
            draw::write(&folder, text, arguments.manner.force)?
        }
        Err(_) => without_scenario(&folder)?,
    };
    if !arguments.no_comparison {
        let stop = stop_on_signal();
        let begin = |(factor, place): (f64, usize)| {
            let all = circuit.input_factors.len();
            if !arguments.manner.quiet {
                note(&format!(
                    "simulating the network of cells: input {factor} ({place} of {all})"
                ));
            }
        };
        let watch = Watch { begin: &begin, goes_on: &|| !stop.load(Ordering::Relaxed) };
        ended = in_threads(arguments.threads, || {
            simulated(&circuit, &reduction, &mut comparison, &watch)
        })??;
        if ended {
            note(
                "interrupted; what was derived is written, and what was simulated by now is compared",
            );
        }
    }
    let drawn = Drawn {
        circuit: &circuit,
        reduction: &reduction,
        compared: &comparison.at,
        shown: comparison.shown.as_ref(),
    };
    let figures = figures(&drawn);
    files.extend(draw::write(&folder, draw::files(&figures), arguments.manner.force)?);
    let report = table::DerivationReport {
        circuit: &circuit,
        reduction: &reduction,
        network: network.as_ref().map_err(ToString::to_string),
        compared: &comparison.at,
    };
    if arguments.manner.json {
        let mut object = table::derivation_json(&report);
        object["files"] = files.iter().map(|path| path.display().to_string()).collect();
        print(&format!("{object:#}\n"))?;
    } else {
        let mut text = table::derivation_text(&report);
        for path in &files {
            let _ = writeln!(text, "file: {}", path.display());
        }
        print(&text)?;
    }
    Ok(if ended { Ending::Interrupted } else { Ending::Done })
}

fn read(arguments: &Derive) -> Result<Circuit, Failure> {
    let path = &arguments.cells;
    let text = fs::read_to_string(path).map_err(|error| Failure::unreadable_cells(path, &error))?;
    let seed = arguments.seed.map(|seed| format!("seed={seed}"));
    let assignments: Vec<String> = arguments.set.iter().cloned().chain(seed).collect();
    let (name, text) = changed(&path.display().to_string(), text, ("--set", &assignments))?;
    Ok(Circuit::parse(&name, &text)?)
}

/// Where results go if the user has not said.
fn place(arguments: &Derive) -> PathBuf {
    let stem = arguments.cells.file_stem().map_or("cells".into(), |stem| stem.to_string_lossy());
    let folder = |number: &str| PathBuf::from("results").join(format!("{stem}-derived{number}"));
    if arguments.manner.force { folder("") } else { untaken(folder) }
}

/// Removes a scenario of other cells, which would be taken for one of these; nothing is written.
fn without_scenario(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let stale = folder.join("network.toml");
    if stale.exists() {
        fs::remove_file(&stale).map_err(|error| {
            Failure::File(miette!("cannot remove {}: {error}", stale.display()))
        })?;
    }
    Ok(Vec::new())
}
