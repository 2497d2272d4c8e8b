//! Where the initial state goes: the initial layer, the limit on the manifold, and what that tends to.

use equipoise_model::{Network, Schedule};

use crate::error::LimitError;
use crate::fixed_points::{FixedPoint, FixedPoints};
use crate::limit::Limit;

/// Samples of the path, of which as many again crowd towards its beginning.
const SAMPLES: usize = 2000;
/// The limit is followed for this many times the slowest decay of any stable fixed point,
const DECAYS: f64 = 14.0;
/// but no shorter and no longer than this many times the largest time constant,
const HORIZONS: (f64, f64) = (20.0, 400.0);
/// and for this many if there is no stable fixed point.
const WITHOUT_ATTRACTOR: f64 = 200.0;
/// Distance from a fixed point, relative to the size of its means and variances, at which it counts as reached.
const REACHED: f64 = 1e-3;
/// Part of its amplitude by which a cycle may change over the last quarter of the path; a slow spiral changes more.
const STEADY: f64 = 1e-2;

/// The way of the initial state, with drives and external rates held.
#[derive(Debug)]
pub struct Course {
    /// Means of the initial law.
    pub initial: Vec<f64>,
    /// Means at the end of the initial layer; none if there is no end.
    pub after_layer: Option<Vec<f64>>,
    /// Times of the path, from 0 on, in time units.
    pub times: Vec<f64>,
    /// `m_a` along the limit, (time, population).
    pub mean: Vec<f64>,
    /// `v_a` along the limit, (time, population).
    pub variance: Vec<f64>,
    /// What it tends to.
    pub destination: Destination,
}

/// What the limit tends to.
#[derive(Debug)]
#[non_exhaustive]
pub enum Destination {
    /// The fixed point of this index.
    FixedPoint(usize),
    /// A cycle.
    Cycle {
        /// In time units.
        period: f64,
        /// Smallest and largest mean of each population.
        ranges: Vec<(f64, f64)>,
    },
    /// It still moves, without a cycle, at the end of the path.
    Unsettled,
    /// There is no limit, or none beyond the path.
    Lost(LimitError),
}

impl Course {
    /// From the initial laws of `network`, with drives and external rates held at their values at `time`.
    pub fn follow(network: &Network, time: f64, fixed_points: &FixedPoints) -> Self {
        let held = held(network, time);
        let initial: Vec<_> = held.populations.iter().map(|p| p.initial.mean()).collect();
        let mut course = Self {
            initial,
            after_layer: None,
            times: Vec::new(),
            mean: Vec::new(),
            variance: Vec::new(),
            destination: Destination::Unsettled,
        };
        course.destination = match course.run(&held, &fixed_points.points) {
            Ok(()) => course.find_destination(&fixed_points.points),
            Err(error) => Destination::Lost(error),
        };
        course
    }

    /// Integrates the limit, or as much of it as there is.
    fn run(&mut self, network: &Network, points: &[FixedPoint]) -> Result<(), LimitError> {
        let limit = Limit::new(network)?;
        let start = limit.solve(&[0.0])?;
        self.after_layer = Some(start.mean);
        let end = horizon(network, points);
        match self.record(&limit, end)? {
            Some(reason) => {
                // Once more up to just before, for the picture.
                self.record(&limit, 0.999 * reason.time())?;
                Err(reason)
            }
            None => Ok(()),
        }
    }

    /// Follows the limit to `end`, and returns why it ends before, if it does.
    fn record(&mut self, limit: &Limit<'_>, end: f64) -> Result<Option<LimitError>, LimitError> {
        let even = (0..=SAMPLES).map(|i| end * i as f64 / SAMPLES as f64);
        let crowded = (0..SAMPLES).map(|i| end * 1e-6_f64.powf(1.0 - i as f64 / SAMPLES as f64));
        let mut times: Vec<f64> = even.chain(crowded).collect();
        times.sort_by(f64::total_cmp);
        let solution = limit.solve(&times)?;
        (self.times, self.mean, self.variance) = (solution.times, solution.mean, solution.variance);
        Ok(solution.end)
    }

    fn find_destination(&self, points: &[FixedPoint]) -> Destination {
        let size = self.initial.len();
        let last = self.mean.len() - size;
        let reached = points.iter().position(|point| {
            let near = |values: &[f64], there: &[f64]| {
                values.iter().zip(there).all(|(a, b)| (a - b).abs() <= REACHED * (1.0 + b.abs()))
            };
            near(&self.mean[last..], &point.mean) && near(&self.variance[last..], &point.variance)
        });
        match (reached, self.cycle()) {
            (Some(index), _) => Destination::FixedPoint(index),
            (None, Some(cycle)) => cycle,
            (None, None) => Destination::Unsettled,
        }
    }

    /// The cycle that the first population's mean goes round in the last quarter of the path, if it repeats itself.
    fn cycle(&self) -> Option<Destination> {
        let size = self.initial.len();
        let middle = self.times.len() * 3 / 4;
        let value = |sample: usize| self.mean[sample * size];
        let tops: Vec<usize> = (middle + 1..self.times.len() - 1)
            .filter(|i| value(i - 1) < value(*i) && value(i + 1) <= value(*i))
            .collect();
        let [earliest, .., before, first, last] = tops[..] else { return None };
        let range = |a: usize| {
            let values = (first..=last).map(|sample| self.mean[sample * size + a]);
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)))
        };
        let ranges: Vec<_> = (0..size).map(range).collect();
        let amplitude = ranges[0].1 - ranges[0].0;
        let period = self.times[last] - self.times[first];
        let steady = (value(earliest) - value(last)).abs() <= STEADY * amplitude
            && (period - (self.times[first] - self.times[before])).abs() <= 0.05 * period
            && amplitude > REACHED;
        // Between the first and the last top, whose places are known to a sample.
        let turns = tops.len() - 1;
        let period = (self.times[last] - self.times[earliest]) / turns as f64;
        steady.then_some(Destination::Cycle { period, ranges })
    }
}

/// The network with drives and external rates as they are at `time`.
fn held(network: &Network, time: f64) -> Network {
    let mut held = network.clone();
    for population in &mut held.populations {
        population.drive = Schedule::Constant(population.drive.value(time));
    }
    for external in &mut held.externals {
        external.rate = Schedule::Constant(external.rate.value(time));
    }
    held
}

/// How long to follow the limit.
fn horizon(network: &Network, points: &[FixedPoint]) -> f64 {
    let slowest = network.populations.iter().map(|p| p.time_constant).fold(0.0, f64::max);
    let stable = points.iter().filter(|point| point.character.is_stable());
    let decays = stable.filter_map(|point| Some(-point.slow_eigenvalues.first()?.re));
    let slowest_decay = decays.fold(f64::INFINITY, f64::min);
    if slowest_decay == f64::INFINITY {
        return WITHOUT_ATTRACTOR * slowest;
    }
    (DECAYS / slowest_decay).clamp(HORIZONS.0 * slowest, HORIZONS.1 * slowest)
}
