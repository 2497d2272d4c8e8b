//! The table `[engine]`, and what its method cannot serve.

use std::ops::Range;

use super::Check;
use crate::input::{ProblemKind, Spanned};
use crate::scenario::raw::{Number, RawEngine, RawMethod, RawPrecision, RawScenario};
use crate::{Leaps, Method, Network, Precision, Sampling};

/// Most steps of a run.
const MOST_STEPS: f64 = 1e9;
/// Part of a sample interval by which a time may miss a sample.
const CLOSE: f64 = 1e-9;

impl Check {
    /// Only where network, sampling and records have been read.
    pub(super) fn method(
        &mut self,
        raw: &RawScenario,
        network: &Network,
        sampling: &Sampling,
    ) -> Method {
        let engine = &raw.engine;
        let leaps = self.leaps(engine, network, sampling);
        let method = match engine.method.as_ref().map(|method| *method.get_ref()) {
            None | Some(RawMethod::Exact) => Method::Exact,
            Some(RawMethod::Thinning) => Method::Thinning,
            Some(RawMethod::Leap) => Method::Leap(leaps),
            Some(RawMethod::Auto) => Method::Automatic(leaps),
        };
        match method {
            Method::Leap(_) => {
                let span = engine.method.as_ref().map_or(0..0, Spanned::span);
                self.network_of_leaps(network, method, &span);
                self.records_of_leaps(raw, sampling, method);
            }
            // Whether it leaps must not depend on what is recorded.
            Method::Automatic(_) if Leaps::apply_to(network) => {
                self.records_of_leaps(raw, sampling, method);
            }
            Method::Automatic(_) => {}
            Method::Exact | Method::Thinning => self.no_steps(engine, method),
        }
        method
    }

    fn leaps(&mut self, raw: &RawEngine, network: &Network, sampling: &Sampling) -> Leaps {
        let time_constants = network.populations.iter().map(|population| population.time_constant);
        let shortest = time_constants.fold(f64::INFINITY, f64::min);
        let step = raw.step.as_ref().map(|number| {
            let step = self.positive("engine.step", number);
            if step > 10.0 * shortest {
                self.out_of_range(
                    "engine.step",
                    number,
                    "at most 10 times the shortest time constant",
                );
            } else if step > 0.0 && sampling.duration / step > MOST_STEPS {
                self.out_of_range(
                    "engine.step",
                    number,
                    "at least a thousand-millionth of the duration",
                );
            }
            step
        });
        let tolerance = raw.tolerance.as_ref().map_or(Leaps::TOLERANCE, |tolerance| {
            let value = *tolerance.get_ref();
            let allowed = (1e-10..=0.1).contains(&value);
            self.require("engine.tolerance", tolerance, allowed, "between 1e-10 and 0.1")
        });
        let fixed = "all steps have the length `step`";
        if let (Some(_), Some(tolerance)) = (&raw.step, &raw.tolerance) {
            self.unserved("engine.tolerance", "leap", fixed, tolerance.span());
        }
        let resolve = raw.resolve.as_ref().is_some_and(|resolve| *resolve.get_ref());
        if let (Some(_), Some(resolve)) = (&raw.step, &raw.resolve) {
            self.unserved("engine.resolve", "leap", fixed, resolve.span());
        }
        let precision = match raw.precision.as_ref().map(|precision| *precision.get_ref()) {
            None | Some(RawPrecision::Double) => Precision::Double,
            Some(RawPrecision::Single) => Precision::Single,
        };
        Leaps { step, resolve, tolerance, precision }
    }

    fn unserved(
        &mut self,
        field: &str,
        method: &'static str,
        reason: &'static str,
        span: Range<usize>,
    ) {
        self.problem(ProblemKind::Unserved { field: field.to_owned(), method, reason }, span);
    }

    fn no_steps(&mut self, raw: &RawEngine, method: Method) {
        let fields = [
            ("engine.step", raw.step.as_ref().map(Number::span)),
            ("engine.tolerance", raw.tolerance.as_ref().map(Number::span)),
            ("engine.resolve", raw.resolve.as_ref().map(Spanned::span)),
        ];
        for (field, span) in fields {
            if let Some(span) = span {
                self.unserved(field, method.name(), "it has no steps", span);
            }
        }
        if let Some(precision) = &raw.precision {
            let reason = "exact methods keep potentiations in double precision";
            self.unserved("engine.precision", method.name(), reason, precision.span());
        }
    }

    fn network_of_leaps(&mut self, network: &Network, method: Method, span: &Range<usize>) {
        if Leaps::are_one(network) {
            let reason = "all neurons receive the same spikes, each of which costs `exact` no more in a \
                          larger network; use `exact`";
            self.unserved("transmission", method.name(), reason, span.clone());
        }
        if Leaps::are_few(network) {
            let reason =
                "a population has fewer than 20 neurons, whose rates change too much in a step";
            self.unserved("n", method.name(), reason, span.clone());
        }
    }

    /// Leaps have no jumps one by one, and end at samples.
    fn records_of_leaps(&mut self, raw: &RawScenario, sampling: &Sampling, method: Method) {
        let record = &raw.record;
        let no_jumps =
            "a leap is many jumps, of which it knows the number and not each; use `exact`";
        if let Some(spikes) = &record.spikes {
            self.unserved("record.spikes", method.name(), no_jumps, spikes.span());
        }
        for (field, asked) in [("record.jumps", &record.jumps), ("record.counts", &record.counts)] {
            if let Some(asked) = asked.as_ref().filter(|asked| *asked.get_ref()) {
                self.unserved(field, method.name(), no_jumps, asked.span());
            }
        }
        let off_grid = |time: f64| {
            let samples = time / sampling.interval;
            (samples - samples.round()).abs() > CLOSE && time != sampling.duration
        };
        let reason = "leaps end at samples; take times that are multiples of `sample_interval`";
        let snapshots = record.snapshots.as_ref().map_or(&[][..], |times| times.get_ref());
        let times = snapshots.iter().map(|time| ("record.snapshots", time));
        let bins = record.activity.as_ref().map(|width| ("record.activity", width));
        let grid = record.potentiations.as_ref().map(|asked| &asked.get_ref().interval);
        let grid = grid.map(|interval| ("record.potentiations.interval", interval));
        for (field, time) in times.chain(bins).chain(grid) {
            if off_grid(*time.get_ref()) {
                self.unserved(field, method.name(), reason, time.span());
            }
        }
    }
}
