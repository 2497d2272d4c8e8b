//! Where the file comes from: at the head of the page in a line, and at its end in full.

use std::time::Duration;

use maud::{Markup, html};

use super::ReportError;
use super::material::Material;
use super::number::{count, plain, significant};
use super::page::{Section, cell, facts, table};

/// Title and summary.
pub fn head(material: &Material) -> Markup {
    let source = &material.source;
    html! {
        h1 { (super::title(source)) }
        p { (summary(material)) }
        @if !source.header.complete {
            p class="note" { strong { "This file is not complete: " } "the run that wrote it was ended, or goes on." }
        }
    }
}

/// What it is, in a line.
fn summary(material: &Material) -> String {
    let mut words = Vec::new();
    if let Some(scenario) = &material.source.scenario {
        words.push(format!("n = {}", count(scenario.network.size as usize)));
    }
    if let Some(ensemble) = &material.ensemble {
        let method =
            material.source.scenario.as_ref().map_or("", |scenario| scenario.method.name());
        let networks = count(ensemble.complete_networks());
        words.push(format!("{networks} networks ({method})"));
        let end = ensemble.times.last().copied().unwrap_or(f64::NAN);
        let unit = material.source.time_unit();
        words.push(format!("{} sample times to {} {unit}", count(ensemble.samples), plain(end)));
    }
    words.push(format!("seed {}", material.source.header.provenance.seed));
    words.join(" · ")
}

/// The section.
#[expect(clippy::unnecessary_wraps, reason = "sections are made alike")]
pub fn section(material: &Material) -> Result<Option<Section>, ReportError> {
    let header = &material.source.header;
    let provenance = &header.provenance;
    let unknown = |text: &str| cell(if text.is_empty() { "not known" } else { text });
    let listed = vec![
        ("Made by", cell(&provenance.source)),
        ("Steps", html! { code { (provenance.history) } }),
        ("Seed", cell(provenance.seed.to_string())),
        ("Platform", unknown(&provenance.platform)),
        ("Run time", cell(header.elapsed.map_or("not known".to_owned(), elapsed))),
        ("Complete", cell(if header.complete { "yes" } else { "no" })),
    ];
    let rows: Vec<_> = material
        .source
        .outlines
        .iter()
        .map(|outline| {
            let dimensions =
                outline.dimensions.iter().map(|d| format!("{} {}", d.name, count(d.length)));
            let variables = outline.variables.iter().filter(|variable| !variable.is_coordinate());
            vec![
                html! { code { "/" (outline.name) } },
                cell(dimensions.collect::<Vec<_>>().join(", ")),
                cell(
                    variables.map(|variable| variable.name.as_str()).collect::<Vec<_>>().join(", "),
                ),
            ]
        })
        .collect();
    let body = html! {
        (facts(&listed))
        (table("Groups of the file", &["Group", "Dimensions", "Variables"], 3, &rows))
        @if !provenance.scenario.is_empty() { p {
            "The result makes itself again, bit for bit, from the scenario above: "
            code { "equipoise info FILE --scenario > again.toml" } "."
        } }
    };
    Ok(Some(Section { id: "provenance", heading: "Provenance", body }))
}

/// In seconds, or hours, minutes and seconds.
fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 120 {
        return format!("{} s", significant(time.as_secs_f64(), 3));
    }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours} h {minutes:02} min {:02} s", seconds % 60)
}

/// The last line.
pub fn foot(_: &Material) -> Markup {
    html! {
        p {
            "Report by " (crate::layout::SOURCE) ", from the result file alone. The theorem: J. MacLaurin and P. Vilanova, "
            cite { "The Hydrodynamic Limit of Neural Networks with Balanced Excitation and Inhibition" } ", arXiv:2412.17273."
        }
    }
}
