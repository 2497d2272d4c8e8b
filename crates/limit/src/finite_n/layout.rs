//! Where things stand in the state vector of the finite-n theory.

use super::{FiniteN, MODES, Order};

/// Where things stand in the state: `m, v, mu_3, ..., int S` of each population, then the lower triangle of `P`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub populations: usize,
    /// Highest order of the moments `mu_k` that are carried; 2 if none.
    pub highest_moment: usize,
    /// Modes of each population whose covariances are carried; 0 if none.
    pub modes: usize,
}

impl Layout {
    pub fn new(theory: &FiniteN<'_>) -> Self {
        let highest_moment = match theory.order {
            Order::Zeroth => 2,
            _ => MODES,
        };
        let modes = if theory.covariances { MODES } else { 0 };
        Self { populations: theory.network.population_count(), highest_moment, modes }
    }

    /// `m_a`.
    #[allow(clippy::unused_self, reason = "its place happens not to depend on the layout")]
    pub fn mean(self, a: usize) -> usize {
        a
    }

    /// `v_a`.
    pub fn variance(self, a: usize) -> usize {
        self.populations + a
    }

    /// `mu_ak`, for `3 <= k <= highest_moment`.
    pub fn moment(self, a: usize, k: usize) -> usize {
        (k - 1) * self.populations + a
    }

    /// `int S_a`.
    pub fn spikes(self, a: usize) -> usize {
        self.highest_moment * self.populations + a
    }

    /// Number of modes of all populations.
    pub fn mode_count(self) -> usize {
        self.populations * self.modes
    }

    /// Number of mode `k >= 1` of population `a` among all modes.
    pub fn mode(self, a: usize, k: usize) -> usize {
        a * self.modes + k - 1
    }

    /// `P_ij`, in either order.
    pub fn covariance(self, i: usize, j: usize) -> usize {
        let (row, column) = if i >= j { (i, j) } else { (j, i) };
        self.spikes(self.populations) + row * (row + 1) / 2 + column
    }

    /// Length of the state.
    pub fn dimension(self) -> usize {
        self.covariance(self.mode_count(), 0)
    }
}
