//! How far the cells of a population fire together.

/// How many times the index of independent cells one of cells that fire together is, and how large it is at most, as few independent
/// cells may have an index near 1.
const SYNCHRONOUS: f64 = 3.0;
const LARGEST_INDEPENDENT: f64 = 0.5;

/// Synchrony of a population.
///
/// ```math
/// \chi^2 = \frac{\mathrm{Var}_t\left[\text{mean over cells of } V_i(t)\right]}{\text{mean over cells of } \mathrm{Var}_t\left[V_i(t)\right]}
/// ```
///
/// 1 where all cells do the same, and of order `N^{-1/2}` where they have nothing in common.
///
/// # Source
/// Golomb & Rinzel (1993), doi:10.1103/PhysRevE.48.4810; Golomb (2007), doi:10.4249/scholarpedia.1347.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Synchrony {
    /// `chi`, from 0 to 1; 0 where no potential changes.
    pub index: f64,
    /// What it would be for so many cells with nothing in common, `N^{-1/2}`.
    pub independent: f64,
}

impl Synchrony {
    /// Whether potentials go together more than three times as much as independent ones would, or by more than a half.
    pub fn is_synchronous(&self) -> bool {
        self.index > (SYNCHRONOUS * self.independent).min(LARGEST_INDEPENDENT)
    }
}

/// Potentials of the cells of a population over time, summed.
#[derive(Debug, Clone)]
pub(super) struct Samples {
    /// Sum and sum of squares of each cell, from its first value.
    cells: Vec<(f64, f64)>,
    /// The first values.
    first: Vec<f64>,
    mean: (f64, f64),
    number: f64,
}

impl Samples {
    pub(super) fn new(count: usize) -> Self {
        Self { cells: vec![(0.0, 0.0); count], first: Vec::new(), mean: (0.0, 0.0), number: 0.0 }
    }

    pub(super) fn count(&self) -> usize {
        self.cells.len()
    }

    /// The potentials at one more time.
    pub(super) fn add(&mut self, potentials: impl Iterator<Item = f64>) {
        let potentials: Vec<f64> = potentials.collect();
        if self.first.is_empty() {
            self.first.clone_from(&potentials);
        }
        let mut mean = 0.0;
        for ((cell, first), potential) in self.cells.iter_mut().zip(&self.first).zip(potentials) {
            let change = potential - first;
            cell.0 += change;
            cell.1 += change * change;
            mean += change / self.first.len() as f64;
        }
        self.mean.0 += mean;
        self.mean.1 += mean * mean;
        self.number += 1.0;
    }

    pub(super) fn synchrony(&self) -> Synchrony {
        let variance = |(sum, squares): (f64, f64)| {
            (squares / self.number - (sum / self.number).powi(2)).max(0.0)
        };
        let single =
            self.cells.iter().copied().map(variance).sum::<f64>() / self.cells.len() as f64;
        let ratio = if single > 0.0 { variance(self.mean) / single } else { 0.0 };
        let independent = (self.cells.len() as f64).sqrt().recip();
        Synchrony { index: ratio.sqrt(), independent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_do_the_same_have_index_one_and_opposite_ones_zero() {
        let mut same = Samples::new(3);
        let mut opposite = Samples::new(2);
        for time in 0..100 {
            let potential = (0.3 * f64::from(time)).sin();
            same.add(std::iter::repeat_n(potential, 3));
            opposite.add([potential, -potential].into_iter());
        }
        assert!((same.synchrony().index - 1.0).abs() < 1e-12);
        assert!(opposite.synchrony().index < 1e-7);
        assert!((same.synchrony().independent - 3.0_f64.powf(-0.5)).abs() < 1e-15);
    }

    #[test]
    fn cells_with_nothing_in_common_have_an_index_of_order_of_the_inverse_root() {
        use rand::{RngExt as _, SeedableRng as _};
        let mut random = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(1);
        let mut samples = Samples::new(400);
        for _ in 0..4000 {
            samples.add((0..400).map(|_| random.random::<f64>()).collect::<Vec<_>>().into_iter());
        }
        let synchrony = samples.synchrony();
        // The variance of the mean is known to 2.2 %, a standard deviation; four of them, halved by the root.
        assert!((synchrony.index / synchrony.independent - 1.0).abs() < 0.045);
    }
}
