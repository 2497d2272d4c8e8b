//! What a sweep found, as tables and as JSON.

use std::fmt::Write;
use std::path::Path;

use crate::limit::sweep::{Bifurcation, BranchEnd, Interval, Sweep, SweepPoint};
use crate::model::Scenario;
use serde_json::{Value, json};

use super::{Table, fixed};
use crate::job::sweep::Grid;

/// What a sweep found, and where it is.
pub struct Report<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// What was swept.
    pub grid: &'a Grid,
    /// What was found.
    pub sweep: &'a Sweep,
    /// The file, where it was written.
    pub file: Option<&'a Path>,
    /// The picture, where it was drawn.
    pub picture: Option<&'a Path>,
}

/// Tables of the special points and of the numbers of fixed points.
pub fn text(report: &Report<'_>) -> String {
    let Report { scenario, grid, sweep, .. } = report;
    let mut text = format!(
        "{}: fixed points of the limit, {} from {} to {} ({} values)\n",
        scenario.title, grid.path, grid.from, grid.to, grid.count
    );
    let _ = writeln!(text, "\nSpecial points:\n{}", specials(scenario, sweep));
    let _ = writeln!(text, "Fixed points:\n{}", intervals(sweep));
    for line in endings(sweep) {
        let _ = writeln!(text, "{line}");
    }
    for line in unbalanced(sweep) {
        let _ = writeln!(text, "{line}");
    }
    if let Some(picture) = report.picture {
        let _ = writeln!(text, "picture: {}", picture.display());
    }
    if let Some(file) = report.file {
        let _ = writeln!(text, "file: {}", file.display());
    }
    text
}

fn specials(scenario: &Scenario, sweep: &Sweep) -> String {
    if sweep.special_points().next().is_none() {
        return "  none\n".to_owned();
    }
    let names = &sweep.populations;
    let moments =
        |symbol: &str| names.iter().map(|name| format!("{symbol}({name})")).collect::<Vec<_>>();
    let header: Vec<String> = ["kind", "branch", "parameter"]
        .map(str::to_owned)
        .into_iter()
        .chain(moments("mean"))
        .chain(moments("rate"))
        .chain(["period".to_owned()])
        .collect();
    let mut table = Table::new(&header.iter().map(String::as_str).collect::<Vec<_>>());
    for (branch, kind, point) in sweep.special_points() {
        let period = period(scenario, kind);
        let numbers = point.mean.iter().chain(&point.rates).map(|value| fixed(*value));
        let cells =
            [kind.name().to_owned(), (branch + 1).to_string(), format!("{:.8}", point.parameter)];
        let period = period.map_or_else(|| "-".to_owned(), fixed);
        table.row(cells.into_iter().chain(numbers).chain([period]).collect());
    }
    table.text()
}

/// Of the oscillation at a Hopf point, in time units; that of a fast one for a network of this size.
fn period(scenario: &Scenario, kind: Bifurcation) -> Option<f64> {
    let period = std::f64::consts::TAU / kind.angular_frequency()?;
    let is_fast = matches!(kind, Bifurcation::FastHopf { .. });
    Some(if is_fast { period / scenario.network.size.sqrt() } else { period })
}

fn intervals(sweep: &Sweep) -> String {
    let mut table = Table::new(&["from", "to", "stable", "unstable"]);
    for Interval { from, to, census } in &sweep.intervals {
        table.row(vec![
            format!("{from:.8}"),
            format!("{to:.8}"),
            census.stable.to_string(),
            census.unstable.to_string(),
        ]);
    }
    table.text()
}

/// Branches that end within the sweep, and why.
fn endings(sweep: &Sweep) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, branch) in sweep.branches.iter().enumerate() {
        let outer = [&branch.points[0], &branch.points[branch.points.len() - 1]];
        for (end, point) in branch.ends.iter().zip(outer) {
            if let Some(why) = reason(end) {
                lines.push(format!("branch {} ends at {:.8}: {why}", number + 1, point.parameter));
            }
        }
    }
    lines
}

fn reason(end: &BranchEnd) -> Option<String> {
    match end {
        BranchEnd::Unresponsive => Some(
            "so many rates are all but silent or saturated that nothing holds the balance"
                .to_owned(),
        ),
        BranchEnd::NoBalance { reason } => Some(reason.clone()),
        BranchEnd::Stalled => Some("it could not be followed further".to_owned()),
        _ => None,
    }
}

/// Ranges of values without balance, each with the reason at its first value.
fn unbalanced(sweep: &Sweep) -> Vec<String> {
    let is_unbalanced = |value: f64| sweep.unbalanced.iter().find(|gap| gap.parameter == value);
    let gaps: Vec<_> = sweep.values.iter().map(|value| is_unbalanced(*value)).collect();
    gaps.chunk_by(|a, b| a.is_some() == b.is_some())
        .filter_map(|run| {
            let (first, last) = (run.first()?.as_ref()?, run.last()?.as_ref()?);
            Some(format!("from {} to {}: {}", first.parameter, last.parameter, first.reason))
        })
        .collect()
}

/// The same as one object.
pub fn json(report: &Report<'_>) -> Value {
    let Report { scenario, grid, sweep, .. } = report;
    let specials = sweep.special_points().map(|(branch, kind, point)| {
        let mut object = json!({ "kind": kind.name(), "branch": branch });
        describe(&mut object, point);
        object["angular_frequency"] = kind.angular_frequency().into();
        object
    });
    let intervals = sweep.intervals.iter().map(|Interval { from, to, census }| {
        json!({ "from": from, "to": to, "stable": census.stable, "unstable": census.unstable })
    });
    let branches = sweep.branches.iter().map(|branch| {
        let points = branch.points.iter().map(|point| {
            let mut object = json!({ "stable": point.is_stable });
            describe(&mut object, point);
            object
        });
        json!({ "points": points.collect::<Vec<_>>() })
    });
    json!({
        "title": scenario.title,
        "parameter": grid.path,
        "from": grid.from,
        "to": grid.to,
        "populations": sweep.populations,
        "special": specials.collect::<Vec<_>>(),
        "fixed_points": intervals.collect::<Vec<_>>(),
        "branches": branches.collect::<Vec<_>>(),
        "ends": endings(sweep),
        "unbalanced": unbalanced(sweep),
        "picture": report.picture.map(|picture| picture.display().to_string()),
        "file": report.file.map(|file| file.display().to_string()),
    })
}

fn describe(object: &mut Value, point: &SweepPoint) {
    object["value"] = point.parameter.into();
    object["mean"] = point.mean.clone().into();
    object["variance"] = point.variance.clone().into();
    object["rate"] = point.rates.clone().into();
    object["slow_eigenvalue"] = point.slow_eigenvalue().into();
    object["fast_eigenvalue"] = point.fast_eigenvalue().into();
}
