//! The fields of a cell file as they stand in it, with their places. Their words are those of the schema. `cell`: the fields of a cell.

mod cell;

use equipoise_model::input::{Problem, Spanned, reader, schema};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::WHAT;

pub use cell::{RawCell, RawChannel, RawGate, RawRate, RawShape, RawSigmoid};

/// A quantity with its unit.
pub type Text = Spanned<String>;
pub type Number = Spanned<f64>;
/// A table whose keys are names that the user chose, in the order of the file.
pub type Named<T> = IndexMap<Spanned<String>, T>;

/// A number and a unit.
const QUANTITY: &str = r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*[A-Za-zµμ1/].*$";

/// A network of conductance-based cells, from which `equipoise derive` makes rate equations.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Cells of Equipoise")]
pub struct RawFile {
    /// What the network is called, in tables.
    #[schemars(extend("default" = "Untitled cells"))]
    pub title: Option<String>,
    /// From which all random numbers follow.
    #[schemars(extend("default" = 1, "maximum" = i64::MAX))]
    pub seed: Option<u64>,
    /// Cells, each a table `[cells.NAME]`; populations may share one.
    #[schemars(extend("propertyNames" = { "pattern": schema::NAMES }, "minProperties" = 1))]
    pub cells: Spanned<Named<Spanned<RawCell>>>,
    /// Populations, each a table `[populations.NAME]`.
    #[schemars(extend("propertyNames" = { "pattern": schema::NAMES }, "minProperties" = 1, "maxProperties" = 12))]
    pub populations: Spanned<Named<Spanned<RawPopulation>>>,
    /// Synapses: rows are targets, `I.E` is from E onto I; those that are left out are none.
    #[serde(default)]
    #[schemars(extend("default" = {}))]
    pub synapses: Named<Spanned<Named<Spanned<RawProjection>>>>,
    /// How f-I curves are measured, and what is fitted to them.
    #[serde(default)]
    #[schemars(extend("default" = {}))]
    pub curve: RawCurve,
    /// How the network of cells is simulated.
    #[serde(default)]
    #[schemars(extend("default" = {}))]
    pub simulation: RawSimulation,
    /// At which strengths of its input the network of cells is compared with its rate equations.
    #[serde(default)]
    #[schemars(extend("default" = {}))]
    pub comparison: RawComparison,
    /// The scenario of a balanced network.
    #[serde(default)]
    #[schemars(extend("default" = {}))]
    pub scenario: RawScenario,
}

/// Cells of one kind.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPopulation {
    /// Name of the cell.
    pub cell: Spanned<String>,
    /// Number of cells.
    #[schemars(extend("type" = "integer", "minimum" = 1, "maximum" = 1_000_000))]
    pub count: Number,
    /// Constant current into all of them; 0 if left out.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "uA/cm2", "examples" = ["0.5 uA/cm2"]))]
    pub current: Option<Text>,
    /// Standard deviation of a constant current, drawn for each cell; 0 if left out.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "uA/cm2", "examples" = ["0.2 uA/cm2"]))]
    pub spread: Option<Text>,
    /// `tau` of its rate equation; capacitance over leak if left out.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "ms", "examples" = ["20 ms"]))]
    pub rate_time_constant: Option<Text>,
    /// Synapses from outside.
    pub external: Option<RawExternal>,
}

/// Poisson sources outside the network, some for each cell by itself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawExternal {
    /// Number of sources of a cell.
    #[schemars(extend("type" = "integer", "minimum" = 1, "maximum" = 1_000_000))]
    pub sources: Number,
    /// Rate of each of them.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "1/ms", "examples" = ["5 Hz"]))]
    pub rate: Text,
    /// Peak conductance of a synapse.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "mS/cm2", "examples" = ["0.003 mS/cm2"]))]
    pub conductance: Text,
    /// Time constant with which it closes.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "ms", "examples" = ["3 ms"]))]
    pub time_constant: Text,
    /// Reversal potential.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "mV", "examples" = ["0 mV"]))]
    pub reversal: Text,
}

/// Synapses from one population onto another.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawProjection {
    /// Peak conductance of a synapse.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "mS/cm2", "examples" = ["0.0012 mS/cm2"]))]
    pub conductance: Text,
    /// Time constant with which it closes.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "ms", "examples" = ["10 ms"]))]
    pub time_constant: Text,
    /// Reversal potential.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "mV", "examples" = ["-80 mV"]))]
    pub reversal: Text,
    /// Sources of a cell, drawn at random; all others if left out.
    #[schemars(extend("type" = "integer", "minimum" = 1, "maximum" = 1_000_000))]
    pub in_degree: Option<Number>,
}

/// How f-I curves are measured, and what is fitted to them.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCurve {
    /// Leak conductances of the curves, as multiples of the own one of the cell, rising.
    #[schemars(extend("default" = [1.0, 1.5, 2.0, 2.5, 3.0], "minItems" = 2))]
    pub leak_factors: Option<Spanned<Vec<Number>>>,
    /// Currents of a curve.
    #[schemars(extend("type" = "integer", "default" = 40, "minimum" = 5, "maximum" = 10000))]
    pub points: Option<Number>,
    /// Lowest and highest rate that is fitted.
    #[schemars(extend("default" = ["5 Hz", "80 Hz"], "minItems" = 2, "maxItems" = 2, "x-unit" = "1/ms"))]
    pub fit: Option<Spanned<Vec<Text>>>,
    /// What is fitted.
    #[schemars(extend("default" = "threshold_linear"))]
    pub gain: Option<RawGain>,
    /// Fluctuations of the current; none if left out.
    pub noise: Option<RawNoise>,
    /// Time that is not counted; 500 ms if left out.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "ms", "examples" = ["500 ms"]))]
    pub transient: Option<Text>,
    /// Time that is; 2000 ms if left out.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "ms", "examples" = ["2000 ms"]))]
    pub duration: Option<Text>,
}

/// A gain function.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RawGain {
    /// A straight line above a threshold.
    ThresholdLinear,
    /// A logistic curve to a largest rate.
    Logistic,
}

/// An Ornstein-Uhlenbeck current.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawNoise {
    /// Its standard deviation.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "uA/cm2", "examples" = ["1 uA/cm2"]))]
    pub deviation: Text,
    /// Its correlation time.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "ms", "examples" = ["5 ms"]))]
    pub correlation_time: Text,
}

/// How the network of cells is simulated.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSimulation {
    /// Length of a step, at most 0.1 ms; 0.02 ms if left out.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "ms", "examples" = ["0.02 ms"]))]
    pub step: Option<Text>,
    /// Time from a spike to its synapses, at most 20 ms; 1 ms if left out.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "ms", "examples" = ["1 ms"]))]
    pub delay: Option<Text>,
    /// Time that is not counted; 300 ms if left out.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "ms", "examples" = ["300 ms"]))]
    pub transient: Option<Text>,
    /// Time that is, ten delays or more; 2000 ms if left out.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "ms", "examples" = ["2000 ms"]))]
    pub duration: Option<Text>,
}

/// Strengths of the input.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawComparison {
    /// Factors of the rates from outside, rising.
    #[schemars(extend("default" = [0.25, 0.5, 0.75, 1.0, 1.25, 1.5], "minItems" = 2))]
    pub input_factors: Option<Spanned<Vec<Number>>>,
}

/// The scenario of a balanced network.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawScenario {
    /// Its size; that of the largest population if left out.
    #[schemars(extend("type" = "integer", "minimum" = 1, "maximum" = 1_000_000))]
    pub n: Option<Number>,
    /// Sources outside in place of those of the cells, such that given rates are steady.
    pub external: Option<Spanned<RawHeld>>,
}

/// Sources outside that are to hold the cells at some rates.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawHeld {
    /// Number of sources.
    #[schemars(extend("type" = "integer", "minimum" = 1, "maximum" = 1_000_000))]
    pub sources: Number,
    /// Rate of each of them.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "1/ms", "examples" = ["5 Hz"]))]
    pub rate: Text,
    /// The rate at which each population is held.
    #[schemars(extend("x-unit" = "1/ms"))]
    pub holds: Named<Text>,
}

/// Reads the fields; the first thing that is no TOML, no known field or of the wrong type is the error.
pub fn read(text: &str) -> Result<RawFile, Problem> {
    toml::from_str(text).map_err(|error| reader::problem(&error, text, WHAT))
}
