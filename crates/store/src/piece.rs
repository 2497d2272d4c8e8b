//! A piece of a group that grows.

use crate::group::Group;

/// A piece of a declared group, and where it belongs.
///
/// The group has the name of the declared one, and of its variables those that the piece brings,
/// with their dimensions at the lengths that the piece has.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The values.
    pub group: Group,
    /// Where the piece begins on each dimension; at 0 on those that are not named.
    pub at: Vec<(String, usize)>,
}

impl Piece {
    /// A piece that begins at these places of the dimensions.
    pub fn new(group: Group, at: &[(&str, usize)]) -> Self {
        let at = at.iter().map(|&(name, offset)| (name.to_owned(), offset)).collect();
        Self { group, at }
    }

    /// Where the piece begins on a dimension.
    pub fn offset(&self, dimension: &str) -> usize {
        let found = self.at.iter().find(|(name, _)| name == dimension);
        found.map_or(0, |(_, offset)| *offset)
    }
}
