//! One population: neurons or external sources.

use std::ops::Range;

use super::{Check, MOST_MEMBERS};
use crate::input::{ProblemKind, Spanned};
use crate::scenario::raw::{RawKind, RawPopulation};
use crate::{ExternalPopulation, Kind, NeuronPopulation, Schedule, Transmission};

impl Check {
    pub(super) fn members(
        &mut self,
        name: &str,
        raw: &Spanned<RawPopulation>,
        size: f64,
    ) -> (f64, usize) {
        let field = format!("populations.{name}.fraction");
        let (fraction, span) = match &raw.get_ref().fraction {
            Some(number) => (self.positive(&field, number), number.span()),
            None => (1.0, raw.get_ref().kind.span()),
        };
        let count = (fraction * size).round();
        if count == 0.0 && fraction > 0.0 {
            let population = name.to_owned();
            self.problem(ProblemKind::EmptyPopulation { population, fraction, size }, span);
        } else if count > MOST_MEMBERS && count.is_finite() {
            let what = format!("the members of population `{name}`");
            self.problem(ProblemKind::TooMany { what, count, limit: MOST_MEMBERS }, span);
        }
        (fraction, count as usize)
    }

    pub(super) fn needed<'a, T>(
        &mut self,
        name: &str,
        field: &str,
        raw: &Spanned<RawPopulation>,
        value: Option<&'a T>,
    ) -> Option<&'a T> {
        if value.is_none() {
            let place = format!("population `{name}`");
            let kind = ProblemKind::Missing { place, field: field.to_owned(), nearest: None };
            self.problem(kind, raw.get_ref().kind.span());
        }
        value
    }

    pub(super) fn refused(
        &mut self,
        name: &str,
        field: &str,
        kind: &'static str,
        span: Option<Range<usize>>,
    ) {
        if let Some(span) = span {
            let field = format!("populations.{name}.{field}");
            self.problem(ProblemKind::NotApplicable { field, kind }, span);
        }
    }

    pub(super) fn external(
        &mut self,
        name: &str,
        raw: &Spanned<RawPopulation>,
        size: f64,
    ) -> Option<ExternalPopulation> {
        let fields = raw.get_ref();
        let unwanted = [
            ("time_constant", fields.time_constant.as_ref().map(Spanned::span)),
            ("drive", fields.drive.as_ref().map(Spanned::span)),
            ("gain", fields.gain.as_ref().map(Spanned::span)),
            ("initial", fields.initial.as_ref().map(Spanned::span)),
        ];
        for (field, span) in unwanted {
            self.refused(name, field, "an external", span);
        }
        let (fraction, count) = self.members(name, raw, size);
        let rate = self.needed(name, "rate", raw, fields.rate.as_ref())?;
        let field = format!("populations.{name}.rate");
        let schedule = self.schedule(&field, rate);
        let value = schedule.minimum();
        if value < 0.0 {
            let requirement = "zero or positive at all times";
            self.problem(ProblemKind::OutOfRange { field, value, requirement }, rate.span());
        }
        Some(ExternalPopulation { name: name.to_owned(), fraction, count, rate: schedule })
    }

    pub(super) fn neurons(
        &mut self,
        name: &str,
        raw: &Spanned<RawPopulation>,
        size: f64,
        transmission: Transmission,
    ) -> Option<NeuronPopulation> {
        let fields = raw.get_ref();
        let path = |field: &str| format!("populations.{name}.{field}");
        self.refused(name, "rate", "a neuron", fields.rate.as_ref().map(Spanned::span));
        let (fraction, count) = self.members(name, raw, size);
        let drive = match &fields.drive {
            Some(drive) => self.schedule(&path("drive"), drive),
            None => Schedule::Constant(0.0),
        };
        let time_constant = self.needed(name, "time_constant", raw, fields.time_constant.as_ref());
        let time_constant =
            time_constant.map(|number| self.positive(&path("time_constant"), number));
        let gain = self.needed(name, "gain", raw, fields.gain.as_ref());
        let gain = gain.and_then(|gain| self.gain(&path("gain"), gain, transmission));
        let initial = self.needed(name, "initial", raw, fields.initial.as_ref());
        let initial = initial.map(|initial| self.initial(&path("initial"), initial, count));
        Some(NeuronPopulation {
            name: name.to_owned(),
            kind: match fields.kind.get_ref() {
                RawKind::Inhibitory => Kind::Inhibitory,
                _ => Kind::Excitatory,
            },
            fraction,
            count,
            time_constant: time_constant?,
            drive,
            gain: gain?,
            initial: initial?,
        })
    }
}
