//! The file of a claim.

use equipoise_model::scenario::overrides::{OverrideError, apply};
use equipoise_model::{InitialLaw, InputError, Leaps, Method, Network, Scenario};
use serde::Deserialize;
use thiserror::Error;

use super::statistic::Statistic;

/// Name and file of each claim, in the order of tables.
const FILES: [(&str, &str); 11] = [
    ("balance-residual", include_str!("../../balance-residual/claim.toml")),
    ("balanced-manifold", include_str!("../../balanced-manifold/claim.toml")),
    ("variance", include_str!("../../variance/claim.toml")),
    ("limit-equations", include_str!("../../limit-equations/claim.toml")),
    ("gaussian-law", include_str!("../../gaussian-law/claim.toml")),
    ("propagation-of-chaos", include_str!("../../propagation-of-chaos/claim.toml")),
    ("no-blow-up", include_str!("../../no-blow-up/claim.toml")),
    ("growth-without-balance", include_str!("../../growth-without-balance/claim.toml")),
    ("shared-spikes", include_str!("../../shared-spikes/claim.toml")),
    ("rate-of-convergence", include_str!("../../rate-of-convergence/claim.toml")),
    ("energy", include_str!("../../energy/claim.toml")),
];

/// The scenarios that claims start from, under the names of their files.
const SCENARIOS: [(&str, &str); 3] = [
    ("inhibition-stabilised", include_str!("../../../scenarios/inhibition-stabilised.toml")),
    ("external-drive", include_str!("../../../scenarios/external-drive.toml")),
    ("shared-spikes", include_str!("../../../scenarios/shared-spikes.toml")),
];

/// Tolerance of leaps as a part of `n^{-1/2}`: a fiftieth of errors of that order.
const LEAPS: f64 = 0.02;

/// A statement, how it is tested, and what must not pass the test.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Name of its folder.
    #[serde(skip)]
    pub name: String,
    /// What is claimed, in a line.
    pub title: String,
    /// What is claimed.
    pub statement: String,
    /// As an equation.
    pub equation: String,
    /// Who states it, and where.
    pub source: String,
    /// What is measured.
    pub statistics: Vec<Statistic>,
    /// The exponent of `n` with which it changes, as `n` grows without end.
    pub exponent: f64,
    /// Whether it is among those that take little time.
    #[serde(default)]
    pub quick: bool,
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

/// A claim that cannot be examined.
#[derive(Debug, Error)]
pub enum ClaimError {
    /// No claim has this name.
    #[error("`{name}` is no claim; they are {}", names().collect::<Vec<_>>().join(", "))]
    Unknown {
        /// The name.
        name: String,
    },
    /// Its file cannot be read.
    #[error("claim `{claim}`: {source}")]
    File {
        /// The claim.
        claim: String,
        /// What is wrong.
        source: Box<toml::de::Error>,
    },
    /// It starts from no scenario that is there.
    #[error("claim `{claim}`: `{scenario}` is no scenario that claims start from")]
    NoScenario {
        /// The claim.
        claim: String,
        /// The name.
        scenario: String,
    },
    /// What it changes cannot be changed.
    #[error("claim `{claim}`: {source}")]
    Set {
        /// The claim.
        claim: String,
        /// What is wrong.
        source: Box<OverrideError>,
    },
    /// Its scenario cannot be read.
    #[error("claim `{claim}`: {source}")]
    Scenario {
        /// The claim.
        claim: String,
        /// What is wrong.
        source: Box<InputError>,
    },
    /// Its theory cannot be computed.
    #[error("claim `{claim}`: {source}")]
    Limit {
        /// The claim.
        claim: String,
        /// What is wrong.
        source: Box<equipoise_limit::LimitError>,
    },
    /// Its networks cannot be simulated.
    #[error("claim `{claim}`: {source}")]
    Engine {
        /// The claim.
        claim: String,
        /// What is wrong.
        source: Box<equipoise_engine::EngineError>,
    },
}

/// Names of all claims.
fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

impl Claim {
    /// All claims, in the order of tables.
    ///
    /// # Errors
    /// [`ClaimError::File`].
    pub fn all() -> Result<Vec<Self>, ClaimError> {
        FILES.iter().map(|(name, text)| Self::parse(name, text)).collect()
    }

    /// The claim of a name.
    ///
    /// # Errors
    /// [`ClaimError::Unknown`], [`ClaimError::File`].
    pub fn named(name: &str) -> Result<Self, ClaimError> {
        let known = FILES.iter().find(|(other, _)| *other == name);
        let (_, text) = known.ok_or_else(|| ClaimError::Unknown { name: name.to_owned() })?;
        Self::parse(name, text)
    }

    /// From the text of a file.
    ///
    /// # Errors
    /// [`ClaimError::File`].
    pub fn parse(name: &str, text: &str) -> Result<Self, ClaimError> {
        let parsed = toml::from_str(text);
        let claim: Self = parsed.map_err(|source| ClaimError::File {
            claim: name.to_owned(),
            source: Box::new(source),
        })?;
        Ok(Self { name: name.to_owned(), ..claim })
    }

    /// The scenario of the claim's network with `n`.
    pub(super) fn scenario(&self, n: f64) -> Result<Scenario, ClaimError> {
        self.changed(n, &[])
    }

    /// That of its twin's.
    pub(super) fn twin_scenario(&self, n: f64) -> Result<Scenario, ClaimError> {
        let mut scenario = self.changed(n, &self.twin.set)?;
        if self.twin.start == Start::TwoValued {
            two_valued(&mut scenario.network);
        }
        Ok(scenario)
    }

    fn changed(&self, n: f64, more: &[String]) -> Result<Scenario, ClaimError> {
        let claim = || self.name.clone();
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
