//! What `validate` found, as a table and as JSON.

use std::fmt::Write;
use std::path::Path;

use equipoise::model::Scenario;
use equipoise::validation::{Comparison, LEVEL, Prediction, Quantity, Verdict};
use serde_json::{Value, json};

use super::theory::ending;
use super::{Table, headline, number};

/// What `validate` found.
pub struct Report<'a> {
    pub scenario: &'a Scenario,
    pub times: &'a [f64],
    pub replicates: usize,
    pub prediction: &'a Prediction,
    pub verdict: &'a Verdict,
    pub file: &'a Path,
}

/// The verdict table of `validate`.
pub fn text(report: &Report<'_>) -> String {
    let Report { scenario, times, verdict, .. } = report;
    let unit = &scenario.sampling.time_unit;
    let end = times[times.len() - 1];
    let mut text = format!(
        "{}, {} networks ({}), {} sample times to {end} {unit}\n\nSimulation against finite-n theory, where they differ most:\n",
        headline(scenario),
        report.replicates,
        scenario.method.name(),
        times.len(),
    );
    text.push_str(&verdict_table(report));
    let failed = verdict.comparisons.iter().filter(|comparison| !comparison.holds()).count();
    let total = verdict.comparisons.len();
    let last = last_compared(report);
    let _ = writeln!(
        text,
        "\nAt {} {unit}, and in the limit:\n{}",
        times[last],
        distance_table(report, last)
    );
    if let Some(end) = &report.prediction.limit.end {
        let _ = writeln!(text, "{}\nNothing is compared after that.", ending(scenario, end));
    }
    let _ = match failed {
        0 => writeln!(
            text,
            "PASSED: all {total} comparisons hold (family-wise level {LEVEL}, Holm)."
        ),
        _ => writeln!(
            text,
            "FAILED: {failed} of {total} comparisons do not hold (family-wise level {LEVEL}, Holm)."
        ),
    };
    let _ = writeln!(text, "file: {}", report.file.display());
    text
}

fn verdict_table(report: &Report<'_>) -> String {
    let names = report.scenario.network.population_names();
    let mut table = Table::new(&[
        "quantity",
        "population",
        "time",
        "simulation",
        "s.e.",
        "theory",
        "difference",
        "margin",
        "p (Holm)",
        "verdict",
    ]);
    for quantity in Quantity::all(names.len()) {
        for (population, name) in names.iter().enumerate() {
            let Some(worst) = report.verdict.worst(quantity, population) else { continue };
            let failed =
                report.verdict.of(quantity, population).any(|comparison| !comparison.holds());
            let Comparison { test, .. } = worst;
            let scale =
                test.standard_error.min(test.difference.abs().max(test.standard_error / 10.0));
            table.row(vec![
                quantity.name(&names),
                name.clone(),
                format!("{:.4}", report.times[worst.sample])
                    .trim_end_matches('0')
                    .trim_end_matches('.')
                    .to_owned(),
                number(worst.measured.value, scale),
                number(test.standard_error, scale),
                number(worst.predicted, scale),
                format!("{:+.1e}", test.difference),
                format!("{:.1e}", test.margin),
                format!("{:.3}", worst.adjusted_p),
                if failed { "FAILS" } else { "holds" }.to_owned(),
            ]);
        }
    }
    table.text()
}

/// The last sample with a prediction.
fn last_compared(report: &Report<'_>) -> usize {
    report.prediction.limit.times.len() - 1
}

/// Simulation and finite-n theory beside the limit, at the last sample that is compared.
fn distance_table(report: &Report<'_>, last: usize) -> String {
    let names = report.scenario.network.population_names();
    let mut table = Table::new(&[
        "quantity",
        "population",
        "simulation",
        "s.e.",
        "theory",
        "limit",
        "simulation - limit",
        "theory - limit",
    ]);
    for quantity in [Quantity::Mean, Quantity::Variance, Quantity::Spikes] {
        for (population, name) in names.iter().enumerate() {
            let at_end = report
                .verdict
                .of(quantity, population)
                .find(|comparison| comparison.sample == last);
            let Some((comparison, limit)) = at_end.and_then(|c| c.limit.map(|limit| (c, limit)))
            else {
                continue;
            };
            let (measured, scale) = (comparison.measured, comparison.measured.standard_error);
            table.row(vec![
                quantity.name(&names),
                name.clone(),
                number(measured.value, scale),
                number(scale, scale),
                number(comparison.predicted, scale),
                number(limit, scale),
                format!("{:+.2e}", measured.value - limit),
                format!("{:+.2e}", comparison.predicted - limit),
            ]);
        }
    }
    table.text()
}

/// What `validate --json` prints.
pub fn json(report: &Report<'_>) -> String {
    let Report { scenario, times, verdict, prediction, .. } = report;
    let names = scenario.network.population_names();
    let comparisons: Vec<Value> = verdict
        .comparisons
        .iter()
        .map(|c| {
            json!({
                "time": times[c.sample], "population": names[c.population], "quantity": c.quantity.name(&names),
                "measured": c.measured.value, "standard_error": c.test.standard_error, "predicted": c.predicted,
                "limit": c.limit, "difference": c.test.difference, "margin": c.test.margin, "z": c.test.z,
                "p": c.test.p, "p_adjusted": c.adjusted_p, "holds": c.holds(),
            })
        })
        .collect();
    let mut object = json!({
        "title": scenario.title, "n": scenario.network.size, "replicates": report.replicates, "seed": scenario.seed,
        "method": scenario.method.name(), "level": LEVEL, "holds": verdict.holds(),
        "largest_balance_residual": prediction.limit.balance_residual.iter().copied().fold(0.0, f64::max),
        "file": report.file.display().to_string(), "comparisons": comparisons,
    });
    if let Some(end) = &prediction.limit.end {
        object["limit_end"] = json!({ "time": end.time(), "reason": end.to_string() });
    }
    format!("{object:#}")
}
