//! The fields of a population.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::Number;
use crate::input::Spanned;

/// What a population consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RawKind {
    /// Neurons whose jumps are at least 0.
    Excitatory,
    /// Neurons whose jumps are at most 0.
    Inhibitory,
    /// Sources outside the network that fire as Poisson processes: they need `rate`, and have neither time constant, drive, gain nor initial law.
    External,
}

/// Neurons, or sources outside the network.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "if" = { "properties": { "kind": { "const": "external" } }, "required": ["kind"] },
    "then" = { "required": ["rate"], "properties": { "time_constant": false, "drive": false, "gain": false, "initial": false } },
    "else" = { "required": ["time_constant", "gain", "initial"], "properties": { "rate": false } },
))]
pub struct RawPopulation {
    /// What it consists of.
    pub kind: Spanned<RawKind>,
    /// Its size as a part of `n`.
    #[schemars(extend("default" = 1.0, "exclusiveMinimum" = 0))]
    pub fraction: Option<Number>,
    /// Time constant `tau` with which potentiations decay. Neurons need it.
    #[schemars(extend("exclusiveMinimum" = 0, "x-unit" = "time unit"))]
    pub time_constant: Option<Number>,
    /// Drive `I`, the same for all neurons.
    #[schemars(extend("default" = 0.0, "x-unit" = "z/time unit"))]
    pub drive: Option<Spanned<RawSchedule>>,
    /// Intensity of jumps as a function of the potentiation. Neurons need it.
    pub gain: Option<Spanned<RawGain>>,
    /// Potentiations at time 0. Neurons need it.
    pub initial: Option<Spanned<RawInitial>>,
    /// Rate of each source towards each neuron, at least 0. External populations need it.
    #[schemars(extend("x-unit" = "1/time unit"))]
    pub rate: Option<Spanned<RawSchedule>>,
}

/// One gain, and perhaps the refractory time that saturates it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table that names a gain, `{ logistic = { ... } }`")]
#[schemars(extend("oneOf" = [
    { "required": ["logistic"] }, { "required": ["probit"] }, { "required": ["threshold_linear"] }, { "required": ["tabulated"] },
]))]
pub struct RawGain {
    /// `max_rate/(1 + exp(-(z - threshold)/slope))`.
    pub logistic: Option<Spanned<RawSigmoid>>,
    /// `max_rate Phi((z - threshold)/slope)`, `Phi` being the distribution of a standard normal variable.
    pub probit: Option<Spanned<RawSigmoid>>,
    /// `gain max(0, z - threshold)`.
    pub threshold_linear: Option<Spanned<RawThresholdLinear>>,
    /// A monotone curve through measured points, constant beyond the first and the last.
    pub tabulated: Option<Spanned<RawTabulated>>,
    /// Saturates the gain, `lambda/(1 + refractory_time lambda)`.
    #[schemars(extend("default" = 0.0, "minimum" = 0, "x-unit" = "time unit"))]
    pub refractory_time: Option<Number>,
}

/// A straight line above a threshold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `gain` and `threshold`")]
pub struct RawThresholdLinear {
    /// Slope above the threshold.
    #[schemars(extend("exclusiveMinimum" = 0, "x-unit" = "1/(z time unit)"))]
    pub gain: Number,
    /// Potentiation up to which the rate is 0.
    #[schemars(extend("x-unit" = "z"))]
    pub threshold: Number,
}

/// Points of a curve.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `potentiation` and `rate`")]
pub struct RawTabulated {
    /// Potentiations of the points, rising.
    #[schemars(extend("minItems" = 2, "x-unit" = "z"))]
    pub potentiation: Spanned<Vec<Number>>,
    /// Rates of the points, at least 0 and not falling.
    #[schemars(extend("minItems" = 2, "x-unit" = "1/time unit"))]
    pub rate: Spanned<Vec<Number>>,
}

/// A curve from 0 to a largest rate.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `max_rate`, `threshold` and `slope`")]
pub struct RawSigmoid {
    /// Rate that it tends to.
    #[schemars(extend("exclusiveMinimum" = 0, "x-unit" = "1/time unit"))]
    pub max_rate: Number,
    /// Potentiation of half this rate.
    #[schemars(extend("x-unit" = "z"))]
    pub threshold: Number,
    /// Width of the rise.
    #[schemars(extend("exclusiveMinimum" = 0, "x-unit" = "z"))]
    pub slope: Number,
}

/// Potentiations at time 0.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RawInitial {
    /// Drawn from a normal law, for each neuron by itself.
    Normal(RawNormal),
    /// These, one for each neuron.
    Values(Vec<Number>),
}

/// A normal law.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawNormal {
    /// Its mean.
    #[schemars(extend("x-unit" = "z"))]
    pub mean: Number,
    /// Its variance.
    #[schemars(extend("minimum" = 0, "x-unit" = "z^2"))]
    pub variance: Number,
}

/// A number, or a table with one key: the kind of schedule.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum RawSchedule {
    /// The same at all times.
    Constant(f64),
    /// Changing in time.
    Varying(RawVarying),
}

/// A schedule that changes in time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RawVarying {
    /// Pairs of a time and a value, each value from its time on. The first time is 0, and times rise.
    Steps(#[schemars(length(min = 1))] Vec<Spanned<(f64, f64)>>),
    /// `mean + amplitude sin(2 pi frequency t + phase)`.
    Sine(RawSine),
}

/// A sine in time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSine {
    /// Its mean.
    pub mean: Number,
    /// Its amplitude.
    pub amplitude: Number,
    /// Cycles in a time unit, at most 10^6 in the run.
    #[schemars(extend("minimum" = 0, "x-unit" = "1/time unit"))]
    pub frequency: Number,
    /// Its phase at time 0.
    #[schemars(extend("default" = 0.0, "x-unit" = "rad"))]
    pub phase: Option<Number>,
}

impl<'de> Deserialize<'de> for RawSchedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScheduleVisitor;

        impl<'de> Visitor<'de> for ScheduleVisitor {
            type Value = RawSchedule;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(
                    "a number, `{ steps = [[time, value], ...] }` or `{ sine = { ... } }`",
                )
            }

            fn visit_f64<E>(self, value: f64) -> Result<RawSchedule, E> {
                Ok(RawSchedule::Constant(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<RawSchedule, E> {
                Ok(RawSchedule::Constant(value as f64))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawSchedule, A::Error> {
                RawVarying::deserialize(MapAccessDeserializer::new(map)).map(RawSchedule::Varying)
            }
        }

        deserializer.deserialize_any(ScheduleVisitor)
    }
}
