//! The initial layer: a state off the balanced manifold is carried onto it in time `O(n^{-1/2})`.
//!
//! In the fast time `s = sqrt(n) t` the means follow `dm/ds = K S(m, v) + h` at fixed variances. Its
//! end, if it has one, is where the limit begins. The flow decides *which* balanced state that is;
//! Newton's method then makes it exact within `m + range(K)`.

use equipoise_model::{GainFunction, Network};
use nalgebra::{DMatrix, DVector};

use crate::balance::{Balance, describe_growth, steepest_gain};
use crate::coefficients::Coefficients;
use crate::error::LimitError;
use crate::integrator::{Integrator, Stiffness, System};
use crate::rates::Rates;

/// Residual, relative to the largest input, below which Newton's method takes over.
const HANDOVER: f64 = 1e-6;
/// How often the span of the flow is doubled before giving up.
const DOUBLINGS: u32 = 24;

/// The fast flow at fixed variances and time.
struct FastFlow<'a> {
    network: &'a Network,
    coupling: &'a DMatrix<f64>,
    drive: &'a DVector<f64>,
    variance: &'a DVector<f64>,
}

impl FastFlow<'_> {
    fn rates(&self, mean: &[f64]) -> Rates {
        Rates::at(self.network, mean, self.variance.as_slice())
    }

    fn velocity(&self, mean: &[f64]) -> DVector<f64> {
        self.coupling * self.rates(mean).rates + self.drive
    }
}

impl System for FastFlow<'_> {
    fn dimension(&self) -> usize {
        self.drive.len()
    }

    fn derivative(&self, _: f64, state: &[f64], derivative: &mut [f64]) {
        derivative.copy_from_slice(self.velocity(state).as_slice());
    }

    fn jacobian_product(&self, _: f64, state: &[f64], direction: &[f64], product: &mut [f64]) {
        let slopes = self.rates(state).slopes;
        let moved = slopes.component_mul(&DVector::from_column_slice(direction));
        product.copy_from_slice((self.coupling * moved).as_slice());
    }
}

/// Carries `mean` along the fast flow onto the balanced manifold, at fixed `variance`.
///
/// # Errors
/// [`LimitError::RunsAway`] or [`LimitError::Unsettled`] if the flow does not end,
/// [`LimitError::Unstable`] if its end is an unstable balance (started exactly on it) and
/// [`LimitError::Unresponsive`] if it ends in silence or saturation.
pub fn onto_manifold(
    network: &Network,
    coefficients: &Coefficients,
    balance: &Balance,
    time: f64,
    (mean, variance): (&DVector<f64>, &DVector<f64>),
) -> Result<DVector<f64>, LimitError> {
    let drive = coefficients.external_drive(network, time);
    let flow = FastFlow { network, coupling: &coefficients.mean, drive: &drive, variance };
    if balance.rank() == 0 {
        return Ok(mean.clone());
    }
    let suprema =
        DVector::from_iterator(mean.len(), network.populations.iter().map(|p| p.gain.supremum()));
    let largest_input = (coefficients.mean.abs() * suprema).amax() + drive.amax();
    let steepest = steepest_gain(network);
    let mut span = 1.0 / (coefficients.mean.norm() * steepest);
    let mut current = mean.clone();
    for _ in 0..DOUBLINGS {
        if flow.velocity(current.as_slice()).amax() < HANDOVER * largest_input
            && let Some(end) = newton(&flow, balance, &current)
        {
            return stable(&flow, balance, end, time);
        }
        if saturated(&flow, &current) {
            break;
        }
        let solution = Integrator { relative: 1e-8, absolute: 1e-10 }
            .solve(&flow, Stiffness::Stiff, (0.0, current.as_slice()), &[span])
            .map_err(|source| LimitError::Integration {
                equations: "the initial layer",
                time,
                source,
            })?;
        current = DVector::from_column_slice(&solution.states[0]);
        span *= 2.0;
    }
    let velocity = flow.velocity(current.as_slice());
    if velocity.amax() < HANDOVER * largest_input {
        // All but balanced, but only where no rate responds any more.
        return Err(balance.lost(network, time, &flow.rates(current.as_slice())));
    }
    if saturated(&flow, &current) || (&current - mean).amax() > 0.5 * span * velocity.amax() {
        return Err(LimitError::RunsAway { time, growth: describe_growth(network, &velocity) });
    }
    Err(LimitError::Unsettled { time })
}

/// Whether all rates have stopped to respond to the means: then nothing will stop these either.
fn saturated(flow: &FastFlow<'_>, mean: &DVector<f64>) -> bool {
    let slopes = flow.rates(mean.as_slice()).slopes;
    let bounds =
        flow.network.populations.iter().map(|population| population.gain.derivative_bound());
    slopes.iter().zip(bounds).all(|(slope, bound)| *slope < 1e-14 * bound)
}

/// Solves `V_r^T S(m + U_r c, v) = -Sigma_r^{-1} U_r^T h` for `c`; none if it does not converge nearby.
fn newton(flow: &FastFlow<'_>, balance: &Balance, start: &DVector<f64>) -> Option<DVector<f64>> {
    let target = balance.target(flow.drive);
    let mut mean = start.clone();
    let mut last_step = f64::INFINITY;
    for _ in 0..50 {
        let Rates { rates, slopes, .. } = flow.rates(mean.as_slice());
        let residual = balance.constraints.transpose() * rates - &target;
        let step = balance.constraint_slopes(&slopes).lu().solve(&residual)?;
        mean -= &balance.fast_directions * &step;
        let size = step.amax();
        if !size.is_finite() {
            return None;
        }
        // Quadratic convergence ends where rounding takes over: steps then stop to shrink.
        if size <= 1e-14 * (1.0 + mean.amax()) || (size < 1e-10 && size >= last_step) {
            return near(flow, start, &mean).then_some(mean);
        }
        last_step = size;
    }
    None
}

/// Whether the end lies where the start was heading: within a small part of the widths of gain and law.
fn near(flow: &FastFlow<'_>, start: &DVector<f64>, end: &DVector<f64>) -> bool {
    let populations = flow.network.populations.iter().enumerate();
    populations
        .map(|(a, p)| (a, p.gain.supremum() / p.gain.derivative_bound()))
        .all(|(a, width)| (end[a] - start[a]).abs() < 0.05 * (width + flow.variance[a].sqrt()))
}

fn stable(
    flow: &FastFlow<'_>,
    balance: &Balance,
    mean: DVector<f64>,
    time: f64,
) -> Result<DVector<f64>, LimitError> {
    let at = flow.rates(mean.as_slice());
    if balance.stability(flow.network, &at) > 0.0 {
        Ok(mean)
    } else {
        Err(balance.lost(flow.network, time, &at))
    }
}
