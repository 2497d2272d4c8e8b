//! Spectra and response of the limit against those of ever larger networks.

use equipoise_limit::{Complex, FiniteN, FixedPoint, Limit, LimitNoise, Order, Stationary};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Network, Scenario};
use nalgebra::DMatrix;

const PAIR: &str = include_str!("../../../scenarios/inhibition-stabilised.toml");
const EXTERNAL: &str = include_str!("../../../scenarios/external-drive.toml");
const THREE: &str = include_str!("../../../scenarios/three-populations.toml");
const FREQUENCIES: [f64; 4] = [0.0, 0.05, 0.4, 2.0];

fn network(scenario: &str, overrides: &[&str]) -> Network {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    Scenario::parse("scenario", &apply(scenario, &overrides).unwrap()).unwrap().network
}

/// The stable fixed point next to the stationary state of the network.
fn fixed_point(network: &Network, state: &Stationary) -> FixedPoint {
    let points = Limit::new(network).unwrap().fixed_points(0.0).unwrap();
    points.nearest_stable(&state.moments.mean).unwrap().clone()
}

/// Relative differences of three functions of frequency between a network of this size and the limit.
fn differences(scenario: &str, overrides: &[&str], size: &str) -> [f64; 3] {
    let size = format!("n={size}");
    let network = network(scenario, &[overrides, &[&size]].concat());
    let state = FiniteN::new(&network, Order::First).stationary(0.0).unwrap();
    let limit = LimitNoise::new(&network, &fixed_point(&network, &state));
    let n = Complex::new(network.size, 0.0);
    let relative = |finite: &DMatrix<Complex<f64>>, limit: &DMatrix<Complex<f64>>, scale: f64| {
        let difference = finite - limit;
        difference.iter().map(|z| z.norm()).fold(0.0, f64::max) / scale
    };
    let largest =
        |matrix: &DMatrix<Complex<f64>>| matrix.iter().map(|z| z.norm()).fold(0.0, f64::max);
    let mut worst = [0.0_f64; 3];
    for frequency in FREQUENCIES {
        let means = limit.mean_spectrum(frequency);
        let activity = limit.activity_spectrum(frequency);
        let response = limit.response(frequency);
        // Where rates are fixed, activities do not fluctuate at this order: the scale is that of the rates, of order 1.
        let errors = [
            relative(&(state.noise.mean_spectrum(frequency) * n), &means, largest(&means)),
            relative(
                &(state.noise.activity_spectrum(frequency) * n),
                &activity,
                largest(&activity).max(0.1),
            ),
            relative(&state.response(frequency), &response, largest(&response).max(0.1)),
        ];
        for (worst, error) in worst.iter_mut().zip(errors) {
            *worst = worst.max(error);
        }
    }
    worst
}

/// The difference falls as `n^{-1/2}`: by 10 from `n = 10^6` to `10^8`. Without what is claimed (the constraint, the shot noise in it, what external rates do
/// to the manifold) it would not fall.
#[test]
fn networks_approach_the_limit_as_the_inverse_root_of_n() {
    for (scenario, overrides) in [
        (PAIR, &[][..]),
        (PAIR, &["transmission=shared"]),
        (PAIR, &["transmission={ release_probability = 0.3 }"]),
        (EXTERNAL, &[]),
        (EXTERNAL, &["transmission=shared"]),
        (EXTERNAL, &["transmission={ release_probability = 0.3 }"]),
        (THREE, &[]),
    ] {
        let near = differences(scenario, overrides, "1e6");
        let nearer = differences(scenario, overrides, "1e8");
        for (near, nearer) in near.into_iter().zip(nearer) {
            assert!(nearer < 0.02 && nearer < 0.15 * near, "{overrides:?}: {near} {nearer}");
        }
    }
}

/// In time and in frequency the same process, derived in two ways: a basis of the manifold, and a bordered system.
#[test]
fn the_process_within_the_manifold_has_these_spectra() {
    for scenario in [PAIR, EXTERNAL, THREE] {
        let network = network(scenario, &[]);
        let state = FiniteN::new(&network, Order::First).stationary(0.0).unwrap();
        let limit = LimitNoise::new(&network, &fixed_point(&network, &state));
        let process = limit.process().unwrap();
        let (populations, modes) = (network.population_count(), process.drift.nrows());
        let rank = Limit::new(&network).unwrap().balance.rank();
        assert_eq!(modes, 8 * populations - rank);
        for frequency in FREQUENCIES {
            for (ours, theirs) in [
                (process.mean_spectrum(frequency), limit.mean_spectrum(frequency)),
                (process.activity_spectrum(frequency), limit.activity_spectrum(frequency)),
            ] {
                assert!((ours - theirs).camax() < 1e-10, "{frequency}");
            }
        }
        // Means and variances decay as the linearised limit does; the higher modes hear them and do not answer.
        let eigenvalues = process.eigenvalues();
        for slow in fixed_point(&network, &state).slow_eigenvalues {
            assert!(eigenvalues.iter().any(|value| (value - slow).norm() < 1e-6), "{slow}");
        }
    }
}

#[test]
fn noise_in_common_has_no_process_of_order_one_over_n() {
    let network = network(PAIR, &["transmission=shared"]);
    let state = FiniteN::new(&network, Order::First).stationary(0.0).unwrap();
    assert!(LimitNoise::new(&network, &fixed_point(&network, &state)).process().is_none());
}
