//! Cells, their channels and gates.

use std::ops::Range;

use super::Check;
use super::quantities::Sign;
use crate::cell::{Cell, Channel, Form, Gate, Kinetics, Leak, Rate, Sigmoid};
use crate::file::raw::{RawCell, RawChannel, RawGate, RawRate, RawShape, RawSigmoid};
use crate::units::Dimension;

/// Potentials at which gates are looked at, mV: beyond all reversal potentials of cells.
const LIMIT: i32 = 200;

impl Check {
    /// A cell, and the area of its membrane in cm2 where it is known.
    pub(super) fn cell(&mut self, name: &str, raw: &RawCell) -> (Cell, Option<f64>) {
        let field = |field: &str| format!("cells.{name}.{field}");
        self.area = None;
        self.area = raw
            .area
            .as_ref()
            .map(|area| self.quantity(&field("area"), area, Dimension::Area, Sign::Positive));
        let leak = Leak {
            conductance: self.quantity(
                &field("leak.conductance"),
                &raw.leak.conductance,
                Dimension::Conductance,
                Sign::Positive,
            ),
            reversal: self.quantity(
                &field("leak.reversal"),
                &raw.leak.reversal,
                Dimension::Potential,
                Sign::Any,
            ),
        };
        let capacitance = self.quantity(
            &field("capacitance"),
            &raw.capacitance,
            Dimension::Capacitance,
            Sign::Positive,
        );
        let spike_threshold = raw.spike_threshold.as_ref().map_or(0.0, |threshold| {
            self.quantity(&field("spike_threshold"), threshold, Dimension::Potential, Sign::Any)
        });
        let channels = raw.channels.iter().map(|(channel, raw)| {
            let place = field(&format!("channels.{}", channel.get_ref()));
            self.channel(&place, channel.get_ref(), raw.get_ref())
        });
        let channels = channels.collect();
        (Cell { capacitance, leak, channels, spike_threshold }, self.area)
    }

    fn channel(&mut self, place: &str, name: &str, raw: &RawChannel) -> Channel {
        let gates: Vec<Gate> = raw
            .gates
            .iter()
            .map(|(gate, raw)| {
                let place = format!("{place}.gates.{}", gate.get_ref());
                self.gate(&place, gate.get_ref(), raw.get_ref(), raw.span())
            })
            .collect();
        Channel {
            name: name.to_owned(),
            conductance: self.quantity(
                &format!("{place}.conductance"),
                &raw.conductance,
                Dimension::Conductance,
                Sign::NotNegative,
            ),
            reversal: self.quantity(
                &format!("{place}.reversal"),
                &raw.reversal,
                Dimension::Potential,
                Sign::Any,
            ),
            gates,
        }
    }

    fn gate(&mut self, place: &str, name: &str, raw: &RawGate, span: Range<usize>) -> Gate {
        let power = raw
            .power
            .as_ref()
            .map_or(1, |power| self.whole(&format!("{place}.power"), power, 1, 20));
        let speed = raw
            .speed
            .as_ref()
            .map(|speed| self.number(&format!("{place}.speed"), speed, Sign::Positive));
        let rates = raw.opening.as_ref().zip(raw.closing.as_ref()).map(|(opening, closing)| {
            (
                self.rate(&format!("{place}.opening"), opening),
                self.rate(&format!("{place}.closing"), closing),
            )
        });
        let steady =
            raw.steady.as_ref().map(|steady| self.sigmoid(&format!("{place}.steady"), steady));
        let time_constant = raw.time_constant.as_ref().map(|time| {
            self.quantity(&format!("{place}.time_constant"), time, Dimension::Time, Sign::Positive)
        });
        let half = raw.opening.is_some() != raw.closing.is_some();
        let kinetics = match (rates, steady, time_constant, speed) {
            (Some((opening, closing)), None, None, None) if raw.instantaneous => {
                Some(Kinetics::InstantRates { opening, closing })
            }
            (Some((opening, closing)), None, None, speed) if !raw.instantaneous => {
                let speed = speed.unwrap_or(1.0);
                Some(Kinetics::Rates { opening, closing, speed })
            }
            (None, Some(steady), None, None) if raw.instantaneous && !half => {
                Some(Kinetics::Instant { steady })
            }
            (None, Some(steady), Some(time_constant), None) if !raw.instantaneous && !half => {
                Some(Kinetics::Relaxation { steady, time_constant })
            }
            _ => None,
        };
        let kinetics = kinetics.unwrap_or_else(|| {
            let reason = "must have `opening` and `closing` (and perhaps `speed`), or `steady` and `time_constant`; or, with \
                          `instantaneous = true`, `opening` and `closing`, or `steady`, and nothing else";
            self.inconsistent(place, reason, span.clone());
            Kinetics::Instant { steady: Sigmoid { midpoint: 0.0, scale: 1.0 } }
        });
        // Where both rates overflow, or vanish, nothing says where the gate tends to.
        let lost = (-LIMIT..=LIMIT).map(f64::from).find(|&potential| {
            let time_constant = kinetics.time_constant(potential);
            !kinetics.steady(potential).is_finite() || time_constant.is_some_and(f64::is_nan)
        });
        if let Some(potential) = lost {
            let reason =
                format!("has rates beyond all numbers at {potential} mV; take a larger `scale`");
            self.inconsistent(place, &reason, span);
        }
        Gate { name: name.to_owned(), power: power as u32, kinetics }
    }

    fn rate(&mut self, place: &str, raw: &RawRate) -> Rate {
        let (form, name, shape): (Form, &str, &RawShape) = match raw {
            RawRate::Exponential(shape) => (Form::Exponential, "exponential", shape),
            RawRate::Sigmoid(shape) => (Form::Sigmoid, "sigmoid", shape),
            RawRate::ExponentialLinear(shape) => {
                (Form::ExponentialLinear, "exponential_linear", shape)
            }
        };
        let field = |field: &str| format!("{place}.{name}.{field}");
        Rate {
            form,
            rate: self.quantity(&field("rate"), &shape.rate, Dimension::Rate, Sign::Positive),
            midpoint: self.quantity(
                &field("midpoint"),
                &shape.midpoint,
                Dimension::Potential,
                Sign::Any,
            ),
            scale: self.quantity(
                &field("scale"),
                &shape.scale,
                Dimension::Potential,
                Sign::NotZero,
            ),
        }
    }

    fn sigmoid(&mut self, place: &str, raw: &RawSigmoid) -> Sigmoid {
        let field = |field: &str| format!("{place}.{field}");
        Sigmoid {
            midpoint: self.quantity(
                &field("midpoint"),
                &raw.midpoint,
                Dimension::Potential,
                Sign::Any,
            ),
            scale: self.quantity(&field("scale"), &raw.scale, Dimension::Potential, Sign::NotZero),
        }
    }
}
