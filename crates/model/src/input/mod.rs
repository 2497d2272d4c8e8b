//! What files that users write have in common: what can be wrong with them, said with its place.
//!
//! * [`problem`]: what can be wrong, in words;
//! * `diagnosis`: those words underlined in the file;
//! * [`reader`]: the TOML reader's errors in our own words.

mod diagnosis;
pub mod problem;
pub mod reader;

pub use problem::{InputError, Problem, ProblemKind};
