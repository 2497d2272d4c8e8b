//! Claims about a network at several sizes.

use equipoise_model::scenario::overrides::apply;
use equipoise_model::{InitialLaw, Leaps, Method, Network, Scenario};
use serde::Deserialize;

use super::claim::ClaimError;
use super::statistic::Statistic;

/// The scenarios that claims start from, under the names of their files.
const SCENARIOS: [(&str, &str); 3] = [
    ("inhibition-stabilised", include_str!("../../../scenarios/inhibition-stabilised.toml")),
    ("external-drive", include_str!("../../../scenarios/external-drive.toml")),
    ("shared-spikes", include_str!("../../../scenarios/shared-spikes.toml")),
];

/// Tolerance of leaps as a part of `n^{-1/2}`: a fiftieth of errors of that order.
const LEAPS: f64 = 0.02;

/// What is measured of a network, and how it changes with its size.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverSizes {
    /// What is measured.
    pub statistics: Vec<Statistic>,
    /// The exponent of `n` with which it changes, as `n` grows without end.
    pub exponent: f64,
    /// Name of the scenario.
    pub scenario: String,
    /// What is changed of it.
    #[serde(default)]
    pub set: Vec<String>,
    /// Where it is simulated.
    pub sizes: Vec<Size>,
    /// What must fail.
    pub twin: Twin,
}

/// Networks of one size.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// The size parameter.
    pub n: f64,
    /// How many.
    pub networks: u64,
    /// Whether they are simulated by leaps rather than exactly.
    #[serde(default)]
    pub leap: bool,
}

/// Another network, for which the claim is false.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Twin {
    /// What is different, and why the claim does not hold of it.
    pub statement: String,
    /// What is changed of the claim's network.
    #[serde(default)]
    pub set: Vec<String>,
    /// Where its neurons start.
    #[serde(default)]
    pub start: Start,
}

/// Where neurons start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// As the scenario has it.
    #[default]
    Scenario,
    /// At two values, with the mean and the variance of the scenario: a fifth at two standard deviations above the mean, the others at half a standard deviation below it.
    TwoValued,
}

impl OverSizes {
    /// The scenario of the claim's network with `n`.
    ///
    /// # Errors
    /// [`ClaimError`] of the claim that is named.
    pub(super) fn scenario(&self, claim: &str, n: f64) -> Result<Scenario, ClaimError> {
        self.changed(claim, n, &[])
    }

    /// That of its twin's.
    ///
    /// # Errors
    /// [`ClaimError`] of the claim that is named.
    pub(super) fn twin_scenario(&self, claim: &str, n: f64) -> Result<Scenario, ClaimError> {
        let mut scenario = self.changed(claim, n, &self.twin.set)?;
        if self.twin.start == Start::TwoValued {
            two_valued(&mut scenario.network);
        }
        Ok(scenario)
    }

    fn changed(&self, claim: &str, n: f64, more: &[String]) -> Result<Scenario, ClaimError> {
        let claim = || claim.to_owned();
        let known = SCENARIOS.iter().find(|(name, _)| *name == self.scenario);
        let (_, text) = known.ok_or_else(|| ClaimError::NoScenario {
            claim: claim(),
            scenario: self.scenario.clone(),
        })?;
        let assignments = [&self.set[..], more, &[format!("n={n}")]].concat();
        let text = apply(text, &assignments)
            .map_err(|source| ClaimError::Set { claim: claim(), source: Box::new(source) })?;
        Scenario::parse(&format!("{}.toml", self.scenario), &text)
            .map_err(|source| ClaimError::Scenario { claim: claim(), source: Box::new(source) })
    }
}

impl Size {
    /// How its networks are simulated.
    pub fn method(&self) -> Method {
        if self.leap {
            Method::Leap(Leaps { tolerance: LEAPS / self.n.sqrt(), ..Leaps::DEFAULT })
        } else {
            Method::Exact
        }
    }
}

/// Neurons at two values, with the mean and the variance of the law that they would have.
fn two_valued(network: &mut Network) {
    for population in &mut network.populations {
        let (mean, deviation) =
            (population.initial.mean(), population.initial.central_moment(2).sqrt());
        let above = population.count / 5;
        let value = |neuron| if neuron < above { 2.0 * deviation } else { -0.5 * deviation };
        let values = (0..population.count).map(|neuron| mean + value(neuron));
        population.initial = InitialLaw::Values(values.collect());
    }
}
