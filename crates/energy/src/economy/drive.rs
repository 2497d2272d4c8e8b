//! The drive that moves a population's rate: a search in one parameter through the fixed points of the limit.
//!
//! From a stable fixed point the drive of one population is moved to both sides, in growing steps, and the fixed point is followed by Newton's method, until its rate has passed what is asked for; the root between is refined, and the state there must be among the stable ones that a search from nothing
//! finds. Where balance fixes all rates no drive moves any. With `x = (m, v)` the equations of a fixed point are
//!
//! ```math
//! U_\perp^{\mathsf T} \left(-\frac{m}{\tau} + I\right) = 0, \qquad V_r^{\mathsf T} S = -\Sigma_r^{-1} U_r^{\mathsf T} h, \qquad v - \frac{\tau}{2} (Q S + q) = 0.
//! ```

use equipoise_limit::roots::root;
use equipoise_limit::{Balance, Coefficients, FixedPoint, LimitError, Rates, fixed_points};
use equipoise_model::{Network, Schedule};
use nalgebra::{DMatrix, DVector};
use thiserror::Error;

/// First step, in units of the scale of drives; growth; most steps.
const FIRST: f64 = 0.02;
const GROWTH: f64 = 1.25;
const STEPS: usize = 64;
/// How near the end of a branch is looked for, in the same units.
const NEAREST: f64 = 1e-7;
/// Steps of Newton's method, and the size of the last one in units of the state.
const ITERATIONS: usize = 30;
const CONVERGED: f64 = 1e-13;
/// Relative difference from the rate that is asked for.
const PRECISION: f64 = 1e-8;

/// A state with the rate that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    /// The drive, potentiation per time unit.
    pub drive: f64,
    /// The state.
    pub state: FixedPoint,
}

/// Why no drive was found.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum DriveError {
    /// As many conditions of balance as populations.
    #[error(
        "no drive moves any rate: balance fixes the rates of all populations, and means follow the drives; external rates or couplings would move them"
    )]
    Fixed,
    /// The fixed points could not be had.
    #[error(transparent)]
    Balance(#[from] LimitError),
    /// There is a state, but the network leaves it.
    #[error(
        "no drive of `{driven}` holds the rate {rate:.4}: at the drive {drive:.4} a fixed point has it that is not stable"
    )]
    Unstable {
        /// The population that is driven.
        driven: String,
        /// What was asked for.
        rate: f64,
        /// Its drive.
        drive: f64,
    },
    /// All states that could be followed have other rates.
    #[error(
        "no drive of `{driven}` leads to the rate {rate:.4}: between the drives {from:.4} and {to:.4}, as far as there are states to follow, rates go from {least:.4} to {most:.4}"
    )]
    OutOfReach {
        /// The population that is driven.
        driven: String,
        /// What was asked for.
        rate: f64,
        /// The lowest drive that was looked at.
        from: f64,
        /// The highest one.
        to: f64,
        /// The lowest rate found.
        least: f64,
        /// The highest one.
        most: f64,
    },
}

/// Means, then variances, and the rates that belong to them.
#[derive(Debug, Clone)]
struct State {
    moments: DVector<f64>,
    rates: DVector<f64>,
}

/// A drive and the state that belongs to it.
type Visit = (f64, State);

/// What has been seen on one side of where the search begins.
struct Side {
    sign: f64,
    last: Visit,
    /// The nearest drive from which no state was found.
    end: Option<f64>,
}

impl Side {
    /// Where to look next: at `drive`, or half-way to the end; none where the end is reached.
    fn next(&self, drive: f64, scale: f64) -> Option<f64> {
        let Some(end) = self.end else { return Some(drive) };
        let far = (end - self.last.0).abs() > NEAREST * scale;
        far.then(|| f64::midpoint(end, self.last.0))
    }
}

/// A search with everything but one drive held as it is at one time.
#[derive(Debug)]
pub struct Search<'a> {
    network: &'a Network,
    coefficients: Coefficients,
    balance: Balance,
    /// When, in time units.
    time: f64,
    /// The population whose drive is moved.
    driven: usize,
}

impl<'a> Search<'a> {
    /// By the drive of this population.
    pub fn new(network: &'a Network, driven: usize, time: f64) -> Self {
        let coefficients = Coefficients::limit(network);
        let balance = Balance::new(&coefficients.mean);
        Self { network, coefficients, balance, time, driven }
    }

    /// The drive nearest to that of `start`, a stable fixed point of the network as it is, at which `S_a` of the population is `rate`.
    ///
    /// # Errors
    /// [`DriveError`], which says why there is none.
    pub fn find(
        &self,
        population: usize,
        rate: f64,
        start: &FixedPoint,
    ) -> Result<Reached, DriveError> {
        if self.balance.rank() == self.network.population_count() {
            return Err(DriveError::Fixed);
        }
        let begin = self.network.populations[self.driven].drive.value(self.time);
        let moments: Vec<f64> = start.mean.iter().chain(&start.variance).copied().collect();
        let first = State {
            moments: DVector::from_vec(moments),
            rates: DVector::from_row_slice(&start.rates),
        };
        let scale = self.scale(start, begin);
        let mut sides =
            [1.0, -1.0].map(|sign| Side { sign, last: (begin, first.clone()), end: None });
        let (mut least, mut most) = (start.rates[population], start.rates[population]);
        let (mut from, mut to) = (begin, begin);
        let mut reach = FIRST * scale;
        for _ in 0..STEPS {
            for side in &mut sides {
                let Some(drive) = side.next(begin + side.sign * reach, scale) else { continue };
                let Some(state) = self.newton(drive, &side.last.1) else {
                    side.end = Some(drive);
                    continue;
                };
                let next = (drive, state);
                let passed = |visit: &Visit| visit.1.rates[population] > rate;
                if passed(&side.last) != passed(&next) {
                    return self.refine(population, rate, (side.last.clone(), next));
                }
                let found = next.1.rates[population];
                (least, most) = (least.min(found), most.max(found));
                (from, to) = (from.min(drive), to.max(drive));
                side.last = next;
            }
            reach *= GROWTH;
        }
        let driven = self.network.populations[self.driven].name.clone();
        Err(DriveError::OutOfReach { driven, rate, from, to, least, most })
    }

    /// A change of the drive that matters: the spread of the potentiation, and the drive itself.
    fn scale(&self, start: &FixedPoint, drive: f64) -> f64 {
        let population = &self.network.populations[self.driven];
        let spread = start.variance[self.driven].sqrt() + start.mean[self.driven].abs();
        drive.abs() + (spread + f64::MIN_POSITIVE) / population.time_constant
    }

    /// The network with this drive.
    fn at(&self, drive: f64) -> Network {
        let mut network = self.network.clone();
        network.populations[self.driven].drive = Schedule::Constant(drive);
        network
    }

    /// The fixed point at this drive that is near to another one; none if there is none near.
    fn newton(&self, drive: f64, near: &State) -> Option<State> {
        let size = self.network.population_count();
        let mut moments = near.moments.clone();
        for _ in 0..ITERATIONS {
            let (mean, variance) = moments.as_slice().split_at(size);
            let rates = Rates::at(self.network, mean, variance);
            let step = self.linear(drive, &moments, &rates)?;
            moments -= &step;
            let is_possible = moments.iter().all(|moment| moment.is_finite())
                && moments.rows(size, size).iter().all(|variance| *variance >= 0.0);
            if !is_possible {
                return None;
            }
            if step.amax() <= CONVERGED * (1.0 + moments.amax()) {
                let (mean, variance) = moments.as_slice().split_at(size);
                let rates = Rates::at(self.network, mean, variance).rates;
                return Some(State { moments, rates });
            }
        }
        None
    }

    /// Newton's step at a state with these averages.
    fn linear(&self, drive: f64, moments: &DVector<f64>, at: &Rates) -> Option<DVector<f64>> {
        let (network, time) = (self.network, self.time);
        let size = network.population_count();
        let tau = |a: usize| network.populations[a].time_constant;
        let drift = DVector::from_fn(size, |a, _| {
            let own = network.populations[a].drive.value(time);
            (if a == self.driven { drive } else { own }) - moments[a] / tau(a)
        });
        let slow = self.balance.slow_directions.transpose();
        let fixed = self.balance.constraints.transpose();
        let target = self.balance.target(&self.coefficients.external_drive(network, time));
        let noise = &self.coefficients.variance * &at.rates
            + self.coefficients.external_noise(network, time);
        let spread = DVector::from_fn(size, |a, _| moments[size + a] - 0.5 * tau(a) * noise[a]);
        let residual: Vec<f64> = (&slow * drift)
            .iter()
            .chain((&fixed * &at.rates - target).iter())
            .chain(spread.iter())
            .copied()
            .collect();
        // Rates by means and by variances, S_v = S_mm/2.
        let slopes =
            [DMatrix::from_diagonal(&at.slopes), DMatrix::from_diagonal(&at.curvatures) * 0.5];
        let decay = DMatrix::from_diagonal(&DVector::from_fn(size, |a, _| -1.0 / tau(a)));
        let fed =
            DMatrix::from_fn(size, size, |a, b| -0.5 * tau(a) * self.coefficients.variance[(a, b)]);
        let mut jacobian = DMatrix::zeros(2 * size, 2 * size);
        let free = slow.nrows();
        jacobian.view_mut((0, 0), (free, size)).copy_from(&(&slow * decay));
        for (half, slopes) in slopes.iter().enumerate() {
            let column = half * size;
            jacobian.view_mut((free, column), (size - free, size)).copy_from(&(&fixed * slopes));
            jacobian.view_mut((size, column), (size, size)).copy_from(&(&fed * slopes));
        }
        for a in size..2 * size {
            jacobian[(a, a)] += 1.0;
        }
        jacobian.lu().solve(&DVector::from_vec(residual))
    }

    fn refine(
        &self,
        population: usize,
        rate: f64,
        (first, last): (Visit, Visit),
    ) -> Result<Reached, DriveError> {
        let surplus = |state: &State| state.rates[population] / rate - 1.0;
        let ends = ((first.0, surplus(&first.1)), (last.0, surplus(&last.1)));
        let mut near = first.1;
        let tolerance = 1e-15 * (first.0.abs() + last.0.abs());
        let drive = root(ends, tolerance, |drive| {
            near = self.newton(drive, &near)?;
            Some(surplus(&near))
        });
        let driven = || self.network.populations[self.driven].name.clone();
        let unstable = || DriveError::Unstable { driven: driven(), rate, drive };
        let found = self.newton(drive, &near).ok_or_else(unstable)?;
        let points = fixed_points(&self.at(drive), &self.coefficients, &self.balance, self.time)?;
        let mean = &found.moments.as_slice()[..self.network.population_count()];
        let state = points.nearest_stable(mean).filter(|point| {
            (point.rates[population] / rate - 1.0).abs() < PRECISION
                && surplus(&found).abs() < PRECISION
        });
        Ok(Reached { drive, state: state.ok_or_else(unstable)?.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use equipoise_limit::{FiniteN, Order};
    use equipoise_model::Scenario;
    use equipoise_model::scenario::overrides::apply;

    const PAIR: &str = include_str!("../../../../scenarios/inhibition-stabilised.toml");
    const EXTERNAL: &str = include_str!("../../../../scenarios/external-drive.toml");
    const SLOW: &str = include_str!("../../../../scenarios/slow-oscillation.toml");

    fn network(text: &str, overrides: &[String]) -> Network {
        Scenario::parse("scenario", &apply(text, overrides).unwrap()).unwrap().network
    }

    fn stable(network: &Network) -> FixedPoint {
        let coefficients = Coefficients::limit(network);
        let balance = Balance::new(&coefficients.mean);
        let points = fixed_points(network, &coefficients, &balance, 0.0).unwrap();
        points.nearest_stable(&[0.0; 2]).unwrap().clone()
    }

    /// Networks with that drive have that rate: by the theory of one network, which knows nothing of the search, at two sizes whose difference says how far the limit is.
    #[test]
    fn networks_with_the_drive_have_the_rate() {
        let pair = network(PAIR, &[]);
        let start = stable(&pair);
        for driven in [0, 1] {
            for rate in [0.1, 0.3] {
                let reached = Search::new(&pair, driven, 0.0).find(0, rate, &start).unwrap();
                assert!((reached.state.rates[0] / rate - 1.0).abs() < PRECISION);
                let name = ["E", "I"][driven];
                let error = |n: &str| {
                    let drive = format!("populations.{name}.drive={:?}", reached.drive);
                    let network = network(PAIR, &[format!("n={n}"), drive]);
                    let state = FiniteN::new(&network, Order::First).stationary(0.0).unwrap();
                    (state.rates[0] / rate - 1.0).abs()
                };
                let (near, nearer) = (error("1e6"), error("1e8"));
                assert!(nearer < 1e-3 && nearer < 0.15 * near, "{name} {rate}: {near} {nearer}");
            }
        }
    }

    #[test]
    fn fixed_rates_stay() {
        let external = network(EXTERNAL, &[]);
        let found = Search::new(&external, 0, 0.0).find(0, 0.1, &stable(&external));
        assert_eq!(found.unwrap_err(), DriveError::Fixed);
    }

    /// Below its Hopf point the slow oscillation has no stable state of these rates.
    #[test]
    fn unstable_states_do_not_count() {
        let slow = network(SLOW, &["populations.E.drive=8.4".to_owned()]);
        let start = stable(&slow);
        let found = Search::new(&slow, 0, 0.0).find(0, 0.05, &start);
        let error = found.unwrap_err();
        assert!(
            matches!(error, DriveError::Unstable { .. } | DriveError::OutOfReach { .. }),
            "{error}"
        );
    }

    #[test]
    fn rates_beyond_the_gain_are_out_of_reach() {
        let pair = network(PAIR, &[]);
        let error = Search::new(&pair, 0, 0.0).find(0, 1.5, &stable(&pair)).unwrap_err();
        let DriveError::OutOfReach { most, .. } = &error else { panic!("{error}") };
        assert!(*most < 1.0, "{error}");
    }
}
