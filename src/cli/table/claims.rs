//! What `claims` found, as a table and as JSON.

use std::fmt::Write;
use std::path::Path;

use equipoise::layout::claims::sides;
use equipoise::validation::LEVEL;
use equipoise::validation::claims::{Claim, Course, Finding};
use serde_json::{Value, json};

use super::Table;

/// What was found, and where it is.
pub struct Claims<'a> {
    pub findings: &'a [Finding],
    /// How many claims were to be examined.
    pub asked: usize,
    pub file: &'a Path,
    pub page: Option<&'a Path>,
}

/// All claims, without examining them.
pub fn list(claims: &[Claim]) -> String {
    let mut text = String::new();
    for claim in claims {
        let quick = if claim.quick { " (quick)" } else { "" };
        let _ = writeln!(text, "{}{quick}: {}", claim.name, claim.title);
        let _ = writeln!(text, "  {}", claim.equation);
        let _ = writeln!(text, "  twin: {}", claim.twin.statement.trim());
    }
    text
}

/// The same for programs.
pub fn list_json(claims: &[Claim]) -> Value {
    json!({ "claims": claims.iter().map(describe).collect::<Vec<_>>() })
}

fn describe(claim: &Claim) -> Value {
    let sizes = claim.sizes.iter();
    json!({
        "name": claim.name, "title": claim.title, "statement": claim.statement, "equation": claim.equation,
        "source": claim.source, "exponent": claim.exponent, "quick": claim.quick, "scenario": claim.scenario,
        "set": claim.set, "twin": { "statement": claim.twin.statement, "set": claim.twin.set },
        "sizes": sizes.map(|size| json!({
            "n": size.n, "networks": size.networks, "method": size.method().name(),
        })).collect::<Vec<_>>(),
    })
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
        for (place, course) in finding.network.courses.iter().enumerate() {
            let is_first = place == 0;
            let of_claim = |text: String| if is_first { text } else { String::new() };
            table.row(vec![
                of_claim(finding.claim.name.clone()),
                format!("{}, {}", course.statistic.describe(), course.component),
                course.exponent.map_or("-".to_owned(), |e| format!("{:.3}", e.value)),
                course
                    .exponent
                    .map_or("-".to_owned(), |e| format!("{:.3} to {:.3}", e.low, e.high)),
                course.tested.map_or("-".to_owned(), |t| format!("{:.3}", t.predicted)),
                format!("{:.3}", course.at_large),
                of_claim(format!("{:.3}", finding.network.p())),
                of_claim((if finding.holds() { "holds" } else { "FAILS" }).to_owned()),
                of_claim(format!("{:.1e}", finding.twin.p())),
                of_claim((if finding.twin.passes() { "PASSES" } else { "rejected" }).to_owned()),
            ]);
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

/// What is not as it should be.
fn complaints(finding: &Finding) -> Vec<String> {
    let name = &finding.claim.name;
    let mut lines = Vec::new();
    for course in &finding.network.courses {
        let of = format!("{name}: {}, {}", course.statistic.describe(), course.component);
        for point in course.points.iter().filter(|point| !point.tested.holds()) {
            let tested = &point.tested;
            lines.push(format!(
                "{of}, n = {}: measured {:.4e} ({:.1e}), predicted {:.4e} with margin {:.1e}, p = {:.1e}",
                point.size.n,
                tested.measured.value,
                tested.measured.standard_error,
                tested.predicted,
                tested.test.margin,
                tested.adjusted_p
            ));
        }
        match &course.tested {
            None => lines.push(format!("{of}: no exponent, an average has the wrong sign")),
            Some(tested) if !tested.holds() => lines.push(format!(
                "{of}: exponent {:.3} ({:.1e}), predicted {:.3} with margin {:.1e}, p = {:.1e}",
                tested.measured.value,
                tested.measured.standard_error,
                tested.predicted,
                tested.test.margin,
                tested.adjusted_p
            )),
            Some(_) => {}
        }
    }
    if !finding.is_asymptotic() {
        lines.push(format!(
            "{name}: the theory does not have the exponent {} at large n",
            finding.claim.exponent
        ));
    }
    if finding.twin.passes() {
        lines.push(format!("{name}: the twin passes the same tests, which therefore show nothing"));
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
        object["p"] = json!(finding.network.p());
        object["twin_passes"] = json!(finding.twin.passes());
        object["twin_p"] = json!(finding.twin.p());
        object["as_expected"] = json!(finding.is_as_expected());
        for (side, found) in sides(finding) {
            object[format!("{side}_courses")] = found.courses.iter().map(course).collect();
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
