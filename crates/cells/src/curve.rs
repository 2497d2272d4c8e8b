//! f-I curves: how often a cell fires at a current, by simulation.

use rand::RngExt as _;
use rand_distr::StandardNormal;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use thiserror::Error;

use crate::cell::Cell;
use crate::derivation::fit::Point;
use crate::stepper::{Input, Stepper};

/// A current that fluctuates: `I + sigma x(t)`, `x` an Ornstein-Uhlenbeck process of unit variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    /// `sigma`, uA/cm2.
    pub deviation: f64,
    /// Its correlation time, ms.
    pub correlation_time: f64,
}

/// How curves are measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Protocol {
    /// Length of a step, ms.
    pub step: f64,
    /// Time that is not counted, ms.
    pub transient: f64,
    /// Time that is, ms.
    pub duration: f64,
    /// Fluctuations of the current.
    pub noise: Option<Noise>,
    /// Seed of the fluctuations.
    pub seed: u64,
}

/// Why a curve cannot be measured.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CurveError {
    /// No current makes the cell fire as fast as the curve is to go.
    #[error(
        "with a leak conductance of {conductance} mS/cm2 no current makes the cell fire at {:.3} Hz; the fastest that was found is {:.3} Hz (a spike is where the potential rises through `spike_threshold`)", 1e3 * .wanted, 1e3 * .fastest
    )]
    TooSlow {
        /// The leak conductance, mS/cm2.
        conductance: f64,
        /// The rate that was wanted, 1/ms.
        wanted: f64,
        /// The highest that was found, 1/ms.
        fastest: f64,
    },
    /// The cell fires without a current.
    #[error(
        "it fires at {:.3} Hz without a current; the derivation is for cells that are silent without input", 1e3 * .rate
    )]
    NoThreshold {
        /// Its rate, 1/ms.
        rate: f64,
    },
}

/// Largest current that is tried, uA/cm2.
const LARGEST_CURRENT: f64 = 1e3;
/// Cells whose rates are averaged at a point, where their current fluctuates.
const NOISY_CELLS: u64 = 4;
/// How far beyond the highest rate wanted a curve goes.
const BEYOND: f64 = 1.1;

/// Curves of a cell with several leak conductances (mS/cm2) at so many currents, equally spaced from the threshold of the first
/// to where the last fires somewhat faster than `highest`, 1/ms.
///
/// Without noise a rate is the inverse of the mean interval between the spikes after the transient, 0 where there are
/// fewer than two. With noise it is the number of spikes over the time, averaged over four cells, and the currents begin three
/// standard deviations earlier.
///
/// # Errors
/// [`CurveError`] for a cell that fires without a current, or cannot fire so fast.
pub fn measure(
    cell: &Cell,
    conductances: &[f64],
    points: usize,
    highest: f64,
    protocol: &Protocol,
) -> Result<Vec<Point>, CurveError> {
    let still = Protocol { noise: None, ..*protocol };
    let (mut first, mut last) = (f64::INFINITY, 0.0_f64);
    for &conductance in conductances {
        let stepper = Stepper::new(&cell.with_leak(conductance), protocol.step);
        let rate = |current| rate(&stepper, cell.leak.reversal, current, &still, 0);
        first = first.min(threshold(rate)?);
        last = last.max(reaching(BEYOND * highest, rate).map_err(|fastest| {
            CurveError::TooSlow { conductance, wanted: BEYOND * highest, fastest }
        })?);
    }
    first -= protocol.noise.map_or(0.0, |noise| 3.0 * noise.deviation);
    let part = |index: usize| index as f64 / (points - 1) as f64;
    let currents: Vec<f64> =
        (0..points).map(|index| first + part(index) * (last - first)).collect();
    Ok(curves(cell, conductances, &currents, protocol))
}

/// The largest current at which the cell is silent, to a hundredth of itself.
fn threshold(rate: impl Fn(f64) -> f64) -> Result<f64, CurveError> {
    let spontaneous = rate(0.0);
    if spontaneous > 0.0 {
        return Err(CurveError::NoThreshold { rate: spontaneous });
    }
    let mut silent = 0.0;
    let mut firing = 0.01;
    while rate(firing) == 0.0 && firing < LARGEST_CURRENT {
        silent = firing;
        firing *= 2.0;
    }
    while firing - silent > 0.01 * firing {
        let middle = 0.5 * (silent + firing);
        if rate(middle) > 0.0 { firing = middle } else { silent = middle }
    }
    Ok(silent)
}

/// A current at which the cell fires as fast as wanted or faster by little; the fastest rate if there is none.
fn reaching(wanted: f64, rate: impl Fn(f64) -> f64) -> Result<f64, f64> {
    let mut slow = 0.0;
    let mut current = 0.01;
    let mut fastest = 0.0_f64;
    loop {
        let found = rate(current);
        fastest = fastest.max(found);
        if found >= wanted {
            break;
        }
        // Beyond the current at which depolarisation blocks spikes there is nothing to be found.
        if current > LARGEST_CURRENT || found < 0.5 * fastest {
            return Err(fastest);
        }
        slow = current;
        current *= 1.5;
    }
    while current - slow > 0.02 * current {
        let middle = 0.5 * (slow + current);
        if rate(middle) >= wanted { current = middle } else { slow = middle }
    }
    Ok(current)
}

/// The rate at each current with each leak conductance, conductance by conductance.
fn curves(cell: &Cell, conductances: &[f64], currents: &[f64], protocol: &Protocol) -> Vec<Point> {
    let steppers: Vec<Stepper> = conductances
        .iter()
        .map(|&conductance| Stepper::new(&cell.with_leak(conductance), protocol.step))
        .collect();
    let points: Vec<(usize, f64)> = (0..conductances.len())
        .flat_map(|index| currents.iter().map(move |&current| (index, current)))
        .collect();
    let cells = if protocol.noise.is_some() { NOISY_CELLS } else { 1 };
    let measured = points.par_iter().enumerate().map(|(number, &(index, current))| {
        let rates = (0..cells).map(|cell_number| {
            let number = number as u64 * cells + cell_number;
            rate(&steppers[index], cell.leak.reversal, current, protocol, number)
        });
        let rate = rates.sum::<f64>() / cells as f64;
        Point { current, conductance: conductances[index], rate }
    });
    measured.collect()
}

/// The rate of one cell, 1/ms.
fn rate(stepper: &Stepper, from: f64, current: f64, protocol: &Protocol, number: u64) -> f64 {
    let mut state = stepper.at_rest(from);
    let mut fluctuation = protocol.noise.map(|noise| Fluctuation::new(noise, protocol, number));
    let step = protocol.step;
    let steps = |time: f64| (time / step).round() as u64;
    let (transient, end) =
        (steps(protocol.transient), steps(protocol.transient + protocol.duration));
    let mut spikes = Vec::new();
    for index in 0..end {
        let current = current + fluctuation.as_mut().map_or(0.0, Fluctuation::next);
        let spike = stepper.advance(&mut state, Input { current, ..Input::default() });
        if let Some(part) = spike
            && index >= transient
        {
            spikes.push((index as f64 + part) * step);
        }
    }
    match (spikes.as_slice(), protocol.noise) {
        (spikes, Some(_)) => spikes.len() as f64 / protocol.duration,
        ([first, .., last], None) => (spikes.len() - 1) as f64 / (last - first),
        _ => 0.0,
    }
}

/// An Ornstein-Uhlenbeck process, exact from step to step.
struct Fluctuation {
    value: f64,
    deviation: f64,
    kept: f64,
    renewed: f64,
    stream: Xoshiro256PlusPlus,
}

impl Fluctuation {
    fn new(noise: Noise, protocol: &Protocol, number: u64) -> Self {
        let mut stream =
            crate::stream::stream(protocol.seed, crate::stream::Purpose::Curve, number);
        let kept = libm::exp(-protocol.step / noise.correlation_time);
        let renewed = (-libm::expm1(-2.0 * protocol.step / noise.correlation_time)).sqrt();
        let value = stream.sample(StandardNormal);
        Self { value, deviation: noise.deviation, kept, renewed, stream }
    }

    fn next(&mut self) -> f64 {
        let now = self.value;
        let kick: f64 = self.stream.sample(StandardNormal);
        self.value = self.kept * now + self.renewed * kick;
        self.deviation * now
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::published;

    const PROTOCOL: Protocol =
        Protocol { step: 0.02, transient: 300.0, duration: 1000.0, noise: None, seed: 1 };

    #[test]
    fn curves_go_from_threshold_to_the_highest_rate() {
        let points = measure(&published::cell(), &[0.05, 0.1], 12, 0.06, &PROTOCOL).unwrap();
        let (first, second) = points.split_at(12);
        assert!(first[0].rate == 0.0 && first[1].rate > 0.0);
        assert!(second[0].rate == 0.0 && second[1].rate == 0.0, "more leak, higher threshold");
        assert!((0.066..0.070).contains(&second[11].rate), "{}", second[11].rate);
        assert!(first.is_sorted_by(|a, b| a.rate <= b.rate && a.current < b.current));
    }

    #[test]
    fn noise_lets_cells_fire_below_threshold_and_depends_on_the_seed_alone() {
        let noise = Some(Noise { deviation: 1.0, correlation_time: 20.0 });
        let noisy = |seed| {
            let protocol = Protocol { noise, seed, ..PROTOCOL };
            measure(&published::cell(), &[0.05], 30, 0.06, &protocol).unwrap()
        };
        let points = noisy(1);
        assert_eq!(points, noisy(1));
        assert_ne!(points, noisy(2));
        // The threshold without noise is 0.87.
        let below: Vec<&Point> = points.iter().filter(|point| point.current < 0.8).collect();

        assert!(below.iter().any(|point| point.rate > 0.0));
        assert!(below[0].rate < 0.002);
    }

    #[test]
    fn cells_without_a_threshold_or_too_slow_are_refused() {
        let mut passive = published::cell();
        passive.channels.clear();
        let refused = measure(&passive, &[0.05], 12, 0.06, &PROTOCOL).unwrap_err();
        assert!(matches!(refused, CurveError::TooSlow { fastest: 0.0, .. }), "{refused}");
        let too_fast = measure(&published::cell(), &[0.05], 12, 10.0, &PROTOCOL).unwrap_err();
        assert!(matches!(too_fast, CurveError::TooSlow { .. }), "{too_fast}");
        let mut pacemaker = published::cell();
        pacemaker.leak.reversal = -20.0;
        let refused = measure(&pacemaker, &[0.05], 12, 0.06, &PROTOCOL).unwrap_err();
        assert!(matches!(refused, CurveError::NoThreshold { .. }), "{refused}");
    }
}
