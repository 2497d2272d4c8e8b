//! The bifurcation diagram of a sweep: a row for each population, its mean to the left and its rate to the right, against
//! the parameter. Stable fixed points are solid, unstable ones dashed; special points are marked and named.

use std::io;
use std::ops::Range;

use equipoise_limit::sweep::{Bifurcation, Sweep, SweepBranch, SweepPoint};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::marks::{Area, Corner, legend, mark, name};
use super::{FONT, GRID, INK, STABLE, UNSTABLE};

/// Width and height of a panel, heights of the title and of the legend, in pixels: many, since lines go from pixel to pixel.
const PANEL: (u32, u32) = (1040, 560);
const TITLE: u32 = 76;
const LEGEND: u32 = 68;
/// Part of the range of values left free above and below.
const ROOM: f64 = 0.1;
/// More special points than these are marked, but named in the legend only.
const MOST_NAMES: usize = 8;

/// Why a picture was not drawn.
pub type DrawingError = DrawingAreaErrorKind<io::Error>;

type Panel<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Quantity<'a> = &'a dyn Fn(&SweepPoint) -> f64;

/// Draws a sweep as SVG text. `path` is the swept field, `time_unit` that of the scenario.
///
/// # Errors
/// [`DrawingError`], which a text gives no occasion to.
pub fn bifurcation(
    title: &str,
    path: &str,
    time_unit: &str,
    sweep: &Sweep,
) -> Result<String, DrawingError> {
    let rows = sweep.populations.len();
    let size = (2 * PANEL.0, TITLE + LEGEND + PANEL.1 * rows as u32);
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        root.fill(&WHITE)?;
        let (head, rest) = root.split_vertically(TITLE);
        let heading = (FONT, 36).into_font().color(&INK);
        head.draw(&Text::new(title.to_owned(), (28, 22), heading))?;
        let (key, panels) = rest.split_vertically(LEGEND);
        legend(&key, sweep)?;
        let panels = panels.split_evenly((rows, 2));
        for (a, name) in sweep.populations.iter().enumerate() {
            let mean = Axes { x: path, y: format!("mean of {name}") };
            draw_panel(&panels[2 * a], &mean, sweep, &|point: &SweepPoint| point.mean[a])?;
            let rate = Axes { x: path, y: format!("rate of {name} (1/{time_unit})") };
            draw_panel(&panels[2 * a + 1], &rate, sweep, &|point: &SweepPoint| point.rates[a])?;
        }
        root.present()?;
    }
    Ok(text)
}

/// Names of the axes.
struct Axes<'a> {
    x: &'a str,
    y: String,
}

fn draw_panel(
    area: &Area<'_>,
    axes: &Axes<'_>,
    sweep: &Sweep,
    quantity: Quantity<'_>,
) -> Result<(), DrawingError> {
    let parameters = sweep.values[0]..sweep.values[sweep.values.len() - 1];
    let mut panel = ChartBuilder::on(area)
        .margin(20)
        .margin_right(56)
        .x_label_area_size(88)
        .y_label_area_size(128)
        .build_cartesian_2d(parameters, range(sweep, quantity))?;
    panel
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(INK)
        .x_labels(7)
        .y_labels(6)
        .x_desc(axes.x)
        .y_desc(&axes.y)
        .axis_desc_style((FONT, 28).into_font().color(&INK))
        .label_style((FONT, 24).into_font().color(&INK))
        .draw()?;
    for branch in &sweep.branches {
        for piece in pieces(&branch.points) {
            let line = piece.points.iter().map(|p| (p.parameter, quantity(p)));
            draw_line(&mut panel, line.collect(), piece.is_stable)?;
        }
    }
    let (left, top) = area.get_base_pixel();
    let with_names = sweep.special_points().count() <= MOST_NAMES;
    for (number, kind, point) in sweep.special_points() {
        let (x, y) = panel.backend_coord(&(point.parameter, quantity(point)));
        let place = (x - left, y - top);
        mark(area, place, kind)?;
        if with_names {
            name(area, place, kind, free_corner(&sweep.branches[number], point, quantity))?;
        }
    }
    Ok(())
}

/// Where there is room for a name: beyond a fold, and elsewhere to the right, away from the curve.
fn free_corner(branch: &SweepBranch, point: &SweepPoint, quantity: Quantity<'_>) -> Corner {
    let neighbours = branch.points.windows(2).find(|pair| std::ptr::eq(&raw const pair[1], point));
    let Some([before, _]) = neighbours else { return Corner { is_left: false, is_above: true } };
    let along = point.parameter - before.parameter;
    let rises = (quantity(point) - quantity(before)) * along > 0.0;
    let is_fold = point.special == Some(Bifurcation::Fold);
    Corner { is_left: is_fold && along < 0.0, is_above: is_fold || !rises }
}

/// From the least to the greatest value, with room to spare.
fn range(sweep: &Sweep, quantity: Quantity<'_>) -> Range<f64> {
    let points = sweep.branches.iter().flat_map(|branch| &branch.points);
    let (low, high) = points
        .map(quantity)
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
    if low > high {
        return 0.0..1.0;
    }
    let room = ROOM * if high > low { high - low } else { 1.0 + high.abs() };
    low - room..high + room
}

/// Part of a branch, on which stability does not change.
struct Piece<'a> {
    points: &'a [SweepPoint],
    is_stable: bool,
}

/// Cuts a branch where its stability changes: at special points, which belong to both sides.
fn pieces(points: &[SweepPoint]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let is_stable = |i: usize| points[i].is_stable || points[i + 1].is_stable;
    for i in 1..points.len() {
        let is_last = i + 1 == points.len();
        if is_last || is_stable(i) != is_stable(start) {
            pieces.push(Piece { points: &points[start..=i], is_stable: is_stable(start) });
            start = i;
        }
    }
    pieces
}

fn draw_line(
    panel: &mut Panel<'_, '_>,
    line: Vec<(f64, f64)>,
    is_stable: bool,
) -> Result<(), DrawingError> {
    if is_stable {
        panel.draw_series(LineSeries::new(line, STABLE.stroke_width(6)))?;
    } else {
        panel.draw_series(DashedLineSeries::new(line, 14, 8, UNSTABLE.stroke_width(4)))?;
    }
    Ok(())
}
