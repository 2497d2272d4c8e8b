//! Claims about networks of cells and their rate equations.

use equipoise_cells::file::Circuit;
use equipoise_model::scenario::overrides::apply;
use serde::Deserialize;

use super::claim::ClaimError;

/// The cell files that claims start from, under their names.
const FILES: [(&str, &str); 2] = [
    ("cells/inhibitory", include_str!("../../../scenarios/cells/inhibitory.toml")),
    ("cells/pair", include_str!("../../../scenarios/cells/pair.toml")),
];

/// Networks of cells, which fire at the rates of their rate equations.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfCells {
    /// Names of the cell files; each is simulated at the strengths of its input.
    #[serde(rename = "cells")]
    pub files: Vec<String>,
    /// What is changed of each.
    #[serde(default)]
    pub set: Vec<String>,
    /// How many networks of each, alike but for what is drawn of them.
    pub networks: u64,
    /// What must fail.
    pub twin: WrongEquations,
}

/// Rate equations with other weights.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrongEquations {
    /// What is different, and why it must fail.
    pub statement: String,
    /// By what `v_theta` is multiplied in the weights.
    pub threshold_factor: f64,
}

impl OfCells {
    /// The cells of a file.
    ///
    /// # Errors
    /// [`ClaimError`] of the claim that is named.
    pub(super) fn circuit(&self, claim: &str, file: &str) -> Result<Circuit, ClaimError> {
        let claim = || claim.to_owned();
        let known = FILES.iter().find(|(name, _)| *name == file);
        let (_, text) = known
            .ok_or_else(|| ClaimError::NoScenario { claim: claim(), scenario: file.to_owned() })?;
        let text = apply(text, &self.set)
            .map_err(|source| ClaimError::Set { claim: claim(), source: Box::new(source) })?;
        Circuit::parse(&format!("{file}.toml"), &text)
            .map_err(|source| ClaimError::Scenario { claim: claim(), source: Box::new(source) })
    }
}
