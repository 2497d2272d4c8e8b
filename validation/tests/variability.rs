//! Irregularity and correlation of simulated spike trains against the theory of a stationary network: Fano factors, correlations of pairs, intervals.

use std::sync::atomic::AtomicBool;

use equipoise_engine::record::SpikeTrains;
use equipoise_engine::{Ensemble, Single};
use equipoise_limit::variability::{CountStatistics, SpikeTrain, Stationary};
use equipoise_limit::{FiniteN, Order};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Method, Network, Recording, Scenario, Selection, Transmission};
use equipoise_statistics::{Estimate, estimate};

const CANONICAL: &str = include_str!("../../scenarios/inhibition-stabilised.toml");
/// Time left out at the start, length of a window, and of the gap after it, in time constants.
const BURN_IN: f64 = 10.0;
const WINDOW: f64 = 10.0;
const WINDOWS: usize = 6;
/// Intervals that begin within this time after the start are followed for 100 time constants, in which all but `exp(-16)` end.
const BEGUN: f64 = 20.0;
/// Two-sided point of Student's law with 99 degrees of freedom for the 17 comparisons of three networks at level 0.01.
const CRITICAL: f64 = 3.56;

fn network(overrides: &[&str]) -> Network {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    Scenario::parse("pair", &apply(CANONICAL, &overrides).unwrap()).unwrap().network
}

/// The trains of all networks, by population.
fn simulate(network: &Network, replicates: u64) -> Vec<Vec<SpikeTrains>> {
    let ensemble = Ensemble {
        network,
        method: Method::Exact,
        seed: 5,
        replicates,
        times: vec![0.0, BURN_IN + 2.0 * WINDOW * WINDOWS as f64],
        recording: Recording { spikes: vec![Selection::All; 2], ..Recording::default() },
        threads: 0,
        ranks: &Single,
    };
    let mut networks = Vec::new();
    ensemble
        .run::<()>(&AtomicBool::new(false), |trajectory| {
            networks.push(trajectory.records.spikes);
            Ok(())
        })
        .unwrap();
    networks
}

/// What is estimated, by name.
type Measures<T> = Vec<(String, T)>;

fn predicted(network: &Network) -> Measures<f64> {
    let state = FiniteN::new(network, Order::First).stationary(0.0).unwrap();
    let counts = CountStatistics::new(network, &state, WINDOW).unwrap();
    let mut all = Vec::new();
    for a in 0..2 {
        all.push((format!("fano {a}"), counts.fano[a]));
        for b in a..2 {
            all.push((format!("correlation {a} {b}"), counts.correlation[(a, b)]));
        }
        // Intervals are known for independent neurons.
        if network.transmission == Transmission::Independent {
            let (mean, variance) = (state.moments.mean[a], state.moments.variance[a]);
            let neuron = Stationary::of_population(network, a, mean, variance);
            let intervals = SpikeTrain::new(neuron).unwrap().intervals().unwrap();
            all.push((format!("cv {a}"), intervals.coefficient_of_variation()));
        }
    }
    all
}

/// Estimates, each with the standard error over networks.
fn measured(network: &Network, networks: &[Vec<SpikeTrains>]) -> Measures<Estimate> {
    let tables: Vec<[Table; 2]> = networks
        .iter()
        .map(|trains| [0, 1].map(|a| Table::new(&trains[a], network.populations[a].count)))
        .collect();
    // Means over all windows and neurons, from which products deviate.
    let mean = |a: usize| {
        let of: Vec<f64> = tables.iter().map(|table| table[a].mean()).collect();
        estimate::mean(&of)
    };
    let means = [mean(0), mean(1)];
    let over = |of: &dyn Fn(&[Table; 2]) -> f64| {
        estimate::mean(&tables.iter().map(of).collect::<Vec<f64>>())
    };
    let scaled = |estimate: Estimate, by: f64| Estimate {
        value: estimate.value / by,
        standard_error: estimate.standard_error / by,
    };
    let variance = |a: usize| over(&|table| table[a].own_product(means[a].value));
    let mut all = Vec::new();
    for a in 0..2 {
        all.push((format!("fano {a}"), scaled(variance(a), means[a].value)));
        for b in a..2 {
            let deviation = (variance(a).value * variance(b).value).sqrt();
            let centres = (means[a].value, means[b].value);
            let covariance =
                over(&|table| Table::pair_product(&table[a], &table[b], centres, a == b));
            all.push((format!("correlation {a} {b}"), scaled(covariance, deviation)));
        }
        if network.transmission == Transmission::Independent {
            let neurons = network.populations[a].count;
            all.push((format!("cv {a}"), coefficient_of_variation(networks, a, neurons)));
        }
    }
    all
}

/// Counts of one population of one network, window by neuron.
struct Table {
    counts: Vec<f64>,
    neurons: usize,
}

impl Table {
    fn new(trains: &SpikeTrains, neurons: usize) -> Self {
        let mut counts = vec![0.0; WINDOWS * neurons];
        for (time, neuron) in trains.times.iter().zip(&trains.neurons) {
            let place = (time - BURN_IN) / (2.0 * WINDOW);
            if place >= 0.0 && place.fract() < 0.5 && place < WINDOWS as f64 {
                counts[place as usize * neurons + *neuron as usize] += 1.0;
            }
        }
        Self { counts, neurons }
    }

    fn mean(&self) -> f64 {
        self.counts.iter().sum::<f64>() / self.counts.len() as f64
    }

    fn own_product(&self, centre: f64) -> f64 {
        let squares = self.counts.iter().map(|count| (count - centre).powi(2));
        squares.sum::<f64>() / self.counts.len() as f64
    }

    /// Mean product of deviations over windows and pairs of different neurons.
    fn pair_product(&self, other: &Self, centres: (f64, f64), same: bool) -> f64 {
        let windows = self.counts.chunks(self.neurons).zip(other.counts.chunks(other.neurons));
        let of =
            |counts: &[f64], centre: f64| counts.iter().map(|count| count - centre).sum::<f64>();
        let products = windows.map(|(ours, theirs)| {
            let all = of(ours, centres.0) * of(theirs, centres.1);
            let own: f64 = ours.iter().map(|count| (count - centres.0).powi(2)).sum();
            if same { all - own } else { all }
        });
        let others = if same { other.neurons - 1 } else { other.neurons };
        products.sum::<f64>() / (WINDOWS * self.neurons * others) as f64
    }
}

/// Of the intervals that begin within [`BEGUN`], by the delta method from first and second moments of each network.
fn coefficient_of_variation(networks: &[Vec<SpikeTrains>], a: usize, neurons: usize) -> Estimate {
    let sums: Vec<[f64; 3]> = networks
        .iter()
        .map(|trains| {
            let mut last = vec![f64::NAN; neurons];
            let mut sums = [0.0; 3];
            for (time, neuron) in trains[a].times.iter().zip(&trains[a].neurons) {
                let before = std::mem::replace(&mut last[*neuron as usize], *time);
                if (BURN_IN..BURN_IN + BEGUN).contains(&before) {
                    let interval = time - before;
                    sums = [sums[0] + 1.0, sums[1] + interval, sums[2] + interval * interval];
                }
            }
            sums
        })
        .collect();
    let total = sums.iter().fold([0.0; 3], |t, s| [t[0] + s[0], t[1] + s[1], t[2] + s[2]]);
    let (mean, square) = (total[1] / total[0], total[2] / total[0]);
    let value = (square / (mean * mean) - 1.0).sqrt();
    // d(CV^2) = d square/mean^2 - 2 square d mean/mean^3, d CV = d(CV^2)/(2 CV).
    let influences: Vec<f64> = sums
        .iter()
        .map(|s| {
            let (first, second) = (s[1] - s[0] * mean, s[2] - s[0] * square);
            let change = second / mean.powi(2) - 2.0 * square * first / mean.powi(3);
            change / (2.0 * value) / (total[0] / sums.len() as f64)
        })
        .collect();
    Estimate { value, standard_error: estimate::mean(&influences).standard_error }
}

/// The theory of counts is off by `n^{-1/2}` of what it adds to Poisson trains, for which Fano factor and CV are 1 and correlations 0.
fn margin(name: &str, predicted: f64, size: f64) -> f64 {
    let poisson = if name.starts_with("correlation") { 0.0 } else { 1.0 };
    (predicted - poisson).abs() / size.sqrt()
}

/// By name: how many standard errors a measure is beyond the margin of its prediction.
fn beyond(network: &Network, measured: &Measures<Estimate>) -> Measures<f64> {
    let pairs = measured.iter().zip(predicted(network));
    let beyond = pairs.map(|((name, found), (_, predicted))| {
        let difference = (found.value - predicted).abs();
        let z = (difference - margin(name, predicted, network.size)) / found.standard_error;
        println!(
            "{name}: {:.5} ({:.5}), predicted {predicted:.5}",
            found.value, found.standard_error
        );
        (name.clone(), z)
    });
    beyond.collect()
}

fn worst(beyond: &Measures<f64>, kind: &str) -> f64 {
    let of = beyond.iter().filter(|(name, _)| name.starts_with(kind));
    of.map(|(_, z)| *z).fold(f64::NEG_INFINITY, f64::max)
}

/// Networks of another size, and with another time constant of the inhibitory neurons, are rejected.
fn confirm(transmission: &str, replicates: u64) {
    let network = |overrides: &[&str]| {
        network(&[&["n=100", &format!("transmission={transmission}")], overrides].concat())
    };
    let pair = network(&[]);
    let found = measured(&pair, &simulate(&pair, replicates));
    for (name, z) in beyond(&pair, &found) {
        assert!(z < CRITICAL, "{transmission}, {name}: {z} standard errors beyond the margin");
    }
    let larger = beyond(&network(&["n=200"]), &found);
    assert!(worst(&larger, "correlation") > CRITICAL, "{larger:?}");
    let slower = beyond(&network(&["populations.I.time_constant=1.5"]), &found);
    assert!(worst(&slower, "fano") > CRITICAL, "{slower:?}");
}

#[test]
fn trains_towards_one_target_are_as_irregular_and_as_correlated_as_predicted() {
    confirm("independent", 100);
}

/// A spike moves all neurons but its own, which makes the trains of excitatory neurons less, of inhibitory neurons more variable than those of Poisson.
#[test]
fn shared_spikes_are_as_irregular_and_as_correlated_as_predicted() {
    confirm("shared", 200);
}

#[test]
fn spikes_with_release_are_as_irregular_and_as_correlated_as_predicted() {
    confirm("{ release_probability = 0.3 }", 100);
}
