//! What `converge` will do and what it found, as tables and as JSON.

use std::fmt::Write;
use std::path::Path;

use crate::model::Scenario;
use crate::validation::convergence::verdict::{Normed, OfSize, Point, Slope};
use crate::validation::convergence::{Convergence, Norm, Quantity};
use crate::validation::exponent::COVERAGE;
use crate::validation::{LEVEL, Tested};
use serde_json::{Value, json};

use super::{Table, number, probability};

/// Rows of what does not agree.
const MOST_FAILURES: usize = 12;

/// What was found, and where it is.
pub struct Report<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// What is expected and measured at each size.
    pub sizes: &'a [OfSize<'a>],
    /// How each size was simulated.
    pub methods: &'a [&'static str],
    /// What was found.
    pub found: &'a Convergence,
    /// The file, where it was written.
    pub file: Option<&'a Path>,
    /// The picture, where it was drawn.
    pub picture: Option<&'a Path>,
    /// The page, where it could be written.
    pub page: Option<&'a Path>,
}

impl Report<'_> {
    fn names(&self) -> Vec<String> {
        self.scenario.network.population_names()
    }

    fn time(&self, normed: &Normed) -> f64 {
        self.sizes[normed.point.size].0.times[normed.point.sample]
    }
}

/// Tables of exponents and of errors, and the verdict.
pub fn text(report: &Report<'_>) -> String {
    let Report { scenario, found, .. } = report;
    let mut text = format!("{}: error against the limit\n", scenario.title);
    let _ = writeln!(text, "\nErrors, largest over time (sup):\n{}", errors(report));
    let _ = writeln!(
        text,
        "Exponents with which they fall with n ({:.0} % intervals):\n{}",
        100.0 * COVERAGE,
        exponents(report)
    );
    if let Some(table) = failures(report) {
        let _ = writeln!(text, "Errors that do not agree, the most doubtful ones first:\n{table}");
    }
    for line in notes(report) {
        let _ = writeln!(text, "{line}");
    }
    let _ = writeln!(text, "{}", verdict(found));
    if let Some(picture) = report.picture {
        let _ = writeln!(text, "picture: {}", picture.display());
    }
    if let Some(page) = report.page {
        let _ = writeln!(text, "report: {}", page.display());
    }
    if let Some(file) = report.file {
        let _ = writeln!(text, "file: {}", file.display());
    }
    text
}

/// Tested points that fail, the most doubtful ones first.
fn failed<'a>(report: &'a Report<'_>) -> Vec<&'a Point> {
    let found = report.found;
    let is_failed = |point: &&Point| found.is_tested[point.size] && !point.tested.holds();
    let mut failed: Vec<&Point> = found.points.iter().filter(is_failed).collect();
    failed.sort_by(|one, other| one.tested.by_doubt(&other.tested));
    failed
}

fn failures(report: &Report<'_>) -> Option<String> {
    let failed = failed(report);
    if failed.is_empty() {
        return None;
    }
    let mut table = Table::new(&OF_POINT);
    for point in failed.into_iter().take(MOST_FAILURES) {
        table.row(row(report, point, probability(point.tested.adjusted_p)));
    }
    Some(table.text())
}

fn errors(report: &Report<'_>) -> String {
    let mut heads = OF_POINT.to_vec();
    heads.push("verdict");
    let mut table = Table::new(&heads);
    for &quantity in &report.found.quantities {
        for population in 0..report.names().len() {
            for Normed { point, .. } in report.found.of(quantity, Norm::Sup, population) {
                let is_tested = report.found.is_tested[point.size];
                let verdict = match (is_tested, point.tested.holds()) {
                    (false, _) => "too small",
                    (true, true) => "holds",
                    (true, false) => "FAILS",
                };
                let p = probability(point.tested.adjusted_p);
                let mut row = row(report, point, if is_tested { p } else { "-".to_owned() });
                row.push(verdict.to_owned());
                table.row(row);
            }
        }
    }
    table.text()
}

/// What is said of an error at one size and time.
const OF_POINT: [&str; 9] =
    ["quantity", "population", "n", "time", "measured", "s.e.", "expected", "margin", "p (Holm)"];

fn row(report: &Report<'_>, point: &Point, p: String) -> Vec<String> {
    let Point { quantity, size, sample, population, tested } = point;
    let Tested { measured, predicted, test, .. } = tested;
    let (expected, _) = report.sizes[*size];
    vec![
        quantity.name().to_owned(),
        report.names()[*population].clone(),
        format!("{}", expected.size),
        format!("{:.4}", expected.times[*sample]),
        number(measured.value, measured.standard_error),
        number(measured.standard_error, measured.standard_error),
        number(*predicted, measured.standard_error),
        format!("{:.1e}", test.margin),
        p,
    ]
}

fn exponents(report: &Report<'_>) -> String {
    let names = report.names();
    let mut table = Table::new(&[
        "quantity",
        "population",
        "norm",
        "sizes",
        "exponent",
        "interval",
        "expected",
        "margin",
        "p (Holm)",
        "verdict",
    ]);
    for slope in &report.found.slopes {
        let mut row = vec![
            slope.quantity.name().to_owned(),
            names[slope.population].clone(),
            slope.norm.name().to_owned(),
            format!("{}", slope.sizes.len()),
        ];
        if let (Some(found), Some(tested)) = (&slope.exponent, &slope.tested) {
            let verdict = if tested.holds() { "holds" } else { "FAILS" };
            row.extend([
                format!("{:.3}", found.value),
                format!("{:.3} to {:.3}", found.low, found.high),
                format!("{:.3}", tested.predicted),
                format!("{:.1e}", tested.test.margin),
                probability(tested.adjusted_p),
                verdict.to_owned(),
            ]);
        } else {
            row.extend(["-", "-", "-", "-", "-", "not resolved"].map(str::to_owned));
        }
        table.row(row);
    }
    table.text()
}

/// What was left out, and why.
pub fn notes(report: &Report<'_>) -> Vec<String> {
    let Report { scenario, sizes, found, .. } = report;
    let unit = &scenario.sampling.time_unit;
    let mut notes = Vec::new();
    let small: Vec<String> = sizes
        .iter()
        .zip(&found.is_tested)
        .filter(|(_, tested)| !**tested)
        .map(|((expected, _), _)| format!("{}", expected.size))
        .collect();
    if !small.is_empty() {
        notes.push(format!("not tested: n = {}, too small for the theory", small.join(", ")));
    }
    let (first, _) = sizes[0];
    if let Some(end) = &first.limit.end {
        notes.push(format!("errors are those before the limit ends: {end}"));
    }
    let counted = found.window.samples(Quantity::Mean);
    let early: Vec<f64> = (1..first.times.len())
        .filter(|sample| !counted.contains(sample))
        .map(|sample| first.times[sample])
        .collect();
    if let (Some(from), Some(to)) = (early.first(), early.last()) {
        notes.push(format!(
            "left out: {} sample times from {from} to {to} {unit}, at which a network of n = {} is in an initial layer",
            early.len(),
            first.size
        ));
    }
    let laws = found.window.samples(Quantity::Wasserstein).len();
    if laws < counted.len() {
        notes.push(format!(
            "laws are compared at {laws} of {} times: at the others the series of their moments does not converge",
            counted.len()
        ));
    }
    if let Some(energy) = &first.energy {
        if energy.is_per_size() {
            notes.push("energy_synapse is per n, with which the jumps of a neuron grow".to_owned());
        }
        notes.push(
            "energy_spike is spikes times their price: its errors are not compared again"
                .to_owned(),
        );
    }
    let unresolved = found.slopes.iter().filter(|slope| slope.exponent.is_none()).count();
    if unresolved > 0 {
        notes.push(format!(
            "not resolved: {unresolved} of {} exponents, since at fewer than two sizes the expected error is three standard errors and two margins of the theory",
            found.slopes.len()
        ));
    }
    notes
}

/// In a line.
fn verdict(found: &Convergence) -> String {
    let all = found.tests().count();
    let failed = found.tests().filter(|tested| !tested.holds()).count();
    if failed == 0 && all > 0 {
        format!(
            "PASSED: measured and expected errors agree at all sizes and times, and so do their exponents: all {all} comparisons hold (family-wise level {LEVEL}, Holm)."
        )
    } else {
        format!(
            "FAILED: {failed} of {all} comparisons do not hold (family-wise level {LEVEL}, Holm)."
        )
    }
}

/// All of it for programs.
pub fn json(report: &Report<'_>) -> Value {
    let Report { scenario, sizes, methods, found, .. } = report;
    let names = report.names();
    let all = found.tests().count();
    let of_sizes = sizes.iter().zip(*methods).zip(&found.is_tested);
    let of_sizes = of_sizes.map(|(((expected, measured), method), tested)| {
        json!({ "n": expected.size, "networks": measured.networks(), "method": method, "large_enough": tested })
    });
    let errors = found.normed.iter().map(|normed| {
        let Tested { measured, predicted, test, adjusted_p, .. } = normed.point.tested;
        let is_tested = found.is_tested[normed.point.size];
        json!({
            "quantity": normed.point.quantity.name(), "population": names[normed.point.population],
            "norm": normed.norm.name(), "n": sizes[normed.point.size].0.size, "time": report.time(normed),
            "error": measured.value, "standard_error": measured.standard_error, "expected": predicted,
            "margin": test.margin, "plain": normed.plain, "resolved": normed.is_resolved,
            "p": is_tested.then_some(adjusted_p), "holds": is_tested.then(|| normed.point.tested.holds()),
        })
    });
    json!({
        "title": scenario.title,
        "seed": scenario.seed,
        "complete": true,
        "holds": found.holds(),
        "level": LEVEL,
        "comparisons": all,
        "sizes": of_sizes.collect::<Vec<_>>(),
        "errors": errors.collect::<Vec<_>>(),
        "exponents": found.slopes.iter().map(|slope| exponent(slope, sizes, &names)).collect::<Vec<_>>(),
        "failures": failed(report).into_iter().map(|point| json!({
            "quantity": point.quantity.name(), "population": names[point.population],
            "n": sizes[point.size].0.size, "time": sizes[point.size].0.times[point.sample],
            "error": point.tested.measured.value, "standard_error": point.tested.measured.standard_error,
            "expected": point.tested.predicted, "margin": point.tested.test.margin, "p": point.tested.adjusted_p,
        })).collect::<Vec<_>>(),
        "notes": notes(report),
        "picture": report.picture.map(|picture| picture.display().to_string()),
        "report": report.page.map(|page| page.display().to_string()),
        "file": report.file.map(|file| file.display().to_string()),
    })
}

fn exponent(slope: &Slope, sizes: &[OfSize<'_>], names: &[String]) -> Value {
    let local = slope.local.iter().map(|local| {
        let [from, to] = [local.size, local.size + 1].map(|size| sizes[size].0.size);
        json!({
            "from": from, "to": to, "exponent": local.measured.value,
            "standard_error": local.measured.standard_error, "expected": local.expected,
        })
    });
    let (found, tested) = (slope.exponent.as_ref(), slope.tested.as_ref());
    json!({
        "quantity": slope.quantity.name(), "population": names[slope.population], "norm": slope.norm.name(),
        "sizes": slope.sizes.iter().map(|size| sizes[*size].0.size).collect::<Vec<_>>(),
        "exponent": found.map(|e| e.value), "standard_error": found.map(|e| e.standard_error),
        "low": found.map(|e| e.low), "high": found.map(|e| e.high), "coverage": COVERAGE,
        "expected": tested.map(|t| t.predicted), "margin": tested.map(|t| t.test.margin),
        "p": tested.map(|t| t.adjusted_p), "holds": tested.map(Tested::holds),
        "local": local.collect::<Vec<_>>(),
    })
}
