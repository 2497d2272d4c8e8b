//! Networks against what is known of them.

use rayon::ThreadPoolBuilder;

use super::*;
use crate::cell::Cell;
use crate::published;

const TIMING: Timing =
    Timing { step: 0.05, delay: 1.0, transient: 100.0, duration: 400.0, seed: 7 };

const INHIBITION: Synapse =
    Synapse { peak_conductance: 0.004, time_constant: 10.0, reversal: -80.0 };

fn population(name: &str, count: usize, current: f64) -> Population {
    let external = External {
        synapse: Synapse { peak_conductance: 0.01, time_constant: 3.0, reversal: 0.0 },
        sources: 100,
        rate: 0.01,
    };
    Population {
        name: name.to_owned(),
        cell: published::cell(),
        count,
        current,
        spread: 0.1,
        external: Some(external),
    }
}

fn network(in_degree: Option<usize>) -> Network {
    let projection = Some(Projection { synapse: INHIBITION, in_degree });
    Network { populations: vec![population("I", 40, 2.0)], projections: vec![vec![projection]] }
}

fn run(network: &Network, timing: &Timing) -> Activity {
    simulate(network, timing, &[(0, 3)], &|_| true).expect("nobody ends it")
}

#[test]
fn the_number_of_cores_changes_nothing() {
    let on = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| run(&network(Some(10)), &TIMING))
    };
    let one = on(1);
    assert!(one.spikes.len() > 100);
    assert_eq!(one, on(2));
    assert_eq!(one, on(7));
}

#[test]
fn another_seed_is_another_network_with_the_same_rate() {
    let first = run(&network(None), &TIMING);
    let second = run(&network(None), &Timing { seed: 8, ..TIMING });
    assert_ne!(first.spikes, second.spikes);
    // Level 1e-4, two-sided: the error of each rate in time, and what currents that were drawn do to the mean of 40 cells of
    // 0.0355 spikes a ms and uA/cm2, which inhibition only makes less.
    let drawn = 0.0355 * 0.1 / 40.0_f64.sqrt();
    let errors = [&first, &second].map(|activity| activity.rate_errors[0].powi(2) + drawn.powi(2));
    let tolerance = 3.89 * errors.iter().sum::<f64>().sqrt();
    assert!((first.rates[0] - second.rates[0]).abs() < tolerance);
    // With half of the current again the same test fails.
    let mut driven = network(None);
    driven.populations[0].current = 3.0;
    assert!((run(&driven, &TIMING).rates[0] - first.rates[0]).abs() > tolerance);
}

#[test]
fn all_others_drawn_at_random_are_all_others() {
    // The same spikes arrive in the same steps, summed in the same order.
    assert_eq!(run(&network(Some(39)), &TIMING).spikes, run(&network(None), &TIMING).spikes);
    assert_ne!(run(&network(Some(38)), &TIMING).spikes, run(&network(None), &TIMING).spikes);
}

#[test]
fn a_cell_does_not_reach_itself() {
    let alone = |projections| Network {
        populations: vec![population("I", 1, 3.0)],
        projections: vec![vec![projections]],
    };
    let strong = Synapse { peak_conductance: 1.0, ..INHIBITION };
    let with = run(&alone(Some(Projection { synapse: strong, in_degree: None })), &TIMING);
    assert!(with.spikes.len() > 10);
    assert_eq!(with.spikes, run(&alone(None), &TIMING).spikes);
}

#[test]
fn a_run_that_is_ended_gives_nothing() {
    assert_eq!(simulate(&network(None), &TIMING, &[], &|done| done < 0.5), None);
}

#[test]
fn a_trace_shows_the_spikes_of_its_cell() {
    let activity = run(&network(None), &TIMING);
    let trace = &activity.traces[0];
    let rises = trace.potentials.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
    let spikes = activity.spikes.iter().filter(|spike| spike.cell == 3).count();
    assert!(spikes > 3 && rises.abs_diff(spikes) <= 1, "{rises} rises, {spikes} spikes");
    assert_eq!(trace.potentials.len(), (TIMING.duration / trace.interval).round() as usize);
}

/// A cell that never fires, `C/g_L` = 20 ms.
fn passive() -> Cell {
    Cell { channels: Vec::new(), ..published::cell() }
}

/// Mean potential of passive cells under external spikes too small to change their conductance, against Campbell's theorem.
///
/// `E[V] - V_L = G tau r (V_ext - V_L)/g_L`; the variance of a cell's mean over time `T` is `(G tau (V_ext - V_L)/g_L)^2 r/T` for `T` far above 20 ms.
fn mean_shift(sources: usize) -> (f64, f64, f64) {
    let synapse = Synapse { peak_conductance: 1e-6, time_constant: 3.0, reversal: 0.0 };
    let external = External { synapse, sources: 100, rate: 0.02 };
    let count = 20;
    let silent = Population {
        cell: passive(),
        spread: 0.0,
        external: Some(External { sources, ..external }),
        ..population("P", count, 0.0)
    };
    let network = Network { populations: vec![silent], projections: vec![vec![None]] };
    let timing = Timing { transient: 300.0, duration: 2000.0, ..TIMING };
    let traced: Vec<(usize, usize)> = (0..count).map(|cell| (0, cell)).collect();
    let activity = simulate(&network, &timing, &traced, &|_| true).expect("nobody ends it");
    let means = activity
        .traces
        .iter()
        .map(|trace| trace.potentials.iter().sum::<f64>() / trace.potentials.len() as f64 + 65.0);
    let unit = 1e-6 * 3.0 * 65.0 / 0.05;
    let rate = external.total_rate();
    let deviation = unit * (rate / (timing.duration * count as f64)).sqrt();
    (means.sum::<f64>() / count as f64, unit * rate, deviation)
}

#[test]
fn external_spikes_let_through_the_charge_of_the_equation() {
    // Level 1e-4, two-sided; the conductance itself makes a difference of 1e-4 of the shift.
    let (found, expected, deviation) = mean_shift(100);
    let tolerance = 3.89 * deviation + 2e-4 * expected;
    assert!((found - expected).abs() < tolerance, "{found} {expected} {tolerance}");
    // With a tenth more sources the same test fails.
    let (wrong, ..) = mean_shift(110);
    assert!((wrong - expected).abs() > tolerance, "{wrong}");
}

#[test]
fn synaptic_spikes_let_through_the_charge_of_the_equation() {
    // One cell fires and reaches passive ones: their potential shifts by G tau r (V_s - V_L)/g_L.
    let synapse = Synapse { peak_conductance: 1e-5, time_constant: 3.0, reversal: 0.0 };
    let sender = Population { external: None, spread: 0.0, ..population("S", 1, 3.0) };
    let receiver =
        Population { cell: passive(), external: None, spread: 0.0, ..population("R", 1, 0.0) };
    let projection = Some(Projection { synapse, in_degree: None });
    let network = Network {
        populations: vec![sender, receiver],
        projections: vec![vec![None, None], vec![projection, None]],
    };
    for step in [0.02, 0.1] {
        let timing = Timing { step, transient: 400.0, duration: 4000.0, ..TIMING };
        let activity = simulate(&network, &timing, &[(1, 0)], &|_| true).expect("nobody ends it");
        let potentials = &activity.traces[0].potentials;
        let mean = potentials.iter().sum::<f64>() / potentials.len() as f64 + 65.0;
        let expected = 1e-5 * 3.0 * activity.rates[0] * 65.0 / 0.05;
        // A spike more or less of some 290 at the ends of the time.
        assert!((mean / expected - 1.0).abs() < 2.0 / 290.0, "{mean} {expected}");
    }
}
