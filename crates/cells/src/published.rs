//! The cell of Shriki, Hansel & Sompolinsky (2003), doi:10.1162/08997660360675053, for tests.

use crate::cell::{Cell, Channel, Form, Gate, Kinetics, Leak, Rate, Sigmoid};

pub fn cell() -> Cell {
    let rate = |form, rate, midpoint, scale| Rate { form, rate, midpoint, scale };
    let gate = |name: &str, power, kinetics| Gate { name: name.to_owned(), power, kinetics };
    let channel = |name: &str, conductance, reversal, gates: &[Gate]| Channel {
        name: name.to_owned(),
        conductance,
        reversal,
        gates: gates.to_vec(),
    };
    let (exponential, linear) = (Form::Exponential, Form::ExponentialLinear);
    let m = Kinetics::InstantRates {
        opening: rate(linear, 1.0, -30.0, 10.0),
        closing: rate(exponential, 4.0, -55.0, -18.0),
    };
    let h = Kinetics::Rates {
        opening: rate(exponential, 0.07, -44.0, -20.0),
        closing: rate(Form::Sigmoid, 1.0, -14.0, 10.0),
        speed: 10.0,
    };
    let n = Kinetics::Rates {
        opening: rate(linear, 0.1, -34.0, 10.0),
        closing: rate(exponential, 0.125, -44.0, -80.0),
        speed: 10.0,
    };
    let a = Kinetics::Instant { steady: Sigmoid { midpoint: -50.0, scale: 20.0 } };
    let b = Kinetics::Relaxation {
        steady: Sigmoid { midpoint: -80.0, scale: -6.0 },
        time_constant: 20.0,
    };
    Cell {
        capacitance: 1.0,
        leak: Leak { conductance: 0.05, reversal: -65.0 },
        channels: vec![
            channel("sodium", 100.0, 55.0, &[gate("m", 3, m), gate("h", 1, h)]),
            channel("potassium", 40.0, -80.0, &[gate("n", 4, n)]),
            channel("A", 20.0, -80.0, &[gate("a", 3, a), gate("b", 1, b)]),
        ],
        spike_threshold: 0.0,
    }
}
