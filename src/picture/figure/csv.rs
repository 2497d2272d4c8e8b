//! The data of a figure as a table, a row for each place: as CSV by RFC 4180, with every digit.

use std::fmt::Write;

use super::series::Mark;
use super::{Axis, Figure};

/// The table: series, both coordinates, and where there are any the ends of error bars and bands. What is missing is empty.
///
/// ```
/// use equipoise::picture::figure::{Axis, Colour, Figure, Mark, Series, Shape, csv};
/// let points = Mark::Points(vec![(0.5, 2.0, 0.25)], Shape::Dot);
/// let figure = Figure {
///     name: "mean".into(), title: String::new(), description: String::new(),
///     x: Axis::new("time"), y: Axis::new("mean"), series: vec![Series::new("simulation", Colour::Blue, points)],
/// };
/// assert_eq!(csv::table(&figure), "series,time,mean,low,high\r\nsimulation,0.5,2,1.75,2.25\r\n");
/// ```
pub fn table(figure: &Figure) -> String {
    let label = |axis: &Axis| quoted(&axis.label);
    let mut text = format!("series,{},{},low,high\r\n", label(&figure.x), label(&figure.y));
    for series in &figure.series {
        let name = quoted(&series.name);
        for [x, y, low, high] in rows(&series.mark) {
            let _ = writeln!(
                text,
                "{name},{},{},{},{}\r",
                number(x),
                number(y),
                number(low),
                number(high)
            );
        }
    }
    text
}

fn rows(mark: &Mark) -> Vec<[f64; 4]> {
    const NONE: f64 = f64::NAN;
    match mark {
        Mark::Line(places, _) | Mark::Ticks { places, .. } => {
            places.iter().map(|(x, y)| [*x, *y, NONE, NONE]).collect()
        }
        Mark::Band(band) => band.iter().map(|(x, low, high)| [*x, NONE, *low, *high]).collect(),
        Mark::Points(points, _) => {
            points
                .iter()
                .map(|(x, y, error)| {
                    if *error > 0.0 { [*x, *y, y - error, y + error] } else { [*x, *y, NONE, NONE] }
                })
                .collect()
        }
        Mark::Bars { edges, heights } => {
            let middles = edges.windows(2).map(|edge| f64::midpoint(edge[0], edge[1]));
            middles.zip(heights).map(|(middle, height)| [middle, *height, NONE, NONE]).collect()
        }
    }
}

fn number(value: f64) -> String {
    if value.is_finite() { value.to_string() } else { String::new() }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
