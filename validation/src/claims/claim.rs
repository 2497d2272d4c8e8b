//! The file of a claim.

use equipoise_cells::reduction::ReductionError;
use equipoise_model::InputError;
use equipoise_model::scenario::overrides::OverrideError;
use serde::Deserialize;
use thiserror::Error;

use super::cells::OfCells;
use super::sizes::OverSizes;

/// Name and file of each claim, in the order of tables.
const FILES: [(&str, &str); 12] = [
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
    ("rate-equations", include_str!("../../rate-equations/claim.toml")),
];

/// A statement, how it is tested, and what must not pass the test.
#[derive(Debug, Clone, PartialEq, Deserialize)]
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
    /// Whether it is among those that take little time.
    #[serde(default)]
    pub quick: bool,
    /// What it is about.
    #[serde(flatten)]
    pub subject: Subject,
}

/// What a claim is about, and with it how it is tested.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Subject {
    /// A network at several sizes.
    Sizes(OverSizes),
    /// Networks of cells, and the rate equations that follow from them.
    Cells(OfCells),
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
    /// It starts from no scenario, and no cells, that are there.
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
    /// Its cells have no rate equations.
    #[error("claim `{claim}`: {source}")]
    Cells {
        /// The claim.
        claim: String,
        /// What is wrong.
        source: Box<ReductionError>,
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

    /// What is different of its twin, and why it must fail.
    pub fn twin(&self) -> &str {
        match &self.subject {
            Subject::Sizes(sizes) => sizes.twin.statement.trim(),
            Subject::Cells(cells) => cells.twin.statement.trim(),
        }
    }

    /// Where its networks come from: the scenario or the cell files, and what is changed of them.
    pub fn origin(&self) -> String {
        let (from, set) = match &self.subject {
            Subject::Sizes(sizes) => (sizes.scenario.clone(), &sizes.set),
            Subject::Cells(cells) => (cells.files.join(", "), &cells.set),
        };
        let changes = set.iter().map(|change| format!(" --set '{change}'"));
        format!("{from}{}", changes.collect::<String>())
    }

    /// The exponent of `n` that is claimed, if it is one about sizes.
    pub fn exponent(&self) -> Option<f64> {
        match &self.subject {
            Subject::Sizes(sizes) => Some(sizes.exponent),
            Subject::Cells(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_claim_starts_from_can_be_read() {
        let claims = Claim::all().expect("they can be read");
        assert_eq!(claims.len(), FILES.len());
        for Claim { name, subject, .. } in &claims {
            match subject {
                Subject::Sizes(sizes) => {
                    for size in &sizes.sizes {
                        assert!(sizes.scenario(name, size.n).is_ok(), "{name}");
                        assert!(sizes.twin_scenario(name, size.n).is_ok(), "{name}");
                    }
                }
                Subject::Cells(cells) => {
                    for file in &cells.files {
                        let network = cells.circuit(name, file).expect("a cell file").network;
                        let count: usize = network.populations.iter().map(|p| p.count).sum();
                        assert!(count >= 400, "{name}, {file}: {count}");
                        assert!(network.populations.iter().all(|p| p.spread > 0.0), "{file}");
                    }
                }
            }
        }
    }

    #[test]
    fn fields_that_no_claim_has_are_refused() {
        for name in ["shared-spikes", "rate-equations"] {
            let (_, text) = FILES.iter().find(|(other, _)| *other == name).expect("a claim");
            assert!(Claim::parse(name, text).is_ok());
            let error = Claim::parse(name, &format!("surplus = 1\n{text}")).unwrap_err();
            assert!(error.to_string().starts_with(&format!("claim `{name}`")), "{error}");
        }
    }
}
