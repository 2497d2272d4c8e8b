//! The table `[energy]`.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::{Named, Number};
use crate::energy::BUDGETS;
use crate::input::Spanned;

/// What activity costs, in units of the user's own, or by a budget in ATP.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("dependentSchemas" = { "budget": { "properties": { "spike": false, "rest": false, "synapse": false } } }))]
pub struct RawEnergy {
    /// Cost of a spike of a neuron.
    #[schemars(extend("default" = 1.0, "minimum" = 0))]
    pub spike: Option<Spanned<RawCost>>,
    /// Cost of a neuron in a time unit.
    #[schemars(extend("default" = 0.0, "minimum" = 0))]
    pub rest: Option<Spanned<RawCost>>,
    /// Cost of a jump that a neuron receives, from whichever source.
    #[schemars(extend("default" = 0.0, "minimum" = 0))]
    pub synapse: Option<Spanned<RawCost>>,
    /// `theta` of the activity energy, the sum over neurons of `(lambda(z) - theta)^2`.
    #[schemars(extend("default" = 0.0, "minimum" = 0, "x-unit" = "1/time unit"))]
    pub threshold: Option<Spanned<RawCost>>,
    /// Budget in ATP, in place of `spike`, `rest` and `synapse`.
    pub budget: Option<Spanned<RawBudget>>,
    /// Seconds of a time unit, for budgets; known where the time unit is `s`, `ms` or `us`.
    #[schemars(extend("exclusiveMinimum" = 0, "x-unit" = "s"))]
    pub time_unit_seconds: Option<Number>,
}

/// A number for all populations, or numbers by the name of the population.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum RawCost {
    /// Of all populations.
    Common(f64),
    /// Of each population by its name.
    By(Named<Number>),
}

/// The name of a budget, or one of its own.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum RawBudget {
    /// A budget with sources.
    Named(#[schemars(extend("enum" = BUDGETS))] String),
    /// A budget of the user's own.
    Own(RawOwnBudget),
}

/// A budget in ATP.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawOwnBudget {
    /// A spike.
    #[schemars(extend("minimum" = 0, "x-unit" = "ATP"))]
    pub spike: Number,
    /// All that a spike does at synapses.
    #[schemars(extend("minimum" = 0, "x-unit" = "ATP"))]
    pub synapses: Number,
    /// A neuron at rest.
    #[schemars(extend("minimum" = 0, "x-unit" = "ATP/s"))]
    pub rest: Number,
    /// Neurons in a gram of tissue.
    #[schemars(extend("exclusiveMinimum" = 0, "x-unit" = "1/g"))]
    pub density: Option<Number>,
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
