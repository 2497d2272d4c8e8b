//! The fields of a scenario as they stand in the file, with their places.

use std::fmt;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use super::WHAT;
use crate::input::{Problem, reader};

pub(super) type Number = Spanned<f64>;
/// A table whose keys are names that the user chose, in the order of the file.
pub(super) type Named<T> = IndexMap<Spanned<String>, T>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawScenario {
    pub title: Option<String>,
    pub n: Number,
    pub seed: Option<u64>,
    pub duration: Number,
    pub sample_interval: Option<Number>,
    pub time_unit: Option<String>,
    pub transmission: Option<Spanned<RawTransmission>>,
    pub populations: Spanned<Named<Spanned<RawPopulation>>>,
    pub coupling: Spanned<Named<Spanned<Named<Number>>>>,
    #[serde(default)]
    pub engine: RawEngine,
    #[serde(default)]
    pub ensemble: RawEnsemble,
    #[serde(default)]
    pub record: RawRecord,
    pub energy: Option<RawEnergy>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEngine {
    pub method: Option<Spanned<RawMethod>>,
    pub step: Option<Number>,
    pub tolerance: Option<Number>,
    pub resolve: Option<Spanned<bool>>,
    pub precision: Option<Spanned<RawPrecision>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawPrecision {
    Double,
    Single,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawMethod {
    Exact,
    Thinning,
    Leap,
    Auto,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEnsemble {
    pub replicates: Option<Number>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRecord {
    pub spikes: Option<Spanned<RawSelections>>,
    pub activity: Option<Number>,
    pub jumps: Option<Spanned<bool>>,
    pub snapshots: Option<Spanned<Vec<Number>>>,
    pub potentiations: Option<Spanned<RawPotentiations>>,
    pub histograms: Option<Spanned<RawHistograms>>,
    pub counts: Option<Spanned<bool>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEnergy {
    pub spike: Option<Spanned<RawCost>>,
    pub rest: Option<Spanned<RawCost>>,
    pub synapse: Option<Spanned<RawCost>>,
    pub threshold: Option<Spanned<RawCost>>,
    pub budget: Option<Spanned<RawBudget>>,
    pub time_unit_seconds: Option<Number>,
}

/// A number for all populations, or numbers by the name of the population.
#[derive(Debug)]
pub(super) enum RawCost {
    Common(f64),
    By(Named<Number>),
}

/// The name of a budget, or one of its own.
#[derive(Debug)]
pub(super) enum RawBudget {
    Named(String),
    Own(RawOwnBudget),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOwnBudget {
    pub spike: Number,
    pub synapses: Number,
    pub rest: Number,
    pub density: Option<Number>,
}

/// `"all"`, or neurons by the name of their population.
#[derive(Debug)]
pub(super) enum RawSelections {
    All,
    By(Named<Spanned<RawNeurons>>),
}

/// `"all"`, or numbers of neurons.
#[derive(Debug)]
pub(super) enum RawNeurons {
    All,
    Listed(Vec<Number>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `interval` and `neurons`")]
pub(super) struct RawPotentiations {
    pub interval: Number,
    pub neurons: Spanned<RawSelections>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `from`, `to` and `bins`")]
pub(super) struct RawHistograms {
    pub from: Number,
    pub to: Number,
    pub bins: Number,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawTransmission {
    Independent,
    Shared,
    ReleaseProbability(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawKind {
    Excitatory,
    Inhibitory,
    External,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPopulation {
    pub kind: Spanned<RawKind>,
    pub fraction: Option<Number>,
    pub time_constant: Option<Number>,
    pub drive: Option<Spanned<RawSchedule>>,
    pub gain: Option<Spanned<RawGain>>,
    pub initial: Option<Spanned<RawInitial>>,
    pub rate: Option<Spanned<RawSchedule>>,
}

/// A table with one gain, and the refractory time that saturates it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table that names a gain, `{ logistic = { ... } }`")]
pub(super) struct RawGain {
    pub logistic: Option<Spanned<RawSigmoid>>,
    pub probit: Option<Spanned<RawSigmoid>>,
    pub threshold_linear: Option<Spanned<RawThresholdLinear>>,
    pub tabulated: Option<Spanned<RawTabulated>>,
    pub refractory_time: Option<Number>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `gain` and `threshold`")]
pub(super) struct RawThresholdLinear {
    pub gain: Number,
    pub threshold: Number,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `potentiation` and `rate`")]
pub(super) struct RawTabulated {
    pub potentiation: Spanned<Vec<Number>>,
    pub rate: Spanned<Vec<Number>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `max_rate`, `threshold` and `slope`")]
pub(super) struct RawSigmoid {
    pub max_rate: Number,
    pub threshold: Number,
    pub slope: Number,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawInitial {
    Normal(RawNormal),
    Values(Vec<Number>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNormal {
    pub mean: Number,
    pub variance: Number,
}

/// A number, or a table with one key: the kind of schedule.
#[derive(Debug)]
pub(super) enum RawSchedule {
    Constant(f64),
    Steps(Vec<Spanned<(f64, f64)>>),
    Sine(RawSine),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSine {
    pub mean: Number,
    pub amplitude: Number,
    pub frequency: Number,
    pub phase: Option<Number>,
}

impl<'de> Deserialize<'de> for RawSchedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Varying {
            Steps(Vec<Spanned<(f64, f64)>>),
            Sine(RawSine),
        }

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
                Ok(match Varying::deserialize(MapAccessDeserializer::new(map))? {
                    Varying::Steps(steps) => RawSchedule::Steps(steps),
                    Varying::Sine(sine) => RawSchedule::Sine(sine),
                })
            }
        }

        deserializer.deserialize_any(ScheduleVisitor)
    }
}

impl<'de> Deserialize<'de> for RawCost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CostVisitor;

        impl<'de> Visitor<'de> for CostVisitor {
            type Value = RawCost;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a number, or a table with a number for each population")
            }

            fn visit_f64<E>(self, value: f64) -> Result<RawCost, E> {
                Ok(RawCost::Common(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<RawCost, E> {
                Ok(RawCost::Common(value as f64))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawCost, A::Error> {
                Named::deserialize(MapAccessDeserializer::new(map)).map(RawCost::By)
            }
        }

        deserializer.deserialize_any(CostVisitor)
    }
}

impl<'de> Deserialize<'de> for RawBudget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BudgetVisitor;

        impl<'de> Visitor<'de> for BudgetVisitor {
            type Value = RawBudget;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(
                    "the name of a budget, or a table with spike, synapses and rest in ATP",
                )
            }

            fn visit_str<E>(self, name: &str) -> Result<RawBudget, E> {
                Ok(RawBudget::Named(name.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawBudget, A::Error> {
                RawOwnBudget::deserialize(MapAccessDeserializer::new(map)).map(RawBudget::Own)
            }
        }

        deserializer.deserialize_any(BudgetVisitor)
    }
}

/// The word `all`.
fn all<T, E: serde::de::Error>(word: &str, value: T) -> Result<T, E> {
    if word == "all" { Ok(value) } else { Err(E::unknown_variant(word, &["all"])) }
}

impl<'de> Deserialize<'de> for RawSelections {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SelectionsVisitor;

        impl<'de> Visitor<'de> for SelectionsVisitor {
            type Value = RawSelections;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("\"all\", or a table of populations")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<RawSelections, E> {
                all(word, RawSelections::All)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawSelections, A::Error> {
                Named::deserialize(MapAccessDeserializer::new(map)).map(RawSelections::By)
            }
        }

        deserializer.deserialize_any(SelectionsVisitor)
    }
}

impl<'de> Deserialize<'de> for RawNeurons {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NeuronsVisitor;

        impl<'de> Visitor<'de> for NeuronsVisitor {
            type Value = RawNeurons;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("\"all\", or a list of neurons by their numbers from 0")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<RawNeurons, E> {
                all(word, RawNeurons::All)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<RawNeurons, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(RawNeurons::Listed)
            }
        }

        deserializer.deserialize_any(NeuronsVisitor)
    }
}

/// Reads the fields; the first thing that is no TOML, no known field or of the wrong type is the error.
pub(super) fn read(text: &str) -> Result<RawScenario, Problem> {
    toml::from_str(text).map_err(|error| reader::problem(&error, text, WHAT))
}
