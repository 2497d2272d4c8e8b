//! Spectra of simulated activity, by Welch's method, against linear noise about the stationary state of the finite-n theory.

use std::sync::atomic::AtomicBool;

use equipoise_engine::{Ensemble, Single};
use equipoise_limit::{FiniteN, Order, Stationary};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Method, Network, Recording, Scenario};
use equipoise_statistics::spectrum::{Centre, Spectra, Welch, Window};

const CANONICAL: &str = include_str!("../../scenarios/inhibition-stabilised.toml");
/// Width of the bins of activity, bins left out at the start (ten time constants), and bins of a segment, of which there are two without overlap.
const WIDTH: f64 = 0.05;
const BURN_IN: usize = 200;
const SEGMENT: usize = 1024;
const REPLICATES: u64 = 64;
/// Places of the frequencies that are compared: octaves from 0.04 to 2.5 per time constant.
const BANDS: [(usize, usize); 6] = [(2, 4), (4, 8), (8, 16), (16, 32), (32, 64), (64, 128)];
/// Two-sided point of the normal law for twelve comparisons at level 0.01.
const CRITICAL: f64 = 3.34;

fn network(overrides: &[&str]) -> Network {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    Scenario::parse("pair", &apply(CANONICAL, &overrides).unwrap()).unwrap().network
}

fn stationary(network: &Network, order: Order) -> Stationary {
    FiniteN::new(network, order).stationary(0.0).unwrap()
}

/// Spectra of the fires per neuron and time of both populations.
fn observe(network: &Network, mean: &[f64]) -> Spectra {
    let bins = BURN_IN + 2 * SEGMENT;
    let recording = Recording { activity: Some(WIDTH), ..Recording::default() };
    let ensemble = Ensemble {
        network,
        method: Method::Exact,
        seed: 31,
        replicates: REPLICATES,
        times: vec![0.0, bins as f64 * WIDTH],
        recording,
        threads: 0,
        ranks: &Single,
    };
    let mut welch = Welch::new(2, WIDTH, SEGMENT)
        .unwrap()
        .window(Window::Hann)
        .centre(Centre::Known(mean.to_vec()))
        .unwrap();
    let per_neuron = 1.0 / (network.size * (network.neuron_count() as f64 - 1.0) * WIDTH);
    ensemble
        .run::<()>(&AtomicBool::new(false), |trajectory| {
            // (bin, target, source): what a population sends, over both targets.
            let sent = |b: usize| -> Vec<f64> {
                let bins = trajectory.records.activity.chunks(4).skip(BURN_IN);
                bins.map(|jumps| (jumps[b] + jumps[2 + b]) as f64 * per_neuron).collect()
            };
            welch.add(&[&sent(0), &sent(1)]).unwrap();
            Ok(())
        })
        .unwrap();
    welch.spectra().unwrap()
}

/// By band: the mean ratio of estimate and expectation, and its standard error. Hann's window mixes neighbours as 1 : 4 : 1.
fn ratios(spectra: &Spectra, theory: &Stationary, population: usize) -> Vec<(f64, f64)> {
    let density = spectra.density(population);
    let binned: Vec<f64> = spectra.frequencies()[..=BANDS[5].1]
        .iter()
        .map(|f| theory.noise.binned_activity_spectrum(*f, WIDTH)[(population, population)].re)
        .collect();
    let expected = |k: usize| (binned[k - 1] + 4.0 * binned[k] + binned[k + 1]) / 6.0;
    let band = |(from, to): (usize, usize)| {
        let mean = (from..to).map(|k| density[k] / expected(k)).sum::<f64>() / (to - from) as f64;
        // Neighbours covary as 1 : 4/9, those after them as 1 : 1/36.
        let correlation = 1.0 + 2.0 * (4.0 / 9.0 + 1.0 / 36.0);
        let freedom = spectra.degrees_of_freedom(from) * (to - from) as f64;
        (mean, (2.0 * correlation / freedom).sqrt())
    };
    BANDS.into_iter().map(band).collect()
}

#[test]
fn activity_fluctuates_as_linear_noise_says() {
    let pair = network(&["n=100"]);
    let theory = stationary(&pair, Order::First);
    let spectra = observe(&pair, &theory.rates);
    let half = stationary(&pair, Order::Half);
    let larger = stationary(&network(&["n=120"]), Order::First);
    let mut worst_of_larger = 0.0_f64;
    for population in 0..2 {
        let found = ratios(&spectra, &theory, population);
        let of_half = ratios(&spectra, &half, population);
        let of_larger = ratios(&spectra, &larger, population);
        println!("{population}: {found:?}");
        for (band, (ratio, error)) in found.into_iter().enumerate() {
            // What the last order of the theory changes is more than the next one will.
            let margin = (ratio / of_half[band].0 - 1.0).abs();
            assert!(
                (ratio - 1.0).abs() < margin + CRITICAL * error,
                "population {population}, band {band}: {ratio}, margin {margin}, s.e. {error}"
            );
            // A network of 120 has the same spectrum but for the factor 1/n.
            let excess = ((of_larger[band].0 - 1.0).abs() - margin) / error;
            worst_of_larger = worst_of_larger.max(excess);
        }
    }
    assert!(worst_of_larger > CRITICAL, "{worst_of_larger}");
}
