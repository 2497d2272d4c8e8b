//! Errors against the limit on logarithmic axes: a panel for each quantity, its error in sup norm against the size; measured errors are points with bars of
//! 95 %, expected ones lines, and a dashed line falls like n^(-1/2).

use std::ops::Range;

use equipoise_validation::convergence::verdict::Normed;
use equipoise_validation::convergence::{Convergence, Norm, Quantity};
use plotters::coord::combinators::{IntoLogRange, LogCoord};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::bifurcation::DrawingError;
use super::marks::Area;
use super::{FONT, GRID, INK, STABLE, UNSTABLE};

/// Width and height of a panel, height of the title, in pixels: many, since lines go from pixel to pixel.
const PANEL: (u32, u32) = (1040, 620);
const TITLE: u32 = 76;
/// Of populations, in their order and over again: the rest of the Okabe-Ito palette after the first two.
const COLOURS: [RGBColor; 5] =
    [STABLE, UNSTABLE, RGBColor(0, 158, 115), RGBColor(204, 121, 167), RGBColor(230, 159, 0)];
/// Standard errors to both sides.
const BAR: f64 = 1.96;
/// Factor left free beyond what is shown.
const ROOM: f64 = 1.6;
const RADIUS: i32 = 10;

type Panel<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<LogCoord<f64>, LogCoord<f64>>>;

/// Draws what was found as SVG text.
///
/// # Errors
/// [`DrawingError`], which a text gives no occasion to.
pub fn convergence(
    title: &str,
    populations: &[String],
    sizes: &[f64],
    found: &Convergence,
) -> Result<String, DrawingError> {
    let mut text = String::new();
    {
        let panels = found.quantities.len() + 1;
        let rows = panels.div_ceil(2);
        let size = (2 * PANEL.0, TITLE + PANEL.1 * rows as u32);
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        root.fill(&WHITE)?;
        let (head, rest) = root.split_vertically(TITLE);
        let heading = (FONT, 36).into_font().color(&INK);
        head.draw(&Text::new(format!("{title}: error against the limit"), (28, 22), heading))?;
        let areas = rest.split_evenly((rows, 2));
        for (area, quantity) in areas.iter().zip(&found.quantities) {
            draw_panel(area, *quantity, (populations.len(), sizes), found)?;
        }
        legend(&areas[found.quantities.len()], populations, found)?;
        root.present()?;
    }
    Ok(text)
}

fn colour(population: usize) -> RGBColor {
    COLOURS[population % COLOURS.len()]
}

/// The size and the error of a point, and its bar.
struct Mark {
    x: f64,
    expected: f64,
    measured: f64,
    bar: Range<f64>,
    is_tested: bool,
}

fn marks(found: &Convergence, sizes: &[f64], quantity: Quantity, population: usize) -> Vec<Mark> {
    let mark = |normed: &Normed| {
        let tested = normed.point.tested;
        let (value, half) = (tested.measured.value, BAR * tested.measured.standard_error);
        Mark {
            x: sizes[normed.point.size],
            expected: tested.predicted,
            measured: value,
            bar: value - half..value + half,
            is_tested: found.is_tested[normed.point.size],
        }
    };
    found.of(quantity, Norm::Sup, population).map(mark).collect()
}

fn draw_panel(
    area: &Area<'_>,
    quantity: Quantity,
    (populations, sizes): (usize, &[f64]),
    found: &Convergence,
) -> Result<(), DrawingError> {
    let all: Vec<Vec<Mark>> = (0..populations).map(|a| marks(found, sizes, quantity, a)).collect();
    let Some(range) = range(all.iter().flatten()) else {
        let style = (FONT, 28).into_font().color(&INK);
        let words = format!("{}: nothing to show", quantity.describe());
        return area.draw(&Text::new(words, (60, 60), style));
    };
    let ends = sizes[0] / ROOM..sizes[sizes.len() - 1] * ROOM;
    let mut panel = ChartBuilder::on(area)
        .margin(20)
        .margin_right(56)
        .caption(quantity.describe(), (FONT, 28).into_font().color(&INK))
        .x_label_area_size(84)
        .y_label_area_size(140)
        .build_cartesian_2d(ends.log_scale(), range.clone().log_scale())?;
    panel
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(INK)
        .x_labels(6)
        .y_labels(6)
        .x_label_formatter(&|value| decimal(*value))
        .y_label_formatter(&|value| decimal(*value))
        .x_desc("n")
        .y_desc("error")
        .axis_desc_style((FONT, 28).into_font().color(&INK))
        .label_style((FONT, 24).into_font().color(&INK))
        .draw()?;
    draw_guide(&mut panel, &all, sizes)?;
    for (population, marks) in all.iter().enumerate() {
        draw_population(&mut panel, marks, colour(population), &range)?;
    }
    Ok(())
}

/// Falls like n^(-1/2), from the smallest to the largest size, through the middle of the errors expected of the largest one.
fn draw_guide(
    panel: &mut Panel<'_, '_>,
    all: &[Vec<Mark>],
    sizes: &[f64],
) -> Result<(), DrawingError> {
    let last: Vec<f64> = all.iter().filter_map(|marks| marks.last()).map(|m| m.expected).collect();
    let height = last.iter().map(|error| error.ln()).sum::<f64>() / last.len() as f64;
    if !height.is_finite() {
        return Ok(());
    }
    let end = sizes[sizes.len() - 1];
    let line = sizes.iter().map(|n| (*n, height.exp() * (end / n).sqrt()));
    panel.draw_series(DashedLineSeries::new(line, 12, 10, INK.mix(0.5).stroke_width(3)))?;
    Ok(())
}

fn draw_population(
    panel: &mut Panel<'_, '_>,
    marks: &[Mark],
    colour: RGBColor,
    range: &Range<f64>,
) -> Result<(), DrawingError> {
    let expected = marks.iter().filter(|mark| mark.expected > 0.0);
    let line = expected.map(|mark| (mark.x, mark.expected));
    panel.draw_series(LineSeries::new(line, colour.stroke_width(4)))?;
    let is_shown = |mark: &&Mark| mark.bar.end > range.start;
    for mark in marks.iter().filter(is_shown) {
        let bar = [mark.bar.start, mark.bar.end].map(|y| (mark.x, y.max(range.start)));
        panel.draw_series([PathElement::new(bar, colour.stroke_width(4))])?;
    }
    for mark in marks.iter().filter(|mark| mark.measured > range.start) {
        let at = (mark.x, mark.measured);
        let fill = if mark.is_tested { colour } else { WHITE };
        panel.draw_series([Circle::new(at, RADIUS, fill.filled())])?;
        panel.draw_series([Circle::new(at, RADIUS, colour.stroke_width(4))])?;
    }
    Ok(())
}

/// Of all that is above zero, with room to spare.
fn range<'a>(marks: impl Iterator<Item = &'a Mark>) -> Option<Range<f64>> {
    let values = marks.flat_map(|mark| [mark.expected, mark.measured, mark.bar.end]);
    let (low, high) = values
        .filter(|value| *value > 0.0 && value.is_finite())
        .fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    // Below rounding there is nothing to see.
    (low <= high).then_some(low.max(high * 1e-12) / ROOM..high * ROOM)
}

/// A power of ten as people write it.
fn decimal(value: f64) -> String {
    if (1e-4..1e6).contains(&value) { format!("{value}") } else { format!("{value:e}") }
}

fn legend(
    area: &Area<'_>,
    populations: &[String],
    found: &Convergence,
) -> Result<(), DrawingError> {
    let style = (FONT, 28).into_font().color(&INK).pos(Pos::new(HPos::Left, VPos::Center));
    let (left, text) = (160, 260);
    let mut row = 110;
    let mut next = || {
        row += 52;
        row
    };
    for (population, name) in populations.iter().enumerate() {
        let y = next();
        let colour = colour(population);
        area.draw(&PathElement::new(vec![(left, y), (left + 80, y)], colour.stroke_width(4)))?;
        area.draw(&Circle::new((left + 40, y), RADIUS, colour.filled()))?;
        area.draw(&Text::new(name.clone(), (text, y), style.clone()))?;
    }
    let y = next();
    for start in [left, left + 28, left + 56] {
        let dash = vec![(start, y), (start + 16, y)];
        area.draw(&PathElement::new(dash, INK.mix(0.5).stroke_width(3)))?;
    }
    area.draw(&Text::new("falls like n^(-1/2)", (text, y), style.clone()))?;
    let mut lines = vec!["points: measured, with 95 % bars; lines: expected of one network"];
    if found.is_tested.iter().any(|tested| !tested) {
        lines.push("open points: n too small for the theory");
    }
    lines.push("largest error over time");
    for line in lines {
        area.draw(&Text::new(line, (left, next()), style.clone()))?;
    }
    Ok(())
}
