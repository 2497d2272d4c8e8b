//! Eigenvalues of the limit at a fixed point.
//!
//! On the manifold the limit is `dy/dt = U_perp^T (-m/tau + I)`, `dv/dt = -2 v/tau + Q S + q` in the coordinates
//! `y = U_perp^T m` and `v`; the means follow from them by `U_perp^T m = y` and balance. Differentiated,
//!
//! ```math
//! \begin{aligned}
//! M\, dm &= (dy,\ -V_r^{\mathsf T} S_v\, dv), \qquad M = (U_\perp^{\mathsf T};\ V_r^{\mathsf T} S_m) \quad\text{with } S_m = g_1,\ S_v = g_2/2 \text{ as diagonal matrices}, \\
//! d\,\frac{dy}{dt} &= -U_\perp^{\mathsf T} \frac{dm}{\tau}, \\
//! d\,\frac{dv}{dt} &= -\frac{2\, dv}{\tau} + Q (S_m\, dm + S_v\, dv).
//! \end{aligned}
//! ```

use nalgebra::{Complex, DMatrix};

use crate::balance::{Balance, eigenvalues};
use crate::rates::Rates;

use super::state::{Equations, State};
use super::{Character, FixedPoint};

/// Real parts below this fraction of the largest eigenvalue count as zero.
const MARGIN: f64 = 1e-7;

/// The fixed point with its eigenvalues.
pub(super) fn describe(equations: &Equations<'_>, state: &State) -> FixedPoint {
    let Equations { network, balance, .. } = equations;
    let at = Rates::at(network, state.mean.as_slice(), state.variance.as_slice());
    let slow_eigenvalues = slow_eigenvalues(equations, &at);
    let fast_eigenvalues = balance.fast_eigenvalues(&at.slopes);
    let character = if balance.stability(network, &at) > 0.0 {
        character(&slow_eigenvalues)
    } else if Balance::is_responsive(network, &at) {
        Character::BalanceUnstable
    } else {
        Character::Unresponsive
    };
    FixedPoint {
        mean: state.mean.as_slice().to_vec(),
        variance: state.variance.as_slice().to_vec(),
        rates: state.rates.as_slice().to_vec(),
        slopes: at.slopes.as_slice().to_vec(),
        slow_eigenvalues,
        fast_eigenvalues,
        character,
    }
}

/// Its eigenvalues by falling real part; none where the manifold folds.
pub(super) fn slow_eigenvalues(equations: &Equations<'_>, at: &Rates) -> Vec<Complex<f64>> {
    slow_matrix(equations, at).as_ref().map_or_else(Vec::new, eigenvalues)
}

/// The Jacobian of `(dy/dt, dv/dt)` by `(y, v)`, `2 P - r` square; none where `M` is singular.
fn slow_matrix(equations: &Equations<'_>, at: &Rates) -> Option<DMatrix<f64>> {
    let Equations { network, coefficients, balance, time_constants, .. } = equations;
    let (size, rank) = (network.population_count(), balance.rank());
    let free = size - rank;
    let slopes = DMatrix::from_diagonal(&at.slopes);
    let widenings = DMatrix::from_diagonal(&(&at.curvatures * 0.5));
    let decay = DMatrix::from_diagonal(&time_constants.map(f64::recip));

    let mut coordinates = DMatrix::zeros(size, size);
    coordinates.rows_mut(0, free).copy_from(&balance.slow_directions.transpose());
    let constraints = balance.constraints.transpose();
    coordinates.rows_mut(free, rank).copy_from(&(&constraints * &slopes));
    let mut forced = DMatrix::zeros(size, free + size);
    forced.view_mut((0, 0), (free, free)).fill_with_identity();
    forced.view_mut((free, free), (rank, size)).copy_from(&(-&constraints * &widenings));
    // dm by (y, v), P rows.
    let means = coordinates.lu().solve(&forced)?;

    let mut matrix = DMatrix::zeros(free + size, free + size);
    let along = -balance.slow_directions.transpose() * &decay * &means;
    matrix.rows_mut(0, free).copy_from(&along);
    let mut rates = slopes * means;
    let mut by_variance = rates.columns_mut(free, size);
    by_variance += widenings;
    matrix.rows_mut(free, size).copy_from(&(&coefficients.variance * rates));
    let mut own = matrix.view_mut((free, free), (size, size));
    own -= decay * 2.0;
    matrix.iter().all(|entry| entry.is_finite()).then_some(matrix)
}

/// What the slow eigenvalues, by falling real part, mean where the balance is stable.
fn character(eigenvalues: &[Complex<f64>]) -> Character {
    let largest = eigenvalues.iter().map(|value| value.norm()).fold(0.0, f64::max);
    let Some(leading) = eigenvalues.first() else { return Character::Marginal };
    let goes_round = leading.im != 0.0;
    if leading.re.abs() <= MARGIN * largest {
        return Character::Marginal;
    }
    let repelling = eigenvalues.iter().filter(|value| value.re > 0.0).count();
    match (repelling, goes_round) {
        (0, false) => Character::StableNode,
        (0, true) => Character::StableFocus,
        (count, _) if count % 2 == 1 => Character::Saddle,
        (_, true) => Character::UnstableFocus,
        (_, false) => Character::UnstableNode,
    }
}
