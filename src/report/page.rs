//! The page: its frame, its style sheet, and figures with what can be taken from them. It holds no script, and its policy forbids any, and the network.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::source::printable;
use crate::picture::figure::style::{Theme, properties, sheet};
use crate::picture::figure::{Figure, csv};

/// A part of the report.
pub struct Section {
    /// Its anchor.
    pub id: &'static str,
    /// Its heading.
    pub heading: &'static str,
    /// What follows the heading.
    pub body: Markup,
}

/// What may not stand in a `data:` address.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'<')
    .add(b'>')
    .add(b'\'')
    .add(b'`')
    .add(b'{')
    .add(b'}');
/// Nothing is loaded from anywhere, and nothing runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// The whole page.
pub fn page(title: &str, head: &Markup, sections: &[Section], foot: &Markup) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="generator" content=(crate::layout::SOURCE);
                title { (title) }
                style { (PreEscaped(style())) }
            }
            body {
                a class="skip" href="#content" { "Skip to the content" }
                header { (head) }
                nav aria-label="Sections" {
                    ul { @for section in sections { li { a href={ "#" (section.id) } { (section.heading) } } } }
                }
                main id="content" {
                    @for section in sections {
                        section id=(section.id) aria-labelledby={ (section.id) "-h" } {
                            h2 id={ (section.id) "-h" } { (section.heading) }
                            (section.body)
                        }
                    }
                }
                footer { (foot) }
            }
        }
    };
    printable(&markup.into_string())
}

/// The figures of a section, beside each other, as many as there is room for. Empty ones are left out.
pub fn figures(section: &str, figures: &[Figure]) -> Markup {
    html! {
        div class="figures" {
            @for (place, figure) in figures.iter().enumerate().filter(|(_, figure)| !figure.is_empty()) {
                (self::figure(figure, &format!("{section}-{place}")))
            }
        }
    }
}

fn figure(figure: &Figure, id: &str) -> Markup {
    let name = &figure.name;
    html! {
        figure {
            (figure.in_page(id))
            figcaption {
                (figure.title)
                " "
                span class="files" {
                    a download={ (name) ".svg" } href=(address("image/svg+xml", &figure.file()))
                        aria-label={ (figure.title) ", as SVG" } { "SVG" }
                    " "
                    a download={ (name) ".csv" } href=(address("text/csv", &csv::table(figure)))
                        aria-label={ (figure.title) ", its data as CSV" } { "CSV" }
                }
            }
        }
    }
}

/// An address that is itself the file.
pub fn address(kind: &str, text: &str) -> String {
    format!("data:{kind};charset=utf-8,{}", utf8_percent_encode(text, ESCAPED))
}

/// A table with a caption, in a box that scrolls where it is too wide; nothing without rows. The first `words` columns are words, the others numbers.
pub fn table(caption: &str, header: &[&str], words: usize, rows: &[Vec<Markup>]) -> Markup {
    if rows.is_empty() {
        return html! {};
    }
    html! {
        div class="scroll" tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr { @for (column, cell) in header.iter().enumerate() {
                    th scope="col" class=[(column >= words).then_some("number")] { (cell) }
                } } }
                tbody { @for row in rows { tr { @for (column, cell) in row.iter().enumerate() {
                    @if column == 0 { th scope="row" { (cell) } }
                    @else { td class=[(column >= words).then_some("number")] { (cell) } }
                } } } }
            }
        }
    }
}

/// A cell with a text.
pub fn cell(text: impl AsRef<str>) -> Markup {
    html! { (text.as_ref()) }
}

/// Names and what they mean.
pub fn facts(facts: &[(&str, Markup)]) -> Markup {
    html! { dl { @for (name, value) in facts { div { dt { (name) } dd { (value) } } } } }
}

fn style() -> String {
    let (light, dark, figures) = (properties(false), properties(true), sheet(Theme::Page));
    format!(
        ":root{{{light}color-scheme:light dark}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}{}{figures}",
        include_str!("page.css")
    )
}
