//! Limit and finite-n theory, by sample time.

use std::fmt::Write;

use crate::job::theory::FiniteSize;
use crate::limit::{Balance, Expansion, LimitError, LimitSolution, Validity};
use crate::model::Scenario;
use serde_json::{Value, json};

use super::{Table, fixed};

/// The rank of `K`, and whether a network of this size can tell it.
pub(super) fn rank(balance: &Balance, scenario: &Scenario) -> String {
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

/// Where the limit ends, and why.
pub(super) fn ending(scenario: &Scenario, end: &LimitError) -> String {
    format!("THE LIMIT ENDS at {:.6} {}: {end}", end.time(), scenario.sampling.time_unit)
}

/// The theory, by sample time.
pub fn theory(
    scenario: &Scenario,
    balance: &Balance,
    limit: &LimitSolution,
    finite_n: Option<&FiniteSize>,
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
    if let Some(end) = &limit.end {
        let _ = writeln!(text, "{}\n", ending(scenario, end));
    }
    let Some(FiniteSize { expansion, validity, .. }) = finite_n else { return text };
    let Expansion { first: theory, margin, .. } = expansion;
    let mut table = Table::new(&[
        "time",
        "population",
        "mean",
        "+-",
        "variance",
        "+-",
        "third cumulant",
        "+-",
        "spikes",
        "+-",
        "s.d. of mean",
    ]);
    let plus_minus = |value: f64| format!("{value:.0e}");
    for (sample, time) in theory.times.iter().enumerate() {
        for (population, name) in names.iter().enumerate() {
            let at = sample * width + population;
            table.row(vec![
                format!("{time:.4}"),
                name.clone(),
                fixed(theory.mean[at]),
                plus_minus(margin.mean[at]),
                fixed(theory.variance[at]),
                plus_minus(margin.variance[at]),
                fixed(theory.third_cumulant[at]),
                plus_minus(margin.third_cumulant[at]),
                format!("{:.2}", theory.spikes[at]),
                plus_minus(margin.spikes[at]),
                format!("{:.6}", theory.mean_covariance[at * width + population].sqrt()),
            ]);
        }
    }
    let _ = writeln!(
        text,
        "Finite-n theory, n = {}, with the margins that its next order leaves:\n{}",
        scenario.network.size,
        table.text()
    );
    let _ = writeln!(text, "{}", self::validity(scenario, validity));
    text
}

/// Whether `n` is large enough for the finite-n theory, and if not why.
pub(super) fn validity(scenario: &Scenario, validity: &Validity) -> String {
    let size = scenario.network.size;
    let enough = |size: f64| {
        if size.is_finite() {
            format!("n = {:.0}", size.ceil().max(1.0))
        } else {
            "no n".to_owned()
        }
    };
    if validity.holds() {
        return format!(
            "n = {size} is large enough for this theory; {} would be.",
            enough(validity.size())
        );
    }
    let mut text = format!(
        "n = {size} IS TOO SMALL for the finite-n theory, whose margins are not to be relied on:"
    );
    for broken in validity.broken() {
        let _ = write!(
            text,
            "\n  {}; {} = {:.3} at {} {} should be at most {} ({} would do)",
            broken.concern.describe(),
            broken.concern.name(),
            broken.value,
            broken.time,
            scenario.sampling.time_unit,
            broken.bound,
            enough(broken.size),
        );
    }
    text
}

/// The same as JSON.
pub fn validity_json(validity: &Validity) -> Value {
    let criteria: Vec<Value> = validity
        .criteria
        .iter()
        .map(|criterion| {
            json!({
                "name": criterion.concern.name(), "value": criterion.value, "bound": criterion.bound,
                "time": criterion.time, "holds": criterion.holds(), "enough_n": criterion.size,
            })
        })
        .collect();
    json!({ "holds": validity.holds(), "enough_n": validity.size(), "criteria": criteria })
}
