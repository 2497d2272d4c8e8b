//! The values of a population that have forms of their own: schedules, gains, initial laws.

use std::ops::Range;

use toml::Spanned;

use super::Check;
use crate::gain::{Logistic, Probit};
use crate::scenario::problem::ProblemKind;
use crate::scenario::raw::{RawGain, RawInitial, RawSchedule, RawSigmoid};
use crate::schedule::Sine;
use crate::{Gain, InitialLaw, Schedule};

impl Check {
    pub(super) fn schedule(&mut self, field: &str, raw: &Spanned<RawSchedule>) -> Schedule {
        match raw.get_ref() {
            RawSchedule::Constant(value) => {
                self.finite(field, &Spanned::new(raw.span(), *value));
                Schedule::Constant(*value)
            }
            RawSchedule::Sine(sine) => Schedule::Sine(Sine {
                mean: self.finite(&format!("{field}.sine.mean"), &sine.mean),
                amplitude: self.finite(&format!("{field}.sine.amplitude"), &sine.amplitude),
                frequency: self.not_negative(&format!("{field}.sine.frequency"), &sine.frequency),
                phase: match &sine.phase {
                    Some(phase) => self.finite(&format!("{field}.sine.phase"), phase),
                    None => 0.0,
                },
            }),
            RawSchedule::Steps(steps) => self.steps(field, raw.span(), steps),
        }
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

    pub(super) fn gain(&mut self, field: &str, raw: &RawGain) -> Gain {
        match raw {
            RawGain::Logistic(sigmoid) => {
                let [max_rate, threshold, slope] =
                    self.sigmoid(&format!("{field}.logistic"), sigmoid);
                Gain::Logistic(Logistic { max_rate, threshold, slope })
            }
            RawGain::Probit(sigmoid) => {
                let [max_rate, threshold, slope] =
                    self.sigmoid(&format!("{field}.probit"), sigmoid);
                Gain::Probit(Probit { max_rate, threshold, slope })
            }
        }
    }

    pub(super) fn sigmoid(&mut self, field: &str, raw: &RawSigmoid) -> [f64; 3] {
        let max_rate = self.positive(&format!("{field}.max_rate"), &raw.max_rate);
        let threshold = self.finite(&format!("{field}.threshold"), &raw.threshold);
        let slope = self.positive(&format!("{field}.slope"), &raw.slope);
        if slope > 0.0 && max_rate.is_finite() && !(max_rate / slope / slope).is_finite() {
            let requirement = "so large that max_rate / slope^2 is a number";
            let kind = ProblemKind::OutOfRange {
                field: format!("{field}.slope"),
                value: slope,
                requirement,
            };
            self.problem(kind, raw.slope.span());
        }
        [max_rate, threshold, slope]
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
