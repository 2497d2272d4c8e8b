//! Figures of reports: axes, lines, bands, points, bars and ticks, as SVG that follows the colours of its page.
//!
//! Use it where a picture is part of a page: it is narrow enough for a phone, its colours are classes that a style sheet sets for light and dark,
//! and it has a text alternative. What is drawn is data ([`Series`]), so that the same figure is also a table ([`csv`]).
//!
//! * [`scale`]: ranges, ticks and their labels;
//! * [`series`]: what can be drawn; `path`: its outlines;
//! * [`style`]: colours, their contrast, and style sheets;
//! * `frame`: axes and legend; `svg`: the whole;
//! * [`csv`]: the data of a figure.

pub mod csv;
mod frame;
mod path;
pub mod scale;
pub mod series;
pub mod style;
mod svg;

pub use scale::Scale;
pub use series::{Dash, Mark, Place, Series, Shape};
pub use style::Colour;

/// An axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What it shows, with its unit.
    pub label: String,
    /// Linear or logarithmic.
    pub scale: Scale,
    /// Ends that are asked for; else those of the data, with some room.
    pub range: Option<(f64, f64)>,
    /// Ticks that are asked for, each with its label; else round numbers.
    pub ticks: Option<Vec<(f64, String)>>,
}

impl Axis {
    /// A linear axis whose ends follow from the data.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), scale: Scale::Linear, range: None, ticks: None }
    }

    /// The same with a logarithmic scale.
    #[must_use]
    pub fn logarithmic(mut self) -> Self {
        self.scale = Scale::Logarithmic;
        self
    }

    /// The same with these ends.
    #[must_use]
    pub fn between(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }
}

/// A figure: what is drawn, and what is said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The name of its files: letters, digits and hyphens.
    pub name: String,
    /// What it shows, in a line.
    pub title: String,
    /// The same for those who do not see it.
    pub description: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What is drawn, the first behind the others.
    pub series: Vec<Series>,
}

impl Figure {
    /// Whether there is anything to draw.
    pub fn is_empty(&self) -> bool {
        self.series.iter().all(|series| series.mark.places().next().is_none())
    }
}

/// Letters, digits and hyphens that stand for a text.
///
/// ```
/// assert_eq!(equipoise::picture::figure::slug("mean of E (1/ms)"), "mean-of-E-1-ms");
/// ```
pub fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}
