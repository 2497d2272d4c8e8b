//! Pieces of a table that fit in memory.

use equipoise_store::{GroupReader, StoreError, Values};

use super::table::{Column, Origin, Table};

/// Rows of a block, at most.
pub const ROWS: usize = 1 << 17;

/// Rows that follow one another: a box in the dimensions of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    start: Vec<usize>,
    counts: Vec<usize>,
}

/// All rows of a table of this shape, in their order, in blocks of at most `limit` rows.
pub fn blocks(shape: &[usize], limit: usize) -> impl Iterator<Item = Block> + use<> {
    // The trailing dimensions are taken whole, as many as fit; along the one before them a block has several
    // places; along all others one.
    let split = split(shape, limit);
    let below: usize = shape.get(split + 1..).unwrap_or_default().iter().product();
    let step = (limit / below.max(1)).max(1);
    let along = shape.get(split).copied().unwrap_or(1);
    let leading: usize = shape[..split].iter().product();
    let shape = shape.to_vec();
    (0..leading).flat_map(move |outer| {
        let shape = shape.clone();
        (0..along).step_by(step).map(move |first| {
            let mut start = vec![0; shape.len()];
            let mut counts = shape.clone();
            let mut rest = outer;
            for axis in (0..split).rev() {
                (start[axis], counts[axis]) = (rest % shape[axis], 1);
                rest /= shape[axis];
            }
            if split < shape.len() {
                (start[split], counts[split]) = (first, step.min(along - first));
            }
            Block { start, counts }
        })
    })
}

/// The first dimension along which a block may have several places: what follows it fits as a whole.
fn split(shape: &[usize], limit: usize) -> usize {
    let mut rows = 1_usize;
    for axis in (1..shape.len()).rev() {
        rows = rows.saturating_mul(shape[axis]);
        if rows > limit {
            return axis;
        }
    }
    0
}

impl Block {
    /// Its first place on each dimension.
    pub fn start(&self) -> &[usize] {
        &self.start
    }

    /// Its length on each dimension.
    pub fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// The columns of the table in these rows.
    ///
    /// # Errors
    /// [`StoreError`] if they cannot be read.
    pub fn columns(&self, reader: &GroupReader, table: &Table) -> Result<Vec<Values>, StoreError> {
        table.columns.iter().map(|column| self.column(reader, column)).collect()
    }

    fn column(&self, reader: &GroupReader, column: &Column) -> Result<Values, StoreError> {
        match column.origin {
            Origin::Variable => reader.read(&column.name, &self.start, &self.counts),
            Origin::Coordinate(axis) => {
                let (start, count) = (&self.start[axis..=axis], &self.counts[axis..=axis]);
                Ok(self.repeated(axis, reader.read(&column.name, start, count)?))
            }
            Origin::Place(axis) => {
                let (start, count) = (self.start[axis] as u64, self.counts[axis] as u64);
                Ok(self.repeated(axis, Values::Unsigned((start..start + count).collect())))
            }
        }
    }

    /// Values along a dimension, one for each row.
    fn repeated(&self, axis: usize, values: Values) -> Values {
        match values {
            Values::Float(values) => Values::Float(self.at_rows(axis, &values)),
            Values::Single(values) => Values::Single(self.at_rows(axis, &values)),
            Values::Integer(values) => Values::Integer(self.at_rows(axis, &values)),
            Values::Unsigned(values) => Values::Unsigned(self.at_rows(axis, &values)),
            Values::Text(values) => Values::Text(self.at_rows(axis, &values)),
        }
    }

    fn at_rows<T: Clone>(&self, axis: usize, values: &[T]) -> Vec<T> {
        let rows: usize = self.counts.iter().product();
        let below: usize = self.counts[axis + 1..].iter().product();
        (0..rows).map(|row| values[row / below % values.len()].clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of the rows of a block.
    fn rows(block: &Block, shape: &[usize]) -> Vec<usize> {
        let count: usize = block.counts.iter().product();
        let number = |row: usize| {
            let mut rest = row;
            let mut place = vec![0; shape.len()];
            for axis in (0..shape.len()).rev() {
                place[axis] = block.start[axis] + rest % block.counts[axis];
                rest /= block.counts[axis];
            }
            place.iter().zip(shape).fold(0, |number, (place, length)| number * length + place)
        };
        (0..count).map(number).collect()
    }

    #[test]
    fn blocks_are_all_rows_in_their_order() {
        for shape in [vec![], vec![7], vec![0], vec![3, 0, 2], vec![3, 4, 5], vec![2, 1, 9, 2]] {
            let all: usize = shape.iter().product();
            for limit in [1, 2, 3, 7, 10, 20, 1000] {
                let found: Vec<usize> =
                    blocks(&shape, limit).flat_map(|block| rows(&block, &shape)).collect();
                assert_eq!(found, (0..all).collect::<Vec<_>>(), "{shape:?}, {limit}");
                let largest = blocks(&shape, limit).map(|b| b.counts.iter().product::<usize>());
                assert!(largest.max().unwrap_or(0) <= limit, "{shape:?}, {limit}");
            }
        }
    }

    #[test]
    fn coordinates_are_repeated() {
        let block = Block { start: vec![1, 0, 2], counts: vec![2, 2, 1] };
        assert_eq!(block.at_rows(0, &['a', 'b']), ['a', 'a', 'b', 'b']);
        assert_eq!(block.at_rows(1, &['a', 'b']), ['a', 'b', 'a', 'b']);
        assert_eq!(block.at_rows(2, &['a']), ['a', 'a', 'a', 'a']);
    }
}
