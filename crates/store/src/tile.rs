//! Parts of an array that lie in other files: *shards*.

/// A block of an array, and where its values are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// The shard: the name of a folder beside the file that has the array, a slash, and the name of
    /// the shard in it.
    pub shard: String,
    /// The path of the dataset in the shard.
    pub dataset: String,
    /// The first place of the block in that dataset.
    pub from: Vec<usize>,
    /// Its first place in the array.
    pub at: Vec<usize>,
    /// Its lengths.
    pub shape: Vec<usize>,
}

impl Tile {
    /// What of it comes before a place, in the row-major order of the leading dimensions that the
    /// place has.
    ///
    /// ```
    /// # use equipoise_store::Tile;
    /// # let tile = Tile {
    /// #     shard: "a.shards/1.h5".to_owned(), dataset: "x".to_owned(),
    /// #     from: vec![0, 0, 2], at: vec![0, 0, 5], shape: vec![3, 4, 5],
    /// # };
    /// assert_eq!(tile.shape, [3, 4, 5]);
    /// let shapes = |tiles: Vec<Tile>| tiles.into_iter().map(|tile| tile.shape).collect::<Vec<_>>();
    /// assert_eq!(shapes(tile.before(&[1, 3])), [[1, 4, 5], [1, 3, 5]]);
    /// assert_eq!(shapes(tile.after(&[1, 3])), [[1, 4, 5], [1, 1, 5]]);
    /// ```
    pub fn before(&self, place: &[usize]) -> Vec<Self> {
        self.parted(place, |tile, axis, place| tile.part(axis, 0, place))
    }

    /// The rest: what begins at the place or comes after it.
    pub fn after(&self, place: &[usize]) -> Vec<Self> {
        let mut parts = self.parted(place, |tile, axis, place| {
            tile.part(axis, place.saturating_add(1), usize::MAX)
        });
        // What is at the place itself.
        let at = place.iter().enumerate().try_fold(self.clone(), |tile, (axis, &place)| {
            tile.part(axis, place, place.saturating_add(1))
        });
        parts.extend(at);
        parts
    }

    /// On each leading dimension what `part` takes of the places that are the same on those before.
    fn parted(
        &self,
        place: &[usize],
        part: impl Fn(&Self, usize, usize) -> Option<Self>,
    ) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut rest = Some(self.clone());
        for (axis, &place) in place.iter().enumerate() {
            let Some(tile) = rest else { break };
            parts.extend(part(&tile, axis, place));
            rest = tile.part(axis, place, place.saturating_add(1));
        }
        parts
    }

    /// What lies in a range of places of the array.
    fn part(&self, axis: usize, start: usize, end: usize) -> Option<Self> {
        let own = self.at[axis]..self.at[axis] + self.shape[axis];
        let (start, end) = (start.max(own.start), end.min(own.end));
        if start >= end {
            return None;
        }
        let mut part = self.clone();
        part.from[axis] += start - own.start;
        (part.at[axis], part.shape[axis]) = (start, end - start);
        Some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(at: &[usize], shape: &[usize]) -> Tile {
        let from = vec![0; at.len()];
        let (shard, dataset) = ("r.h5.shards/1.h5".to_owned(), "x".to_owned());
        Tile { shard, dataset, from, at: at.to_vec(), shape: shape.to_vec() }
    }

    /// The places of the leading two dimensions.
    fn places(tiles: &[Tile]) -> Vec<(usize, usize)> {
        let of_tile = |tile: &Tile| {
            let [i, j] = [0, 1].map(|axis| tile.at[axis]..tile.at[axis] + tile.shape[axis]);
            assert_eq!((tile.at[0] - tile.from[0], tile.at[1] - tile.from[1]), (1, 0));
            i.flat_map(|i| j.clone().map(move |j| (i, j))).collect::<Vec<_>>()
        };
        let mut all: Vec<(usize, usize)> = tiles.iter().flat_map(of_tile).collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn each_row_is_before_a_place_or_after_it() {
        let tile = tile(&[1, 0, 10], &[3, 4, 5]);
        let all = places(std::slice::from_ref(&tile));
        for place in (0..6).flat_map(|i| (0..6).map(move |j| (i, j))) {
            let (before, after): (Vec<_>, Vec<_>) = all.iter().partition(|row| **row < place);
            assert_eq!(places(&tile.before(&[place.0, place.1])), before, "{place:?}");
            assert_eq!(places(&tile.after(&[place.0, place.1])), after, "{place:?}");
        }
    }
}
