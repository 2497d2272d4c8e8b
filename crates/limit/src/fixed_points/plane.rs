//! Fixed points where balance leaves several directions, `P - r > 1`: Newton's method from many starts.
//!
//! The balanced rates within the gains' ranges are a polytope. A linear programme finds a point well inside it; from there starts
//! lie in directions and at distances of a low-discrepancy sequence, more of them near the faces, where means go to infinity
//! and basins are thin. Completeness is not guaranteed.
//!
//! With `c` the coordinates along `V_perp` and `m`, `v` as functions of the rates,
//!
//! ```math
//! \frac{dF}{dc} = -U_\perp^{\mathsf T}\, \mathrm{diag}\!\left(\frac{1}{\tau S_m}\right) \left(1 - S_v\, \mathrm{diag}\!\left(\frac{\tau}{2}\right) Q\right) V_\perp.
//! ```
//!
//! # Source
//! Roberts (2018), "The unreasonable effectiveness of quasirandom sequences" (the sequence `R_d`).

use equipoise_model::GainFunction;
use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};
use nalgebra::{DMatrix, DVector};

use crate::error::LimitError;
use crate::rates::Rates;

use super::state::{Equations, State};
use super::{Search, by_population};

/// Starts of Newton's method.
const STARTS: usize = 48;
/// Iterations of Newton's method before giving up.
const ITERATIONS: usize = 30;
/// Part of the way to the nearest face that a step may go.
const WITHIN: f64 = 0.9;
/// Starts come as near to a face as this part of the way from the inner point.
const NEAREST: f64 = 1e-5;
/// Room that rates must have between the ends of their ranges, in units of their scale; above the tolerance of the linear
/// programme.
const ROOM: f64 = 1e-6;
/// Fixed points whose means differ by less are the same.
const SAME: f64 = 1e-6;

/// Fixed points reached from the starts.
pub(super) fn from_many_starts(
    equations: &Equations<'_>,
) -> Result<(Vec<State>, Search), LimitError> {
    let unbalanced = LimitError::NoBalancedRates { time: equations.time };
    let inside = inner_rates(equations).ok_or(unbalanced)?;
    let mut found: Vec<State> = Vec::new();
    for index in 0..STARTS {
        let start = start(equations, &inside, index);
        let Some(end) = newton(equations, start) else { continue };
        let distance = |other: &State| (&other.mean - &end.mean).amax();
        if found.iter().all(|other| distance(other) > SAME * (1.0 + end.mean.amax())) {
            found.push(end);
        }
    }
    Ok((found, Search::Starts(STARTS)))
}

/// Balanced rates whose smallest distance from the ends of their ranges, in units of their scales, is as large as can be.
fn inner_rates(equations: &Equations<'_>) -> Option<DVector<f64>> {
    let Equations { network, balance, origin, .. } = equations;
    let (mut programme, rates, scales) = balanced(equations, OptimizationDirection::Maximize, None);
    let room = programme.add_var(1.0, (0.0, 0.5));
    for ((population, scale), rate) in network.populations.iter().zip(scales.iter()).zip(&rates) {
        let (least, most) = (population.gain.infimum() / scale, population.gain.supremum() / scale);
        programme.add_constraint([(*rate, 1.0), (room, -1.0)], ComparisonOp::Ge, least);
        if most.is_finite() {
            programme.add_constraint([(*rate, 1.0), (room, 1.0)], ComparisonOp::Le, most);
        }
    }
    let solution = programme.solve().ok()?.into_solution().ok()?;
    let point = DVector::from_iterator(rates.len(), rates.iter().map(|r| solution.var_value(*r)));
    let along = balance.free_rates.transpose() * (point.component_mul(&scales) - origin);
    let point = origin + &balance.free_rates * along;
    let has_room = solution.var_value(room) > ROOM && equations.state_at(&point).is_some();
    has_room.then_some(point)
}

/// The linear programme of balanced rates within their ranges, in units of the scales that are returned, with the rate of
/// `objective` to be made large or small.
fn balanced(
    equations: &Equations<'_>,
    direction: OptimizationDirection,
    objective: Option<usize>,
) -> (Problem, Vec<Variable>, DVector<f64>) {
    let Equations { network, balance, origin, .. } = equations;
    let scales = by_population(network, |a| equations.rate_scale(a));
    let mut programme = Problem::new(direction);
    let mut rates = Vec::new();
    for (a, (population, scale)) in network.populations.iter().zip(scales.iter()).enumerate() {
        let range = (population.gain.infimum() / scale, population.gain.supremum() / scale);
        rates.push(programme.add_var(f64::from(u8::from(objective == Some(a))), range));
    }
    for constraint in balance.constraints.column_iter() {
        let row = constraint.component_mul(&scales);
        let size = row.amax();
        let terms: Vec<_> = rates.iter().copied().zip(row.iter().map(|x| x / size)).collect();
        programme.add_constraint(&terms, ComparisonOp::Eq, constraint.dot(origin) / size);
    }
    (programme, rates, scales)
}

/// Infimum and supremum of each balanced rate.
pub(super) fn intervals(equations: &Equations<'_>) -> Result<Vec<(f64, f64)>, LimitError> {
    let unbalanced = LimitError::NoBalancedRates { time: equations.time };
    let inside = inner_rates(equations).ok_or(unbalanced)?;
    let extreme = |a: usize, direction| {
        let (programme, rates, scales) = balanced(equations, direction, Some(a));
        let solution = programme.solve().ok()?.into_solution().ok()?;
        Some(solution.var_value(rates[a]) * scales[a])
    };
    let interval = |a: usize| {
        // The programme has solutions, so that none is the best only if they have no bound.
        let most = extreme(a, OptimizationDirection::Maximize).unwrap_or(f64::INFINITY);
        (extreme(a, OptimizationDirection::Minimize).unwrap_or(inside[a]), most)
    };
    Ok((0..inside.len()).map(interval).collect())
}

/// How far from `rates` in `direction` the nearest end of a range is; infinite if none is there.
pub(super) fn way_out(
    equations: &Equations<'_>,
    rates: &DVector<f64>,
    direction: &DVector<f64>,
) -> f64 {
    let populations = equations.network.populations.iter().enumerate();
    let ways = populations.filter(|(a, _)| direction[*a] != 0.0).map(|(a, population)| {
        let (infimum, supremum) = (population.gain.infimum(), population.gain.supremum());
        let end = if direction[a] > 0.0 { supremum } else { infimum };
        (end - rates[a]) / direction[a]
    });
    ways.fold(f64::INFINITY, f64::min)
}

/// Rates to start from: in a direction and at a distance that the sequence `R_(d+1)` gives.
fn start(equations: &Equations<'_>, inside: &DVector<f64>, index: usize) -> DVector<f64> {
    let free_rates = &equations.balance.free_rates;
    let dimensions = free_rates.ncols();
    let ratio = golden_ratio(dimensions + 1);
    let quasirandom =
        |axis: usize| (0.5 + (index + 1) as f64 / ratio.powi(axis as i32 + 1)).fract();
    let along = DVector::from_fn(dimensions, |axis, _| 2.0 * quasirandom(axis) - 1.0);
    let direction = free_rates * along.normalize();
    let (way, part) = (way_out(equations, inside, &direction), quasirandom(dimensions));
    // Half of the starts near faces.
    let part = if part < 0.5 { 2.0 * part } else { 1.0 - NEAREST.powf(2.0 * part - 1.0) };
    let distance = if way.is_finite() {
        way
    } else {
        (0..direction.len()).map(|a| equations.rate_scale(a)).fold(0.0, f64::max)
            / (1.0 - part).max(NEAREST)
    };
    inside + direction * (part * distance)
}

/// The root of `x^(d+1) = x + 1`, which makes the sequence `R_d`.
fn golden_ratio(dimensions: usize) -> f64 {
    let mut ratio = 2.0_f64;
    for _ in 0..60 {
        ratio = (1.0 + ratio).powf(1.0 / (dimensions as f64 + 1.0));
    }
    ratio
}

/// Newton's method from rates within the ranges, with steps that stay within them and make `F` smaller.
fn newton(equations: &Equations<'_>, start: DVector<f64>) -> Option<State> {
    let free_rates = &equations.balance.free_rates;
    let mut rates = start;
    let mut state = equations.state_at(&rates)?;
    let mut residual = equations.residual(&state);
    for _ in 0..ITERATIONS {
        let step = free_rates * jacobian(equations, &state).lu().solve(&-&residual)?;
        if step.amax() <= 1e-13 * rates.amax() {
            break;
        }
        let mut part = (WITHIN * way_out(equations, &rates, &step)).min(1.0);
        let (tried, reached, left) = loop {
            let tried = &rates + &step * part;
            let reached = equations.state_at(&tried)?;
            let left = equations.residual(&reached);
            if left.norm() < residual.norm() || left.amax() == 0.0 {
                break (tried, reached, left);
            }
            part *= 0.5;
            if part < 1e-4 {
                // No step makes it smaller: at the root up to rounding, or stuck.
                return is_root(equations, &state, &residual).then_some(state);
            }
        };
        (rates, state, residual) = (tried, reached, left);
    }
    is_root(equations, &state, &residual).then_some(state)
}

/// Whether `F` is zero up to rounding.
fn is_root(equations: &Equations<'_>, state: &State, residual: &DVector<f64>) -> bool {
    let decay = state.mean.component_div(&equations.time_constants);
    residual.amax() <= 1e-10 * (decay.amax() + equations.drives.amax()).max(1e-10)
}

/// `dF/dc`.
fn jacobian(equations: &Equations<'_>, state: &State) -> DMatrix<f64> {
    let Equations { network, coefficients, balance, time_constants, .. } = equations;
    let at = Rates::at(network, state.mean.as_slice(), state.variance.as_slice());
    let mut rates = coefficients.variance.clone();
    for (a, mut row) in rates.row_iter_mut().enumerate() {
        row *= -0.25 * time_constants[a] * at.curvatures[a];
        row[a] += 1.0;
        row /= -time_constants[a] * at.slopes[a];
    }
    balance.slow_directions.transpose() * rates * &balance.free_rates
}
