//! A kick in single precision.

use equipoise_model::Gain;
use equipoise_model::gain::Logistic;

use super::counts::Counts;
use super::pass::{Kick, Kicks};
use super::*;

/// In single precision a kick leaves each neuron at the number that is nearest to where it would be in double precision.
#[test]
fn single_precision_rounds_to_the_nearest() {
    const NEURONS: usize = 200_000;
    let counts = Counts::new((40.0, 35.0), Vec::new());
    let kicks =
        Kicks { kicks: vec![Kick { table: (&counts).into(), unit: 0.01 / 3.0 }], own: None };
    let common = Common { offset: 0.1, scale: 1.0 };
    let gain = &Gain::Logistic(Logistic { max_rate: 1.0, threshold: 0.0, slope: 0.5 });
    let mut single: Vec<f32> = (0..NEURONS).map(|k| k as f32 / 1e5 - 1.0).collect();
    let mut double: Vec<f64> = single.iter().map(|y| f64::from(*y)).collect();
    let lanes = || -> Vec<Lanes> {
        let chunks = 0..NEURONS.div_ceil(CHUNK);
        chunks.map(|number| Lanes::new(stream(1, 0, Purpose::Chunk { number }))).collect()
    };
    let (shape, best) = ((Form::of(gain, 0.0), gain), InstructionSet::best());
    draw(&mut single, &mut lanes(), &kicks, common, shape, best);
    draw(&mut double, &mut lanes(), &kicks, common, shape, best);
    let errors: Vec<f64> =
        single.iter().zip(&double).map(|(single, y)| f64::from(*single) - y).collect();
    for (error, y) in errors.iter().zip(&double) {
        assert!(error.abs() <= 0.5_f64.powi(24) * y.abs(), "{error:e} of {y}");
    }
    // Neurons that draw the same are rounded alike, so errors do not average out over all neurons; but over all draws they do: the population moves by far
    // less than the 5e-5 that chance moves the mean of 10^8 neurons by.
    let mean = errors.iter().sum::<f64>() / NEURONS as f64;
    assert!(mean.abs() < 0.1 * 0.5_f64.powi(24), "{mean:e}");
    assert!(errors.iter().any(|error| *error != 0.0));
}
