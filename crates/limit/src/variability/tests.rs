//! Against closed forms, and the two ways to the autocovariance against each other.

use std::f64::consts::PI;

use equipoise_model::gain::{Logistic, Probit, Tabulated, ThresholdLinear};

use super::*;
use crate::gaussian::averages;

fn logistic(slope: f64) -> Gain {
    Gain::Logistic(Logistic { max_rate: 1.3, threshold: 0.2, slope })
}

fn line(threshold: f64) -> Gain {
    Gain::ThresholdLinear(ThresholdLinear { gain: 2.0, threshold })
}

/// Smooth, steep, with kinks, measured, saturated, and nearly silent.
fn gains() -> Vec<Gain> {
    let table = Gain::Tabulated(Tabulated::new(&[-1.0, 0.1, 1.5], &[0.1, 0.5, 1.2]).unwrap());
    vec![
        logistic(0.5),
        logistic(0.02),
        Gain::Probit(Probit { max_rate: 1.0, threshold: 0.1, slope: 0.3 }),
        line(0.3),
        line(2.0).saturated(0.5),
        table,
    ]
}

#[test]
fn modes_are_averages_of_derivatives() {
    for gain in [logistic(0.5), line(0.3)] {
        let (mean, variance) = (-0.4, 0.6_f64);
        let modes = Modes::of(&StationaryNeuron::new(&gain, mean, variance, 1.0));
        let mut g = [0.0; 9];
        averages(&gain, mean, variance, &mut g);
        assert!((modes.rate - g[0]).abs() < 1e-14);
        let mut scale = 1.0;
        for (l, g) in g.iter().enumerate().skip(1) {
            scale *= variance / l as f64;
            let square = modes.parts().0[l - 1];
            assert!((square - scale * g * g).abs() < 1e-13, "{gain:?} {l}: {square}");
        }
    }
}

#[test]
fn both_ways_to_the_autocovariance_agree() {
    for gain in gains() {
        for (mean, variance) in [(-0.4, 0.6), (0.5, 0.05)] {
            let modes = Modes::of(&StationaryNeuron::new(&gain, mean, variance, 1.0));
            let total = autocovariance(&gain, mean, variance, 1.0);
            for correlation in [0.0, 0.1, 0.5, 0.9, 0.99] {
                let direct = autocovariance(&gain, mean, variance, correlation);
                let series = modes.sum(|l| f64::powf(correlation, l));
                let error = (direct - series).abs();
                assert!(error < 1e-11 * total, "{gain:?} {correlation}: {direct} {series}");
            }
            let (squares, rest) = modes.parts();
            let sum = squares.iter().sum::<f64>() + rest;
            assert!((sum - total).abs() < 1e-11 * total, "{gain:?}: {sum} {total}");
        }
    }
}

/// `E[max(Z, 0) max(Z', 0)] = v (sqrt(1 - r^2) + r (pi/2 + asin r))/(2 pi)` at the threshold.
#[test]
fn kinks_have_their_closed_form() {
    let (gain, variance) = (line(0.3), 0.7);
    for r in [0.0, 0.2, 0.7, 0.999, 1.0_f64] {
        let both = ((1.0 - r * r).sqrt() + r * (0.5 * PI + r.asin())) / (2.0 * PI);
        let exact = 4.0 * variance * (both - 1.0 / (2.0 * PI));
        let ours = autocovariance(&gain, 0.3, variance, r);
        assert!((ours - exact).abs() < 1e-12, "{r}: {ours} {exact}");
    }
}

/// A straight gain has one mode: `C(s) = beta^2 v exp(-s/tau)`.
#[test]
fn a_straight_gain_gives_one_exponential() {
    let (variance, tau, p) = (0.3_f64, 1.7, 0.4);
    let gain = line(-20.0 * variance.sqrt());
    let neuron = StationaryNeuron {
        release_probability: p,
        ..StationaryNeuron::new(&gain, 0.0, variance, tau)
    };
    let train = SpikeTrain::new(neuron).unwrap();
    let (rate, square) = (2.0 * 20.0 * variance.sqrt(), 4.0 * variance);
    assert!((train.rate() - rate / p).abs() < 1e-12 * rate);
    for window in [1e-9, 1e-3, 0.3, 5.0, 1e4_f64] {
        let x = window / tau;
        let exact = 2.0 * square * tau / (p * rate) * (1.0 + (-x).exp_m1() / x);
        let ours = train.fano(window) - 1.0;
        // The closed form itself cancels for short windows.
        assert!((ours - exact).abs() < 1e-13 + 1e-15 / x, "{window}: {ours} {exact}");
    }
    let short = train.fano(1e-6) - 1.0;
    assert!((short / (square * 1e-6 / (p * rate)) - 1.0).abs() < 1e-6, "{short}");
    for frequency in [0.0, 0.1, 3.0] {
        let lorentzian = 2.0 * tau * square / (1.0 + (TAU * frequency * tau).powi(2));
        let exact = rate / p + lorentzian / (p * p);
        assert!((train.density(frequency) - exact).abs() < 1e-11 * exact);
    }
    assert!((train.autocovariance(-0.9) - square * (-0.9 / tau).exp() / (p * p)).abs() < 1e-10);
}

/// `int_0^infinity C ds = tau int_0^1 C(rho)/rho drho`, with `rho = 1 - t^2` smooth at its upper end: by the direct way.
#[test]
fn long_windows_hold_the_whole_autocovariance() {
    let tau = 0.8;
    // Finer panels towards t = 0, where a steep gain turns.
    let ends: Vec<f64> = [0.0].into_iter().chain((-5..=0).map(|k| 2.0_f64.powi(k))).collect();
    for gain in [logistic(0.5), logistic(0.02), line(0.3)] {
        let train = SpikeTrain::new(StationaryNeuron::new(&gain, -0.4, 0.6, tau)).unwrap();
        let mut integral = 0.0;
        for pair in ends.windows(2) {
            for (node, weight) in crate::gaussian::RULE.iter() {
                let half = 0.5 * (pair[1] - pair[0]);
                let t = pair[0] + half * (1.0 + node);
                let rho = 1.0 - t * t;
                let value = autocovariance(&gain, -0.4, 0.6, rho) / rho;
                integral += weight * half * 2.0 * t * value;
            }
        }
        let exact = 2.0 * tau * integral / train.rate();
        let ours = train.fano_of_long_windows() - 1.0;
        assert!((ours - exact).abs() < 1e-8 * exact, "{gain:?}: {ours} {exact}");
        let far = train.fano(1e9);
        assert!((far - 1.0 - ours).abs() < 1e-8 * ours);
        assert!((train.density(0.0) / train.rate() - 1.0 - ours).abs() < 1e-12);
    }
}

/// A gain as steep as can be: `C = asin(rho)/(2 pi)` at its threshold, so that `int C/rho drho = ln(2)/4`.
#[test]
fn what_is_left_of_a_step_is_put_where_it_does_little_harm() {
    let gain = Gain::Probit(Probit { max_rate: 1.0, threshold: 0.0, slope: 1e-9 });
    let train = SpikeTrain::new(StationaryNeuron::new(&gain, 0.0, 1.0, 1.0)).unwrap();
    let (_, rest) = train.modes.parts();
    assert!(rest > 0.005 * 0.25 && rest < 0.02 * 0.25, "{rest}");
    let error = (train.fano_of_long_windows() - 1.0) / 2.0_f64.ln() - 1.0;
    println!("error of a step: {error:e}");
    assert!(error.abs() < 2e-6, "{error:e}");
    let exact = 0.5_f64.asin() / (2.0 * PI);
    assert!((train.autocovariance(2.0_f64.ln()) - exact).abs() < 1e-8);
}

/// A straight gain again: the intensity is a normal process, `P(no spike for t) = E exp(-int lambda)` of a normal variable.
#[test]
fn a_straight_gain_gives_normal_hazards() {
    let (variance, tau) = (0.1_f64, 1.7);
    let gain = line(-9.0 * variance.sqrt());
    let train = SpikeTrain::new(StationaryNeuron::new(&gain, 0.0, variance, tau)).unwrap();
    let intervals = train.intervals().unwrap();
    let (rate, square) = (train.rate(), 4.0 * variance);
    let exact = |t: f64| {
        let half_variance = square * (tau * t + tau * tau * (-t / tau).exp_m1());
        (half_variance - rate * t).exp()
    };
    for t in [0.0, 0.05, 0.2, 1.0] {
        let ours = intervals.forward_survival(t);
        assert!((ours - exact(t)).abs() < 1e-10, "{t}: {ours} {}", exact(t));
        let step = 1e-4;
        let slope = (exact(t + step) - exact(t - step)) / (2.0 * step);
        let survival = intervals.survival(t);
        assert!((survival + slope / rate).abs() < 1e-6, "{t}: {survival}");
    }
    assert!((intervals.density(0.0) - (rate * rate + square) / rate).abs() < 1e-9);
    assert!((intervals.mean() - 1.0 / rate).abs() < 1e-15);
}

/// A slow potentiation is frozen between spikes: `CV^2 = 2 S E[1/lambda] - 1`, closed for a logistic gain. A fast one averages out.
#[test]
fn intervals_have_their_limits_of_slow_and_fast_potentiation() {
    let gain = logistic(0.5);
    let (mean, variance) = (-0.4, 0.2_f64);
    let cv = |tau: f64| {
        let train = SpikeTrain::new(StationaryNeuron::new(&gain, mean, variance, tau)).unwrap();
        (train.rate(), train.intervals().unwrap().coefficient_of_variation())
    };
    let (rate, slow) = cv(1e6);
    let inverse = (1.0 + (-(mean - 0.2) / 0.5 + variance / (2.0 * 0.25)).exp()) / 1.3;
    let exact = (2.0 * rate * inverse - 1.0).sqrt();
    assert!((slow - exact).abs() < 1e-4, "{slow} {exact}");
    assert!((cv(1e-6).1 - 1.0).abs() < 1e-5);
    assert!(cv(1.0).1 > 1.001 && cv(1.0).1 < slow);
}

/// Intervals are longer than nothing, up to the rounding that [`Intervals`] names.
#[track_caller]
fn assert_certain(intervals: &Intervals, time_constant: f64) {
    let error = (intervals.survival(0.0) - 1.0).abs();
    assert!(error < 1e-10 + 1e-11 * intervals.mean() / time_constant, "{error}");
}

#[test]
fn intervals_of_every_gain_are_laws() {
    for gain in gains() {
        for tau in [0.1, 1.0, 10.0] {
            let train = SpikeTrain::new(StationaryNeuron::new(&gain, -0.4, 0.6, tau)).unwrap();
            let intervals = train.intervals().unwrap();
            println!(
                "tau = {tau}: CV = {}, to {:.1e}",
                intervals.coefficient_of_variation(),
                intervals.resolution()
            );
            assert_certain(&intervals, tau);
            assert!((intervals.forward_survival(0.0) - 1.0).abs() < 1e-12);
            assert!(intervals.resolution() < 1e-7, "{gain:?} {tau}");
            let mean = intervals.sum(|_| 1.0) / train.rate();
            assert!((mean - intervals.mean()).abs() < 1e-12 * mean);
        }
    }
}

#[test]
fn without_variance_trains_are_poisson() {
    let gain = logistic(0.5);
    let train = SpikeTrain::new(StationaryNeuron::new(&gain, 0.2, 0.0, 1.0)).unwrap();
    assert_eq!(train.fano(3.0), 1.0);
    assert_eq!(train.density(0.1), 0.65);
    assert_eq!(train.autocovariance(0.0), 0.0);
    let intervals = train.intervals().unwrap();
    assert!((intervals.coefficient_of_variation() - 1.0).abs() < 1e-15);
    assert!((intervals.survival(2.0) - (-1.3_f64).exp()).abs() < 1e-15);
}

#[test]
fn what_is_no_state_is_refused() {
    let gain = logistic(0.5);
    let refused = |neuron: StationaryNeuron| SpikeTrain::new(neuron).unwrap_err().to_string();
    let neuron = StationaryNeuron::new(&gain, 0.0, 1.0, 1.0);
    let cases = [
        (StationaryNeuron { mean: f64::NAN, ..neuron }, "the mean is NaN; it must be finite"),
        (
            StationaryNeuron { variance: -1.0, ..neuron },
            "the variance is -1; it must be finite and not negative",
        ),
        (
            StationaryNeuron { time_constant: 0.0, ..neuron },
            "the time constant is 0; it must be positive and finite",
        ),
        (
            StationaryNeuron { release_probability: 1.5, ..neuron },
            "the release probability is 1.5; it must be above 0 and at most 1",
        ),
    ];
    for (neuron, message) in cases {
        assert_eq!(refused(neuron), message);
    }
    let silent = line(100.0);
    assert_eq!(
        refused(StationaryNeuron::new(&silent, 0.0, 1.0, 1.0)),
        "the neuron is silent: its rate is 0"
    );
}

/// Steps that lie anywhere in a panel are found: `E[lambda]` and `E[lambda^2]` are the tail of the normal law.
#[test]
fn steps_are_found_wherever_they_are() {
    for threshold in [-2.345_678, 0.000_001, 0.1, 4.7] {
        for gain in [
            Gain::Probit(Probit { max_rate: 1.0, threshold, slope: 1e-9 }),
            Gain::Logistic(Logistic { max_rate: 1.0, threshold, slope: 1e-10 }),
        ] {
            let train = SpikeTrain::new(StationaryNeuron::new(&gain, -0.4, 0.6, 10.0)).unwrap();
            let tail = 0.5 * libm::erfc((threshold + 0.4) / 1.2_f64.sqrt());
            assert!((train.rate() - tail).abs() < 1e-9 * tail, "{gain:?}: {} {tail}", train.rate());
            let (squares, rest) = train.modes.parts();
            let variance = squares.iter().sum::<f64>() + rest;
            assert!((variance - tail * (1.0 - tail)).abs() < 1e-8 * tail, "{gain:?}: {variance}");
            assert_certain(&train.intervals().unwrap(), 10.0);
        }
    }
}

/// Rates of thousands in a time constant, little variance, hardly any spikes.
#[test]
fn extreme_states_are_resolved() {
    let fast = Gain::Logistic(Logistic { max_rate: 1e4, threshold: 0.2, slope: 0.5 });
    let fast_and_steep = Gain::Logistic(Logistic { max_rate: 1e3, threshold: 0.2, slope: 1e-3 });
    let (smooth, rare) = (logistic(0.5), line(3.5));
    let of = |gain: &Gain, variance: f64| {
        let train = SpikeTrain::new(StationaryNeuron::new(gain, -0.4, variance, 1.0)).unwrap();
        let intervals = train.intervals().unwrap();
        assert_certain(&intervals, 1.0);
        assert!(intervals.resolution() < 1e-5, "{gain:?}: {}", intervals.resolution());
        (train.rate(), intervals.coefficient_of_variation())
    };
    // As slow as the potentiation is against the spikes, it is frozen between them but for the slowest.
    let (rate, cv) = of(&fast, 0.6);
    let inverse = (1.0 + (1.2 + 0.6 / 0.5_f64).exp()) / 1e4;
    assert!((cv / (2.0 * rate * inverse - 1.0).sqrt() - 1.0).abs() < 0.02, "{cv}");
    assert!(of(&fast_and_steep, 0.6).1 > 20.0);
    assert!((of(&smooth, 1e-12).1 - 1.0).abs() < 1e-10);
    let (rate, cv) = of(&rare, 0.6);
    assert!(rate < 1e-7 && cv > 1.0 && cv < 1.1, "{rate} {cv}");
}
