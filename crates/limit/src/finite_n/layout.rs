//! Where things stand in the state vector of the finite-n theory.

use super::MODES;

/// Where things stand in the state: `m, v, k, int S` of each population, then the lower triangle of `P`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub populations: usize,
}

impl Layout {
    /// `m_a`.
    #[allow(
        clippy::unused_self,
        reason = "its place happens not to depend on the number of populations"
    )]
    pub fn mean(self, a: usize) -> usize {
        a
    }

    /// `v_a`.
    pub fn variance(self, a: usize) -> usize {
        self.populations + a
    }

    /// `k_a`.
    pub fn third(self, a: usize) -> usize {
        2 * self.populations + a
    }

    /// `int S_a`.
    pub fn spikes(self, a: usize) -> usize {
        3 * self.populations + a
    }

    /// Number of modes of all populations.
    pub fn modes(self) -> usize {
        self.populations * MODES
    }

    /// Number of mode `k >= 1` of population `a` among all modes.
    #[allow(clippy::unused_self, reason = "as above")]
    pub fn mode(self, a: usize, k: usize) -> usize {
        a * MODES + k - 1
    }

    /// `P_ij`, in either order.
    pub fn covariance(self, i: usize, j: usize) -> usize {
        let (row, column) = if i >= j { (i, j) } else { (j, i) };
        4 * self.populations + row * (row + 1) / 2 + column
    }

    /// Length of the state.
    pub fn dimension(self) -> usize {
        self.covariance(self.modes(), 0)
    }
}
