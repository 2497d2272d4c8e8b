//! All fixed points where balance leaves one direction, `P - r = 1`.
//!
//! The balanced rates are a line, cut off where the first rates reach an end of their range. There means go to minus or
//! plus infinity, most often with the logarithm of the distance `d` to that end, so the line is scanned in `x` with
//! `d = L/(1 + exp(-x))` from one end and `L/(1 + exp(x))` from the other, or `d = scale exp(x)` if the line has no other end.
//! Roots are bracketed by changes of sign; where `|F|` has a minimum within the scan, that is looked at closely, so that
//! a pair of roots near a fold is not missed.

use equipoise_model::{GainFunction, Network};
use nalgebra::DVector;

use crate::error::LimitError;
use crate::gaussian::{Level, mean_at};
use crate::roots::{Sample, minimum, root};

use super::Search;
use super::state::{Equations, State};

/// Points of the scan.
const POINTS: usize = 401;
/// The scan ends at `L exp(-REACH)`, about `1e-11` of the line from its ends.
const REACH: f64 = 25.0;
/// And, on a line without end, at `scale exp(FAR)`, about `1e9` of a natural scale.
const FAR: f64 = 21.0;
/// Components of the direction below this are none.
const NO_DIRECTION: f64 = 1e-12;
/// Relative size of `F` that counts as zero where it touches zero.
const TOUCHING: f64 = 1e-9;
/// Slack at an end of the line, in units of the rates' scale, that is rounding.
const ROUNDING: f64 = 1e-13;

/// Distances from the ends of the ranges that hold at one end of the line; infinite where there is no such end.
type Slack = Vec<Level>;

/// The line of balanced rates within the gains' ranges.
pub(super) struct Line {
    direction: DVector<f64>,
    length: f64,
    scale: f64,
    /// At the lower end and at the upper end.
    slack: (Slack, Slack),
}

impl Line {
    /// The part of `S_0 + V_perp c` within the ranges; none if there is no such part.
    pub fn new(equations: &Equations<'_>) -> Option<Self> {
        let Equations { network, balance, origin, .. } = equations;
        let size = network.population_count();
        let column: DVector<f64> = balance.free_rates.column(0).into_owned();
        let (lower, upper) = ends(equations, &column);
        // A line without end runs upwards.
        let (direction, lower, upper) =
            if lower.is_finite() { (column, lower, upper) } else { (-column, -upper, -lower) };
        let scale = (0..size).map(|a| equations.rate_scale(a)).fold(0.0, f64::max);
        if !lower.is_finite() || upper - lower <= ROUNDING * scale {
            return None;
        }
        let inside = |a: usize| {
            let fixed = direction[a].abs() <= NO_DIRECTION;
            !fixed || Level::of(&network.populations[a].gain, origin[a]).is_some()
        };
        let slack = |end: f64| (0..size).map(|a| slack(equations, a, end, direction[a])).collect();
        let slack = (slack(lower), slack(upper));
        (0..size).all(inside).then_some(Self { direction, length: upper - lower, scale, slack })
    }

    /// Infimum and supremum of each rate.
    pub fn intervals(&self, equations: &Equations<'_>) -> Vec<(f64, f64)> {
        let ends = self.slack.0.iter().zip(&self.slack.1);
        let populations = equations.network.populations.iter().zip(ends);
        let interval = populations.map(|(population, (lower, upper))| {
            let rate = |level: &Level| population.gain.infimum() + level.above;
            (rate(lower).min(rate(upper)), rate(lower).max(rate(upper)))
        });
        interval.collect()
    }

    /// Means along the line at variances that are given, not those of fixed points.
    pub fn means(&self, network: &Network, variance: &[f64]) -> Vec<Vec<f64>> {
        let at = |x: f64| {
            let levels = self.levels(x);
            let populations = network.populations.iter().zip(variance).zip(levels);
            populations
                .map(|((population, v), level)| mean_at(&population.gain, *v, level))
                .collect()
        };
        self.scan().map(at).collect()
    }

    /// Distances from the two ends of the line at `x`.
    fn distances(&self, x: f64) -> (f64, f64) {
        if self.length.is_finite() {
            (self.length / (1.0 + (-x).exp()), self.length / (1.0 + x.exp()))
        } else {
            (self.scale * x.exp(), f64::INFINITY)
        }
    }

    /// Where the rates are in their ranges at `x`.
    pub fn levels(&self, x: f64) -> Vec<Level> {
        let (from_lower, from_upper) = self.distances(x);
        let populations = self.direction.iter().zip(self.slack.0.iter().zip(&self.slack.1));
        let level = |(direction, (lower, upper)): (&f64, (&Level, &Level))| {
            let moved = |distance: f64| direction.abs() * distance;
            if direction.abs() <= NO_DIRECTION {
                return *lower;
            }
            let (falling, rising) = if *direction > 0.0 { (upper, lower) } else { (lower, upper) };
            let (down, up) =
                if *direction > 0.0 { (from_upper, from_lower) } else { (from_lower, from_upper) };
            Level { above: rising.above + moved(up), below: falling.below + moved(down) }
        };
        populations.map(level).collect()
    }

    /// The places of the scan, rising.
    fn scan(&self) -> impl Iterator<Item = f64> + use<> {
        let end = if self.length.is_finite() { REACH } else { FAR };
        let step = (end + REACH) / (POINTS - 1) as f64;
        (0..POINTS).map(move |i| -REACH + i as f64 * step)
    }
}

/// How far the rate of population `a` is from the ends of its range where the line ends.
fn slack(equations: &Equations<'_>, a: usize, end: f64, direction: f64) -> Level {
    if direction.abs() > NO_DIRECTION && !end.is_finite() {
        return Level { above: f64::INFINITY, below: f64::INFINITY };
    }
    let gain = &equations.network.populations[a].gain;
    if direction.abs() <= NO_DIRECTION {
        let rate = equations.origin[a];
        return Level { above: rate - gain.infimum(), below: gain.supremum() - rate };
    }
    let rate = equations.origin[a] + direction * end;
    let rounding = ROUNDING * equations.rate_scale(a);
    let clean = |gap: f64| if gap <= rounding { 0.0 } else { gap };
    Level { above: clean(rate - gain.infimum()), below: clean(gain.supremum() - rate) }
}

/// The bounds that the gains' ranges set to `c`.
fn ends(equations: &Equations<'_>, column: &DVector<f64>) -> (f64, f64) {
    let mut ends = (f64::NEG_INFINITY, f64::INFINITY);
    for (a, population) in equations.network.populations.iter().enumerate() {
        if column[a].abs() <= NO_DIRECTION {
            continue;
        }
        let at = |rate: f64| (rate - equations.origin[a]) / column[a];
        let (first, second) = (at(population.gain.infimum()), at(population.gain.supremum()));
        ends = (ends.0.max(first.min(second)), ends.1.min(first.max(second)));
    }
    ends
}

/// All fixed points on the line.
pub(super) fn all(equations: &Equations<'_>) -> Result<(Vec<State>, Search), LimitError> {
    let line = Line::new(equations).ok_or(LimitError::NoBalancedRates { time: equations.time })?;
    let state = |x: f64| equations.state(&line.levels(x));
    let residual = |x: f64| equations.residual(&state(x))[0];
    let places: Vec<f64> = line.scan().collect();
    let values: Vec<f64> = places.iter().map(|x| residual(*x)).collect();
    // What F is made of, where the line is in its middle.
    let middle = state(0.0);
    let size =
        middle.mean.component_div(&equations.time_constants).amax() + equations.drives.amax();
    if values.iter().all(|value| value.abs() <= TOUCHING * size) {
        return Ok((Vec::new(), Search::Continuum));
    }
    let mut roots = crossings(&residual, &places, &values);
    roots.extend(near_misses(&residual, &places, &values, TOUCHING * size));
    roots.sort_by(f64::total_cmp);
    roots.dedup_by(|a, b| (*a - *b).abs() <= 1e-9);
    Ok((roots.into_iter().map(state).collect(), Search::Line))
}

/// Roots where the sign changes from one place to the next.
fn crossings(residual: &impl Fn(f64) -> f64, places: &[f64], values: &[f64]) -> Vec<f64> {
    let pairs = places.windows(2).zip(values.windows(2));
    let changes = pairs.filter(|(_, v)| (v[0] < 0.0) != (v[1] < 0.0));
    changes.map(|(x, v)| between(residual, (x[0], v[0]), (x[1], v[1]))).collect()
}

/// The root between two places with unlike signs, to a few units of the last digit.
fn between(residual: &impl Fn(f64) -> f64, left: Sample, right: Sample) -> f64 {
    let tolerance = 1e-15 + 2.0 * f64::EPSILON * left.0.abs().max(right.0.abs());
    root((left, right), tolerance, |x| Some(residual(x)))
}

/// Roots beside a minimum of `|F|` between places where it has one sign: two, one if it only touches zero there, or none.
fn near_misses(
    residual: &impl Fn(f64) -> f64,
    places: &[f64],
    values: &[f64],
    touching: f64,
) -> Vec<f64> {
    let mut roots = Vec::new();
    for (x, v) in places.windows(3).zip(values.windows(3)) {
        let one_sign = (v[0] < 0.0) == (v[1] < 0.0) && (v[1] < 0.0) == (v[2] < 0.0);
        let (rise, fall) = (v[0].abs() - v[1].abs(), v[2].abs() - v[1].abs());
        // A smooth minimum is not much deeper than what is seen of it.
        let is_near = v[1].abs() <= rise.max(fall) + touching;
        if !one_sign || rise.min(fall) < 0.0 || !is_near {
            continue;
        }
        let sign = if v[1] < 0.0 { -1.0 } else { 1.0 };
        let nearest = minimum(|x| sign * residual(x), (x[0], x[2]));
        let value = residual(nearest);
        if sign * value < 0.0 {
            roots.push(between(residual, (x[0], v[0]), (nearest, value)));
            roots.push(between(residual, (nearest, value), (x[2], v[2])));
        } else if value.abs() <= touching {
            roots.push(nearest);
        }
    }
    roots
}
