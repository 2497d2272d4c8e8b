//! `equipoise energy`: what a network spends at rest, what its spikes are worth, and how the two go together.
//!
//! * `question`: costs, budget and windows.
//!
//! With `-o` what is found is in a result file, with its report and the figures beside it.

mod question;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use equipoise::energy::findings::{Swept, worth};
use equipoise::energy::precision::strengthened;
use equipoise::energy::{Findings, Terms};
use equipoise::layout::economy::groups;
use equipoise::model::scenario::overrides::apply;
use equipoise::model::{Network, Scenario};
use equipoise::picture::energy::figures;
use equipoise::report;
use equipoise::store::{Completion, Existing, Group, Provenance, ResultWriter};
use miette::{IntoDiagnostic, WrapErr, miette};
use rayon::prelude::*;

use super::arguments::{Common, Energy};
use super::failure::Failure;
use super::output::{note, print};
use super::sweep::{Grid, in_threads};
use super::{Ending, draw, scenario, table};

pub use question::Question;

/// The result and its report, in the folder of figures.
const FILE: &str = "energy.h5";
const PAGE: &str = "energy.html";
/// The path of a sweep of all couplings, beside those of fields.
const STRENGTH: &str = "strength";

pub fn run(arguments: &Energy) -> Result<Ending, Failure> {
    let common = &arguments.common;
    let scenario = scenario::read(common)?;
    let question = Question::new(&scenario, arguments)?;
    if !common.quiet {
        for line in &question.notes {
            note(&format!("note: {line}"));
        }
    }
    let strength = || Grid { path: STRENGTH.to_owned(), from: 0.5, to: 2.0, count: 16 };
    let grid = arguments.sweep.clone().unwrap_or_else(strength);
    let networks = networks(common, &scenario, &grid)?;
    let mut found = Findings::new(&scenario.network, &question.terms)?;
    found.sweep = in_threads(common.threads, || sweep(&networks, &question.terms))?;
    let told = table::EnergyReport {
        scenario: &scenario,
        question: &question,
        found: &found,
        grid: &grid,
    };
    let mut files = Vec::new();
    if let Some(folder) = &arguments.output {
        let provenance = scenario::provenance(&scenario, common, &words(arguments));
        let groups = groups(&scenario, &question.terms, &found, &grid.path);
        draw::absent(&[FILE, PAGE].map(|name| folder.join(name)), common.force)?;
        files = draw::write(folder, draw::files(&figures(&told.drawn())), common.force)?;
        files.extend(store(&groups, folder, &provenance, scenario::existing(common))?);
    }
    if common.json {
        let mut object = table::energy_json(&told);
        object["files"] = files.iter().map(|path| path.display().to_string()).collect();
        print(&format!("{object:#}\n"))?;
    } else {
        let mut text = table::energy_text(&told);
        for path in &files {
            let _ = writeln!(text, "file: {}", path.display());
        }
        print(&text)?;
    }
    Ok(Ending::Done)
}

/// The network at each value of the swept field.
fn networks(
    common: &Common,
    scenario: &Scenario,
    grid: &Grid,
) -> Result<Vec<(f64, Network)>, Failure> {
    if grid.path == STRENGTH {
        if grid.from <= 0.0 {
            return Err(Failure::Usage(miette!(
                "--sweep {STRENGTH}={}: a strength must be above 0, as couplings keep their signs",
                grid.from
            )));
        }
        let at = |value: f64| (value, strengthened(&scenario.network, value));
        return Ok(grid.values().into_iter().map(at).collect());
    }
    let name = format!("{} (with --sweep)", common.scenario.display());
    let paths: Vec<String> = if grid.path.contains('*') {
        let names = scenario.network.population_names();
        names.iter().map(|name| grid.path.replacen('*', name, 1)).collect()
    } else {
        vec![grid.path.clone()]
    };
    let at = |value: f64| -> Result<(f64, Network), Failure> {
        let assignments: Vec<String> =
            paths.iter().map(|path| format!("{path}={value:?}")).collect();
        let text = apply(&scenario.text, &assignments)
            .into_diagnostic()
            .wrap_err("--sweep was not understood")
            .map_err(Failure::Usage)?;
        Ok((value, Scenario::parse(&name, &text)?.network))
    };
    grid.values().into_iter().map(at).collect()
}

fn sweep(networks: &[(f64, Network)], terms: &Terms) -> Vec<Swept> {
    let each = |(value, network): &(f64, Network)| {
        let outcome = worth(network, terms).map_err(|error| error.to_string());
        Swept { value: *value, outcome }
    };
    networks.par_iter().map(each).collect()
}

/// The command with its options, for the file.
fn words(arguments: &Energy) -> String {
    let Energy { budget, kilojoule_per_mole, at, window, readout, drive, sweep, .. } = arguments;
    let mut words = vec!["energy".to_owned()];
    words.extend(budget.iter().map(|name| format!("--budget {name}")));
    words.push(format!("--free-energy {kilojoule_per_mole} --at {at}"));
    words.extend(window.iter().map(|time| format!("--window {time}")));
    words.extend(readout.iter().map(|time| format!("--readout {time}")));
    words.extend(drive.iter().map(|name| format!("--drive {name}")));
    let swept =
        |grid: &Grid| format!("--sweep {}={}:{}:{}", grid.path, grid.from, grid.to, grid.count);
    words.extend(sweep.iter().map(swept));
    words.join(" ")
}

/// Writes the result file and its report.
fn store(
    groups: &[Group],
    folder: &Path,
    provenance: &Provenance,
    existing: Existing,
) -> Result<[PathBuf; 2], Failure> {
    let mut writer = ResultWriter::create(&folder.join(FILE), provenance, existing)?;
    writer.write_all(groups)?;
    let file = writer.finish(Completion::Complete)?;
    let page = folder.join(PAGE);
    report::write(&report::html(&file)?, &page, true)?;
    Ok([file, page])
}
