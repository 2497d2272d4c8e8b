//! An ensemble with an observer of one's own: how much excitation and inhibition one neuron receives, and what is left of them.
//!
//!     cargo run --release --example observer

use equipoise::engine::{Jump, NetworkState, Observer, Outcome, TargetDriven, simulate};
use equipoise::model::scenario::overrides::apply;
use equipoise::model::{Network, Scenario};
use rayon::prelude::*;

const PAIR: &str = include_str!("../scenarios/inhibition-stabilised.toml");
const SEED: u64 = 1;
const NETWORKS: u64 = 20;

/// What the first neuron of the first population has received.
#[derive(Default)]
struct Input {
    excitation: f64,
    inhibition: f64,
}

impl Observer for Input {
    /// Without it, jumps are not shown to the observer, and cost less.
    const WATCHES_JUMPS: bool = true;

    fn jump(&mut self, network: &Network, _: &NetworkState, jump: &Jump) {
        if (jump.target_population, jump.target_neuron) != (0, 0) {
            return;
        }
        let change = network.jump(0, jump.source_population);
        if change > 0.0 {
            self.excitation += change;
        } else {
            self.inhibition += change;
        }
    }
}

/// The input until `duration` in one network of the ensemble; its number and the seed determine it.
fn input(network: &Network, replicate: u64, duration: f64) -> Input {
    let mut input = Input::default();
    let method = TargetDriven::new(network, SEED, replicate);
    let stream = (SEED, replicate);
    let outcome = simulate(network, method, stream, &[duration], &mut input, || false);
    assert_eq!(outcome, Outcome::Complete);
    input
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("    n  excitation  inhibition  sum");
    for size in [100, 400, 1600] {
        // Fields of a scenario are replaced as by `--set`.
        let text = apply(PAIR, &[format!("n={size}")])?;
        let scenario = Scenario::parse("inhibition-stabilised.toml", &text)?;
        let (network, duration) = (&scenario.network, scenario.sampling.duration);
        let inputs: Vec<Input> = (0..NETWORKS)
            .into_par_iter()
            .map(|replicate| input(network, replicate, duration))
            .collect();
        let mean = |part: fn(&Input) -> f64| inputs.iter().map(part).sum::<f64>() / NETWORKS as f64;
        let (excitation, inhibition) =
            (mean(|input| input.excitation), mean(|input| input.inhibition));
        println!("{size:5}  {excitation:10.2}  {inhibition:10.2}  {:5.2}", excitation + inhibition);
    }
    Ok(())
}
