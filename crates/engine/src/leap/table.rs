//! Draws from a law on whole numbers by one look-up.

use super::counts::Counts;

/// Bits of a cell that say which value it gives instead of its own.
const OTHER: u32 = 24;
/// Bits that decide between the two.
const LEVEL: u32 = 64 - OTHER;

/// An alias table of `2^k` cells. A random word picks a cell by its upper `k` bits, and one of its two values by the next 40; so
/// probabilities are right to `2^-(40 + k)`, and in all (total variation) to `2^-41`.
///
/// # Source
/// Walker (1977), doi:10.1145/355744.355749; construction: Vose (1991), doi:10.1109/32.92917.
#[derive(Debug, Clone, Default)]
pub struct Table {
    bits: u32,
    cells: Vec<u64>,
}

impl Table {
    /// For the places of these probabilities.
    pub fn new(probabilities: &[f64]) -> Self {
        let bits = probabilities.len().next_power_of_two().trailing_zeros().max(1);
        let size = 1_usize << bits;
        let mut left: Vec<f64> = probabilities.iter().map(|p| p * size as f64).collect();
        left.resize(size, 0.0);
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..size).partition(|place| left[*place] < 1.0);
        let mut cells: Vec<u64> = (0..size as u64).collect();
        while let (Some(less), Some(more)) = (small.pop(), large.last().copied()) {
            let level = (left[less] * (1_u64 << LEVEL) as f64).round() as u64;
            cells[less] = (level.min((1 << LEVEL) - 1) << OTHER) | more as u64;
            left[more] -= 1.0 - left[less];
            if left[more] < 1.0 {
                large.pop();
                small.push(more);
            }
        }
        // What is left is full but for rounding: both its values are its own.
        Self { bits, cells }
    }

    /// The place that a random word draws.
    #[inline(always)]
    #[allow(clippy::inline_always)]
    pub fn draw(&self, word: u64) -> u32 {
        let cell = (word >> (64 - self.bits)) as usize;
        let entry = self.cells[cell];
        let is_own = (word << self.bits) >> OTHER < entry >> OTHER;
        let other = (entry & ((1 << OTHER) - 1)) as u32;
        if is_own { cell as u32 } else { other }
    }

    #[cfg(test)]
    fn probabilities(&self) -> Vec<f64> {
        let mut all = vec![0.0; self.cells.len()];
        for (cell, entry) in self.cells.iter().enumerate() {
            let own = (entry >> OTHER) as f64 / (1_u64 << LEVEL) as f64;
            all[cell] += own / self.cells.len() as f64;
            all[(entry & ((1 << OTHER) - 1)) as usize] += (1.0 - own) / self.cells.len() as f64;
        }
        all
    }
}

impl From<&Counts> for Table {
    fn from(counts: &Counts) -> Self {
        Self::new(&counts.law.probabilities)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leap::counts::Difference;

    #[test]
    fn tables_hold_their_law() {
        for (up, down) in [(0.0, 0.0), (1e-5, 0.0), (0.2, 3.0), (40.0, 30.0), (2e4, 2e4)] {
            let law = Difference::new(up, down);
            let table = Table::new(&law.probabilities);
            let held = table.probabilities();
            let expected = law.probabilities.iter().chain(std::iter::repeat(&0.0));
            let distance: f64 = held.iter().zip(expected).map(|(p, q)| (p - q).abs()).sum();
            assert!(0.5 * distance < 0.5_f64.powi(41), "{up} {down}: {distance:e}");
        }
    }

    #[test]
    fn words_draw_what_the_table_holds() {
        let table = Table::new(&[0.5, 0.25, 0.0, 0.125, 0.125]);
        let mut seen = [0; 8];
        for word in (0..1_u64 << 16).map(|word| word << 48 | 0xffff) {
            seen[table.draw(word) as usize] += 1;
        }
        for (seen, p) in seen.into_iter().zip([0.5, 0.25, 0.0, 0.125, 0.125, 0.0, 0.0, 0.0]) {
            assert!((f64::from(seen) - p * 65_536.0).abs() <= 8.0, "{seen} {p}");
        }
    }
}
