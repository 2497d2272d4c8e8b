//! The fields of a cell file as they stand in it, with their places.

use equipoise_model::input::{Problem, reader};
use indexmap::IndexMap;
use serde::Deserialize;
use toml::Spanned;

use super::WHAT;

/// A quantity with its unit.
pub(super) type Text = Spanned<String>;
pub(super) type Number = Spanned<f64>;
/// A table whose keys are names that the user chose, in the order of the file.
pub(super) type Named<T> = IndexMap<Spanned<String>, T>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    pub title: Option<String>,
    pub seed: Option<u64>,
    pub cells: Spanned<Named<Spanned<RawCell>>>,
    pub populations: Spanned<Named<Spanned<RawPopulation>>>,
    #[serde(default)]
    pub synapses: Named<Spanned<Named<Spanned<RawProjection>>>>,
    #[serde(default)]
    pub curve: RawCurve,
    #[serde(default)]
    pub simulation: RawSimulation,
    #[serde(default)]
    pub comparison: RawComparison,
    #[serde(default)]
    pub scenario: RawScenario,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCell {
    pub area: Option<Text>,
    pub capacitance: Text,
    pub leak: RawLeak,
    pub spike_threshold: Option<Text>,
    #[serde(default)]
    pub channels: Named<Spanned<RawChannel>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLeak {
    pub conductance: Text,
    pub reversal: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawChannel {
    pub conductance: Text,
    pub reversal: Text,
    #[serde(default)]
    pub gates: Named<Spanned<RawGate>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawGate {
    pub power: Option<Number>,
    #[serde(default)]
    pub instantaneous: bool,
    pub opening: Option<RawRate>,
    pub closing: Option<RawRate>,
    pub speed: Option<Number>,
    pub steady: Option<RawSigmoid>,
    pub time_constant: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawRate {
    Exponential(RawShape),
    Sigmoid(RawShape),
    ExponentialLinear(RawShape),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawShape {
    pub rate: Text,
    pub midpoint: Text,
    pub scale: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSigmoid {
    pub midpoint: Text,
    pub scale: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPopulation {
    pub cell: Spanned<String>,
    pub count: Number,
    pub current: Option<Text>,
    pub spread: Option<Text>,
    pub rate_time_constant: Option<Text>,
    pub external: Option<RawExternal>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExternal {
    pub sources: Number,
    pub rate: Text,
    pub conductance: Text,
    pub time_constant: Text,
    pub reversal: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProjection {
    pub conductance: Text,
    pub time_constant: Text,
    pub reversal: Text,
    pub in_degree: Option<Number>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCurve {
    pub leak_factors: Option<Spanned<Vec<Number>>>,
    pub points: Option<Number>,
    pub fit: Option<Spanned<Vec<Text>>>,
    pub gain: Option<RawGain>,
    pub noise: Option<RawNoise>,
    pub transient: Option<Text>,
    pub duration: Option<Text>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawGain {
    ThresholdLinear,
    Logistic,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNoise {
    pub deviation: Text,
    pub correlation_time: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSimulation {
    pub step: Option<Text>,
    pub delay: Option<Text>,
    pub transient: Option<Text>,
    pub duration: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawComparison {
    pub input_factors: Option<Spanned<Vec<Number>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawScenario {
    pub n: Option<Number>,
    pub external: Option<Spanned<RawHeld>>,
}

/// Sources outside that are to hold the cells at some rates.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHeld {
    pub sources: Number,
    pub rate: Text,
    pub holds: Named<Text>,
}

/// Reads the fields; the first thing that is no TOML, no known field or of the wrong type is the error.
pub(super) fn read(text: &str) -> Result<RawFile, Problem> {
    toml::from_str(text).map_err(|error| reader::problem(&error, text, WHAT))
}
