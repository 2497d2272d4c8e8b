//! Where a result file comes from: its root attributes.

use std::time::Duration;

/// The metadata conventions that the files follow.
pub const CONVENTIONS: &str = "CF-1.11";
/// The root attribute with the seconds that the run took; not a number before its end.
pub const ELAPSED: &str = "elapsed";

/// What a result file says of its origin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// What the file is about, in a line.
    pub title: String,
    /// The program and its version.
    pub source: String,
    /// The full text of the scenario that was run.
    pub scenario: String,
    /// The seed of the random streams.
    pub seed: u64,
    /// How the file was made: one line a step.
    pub history: String,
    /// The machine on which it was made: processor and system; empty if that is unknown.
    pub platform: String,
}

/// The root of a result file: its origin, whether it is complete, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Where the file comes from.
    pub provenance: Provenance,
    /// Whether the run that wrote it came to its end.
    pub complete: bool,
    /// How long its run took, over all times that it was gone on with; none where that is not known.
    pub elapsed: Option<Duration>,
    /// The names of the groups that hold variables, nested ones with slashes.
    pub groups: Vec<String>,
}
