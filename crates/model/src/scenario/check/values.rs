//! The values of a population that have forms of their own: schedules and initial laws.

use std::ops::Range;

use super::Check;
use crate::input::{ProblemKind, Spanned};
use crate::scenario::raw::{Number, RawInitial, RawSchedule, RawVarying};
use crate::schedule::Sine;
use crate::{InitialLaw, Schedule};

/// Most cycles of a sine within the run: theory follows each.
const MOST_CYCLES: f64 = 1e6;

impl Check {
    pub(super) fn schedule(&mut self, field: &str, raw: &Spanned<RawSchedule>) -> Schedule {
        match raw.get_ref() {
            RawSchedule::Constant(value) => {
                self.finite(field, &Spanned::new(raw.span(), *value));
                Schedule::Constant(*value)
            }
            RawSchedule::Varying(RawVarying::Sine(sine)) => Schedule::Sine(Sine {
                mean: self.finite(&format!("{field}.sine.mean"), &sine.mean),
                amplitude: self.finite(&format!("{field}.sine.amplitude"), &sine.amplitude),
                frequency: self.frequency(&format!("{field}.sine.frequency"), &sine.frequency),
                phase: match &sine.phase {
                    Some(phase) => self.finite(&format!("{field}.sine.phase"), phase),
                    None => 0.0,
                },
            }),
            RawSchedule::Varying(RawVarying::Steps(steps)) => self.steps(field, raw.span(), steps),
        }
    }

    fn frequency(&mut self, field: &str, number: &Number) -> f64 {
        let value = self.not_negative(field, number);
        let count = value * self.duration;
        if count > MOST_CYCLES && count.is_finite() {
            let what = format!("the cycles of duration * {field}");
            self.problem(ProblemKind::TooMany { what, count, limit: MOST_CYCLES }, number.span());
        }
        value
    }

    pub(super) fn steps(
        &mut self,
        field: &str,
        span: Range<usize>,
        steps: &[Spanned<(f64, f64)>],
    ) -> Schedule {
        if steps.is_empty() {
            let field = format!("{field}.steps");
            self.problem(ProblemKind::NoSteps { field }, span);
            return Schedule::Constant(0.0);
        }
        let mut previous: Option<f64> = None;
        for step in steps {
            let (time, value) = *step.get_ref();
            for number in [time, value] {
                self.finite(&format!("{field}.steps"), &Spanned::new(step.span(), number));
            }
            let after = match previous {
                None if time != 0.0 => Some("as the first".to_owned()),
                Some(earlier) if time <= earlier => Some(format!("after one at time {earlier}")),
                _ => None,
            };
            if let Some(after) = after {
                let field = format!("{field}.steps");
                self.problem(ProblemKind::StepOrder { field, time, after }, step.span());
            }
            previous = Some(time);
        }
        Schedule::Steps(steps.iter().map(|step| *step.get_ref()).collect())
    }

    pub(super) fn initial(
        &mut self,
        field: &str,
        raw: &Spanned<RawInitial>,
        count: usize,
    ) -> InitialLaw {
        match raw.get_ref() {
            RawInitial::Normal(normal) => InitialLaw::Normal {
                mean: self.finite(&format!("{field}.normal.mean"), &normal.mean),
                variance: self.not_negative(&format!("{field}.normal.variance"), &normal.variance),
            },
            RawInitial::Values(values) => {
                if values.len() != count {
                    let kind = ProblemKind::WrongLength {
                        field: format!("{field}.values"),
                        given: values.len(),
                        needed: count,
                    };
                    self.problem(kind, raw.span());
                }
                let field = format!("{field}.values");
                InitialLaw::Values(values.iter().map(|value| self.finite(&field, value)).collect())
            }
        }
    }
}
