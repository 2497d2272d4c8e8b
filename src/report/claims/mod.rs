//! Claims: the statements of the theory, what was measured of them, and what of their twins.
//!
//! * `sizes`: a network at several sizes; `rates`: networks of cells.

mod rates;
mod sizes;

use maud::{Markup, html};

use super::ReportError;
use super::material::Material;
use super::number::{probability, significant};
use super::page::{Section, cell, figures, table};
use super::source::Table;
use crate::picture::figure::slug;
use rates::Rates;
use sizes::Sizes;

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

/// What was measured, by its kind.
struct Found {
    sizes: Option<Sizes>,
    rates: Option<Rates>,
}

/// The section; none if the file is of no claims.
pub fn section(material: &Material) -> Result<Option<Section>, ReportError> {
    let Some(claims) = material.source.table("claims")? else { return Ok(None) };
    let claims = Claims::new(&claims)?;
    let found = Found { sizes: Sizes::of(material)?, rates: Rates::of(material)? };
    let mut parts = Vec::new();
    for place in 0..claims.names.len() {
        parts.push(claims.part(place, &found)?);
    }
    let body = html! {
        @if found.sizes.is_some() {
            p {
                "Each claim is tested at several sizes: what is measured must be what the theory predicts, within its margin, and must change with " i { "n" }
                " as predicted. Its twin is a network of which the claim is false, held against the same predictions: it must be rejected."
            }
        }
        @if found.rates.is_some() {
            p {
                "A claim on cells is tested at several strengths of their input: they must fire as the equations say, within a margin. Its twin are other equations, held against the same cells: they must be rejected."
            }
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
    fn part(&self, place: usize, found: &Found) -> Result<Markup, ReportError> {
        let (claim, title) = (&self.names[place], &self.titles[place]);
        let name = slug(claim);
        let (mut drawn, mut tables) = (Vec::new(), Vec::new());
        if let Some(sizes) = &found.sizes {
            drawn.extend(sizes.figures(claim, title)?);
            tables.push(sizes.table(claim, title, self.coverage)?);
        }
        if let Some(rates) = &found.rates {
            drawn.extend(rates.figures(claim, title));
            tables.push(rates.table(claim, title));
        }
        Ok(html! {
            h3 id={ "claim-" (name) } { (title) }
            p { (self.statements[place].trim()) }
            p { code { (self.equations[place]) } }
            p class="muted" { (self.references[place]) ". Scenario: " code { (self.scenarios[place]) } "." }
            p { strong { "Twin: " } (self.twins[place].trim()) }
            (figures(&format!("claim-{name}"), &drawn))
            @for table in tables { (table) }
        })
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
