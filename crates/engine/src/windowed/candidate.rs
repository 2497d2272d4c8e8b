//! Candidates that may need a decision.

use serde::{Deserialize, Serialize};

/// What is known of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Status {
    /// It is a jump if its level is below the lower bound less the target's own intensity; if it is not, the sum must tell.
    Open,
    /// The sum has told that it is a jump.
    Accepted,
    /// The sum has told that it is not.
    Rejected,
}

/// A candidate whose level is not below all that the intensity can be.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Candidate {
    /// Time since the start of the window.
    pub since: f64,
    /// The bin of time that begins with it.
    pub bin: usize,
    /// The target within its block.
    pub target: u32,
    pub source: usize,
    /// Uniform below the upper bound of the intensity.
    pub level: f64,
    pub status: Status,
    /// Whether it has happened, when the block was last worked off.
    pub taken: bool,
    /// The intensity that the target itself adds to the sum, then.
    pub own: f64,
}
