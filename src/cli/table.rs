//! Text and JSON for people and programs.

use std::fmt::Write;
use std::path::Path;

use equipoise::limit::{Balance, FiniteNSolution, LimitSolution};
use equipoise::model::Scenario;
use equipoise::validation::{Comparison, LEVEL, Observed, Prediction, Quantity, Verdict};
use serde_json::{Value, json};

/// What `validate` found.
pub struct Report<'a> {
    pub scenario: &'a Scenario,
    pub times: &'a [f64],
    pub replicates: usize,
    pub prediction: &'a Prediction,
    pub verdict: &'a Verdict,
    pub file: &'a Path,
}

/// Columns of text, the first two aligned to the left.
struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new(header: &[&str]) -> Self {
        Self { rows: vec![header.iter().map(|&cell| cell.to_owned()).collect()] }
    }

    fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    fn text(&self) -> String {
        let columns = self.rows[0].len();
        let width = |column: usize| {
            self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
                if column < 2 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            let line = cells.collect::<Vec<_>>().join("  ");
            text.push_str("  ");
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// Enough digits to see the difference that `scale` is about.
fn number(value: f64, scale: f64) -> String {
    let digits =
        if scale > 0.0 { (1.0 - scale.log10().floor()).clamp(0.0, 12.0) as usize } else { 4 };
    format!("{value:.digits$}")
}

/// Six decimals, and no sign on zero.
fn fixed(value: f64) -> String {
    format!("{:.6}", if value.abs() < 5e-7 { 0.0 } else { value })
}

fn headline(scenario: &Scenario) -> String {
    format!("{}: n = {}", scenario.title, scenario.network.size)
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
    let _ = writeln!(text, "\nAt {end} {unit}, and in the limit:\n{}", distance_table(report));
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

/// Simulation and finite-n theory beside the limit, at the last sample time.
fn distance_table(report: &Report<'_>) -> String {
    let names = report.scenario.network.population_names();
    let last = report.times.len() - 1;
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
    let object = json!({
        "title": scenario.title, "n": scenario.network.size, "replicates": report.replicates, "seed": scenario.seed,
        "method": scenario.method.name(), "level": LEVEL, "holds": verdict.holds(),
        "largest_balance_residual": prediction.limit.balance_residual.iter().copied().fold(0.0, f64::max),
        "file": report.file.display().to_string(), "comparisons": comparisons,
    });
    format!("{object:#}")
}

/// Estimates of an ensemble observed at one time.
pub fn moments(
    scenario: &Scenario,
    time: f64,
    observed: &Observed,
    quantities: &[Quantity],
) -> String {
    let names = scenario.network.population_names();
    let unit = &scenario.sampling.time_unit;
    let mut text = format!(
        "{}, {} networks ({}), at {time} {unit}\n\n",
        headline(scenario),
        observed.replicates(),
        scenario.method.name()
    );
    if observed.replicates() == 0 {
        return text;
    }
    let mut table = Table::new(&["quantity", "population", "mean over networks", "s.e."]);
    for quantity in quantities {
        for (population, name) in names.iter().enumerate() {
            let estimate = observed.estimate(*quantity, 0, population);
            let scale =
                if estimate.standard_error.is_finite() { estimate.standard_error } else { 0.0 };
            let error = if scale > 0.0 { number(scale, scale) } else { "-".to_owned() };
            table.row(vec![
                quantity.name(&names),
                name.clone(),
                number(estimate.value, scale),
                error,
            ]);
        }
    }
    text.push_str(&table.text());
    text
}

/// The rank of `K`, and whether a network of this size can tell it.
fn rank(balance: &Balance, scenario: &Scenario) -> String {
    let (rank, size) = (balance.rank(), scenario.network.population_count());
    let values: Vec<String> =
        balance.singular_values.iter().map(|value| format!("{value:.4}")).collect();
    let resolution = balance.resolution(&scenario.network);
    let mut text = format!("K has rank {rank} of {size}, singular values {}", values.join(", "));
    if rank > 0 {
        let _ = write!(text, "; sigma_min sqrt(n) tau = {resolution:.3}");
    }
    if resolution < 1.0 {
        text.push_str(" (below about 1 the rank is a matter of n)");
    }
    text
}

/// The theory, by sample time.
pub fn theory(
    scenario: &Scenario,
    balance: &Balance,
    limit: &LimitSolution,
    finite_n: Option<&FiniteNSolution>,
) -> String {
    let names = scenario.network.population_names();
    let width = names.len();
    let mut text = format!("{}\n{}\n", scenario.title, rank(balance, scenario));
    for layer in &limit.layers {
        let moved =
            layer.before.iter().zip(&layer.after).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        if moved > 1e-9 {
            let _ = writeln!(
                text,
                "initial layer at {}: means {:.6?} -> {:.6?}",
                layer.time, layer.before, layer.after
            );
        }
    }
    let mut table = Table::new(&[
        "time",
        "population",
        "m (limit)",
        "v (limit)",
        "spikes/n",
        "fast eigenvalue",
    ]);
    for (sample, time) in limit.times.iter().enumerate() {
        for (population, name) in names.iter().enumerate() {
            let at = sample * width + population;
            table.row(vec![
                format!("{time:.4}"),
                name.clone(),
                fixed(limit.mean[at]),
                fixed(limit.variance[at]),
                format!("{:.6}", limit.spikes[at]),
                format!("{:.4}", limit.fast_eigenvalue[sample]),
            ]);
        }
    }
    let _ = writeln!(text, "\nLimit:\n{}", table.text());
    let Some(theory) = finite_n else { return text };
    let mut table = Table::new(&[
        "time",
        "population",
        "mean",
        "variance",
        "third cumulant",
        "spikes",
        "s.d. of mean",
    ]);
    for (sample, time) in theory.times.iter().enumerate() {
        for (population, name) in names.iter().enumerate() {
            let at = sample * width + population;
            table.row(vec![
                format!("{time:.4}"),
                name.clone(),
                fixed(theory.mean[at]),
                fixed(theory.variance[at]),
                fixed(theory.third_cumulant[at]),
                format!("{:.2}", theory.spikes[at]),
                format!("{:.6}", theory.mean_covariance[at * width + population].sqrt()),
            ]);
        }
    }
    let _ = writeln!(text, "Finite-n theory, n = {}:\n{}", scenario.network.size, table.text());
    text
}
