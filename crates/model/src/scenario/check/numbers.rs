//! Numbers with a requirement.

use super::Check;
use crate::input::ProblemKind;
use crate::scenario::raw::Number;

/// Largest size of a number, and smallest of a positive one: beyond any unit, while products of three are still numbers.
const LARGEST: f64 = 1e100;
const SMALLEST: f64 = 1e-100;

impl Check {
    pub(super) fn require(
        &mut self,
        field: &str,
        number: &Number,
        allowed: bool,
        requirement: &'static str,
    ) -> f64 {
        let value = *number.get_ref();
        if !value.is_finite() {
            self.out_of_range(field, number, "a finite number");
        } else if !allowed {
            self.out_of_range(field, number, requirement);
        } else if value.abs() > LARGEST {
            self.out_of_range(field, number, "between -1e100 and 1e100");
        }
        value
    }

    pub(super) fn out_of_range(&mut self, field: &str, number: &Number, requirement: &'static str) {
        let (field, value) = (field.to_owned(), *number.get_ref());
        self.problem(ProblemKind::OutOfRange { field, value, requirement }, number.span());
    }

    pub(super) fn finite(&mut self, field: &str, number: &Number) -> f64 {
        self.require(field, number, true, "a finite number")
    }

    pub(super) fn positive(&mut self, field: &str, number: &Number) -> f64 {
        let value = *number.get_ref();
        let requirement = if value > 0.0 { "1e-100 or more" } else { "positive" };
        self.require(field, number, value >= SMALLEST, requirement)
    }

    pub(super) fn not_negative(&mut self, field: &str, number: &Number) -> f64 {
        self.require(field, number, *number.get_ref() >= 0.0, "zero or positive")
    }

    pub(super) fn whole(&mut self, field: &str, number: &Number, limit: f64) -> f64 {
        let value = *number.get_ref();
        let whole = value >= 1.0 && value.fract() == 0.0;
        self.require(field, number, whole, "a whole number, 1 or more");
        if whole && value.is_finite() && value > limit {
            let what = format!("`{field}`");
            self.problem(ProblemKind::TooMany { what, count: value, limit }, number.span());
        }
        value
    }
}
