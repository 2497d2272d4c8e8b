//! What was found of a claim, and whether it holds.

use std::sync::atomic::AtomicBool;

use super::claim::{Claim, ClaimError, Subject};
use super::courses::{self, Side};
use super::rates::{self, Rates};

/// What was found of a claim and of its twin.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The claim.
    pub claim: Claim,
    /// What was measured.
    pub evidence: Evidence,
}

/// What was measured for a claim, by its subject.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// Over sizes, of a network and of the twin, which is held against the same predictions.
    Sizes {
        /// The claim's own network.
        network: Side,
        /// The other one.
        twin: Side,
        /// Whether the theory has the exponent that is claimed as `n` grows.
        is_asymptotic: bool,
    },
    /// Of cells, held against their rate equations and against those of the twin.
    Cells(Rates),
}

impl Finding {
    /// The smallest p-value of the claim's tests, by Holm's correction.
    pub fn p(&self) -> f64 {
        match &self.evidence {
            Evidence::Sizes { network, .. } => network.p(),
            Evidence::Cells(rates) => rates.p(),
        }
    }

    /// That of its twin's.
    pub fn twin_p(&self) -> f64 {
        match &self.evidence {
            Evidence::Sizes { twin, .. } => twin.p(),
            Evidence::Cells(rates) => rates.twin_p(),
        }
    }

    /// Whether the twin passes the same tests.
    pub fn twin_passes(&self) -> bool {
        match &self.evidence {
            Evidence::Sizes { twin, .. } => twin.passes(),
            Evidence::Cells(rates) => rates.twin_passes(),
        }
    }

    /// Whether the claim holds.
    pub fn holds(&self) -> bool {
        match &self.evidence {
            Evidence::Sizes { network, is_asymptotic, .. } => network.passes() && *is_asymptotic,
            Evidence::Cells(rates) => rates.passes() && rates.is_asynchronous(),
        }
    }

    /// Whether all is as it should be: the claim holds, and its twin is rejected.
    pub fn is_as_expected(&self) -> bool {
        self.holds() && !self.twin_passes()
    }
}

/// Simulates what a claim is about, and its twin, and tests them. Networks of rates are simulated by `threads` threads, cells by those of the caller's pool;
/// `tell` hears what is being simulated. Nothing where it was stopped.
///
/// # Errors
/// [`ClaimError`].
pub fn examine(
    claim: &Claim,
    (seed, threads): (u64, usize),
    stop: &AtomicBool,
    tell: &mut dyn FnMut(&str),
) -> Result<Option<Finding>, ClaimError> {
    let name = claim.name.as_str();
    let evidence = match &claim.subject {
        Subject::Sizes(sizes) => {
            let sides = courses::examine((name, sizes), (seed, threads), stop, tell)?;
            sides.map(|[network, twin]| {
                let is_asymptotic = network.is_asymptotic(sizes.exponent);
                Evidence::Sizes { network, twin, is_asymptotic }
            })
        }
        Subject::Cells(cells) => {
            rates::examine((name, cells), seed, stop, tell)?.map(Evidence::Cells)
        }
    };
    Ok(evidence.map(|evidence| Finding { claim: claim.clone(), evidence }))
}
