//! Claims: the statements of the theory, what was measured of them over sizes, and what of their twins.

use maud::{Markup, html};

use super::ReportError;
use super::material::Material;
use super::number::{count, plain, probability, significant};
use super::page::{Section, cell, figures, table};
use super::source::Table;
use crate::layout::claims::SIDES;
use crate::picture::figure::{Axis, Colour, Dash, Figure, Mark, Series, Shape, slug};

/// Standard errors in half an error bar: two-sided 99 %.
const BAR: f64 = 2.576;

/// What is said of each claim.
struct Claims {
    names: Vec<String>,
    titles: Vec<String>,
    statements: Vec<String>,
    equations: Vec<String>,
    references: Vec<String>,
    scenarios: Vec<String>,
    twins: Vec<String>,
    exponents: Vec<f64>,
    /// p-values of network and twin.
    p: [Vec<f64>; 2],
    holds: Vec<f64>,
    twin_passes: Vec<f64>,
    /// With which intervals cover.
    coverage: f64,
}

/// The keys of rows of a long table: claim, network, statistic, component.
struct Rows {
    keys: Vec<[String; 4]>,
}

/// The section; none if the file is of no claims.
pub fn section(material: &Material) -> Result<Option<Section>, ReportError> {
    let (Some(claims), Some(points), Some(exponents)) = (
        material.source.table("claims")?,
        material.source.table("claim_points")?,
        material.source.table("claim_exponents")?,
    ) else {
        return Ok(None);
    };
    let claims = Claims::new(&claims)?;
    let mut parts = Vec::new();
    for place in 0..claims.names.len() {
        parts.push(claims.part(place, &points, &exponents)?);
    }
    let body = html! {
        p {
            "Each claim is tested at several sizes: what is measured must be what the theory predicts, within its margin, and must change with " i { "n" }
            " as predicted. Its twin is a network of which the claim is false, held against the same predictions: it must be rejected."
        }
        (claims.table())
        @for part in parts { (part) }
    };
    Ok(Some(Section { id: "claims", heading: "Claims", body }))
}

/// All texts of a variable over one dimension.
fn texts(table: &Table, name: &str, dimension: &str) -> Result<Vec<String>, ReportError> {
    let mut all = Vec::new();
    for block in table.blocks(name, &[dimension])? {
        all.extend(table.texts(name, &block)?);
    }
    Ok(all)
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

impl Claims {
    fn new(found: &Table) -> Result<Self, ReportError> {
        let text = |name| texts(found, name, "claim");
        let number = |name| found.all(name, &["claim"]);
        Ok(Self {
            names: found.names("claim")?,
            titles: text("title")?,
            statements: text("statement")?,
            equations: text("equation")?,
            references: text("reference")?,
            scenarios: text("scenario")?,
            twins: text("twin")?,
            exponents: number("exponent_claimed")?,
            p: [number("p")?, number("twin_p")?],
            holds: number("holds")?,
            twin_passes: number("twin_passes")?,
            coverage: found.number("coverage").unwrap_or(f64::NAN),
        })
    }

    fn table(&self) -> Markup {
        let rows = (0..self.names.len()).map(|place| {
            let holds = self.holds[place] == 1.0;
            let passes = self.twin_passes[place] == 1.0;
            vec![
                html! { a href={ "#claim-" (slug(&self.names[place])) } { (self.titles[place]) } },
                verdict(holds, if holds { "holds" } else { "fails" }),
                verdict(!passes, if passes { "passes" } else { "rejected" }),
                cell(significant(self.exponents[place], 2)),
                cell(probability(self.p[0][place])),
                cell(probability(self.p[1][place])),
            ]
        });
        let header = ["Claim", "Verdict", "Its twin", "Exponent of n", "p (Holm)", "Twin’s p"];
        table("The claims and their twins", &header, 3, &rows.collect::<Vec<_>>())
    }

    /// One claim.
    fn part(&self, place: usize, points: &Table, exponents: &Table) -> Result<Markup, ReportError> {
        let name = slug(&self.names[place]);
        let drawn = self.figures(place, points)?;
        Ok(html! {
            h3 id={ "claim-" (name) } { (self.titles[place]) }
            p { (self.statements[place].trim()) }
            p { code { (self.equations[place]) } }
            p class="muted" { (self.references[place]) ". Scenario: " code { (self.scenarios[place]) } "." }
            p { strong { "Twin: " } (self.twins[place].trim()) }
            (figures(&format!("claim-{name}"), &drawn))
            (self.exponents(place, exponents)?)
        })
    }

    /// A figure for each statistic.
    fn figures(&self, place: usize, points: &Table) -> Result<Vec<Figure>, ReportError> {
        const POINT: [&str; 1] = ["point"];
        let rows = Rows::new(points, "point")?;
        let column = |name| points.all(name, &POINT);
        let (sizes, networks) = (column("size")?, column("networks")?);
        let (measured, errors) = (column("measured")?, column("standard_error")?);
        let predicted = column("predicted")?;
        let own = rows.of(&self.names[place]);
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
            let title = format!("{}: {statistic}", self.titles[place]);
            figures.push(Figure {
                name: slug(&format!("{} {statistic}", self.names[place])),
                description: format!(
                    "Measured and predicted values over sizes, on logarithmic axes, of the claim’s network and of its twin; {} networks.",
                    count(simulated as usize)
                ),
                title,
                x: Axis::new("n").logarithmic(),
                y: Axis::new(statistic).logarithmic(),
                series,
            });
        }
        Ok(figures)
    }

    /// Exponents of the claim's network.
    fn exponents(&self, place: usize, exponents: &Table) -> Result<Markup, ReportError> {
        const COURSE: [&str; 1] = ["course"];
        let rows = Rows::new(exponents, "course")?;
        let mut columns = Vec::new();
        for name in ["exponent", "low", "high", "predicted", "margin", "at_large", "p"] {
            columns.push(exponents.all(name, &COURSE)?);
        }
        let own = rows.of(&self.names[place]).into_iter();
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
            "Exponents of n, with {} % bootstrap intervals: {}",
            plain(100.0 * self.coverage),
            self.titles[place]
        );
        Ok(table(&caption, &header, 3, &listed.collect::<Vec<_>>()))
    }
}

/// Each text once, in the order of their first places.
fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for text in texts {
        if !found.contains(&text) {
            found.push(text);
        }
    }
    found
}

fn verdict(is_good: bool, word: &str) -> Markup {
    html! {
        @if is_good { span class="holds" { "✓ " (word) } }
        @else { span class="fails" { "✗ " (word) } }
    }
}
