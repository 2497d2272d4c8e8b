//! Steps against an integration that shares nothing with them but rates and gates.

use super::*;
use crate::published;

/// Right side of the equations of the cell, state `V` and then all delayed gates.
fn derivative(cell: &Cell, state: &[f64], current: f64) -> Vec<f64> {
    let potential = state[0];
    let mut gates = state[1..].iter();
    let mut changes = Vec::new();
    let mut total = cell.leak.conductance * (cell.leak.reversal - potential) + current;
    for channel in &cell.channels {
        let mut open = channel.conductance;
        for gate in &channel.gates {
            let steady = gate.kinetics.steady(potential);
            let value = gate.kinetics.time_constant(potential).map_or(steady, |time_constant| {
                let value = *gates.next().unwrap();
                changes.push((steady - value) / time_constant);
                value
            });
            open *= value.powi(gate.power as i32);
        }
        total += open * (channel.reversal - potential);
    }
    [vec![total / cell.capacitance], changes].concat()
}

/// Times of spikes by the classical Runge-Kutta method, which shares nothing with the stepper but rates and gates.
fn spikes_by_runge_kutta(cell: &Cell, current: f64, end: f64) -> Vec<f64> {
    let step = 0.002;
    let from = cell.leak.reversal;
    let gates = cell.channels.iter().flat_map(|channel| &channel.gates);
    let delayed = gates.filter(|gate| gate.kinetics.time_constant(from).is_some());
    let mut state: Vec<f64> =
        std::iter::once(from).chain(delayed.map(|gate| gate.kinetics.steady(from))).collect();
    let mut spikes = Vec::new();
    for index in 0..(end / step) as usize {
        let moved = |slope: &[f64], time: f64| -> Vec<f64> {
            state.iter().zip(slope).map(|(x, k)| x + time * k).collect()
        };
        let first = derivative(cell, &state, current);
        let second = derivative(cell, &moved(&first, step / 2.0), current);
        let third = derivative(cell, &moved(&second, step / 2.0), current);
        let fourth = derivative(cell, &moved(&third, step), current);
        let before = state[0];
        for (place, x) in state.iter_mut().enumerate() {
            *x += step / 6.0
                * (first[place] + 2.0 * second[place] + 2.0 * third[place] + fourth[place]);
        }
        if before < cell.spike_threshold && state[0] >= cell.spike_threshold {
            let part = (cell.spike_threshold - before) / (state[0] - before);
            spikes.push(step * (index as f64 + part));
        }
    }
    spikes
}

fn spikes(cell: &Cell, step: f64, current: f64, end: f64) -> Vec<f64> {
    let stepper = Stepper::new(cell, step);
    let mut state = stepper.at_rest(cell.leak.reversal);
    let input = Input { current, ..Input::default() };
    let steps = 0..(end / step) as usize;
    let found = steps.filter_map(|index| {
        stepper.advance(&mut state, input).map(|part| step * (index as f64 + part))
    });
    found.collect()
}

/// Error of the mean interval over spikes 3 to 10, ms.
fn error(cell: &Cell, step: f64) -> f64 {
    let interval = |spikes: &[f64]| (spikes[9] - spikes[2]) / 7.0;
    let exact = spikes_by_runge_kutta(cell, 3.0, 400.0);
    interval(&spikes(cell, step, 3.0, 400.0)) - interval(&exact)
}

#[test]
fn spikes_come_when_the_equations_have_them_with_an_error_of_second_order_or_higher() {
    let cell = published::cell();
    let (coarse, fine) = (error(&cell, 0.02), error(&cell, 0.01));
    let order = (coarse / fine).log2();
    println!("errors {coarse:.5} and {fine:.5} ms, order {order:.2}");
    assert!(coarse.abs() < 0.04, "{coarse} ms of an interval of some 14 ms");
    // Terms of third order are still as large as those of second at these steps.
    assert!((1.8..3.0).contains(&order), "order {order}");
}

#[test]
fn a_passive_cell_is_followed_exactly() {
    let mut cell = published::cell();
    cell.channels.clear();
    let stepper = Stepper::new(&cell, 0.5);
    let mut state = stepper.at_rest(-65.0);
    let input = Input { current: 1.0, ..Input::default() }.and(0.05, -80.0);
    for _ in 0..40 {
        assert_eq!(stepper.advance(&mut state, input), None);
    }
    // V_inf = (0.05 (-65) + 0.05 (-80) + 1)/0.1, tau = 10 ms, after 20 ms.
    let steady = -62.5;
    let exact = steady + (-65.0 - steady) * (-2.0_f64).exp();
    assert!((state.potential - exact).abs() < 1e-12, "{}", state.potential);
}

#[test]
fn potentials_beyond_the_table_are_survived() {
    let cell = published::cell();
    let stepper = Stepper::new(&cell, 0.025);
    let mut state = stepper.at_rest(-65.0);
    for current in [1e5, -1e5, 0.0] {
        for _ in 0..400 {
            stepper.advance(&mut state, Input { current, ..Input::default() });
            assert!(state.potential.is_finite());
        }
    }
}
