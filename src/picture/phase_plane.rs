//! The plane of the means of two populations: balanced states, fixed points, and the way of the initial state.

use equipoise_limit::analysis::{Analysis, Balanced};
use equipoise_limit::gaussian::averages;
use equipoise_limit::{Balance, Coefficients, balanced_means};
use equipoise_model::{Coupling, ExternalPopulation, Network, Scenario, Schedule};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

/// Width and height in pixels.
const SIZE: (u32, u32) = (640, 560);
/// Height of the strip with the legend.
const LEGEND: u32 = 40;
const FONT: &str = "sans-serif";
/// Colours that differ for readers with any colour vision (Okabe & Ito).
const MANIFOLDS: [RGBColor; 2] = [RGBColor(0, 114, 178), RGBColor(0, 158, 115)];
const PATH: RGBColor = RGBColor(213, 94, 0);
/// Room around what is shown, in units of its extent.
const MARGIN: f64 = 0.18;

/// Points between two samples of a line of balanced states.
const FINER: u32 = 16;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a, 'b> = ChartContext<'b, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Place = (f64, f64);

/// What is drawn, in the coordinates of the plane.
struct Plane {
    /// Name in the legend and points of each line of balanced states.
    manifolds: Vec<(String, Vec<Place>)>,
    stable: Vec<Place>,
    unstable: Vec<Place>,
    layer: Vec<Place>,
    path: Vec<Place>,
}

/// The numbers of two different populations by name, separated by a comma as in `E,I`; the first two where none are given.
///
/// # Errors
/// What is wrong with the names.
pub fn shown_populations(network: &Network, names: Option<&str>) -> Result<[usize; 2], String> {
    let Some(given) = names else { return Ok([0, 1]) };
    let known = network.population_names();
    let place = |name: &str| {
        known.iter().position(|known| known == name.trim()).ok_or_else(|| {
            format!("there is no population `{}`; there are {}", name.trim(), known.join(", "))
        })
    };
    let places = given.split(',').map(place).collect::<Result<Vec<_>, String>>()?;
    match places[..] {
        [across, upwards] if across != upwards => Ok([across, upwards]),
        _ => Err(format!("give two different ones of the populations {}", known.join(", "))),
    }
}

/// The picture for two populations as SVG; none if there are fewer or no balance. Balanced states are those at the
/// variances of the fixed point that the limit tends to, or else of the first one, and those in which all other populations have the means of that point.
///
/// # Errors
/// What the drawing library reports.
pub fn phase_plane(
    scenario: &Scenario,
    analysis: &Analysis,
    shown: [usize; 2],
) -> Result<Option<String>, Error> {
    let names = scenario.network.population_names();
    let (Ok(balanced), 2..) = (&analysis.balanced, names.len()) else {
        return Ok(None);
    };
    let plane = Plane::new(&scenario.network, analysis.time, balanced, shown);
    let [first, second] = shown.map(|place| &names[place]);
    let mut title = scenario.title.clone();
    if names.len() > 2 {
        title = format!("{title} ({first} and {second} of {} populations)", names.len());
    }
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let (above, below) = area.split_vertically(SIZE.1 - LEGEND);
        draw(&above, &plane, &title, [first, second])?;
        legend(&below, &plane)?;
        area.present()?;
    }
    Ok(Some(svg))
}

impl Plane {
    fn new(network: &Network, time: f64, balanced: &Balanced, shown: [usize; 2]) -> Self {
        let size = network.population_count();
        let course = &balanced.course;
        let place = |mean: &[f64]| (mean[shown[0]], mean[shown[1]]);
        let of = |stable: bool| {
            let points = balanced.fixed_points.points.iter();
            let points = points.filter(move |point| point.character.is_stable() == stable);
            points.map(|point| place(&point.mean)).collect()
        };
        let initial = place(&course.initial);
        let after = course.after_layer.as_deref().map(place);
        let state = through(balanced, size);
        Self {
            manifolds: state.map_or_else(Vec::new, |of| manifolds(network, shown, time, of)),
            stable: of(true),
            unstable: of(false),
            layer: after.map_or_else(|| vec![initial], |after| vec![initial, after]),
            path: course.mean.chunks(size).map(place).collect(),
        }
    }

    /// Ranges of the axes: all but the manifolds, which have no end.
    fn window(&self) -> (std::ops::Range<f64>, std::ops::Range<f64>) {
        let places = || {
            self.stable.iter().chain(&self.unstable).chain(&self.layer).chain(&self.path).copied()
        };
        let range = |coordinate: fn(Place) -> f64| {
            let extremes = (f64::INFINITY, f64::NEG_INFINITY);
            let (low, high) =
                places().map(coordinate).fold(extremes, |(l, h), x| (l.min(x), h.max(x)));
            let room = (MARGIN * (high - low)).max(0.1);
            low - room..high + room
        };
        (range(|place| place.0), range(|place| place.1))
    }
}

/// The state through which balanced states are drawn: a stable fixed point, or any, or the end of the limit's path.
fn through(balanced: &Balanced, size: usize) -> Option<State<'_>> {
    let points = &balanced.fixed_points.points;
    let point = points.iter().find(|point| point.character.is_stable()).or(points.first());
    let course = &balanced.course;
    let last = || Some((course.mean.rchunks(size).next()?, course.variance.rchunks(size).next()?));
    let state = point.map(|point| (&point.mean[..], &point.variance[..])).or_else(last)?;
    Some(State { mean: state.0, variance: state.1 })
}

/// Means and variances of all populations.
#[derive(Clone, Copy)]
pub(crate) struct State<'a> {
    pub mean: &'a [f64],
    pub variance: &'a [f64],
}

/// In the plane of the means of two populations, all others being as in a state: the line where `K S + h = 0` at the variances of the state, or where that leaves a point the two lines where
/// one component vanishes; each with its name.
pub(crate) fn manifolds(
    network: &Network,
    shown: [usize; 2],
    time: f64,
    state: State<'_>,
) -> Vec<(String, Vec<Place>)> {
    let network = section(network, shown, state);
    let variance = shown.map(|place| state.variance[place]);
    let coefficients = Coefficients::limit(&network);
    let line = |name: String, coefficients: &Coefficients| {
        let balance = Balance::new(&coefficients.mean);
        let means = balanced_means(&network, coefficients, &balance, time, &variance);
        (name, means.into_iter().map(|mean| (mean[0], mean[1])).collect())
    };
    match Balance::new(&coefficients.mean).rank() {
        1 => vec![line("balanced states".to_owned(), &coefficients)],
        2 => (0..2)
            .map(|a| {
                let name = format!("input of {} balanced", network.populations[a].name);
                line(name, &row(&coefficients, a))
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The network of two populations for which all others are sources outside, with the rates that they have in a state.
fn section(network: &Network, shown: [usize; 2], state: State<'_>) -> Network {
    let size = network.population_count();
    let others: Vec<usize> = (0..size).filter(|place| !shown.contains(place)).collect();
    let held = others.iter().map(|&place| {
        let population = &network.populations[place];
        let mut rate = [0.0];
        averages(&population.gain, state.mean[place], state.variance[place], &mut rate);
        ExternalPopulation {
            name: population.name.clone(),
            fraction: population.fraction,
            count: population.count,
            rate: Schedule::Constant(rate[0]),
        }
    });
    let sources =
        || shown.iter().copied().chain(size..network.source_count()).chain(others.clone());
    let rows = shown.map(|a| sources().map(|b| network.coupling.get(a, b)).collect());
    Network {
        populations: shown.map(|place| network.populations[place].clone()).to_vec(),
        externals: network.externals.iter().cloned().chain(held).collect(),
        coupling: Coupling::from_rows(&rows),
        ..network.clone()
    }
}

/// The coefficients of the input of one population alone.
fn row(coefficients: &Coefficients, kept: usize) -> Coefficients {
    let mut one = coefficients.clone();
    for a in (0..one.mean.nrows()).filter(|a| *a != kept) {
        one.mean.row_mut(a).fill(0.0);
        one.external_mean.row_mut(a).fill(0.0);
    }
    one
}

fn draw(area: &Area<'_>, plane: &Plane, title: &str, names: [&String; 2]) -> Result<(), Error> {
    let (across, upwards) = plane.window();
    let mut chart = ChartBuilder::on(area)
        .caption(title, (FONT, 18))
        .margin(12)
        .margin_right(24)
        .x_label_area_size(46)
        .y_label_area_size(64)
        .build_cartesian_2d(across.clone(), upwards.clone())?;
    chart
        .configure_mesh()
        .x_labels(7)
        .y_labels(7)
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.08))
        .x_desc(format!("mean of {}", names[0]))
        .y_desc(format!("mean of {}", names[1]))
        .axis_desc_style((FONT, 15))
        .label_style((FONT, 13))
        .draw()?;
    let inside = |place: &Place| across.contains(&place.0) && upwards.contains(&place.1);
    for ((_, line), colour) in plane.manifolds.iter().zip(MANIFOLDS) {
        for piece in pieces(line, inside) {
            chart.draw_series(LineSeries::new(piece, colour.stroke_width(2)))?;
        }
    }
    let style = PATH.stroke_width(2);
    chart.draw_series(DashedLineSeries::new(plane.layer.iter().copied(), 6, 4, style))?;
    chart.draw_series(LineSeries::new(plane.path.iter().copied(), style))?;
    marks(&mut chart, plane)
}

/// The parts of a line that are inside, to a fraction of a sample.
fn pieces(line: &[Place], inside: impl Fn(&Place) -> bool) -> Vec<Vec<Place>> {
    let between = |pair: &[Place]| {
        let [(x, y), (next_x, next_y)] = [pair[0], pair[1]];
        let at = move |part: f64| (x + part * (next_x - x), y + part * (next_y - y));
        (0..FINER).map(move |i| at(f64::from(i) / f64::from(FINER)))
    };
    let fine: Vec<Place> = line.windows(2).flat_map(between).collect();
    let parts = fine.split(|place| !inside(place));
    parts.filter(|piece| piece.len() > 1).map(<[Place]>::to_vec).collect()
}

/// Initial state, and fixed points: filled where stable, open where not.
fn marks(chart: &mut Chart<'_, '_>, plane: &Plane) -> Result<(), Error> {
    chart.draw_series(
        plane.layer.first().map(|place| Cross::new(*place, 5, PATH.stroke_width(2))),
    )?;
    for (points, fill) in [(&plane.unstable, WHITE), (&plane.stable, BLACK)] {
        chart.draw_series(points.iter().map(|place| Circle::new(*place, 6, fill.filled())))?;
        chart.draw_series(
            points.iter().map(|place| Circle::new(*place, 6, BLACK.stroke_width(2))),
        )?;
    }
    Ok(())
}

/// A line of text with the signs that it explains.
fn legend(area: &Area<'_>, plane: &Plane) -> Result<(), Error> {
    let mut left = 20;
    let style = (FONT, 13).into_font();
    let mut place = |text: &str| {
        let at = left;
        // Letters are about 7 pixels wide.
        left += 36 + 7 * text.chars().count() as i32;
        at
    };
    let mut word = |text: &str| -> Result<i32, Error> {
        let at = place(text);
        area.draw(&Text::new(text.to_owned(), (at + 26, 10), style.clone()))?;
        Ok(at)
    };
    for ((name, _), colour) in plane.manifolds.iter().zip(MANIFOLDS) {
        let at = word(name)?;
        area.draw(&PathElement::new(vec![(at, 17), (at + 20, 17)], colour.stroke_width(2)))?;
    }
    let at = word("initial layer")?;
    let style = PATH.stroke_width(2);
    for dash in [at, at + 13] {
        area.draw(&PathElement::new(vec![(dash, 17), (dash + 7, 17)], style))?;
    }
    let at = word("limit")?;
    area.draw(&PathElement::new(vec![(at, 17), (at + 20, 17)], style))?;
    for (text, fill, points) in
        [("stable", BLACK, &plane.stable), ("unstable", WHITE, &plane.unstable)]
    {
        if !points.is_empty() {
            let at = word(text)?;
            area.draw(&Circle::new((at + 12, 17), 6, fill.filled()))?;
            area.draw(&Circle::new((at + 12, 17), 6, BLACK.stroke_width(2)))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fixed point is balanced, so the line that is drawn through it meets it, whichever populations the plane has.
    #[test]
    fn lines_of_balance_go_through_the_fixed_point() {
        let text = include_str!("../../scenarios/three-populations.toml");
        let network = Scenario::parse("three", text).unwrap().network;
        let analysis = Analysis::new(&network, 0.0);
        let balanced = analysis.balanced.as_ref().unwrap();
        let point = &balanced.fixed_points.points[0];
        let state = State { mean: &point.mean, variance: &point.variance };
        for shown in [[0, 1], [1, 2], [2, 0]] {
            let lines = manifolds(&network, shown, 0.0, state);
            let [(_, line)] = &lines[..] else { panic!("{lines:?}") };
            let (x, y) = (point.mean[shown[0]], point.mean[shown[1]]);
            let nearest = line.windows(2).map(|ends| distance((x, y), ends[0], ends[1]));
            let nearest = nearest.fold(f64::INFINITY, f64::min);
            assert!(nearest < 1e-3, "{shown:?}: {nearest}");
            // It does not meet a state beside it.
            let beside = line.windows(2).map(|ends| distance((x, y + 0.2), ends[0], ends[1]));
            assert!(beside.fold(f64::INFINITY, f64::min) > 0.02);
        }
    }

    /// Of a place from the line between two others.
    fn distance((x, y): Place, from: Place, to: Place) -> f64 {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let along = ((x - from.0) * dx + (y - from.1) * dy) / (dx * dx + dy * dy);
        let along = along.clamp(0.0, 1.0);
        (from.0 + along * dx - x).hypot(from.1 + along * dy - y)
    }
}
