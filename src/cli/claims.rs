//! `equipoise claims`: the statements of the theory, examined one by one.

use std::fs;
use std::path::PathBuf;

use equipoise::job::sweep::in_threads;
use equipoise::layout::claims as layout;
use equipoise::report;
use equipoise::store::{Completion, Existing, ResultWriter};
use equipoise::table;
use equipoise::validation::claims::{Claim, Finding, examine};
use miette::miette;

use super::arguments::Claims;
use super::ensemble::stop_on_signal;
use super::failure::Failure;
use super::output::{note, print};
use super::{Ending, scenario};

/// Name of the file within its folder.
const FILE: &str = "claims.h5";

pub fn run(arguments: &Claims) -> Result<Ending, Failure> {
    let claims = chosen(arguments)?;
    if arguments.list {
        let listed = if arguments.manner.json {
            format!("{:#}\n", table::claims_list_json(&claims))
        } else {
            table::claims_list(&claims)
        };
        print(&listed)?;
        return Ok(Ending::Done);
    }
    let default = |number: &str| PathBuf::from(format!("results/claims{number}"));
    let folder = match &arguments.output {
        Some(folder) => folder.clone(),
        None if arguments.manner.force => default(""),
        None => scenario::untaken(default),
    };
    fs::create_dir_all(&folder).map_err(|error| {
        Failure::File(miette!("cannot make the folder {}: {error}", folder.display()))
    })?;
    let (path, page) = (folder.join(FILE), folder.join("claims.html"));
    if page.exists() && !arguments.manner.force {
        return Err(report::ReportError::Exists { path: page }.into());
    }
    let existing = if arguments.manner.force { Existing::Replace } else { Existing::Refuse };
    let provenance = layout::provenance(arguments.seed, &words(arguments));
    let mut writer = ResultWriter::create(&path, &provenance, existing)?;

    let mut findings: Vec<Finding> = Vec::new();
    for (number, claim) in claims.iter().enumerate() {
        if !arguments.manner.quiet {
            note(&format!("{} ({} of {}): {}", claim.name, number + 1, claims.len(), claim.title));
        }
        let mut tell = |what: &str| {
            if !arguments.manner.quiet {
                note(&format!("  {what}"));
            }
        };
        let terms = (arguments.seed, arguments.threads);
        let examined = || examine(claim, terms, stop_on_signal(), &mut tell);
        match in_threads(arguments.threads, examined)?? {
            Some(finding) => findings.push(finding),
            None => break,
        }
    }
    let is_whole = findings.len() == claims.len();
    writer.write_all(&layout::groups(&findings))?;
    let completion = if is_whole { Completion::Complete } else { Completion::Incomplete };
    let path = writer.finish(completion)?;
    let written = if is_whole {
        report::html(&path).and_then(|html| report::write(&html, &page, true))
    } else {
        Ok(())
    };
    let found = table::Claims {
        findings: &findings,
        asked: claims.len(),
        file: &path,
        page: (is_whole && written.is_ok()).then_some(page.as_path()),
    };
    if arguments.manner.json {
        print(&format!("{:#}\n", table::claims_json(&found)))?;
    } else {
        print(&table::claims_text(&found))?;
    }
    // What was found is there, and printed, whatever became of its report.
    written?;
    if !is_whole {
        if !arguments.manner.quiet {
            note(&format!("interrupted after {} of {} claims", findings.len(), claims.len()));
        }
        return Ok(Ending::Interrupted);
    }
    let holds = findings.iter().all(Finding::is_as_expected);
    Ok(if holds { Ending::Done } else { Ending::ComparisonFailed })
}

/// The claims that were asked for, in the order of tables.
fn chosen(arguments: &Claims) -> Result<Vec<Claim>, Failure> {
    for name in &arguments.names {
        Claim::named(name)?;
    }
    let mut claims = Claim::all()?;
    claims.retain(|claim| {
        let is_named = arguments.names.is_empty() || arguments.names.contains(&claim.name);
        is_named && (claim.quick || !arguments.quick)
    });
    if claims.is_empty() {
        return Err(Failure::Usage(miette!(
            help = "leave --quick away",
            "none of these claims is a quick one"
        )));
    }
    Ok(claims)
}

/// The command line, for the file.
fn words(arguments: &Claims) -> String {
    let mut words = vec!["claims".to_owned()];
    words.extend(arguments.names.iter().cloned());
    words.extend(arguments.quick.then(|| "--quick".to_owned()));
    words.push(format!("--seed {}", arguments.seed));
    words.join(" ")
}
