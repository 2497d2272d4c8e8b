//! Convergence: errors against the limit over sizes, measured and expected, and the exponents with which they fall.

use maud::{Markup, html};

use super::ReportError;
use super::material::Material;
use super::number::{count, plain, probability, significant};
use super::page::{Section, cell, figures, table};
use super::source::Table;
use crate::picture::figure::{Axis, Colour, Dash, Figure, Mark, Series, Shape, slug};

/// Standard errors in half an error bar: two-sided 99 %.
const BAR: f64 = 2.576;
/// Populations that are drawn, at most.
const POPULATIONS: usize = 4;

const ERROR: [&str; 4] = ["quantity", "norm", "size", "population"];
const EXPONENT: [&str; 3] = ["quantity", "norm", "population"];

/// Errors over sizes.
struct Errors {
    quantities: Vec<String>,
    norms: Vec<String>,
    populations: Vec<String>,
    sizes: Vec<f64>,
    measured: Vec<f64>,
    standard_error: Vec<f64>,
    expected: Vec<f64>,
}

/// The section; none if the file is of no convergence.
pub fn section(material: &Material) -> Result<Option<Section>, ReportError> {
    let Some(found) = material.source.table("convergence")? else { return Ok(None) };
    let errors = Errors::new(&found)?;
    let mut drawn = Vec::new();
    for norm in 0..errors.norms.len() {
        for quantity in 0..errors.quantities.len() {
            drawn.push(errors.figure(quantity, norm));
        }
    }
    let body = html! {
        p {
            "Errors of averages over networks against the limit, with 99 % intervals, and what the theory of one network of each size expects (dashed). "
            "They are taken where the expected error is largest over time (sup), and at the last time (end). The grey line falls by " i { "n" } sup { "−1/2" } "."
        }
        (figures("convergence", &drawn))
        (exponents(&found, &errors)?)
        (networks(&found, &errors)?)
    };
    Ok(Some(Section { id: "convergence", heading: "Convergence", body }))
}

impl Errors {
    fn new(found: &Table) -> Result<Self, ReportError> {
        Ok(Self {
            quantities: found.names("quantity")?,
            norms: found.names("norm")?,
            populations: found.names("population")?,
            sizes: found.along("size")?,
            measured: found.all("error", &ERROR)?,
            standard_error: found.all("standard_error", &ERROR)?,
            expected: found.all("expected", &ERROR)?,
        })
    }

    /// Place of the value at a size.
    fn at(&self, (quantity, norm, population): (usize, usize, usize), size: usize) -> usize {
        let place = (quantity * self.norms.len() + norm) * self.sizes.len() + size;
        place * self.populations.len() + population
    }

    fn figure(&self, quantity: usize, norm: usize) -> Figure {
        let mut series: Vec<Series> = self.guide(quantity, norm).into_iter().collect();
        for (population, name) in self.populations.iter().take(POPULATIONS).enumerate() {
            let of = (quantity, norm, population);
            let colour = Colour::of(population);
            let sizes = || self.sizes.iter().enumerate();
            let line = sizes().map(|(size, n)| (*n, self.expected[self.at(of, size)]));
            let expected = Mark::Line(line.collect(), Dash::Dashed);
            series.push(Series::new(format!("{name}, expected"), colour, expected));
            let points = sizes().map(|(size, n)| {
                let at = self.at(of, size);
                let error = BAR * self.standard_error[at];
                (*n, self.measured[at], if error.is_finite() { error } else { 0.0 })
            });
            let shape = if population % 2 == 0 { Shape::Dot } else { Shape::Square };
            series.push(Series::new(name.clone(), colour, Mark::Points(points.collect(), shape)));
        }
        let quantity = title(&self.quantities[quantity]);
        let title = format!("Error against n: {quantity}, {}", self.norms[norm]);
        Figure {
            name: slug(&title),
            description: format!(
                "Measured and expected errors at {} sizes from {} to {}, on logarithmic axes.",
                self.sizes.len(),
                significant(self.sizes.first().copied().unwrap_or(f64::NAN), 3),
                significant(self.sizes.last().copied().unwrap_or(f64::NAN), 3),
            ),
            title,
            x: Axis::new("n").logarithmic(),
            y: Axis::new(format!("error, {quantity}, {}", self.norms[norm])).logarithmic(),
            series,
        }
    }

    /// A line that falls by the root of n, from above the first errors on.
    fn guide(&self, quantity: usize, norm: usize) -> Option<Series> {
        let begin = *self.sizes.first()?;
        let populations = 0..self.populations.len();
        let first =
            populations.map(|population| self.expected[self.at((quantity, norm, population), 0)]);
        let top = 1.6 * first.filter(|error| error.is_finite()).fold(0.0, f64::max);
        let line = self.sizes.iter().map(|n| (*n, top * (begin / n).sqrt()));
        (top > 0.0).then(|| {
            Series::new("slope −1/2", Colour::Grey, Mark::Line(line.collect(), Dash::Dotted))
        })
    }
}

/// A quantity as people call it.
fn title(quantity: &str) -> String {
    match quantity {
        "wasserstein" => "Wasserstein-1 distance".to_owned(),
        "kolmogorov" => "Kolmogorov–Smirnov distance".to_owned(),
        "energy_synapse" => "energy of jumps received".to_owned(),
        other => other.replace('_', " "),
    }
}

/// The exponents with their intervals.
fn exponents(found: &Table, errors: &Errors) -> Result<Markup, ReportError> {
    const NAMES: [&str; 6] = [
        "exponent",
        "exponent_low",
        "exponent_high",
        "exponent_expected",
        "exponent_margin",
        "exponent_p",
    ];
    let mut columns = Vec::new();
    for name in NAMES {
        columns.push(found.all(name, &EXPONENT)?);
    }
    let (norms, populations) = (&errors.norms, &errors.populations);
    let known = (0..columns[0].len()).filter(|place| columns[0][*place].is_finite());
    let rows = known.map(|place| {
        let (quantity, rest) =
            (place / (norms.len() * populations.len()), place / populations.len());
        let number = |column: usize| significant(columns[column][place], 3);
        vec![
            cell(title(&errors.quantities[quantity])),
            cell(&populations[place % populations.len()]),
            cell(&norms[rest % norms.len()]),
            cell(number(0)),
            cell(format!("{} to {}", number(1), number(2))),
            cell(number(3)),
            cell(number(4)),
            cell(probability(columns[5][place])),
        ]
    });
    let coverage = found
        .number("coverage")
        .map_or(String::new(), |part| format!(" ({} %)", plain(100.0 * part)));
    let header = [
        "Error of",
        "Population",
        "Taken",
        "Exponent",
        "Interval",
        "Expected",
        "Margin",
        "p (Holm)",
    ];
    let caption = format!(
        "Exponents with which errors fall with n, bootstrap intervals{coverage}, and what the theory expects over the same sizes"
    );
    Ok(table(&caption, &header, 3, &rows.collect::<Vec<_>>()))
}

/// What was simulated at each size.
fn networks(found: &Table, errors: &Errors) -> Result<Markup, ReportError> {
    const SIZE: [&str; 1] = ["size"];
    let (simulated, large) = (found.all("networks", &SIZE)?, found.all("large_enough", &SIZE)?);
    let mut methods = Vec::new();
    for block in found.blocks("method", &SIZE)? {
        methods.extend(found.texts("method", &block)?);
    }
    let rows = errors.sizes.iter().enumerate().map(|(size, n)| {
        let is_large = large[size] == 1.0;
        vec![
            cell(plain(*n)),
            cell(&methods[size]),
            cell(if is_large { "yes" } else { "no" }),
            cell(count(simulated[size] as usize)),
        ]
    });
    let header = ["n", "Method", "Tested (n is large enough)", "Networks"];
    Ok(table("What was simulated", &header, 3, &rows.collect::<Vec<_>>()))
}
