//! Claims about a network at several sizes: figures of statistics over sizes, and their exponents.

use maud::Markup;

use super::{BAR, distinct, texts};
use crate::layout::claims::SIDES;
use crate::picture::figure::{Axis, Colour, Dash, Figure, Mark, Series, Shape, slug};
use crate::report::ReportError;
use crate::report::material::Material;
use crate::report::number::{count, plain, probability, significant};
use crate::report::page::{cell, table};
use crate::report::source::Table;

/// What was measured of networks, of all claims.
pub struct Sizes {
    points: Table,
    exponents: Table,
}

/// The keys of rows of a long table: claim, network, statistic, component.
struct Rows {
    keys: Vec<[String; 4]>,
}

impl Rows {
    fn new(table: &Table, dimension: &str) -> Result<Self, ReportError> {
        let mut columns = Vec::new();
        for name in ["claim", "side", "statistic", "component"] {
            columns.push(texts(table, name, dimension)?);
        }
        let key = |row: usize| std::array::from_fn(|column| columns[column][row].clone());
        Ok(Self { keys: (0..columns[0].len()).map(key).collect() })
    }

    /// Rows of a claim.
    fn of(&self, claim: &str) -> Vec<usize> {
        (0..self.keys.len()).filter(|row| self.keys[*row][0] == claim).collect()
    }
}

impl Sizes {
    /// None where no claim is about sizes.
    pub fn of(material: &Material) -> Result<Option<Self>, ReportError> {
        let points = material.source.table("claim_points")?;
        let exponents = material.source.table("claim_exponents")?;
        Ok(points.zip(exponents).map(|(points, exponents)| Self { points, exponents }))
    }

    /// A figure for each statistic.
    pub fn figures(&self, claim: &str, title: &str) -> Result<Vec<Figure>, ReportError> {
        const POINT: [&str; 1] = ["point"];
        let points = &self.points;
        let rows = Rows::new(points, "point")?;
        let column = |name| points.all(name, &POINT);
        let (sizes, networks) = (column("size")?, column("networks")?);
        let (measured, errors) = (column("measured")?, column("standard_error")?);
        let predicted = column("predicted")?;
        let own = rows.of(claim);
        let mut figures = Vec::new();
        for statistic in distinct(own.iter().map(|row| rows.keys[*row][2].as_str())) {
            let of = |side: &str, component: &str| {
                let key = [side, statistic, component];
                let is_own = |row: &&usize| rows.keys[**row].iter().skip(1).eq(key.iter());
                own.iter().filter(is_own).copied().collect::<Vec<usize>>()
            };
            let components = distinct(
                own.iter()
                    .filter(|row| rows.keys[**row][2] == statistic)
                    .map(|row| rows.keys[*row][3].as_str()),
            );
            let mut series = Vec::new();
            for (number, component) in components.iter().enumerate() {
                let colour = Colour::of(number);
                let network = of(SIDES[0], component);
                let line = network.iter().map(|row| (sizes[*row], predicted[*row])).collect();
                let points = |rows: &[usize]| {
                    let bar = |row: &usize| {
                        let error = BAR * errors[*row];
                        if error.is_finite() { error } else { 0.0 }
                    };
                    rows.iter().map(|row| (sizes[*row], measured[*row], bar(row))).collect()
                };
                let shape = if number % 2 == 0 { Shape::Dot } else { Shape::Square };
                series.extend([
                    Series::new(
                        format!("{component}, predicted"),
                        colour,
                        Mark::Line(line, Dash::Dashed),
                    ),
                    Series::new(*component, colour, Mark::Points(points(&network), shape)),
                    Series::new(
                        format!("{component}, twin"),
                        colour,
                        Mark::Points(points(&of(SIDES[1], component)), Shape::Ring),
                    ),
                ]);
            }
            let simulated: f64 = own.iter().map(|row| networks[*row]).sum();
            figures.push(Figure {
                name: slug(&format!("{claim} {statistic}")),
                description: format!(
                    "Measured and predicted values over sizes, on logarithmic axes, of the claim’s network and of its twin; {} networks.",
                    count(simulated as usize)
                ),
                title: format!("{title}: {statistic}"),
                x: Axis::new("n").logarithmic(),
                y: Axis::new(statistic).logarithmic(),
                series,
            });
        }
        Ok(figures)
    }

    /// Exponents of the claim's network.
    pub fn table(&self, claim: &str, title: &str, coverage: f64) -> Result<Markup, ReportError> {
        const COURSE: [&str; 1] = ["course"];
        let exponents = &self.exponents;
        let rows = Rows::new(exponents, "course")?;
        let mut columns = Vec::new();
        for name in ["exponent", "low", "high", "predicted", "margin", "at_large", "p"] {
            columns.push(exponents.all(name, &COURSE)?);
        }
        let own = rows.of(claim).into_iter();
        let listed = own.map(|row| {
            let [_, side, statistic, component] = &rows.keys[row];
            let number = |column: usize| significant(columns[column][row], 3);
            vec![
                cell(statistic),
                cell(component),
                cell(side),
                cell(number(0)),
                cell(format!("{} to {}", number(1), number(2))),
                cell(number(3)),
                cell(number(4)),
                cell(plain((columns[5][row] * 1000.0).round() / 1000.0)),
                cell(probability(columns[6][row])),
            ]
        });
        let header = [
            "Statistic",
            "Component",
            "Network",
            "Exponent",
            "Interval",
            "Predicted",
            "Margin",
            "As n grows",
            "p (Holm)",
        ];
        let caption = format!(
            "Exponents of n, with {} % bootstrap intervals: {title}",
            plain(100.0 * coverage)
        );
        Ok(table(&caption, &header, 3, &listed.collect::<Vec<_>>()))
    }
}
