//! Kernels against sums over one jump after the other.

use equipoise_model::gain::{Logistic, Probit, ThresholdLinear};
use equipoise_model::schedule::Sine;
use equipoise_model::{InitialLaw, Kind, Schedule};
use rand::RngExt;

use super::*;
use crate::stream::{Purpose, Stream, stream};

/// A sinking drive; `curvature_bound`, `derivative_bound` and `least_velocity` all count.
fn population(gain: Gain) -> NeuronPopulation {
    NeuronPopulation {
        name: "E".to_owned(),
        kind: Kind::Excitatory,
        fraction: 1.0,
        count: 100,
        time_constant: 0.7,
        drive: Schedule::Sine(Sine { mean: 0.2, amplitude: 0.3, frequency: 1.5, phase: 0.4 }),
        gain,
        initial: InitialLaw::Normal { mean: 0.0, variance: 1.0 },
    }
}

fn gains() -> [Gain; 4] {
    let linear = Gain::ThresholdLinear(ThresholdLinear { gain: 1.5, threshold: 0.1 });
    let logistic = Gain::Logistic(Logistic { max_rate: 1.3, threshold: 0.1, slope: 0.3 });
    let probit = Gain::Probit(Probit { max_rate: 1.3, threshold: 0.1, slope: 0.4 });
    [logistic, probit, linear.clone(), linear.saturated(0.4)]
}

pub(crate) const MOTION: Motion =
    Motion { offset: 0.05, offset_slope: 0.3, drive: 0.4, drive_slope: -0.6 };
const END: f64 = 0.01;

/// Jumps at random of neurons about the threshold, so that some are within reach of a kink.
pub(crate) fn jumps(kinetics: &Kinetics, count: usize, rng: &mut Stream) -> Jumps {
    let mut jumps = Jumps::default();
    for i in 0..count {
        jumps.since[i] = END * (i + 1) as f64 / (count + 1) as f64;
        jumps.scale[i] = (-jumps.since[i] * kinetics.leak).exp();
        jumps.deviation[i] = 2.0 * rng.random::<f64>() - 1.0;
        jumps.jump[i] = if rng.random() { 0.2 } else { -0.3 };
        jumps.factor[i] = kinetics.factor(jumps.jump[i]);
    }
    jumps
}

/// Kinetics of each gain whose form is a kernel's, with neurons that come within reach of kinks.
pub(crate) fn all_kinetics() -> impl Iterator<Item = Kinetics> {
    gains().into_iter().map(|gain| {
        let mut kinetics = Kinetics::of(&population(gain), 0.3);
        kinetics.lifetime = 0.1;
        assert!(!matches!(kinetics.form, Form::Any));
        kinetics
    })
}

/// The same up to the errors of coarse exponentials, where numbers are of order 1.
pub(crate) fn assert_close(name: &str, kernel: f64, exact: f64) {
    assert!((kernel - exact).abs() <= 1e-9 * exact.abs().max(1.0), "{name}: {kernel}, not {exact}");
}

#[test]
fn changes_are_those_of_one_jump_after_the_other() {
    let mut rng = stream(1, 0, Purpose::Jumps);
    for kinetics in all_kinetics() {
        let mut near_a_kink = 0.0;
        for count in [8, 16, 64] {
            let mut jumps = jumps(&kinetics, count, &mut rng);
            let exact = kinetics.change_one_by_one(&jumps, count, &MOTION, END);
            near_a_kink += exact.kink;
            for set in InstructionSet::available() {
                let kernel = kinetics.change(&mut jumps, count, &MOTION, END, set);
                let close = |name, of: fn(&Change) -> f64| {
                    assert_close(name, of(&kernel), of(&exact));
                };
                close("intensity", |c| c.intensity);
                close("slope", |c| c.slope);
                close("lag", |c| c.lag);
                close("curvature", |c| c.curvature);
                close("speed", |c| c.speed);
                close("kink", |c| c.kink);
                close("highest", |c| c.highest);
                close("turning", |c| c.turning);
                assert!(kernel.rise >= exact.rise - 1e-9 && kernel.fall >= exact.fall - 1e-9);
            }
        }
        assert_eq!(near_a_kink > 0.0, kinetics.has_kink());
    }
}

/// What pads a block changes nothing, and widens what bounds errors by no more than the last jump would.
#[test]
fn changes_of_part_of_a_block_bound_those_of_its_jumps() {
    let mut rng = stream(2, 0, Purpose::Jumps);
    for kinetics in all_kinetics() {
        for count in [1, 5, 11] {
            let mut jumps = jumps(&kinetics, count, &mut rng);
            let exact = kinetics.change_one_by_one(&jumps, count, &MOTION, END);
            let kernel = kinetics.change(&mut jumps, count, &MOTION, END, InstructionSet::best());
            assert_close("intensity", kernel.intensity, exact.intensity);
            assert_close("slope", kernel.slope, exact.slope);
            assert_close("lag", kernel.lag, exact.lag);
            assert_close("curvature", kernel.curvature, exact.curvature);
            assert!(kernel.speed >= exact.speed && kernel.kink >= exact.kink);
            assert!(kernel.highest >= exact.highest);
        }
    }
}

#[test]
fn totals_are_those_of_one_neuron_after_the_other() {
    let mut rng = stream(3, 0, Purpose::Jumps);
    for kinetics in all_kinetics() {
        for count in [1, 8, 29] {
            let deviations: Vec<f64> =
                (0..count).map(|_| 2.0 * rng.random::<f64>() - 1.0).collect();
            let scale = 0.9;
            let each = deviations
                .iter()
                .map(|y| kinetics.contribution(MOTION.drive, MOTION.offset + scale * y));
            let exact = each.fold(Contribution::NONE, Contribution::and);
            for set in InstructionSet::available() {
                let kernel = kinetics.total(&deviations, scale, &MOTION, set);
                let close = |name, of: fn(&Contribution) -> f64| {
                    assert_close(name, of(&kernel), of(&exact));
                };
                close("intensity", |c| c.intensity);
                close("slope", |c| c.slope);
                close("curvature", |c| c.curvature);
                close("speed", |c| c.speed);
                close("kink", |c| c.kink);
                close("steepness", |c| c.steepness);
                close("highest", |c| c.highest);
            }
        }
    }
}

/// Neurons that move as their drive says, at rest at first or not: `|d^2 lambda/dt^2|` stays within its bound.
#[test]
fn curvatures_bound_second_derivatives() {
    let linear = Gain::ThresholdLinear(ThresholdLinear { gain: 1.5, threshold: -100.0 });
    for frequency in [0.02, 0.7, 3.0] {
        for phase in 0..16 {
            let phase = f64::from(phase) * std::f64::consts::TAU / 16.0;
            let drive = Schedule::Sine(Sine { mean: 0.2, amplitude: 1.0, frequency, phase });
            let population = NeuronPopulation { drive, ..population(linear.clone()) };
            let NeuronPopulation { drive, time_constant: tau, .. } = &population;
            let kinetics = Kinetics::of(&population, 0.3);
            let fastest = tau * drive.derivative_bound();
            for velocity in [-fastest, 0.0, fastest] {
                let start = tau * (drive.value(0.0) - velocity);
                let bound = kinetics.contribution(drive.value(0.0), start).curvature;
                let displaced = start - drive.steady_response(0.0, *tau);
                for i in 0..=100 {
                    let time = 0.03 * f64::from(i) * tau;
                    let z = drive.steady_response(time, *tau) + displaced * (-time / tau).exp();
                    let velocity = drive.value(time) - z / tau;
                    let second = 1.5 * (drive.derivative(time) - velocity / tau);
                    assert!(second.abs() <= bound * (1.0 + 1e-12), "{second} above {bound}");
                }
            }
        }
    }
}
