//! What files that users write have in common: what can be wrong with them, said with its place.
//!
//! * [`problem`]: what can be wrong, in words;
//! * `diagnosis`: those words underlined in the file;
//! * [`reader`]: the TOML reader's errors in our own words;
//! * [`Spanned`]: a value with its place; [`schema`]: what may stand in a file, for editors.

mod diagnosis;
pub mod problem;
pub mod reader;
pub mod schema;
mod spanned;

pub use problem::{InputError, Problem, ProblemKind};
pub use spanned::Spanned;
