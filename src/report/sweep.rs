//! Fixed points of the limit along a swept parameter.

use maud::html;

use super::ReportError;
use super::material::Material;
use super::number::significant;
use super::page::{Section, cell, figures, table};
use super::source::{Source, Table};
use crate::picture::figure::{Axis, Colour, Dash, Figure, Mark, Place, Series, Shape, slug};

/// Points of all branches that are drawn, at most; special points that are listed; populations that are drawn.
const POINTS: usize = 4000;
const LISTED: usize = 100;
const POPULATIONS: usize = 6;

/// Points along the branches.
struct Branches {
    parameter: Vec<f64>,
    branch: Vec<f64>,
    stable: Vec<f64>,
    /// Points that are drawn, in order.
    drawn: Vec<usize>,
}

/// The section; none if the file has no sweep.
pub fn section(material: &Material) -> Result<Option<Section>, ReportError> {
    let source = &material.source;
    let Some(sweep) = source.table("sweep")? else { return Ok(None) };
    let special = source.table("special")?;
    let path = sweep.text("parameter").unwrap_or_else(|| "parameter".to_owned());
    let branches = Branches::new(&sweep)?;
    let names = sweep.names("population")?;
    let mut drawn = Vec::new();
    for (variable, what) in [("mean", "mean"), ("rate", "rate")] {
        let values = sweep.all(variable, &["point", "population"])?;
        let marked = special.as_ref().map(|special| marks(special, variable)).transpose()?;
        for (population, name) in names.iter().take(POPULATIONS).enumerate() {
            let of = |row: usize| {
                values.get(row * names.len() + population).copied().unwrap_or(f64::NAN)
            };
            let mut series = branches.lines(of);
            if let Some((parameters, values)) = &marked {
                let points = parameters.iter().enumerate();
                let points = points.map(|(row, x)| {
                    (
                        *x,
                        values.get(row * names.len() + population).copied().unwrap_or(f64::NAN),
                        0.0,
                    )
                });
                series.push(Series::new(
                    "special point",
                    Colour::Ink,
                    Mark::Points(points.collect(), Shape::Ring),
                ));
            }
            drawn.push(figure(source, (&path, what, name), series));
        }
    }
    let body = html! {
        p { "Fixed points of the limit as " code { (path) } " changes: solid where stable, dashed where not." }
        (figures("sweep", &drawn))
        @if let Some(special) = &special { (list(special)?) }
    };
    Ok(Some(Section { id: "sweep", heading: "Fixed points along a parameter", body }))
}

fn figure(source: &Source, (path, what, name): (&str, &str, &str), series: Vec<Series>) -> Figure {
    let title = format!("Fixed points: {what} of {name}");
    let unit = if what == "rate" { format!(" (1/{})", source.time_unit()) } else { String::new() };
    Figure {
        name: slug(&title),
        description: format!("The {what} of {name} at fixed points of the limit, against {path}."),
        x: Axis::new(path),
        y: Axis::new(format!("{what}, {name}{unit}")),
        series,
        title,
    }
}

impl Branches {
    fn new(sweep: &Table) -> Result<Self, ReportError> {
        let column = |name: &str| sweep.all(name, &["point"]);
        let branch = column("branch")?;
        let stable = column("stable")?;
        let every = branch.len().div_ceil(POINTS).max(1);
        // Ends of branches and changes of stability stay where points are left out.
        let is_edge = |place: usize| {
            let differs =
                |other: usize| branch[other] != branch[place] || stable[other] != stable[place];
            place == 0 || place + 1 == branch.len() || differs(place - 1) || differs(place + 1)
        };
        let drawn =
            (0..branch.len()).filter(|place| place % every == 0 || is_edge(*place)).collect();
        Ok(Self { parameter: column("parameter")?, branch, stable, drawn })
    }

    /// Stable and unstable pieces of all branches, with gaps between them. A special point belongs to both sides.
    fn lines(&self, of: impl Fn(usize) -> f64) -> Vec<Series> {
        let place = |point: usize| (self.parameter[point], of(point));
        let lines = [
            (true, "stable", Colour::Blue, Dash::Solid),
            (false, "unstable", Colour::Vermilion, Dash::Dashed),
        ];
        let lines = lines.map(|(is_stable, name, colour, dash)| {
            let mut line: Vec<Place> = Vec::new();
            for pair in self.drawn.windows(2) {
                let [from, to] = [pair[0], pair[1]];
                let stable = self.stable[from] == 1.0 || self.stable[to] == 1.0;
                if self.branch[from] != self.branch[to] || stable != is_stable {
                    line.push((f64::NAN, f64::NAN));
                    continue;
                }
                if line.last().is_none_or(|last| *last != place(from)) {
                    line.push(place(from));
                }
                line.push(place(to));
            }
            Series::new(name, colour, Mark::Line(line, dash))
        });
        lines.into_iter().filter(|series| series.mark.places().next().is_some()).collect()
    }
}

/// Parameters and values of special points.
fn marks(special: &Table, variable: &str) -> Result<(Vec<f64>, Vec<f64>), ReportError> {
    let parameters = special.all("parameter", &["special_point"])?;
    Ok((parameters, special.all(variable, &["special_point", "population"])?))
}

fn list(special: &Table) -> Result<maud::Markup, ReportError> {
    const DIMENSIONS: [&str; 1] = ["special_point"];
    let mut kinds = Vec::new();
    for block in special.blocks("kind", &DIMENSIONS)? {
        kinds.extend(special.texts("kind", &block)?);
    }
    let parameters = special.all("parameter", &DIMENSIONS)?;
    let frequencies = special.all("angular_frequency", &DIMENSIONS)?;
    let rows = kinds.iter().zip(parameters.iter().zip(&frequencies)).take(LISTED).map(
        |(kind, (parameter, frequency))| {
            vec![
                cell(kind),
                cell(significant(*parameter, 8)),
                cell(significant(std::f64::consts::TAU / frequency, 6)),
            ]
        },
    );
    let rows: Vec<_> = rows.collect();
    Ok(
        html! { @if !rows.is_empty() { (table("Special points", &["Kind", "Parameter", "Period"], 1, &rows)) } },
    )
}
