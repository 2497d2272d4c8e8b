//! Networks under a sinusoidal drive or external rate against the linear response of the finite-n theory.

use std::f64::consts::TAU;
use std::sync::atomic::AtomicBool;

use equipoise_engine::{Ensemble, Single};
use equipoise_limit::{Complex, FiniteN, Limit, LimitNoise, Order};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Method, Network, Recording, Scenario};
use equipoise_statistics::estimate;

const CANONICAL: &str = include_str!("../../scenarios/inhibition-stabilised.toml");
const EXTERNAL: &str = include_str!("../../scenarios/external-drive.toml");
/// Cycles per time unit: near the slow time scale of the pair and above it.
const FREQUENCIES: [f64; 2] = [0.1, 0.5];
/// Time left out, and samples of a cycle.
const BURN_IN: f64 = 10.0;
const SAMPLES: usize = 20;
/// Time observed in the simulation, and in the solution of the theory: whole cycles of both.
const SIMULATED: f64 = 100.0;
const SOLVED: f64 = 20.0;
const REPLICATES: u64 = 64;
/// Two-sided point of Student's law with 63 degrees of freedom for real and imaginary parts of two rates at two frequencies of two networks, at level 0.01.
const CRITICAL: f64 = 3.61;

/// A network with a source that swings.
struct Driven {
    scenario: &'static str,
    /// The field of the drive or rate, its number among the sources, its mean, and the amplitude about that.
    field: &'static str,
    source: usize,
    mean: f64,
    amplitude: f64,
}

const PAIR: Driven = Driven {
    scenario: CANONICAL,
    field: "populations.E.drive",
    source: 0,
    mean: -0.3,
    amplitude: 0.05,
};
const OUTSIDE: Driven = Driven {
    scenario: EXTERNAL,
    field: "populations.X.rate",
    source: 2,
    mean: 0.5,
    amplitude: 0.05,
};

impl Driven {
    fn network(&self, frequency: Option<f64>) -> Network {
        let Self { field, mean, amplitude, .. } = self;
        let value = match frequency {
            None => format!("{mean}"),
            Some(frequency) => {
                format!(
                    "{{ sine = {{ mean = {mean}, amplitude = {amplitude}, frequency = {frequency} }} }}"
                )
            }
        };
        let overrides = ["n=100".to_owned(), format!("{field}={value}")];
        Scenario::parse("driven", &apply(self.scenario, &overrides).unwrap()).unwrap().network
    }

    fn times(frequency: f64, span: f64) -> Vec<f64> {
        let step = 1.0 / (frequency * SAMPLES as f64);
        let samples = (span * frequency).round() as usize * SAMPLES;
        (0..=samples).map(|sample| BURN_IN + sample as f64 * step).collect()
    }

    /// The response of a rate from cumulative fires per neuron at [`times`](Self::times). With a drive `A sin(2 pi f t)` a rate `S` has
    /// `Im(T A exp(2 pi i f t))`, and counts in bins have the filter of a bin.
    fn demodulate(&self, frequency: f64, span: f64, fires: &[f64]) -> Complex<f64> {
        let times = Self::times(frequency, span);
        let mut sum = Complex::new(0.0, 0.0);
        for (times, fires) in times.windows(2).zip(fires.windows(2)) {
            let angle = TAU * frequency * (0.5 * (times[0] + times[1]));
            sum += Complex::new(angle.sin(), angle.cos()) * (fires[1] - fires[0]);
        }
        let half = TAU / 2.0 / SAMPLES as f64;
        sum * (2.0 / span / self.amplitude / (half.sin() / half))
    }

    /// By population: the responses of all simulated networks.
    fn simulate(&self, frequency: f64) -> [Vec<Complex<f64>>; 2] {
        let network = self.network(Some(frequency));
        let mut times = Self::times(frequency, SIMULATED);
        times.insert(0, 0.0);
        let ensemble = Ensemble {
            network: &network,
            method: Method::Exact,
            seed: 17,
            replicates: REPLICATES,
            times: times.clone(),
            recording: Recording::default(),
            threads: 0,
            ranks: &Single,
            shelf: None,
        };
        let mut responses = [Vec::new(), Vec::new()];
        ensemble
            .run::<()>(&AtomicBool::new(false), |trajectory| {
                for (a, responses) in responses.iter_mut().enumerate() {
                    let count = network.populations[a].count as f64;
                    let fires: Vec<f64> = (1..times.len())
                        .map(|sample| trajectory.spikes(sample, a) / count)
                        .collect();
                    responses.push(self.demodulate(frequency, SIMULATED, &fires));
                }
                Ok(())
            })
            .unwrap();
        responses
    }

    /// Linear response of a rate, by the theory of this order.
    fn linear(&self, order: Order, frequency: f64) -> [Complex<f64>; 2] {
        let network = self.network(None);
        let response = FiniteN::new(&network, order).stationary(0.0).unwrap().response(frequency);
        [response[(0, self.source)], response[(1, self.source)]]
    }

    /// What the theory's own equations do under the drive as it is.
    fn nonlinear(&self, frequency: f64) -> [Complex<f64>; 2] {
        let network = self.network(Some(frequency));
        let mut times = Self::times(frequency, SOLVED);
        times.insert(0, 0.0);
        let solution = FiniteN::new(&network, Order::First).solve(&times).unwrap();
        [0, 1].map(|a| {
            let fires = solution.spikes.iter().skip(2 + a).step_by(2);
            let fires: Vec<f64> = fires.map(|s| s / network.populations[a].count as f64).collect();
            self.demodulate(frequency, SOLVED, &fires)
        })
    }

    fn limit(&self, frequency: f64) -> [Complex<f64>; 2] {
        let network = self.network(None);
        let state = FiniteN::new(&network, Order::First).stationary(0.0).unwrap();
        let points = Limit::new(&network).unwrap().fixed_points(0.0).unwrap();
        let point = points.nearest_stable(&state.moments.mean).unwrap();
        let response = LimitNoise::new(&network, point).response(frequency);
        [response[(0, self.source)], response[(1, self.source)]]
    }

    /// Simulated responses are those of this network, and neither those of the limit nor in phase with their source.
    fn confirm(&self) {
        let (mut worst_of_limit, mut worst_in_phase) = (0.0_f64, 0.0_f64);
        for frequency in FREQUENCIES {
            let simulated = self.simulate(frequency);
            let (first, half) =
                (self.linear(Order::First, frequency), self.linear(Order::Half, frequency));
            let (nonlinear, limit) = (self.nonlinear(frequency), self.limit(frequency));
            for a in 0..2 {
                // What the last order of the theory adds, and what the drive's size does.
                let margin = (first[a] - half[a]).norm() + (nonlinear[a] - first[a]).norm();
                for part in [|z: &Complex<f64>| z.re, |z: &Complex<f64>| z.im] {
                    let values: Vec<f64> = simulated[a].iter().map(part).collect();
                    let found = estimate::mean(&values);
                    let z = |theory: &Complex<f64>| {
                        ((found.value - part(theory)).abs() - margin) / found.standard_error
                    };
                    println!(
                        "{} f {frequency} rate {a}: {:.4} ({:.4}), predicted {:.4}, margin {margin:.4}, limit {:.4}",
                        self.field,
                        found.value,
                        found.standard_error,
                        part(&first[a]),
                        part(&limit[a])
                    );
                    assert!(
                        z(&first[a]) < CRITICAL,
                        "{}, frequency {frequency}, rate {a}: {found:?} is not {}, margin {margin}",
                        self.field,
                        first[a]
                    );
                    worst_of_limit = worst_of_limit.max(z(&limit[a]));
                    worst_in_phase = worst_in_phase.max(z(&Complex::new(first[a].norm(), 0.0)));
                }
            }
        }
        assert!(worst_of_limit > CRITICAL, "{worst_of_limit}");
        assert!(worst_in_phase > CRITICAL, "{worst_in_phase}");
    }
}

#[test]
fn rates_follow_a_drive_as_linear_response_says() {
    PAIR.confirm();
}

#[test]
fn rates_follow_an_external_rate_as_linear_response_says() {
    OUTSIDE.confirm();
}
