//! Both sides of a fast Hopf point, by exact simulation.
//!
//! The fast eigenvalues `rho +- i omega` (per time unit and `sqrt(n)`) of the scenario are a pair that crosses the imaginary axis at
//! `J_EE = 0.625`. On the stable side the means of populations have a covariance of order `1/n`, and ring at `omega sqrt(n)/(2 pi)`. On the other
//! side, where the limit is lost, their fluctuations do not shrink; near onset they oscillate at `omega sqrt(n)/(2 pi)`, too, which is
//! defined up to about the growth rate, `rho sqrt(n)/(2 pi)`. One network of size `n` decays by `1/tau` besides: its pair crosses where
//! `rho sqrt(n) tau = 1`, near `n = 1100` for the coupling that is taken here, so that `n = 900` is near onset and `n = 2500` beyond it.

mod exponent;

use std::f64::consts::TAU;
use std::sync::atomic::AtomicBool;

use equipoise_engine::{Ensemble, Single};
use equipoise_limit::sweep::{Bifurcation, sweep};
use equipoise_limit::{Complex, FiniteN, Limit, LimitError, LinearNoise, Order, Stationary};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Method, Network, Recording, Scenario};
use equipoise_statistics::spectrum::{Centre, Spectra, Welch, Window};
use equipoise_statistics::{Estimate, estimate};
use exponent::{Exponent, student};

const SCENARIO: &str = include_str!("../../scenarios/fast-hopf.toml");
/// `J_EE` of the scenario, and beyond the Hopf point.
const STABLE: f64 = 0.5;
const UNSTABLE: f64 = 0.75;
/// Sizes and numbers of networks, and those for which the means go round a cycle on the unstable side.
const ENSEMBLES: [(f64, u64); 3] = [(100.0, 48), (300.0, 16), (900.0, 8)];
const BEYOND: (f64, u64) = (2500.0, 6);
const SEED: u64 = 51;
/// Samples for each time `1/sqrt(n)`; time constants left out at the start, and samples taken after it.
const SAMPLES_PER_UNIT: f64 = 2.5;
const BURN_IN: f64 = 3.0;
const SAMPLES: usize = 512;
/// Level of each of the twelve intervals and tests, 0.01 for all of them.
const LEVEL: f64 = 0.01 / 12.0;
/// Exponents of a variance above this, halfway from -1 to 0, mean that it does not shrink like `1/n`.
const LASTING: f64 = -0.5;

fn network(size: f64, coupling: f64) -> Network {
    let text = apply(SCENARIO, &[format!("n={size}"), format!("coupling.E.E={coupling:?}")]);
    Scenario::parse("fast-hopf.toml", &text.unwrap()).unwrap().network
}

/// The fast eigenvalue with positive imaginary part at the only fixed point.
fn fast_eigenvalue(coupling: f64) -> Complex<f64> {
    let network = network(400.0, coupling);
    let found = Limit::new(&network).unwrap().fixed_points(0.0).unwrap();
    assert_eq!(found.points.len(), 1);
    found.points[0].fast_eigenvalues[0]
}

/// The means of `E` in a stationary ensemble.
struct Observed {
    size: f64,
    step: f64,
    series: Vec<Vec<f64>>,
    centre: f64,
}

impl Observed {
    fn new(coupling: f64, (size, replicates): (f64, u64)) -> Self {
        let network = network(size, coupling);
        let step = 1.0 / (SAMPLES_PER_UNIT * size.sqrt());
        let burn_in = (BURN_IN / step).ceil() as usize;
        let times = (0..burn_in + SAMPLES).map(|i| i as f64 * step).collect();
        let (recording, threads) = (Recording::default(), 0);
        let (network, method, seed) = (&network, Method::Exact, SEED);
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
        let mut series: Vec<Vec<f64>> = Vec::new();
        let receive = |trajectory: equipoise_engine::Trajectory| {
            series.push(trajectory.mean.chunks(2).skip(burn_in).map(|means| means[0]).collect());
            Ok::<(), ()>(())
        };
        ensemble.run(&AtomicBool::new(false), receive).unwrap();
        let centre = series.iter().flatten().sum::<f64>() / (series.len() * SAMPLES) as f64;
        Self { size, step, series, centre }
    }

    fn all(coupling: f64) -> Vec<Self> {
        ENSEMBLES.into_iter().map(|ensemble| Self::new(coupling, ensemble)).collect()
    }

    fn critical(&self) -> f64 {
        student(self.series.len(), LEVEL)
    }

    /// Mean square deviation, over time and networks.
    fn variance(&self) -> Estimate {
        let square = |series: &Vec<f64>| {
            series.iter().map(|m| (m - self.centre).powi(2)).sum::<f64>() / SAMPLES as f64
        };
        estimate::mean(&self.series.iter().map(square).collect::<Vec<_>>())
    }

    fn spectrum(&self, series: &[f64]) -> Spectra {
        let mut welch = Welch::new(1, self.step, SAMPLES)
            .unwrap()
            .window(Window::Hann)
            .centre(Centre::Known(vec![self.centre]))
            .unwrap();
        welch.add(&[series]).unwrap();
        welch.spectra().unwrap()
    }

    /// Mean frequency of the power within half of `around` to either side. It is the mean over networks of `sum (f - f0) P(f)` that has a
    /// standard error: `f0` is moved until it vanishes.
    fn frequency(&self, around: f64) -> Estimate {
        let sums = self.series.iter().map(|series| {
            let spectrum = self.spectrum(series);
            let density = spectrum.density(0);
            let within = spectrum.frequencies().iter().zip(&density);
            let within = within.filter(|(f, _)| is_near(**f, around));
            within.fold((0.0, 0.0), |(power, moment), (f, p)| (power + p, moment + f * p))
        });
        let sums: Vec<(f64, f64)> = sums.collect();
        let (power, moment) =
            sums.iter().fold((0.0, 0.0), |(p, m), (power, moment)| (p + power, m + moment));
        let value = moment / power;
        let off: Vec<f64> = sums.iter().map(|(power, moment)| moment - value * power).collect();
        let standard_error = estimate::mean(&off).standard_error * sums.len() as f64 / power;
        Estimate { value, standard_error }
    }

    /// The same of linear noise; Hann's window mixes neighbours as 1 : 4 : 1.
    fn expected_frequency(&self, noise: &LinearNoise, around: f64) -> f64 {
        let width = 1.0 / (self.step * SAMPLES as f64);
        let density = |k: usize| noise.mean_spectrum(k as f64 * width)[(0, 0)].re;
        let within = (1..SAMPLES / 2).filter(|k| is_near(*k as f64 * width, around));
        let (power, moment) = within.fold((0.0, 0.0), |(power, moment), k| {
            let p = density(k - 1) + 4.0 * density(k) + density(k + 1);
            (power + p, moment + k as f64 * width * p)
        });
        moment / power
    }
}

fn is_near(frequency: f64, around: f64) -> bool {
    (frequency - around).abs() <= 0.5 * around
}

fn by_size(observed: &[Observed]) -> Vec<(f64, Estimate)> {
    observed.iter().map(|observed| (observed.size, observed.variance())).collect()
}

fn exponent(observed: &[Observed]) -> Exponent {
    let critical = observed.iter().map(Observed::critical).fold(0.0, f64::max);
    Exponent::of(&by_size(observed), critical)
}

/// The stationary state of the theory at the stable side.
fn stationary(size: f64, order: Order) -> Stationary {
    FiniteN::new(&network(size, STABLE), order).stationary(0.0).unwrap()
}

/// Variance of the mean of `E` over networks.
fn variance(state: &Stationary) -> f64 {
    state.moments.mean_covariance[0]
}

#[test]
fn the_limit_is_lost_at_a_fast_hopf_point() {
    let network_at = |coupling: f64| Ok::<_, std::io::Error>(network(400.0, coupling));
    let values: Vec<f64> =
        (0..=10).map(|i| STABLE + (UNSTABLE - STABLE) * 0.1 * f64::from(i)).collect();
    let swept = sweep(&network_at, &values, 0.0).unwrap();
    let special = swept.branches.iter().flat_map(|branch| &branch.points);
    let special: Vec<_> = special.filter(|point| point.special.is_some()).collect();
    assert_eq!(special.len(), 1);
    assert!(matches!(special[0].special, Some(Bifurcation::FastHopf { .. })), "{special:?}");
    let (stable, unstable) = (fast_eigenvalue(STABLE), fast_eigenvalue(UNSTABLE));
    assert!(stable.re < 0.0 && unstable.re > 0.0 && stable.im > 0.0 && unstable.im > 0.0);
    let limit = |coupling: f64| {
        let network = network(400.0, coupling);
        Limit::new(&network).unwrap().solve(&[0.0, 1.0])
    };
    assert_eq!(limit(STABLE).unwrap().end, None);
    assert!(matches!(limit(UNSTABLE), Err(LimitError::Unsettled { .. })));
}

#[test]
fn the_stable_side_fluctuates_and_rings_as_predicted() {
    let all = Observed::all(STABLE);
    let states: Vec<Stationary> =
        all.iter().map(|observed| stationary(observed.size, Order::First)).collect();

    // Like 1/n for large n; a part that rings, 1 + |rho| sqrt(n) tau times smaller, still counts at these sizes.
    let exponent = exponent(&all);
    let expected = exponent.weigh(states.iter().map(variance));
    println!("stable: {exponent:?}, theory {expected}");
    assert!((exponent.value - expected).abs() < exponent.half_width, "{exponent:?} {expected}");
    // n C tends to a constant: its extrapolation in n^(-1/2) does not depend on where it is begun.
    let scaled = [1.6e5, 6.4e5, 2.56e6].map(|n| n * variance(&stationary(n, Order::Zeroth)));
    let [first, second] = [0, 1].map(|i| 2.0 * scaled[i + 1] - scaled[i]);
    println!("n C at large n: {scaled:?}, extrapolated {first}, {second}");
    assert!(first > 0.0 && (second / first - 1.0).abs() < 0.02, "{first} {second}");
    // The power twin of the other side.
    assert!(exponent.value + exponent.half_width < LASTING, "{exponent:?}");

    let eigenvalue = fast_eigenvalue(STABLE);
    let mut shifts = Vec::new();
    for (observed, state) in all.iter().zip(&states) {
        let (found, theory) = (observed.variance(), variance(state));
        let margin = (theory - variance(&stationary(observed.size, Order::Half))).abs();
        println!("n = {}: {found:?}, theory {theory}, margin {margin}", observed.size);
        let allowed = observed.critical() * found.standard_error;
        assert!((found.value - theory).abs() < margin + allowed, "{found:?} {theory}");

        let predicted = eigenvalue.im * observed.size.sqrt() / TAU;
        let found = observed.frequency(predicted);
        let expected = observed.expected_frequency(&state.noise, predicted);
        let allowed = observed.critical() * found.standard_error;
        println!("    {found:?}, theory {expected}, allowed {allowed}");
        assert!((found.value - expected).abs() < allowed, "{found:?} {expected}");
        // A network half as large again rings faster.
        let wrong = expected * 1.5_f64.sqrt();
        assert!((found.value - wrong).abs() > allowed, "{found:?} {wrong}");
        let values = state.noise.eigenvalues();
        let pair = values.into_iter().map(|value| value.im).fold(0.0, f64::max);
        shifts.push(observed.size.sqrt() * (1.0 - pair / (TAU * predicted)));
    }
    // The pair of linear noise tends to the fast eigenvalues by n^(-1/2): its distance times sqrt(n) stays where it is.
    println!("relative shifts times sqrt(n): {shifts:?}");
    assert!(shifts.iter().all(|shift| (0.5..2.0).contains(shift)), "{shifts:?}");
}

#[test]
fn the_unstable_side_oscillates_and_does_not_shrink() {
    let all = Observed::all(UNSTABLE);
    let exponent = exponent(&all);
    println!("unstable: {exponent:?}");
    assert!(exponent.value - exponent.half_width > LASTING, "{exponent:?}");
    let eigenvalue = fast_eigenvalue(UNSTABLE);
    for observed in &all {
        let scale = observed.size.sqrt() / TAU;
        let (predicted, width) = (eigenvalue.im * scale, eigenvalue.re * scale);
        let found = observed.frequency(predicted);
        let allowed = width + observed.critical() * found.standard_error;
        println!("n = {}: {found:?}, predicted {predicted}, allowed {allowed}", observed.size);
        assert!((found.value - predicted).abs() < allowed, "{found:?} {predicted}");
        // That of a network half as large again.
        let wrong = predicted * 1.5_f64.sqrt();
        assert!((found.value - wrong).abs() > allowed, "{found:?} {wrong}");
    }
}

/// Beyond the onset of one network of its size linear noise has no stationary state, and the means go round a cycle: they are not normal about their average
/// but keep away from it, so that their kurtosis is below 3 (3/2 for a sine).
#[test]
fn beyond_onset_the_means_go_round_a_cycle() {
    let at_rest =
        |size: f64| FiniteN::new(&network(size, UNSTABLE), Order::Zeroth).stationary(0.0).is_ok();
    assert!(at_rest(900.0) && !at_rest(BEYOND.0));
    let critical = student(BEYOND.1 as usize, LEVEL);
    let below_normal = |coupling: f64| {
        let observed = Observed::new(coupling, BEYOND);
        let kurtosis = observed.series.iter().map(|series| {
            let moment = |power: i32| {
                let powers = series.iter().map(|m| (m - observed.centre).powi(power));
                powers.sum::<f64>() / SAMPLES as f64
            };
            moment(4) / moment(2).powi(2)
        });
        let found = estimate::mean(&kurtosis.collect::<Vec<_>>());
        println!("{coupling}: kurtosis {found:?}, variance {:?}", observed.variance());
        3.0 - found.value > critical * found.standard_error
    };
    assert!(below_normal(UNSTABLE));
    // The power twin: linear noise is normal.
    assert!(!below_normal(STABLE));
}
