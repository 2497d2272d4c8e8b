//! What `claims` found, as a table and as JSON.

use std::fmt::Write;
use std::path::Path;

use crate::layout::claims::sides;
use crate::validation::claims::{CLAIMED, Claim, Course, Evidence, Finding, Rate, Subject};
use crate::validation::{LEVEL, Tested};
use serde_json::{Value, json};

use super::{Table, probability};

/// Hz in 1/ms.
const HERTZ: f64 = 1e3;

/// What was found, and where it is.
pub struct Claims<'a> {
    /// What was found of each claim.
    pub findings: &'a [Finding],
    /// How many claims were to be examined.
    pub asked: usize,
    /// The file.
    pub file: &'a Path,
    /// The page, where it could be written.
    pub page: Option<&'a Path>,
}

/// All claims, without examining them.
pub fn list(claims: &[Claim]) -> String {
    let mut text = String::new();
    for claim in claims {
        let quick = if claim.quick { " (quick)" } else { "" };
        let _ = writeln!(text, "{}{quick}: {}", claim.name, claim.title);
        let _ = writeln!(text, "  {}", claim.equation);
        let _ = writeln!(text, "  twin: {}", claim.twin());
    }
    text
}

/// The same for programs.
pub fn list_json(claims: &[Claim]) -> Value {
    json!({ "claims": claims.iter().map(describe).collect::<Vec<_>>() })
}

fn describe(claim: &Claim) -> Value {
    let mut object = json!({
        "name": claim.name, "title": claim.title, "statement": claim.statement, "equation": claim.equation,
        "source": claim.source,
    });
    let own = match &claim.subject {
        Subject::Sizes(about) => json!({
            "exponent": about.exponent, "quick": claim.quick, "scenario": about.scenario, "set": about.set,
            "twin": { "statement": about.twin.statement, "set": about.twin.set },
            "sizes": about.sizes.iter().map(|size| json!({
                "n": size.n, "networks": size.networks, "method": size.method().name(),
            })).collect::<Vec<_>>(),
        }),
        Subject::Cells(about) => json!({
            "quick": claim.quick, "cells": about.files, "set": about.set, "networks": about.networks,
            "twin": {
                "statement": about.twin.statement, "threshold_factor": about.twin.threshold_factor,
            },
        }),
    };
    for (key, value) in own.as_object().into_iter().flatten() {
        object[key] = value.clone();
    }
    object
}

/// A row for each claim, what does not hold of them, and the verdict.
pub fn text(found: &Claims<'_>) -> String {
    let mut table = Table::new(&[
        "claim",
        "statistic",
        "exponent",
        "interval",
        "predicted",
        "as n grows",
        "p (Holm)",
        "verdict",
        "twin's p",
        "twin",
    ]);
    for finding in found.findings {
        for (place, measured) in measured(finding).into_iter().enumerate() {
            let is_first = place == 0;
            let of_claim = |text: String| if is_first { text } else { String::new() };
            let mut row = vec![of_claim(finding.claim.name.clone())];
            row.extend(measured);
            row.extend([
                of_claim(probability(finding.p())),
                of_claim((if finding.holds() { "holds" } else { "FAILS" }).to_owned()),
                of_claim(probability(finding.twin_p())),
                of_claim((if finding.twin_passes() { "PASSES" } else { "rejected" }).to_owned()),
            ]);
            table.row(row);
        }
    }
    let mut text =
        format!("Claims of the theory, each with a twin that must fail:\n\n{}\n", table.text());
    for line in found.findings.iter().flat_map(complaints) {
        let _ = writeln!(text, "{line}");
    }
    let _ = writeln!(text, "{}", verdict(found));
    if let Some(page) = found.page {
        let _ = writeln!(text, "report: {}", page.display());
    }
    let _ = writeln!(text, "file: {}", found.file.display());
    text
}

/// What was measured for a claim, with exponents: as measured, interval, predicted and as n grows.
fn measured(finding: &Finding) -> Vec<[String; 5]> {
    const NONE: fn() -> String = || "-".to_owned();
    match &finding.evidence {
        Evidence::Sizes { network, .. } => {
            let row = |course: &Course| {
                [
                    format!("{}, {}", course.statistic.describe(), course.component),
                    course.exponent.map_or_else(NONE, |e| format!("{:.3}", e.value)),
                    course.exponent.map_or_else(NONE, |e| format!("{:.3} to {:.3}", e.low, e.high)),
                    course.tested.map_or_else(NONE, |t| format!("{:.3}", t.predicted)),
                    format!("{:.3}", course.at_large),
                ]
            };
            network.courses.iter().map(row).collect()
        }
        Evidence::Cells(rates) => {
            let row = |(cells, population): (&str, &str)| {
                [format!("rate, {population} of {cells}"), NONE(), NONE(), NONE(), NONE()]
            };
            rates.populations().into_iter().map(row).collect()
        }
    }
}

/// What is not as it should be.
fn complaints(finding: &Finding) -> Vec<String> {
    let name = &finding.claim.name;
    let mut lines = match &finding.evidence {
        Evidence::Sizes { network, is_asymptotic, .. } => {
            let mut lines: Vec<String> =
                network.courses.iter().flat_map(|course| doubts(name, course)).collect();
            if !is_asymptotic {
                lines.push(format!(
                    "{name}: the theory does not have the exponent {} at large n",
                    finding.claim.exponent().unwrap_or(f64::NAN)
                ));
            }
            lines
        }
        Evidence::Cells(rates) => {
            rates.rates.iter().flat_map(|rate| doubts_of_rate(name, rate)).collect()
        }
    };
    if finding.twin_passes() {
        lines.push(format!("{name}: the twin passes the same tests, which therefore show nothing"));
    }
    lines
}

/// A p-value in a sentence.
fn chance(tested: &Tested) -> String {
    let p = probability(tested.adjusted_p);
    if p.starts_with('<') { format!("p {p}") } else { format!("p = {p}") }
}

/// What does not hold of a statistic over sizes.
fn doubts(name: &str, course: &Course) -> Vec<String> {
    let of = format!("{name}: {}, {}", course.statistic.describe(), course.component);
    let mut lines = Vec::new();
    for point in course.points.iter().filter(|point| !point.tested.holds()) {
        let tested = &point.tested;
        lines.push(format!(
            "{of}, n = {}: measured {:.4e} ({:.1e}), predicted {:.4e} with margin {:.1e}, {}",
            point.size.n,
            tested.measured.value,
            tested.measured.standard_error,
            tested.predicted,
            tested.test.margin,
            chance(tested)
        ));
    }
    match &course.tested {
        None => lines.push(format!("{of}: no exponent, an average has the wrong sign")),
        Some(tested) if !tested.holds() => lines.push(format!(
            "{of}: exponent {:.3} ({:.1e}), predicted {:.3} with margin {:.1e}, {}",
            tested.measured.value,
            tested.measured.standard_error,
            tested.predicted,
            tested.test.margin,
            chance(tested)
        )),
        Some(_) => {}
    }
    lines
}

/// What does not hold of a rate of cells, or is not claimed of it.
fn doubts_of_rate(name: &str, rate: &Rate) -> Vec<String> {
    let of = format!("{name}: rate, {} of {}, input {}", rate.population, rate.cells, rate.input);
    let mut lines = Vec::new();
    match (rate.predicted, &rate.tested) {
        (None, _) => lines.push(format!("{of}: the rate equations have no stable steady state")),
        (Some(predicted), None) => lines.push(format!(
            "{of}: not tested, {:.2} Hz is predicted and something is claimed of {} to {} Hz",
            HERTZ * predicted,
            HERTZ * CLAIMED.start(),
            HERTZ * CLAIMED.end()
        )),
        (Some(_), Some(tested)) if !tested.holds() => lines.push(format!(
            "{of}: cells {:.2} Hz ({:.2}), equations {:.2} Hz with margin {:.2}, {}",
            HERTZ * tested.measured.value,
            HERTZ * tested.measured.standard_error,
            HERTZ * tested.predicted,
            HERTZ * tested.test.margin,
            chance(tested)
        )),
        (Some(_), Some(_)) => {}
    }
    if rate.is_claimed() && rate.synchrony.is_synchronous() {
        lines.push(format!(
            "{of}: cells fire together, chi = {:.3} and {:.3} if they were independent",
            rate.synchrony.index, rate.synchrony.independent
        ));
    }
    lines
}

/// In a line.
fn verdict(found: &Claims<'_>) -> String {
    let (all, asked) = (found.findings.len(), found.asked);
    let good = found.findings.iter().filter(|finding| finding.is_as_expected()).count();
    if all < asked {
        format!("INCOMPLETE: {good} of {all} claims hold, and {} were not examined.", asked - all)
    } else if good == all {
        format!(
            "PASSED: all {all} claims hold (level {LEVEL} each, Holm), and all their twins are rejected."
        )
    } else {
        format!("FAILED: {} of {all} claims do not hold, or have a twin that passes.", all - good)
    }
}

/// All of it for programs.
pub fn json(found: &Claims<'_>) -> Value {
    let findings = found.findings.iter().map(|finding| {
        let mut object = describe(&finding.claim);
        object["holds"] = json!(finding.holds());
        object["p"] = json!(finding.p());
        object["twin_passes"] = json!(finding.twin_passes());
        object["twin_p"] = json!(finding.twin_p());
        object["as_expected"] = json!(finding.is_as_expected());
        for (side, found) in sides(finding) {
            object[format!("{side}_courses")] = found.courses.iter().map(course).collect();
        }
        if let Evidence::Cells(rates) = &finding.evidence {
            object["rates"] = rates.rates.iter().map(rate).collect();
        }
        object
    });
    json!({
        "complete": found.findings.len() == found.asked,
        "holds": found.findings.iter().all(Finding::is_as_expected),
        "level": LEVEL,
        "claims": findings.collect::<Vec<_>>(),
        "report": found.page.map(|page| page.display().to_string()),
        "file": found.file.display().to_string(),
    })
}

fn course(course: &Course) -> Value {
    let points = course.points.iter().map(|point| {
        json!({
            "n": point.size.n, "networks": point.size.networks, "measured": point.tested.measured.value,
            "standard_error": point.tested.measured.standard_error, "predicted": point.tested.predicted,
            "margin": point.tested.test.margin, "p": point.tested.adjusted_p,
        })
    });
    json!({
        "statistic": course.statistic.describe(), "component": course.component,
        "exponent": course.exponent.map(|e| e.value), "low": course.exponent.map(|e| e.low),
        "high": course.exponent.map(|e| e.high), "predicted": course.tested.map(|t| t.predicted),
        "margin": course.tested.map(|t| t.test.margin), "p": course.tested.map(|t| t.adjusted_p),
        "at_large": course.at_large, "points": points.collect::<Vec<_>>(),
    })
}

/// Rates in Hz.
fn rate(rate: &Rate) -> Value {
    let hertz = |rate: f64| HERTZ * rate;
    json!({
        "cells": rate.cells, "population": rate.population, "input": rate.input, "networks": rate.networks,
        "measured": hertz(rate.measured.value), "standard_error": hertz(rate.measured.standard_error),
        "predicted": rate.predicted.map(hertz), "margin": rate.tested.map(|t| hertz(t.test.margin)),
        "p": rate.tested.map(|t| t.adjusted_p), "twin_predicted": rate.twin_predicted.map(hertz),
        "twin_p": rate.twin_tested.map(|t| t.adjusted_p), "synchrony": rate.synchrony.index,
        "independent": rate.synchrony.independent, "synchronous": rate.synchrony.is_synchronous(),
    })
}
