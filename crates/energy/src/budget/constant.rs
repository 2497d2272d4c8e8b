//! A number from the literature, with where it stands and how it is known to us.

/// How a number is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// A text of the authors themselves was read: its abstract or a table.
    Primary,
    /// Others quote it or report it, and agree with each other or with the abstract.
    Secondary,
    /// It follows from numbers of this table.
    Arithmetic,
    /// It holds by definition.
    Definition,
    /// Nobody's measurement: a number to start from, which the user may replace.
    Assumption,
}

impl Status {
    /// Its name, for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Arithmetic => "arithmetic",
            Self::Definition => "definition",
            Self::Assumption => "assumption",
        }
    }
}

/// A number with its unit and its source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Constant {
    /// Its symbol in `docs/economy.md`.
    pub symbol: &'static str,
    /// Its value in that unit.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Who published it, with a DOI where there is one.
    pub citation: &'static str,
    /// How it is known.
    pub status: Status,
    /// The text that was read, or the sum that was done.
    pub known: &'static str,
}
