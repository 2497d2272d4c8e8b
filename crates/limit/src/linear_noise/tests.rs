use equipoise_model::Scenario;
use equipoise_model::scenario::overrides::apply;

use super::*;
use crate::{FiniteN, Order};

const SCENARIO: &str = include_str!("../../../../scenarios/inhibition-stabilised.toml");

fn network(overrides: &[&str]) -> Network {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    Scenario::parse("canonical", &apply(SCENARIO, &overrides).unwrap()).unwrap().network
}

fn noise(overrides: &[&str]) -> LinearNoise {
    FiniteN::new(&network(overrides), Order::First).stationary(0.0).unwrap().noise
}

/// `int S(f) df = C(0)`: the spectra and the covariances are of the same process.
#[test]
fn spectra_integrate_to_variances() {
    for transmission in ["independent", "shared"] {
        let noise = noise(&["n=100", &format!("transmission={transmission}")]);
        let covariance = &noise.mean_covariances(1.0, 1)[0];
        let mut integral = DMatrix::zeros(2, 2);
        // f = sinh(x)/10: even steps in x resolve low frequencies and reach far; S falls like f^-2.
        let step = 0.02;
        for i in -700..=700 {
            let x = f64::from(i) * step;
            let weight = Complex::new(step * x.cosh() / 10.0, 0.0);
            integral += noise.mean_spectrum(x.sinh() / 10.0) * weight;
        }
        for (a, b) in integral.iter().zip(covariance.iter()) {
            assert!((a.re - b).abs() < 1e-4 * b.abs() && a.im.abs() < 1e-4 * b.abs(), "{a} {b}");
        }
    }
}

/// The state's own covariances, which come from the moment equations, are those of its linear noise.
#[test]
fn the_stationary_covariance_is_that_of_the_moment_equations() {
    for overrides in [&["n=100"][..], &["n=10000"], &["n=100", "transmission=shared"]] {
        let state = FiniteN::new(&network(overrides), Order::First).stationary(0.0).unwrap();
        let ours = &state.noise.mean_covariances(1.0, 1)[0];
        for (a, b) in ours.iter().zip(&state.moments.mean_covariance) {
            assert!((a - b).abs() < 1e-8 * b.abs(), "{overrides:?}: {a} {b}");
        }
    }
}

#[test]
fn far_above_all_rates_activity_is_shot_noise() {
    for transmission in ["independent", "shared"] {
        let network = network(&["n=100", &format!("transmission={transmission}")]);
        let state = FiniteN::new(&network, Order::First).stationary(0.0).unwrap();
        let spectrum = state.noise.activity_spectrum(1e6);
        let targets = if transmission == "shared" { 1.0 } else { 199.0 };
        for a in 0..2 {
            let shot = state.rates[a] / 100.0 / targets;
            assert!((spectrum[(a, a)].re / shot - 1.0).abs() < 1e-6, "{} {shot}", spectrum[(a, a)]);
        }
    }
}

/// Balance cancels the input that is common to all neurons: at low frequencies the activity fluctuates less than its shot noise.
#[test]
fn balance_suppresses_the_shot_noise_of_shared_spikes() {
    let noise = noise(&["n=10000", "transmission=shared"]);
    let (slow, fast) = (noise.activity_spectrum(0.0), noise.activity_spectrum(1e6));
    let input = |s: &DMatrix<Complex<f64>>| s[(0, 0)].re + s[(1, 1)].re - 2.0 * s[(0, 1)].re;
    assert!(input(&slow) < 0.01 * input(&fast), "{} {}", input(&slow), input(&fast));
}
