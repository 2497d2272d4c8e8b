//! Numbers with a requirement.

use super::Check;
use crate::scenario::problem::ProblemKind;
use crate::scenario::raw::Number;

impl Check {
    pub(super) fn require(
        &mut self,
        field: &str,
        number: &Number,
        allowed: bool,
        requirement: &'static str,
    ) -> f64 {
        let value = *number.get_ref();
        if !value.is_finite() || !allowed {
            let requirement = if value.is_finite() { requirement } else { "a finite number" };
            self.out_of_range(field, number, requirement);
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
        self.require(field, number, *number.get_ref() >= f64::MIN_POSITIVE, "positive")
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
