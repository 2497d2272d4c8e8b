//! The fields of a scenario as they stand in the file, with their places. Their words are those of the schema, and of the reference that is made from it.
//!
//! * `population`: populations, gains, schedules and initial laws; `record`: what is recorded; `energy`: what activity costs.

mod energy;
mod population;
mod record;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::WHAT;
use crate::input::{Problem, Spanned, reader, schema};

pub use energy::{RawBudget, RawCost, RawEnergy};
pub use population::{
    RawGain, RawInitial, RawKind, RawPopulation, RawSchedule, RawSigmoid, RawTabulated,
    RawThresholdLinear, RawVarying,
};
pub use record::{RawHistograms, RawNeurons, RawPotentiations, RawRecord, RawSelections};

pub type Number = Spanned<f64>;
/// A table whose keys are names that the user chose, in the order of the file.
pub type Named<T> = IndexMap<Spanned<String>, T>;

/// A scenario of Equipoise: a balanced network, how it is simulated, and what is recorded.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Scenario of Equipoise")]
pub struct RawScenario {
    /// What the network is called, in tables and reports.
    #[schemars(extend("default" = "Untitled network"))]
    pub title: Option<String>,
    /// Size of the network: a population has `round(fraction * n)` members, and a jump is `J/sqrt(n)`.
    #[schemars(extend("type" = "integer", "minimum" = 1, "maximum" = 1_000_000_000_000_000_u64))]
    pub n: Number,
    /// From which all random numbers follow: the same scenario and seed give the same result.
    #[schemars(extend("default" = 1, "maximum" = i64::MAX))]
    pub seed: Option<u64>,
    /// Length of the run.
    #[schemars(extend("exclusiveMinimum" = 0, "x-unit" = "time unit"))]
    pub duration: Number,
    /// Time between samples, of which there are at most 10^7; a fiftieth of `duration` if left out.
    #[schemars(extend("exclusiveMinimum" = 0, "x-unit" = "time unit"))]
    pub sample_interval: Option<Number>,
    /// Name of the time unit, for axes: free text, `"ms"`, `"s"`, `"tau"`. Rates are per time unit.
    #[schemars(extend("default" = "tau"))]
    pub time_unit: Option<String>,
    /// Which targets a spike reaches.
    #[schemars(extend("default" = "independent"))]
    pub transmission: Option<Spanned<RawTransmission>>,
    /// The populations, each a table `[populations.NAME]`.
    #[schemars(extend("propertyNames" = { "pattern": schema::NAMES }, "minProperties" = 1))]
    pub populations: Spanned<Named<Spanned<RawPopulation>>>,
    /// The jump `J` of a target at a jump of a source, times `sqrt(n)`: a row for each neuron population, the target, with a number for each population, the source.
    /// At least 0 from an excitatory source, at most 0 from an inhibitory one (Dale's law).
    pub coupling: Spanned<Named<Spanned<Named<Number>>>>,
    /// How the network is simulated.
    #[serde(default)]
    #[schemars(extend("default" = {}))]
    pub engine: RawEngine,
    /// How many networks are simulated.
    #[serde(default)]
    #[schemars(extend("default" = {}))]
    pub ensemble: RawEnsemble,
    /// What is recorded beside the moments. Recording changes no other number.
    #[serde(default)]
    #[schemars(extend("default" = {}))]
    pub record: RawRecord,
    /// What activity costs. Nothing is accounted for without this table, and nothing that is simulated depends on it.
    pub energy: Option<RawEnergy>,
}

/// How the network is simulated.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawEngine {
    /// The method.
    #[schemars(extend("default" = "exact"))]
    pub method: Option<Spanned<RawMethod>>,
    /// Length of all steps of leaps, at most 10 times the shortest time constant; chosen by `tolerance` if left out.
    #[schemars(extend("exclusiveMinimum" = 0, "x-unit" = "time unit"))]
    pub step: Option<Number>,
    /// Error of leaps by which their steps are chosen, as a part of the standard deviations of the potentiations.
    #[schemars(extend("default" = crate::Leaps::TOLERANCE, "minimum" = 1e-10, "maximum" = 0.1))]
    pub tolerance: Option<Number>,
    /// Whether steps of leaps resolve the fast time, of order `n^(-1/2)`.
    #[schemars(extend("default" = false))]
    pub resolve: Option<Spanned<bool>>,
    /// In what leaps keep potentiations.
    #[schemars(extend("default" = "double"))]
    pub precision: Option<Spanned<RawPrecision>>,
}

/// Digits of potentiations.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RawPrecision {
    /// 8 bytes a neuron.
    Double,
    /// 4 bytes a neuron.
    Single,
}

/// How jumps are drawn.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RawMethod {
    /// Every jump, by the fast exact method.
    Exact,
    /// Every jump, by the plain exact method, slower and easy to understand.
    Thinning,
    /// Many jumps at a time, in steps whose errors are of second order and known.
    Leap,
    /// Exact up to 10^11 jumps in all, leaps beyond.
    Auto,
}

/// How many networks are simulated.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawEnsemble {
    /// Number of independent networks.
    #[schemars(extend("type" = "integer", "default" = 200, "minimum" = 1, "maximum" = 1_000_000_000))]
    pub replicates: Option<Number>,
}

/// Which targets a spike reaches.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RawTransmission {
    /// Each target receives jumps of its own from each source.
    Independent,
    /// A spike reaches all other neurons at once.
    Shared,
    /// A spike reaches each neuron with this probability; spikes are as many times more frequent.
    ReleaseProbability(#[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))] f64),
}

/// Reads the fields; the first thing that is no TOML, no known field or of the wrong type is the error.
pub fn read(text: &str) -> Result<RawScenario, Problem> {
    toml::from_str(text).map_err(|error| reader::problem(&error, text, WHAT))
}
