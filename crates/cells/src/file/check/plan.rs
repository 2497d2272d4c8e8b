//! How curves are measured, and networks simulated.

use equipoise_model::input::{ProblemKind, Spanned};

use super::quantities::Sign;
use super::{Check, MOST_CELLS};
use crate::curve::Noise;
use crate::derivation::scenario::WantedState;
use crate::file::raw::{RawCurve, RawGain, RawHeld, RawSimulation, Text};
use crate::file::{CurvePlan, FittedGain};
use crate::network::{Population, Timing};
use crate::units::Dimension;

/// Longest delay, ms.
const LONGEST_DELAY: f64 = 20.0;

impl Check {
    pub(super) fn curve(&mut self, raw: &RawCurve) -> CurvePlan {
        self.area = None;
        let fit = raw.fit.as_ref().map_or((0.005, 0.08), |fit| {
            let rates: Vec<f64> = fit
                .get_ref()
                .iter()
                .map(|rate| self.quantity("curve.fit", rate, Dimension::Rate, Sign::Positive))
                .collect();
            if let [low, high] = rates[..]
                && low < high
            {
                return (low, high);
            }
            let reason = "must be the lowest and the highest rate that is fitted, such as `[\"5 Hz\", \"80 Hz\"]`";
            self.inconsistent("curve.fit", reason, fit.span());
            (0.005, 0.08)
        });
        let mut time = |field: &str, text: Option<&Text>, default: f64| {
            text.map_or(default, |text| self.quantity(field, text, Dimension::Time, Sign::Positive))
        };
        let transient = time("curve.transient", raw.transient.as_ref(), 500.0);
        let duration = time("curve.duration", raw.duration.as_ref(), 2000.0);
        let noise = raw.noise.as_ref().map(|noise| Noise {
            deviation: self.quantity(
                "curve.noise.deviation",
                &noise.deviation,
                Dimension::Current,
                Sign::NotNegative,
            ),
            correlation_time: self.quantity(
                "curve.noise.correlation_time",
                &noise.correlation_time,
                Dimension::Time,
                Sign::Positive,
            ),
        });
        let points =
            raw.points.as_ref().map_or(40, |points| self.whole("curve.points", points, 5, 10_000));
        CurvePlan {
            leak_factors: self.factors(
                "curve.leak_factors",
                raw.leak_factors.as_ref(),
                &[1.0, 1.5, 2.0, 2.5, 3.0],
            ),
            points,
            fit,
            gain: match raw.gain {
                Some(RawGain::Logistic) => FittedGain::Logistic,
                Some(RawGain::ThresholdLinear) | None => FittedGain::ThresholdLinear,
            },
            noise,
            transient,
            duration,
        }
    }

    /// Rates that sources outside are to hold.
    pub(super) fn wanted(
        &mut self,
        raw: &Spanned<RawHeld>,
        populations: &[Population],
    ) -> WantedState {
        let (held, place) = (raw.get_ref(), "scenario.external");
        for name in held.holds.keys() {
            self.population_index(name, populations);
        }
        let rates = populations.iter().map(|population| {
            let found = held.holds.iter().find(|(name, _)| *name.get_ref() == population.name);
            let Some((_, rate)) = found else {
                let (place, field) = (format!("`{place}.holds`"), population.name.clone());
                self.problem(ProblemKind::Missing { place, field, nearest: None }, raw.span());
                return 0.01;
            };
            let field = format!("{place}.holds.{}", population.name);
            self.quantity(&field, rate, Dimension::Rate, Sign::Positive)
        });
        let rates = rates.collect();
        let sources = self.whole(&format!("{place}.sources"), &held.sources, 1, MOST_CELLS);
        let source_rate =
            self.quantity(&format!("{place}.rate"), &held.rate, Dimension::Rate, Sign::Positive);
        WantedState { rates, sources, source_rate }
    }

    pub(super) fn timing(&mut self, raw: &RawSimulation, seed: u64) -> Timing {
        let mut time = |field: &str, text: Option<&Text>, default: f64, sign: Sign| {
            text.map_or(default, |text| self.quantity(field, text, Dimension::Time, sign))
        };
        let timing = Timing {
            step: time("simulation.step", raw.step.as_ref(), 0.02, Sign::Positive),
            delay: time("simulation.delay", raw.delay.as_ref(), 1.0, Sign::Positive),
            transient: time(
                "simulation.transient",
                raw.transient.as_ref(),
                300.0,
                Sign::NotNegative,
            ),
            duration: time("simulation.duration", raw.duration.as_ref(), 2000.0, Sign::Positive),
            seed,
        };
        let spans = |text: &Option<Text>| text.as_ref().map_or(0..0, Spanned::span);
        if timing.step > 0.1 {
            let reason =
                "is longer than 0.1 ms, in which a spike is over; 0.02 ms is a good choice";
            self.inconsistent("simulation.step", reason, spans(&raw.step));
        }
        if timing.delay < timing.step {
            let reason = "is shorter than a step";
            self.inconsistent("simulation.delay", reason, spans(&raw.delay));
        }
        if timing.delay > LONGEST_DELAY {
            let reason = "is longer than 20 ms, and synchrony is looked at once a delay";
            self.inconsistent("simulation.delay", reason, spans(&raw.delay));
        }
        if timing.duration < 10.0 * timing.delay {
            let reason = "is shorter than ten delays";
            self.inconsistent("simulation.duration", reason, spans(&raw.duration));
        }
        timing
    }
}
