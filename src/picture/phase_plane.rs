//! The plane of the means of two populations: balanced states, fixed points, and the way of the initial state.

use equipoise_limit::analysis::{Analysis, Balanced};
use equipoise_limit::{Balance, Coefficients, balanced_means};
use equipoise_model::{Network, Scenario};
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

/// The picture for the first two populations as SVG; none if there are fewer or no balance. Balanced states are those at the
/// variances of the fixed point that the limit tends to, or else of the first one.
///
/// # Errors
/// What the drawing library reports.
pub fn phase_plane(scenario: &Scenario, analysis: &Analysis) -> Result<Option<String>, Error> {
    let names = scenario.network.population_names();
    let (Ok(balanced), [first, second, others @ ..]) = (&analysis.balanced, &names[..]) else {
        return Ok(None);
    };
    let plane = Plane::new(&scenario.network, analysis, balanced);
    let mut title = scenario.title.clone();
    if !others.is_empty() {
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
    fn new(network: &Network, analysis: &Analysis, balanced: &Balanced) -> Self {
        let size = network.population_count();
        let course = &balanced.course;
        let of = |stable: bool| {
            let points = balanced.fixed_points.points.iter();
            let points = points.filter(move |point| point.character.is_stable() == stable);
            points.map(|point| (point.mean[0], point.mean[1])).collect()
        };
        let initial = (course.initial[0], course.initial[1]);
        let after = course.after_layer.as_ref().map(|mean| (mean[0], mean[1]));
        Self {
            manifolds: balanced_states(network, analysis, balanced),
            stable: of(true),
            unstable: of(false),
            layer: after.map_or_else(|| vec![initial], |after| vec![initial, after]),
            path: course.mean.chunks(size).map(|mean| (mean[0], mean[1])).collect(),
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

/// The line of balanced states at the variances of the fixed point that is shown.
fn balanced_states(
    network: &Network,
    analysis: &Analysis,
    balanced: &Balanced,
) -> Vec<(String, Vec<Place>)> {
    let points = &balanced.fixed_points.points;
    let last = balanced.course.variance.len().saturating_sub(2);
    let shown = points.iter().find(|point| point.character.is_stable()).or(points.first());
    let variance = shown.map_or(&balanced.course.variance[last..], |point| &point.variance[..]);
    manifolds(network, (&analysis.coefficients, &analysis.balance), analysis.time, variance)
}

/// For two populations: the line where `K S + h = 0` at given variances, or at full rank the two lines where one component vanishes; each with its name.
pub(crate) fn manifolds(
    network: &Network,
    (coefficients, balance): (&Coefficients, &Balance),
    time: f64,
    variance: &[f64],
) -> Vec<(String, Vec<Place>)> {
    if network.population_count() != 2 || variance.len() != 2 {
        return Vec::new();
    }
    let line = |name: String, coefficients: &Coefficients| {
        let balance = Balance::new(&coefficients.mean);
        let means = balanced_means(network, coefficients, &balance, time, variance);
        (name, means.into_iter().map(|mean| (mean[0], mean[1])).collect())
    };
    match balance.rank() {
        1 => vec![line("balanced states".to_owned(), coefficients)],
        2 => (0..2)
            .map(|a| {
                let name = format!("input of {} balanced", network.populations[a].name);
                line(name, &row(coefficients, a))
            })
            .collect(),
        _ => Vec::new(),
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
