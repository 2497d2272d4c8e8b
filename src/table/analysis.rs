//! What `analyse` found, in words and as JSON.

use std::fmt::Write;
use std::path::Path;

use crate::job::failure::advice;
use crate::limit::analysis::{Analysis, Balanced, Destination, Growth, Stabilisation, Unbalanced};
use crate::limit::{Character, Complex, FixedPoint, Search};
use crate::model::Scenario;
use serde_json::{Value, json};

use super::theory::rank;
use super::{Table, fixed, headline};

/// The analysis in words.
pub fn text(scenario: &Scenario, analysis: &Analysis) -> String {
    let names = scenario.network.population_names();
    let unit = &scenario.sampling.time_unit;
    let mut text = format!(
        "{}, drives and external rates as at time {} {unit}\n{}\n",
        headline(scenario),
        analysis.time,
        rank(&analysis.balance, scenario)
    );
    // A direction and its opposite are the same.
    let upwards = |weights: &[f64]| -> Vec<f64> {
        let sign = weights.iter().find(|weight| weight.abs() > 1e-9).map_or(1.0, |w| w.signum());
        weights.iter().map(|weight| sign * weight).collect()
    };
    let directions = analysis
        .balance
        .fast_directions
        .column_iter()
        .map(|c| combination(upwards(c.as_slice()).iter(), &names, "m_"));
    let constraints = analysis
        .balance
        .constraints
        .column_iter()
        .map(|c| combination(upwards(c.as_slice()).iter(), &names, "S_"));
    for (direction, constraint) in directions.zip(constraints) {
        let _ = writeln!(text, "  fast: {direction}; balance fixes {constraint}");
    }
    match &analysis.balanced {
        Ok(balanced) => describe(&mut text, scenario, balanced, &names),
        Err(unbalanced) => lack(&mut text, unbalanced, &names),
    }
    text
}

/// Such as `0.447 m_E + 0.894 m_I`.
fn combination<'a>(
    weights: impl Iterator<Item = &'a f64>,
    names: &[String],
    symbol: &str,
) -> String {
    let mut text = String::new();
    for (weight, name) in weights.zip(names).filter(|(weight, _)| weight.abs() > 1e-9) {
        let sign = match (weight < &0.0, text.is_empty()) {
            (true, true) => "-",
            (true, false) => " - ",
            (false, true) => "",
            (false, false) => " + ",
        };
        let _ = write!(text, "{sign}{:.4} {symbol}{name}", weight.abs());
    }
    text
}

/// The verdict where there is no balance.
fn lack(text: &mut String, unbalanced: &Unbalanced, names: &[String]) {
    let _ = writeln!(text, "\nNO BALANCE: {}", unbalanced.reason);
    growth(text, unbalanced, names);
    if let Some(advice) = advice(&unbalanced.reason) {
        let _ = writeln!(text, "Advice: {advice}.");
    }
}

/// What grows in its place.
fn growth(text: &mut String, unbalanced: &Unbalanced, names: &[String]) {
    let Some(growth) = &unbalanced.growth else {
        let _ = writeln!(text, "Only rates at the ends of the gains' ranges make K S + h vanish.");
        return;
    };
    for (name, velocity) in growing(growth, names) {
        let direction = if velocity > 0.0 { "upwards" } else { "downwards" };
        let _ = writeln!(
            text,
            "  the mean of {name} is driven {direction}, {velocity:+.4} sqrt(n) per unit time at the rates nearest to balance"
        );
    }
    let norm = growth.velocity.iter().map(|v| v * v).sum::<f64>().sqrt();
    let direction: Vec<f64> = growth.velocity.iter().map(|v| v / norm).collect();
    let _ = writeln!(
        text,
        "Whatever the activity, {} grows by at least {:.4} sqrt(n) per unit time.",
        combination(direction.iter(), names, "m_"),
        growth.at_least
    );
}

/// Populations that take part in the growth.
fn growing<'a>(growth: &'a Growth, names: &'a [String]) -> impl Iterator<Item = (&'a String, f64)> {
    let largest = growth.velocity.iter().map(|v| v.abs()).fold(0.0, f64::max);
    let all = names.iter().zip(growth.velocity.iter().copied());
    all.filter(move |(_, velocity)| velocity.abs() > 1e-9 * largest)
}

fn describe(text: &mut String, scenario: &Scenario, balanced: &Balanced, names: &[String]) {
    let rates = names.iter().zip(&balanced.rates).map(|(name, (least, most))| {
        if balanced.dimension == 0 {
            format!("{name} {least:.6}")
        } else {
            format!("{name} from {least:.6} to {most:.6}")
        }
    });
    let rates = rates.collect::<Vec<_>>().join(", ");
    let _ = match balanced.dimension {
        0 => writeln!(text, "balance fixes all rates: {rates}"),
        1 => writeln!(text, "a line of balanced states, rates {rates}"),
        dimension => {
            writeln!(text, "balanced states of {dimension} dimensions, rates {rates}")
        }
    };
    let _ = writeln!(text, "\nFixed points of the limit: {}", searched(balanced));
    if !balanced.fixed_points.points.is_empty() {
        text.push_str(&states(balanced, names));
        text.push('\n');
        text.push_str(&eigenvalues(scenario, balanced));
    }
    for (index, at) in balanced.stabilisation.iter().enumerate() {
        let verdict = match (at.excitatory, at.by_inhibition()) {
            (None, _) => "there are no excitatory populations".to_owned(),
            (Some(alone), true) => format!(
                "inhibition-stabilised: without inhibition {alone:+.4}, with it {:+.4}",
                at.whole
            ),
            (Some(alone), false) => format!(
                "not inhibition-stabilised: without inhibition {alone:+.4}, with it {:+.4}",
                at.whole
            ),
        };
        let _ = writeln!(text, "point {} at n = {}: {verdict}", index + 1, scenario.network.size);
    }
    way(text, scenario, balanced, names);
}

fn searched(balanced: &Balanced) -> String {
    let count = balanced.fixed_points.points.len();
    match (balanced.fixed_points.search, count) {
        (Search::Continuum, _) => "every balanced state is one".to_owned(),
        (Search::Starts(starts), 0) => format!("none was found from {starts} starts"),
        (Search::Starts(starts), _) => {
            format!("{count} found from {starts} starts (there can be others)")
        }
        (_, 0) => "none".to_owned(),
        (_, 1) => "one".to_owned(),
        (_, count) => count.to_string(),
    }
}

fn states(balanced: &Balanced, names: &[String]) -> String {
    let mut table = Table::new(&["point", "population", "mean", "variance", "rate"]);
    for (index, point) in balanced.fixed_points.points.iter().enumerate() {
        for (a, name) in names.iter().enumerate() {
            table.row(vec![
                (index + 1).to_string(),
                name.clone(),
                fixed(point.mean[a]),
                fixed(point.variance[a]),
                fixed(point.rates[a]),
            ]);
        }
    }
    table.text()
}

fn eigenvalues(scenario: &Scenario, balanced: &Balanced) -> String {
    let root = scenario.network.size.sqrt();
    let unit = format!("time scale ({})", scenario.sampling.time_unit);
    let mut table = Table::new(&["point", "character", "eigenvalue", "real", "imaginary", &unit]);
    for (index, point) in balanced.fixed_points.points.iter().enumerate() {
        let slow = point.slow_eigenvalues.iter().map(|value| ("slow", value, 1.0));
        let fast = point.fast_eigenvalues.iter().map(|value| ("fast/sqrt(n)", value, root));
        for (row, (kind, value, factor)) in slow.chain(fast).enumerate() {
            let first = row == 0;
            table.row(vec![
                if first { (index + 1).to_string() } else { String::new() },
                if first { character(point.character).to_owned() } else { String::new() },
                kind.to_owned(),
                fixed(value.re),
                fixed(value.im),
                duration(1.0 / (factor * value.re.abs())),
            ]);
        }
    }
    table.text()
}

/// Four digits, however short.
fn duration(value: f64) -> String {
    if (1e-2..1e4).contains(&value) { format!("{value:.4}") } else { format!("{value:.3e}") }
}

/// The character in words.
fn character(character: Character) -> &'static str {
    match character {
        Character::StableNode => "stable node",
        Character::StableFocus => "stable focus",
        Character::UnstableNode => "unstable node",
        Character::UnstableFocus => "unstable focus",
        Character::Saddle => "saddle",
        Character::Marginal => "marginal",
        Character::BalanceUnstable => "balance unstable",
        Character::Unresponsive => "unresponsive",
        _ => "unknown",
    }
}

/// Where the initial state goes.
fn way(text: &mut String, scenario: &Scenario, balanced: &Balanced, names: &[String]) {
    let unit = &scenario.sampling.time_unit;
    let means = |values: &[f64]| {
        let words = names.iter().zip(values).map(|(name, m)| format!("{name} {}", fixed(*m)));
        words.collect::<Vec<_>>().join(", ")
    };
    let course = &balanced.course;
    let _ = writeln!(text, "\nFrom the initial state, means {}:", means(&course.initial));
    if let Some(after) = &course.after_layer {
        let _ = writeln!(text, "  after the initial layer {}", means(after));
    }
    let end = course.times.last().copied().unwrap_or(0.0);
    let _ = match &course.destination {
        Destination::FixedPoint(index) => {
            writeln!(text, "  the limit tends to point {}", index + 1)
        }
        Destination::Cycle { period, ranges } => {
            let words = names
                .iter()
                .zip(ranges)
                .map(|(name, (l, h))| format!("{name} {} to {}", fixed(*l), fixed(*h)));
            let ranges = words.collect::<Vec<_>>().join(", ");
            writeln!(
                text,
                "  the limit goes round a cycle of period {period:.4} {unit}, means {ranges}"
            )
        }
        Destination::Lost(error) => writeln!(text, "  {error}"),
        _ => writeln!(text, "  the limit still moves after {end:.4} {unit}"),
    };
}

/// The analysis as one JSON object.
pub fn json(scenario: &Scenario, analysis: &Analysis, file: Option<&Path>) -> String {
    let columns = |matrix: &[f64], height: usize| -> Vec<Vec<f64>> {
        matrix.chunks(height.max(1)).map(<[f64]>::to_vec).collect()
    };
    let (names, balance) = (scenario.network.population_names(), &analysis.balance);
    let mut object = json!({
        "title": scenario.title, "n": scenario.network.size, "time": analysis.time, "populations": names,
        "rank": balance.rank(), "singular_values": balance.singular_values.as_slice(),
        "sigma_min_sqrt_n_tau": analysis.resolution,
        "fast_directions": columns(balance.fast_directions.as_slice(), names.len()),
        "slow_directions": columns(balance.slow_directions.as_slice(), names.len()),
        "constraints": columns(balance.constraints.as_slice(), names.len()),
        "balanced": analysis.balanced.is_ok(),
    });
    match &analysis.balanced {
        Ok(balanced) => {
            object["dimension"] = balanced.dimension.into();
            object["rates"] = json!(balanced.rates);
            object["fixed_points"] = points(scenario, balanced);
            object["search"] = searched(balanced).into();
            object["course"] = course(balanced);
        }
        Err(unbalanced) => {
            object["verdict"] = unbalanced.reason.to_string().into();
            object["advice"] = advice(&unbalanced.reason).into();
            object["growth"] = unbalanced.growth.as_ref().map_or(Value::Null, |growth| {
                json!({ "velocity": growth.velocity, "rates": growth.rates, "at_least": growth.at_least })
            });
        }
    }
    object["file"] = json!(file.map(|path| path.display().to_string()));
    format!("{object:#}\n")
}

fn points(scenario: &Scenario, balanced: &Balanced) -> Value {
    let root = scenario.network.size.sqrt();
    let all = balanced.fixed_points.points.iter().zip(&balanced.stabilisation);
    let point = |(point, at): (&FixedPoint, &Stabilisation)| {
        let pairs = |values: &[Complex<f64>]| -> Vec<[f64; 2]> {
            values.iter().map(|value| [value.re, value.im]).collect()
        };
        let scales = |values: &[Complex<f64>], factor: f64| -> Vec<f64> {
            values.iter().map(|value| 1.0 / (factor * value.re.abs())).collect()
        };
        json!({
            "character": character(point.character), "stable": point.character.is_stable(),
            "mean": point.mean, "variance": point.variance, "rates": point.rates,
            "slow_eigenvalues": pairs(&point.slow_eigenvalues), "slow_time_scales": scales(&point.slow_eigenvalues, 1.0),
            "fast_eigenvalues": pairs(&point.fast_eigenvalues), "fast_time_scales": scales(&point.fast_eigenvalues, root),
            "inhibition_stabilised": at.by_inhibition(), "eigenvalue_without_inhibition": at.excitatory,
            "eigenvalue_of_the_means": at.whole,
        })
    };
    all.map(point).collect()
}

fn course(balanced: &Balanced) -> Value {
    let course = &balanced.course;
    let mut object = json!({ "initial": course.initial, "after_layer": course.after_layer });
    match &course.destination {
        Destination::FixedPoint(index) => object["fixed_point"] = (*index).into(),
        Destination::Cycle { period, ranges } => {
            object["cycle"] = json!({ "period": period, "ranges": ranges });
        }
        Destination::Lost(error) => object["lost"] = error.to_string().into(),
        _ => object["unsettled"] = true.into(),
    }
    object
}
