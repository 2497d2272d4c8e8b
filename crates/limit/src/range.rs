//! When the rates that balance fixes leave the gains' ranges.
//!
//! At rank `P` balance fixes all rates at `S(t) = -K^{-1} h(t)`, whatever the means and variances are. The limit ends at the first
//! `t*` at which one of them reaches an end of its gain's range: its mean goes to infinity there, like `log(t* - t)` under a
//! logistic gain, so that no integration of the means arrives at `t*`. It is found from `S(t)` alone.

use equipoise_model::Network;

use crate::balance::Balance;
use crate::coefficients::Coefficients;
use crate::error::LimitError;

/// Times are found to within this, relative to `1 + t`.
const TOLERANCE: f64 = 1e-13;

/// What is left of a range, `left(t) >= 0`, at one time.
#[derive(Debug, Clone, Copy)]
struct Room {
    left: f64,
    /// `d left/dt`.
    slope: f64,
    /// Bound of `|d^2 left/dt^2|`.
    curvature: f64,
}

impl Room {
    /// For how long there is room for certain: the root of `left + slope dt - curvature dt^2/2`.
    fn lasts(self) -> f64 {
        if self.left <= 0.0 {
            return 0.0;
        }
        if self.left == f64::INFINITY {
            return f64::INFINITY;
        }
        let root = (self.slope * self.slope + 2.0 * self.curvature * self.left).sqrt();
        2.0 * self.left / (root - self.slope).max(f64::MIN_POSITIVE)
    }
}

/// The first time within `start..=stop` at which balance asks for a rate that a gain cannot give, if there is one; `network` has
/// smooth external rates between the two. None if `K` leaves rates free.
///
/// Steps go as far as a bound of the second derivative allows, so that no crossing is missed, and close to it they are
/// Newton's, from below.
pub(crate) fn leaves_range(
    (network, coefficients, balance): (&Network, &Coefficients, &Balance),
    start: f64,
    stop: f64,
) -> Option<LimitError> {
    if balance.rank() < network.population_count() {
        return None;
    }
    let mut time = start;
    while time <= stop {
        let rooms = rooms((network, coefficients, balance), time);
        let nearest = rooms.iter().enumerate().min_by(|a, b| a.1.lasts().total_cmp(&b.1.lasts()));
        let (place, room) = nearest?;
        let step = room.lasts();
        if step <= TOLERANCE * (1.0 + time) {
            let rates = balance.fixed_rates(network, coefficients, time);
            return Some(balance.out_of_range(network, (place / 2, rates[place / 2]), time));
        }
        time += step;
    }
    None
}

/// What is left below and above the rate of each population, in this order.
fn rooms(
    (network, coefficients, balance): (&Network, &Coefficients, &Balance),
    time: f64,
) -> Vec<Room> {
    let rates = balance.fixed_rates(network, coefficients, time);
    let slope = coefficients.external_drive_derivative(network, time);
    let slopes = &balance.constraints * balance.target(&slope);
    let mut curvatures = &rates * 0.0;
    for (x, external) in network.externals.iter().enumerate() {
        let column = coefficients.external_mean.column(x).into_owned();
        let response = &balance.constraints * balance.target(&column);
        curvatures += response.abs() * external.rate.curvature_bound();
    }
    let room = |a: usize| {
        let gain = &network.populations[a].gain;
        let (infimum, supremum) = Balance::range(gain);
        let (slope, curvature) = (slopes[a], curvatures[a]);
        [
            Room { left: rates[a] - infimum, slope, curvature },
            Room { left: supremum - rates[a], slope: -slope, curvature },
        ]
    };
    (0..rates.len()).flat_map(room).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_that_grows_lasts_as_long_as_its_curvature_allows() {
        let room = |left, slope, curvature| Room { left, slope, curvature }.lasts();
        assert_eq!(room(0.5, -0.25, 0.0), 2.0);
        assert!(room(0.5, 0.25, 0.0) > 1e100 && room(0.5, 0.0, 0.0) > 1e100);
        // 1/2 + dt - dt^2 at (1 + sqrt 3)/2.
        assert!((room(0.5, 1.0, 2.0) - 0.5 * (1.0 + 3.0_f64.sqrt())).abs() < 1e-15);
        assert_eq!(room(0.0, 1.0, 2.0), 0.0);
        // A gain without a bound leaves room for ever.
        for (slope, curvature) in [(0.0, 0.0), (1.0, 0.0), (-1.0, 2.0), (1.0, 2.0)] {
            assert_eq!(room(f64::INFINITY, slope, curvature), f64::INFINITY);
        }
    }
}
