//! The plane of the means of the first two populations: paths of simulation, theory and limit, and the manifold of balanced states.

use equipoise_limit::{Balance, Coefficients, fixed_points};
use maud::html;

use super::ReportError;
use super::material::{LimitCurves, Material};
use super::number::plain;
use super::page::{Section, figures};
use crate::picture::figure::{Axis, Colour, Dash, Figure, Mark, Place, Series, Shape};
use crate::picture::phase_plane::{State, manifolds};

/// Room around the paths, in parts of their extent.
const ROOM: f64 = 0.15;

/// The section; none with fewer than two populations.
#[expect(clippy::unnecessary_wraps, reason = "sections are made alike")]
pub fn section(material: &Material) -> Result<Option<Section>, ReportError> {
    let [first, second, others @ ..] = material.populations() else { return Ok(None) };
    let paths = paths(material);
    let marks = fixed(material);
    let balanced = balanced(material);
    let has_balanced = !balanced.is_empty();
    let (across, upwards) = window(&paths);
    let near: Vec<Series> = marks
        .into_iter()
        .filter(|series| series.mark.places().any(|place| is_near(place, across, upwards)))
        .collect();
    let shown: Vec<Series> = paths.iter().chain(&near).cloned().collect();
    let (across, upwards) = window(&shown);
    let series: Vec<Series> = balanced.into_iter().chain(paths).chain(near).collect();
    let title = format!("Plane of the means of {first} and {second}");
    let figure = Figure {
        name: "phase-plane".to_owned(),
        description: description(&series),
        title,
        x: Axis::new(format!("mean, {first}")).between(across.0, across.1),
        y: Axis::new(format!("mean, {second}")).between(upwards.0, upwards.1),
        series,
    };
    let body = html! {
        p {
            "Balance leaves the limit on a manifold of states, on which it moves slowly. "
            @if has_balanced { "It moves as the variances change, and is drawn for those of the limit at the first and at the last time. " }
            @if has_balanced && !others.is_empty() { "What is drawn are states in which the other populations are as in the limit at that time. " }
        }
        (figures("phase-plane", &[figure]))
    };
    Ok(Some(Section { id: "phase-plane", heading: "Phase plane", body }))
}

fn is_near((x, y): Place, across: (f64, f64), upwards: (f64, f64)) -> bool {
    let near = |value: f64, (low, high): (f64, f64)| {
        let extent = high - low;
        value > low - extent && value < high + extent
    };
    near(x, across) && near(y, upwards)
}

/// Ends of the axes: around all places of some series.
fn window(series: &[Series]) -> ((f64, f64), (f64, f64)) {
    let range = |coordinate: fn(Place) -> f64| {
        let values = series.iter().flat_map(|series| series.mark.places()).map(coordinate);
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let room = (ROOM * (high - low)).max(0.02);
        (low - room, high + room)
    };
    (range(|place| place.0), range(|place| place.1))
}

/// Paths of single networks, their average, theory and limit.
fn paths(material: &Material) -> Vec<Series> {
    let mut series = Vec::new();
    let line = |values: &[f64], width: usize, dash| {
        Mark::Line(values.chunks(width).map(|row| (row[0], row[1])).collect(), dash)
    };
    if let Some(ensemble) = &material.ensemble {
        let width = ensemble.populations.len();
        for (number, example) in ensemble.examples[0].iter().enumerate() {
            let network =
                Series::new("single networks", Colour::Grey, line(example, width, Dash::Solid));
            series.push(if number == 0 { network } else { network.unnamed() });
        }
        let average: Vec<f64> =
            ensemble.moments[0].iter().map(|running| running.estimate().value).collect();
        let points = average.chunks(width).map(|row| (row[0], row[1], 0.0)).collect();
        if ensemble.networks > 1 {
            series.push(Series::new("average", Colour::Blue, Mark::Points(points, Shape::Dot)));
        }
    }
    if let Some(theory) = &material.theory {
        let path = line(&theory.values[0], theory.populations.len(), Dash::Solid);
        series.push(Series::new("theory", Colour::Vermilion, path));
    }
    if let Some(limit) = &material.limit {
        let path = line(&limit.mean, limit.populations.len(), Dash::Dashed);
        series.push(Series::new("limit", Colour::Green, path));
        series.extend(start(limit));
    }
    series
}

/// Where the limit begins.
fn start(limit: &LimitCurves) -> Option<Series> {
    let (x, y) = (*limit.mean.first()?, *limit.mean.get(1)?);
    Some(Series::new(
        "start of the limit",
        Colour::Green,
        Mark::Points(vec![(x, y, 0.0)], Shape::Cross),
    ))
}

/// The last rows of the limit that have numbers.
fn last_state(limit: &LimitCurves) -> Option<(f64, State<'_>)> {
    let width = limit.populations.len().max(1);
    let mut rows =
        limit.times.iter().zip(limit.mean.chunks(width).zip(limit.variance.chunks(width)));
    let is_known = |row: &[f64]| row.iter().all(|value| value.is_finite());
    let (time, (mean, variance)) =
        rows.rfind(|(_, (mean, variance))| is_known(mean) && is_known(variance))?;
    Some((*time, State { mean, variance }))
}

/// Balanced states at the variances that the limit begins and ends with.
fn balanced(material: &Material) -> Vec<Series> {
    let (Some(scenario), Some(limit)) = (&material.source.scenario, &material.limit) else {
        return Vec::new();
    };
    let width = limit.populations.len();
    if scenario.network.population_count() != width {
        return Vec::new();
    }
    let Some((end, last)) = last_state(limit) else { return Vec::new() };
    let begin = limit.times.first().copied().unwrap_or_default();
    let first = State { mean: &limit.mean[..width], variance: &limit.variance[..width] };
    let unit = material.source.time_unit();
    let mut series = Vec::new();
    for (time, state, dash) in [(begin, first, Dash::Dotted), (end, last, Dash::Solid)] {
        let lines = manifolds(&scenario.network, [0, 1], time, state);
        for ((name, places), colour) in lines.into_iter().zip([Colour::Purple, Colour::Ink]) {
            let name = format!("{name} at {} {unit}", plain(time));
            series.push(Series::new(name, colour, Mark::Line(places, dash)));
        }
    }
    series
}

/// Fixed points of the limit, with drives and external rates as they are at the last time.
fn fixed(material: &Material) -> Vec<Series> {
    let (Some(scenario), Some(limit)) = (&material.source.scenario, &material.limit) else {
        return Vec::new();
    };
    if scenario.network.population_count() != limit.populations.len() {
        return Vec::new();
    }
    let coefficients = Coefficients::limit(&scenario.network);
    let balance = Balance::new(&coefficients.mean);
    // Where balance leaves more than a line they take long to find.
    if limit.end.is_some() || scenario.network.population_count() > balance.rank() + 1 {
        return Vec::new();
    }
    let end = limit.times.last().copied().unwrap_or_default();
    let Ok(found) = fixed_points(&scenario.network, &coefficients, &balance, end) else {
        return Vec::new();
    };
    let of = |is_stable: bool| {
        let points =
            found.points.iter().filter(move |point| point.character.is_stable() == is_stable);
        points.map(|point| (point.mean[0], point.mean[1], 0.0)).collect::<Vec<_>>()
    };
    let shapes =
        [("stable fixed point", true, Shape::Square), ("unstable fixed point", false, Shape::Ring)];
    let series = shapes.into_iter().map(|(name, is_stable, shape)| {
        Series::new(name, Colour::Ink, Mark::Points(of(is_stable), shape))
    });
    series.filter(|series| series.mark.places().next().is_some()).collect()
}

fn description(series: &[Series]) -> String {
    let mut names: Vec<&str> =
        series.iter().filter(|series| series.is_named).map(|series| series.name.as_str()).collect();
    names.dedup();
    format!("Drawn are: {}.", names.join(", "))
}
