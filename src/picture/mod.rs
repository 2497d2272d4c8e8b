//! Pictures, as SVG.
//!
//! * [`phase_plane`]: the balanced states, fixed points and the limit's path in the plane of two means.

pub mod phase_plane;

pub use phase_plane::phase_plane;
