//! Short descriptions of networks.

use equipoise_model::gain::{Logistic, Probit};
use equipoise_model::schedule::Sine;
use equipoise_model::{
    Coupling, ExternalPopulation, Gain, InitialLaw, Kind, Network, NeuronPopulation, Schedule,
    Transmission,
};

/// Transmissions under which neurons have spikes of their own: everyone is reached, few are, few are not.
pub const SPIKING: [Transmission; 3] = [
    Transmission::Shared,
    Transmission::Release { probability: 0.3 },
    Transmission::Release { probability: 0.8 },
];

/// Logistic gain of width `slope`.
pub fn logistic(max_rate: f64, threshold: f64, slope: f64) -> Gain {
    Gain::Logistic(Logistic { max_rate, threshold, slope })
}

/// Probit gain of width `slope`.
pub fn probit(max_rate: f64, threshold: f64, slope: f64) -> Gain {
    Gain::Probit(Probit { max_rate, threshold, slope })
}

/// A sine about `mean`.
pub fn sine(mean: f64, amplitude: f64, frequency: f64) -> Schedule {
    Schedule::Sine(Sine { mean, amplitude, frequency, phase: 0.4 })
}

/// A population of `count` neurons: excitatory unless its name begins with I.
pub fn neurons(name: &str, count: usize, gain: Gain) -> NeuronPopulation {
    let inhibitory = name.starts_with('I');
    NeuronPopulation {
        name: name.to_owned(),
        kind: if inhibitory { Kind::Inhibitory } else { Kind::Excitatory },
        fraction: 1.0,
        count,
        time_constant: 1.0,
        drive: Schedule::Constant(0.0),
        gain,
        initial: InitialLaw::Normal { mean: 0.0, variance: 0.25 },
    }
}

/// An external population.
pub fn external(name: &str, count: usize, rate: Schedule) -> ExternalPopulation {
    ExternalPopulation { name: name.to_owned(), fraction: 1.0, count, rate }
}

/// A network with independent transmission; `rows` are by target.
pub fn network(
    size: f64,
    populations: Vec<NeuronPopulation>,
    externals: Vec<ExternalPopulation>,
    rows: &[Vec<f64>],
) -> Network {
    let coupling = Coupling::from_rows(rows);
    Network { size, transmission: Transmission::Independent, populations, externals, coupling }
}

/// An excitatory and an inhibitory population of `count` neurons each, `n = count`.
pub fn balanced_pair(count: usize, gain: Gain) -> Network {
    let mut populations = vec![neurons("E", count, gain.clone()), neurons("I", count, gain)];
    populations[0].drive = Schedule::Constant(0.5);
    populations[1].drive = Schedule::Constant(0.2);
    populations[1].time_constant = 0.7;
    network(count as f64, populations, Vec::new(), &[vec![1.0, -1.0], vec![1.5, -1.5]])
}

/// Number of neurons of source population `source` that reach a given neuron of `target`.
pub fn fan_in(network: &Network, target: usize, source: usize) -> usize {
    match network.populations.get(source) {
        Some(population) => population.count - usize::from(source == target),
        None => network.externals[source - network.population_count()].count,
    }
}

/// All pairs (target population, source population).
pub fn channels(network: &Network) -> Vec<(usize, usize)> {
    let sources = network.source_count();
    let targets = 0..network.population_count();
    targets.flat_map(|a| (0..sources).map(move |b| (a, b))).collect()
}
