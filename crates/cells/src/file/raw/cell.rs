//! The fields of a cell.

use equipoise_model::input::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Named, Number, QUANTITY, Text};

/// A cell of one compartment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCell {
    /// Area of its membrane; needed where quantities are of the whole cell.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "um2", "examples" = ["20000 um2"]))]
    pub area: Option<Text>,
    /// Capacitance of its membrane.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "uF/cm2", "examples" = ["1 uF/cm2"]))]
    pub capacitance: Text,
    /// Leak.
    pub leak: RawLeak,
    /// A spike is where the potential crosses this upwards; 0 mV if left out.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "mV", "examples" = ["-20 mV"]))]
    pub spike_threshold: Option<Text>,
    /// Channels, each a table `[cells.NAME.channels.CHANNEL]`.
    #[serde(default)]
    #[schemars(extend("default" = {}))]
    pub channels: Named<Spanned<RawChannel>>,
}

/// A constant conductance.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLeak {
    /// Its conductance.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "mS/cm2", "examples" = ["0.05 mS/cm2"]))]
    pub conductance: Text,
    /// Its reversal potential.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "mV", "examples" = ["-65 mV"]))]
    pub reversal: Text,
}

/// A channel, open as far as all of its gates are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawChannel {
    /// Conductance where all gates are open.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "mS/cm2", "examples" = ["100 mS/cm2"]))]
    pub conductance: Text,
    /// Reversal potential.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "mV", "examples" = ["55 mV"]))]
    pub reversal: Text,
    /// Gates, each a table `[cells.NAME.channels.CHANNEL.gates.GATE]`.
    #[serde(default)]
    #[schemars(extend("default" = {}))]
    pub gates: Named<Spanned<RawGate>>,
}

/// A gate: `opening` and `closing` rates (and perhaps `speed`), or a `steady` state and its `time_constant`; with `instantaneous` neither of `speed` and `time_constant`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawGate {
    /// Number of such gates of a channel.
    #[schemars(extend("type" = "integer", "default" = 1, "minimum" = 1, "maximum" = 20))]
    pub power: Option<Number>,
    /// Whether it is always at its steady state.
    #[serde(default)]
    #[schemars(extend("default" = false))]
    pub instantaneous: bool,
    /// Rate with which it opens.
    pub opening: Option<RawRate>,
    /// Rate with which it closes.
    pub closing: Option<RawRate>,
    /// Factor of both rates (temperature).
    #[schemars(extend("default" = 1.0, "exclusiveMinimum" = 0, "maximum" = 1e9))]
    pub speed: Option<Number>,
    /// Steady state `1/(1 + exp(-(V - midpoint)/scale))`.
    pub steady: Option<RawSigmoid>,
    /// Time constant with which it comes there.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "ms", "examples" = ["20 ms"]))]
    pub time_constant: Option<Text>,
}

/// A rate as a function of the potential, `u = (V - midpoint)/scale`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RawRate {
    /// `rate exp(u)`.
    Exponential(RawShape),
    /// `rate/(1 + exp(-u))`.
    Sigmoid(RawShape),
    /// `rate u/(1 - exp(-u))`.
    ExponentialLinear(RawShape),
}

/// Height, place and width.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawShape {
    /// Its height.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "1/ms", "examples" = ["4 /ms"]))]
    pub rate: Text,
    /// Its place.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "mV", "examples" = ["-55 mV"]))]
    pub midpoint: Text,
    /// Its width; it falls with the potential where this is negative.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "mV", "examples" = ["-18 mV"]))]
    pub scale: Text,
}

/// Place and width.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSigmoid {
    /// Its place.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "mV", "examples" = ["-50 mV"]))]
    pub midpoint: Text,
    /// Its width; it falls with the potential where this is negative.
    #[schemars(extend("pattern" = QUANTITY, "x-unit" = "mV", "examples" = ["20 mV"]))]
    pub scale: Text,
}
