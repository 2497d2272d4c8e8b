//! Claims about cells: rates over the strength of their input, beside those of their rate equations and of the twin's.

use maud::Markup;

use super::{BAR, distinct, texts};
use crate::picture::figure::{Axis, Colour, Dash, Figure, Mark, Series, Shape, slug};
use crate::report::ReportError;
use crate::report::material::Material;
use crate::report::number::{count, plain, probability, significant};
use crate::report::page::{cell, table};
use crate::report::source::Table;

/// The dimension of rows.
const RATE: &str = "rate";

/// What was measured of cells, of all claims: a column for each variable. Rates are in Hz.
pub struct Rates {
    claim: Vec<String>,
    cells: Vec<String>,
    population: Vec<String>,
    input: Vec<f64>,
    networks: Vec<f64>,
    measured: Vec<f64>,
    standard_error: Vec<f64>,
    predicted: Vec<f64>,
    margin: Vec<f64>,
    p: Vec<f64>,
    twin_predicted: Vec<f64>,
    twin_p: Vec<f64>,
    synchrony: Vec<f64>,
}

impl Rates {
    /// None where no claim is about cells.
    pub fn of(material: &Material) -> Result<Option<Self>, ReportError> {
        material.source.table("claim_rates")?.as_ref().map(Self::new).transpose()
    }

    fn new(found: &Table) -> Result<Self, ReportError> {
        let text = |name| texts(found, name, RATE);
        let number = |name| found.all(name, &[RATE]);
        Ok(Self {
            claim: text("claim")?,
            cells: text("cells")?,
            population: text("population")?,
            input: number("input")?,
            networks: number("networks")?,
            measured: number("measured")?,
            standard_error: number("standard_error")?,
            predicted: number("predicted")?,
            margin: number("margin")?,
            p: number("p")?,
            twin_predicted: number("twin_predicted")?,
            twin_p: number("twin_p")?,
            synchrony: number("synchrony")?,
        })
    }

    /// Rows of a claim.
    fn own(&self, claim: &str) -> Vec<usize> {
        (0..self.claim.len()).filter(|row| self.claim[*row] == claim).collect()
    }

    /// A figure for each cell file.
    pub fn figures(&self, claim: &str, title: &str) -> Vec<Figure> {
        let own = self.own(claim);
        let files = distinct(own.iter().map(|row| self.cells[*row].as_str()));
        let figure = |file: &str| {
            let rows: Vec<usize> =
                own.iter().copied().filter(|row| self.cells[*row] == file).collect();
            let names = distinct(rows.iter().map(|row| self.population[*row].as_str()));
            let series = names.iter().enumerate().flat_map(|(number, name)| {
                let of = rows.iter().copied().filter(|row| self.population[*row] == *name);
                self.series(name, number, &of.collect::<Vec<_>>())
            });
            let networks = rows.first().map_or(0.0, |row| self.networks[*row]);
            Figure {
                name: slug(&format!("{claim} {file}")),
                title: format!("{title}: {file}"),
                description: format!(
                    "Rate of each population against the strength of its input from outside: cells, over {} networks at each, rate equations, and those of the twin.",
                    count(networks as usize)
                ),
                x: Axis::new("external rate / that of the file"),
                y: Axis::new("rate (Hz)"),
                series: series.collect(),
            }
        };
        files.into_iter().map(figure).collect()
    }

    /// Equations, cells and the twin's equations of one population.
    fn series(&self, population: &str, number: usize, rows: &[usize]) -> [Series; 3] {
        let colour = Colour::of(number);
        let line = |rates: &[f64], dash: Dash| {
            let places = rows.iter().map(|row| (self.input[*row], rates[*row]));
            Mark::Line(places.filter(|(_, rate)| rate.is_finite()).collect(), dash)
        };
        let bar = |row: usize| {
            let error = BAR * self.standard_error[row];
            if error.is_finite() { error } else { 0.0 }
        };
        let points = rows.iter().map(|row| (self.input[*row], self.measured[*row], bar(*row)));
        let shape = if number.is_multiple_of(2) { Shape::Dot } else { Shape::Square };
        [
            Series::new(
                format!("{population}, equations"),
                colour,
                line(&self.predicted, Dash::Dashed),
            ),
            Series::new(population, colour, Mark::Points(points.collect(), shape)),
            Series::new(
                format!("{population}, twin"),
                colour,
                line(&self.twin_predicted, Dash::Dotted),
            ),
        ]
    }

    /// All rates of a claim; nothing if it has none.
    pub fn table(&self, claim: &str, title: &str) -> Markup {
        let own = self.own(claim).into_iter();
        let listed = own.map(|row| {
            let number = |column: &[f64]| cell(significant(column[row], 3));
            vec![
                cell(&self.cells[row]),
                cell(&self.population[row]),
                cell(plain(self.input[row])),
                number(&self.measured),
                cell(significant(self.standard_error[row], 2)),
                number(&self.predicted),
                number(&self.margin),
                cell(probability(self.p[row])),
                number(&self.twin_predicted),
                cell(probability(self.twin_p[row])),
                cell(significant(self.synchrony[row], 2)),
            ]
        });
        let header = [
            "Cells",
            "Population",
            "Input",
            "Measured",
            "s.e.",
            "Equations",
            "Margin",
            "p (Holm)",
            "Twin",
            "Twin’s p",
            "Synchrony",
        ];
        let caption = format!(
            "Rates in Hz; those without a margin are predicted where nothing is claimed: {title}"
        );
        table(&caption, &header, 2, &listed.collect::<Vec<_>>())
    }
}
