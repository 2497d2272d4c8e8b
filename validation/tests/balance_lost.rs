//! A limit that ends: exact simulation before and after the time at which balance asks `E` for a rate below zero.
//!
//! With `p` the direction in which no activity cancels the input (`Growth`), `p.K_I = 0` and `p.K_E > 0`. Time constants are equal and
//! drives vanish, so that from any `t1` on, exactly but for the missing self-synapse,
//!
//! ```text
//! D(t1, t2) = E[p.m(t2)] - exp(-(t2 - t1)/tau) E[p.m(t1)]
//!           = sqrt(n) int_{t1}^{t2} exp(-(t2 - s)/tau) ( |g(s)| + p.K_E S_E(s) ) ds,
//! ```
//!
//! and `S_E` is all but zero some `n^(-1/4)` after `t*`: `D` grows like `sqrt(n)`, with a known factor. `n^(-1/4)` is how near to `t*` a network of
//! size `n` follows the limit: there `S_E ~ t* - t` responds to means no faster, in `sqrt(n) S_E,m t ~ 1`, than balance moves.

mod exponent;

use std::sync::atomic::AtomicBool;

use equipoise_engine::{Ensemble, Single, Trajectory};
use equipoise_limit::analysis::Growth;
use equipoise_limit::{Coefficients, FiniteN, FiniteNSolution, Limit, LimitSolution, Order};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Method, Network, Recording, Scenario};
use equipoise_statistics::{Estimate, estimate};
use exponent::{Exponent, student};

const LOSES_BALANCE: &str = include_str!("../../scenarios/loses-balance.toml");
/// Sizes and numbers of networks.
const ENSEMBLES: [(u32, u64); 3] = [(100, 160), (400, 40), (1600, 8)];
const SEED: u64 = 41;
const SAMPLES_PER_UNIT: f64 = 20.0;
/// Samples: well before `t* = 1.049`, and two after it.
const BEFORE: usize = 10;
const AFTER: [usize; 2] = [35, 50];
/// Level of each of the twelve intervals and tests, 0.01 for all of them.
const LEVEL: f64 = 0.01 / 12.0;
/// Deviation from the limit that counts as departure.
const DEPARTED: f64 = 0.5;

fn network(size: f64, overrides: &[&str]) -> Network {
    let size = format!("n={size}");
    let overrides: Vec<String> =
        overrides.iter().copied().chain([&*size]).map(str::to_owned).collect();
    Scenario::parse("loses-balance.toml", &apply(LOSES_BALANCE, &overrides).unwrap())
        .unwrap()
        .network
}

fn times() -> Vec<f64> {
    (0..=AFTER[1]).map(|i| i as f64 / SAMPLES_PER_UNIT).collect()
}

/// The simulated ensembles of one network at several sizes.
struct Simulated(Vec<(f64, Vec<Trajectory>)>);

impl Simulated {
    fn new(overrides: &[&str]) -> Self {
        let ensemble = |(size, replicates): (u32, u64)| {
            let network = network(f64::from(size), overrides);
            let recording = Recording::default();
            let (method, times) = (Method::Exact, times());
            let (network, seed, threads) = (&network, SEED, 0);
            let ensemble = Ensemble {
                network,
                method,
                seed,
                replicates,
                times,
                recording,
                threads,
                ranks: &Single,
                shelf: None,
            };
            let mut trajectories = Vec::new();
            let receive = |trajectory| {
                trajectories.push(trajectory);
                Ok::<(), ()>(())
            };
            ensemble.run(&AtomicBool::new(false), receive).unwrap();
            (f64::from(size), trajectories)
        };
        Self(ENSEMBLES.into_iter().map(ensemble).collect())
    }

    fn estimates(&self, of: impl Fn(&Trajectory) -> f64) -> Vec<(f64, Estimate)> {
        let estimate = |(size, trajectories): &(f64, Vec<Trajectory>)| {
            (*size, estimate::mean(&trajectories.iter().map(&of).collect::<Vec<_>>()))
        };
        self.0.iter().map(estimate).collect()
    }
}

fn mean(trajectory: &Trajectory, sample: usize, population: usize) -> f64 {
    trajectory.mean[2 * sample + population]
}

/// Two-sided point of Student's law with the degrees of freedom of the smallest ensemble.
fn critical() -> f64 {
    let smallest = ENSEMBLES.iter().map(|ensemble| ensemble.1).min().unwrap();
    student(smallest as usize, LEVEL)
}

/// `p`, and `int exp(-(t2 - s)) |g(s)| ds` over the samples of [`AFTER`] by Simpson's rule.
fn predicted_growth(network: &Network) -> ([f64; 2], f64) {
    let coefficients = Coefficients::limit(network);
    let [from, to] = AFTER.map(|sample| sample as f64 / SAMPLES_PER_UNIT);
    let steps = 100;
    let mut direction = [0.0; 2];
    let mut integral = 0.0;
    for i in 0..=steps {
        let time = from + (to - from) * f64::from(i) / f64::from(steps);
        let growth = Growth::unavoidable(network, &coefficients, time).expect("no balance");
        let norm = growth.velocity[0].hypot(growth.velocity[1]);
        // No activity can do better than the rates nearest to balance, and these do.
        assert!((growth.at_least - norm).abs() < 1e-9 && growth.rates[0] == 0.0, "{growth:?}");
        let at = [growth.velocity[0] / norm, growth.velocity[1] / norm];
        assert!(i == 0 || (at[0] - direction[0]).abs() < 1e-9, "{at:?}");
        direction = at;
        let weight = if i == 0 || i == steps { 1.0 } else { 2.0 + 2.0 * f64::from(i % 2) };
        integral += weight * (time - to).exp() * norm;
    }
    (direction, integral * (to - from) / f64::from(steps) / 3.0)
}

/// `D` of each network between the samples of [`AFTER`].
fn growth_of(trajectory: &Trajectory, direction: [f64; 2]) -> f64 {
    let along = |sample| {
        direction[0] * mean(trajectory, sample, 0) + direction[1] * mean(trajectory, sample, 1)
    };
    let decay = (-((AFTER[1] - AFTER[0]) as f64) / SAMPLES_PER_UNIT).exp();
    along(AFTER[1]) - decay * along(AFTER[0])
}

/// What the spikes that `E` still has and the missing self-synapses add to `D` at most, from the spikes that were counted.
fn neglected(simulated: &Simulated, network: &Network, direction: [f64; 2]) -> Vec<f64> {
    let fired = |a: usize| {
        simulated
            .estimates(|trajectory| trajectory.spikes(AFTER[1], a) - trajectory.spikes(AFTER[0], a))
    };
    let coupling = &Coefficients::limit(network).mean;
    let response = direction[0] * coupling[(0, 0)] + direction[1] * coupling[(1, 0)];
    let (excitatory, inhibitory) = (fired(0), fired(1));
    let pairs = excitatory.iter().zip(&inhibitory);
    pairs
        .map(|((size, e), (_, i))| {
            let own = (direction[0] * coupling[(0, 0)] * e.value).abs()
                + (direction[1] * coupling[(1, 1)] * i.value).abs();
            (response.abs() * e.value + own / size) / size.sqrt()
        })
        .collect()
}

/// When a mean of `E` by sample is [`DEPARTED`] from the limit, by interpolation, and how fast it departs then.
fn departure(limit: &LimitSolution, mean: impl Fn(usize) -> f64) -> (usize, f64, f64) {
    let deviation = |sample: usize| mean(sample) - limit.mean[2 * sample];
    let after = (1..limit.times.len()).find(|sample| deviation(*sample) > DEPARTED).unwrap();
    let (before, beyond) = (deviation(after - 1), deviation(after));
    let speed = (beyond - before) * SAMPLES_PER_UNIT;
    (after, limit.times[after] - (beyond - DEPARTED) / speed, speed)
}

fn theory(size: f64, order: Order) -> FiniteNSolution {
    FiniteN::new(&network(size, &[]), order).moments_only().solve(&times()).unwrap()
}

#[test]
fn means_follow_the_limit_and_leave_it_where_it_ends() {
    let described = network(400.0, &[]);
    let limit = Limit::new(&described).unwrap().solve(&times()).unwrap();
    let end = limit.end.as_ref().expect("an end").time();
    assert!(limit.times[BEFORE] < end && end < AFTER[0] as f64 / SAMPLES_PER_UNIT);
    let simulated = Simulated::new(&[]);

    // Before: the distance to the limit shrinks as the finite-n theory says, and that as n^(-1/2).
    let large = [1e6, 1e8].map(|size| theory(size, Order::Half));
    let of_theory = ENSEMBLES.map(|(size, _)| theory(f64::from(size), Order::First));
    for a in 0..2 {
        let at = 2 * BEFORE + a;
        let distances =
            simulated.estimates(|trajectory| mean(trajectory, BEFORE, a) - limit.mean[at]);
        let exponent = Exponent::of(&distances, critical());
        let distance = |theory: &FiniteNSolution| theory.mean[at] - limit.mean[at];
        let expected = exponent.weigh(of_theory.iter().map(distance));
        let slope = (distance(&large[1]) / distance(&large[0])).ln() / 100.0_f64.ln();
        println!("before, {a}: {exponent:?}, theory {expected}, at large n {slope}");
        assert!((exponent.value - expected).abs() < exponent.half_width, "{exponent:?} {expected}");
        assert!((slope + 0.5).abs() < 0.02, "{slope}");
    }

    // Departure from the limit, which comes the closer to its end the larger n is.
    let mut last = 0.0;
    for (place, (size, trajectories)) in simulated.0.iter().enumerate() {
        let average = |sample: usize| {
            let sum: f64 = trajectories.iter().map(|t| mean(t, sample, 0)).sum();
            sum / trajectories.len() as f64
        };
        let (sample, time, speed) = departure(&limit, average);
        let error = simulated.estimates(|t| mean(t, sample, 0))[place].1.standard_error / speed;
        let (_, expected, _) = departure(&limit, |sample| of_theory[place].mean[2 * sample]);
        println!("departure, n = {size}: {time} ({error}), theory {expected}, end {end}");
        assert!((time - expected).abs() < critical() * error, "{time} {expected} {error}");
        assert!(last + critical() * error < time && time < end, "{last} {time}");
        last = time;
    }

    // After: growth like sqrt(n), by the factor that was predicted.
    let (direction, factor) = predicted_growth(&described);
    let growth = simulated.estimates(|trajectory| growth_of(trajectory, direction));
    let neglected = neglected(&simulated, &described, direction);
    let exponent = Exponent::of(&growth, critical());
    let relative: Vec<f64> =
        neglected.iter().zip(&growth).map(|(more, (_, growth))| more / growth.value).collect();
    let margin: f64 =
        relative.iter().zip(&exponent.weights).map(|(more, weight)| more * weight.abs()).sum();
    println!("after: {growth:?}, {exponent:?}, margin {margin}");
    assert!((exponent.value - 0.5).abs() < exponent.half_width + margin, "{exponent:?} {margin}");
    let off = |(size, growth): &(f64, Estimate), more: f64, factor: f64| {
        let difference = (growth.value - size.sqrt() * factor).abs();
        (difference - more) / growth.standard_error
    };
    for (growth, more) in growth.iter().zip(&neglected) {
        println!("after: {} standard errors", off(growth, *more, factor));
        assert!(off(growth, *more, factor) < critical(), "{growth:?} {factor} {more}");
    }
    // A prediction that is 5 % too large would be found out by the largest networks.
    assert!(off(&growth[2], neglected[2], 1.05 * factor) > critical());
}

/// Power twin: less excitation of `I`, so that balance is kept, and the same test.
#[test]
fn means_of_a_network_that_keeps_its_balance_do_not_grow() {
    let kept = "populations.Y.rate.sine={ mean = 0.1, amplitude = 0.1, frequency = 0.2, phase = -1.5707963267948966 }";
    let described = network(400.0, &[]);
    let limit = Limit::new(&network(400.0, &[kept])).map(|limit| limit.solve(&times()).unwrap());
    assert_eq!(limit.unwrap().end, None);
    let (direction, factor) = predicted_growth(&described);
    let simulated = Simulated::new(&[kept]);
    let growth = simulated.estimates(|trajectory| growth_of(trajectory, direction));
    let exponent = Exponent::of(&growth, critical());
    println!("kept: {growth:?}, {exponent:?}");
    // Rejected by more than the margin of the test above, too.
    assert!((exponent.value - 0.5).abs() > exponent.half_width + 0.1, "{exponent:?}");
    let (size, estimate) = &growth[2];
    assert!(estimate.value < 0.5 * size.sqrt() * factor, "{estimate:?}");
}
