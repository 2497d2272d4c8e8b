//! The gain of a population: one of those that there are, saturated or not.

use std::ops::Range;

use super::Check;
use crate::gain::{Logistic, Probit, TableError, Tabulated, ThresholdLinear};
use crate::input::{ProblemKind, Spanned};
use crate::scenario::raw::{Number, RawGain, RawSigmoid, RawTabulated, RawThresholdLinear};
use crate::{Gain, GainFunction, Transmission};

/// Names of the gains.
const GAINS: [&str; 4] = ["logistic", "probit", "threshold_linear", "tabulated"];

impl Check {
    /// The intensity towards one target. Neurons spike with intensity `lambda/p`, which a refractory time saturates to
    /// `(lambda/p)/(1 + t_ref lambda/p)`; each target receives the part `p` of it, `lambda/(1 + (t_ref/p) lambda)`.
    pub(super) fn gain(
        &mut self,
        field: &str,
        raw: &Spanned<RawGain>,
        transmission: Transmission,
    ) -> Option<Gain> {
        self.only_one(field, raw);
        let gain = self.unsaturated(field, raw.get_ref())?;
        match &raw.get_ref().refractory_time {
            Some(number) => {
                self.saturated(&format!("{field}.refractory_time"), gain, number, transmission)
            }
            None => Some(gain),
        }
    }

    fn only_one(&mut self, field: &str, raw: &Spanned<RawGain>) {
        let fields = raw.get_ref();
        let spans = [
            fields.logistic.as_ref().map(Spanned::span),
            fields.probit.as_ref().map(Spanned::span),
            fields.threshold_linear.as_ref().map(Spanned::span),
            fields.tabulated.as_ref().map(Spanned::span),
        ];
        let mut named: Vec<(Range<usize>, &'static str)> =
            spans.into_iter().zip(GAINS).filter_map(|(span, name)| Some((span?, name))).collect();
        named.sort_by_key(|(span, _)| span.start);
        match named.as_slice() {
            [] => self.problem(
                ProblemKind::NoGain {
                    field: field.to_owned(),
                    known: GAINS.map(str::to_owned).to_vec(),
                },
                raw.span(),
            ),
            [_] => {}
            [(_, first), (span, second), ..] => {
                let kind = ProblemKind::SeveralGains { field: field.to_owned(), first, second };
                self.problem(kind, span.clone());
            }
        }
    }

    fn unsaturated(&mut self, field: &str, raw: &RawGain) -> Option<Gain> {
        let field = |name: &str| format!("{field}.{name}");
        if let Some(raw) = &raw.logistic {
            let [max_rate, threshold, slope] = self.sigmoid(&field("logistic"), raw.get_ref());
            return Some(Gain::Logistic(Logistic { max_rate, threshold, slope }));
        }
        if let Some(raw) = &raw.probit {
            let [max_rate, threshold, slope] = self.sigmoid(&field("probit"), raw.get_ref());
            return Some(Gain::Probit(Probit { max_rate, threshold, slope }));
        }
        if let Some(raw) = &raw.threshold_linear {
            return Some(self.threshold_linear(&field("threshold_linear"), raw.get_ref()));
        }
        self.tabulated(&field("tabulated"), raw.tabulated.as_ref()?.get_ref())
    }

    fn sigmoid(&mut self, field: &str, raw: &RawSigmoid) -> [f64; 3] {
        let max_rate = self.positive(&format!("{field}.max_rate"), &raw.max_rate);
        let threshold = self.finite(&format!("{field}.threshold"), &raw.threshold);
        let slope = self.positive(&format!("{field}.slope"), &raw.slope);
        [max_rate, threshold, slope]
    }

    fn threshold_linear(&mut self, field: &str, raw: &RawThresholdLinear) -> Gain {
        Gain::ThresholdLinear(ThresholdLinear {
            gain: self.positive(&format!("{field}.gain"), &raw.gain),
            threshold: self.finite(&format!("{field}.threshold"), &raw.threshold),
        })
    }

    fn tabulated(&mut self, field: &str, raw: &RawTabulated) -> Option<Gain> {
        let values = |list: &Spanned<Vec<Number>>| -> Vec<f64> {
            list.get_ref().iter().map(|number| *number.get_ref()).collect()
        };
        match Tabulated::new(&values(&raw.potentiation), &values(&raw.rate)) {
            Ok(table) => Some(Gain::Tabulated(table)),
            Err(error) => {
                self.table_problem(field, raw, error);
                None
            }
        }
    }

    fn table_problem(&mut self, field: &str, raw: &RawTabulated, error: TableError) {
        let (potentiations, rates) = (raw.potentiation.get_ref(), raw.rate.get_ref());
        let potentiation = |index: usize| format!("{field}.potentiation[{index}]");
        let rate = |index: usize| format!("{field}.rate[{index}]");
        match error {
            TableError::TooFew { given } => {
                let kind = ProblemKind::TooFewPoints { field: field.to_owned(), given };
                self.problem(kind, raw.potentiation.span());
            }
            TableError::UnequalLengths { potentiations, rates } => {
                let kind =
                    ProblemKind::UnequalLists { field: field.to_owned(), potentiations, rates };
                self.problem(kind, raw.rate.span());
            }
            TableError::Potentiation { index, value } if value.is_finite() => {
                let kind = ProblemKind::TableOrder {
                    field: potentiation(index),
                    value,
                    previous: *potentiations[index - 1].get_ref(),
                    rule: "potentiations must rise",
                };
                self.problem(kind, potentiations[index].span());
            }
            TableError::Rate { index, value } if value.is_finite() && value >= 0.0 => {
                let kind = ProblemKind::TableOrder {
                    field: rate(index),
                    value,
                    previous: *rates[index - 1].get_ref(),
                    rule: "rates must not fall",
                };
                self.problem(kind, rates[index].span());
            }
            TableError::Potentiation { index, .. } => {
                self.out_of_range(&potentiation(index), &potentiations[index], "a finite number");
            }
            TableError::Rate { index, .. } => {
                self.not_negative(&rate(index), &rates[index]);
            }
            TableError::Silent => {
                let last = rates.len() - 1;
                self.out_of_range(
                    &rate(last),
                    &rates[last],
                    "positive: the last rate is the largest",
                );
            }
            TableError::TooSteep { index } => {
                let requirement =
                    "so far above the one before that the gain has a second derivative";
                self.out_of_range(&potentiation(index), &potentiations[index], requirement);
            }
        }
    }

    fn saturated(
        &mut self,
        field: &str,
        gain: Gain,
        number: &Number,
        transmission: Transmission,
    ) -> Option<Gain> {
        let time = self.not_negative(field, number) / transmission.release_probability();
        // What is wrong with the time, the probability or the gain has been noted.
        let sound = gain.supremum() > 0.0 && gain.derivative_bound().is_finite();
        if !(time >= 0.0 && sound) {
            return None;
        }
        let largest =
            if gain.supremum().is_finite() { gain.supremum() } else { gain.derivative_bound() };
        let curvature = time * gain.derivative_bound().powi(2);
        if !(time * largest).is_finite() || !curvature.is_finite() {
            self.out_of_range(
                field,
                number,
                "so small that refractory_time times the rate is a number",
            );
            return None;
        }
        Some(gain.saturated(time))
    }
}
