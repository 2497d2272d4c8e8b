//! The table `[record]`.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Named, Number};
use crate::input::Spanned;

/// What is recorded beside the moments.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRecord {
    /// Spike trains, in `/spikes/<population>`.
    pub spikes: Option<Spanned<RawSelections>>,
    /// Width of bins, at most 10^7 of them, in which jumps (and spikes) of populations are counted, in `/activity`.
    #[schemars(extend("exclusiveMinimum" = 0, "x-unit" = "time unit"))]
    pub activity: Option<Number>,
    /// Every jump of a single neuron, in `/jumps`: 16 bytes and more each.
    #[schemars(extend("default" = false))]
    pub jumps: Option<Spanned<bool>>,
    /// Times from 0 to `duration` at which the potentiations of all neurons are kept, in `/snapshots`.
    #[schemars(extend("default" = [], "x-unit" = "time unit"))]
    pub snapshots: Option<Spanned<Vec<Number>>>,
    /// Potentiations of chosen neurons of one network (`ensemble.replicates = 1`), a SONATA report in `/report/<population>`.
    pub potentiations: Option<Spanned<RawPotentiations>>,
    /// Neurons by potentiation, at the sample times, in `/histograms`.
    pub histograms: Option<Spanned<RawHistograms>>,
    /// Jumps of each neuron by source (its spikes, under `shared` and release), in `/counts`.
    #[schemars(extend("default" = false))]
    pub counts: Option<Spanned<bool>>,
}

/// `"all"`, or neurons by the name of their population.
#[derive(Debug)]
pub enum RawSelections {
    All,
    By(Named<Spanned<RawNeurons>>),
}

/// `"all"`, or numbers of neurons.
#[derive(Debug)]
pub enum RawNeurons {
    All,
    Listed(Vec<Number>),
}

/// Which potentiations are kept, and how often.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `interval` and `neurons`")]
pub struct RawPotentiations {
    /// Time between two values of a neuron.
    #[schemars(extend("exclusiveMinimum" = 0, "x-unit" = "time unit"))]
    pub interval: Number,
    /// Which neurons.
    pub neurons: Spanned<RawSelections>,
}

/// Bins of potentiation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `from`, `to` and `bins`")]
pub struct RawHistograms {
    /// Where the first bin begins.
    #[schemars(extend("x-unit" = "z"))]
    pub from: Number,
    /// Where the last bin ends, above `from`.
    #[schemars(extend("x-unit" = "z"))]
    pub to: Number,
    /// Number of bins.
    #[schemars(extend("type" = "integer", "minimum" = 1, "maximum" = 10_000_000))]
    pub bins: Number,
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

impl JsonSchema for RawSelections {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Selections".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "description": "All neurons.", "const": "all" },
            {
                "description": "Neurons by the name of their population.",
                "type": "object",
                "additionalProperties": generator.subschema_for::<RawNeurons>(),
            },
        ] })
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

impl JsonSchema for RawNeurons {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Neurons".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "description": "All neurons of the population.", "const": "all" },
            {
                "description": "Neurons by their numbers, from 0.",
                "type": "array",
                "items": { "type": "integer", "minimum": 0 },
            },
        ] })
    }
}
