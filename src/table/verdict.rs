//! What `validate` found, as a table and as JSON.

use std::fmt::Write;
use std::path::Path;

use crate::energy::Item;
use crate::model::Scenario;
use crate::validation::law::PROBABILITIES;
use crate::validation::{
    CountComparison, LEVEL, LawComparison, Prediction, Quantity, Tested, Verdict,
};
use serde_json::{Map, Value, json};

use super::theory::{ending, validity, validity_json};
use super::{Table, headline, number, outcome, probability};

/// What `validate` found.
pub struct Report<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The sample times.
    pub times: &'a [f64],
    /// Complete networks.
    pub replicates: usize,
    /// What was predicted.
    pub prediction: &'a Prediction,
    /// What was found.
    pub verdict: &'a Verdict,
    /// The file, where it was written.
    pub file: Option<&'a Path>,
    /// Its HTML report, if it could be made.
    pub page: Option<&'a Path>,
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
    let failed = verdict.tests().filter(|tested| !tested.holds()).count();
    let total = verdict.tests().count();
    let last = last_compared(report);
    let _ = writeln!(
        text,
        "\nAt {} {unit}, and in the limit:\n{}",
        times[last],
        limit_table(report, last)
    );
    if let Some(end) = &report.prediction.limit.end {
        let _ = writeln!(text, "{}\nNothing is compared after that.", ending(scenario, end));
    }
    if !verdict.distances.is_empty() {
        let _ = writeln!(
            text,
            "Distances of all potentiations to their laws (Kolmogorov-Smirnov, Wasserstein-1), and what independent values of the law show:\n{}",
            distance_table(report)
        );
    }
    let _ = writeln!(text, "{}", validity(scenario, &report.prediction.validity));
    let _ = writeln!(text, "{}", outcome(failed, total));
    if let Some(page) = report.page {
        let _ = writeln!(text, "report: {}", page.display());
    }
    if let Some(file) = report.file {
        let _ = writeln!(text, "file: {}", file.display());
    }
    text
}

fn verdict_table(report: &Report<'_>) -> String {
    let Report { verdict, times, .. } = report;
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
    let has_energy = report.prediction.energy.is_some();
    for quantity in Quantity::all_with(names.len(), has_energy) {
        for (population, name) in names.iter().enumerate() {
            let tests = verdict.of(quantity, population);
            let tests = tests.map(|c| (&c.tested, quantity.name(&names), times[c.sample]));
            table.row_of_worst(name, tests.collect());
        }
    }
    for (population, name) in names.iter().enumerate() {
        let tests = verdict.law.iter().filter(|c| c.population == population);
        let tests = tests.map(|c| (&c.tested, law_name(c), c.time));
        table.row_of_worst(name, tests.collect());
    }
    for CountComparison { population, tested } in &verdict.counts {
        let end = times[times.len() - 1];
        table.row_of_worst(&names[*population], vec![(tested, "fano".to_owned(), end)]);
    }
    table.text()
}

/// The part of the neurons below a quantile.
fn law_name(comparison: &LawComparison) -> String {
    format!("below_{}", PROBABILITIES[comparison.level])
}

impl Table {
    /// A row for the most doubtful of some tests of a population, each with what it is about and its time.
    fn row_of_worst(&mut self, population: &str, tests: Vec<(&Tested, String, f64)>) {
        let failed = tests.iter().any(|(tested, _, _)| !tested.holds());
        let worst = tests.into_iter().min_by(|(a, _, _), (b, _, _)| a.by_doubt(b));
        let Some((Tested { measured, predicted, test, adjusted_p, .. }, name, time)) = worst else {
            return;
        };
        let scale = test.standard_error.min(test.difference.abs().max(test.standard_error / 10.0));
        self.row(vec![
            name,
            population.to_owned(),
            moment(time),
            number(measured.value, scale),
            number(test.standard_error, scale),
            number(*predicted, scale),
            format!("{:+.1e}", test.difference),
            format!("{:.1e}", test.margin),
            probability(*adjusted_p),
            if failed { "FAILS" } else { "holds" }.to_owned(),
        ]);
    }
}

/// A time, to four decimals at most.
fn moment(time: f64) -> String {
    format!("{time:.4}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// All neurons of all networks against their laws.
fn distance_table(report: &Report<'_>) -> String {
    let names = report.scenario.network.population_names();
    let mut table = Table::new(&[
        "population",
        "time",
        "neurons",
        "KS theory",
        "KS limit",
        "KS floor",
        "W1 theory",
        "W1 limit",
        "W1 floor",
    ]);
    for of in &report.verdict.distances {
        let limit =
            |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.2e}"));
        table.row(vec![
            names[of.population].clone(),
            moment(of.time),
            of.count.to_string(),
            format!("{:.2e}", of.finite_n.kolmogorov),
            limit(of.limit.map(|limit| limit.kolmogorov)),
            format!("{:.2e}", of.floor.kolmogorov),
            format!("{:.2e}", of.finite_n.wasserstein),
            limit(of.limit.map(|limit| limit.wasserstein)),
            format!("{:.2e}", of.floor.wasserstein),
        ]);
    }
    table.text()
}

/// The last sample with a prediction.
fn last_compared(report: &Report<'_>) -> usize {
    report.prediction.limit.times.len() - 1
}

/// Simulation and finite-n theory beside the limit, at the last sample that is compared.
fn limit_table(report: &Report<'_>, last: usize) -> String {
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
    let mut row = |quantity: String, population: usize, tested: &Tested| {
        let (measured, scale) = (tested.measured, tested.measured.standard_error);
        let Some(limit) = tested.limit else { return };
        table.row(vec![
            quantity,
            names[population].clone(),
            number(measured.value, scale),
            number(scale, scale),
            number(tested.predicted, scale),
            number(limit, scale),
            format!("{:+.2e}", measured.value - limit),
            format!("{:+.2e}", tested.predicted - limit),
        ]);
    };
    let energies = Item::RANDOM.map(Quantity::Energy);
    let moments = [Quantity::Mean, Quantity::Variance, Quantity::Spikes];
    for quantity in moments.into_iter().chain(energies) {
        for population in 0..names.len() {
            let of = report.verdict.of(quantity, population);
            for comparison in of.filter(|comparison| comparison.sample == last) {
                row(quantity.name(&names), population, &comparison.tested);
            }
        }
    }
    for CountComparison { population, tested } in &report.verdict.counts {
        row("fano".to_owned(), *population, tested);
    }
    table.text()
}

/// What `validate --json` prints.
pub fn json(report: &Report<'_>) -> String {
    let Report { scenario, times, verdict, prediction, .. } = report;
    let names = scenario.network.population_names();
    let comparisons = verdict.comparisons.iter().map(|c| {
        let place = json!({
            "time": times[c.sample], "population": names[c.population], "quantity": c.quantity.name(&names),
        });
        with_test(place, &c.tested)
    });
    let comparisons: Vec<Value> = comparisons.collect();
    let mut object = json!({
        "title": scenario.title, "n": scenario.network.size, "replicates": report.replicates, "seed": scenario.seed,
        "method": scenario.method.name(), "level": LEVEL, "holds": verdict.holds(),
        "largest_balance_residual": prediction.limit.balance_residual.iter().copied().fold(0.0, f64::max),
        "file": report.file.map(|file| file.display().to_string()), "report": report.page.map(|page| page.display().to_string()),
        "comparisons": comparisons,
    });
    for (name, values) in of_records(report) {
        object[name] = Value::from(values);
    }
    object["validity"] = validity_json(&prediction.validity);
    if let Some(end) = &prediction.limit.end {
        object["limit_end"] = json!({ "time": end.time(), "reason": end.to_string() });
    }
    format!("{object:#}")
}

/// What is compared of records: nothing where there are none.
fn of_records(report: &Report<'_>) -> Vec<(&'static str, Vec<Value>)> {
    let Report { scenario, verdict, .. } = report;
    let names = scenario.network.population_names();
    let law = verdict.law.iter().map(|c| {
        let place = json!({
            "time": c.time, "population": names[c.population], "probability": PROBABILITIES[c.level],
            "quantile": c.quantile,
        });
        with_test(place, &c.tested)
    });
    let distances = verdict.distances.iter().map(|of| {
        json!({
            "time": of.time, "population": names[of.population], "neurons": of.count,
            "kolmogorov": of.finite_n.kolmogorov, "kolmogorov_limit": of.limit.map(|limit| limit.kolmogorov),
            "kolmogorov_floor": of.floor.kolmogorov,
            "wasserstein": of.finite_n.wasserstein, "wasserstein_limit": of.limit.map(|limit| limit.wasserstein),
            "wasserstein_floor": of.floor.wasserstein,
        })
    });
    let counts = verdict.counts.iter().map(|c| {
        with_test(json!({ "population": names[c.population], "quantity": "fano" }), &c.tested)
    });
    let mut all: Vec<(&str, Vec<Value>)> = vec![
        ("law", law.collect()),
        ("distances", distances.collect()),
        ("variability", counts.collect()),
    ];
    all.retain(|(_, values)| !values.is_empty());
    all
}

/// A test, after the fields that say where it is.
fn with_test(place: Value, tested: &Tested) -> Value {
    let Tested { measured, predicted, limit, test, adjusted_p } = tested;
    let fields = json!({
        "measured": measured.value, "standard_error": test.standard_error, "predicted": predicted,
        "limit": limit, "difference": test.difference, "margin": test.margin, "z": test.z,
        "p": test.p, "p_adjusted": adjusted_p, "holds": tested.holds(),
    });
    let parts = [place, fields].into_iter().filter_map(|part| match part {
        Value::Object(fields) => Some(fields),
        _ => None,
    });
    Value::Object(parts.flatten().collect::<Map<_, _>>())
}
