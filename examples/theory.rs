//! A network without a file: its limit, the theory of one network of size n, and how fast the one comes to the other.
//!
//!     cargo run --example theory

use equipoise::limit::{FiniteN, Limit, Order};
use equipoise::model::gain::Logistic;
use equipoise::model::{Coupling, Gain, InitialLaw, Kind, Network, NeuronPopulation};
use equipoise::model::{Schedule, Transmission};

/// A population of n neurons.
fn population(name: &str, kind: Kind, drive: f64, size: usize) -> NeuronPopulation {
    NeuronPopulation {
        name: name.to_owned(),
        kind,
        fraction: 1.0,
        count: size,
        time_constant: 1.0,
        drive: Schedule::Constant(drive),
        gain: Gain::Logistic(Logistic { max_rate: 1.0, threshold: 0.0, slope: 0.5 }),
        initial: InitialLaw::Normal { mean: 0.0, variance: 0.25 },
    }
}

/// The inhibition-stabilised pair; rows of the coupling are targets.
fn pair(size: usize) -> Network {
    Network {
        size: size as f64,
        transmission: Transmission::Independent,
        populations: vec![
            population("E", Kind::Excitatory, -0.3, size),
            population("I", Kind::Inhibitory, 0.0, size),
        ],
        externals: Vec::new(),
        coupling: Coupling::from_rows(&[vec![1.0, -1.0], vec![2.0, -2.0]]),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let times = [0.0, 1.0, 2.0, 4.0];
    let last = times.len() - 1;
    let network = pair(100);
    let limit = Limit::new(&network)?.solve(&times)?;
    if let Some(end) = limit.end {
        return Err(end.into());
    }
    // Arrays are row-major: (time, population).
    let mean = &limit.mean[2 * last..];
    println!("limit at time {}: m_E = {:.4}, m_I = {:.4}", times[last], mean[0], mean[1]);

    println!("      n   m_E at n  (m_E - limit) sqrt(n)");
    for size in [100, 1000, 10_000, 100_000] {
        let network = pair(size);
        let theory = FiniteN::new(&network, Order::First).solve(&times)?;
        let at_n = theory.mean[2 * last];
        println!("{size:7}  {at_n:9.4}  {:9.3}", (at_n - mean[0]) * network.size.sqrt());
    }
    Ok(())
}
