//! Bounds of a gain on pieces of its range, from which the bounds of its saturation follow.

/// What a gain does on an interval of potentiations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    /// Bounds of `lambda` from below and from above.
    pub rate: (f64, f64),
    /// Bounds of `lambda'`.
    pub slope: (f64, f64),
    /// Bounds of `lambda''`.
    pub curvature: (f64, f64),
}

/// A gain that can be bounded piece by piece.
pub(super) trait Pieces {
    /// Pieces that together cover all potentiations at which `lambda'` does not vanish.
    fn pieces(&self) -> Vec<Piece>;
}
