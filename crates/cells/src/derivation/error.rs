//! What can be wrong with what a derivation starts from.

use thiserror::Error;

/// Why something could not be derived.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum DerivationError {
    /// A number that makes no sense where it stands.
    #[error("{field} is {value}; it must be {requirement}")]
    OutOfRange {
        /// Whose number it is.
        field: String,
        /// What it is.
        value: f64,
        /// What would be right.
        requirement: &'static str,
    },
    /// A matrix or list that does not fit the populations.
    #[error("{field} has {found_rows} x {found_columns} entries; {rows} x {columns} are needed")]
    Shape {
        /// Which matrix or list.
        field: &'static str,
        /// Rows that it has.
        found_rows: usize,
        /// Columns that it has.
        found_columns: usize,
        /// Rows that it must have.
        rows: usize,
        /// Columns that it must have.
        columns: usize,
    },
    /// More populations than sets of active ones can be gone through.
    #[error("{populations} populations; at most {most} can be searched for steady states")]
    TooManyPopulations {
        /// How many there are.
        populations: usize,
        /// How many there may be.
        most: usize,
    },
    /// A trajectory that would take too long.
    #[error(
        "{steps:.1e} steps are needed; at most {most:.0e} are taken: choose a shorter duration"
    )]
    TooManySteps {
        /// How many there would be.
        steps: f64,
        /// How many there may be.
        most: f64,
    },
    /// Activity grows without bound.
    #[error("activity runs away: after {time} ms it is beyond all numbers")]
    Runaway {
        /// When it was first seen, ms.
        time: f64,
    },
}

/// The value, if it is a finite number for which `accepts` holds.
pub(crate) fn checked(
    field: impl Into<String>,
    value: f64,
    requirement: &'static str,
    accepts: impl Fn(f64) -> bool,
) -> Result<f64, DerivationError> {
    if value.is_finite() && accepts(value) {
        Ok(value)
    } else {
        Err(DerivationError::OutOfRange { field: field.into(), value, requirement })
    }
}

/// The value, if it is positive and finite.
pub(crate) fn positive(field: impl Into<String>, value: f64) -> Result<f64, DerivationError> {
    checked(field, value, "positive and finite", |value| value > 0.0)
}

/// The value, if it is zero or positive, and finite.
pub(crate) fn not_negative(field: impl Into<String>, value: f64) -> Result<f64, DerivationError> {
    checked(field, value, "zero or positive, and finite", |value| value >= 0.0)
}

/// The value, if it is finite.
pub(crate) fn finite(field: impl Into<String>, value: f64) -> Result<f64, DerivationError> {
    checked(field, value, "finite", |_| true)
}
