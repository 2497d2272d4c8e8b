//! `equipoise energy`: what a network spends at rest, what its spikes are worth, and how the two go together.
//!
//! With `-o` what is found is in a result file, with its report and the figures beside it.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use equipoise::job::energy::{Asked, Question, find, strength};
use equipoise::job::sweep::Grid;
use equipoise::layout::economy::groups;
use equipoise::picture::energy::figures;
use equipoise::report;
use equipoise::store::{Completion, Existing, Group, Provenance, ResultWriter};
use equipoise::table;

use super::arguments::Energy;
use super::failure::Failure;
use super::output::{note, print};
use super::{Ending, draw, scenario};

/// The result and its report, in the folder of figures.
const FILE: &str = "energy.h5";
const PAGE: &str = "energy.html";

pub fn run(arguments: &Energy) -> Result<Ending, Failure> {
    let common = &arguments.common;
    let scenario = scenario::read(common)?;
    let question = Question::new(&scenario, &asked(arguments))?;
    if !common.quiet {
        for line in &question.notes {
            note(&format!("note: {line}"));
        }
    }
    let grid = arguments.sweep.clone().unwrap_or_else(strength);
    let name = common.scenario.display().to_string();
    let found = find((&scenario, &name), &question, &grid, common.threads)?;
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

fn asked(arguments: &Energy) -> Asked {
    let Energy { budget, kilojoule_per_mole, at, window, readout, drive, .. } = arguments;
    Asked {
        budget: budget.clone(),
        kilojoule_per_mole: *kilojoule_per_mole,
        at: *at,
        window: *window,
        readout: *readout,
        drive: drive.clone(),
    }
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
