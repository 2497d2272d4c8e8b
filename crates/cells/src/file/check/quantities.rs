//! Numbers and quantities with a requirement.

use std::ops::Range;

use equipoise_model::input::{Problem, ProblemKind, Spanned};

use super::Check;
use crate::file::raw::{Number, Text};
use crate::units::{Dimension, quantity};

/// Largest size of a number without a unit.
const LARGEST: f64 = 1e9;

/// Largest size of a quantity in the unit of this crate: beyond all cells, and small enough that a run comes to an end.
fn largest(dimension: Dimension) -> f64 {
    match dimension {
        Dimension::Potential | Dimension::Rate => 1e3,
        Dimension::Time | Dimension::Conductance | Dimension::Current | Dimension::Capacitance => {
            1e6
        }
        Dimension::Area => 1.0,
    }
}

/// What a quantity must be, beside finite.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Sign {
    Any,
    NotNegative,
    Positive,
    NotZero,
}

impl Sign {
    fn allows(self, value: f64) -> bool {
        match self {
            Self::Any => true,
            Self::NotNegative => value >= 0.0,
            Self::Positive => value > 0.0,
            Self::NotZero => value != 0.0,
        }
    }

    fn requirement(self) -> &'static str {
        match self {
            Self::Any => "a finite number",
            Self::NotNegative => "zero or positive",
            Self::Positive => "positive",
            Self::NotZero => "other than zero",
        }
    }
}

impl Check {
    pub(super) fn problem(&mut self, kind: ProblemKind, span: Range<usize>) {
        self.problems.push(Problem::new(kind, span));
    }

    pub(super) fn inconsistent(&mut self, field: &str, reason: &str, span: Range<usize>) {
        let (field, reason) = (field.to_owned(), reason.to_owned());
        self.problem(ProblemKind::Inconsistent { field, reason }, span);
    }

    pub(super) fn quantity(
        &mut self,
        field: &str,
        text: &Text,
        dimension: Dimension,
        sign: Sign,
    ) -> f64 {
        let (field, written) = (field.to_owned(), text.get_ref().clone());
        match quantity(&written, dimension, self.area) {
            Ok(value) if !sign.allows(value) || value.abs() > largest(dimension) => {
                let reason = if sign.allows(value) {
                    let (most, unit) = (largest(dimension), dimension.unit());
                    format!("it must be at most {most} {unit} in size")
                } else {
                    format!("it must be {}", sign.requirement())
                };
                self.problem(ProblemKind::Quantity { field, written, reason }, text.span());
                1.0
            }
            Ok(value) => value,
            Err(error) => {
                let reason = error.to_string();
                self.problem(ProblemKind::Quantity { field, written, reason }, text.span());
                1.0
            }
        }
    }

    pub(super) fn number(&mut self, field: &str, number: &Number, sign: Sign) -> f64 {
        let value = *number.get_ref();
        if value.is_finite() && sign.allows(value) && value.abs() <= LARGEST {
            return value;
        }
        let (field, requirement) = (field.to_owned(), sign.requirement());
        self.problem(ProblemKind::OutOfRange { field, value, requirement }, number.span());
        1.0
    }

    /// A whole number between two others, ends included; the last of them where it is none, so that nothing else has too few.
    pub(super) fn whole(&mut self, field: &str, number: &Number, from: usize, to: usize) -> usize {
        let value = *number.get_ref();
        if (from as f64..=to as f64).contains(&value) && value.fract() == 0.0 {
            return value as usize;
        }
        let reason = format!("is {value}; it must be a whole number from {from} to {to}");
        self.inconsistent(field, &reason, number.span());
        to
    }

    pub(super) fn factors(
        &mut self,
        field: &str,
        raw: Option<&Spanned<Vec<Number>>>,
        default: &[f64],
    ) -> Vec<f64> {
        let Some(raw) = raw else { return default.to_vec() };
        let factors: Vec<f64> =
            raw.get_ref().iter().map(|factor| self.number(field, factor, Sign::Positive)).collect();
        if factors.len() < 2 || !factors.is_sorted_by(|a, b| a < b) {
            self.inconsistent(field, "must be two or more rising numbers", raw.span());
        }
        factors
    }
}
