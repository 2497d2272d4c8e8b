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
/// Rates this many times their scale at the start have run away; an unbounded gain sets them no end.
const RUNAWAY: f64 = 1e8;
/// Slopes below this fraction of the steepest: a rate that does not respond.
const NO_RESPONSE: f64 = 1e-14;
/// Part of its scale to which a rate must be at an end of its range to be silent or saturated.
const AT_END: f64 = 1e-9;
/// How often the span of the flow is doubled before giving up.
const DOUBLINGS: u32 = 24;
/// Samples of each span, among which a cycle is looked for.
const SAMPLES: usize = 4096;
/// Turns in half a span that a cycle must have made at least,
const TURNS: usize = 20;
/// and part of its amplitude by which it may change over such a half. A focus that attracts more weakly counts as a cycle.
const STEADY: f64 = 1e-3;
/// Amplitude of a mean that the integrator's errors may have.
const NEGLIGIBLE: f64 = 1e-6;

/// The fast flow at fixed variances and time.
struct FastFlow<'a> {
    network: &'a Network,
    coupling: &'a DMatrix<f64>,
    drive: &'a DVector<f64>,
    variance: &'a DVector<f64>,
    /// Rates above which the flow is stopped; infinite if all gains are bounded.
    largest_rate: f64,
}

impl FastFlow<'_> {
    fn rates(&self, mean: &[f64]) -> Rates {
        Rates::at(self.network, mean, self.variance.as_slice())
    }

    fn velocity(&self, mean: &[f64]) -> DVector<f64> {
        self.coupling * self.rates(mean).rates + self.drive
    }

    /// Size of the rates: the supremum of a gain; of an unbounded one the largest of the present rates, of what the width of
    /// the law gives and of what the external input asks for.
    fn scales(&self, mean: &[f64]) -> DVector<f64> {
        let rates = self.rates(mean).rates;
        let asked = self.drive.amax() / self.coupling.amax();
        let populations = self.network.populations.iter().zip(self.variance.iter());
        let scales = populations.map(|(population, variance)| match population.gain.supremum() {
            f64::INFINITY => {
                let spread = population.gain.derivative_bound() * variance.max(0.0).sqrt();
                rates.amax().max(spread).max(asked)
            }
            supremum => supremum,
        });
        DVector::from_iterator(mean.len(), scales)
    }

    /// The largest velocity that rates of these sizes could cause.
    fn largest_input(&self, scales: &DVector<f64>) -> f64 {
        (self.coupling.abs() * scales).amax() + self.drive.amax()
    }

    /// Whether the input all but vanishes against what it could be.
    fn is_balanced(&self, mean: &DVector<f64>) -> bool {
        let largest = self.largest_input(&self.scales(mean.as_slice()));
        self.velocity(mean.as_slice()).amax() <= HANDOVER * largest
    }

    /// Whether no rate responds to the means, nor will: silent ones are not driven upwards nor saturated ones downwards.
    fn is_stuck(&self, mean: &DVector<f64>) -> bool {
        let at = self.rates(mean.as_slice());
        let velocity = self.coupling * &at.rates + self.drive;
        let scales = self.scales(mean.as_slice());
        self.network.populations.iter().enumerate().all(|(a, population)| {
            let (gain, rate, near) = (&population.gain, at.rates[a], AT_END * scales[a]);
            let silent = rate - gain.infimum() <= near && velocity[a] <= 0.0;
            let saturated = gain.supremum() - rate <= near && velocity[a] >= 0.0;
            let responds = at.slopes[a] >= NO_RESPONSE * gain.derivative_bound();
            !responds && (silent || saturated || velocity[a] == 0.0)
        })
    }

    fn is_bounded(&self) -> bool {
        self.network.populations.iter().all(|p| p.gain.supremum().is_finite())
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

    fn validity(&self, _: f64, state: &[f64]) -> f64 {
        if self.largest_rate == f64::INFINITY {
            return 1.0;
        }
        1.0 - self.rates(state).rates.amax() / self.largest_rate
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
    if balance.rank() == 0 {
        return Ok(mean.clone());
    }
    let drive = coefficients.external_drive(network, time);
    let (coupling, largest_rate) = (&coefficients.mean, f64::INFINITY);
    let mut flow = FastFlow { network, coupling, drive: &drive, variance, largest_rate };
    if !flow.is_bounded() {
        flow.largest_rate = RUNAWAY * flow.scales(mean.as_slice()).amax();
    }
    let mut span = 1.0 / (coupling.norm() * steepest_gain(network));
    let mut current = mean.clone();
    for _ in 0..DOUBLINGS {
        if flow.is_balanced(&current)
            && let Some(end) = newton(&flow, balance, &current)
        {
            return stable(&flow, balance, end, time);
        }
        if flow.is_stuck(&current) {
            break;
        }
        let times: Vec<f64> =
            (1..=SAMPLES).map(|sample| span * sample as f64 / SAMPLES as f64).collect();
        let solution = Integrator { relative: 1e-8, absolute: 1e-10 }
            .solve(&flow, Stiffness::Stiff, (0.0, current.as_slice()), &times)
            .map_err(|source| LimitError::Integration {
                equations: "the initial layer",
                time,
                source,
            })?;
        if let Some((_, state)) = solution.end_of_validity {
            let growth = describe_growth(network, &flow.velocity(&state));
            return Err(LimitError::RunsAway { time, growth });
        }
        if circles(&solution.states) {
            return Err(LimitError::Unsettled { time });
        }
        current = DVector::from_column_slice(&solution.states[SAMPLES - 1]);
        span *= 2.0;
    }
    if flow.is_balanced(&current) {
        // All but balanced, but only where no rate responds any more.
        return Err(balance.lost(network, time, &flow.rates(current.as_slice())));
    }
    let velocity = flow.velocity(current.as_slice());
    if flow.is_stuck(&current) || (&current - mean).amax() > 0.5 * span * velocity.amax() {
        return Err(LimitError::RunsAway { time, growth: describe_growth(network, &velocity) });
    }
    Err(LimitError::Unsettled { time })
}

/// Whether the flow goes round a cycle: many turns in either half of the samples, of the same amplitude.
fn circles(states: &[Vec<f64>]) -> bool {
    let amplitude = |half: &[Vec<f64>], a: usize| {
        let values = half.iter().map(|state| state[a]);
        let (least, most) = values
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), value| (l.min(value), h.max(value)));
        most - least
    };
    let tops = |half: &[Vec<f64>], a: usize| {
        half.windows(3).filter(|w| w[0][a] < w[1][a] && w[2][a] <= w[1][a]).count()
    };
    let (first, second) = states.split_at(states.len() / 2);
    (0..states[0].len()).any(|a| {
        let (before, after) = (amplitude(first, a), amplitude(second, a));
        before > NEGLIGIBLE
            && (after - before).abs() <= STEADY * before
            && tops(first, a) >= TURNS
            && tops(second, a) >= TURNS
    })
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
    let scales = flow.scales(start.as_slice());
    flow.network.populations.iter().enumerate().all(|(a, population)| {
        let width = scales[a] / population.gain.derivative_bound();
        (end[a] - start[a]).abs() < 0.05 * (width + flow.variance[a].sqrt())
    })
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
