//! What surrounds the marks: axes with ticks and names, and the legend. Lengths are those of the figure's own coordinates.

use maud::{Markup, html};

use super::path::Map;
use super::scale::{Range, Tick};
use super::series::{Dash, Mark, Series};
use super::{Axis, Figure};

/// Width of every figure.
pub const WIDTH: f64 = 460.0;
/// Height of the field in which marks are.
const FIELD: f64 = 236.0;
/// A line of text, and about the width of a letter.
const LINE: f64 = 19.0;
const LETTER: f64 = 7.3;
/// Room for the sign in front of a name in the legend.
const SIGN: f64 = 28.0;
/// Room to the right, below the field, and between legend, axis name and field.
const RIGHT: f64 = 16.0;
const BELOW: f64 = 46.0;
const BETWEEN: f64 = 9.0;
/// Ticks at most.
const TICKS: (usize, usize) = (6, 6);

/// The field in which marks are drawn, and the ranges of its axes.
pub struct Field {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub x: Range,
    pub y: Range,
    legend: Vec<(f64, f64, usize)>,
}

impl Field {
    /// Of a figure.
    pub fn new(figure: &Figure) -> Self {
        let places = || figure.series.iter().flat_map(|series| series.mark.places());
        let x = range(&figure.x, places().map(|place| place.0));
        let y = range(&figure.y, places().map(|place| place.1));
        let widest = ticks(&figure.y, &y, TICKS.1).0.iter().map(width).fold(0.0, f64::max);
        let (legend, lines) = legend_places(&figure.series);
        let top = lines as f64 * LINE + LINE + BETWEEN;
        let left = (widest + 14.0).max(30.0);
        Self { left, right: WIDTH - RIGHT, top, bottom: top + FIELD, x, y, legend }
    }

    /// Height of the figure.
    pub fn height(&self) -> f64 {
        self.bottom + BELOW
    }

    fn across(&self, value: f64) -> f64 {
        self.left + self.x.part(value) * (self.right - self.left)
    }

    fn upwards(&self, value: f64) -> f64 {
        self.bottom - self.y.part(value) * (self.bottom - self.top)
    }

    /// Draws with places in the field.
    pub fn with_map<T>(&self, draw: impl Fn(&Map<'_>) -> T) -> T {
        draw(&Map { x: &|x| self.across(x), y: &|y| self.upwards(y) })
    }

    /// Lines of the grid, ticks, and names of the axes.
    pub fn axes(&self, figure: &Figure) -> Markup {
        let (across, x_power) = ticks(&figure.x, &self.x, TICKS.0);
        let (upwards, y_power) = ticks(&figure.y, &self.y, TICKS.1);
        let across: Vec<(f64, Tick)> =
            across.into_iter().map(|t| (self.across(t.value), t)).collect();
        let upwards: Vec<(f64, Tick)> =
            upwards.into_iter().map(|t| (self.upwards(t.value), t)).collect();
        let grid: String = upwards
            .iter()
            .map(|(y, _)| format!("M{:.1} {y:.1}H{:.1}", self.left, self.right))
            .chain(
                across.iter().map(|(x, _)| format!("M{x:.1} {:.1}V{:.1}", self.top, self.bottom)),
            )
            .collect();
        html! {
            path class="grid" d=(grid) {}
            path class="axis" d=(format!("M{:.1} {:.1}V{:.1}H{:.1}", self.left, self.top, self.bottom, self.right)) {}
            @for (x, tick) in &across {
                text class="tick" x=(short(*x)) y=(short(self.bottom + 18.0)) text-anchor=(anchor(*x)) { (label(tick)) }
            }
            @for (y, tick) in &upwards {
                text class="tick" x=(short(self.left - 7.0)) y=(short(y + 4.5)) text-anchor="end" { (label(tick)) }
            }
            text x=(short(f64::midpoint(self.left, self.right))) y=(short(self.bottom + 39.0)) text-anchor="middle" {
                (figure.x.label) (factor(x_power))
            }
            text x="4" y=(short(self.top - BETWEEN)) { (figure.y.label) (factor(y_power)) }
        }
    }

    /// Signs and names of series.
    pub fn legend(&self, series: &[Series]) -> Markup {
        html! {
            @for (x, y, place) in &self.legend {
                (sign(&series[*place], *x, *y))
                text x=(short(x + SIGN)) y=(short(*y)) { (series[*place].name) }
            }
        }
    }
}

/// The sign of a series in the legend, to the left of its name.
fn sign(series: &Series, x: f64, baseline: f64) -> Markup {
    let map = Map { x: &|part| x + 22.0 * part, y: &|part| baseline - 4.5 - 6.0 * part };
    mark(series, &sample(&series.mark), &map)
}

/// A mark of the same kind in a box from 0 to 1 and from -1 to 1.
fn sample(mark: &Mark) -> Mark {
    match mark {
        Mark::Line(_, dash) => Mark::Line(vec![(0.0, 0.0), (1.0, 0.0)], *dash),
        Mark::Band(_) => Mark::Band(vec![(0.0, -1.0, 1.0), (1.0, -1.0, 1.0)]),
        Mark::Points(points, shape) => {
            let has_errors = points.iter().any(|(.., error)| *error > 0.0);
            Mark::Points(vec![(0.5, 0.0, if has_errors { 1.3 } else { 0.0 })], *shape)
        }
        Mark::Bars { .. } => Mark::Bars { edges: vec![0.15, 0.5, 0.85], heights: vec![1.2, 0.7] },
        Mark::Ticks { .. } => {
            Mark::Ticks { places: vec![(0.2, 0.0), (0.5, 0.0), (0.8, 0.0)], half: 1.0 }
        }
    }
}

/// The marks of a series, as `mark`.
pub fn mark(series: &Series, mark: &Mark, map: &Map<'_>) -> Markup {
    use super::series::Shape;
    let (stroke, fill) =
        (format!("s-{}", series.colour.name()), format!("f-{}", series.colour.name()));
    match mark {
        Mark::Line(places, dash) => {
            let thin = if series.colour == super::Colour::Grey { " thin" } else { "" };
            html! { path class={ "line " (stroke) (thin) } stroke-dasharray=[pattern(*dash)] d=(map.line(places)) {} }
        }
        Mark::Band(band) => html! { path class={ "band " (fill) } d=(map.band(band)) {} },
        Mark::Bars { edges, heights } => {
            html! { path class={ "bars " (fill) } d=(map.bars(edges, heights)) {} }
        }
        Mark::Ticks { places, half } => {
            html! { path class={ "ticks " (stroke) } d=(map.ticks(places, *half)) {} }
        }
        Mark::Points(points, shape) => {
            let errors = map.errors(points);
            let class = match shape {
                Shape::Dot => "dots",
                Shape::Square => "squares",
                Shape::Ring => "rings",
                Shape::Cross => "line",
            };
            html! {
                @if !errors.is_empty() { path class={ "line " (stroke) } d=(errors) {} }
                path class={ (class) " " (stroke) } d=(map.points(points, *shape)) {}
            }
        }
    }
}

fn pattern(dash: Dash) -> Option<&'static str> {
    match dash {
        Dash::Solid => None,
        Dash::Dashed => Some("8 5"),
        Dash::Dotted => Some("2 4"),
    }
}

/// Places of the names in the legend, each with the place of its series, and the number of lines that they take.
fn legend_places(series: &[Series]) -> (Vec<(f64, f64, usize)>, usize) {
    let mut places: Vec<(f64, f64, usize)> = Vec::new();
    let (mut x, mut lines) = (4.0, 0);
    for (place, series) in series.iter().enumerate().filter(|(_, series)| series.is_named) {
        let width = SIGN + series.name.chars().count() as f64 * LETTER + 16.0;
        if lines == 0 || x + width > WIDTH {
            (x, lines) = (4.0, lines + 1);
        }
        places.push((x, lines as f64 * LINE - 3.0, place));
        x += width;
    }
    (places, lines)
}

fn range(axis: &Axis, values: impl Iterator<Item = f64>) -> Range {
    match axis.range {
        Some((low, high)) => Range::new(axis.scale, low, high),
        None => Range::of(axis.scale, values),
    }
}

fn ticks(axis: &Axis, range: &Range, most: usize) -> (Vec<Tick>, i32) {
    match &axis.ticks {
        None => range.ticks(most),
        Some(ticks) => {
            let tick = |(value, label): &(f64, String)| Tick {
                value: *value,
                label: label.clone(),
                exponent: None,
            };
            (ticks.iter().map(tick).collect(), 0)
        }
    }
}

/// About as wide as a label is.
fn width(tick: &Tick) -> f64 {
    let raised = tick.exponent.map_or(0, |power| power.to_string().len());
    tick.label.chars().count() as f64 * LETTER + raised as f64 * 6.0
}

fn label(tick: &Tick) -> Markup {
    html! { (tick.label) @if let Some(power) = tick.exponent { (raised(power)) } }
}

/// What labels are to be multiplied by.
fn factor(power: i32) -> Markup {
    html! { @if power != 0 { " (×10" (raised(power)) tspan dy="5" { ")" } } }
}

/// A power; what follows it is to be lowered again.
fn raised(power: i32) -> Markup {
    html! { tspan class="up" dy="-5" { (super::scale::signed(&power.to_string())) } }
}

/// Labels at the right end stay within the figure.
fn anchor(x: f64) -> &'static str {
    if x > WIDTH - 26.0 { "end" } else { "middle" }
}

/// A length in the file.
pub fn short(length: f64) -> String {
    format!("{length:.1}")
}
