//! Against the exact law (an independent program), closed forms, and simulation.

use std::f64::consts::PI;

use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use serde_json::Value;

use super::*;
use crate::testing::{accept, of_mean, reject, stream};

const REPLICATES: usize = 4000;

fn normal_sample(count: usize, random: &mut impl rand::Rng) -> Vec<f64> {
    (0..count).map(|_| StandardNormal.sample(random)).collect()
}

#[test]
fn probabilities_are_those_of_the_exact_law() {
    let oracle: Value =
        serde_json::from_str(include_str!("../../tests/oracle/kolmogorov.json")).unwrap();
    for entry in oracle["entries"].as_array().unwrap() {
        let count = entry["count"].as_u64().unwrap();
        let number = |field: &str, i: usize| entry[field][i].as_f64().unwrap();
        let (mut body, mut tail) = (0.0_f64, 0.0_f64);
        for i in 0..entry["p"].as_array().unwrap().len() {
            let (distance, p) = (number("distance", i), number("p", i));
            let error = (kolmogorov_p(distance, count as usize) - p).abs();
            if distance * (count as f64).sqrt() > 1.3 {
                tail = tail.max(error / p);
            } else {
                body = body.max(error);
            }
        }
        println!("N = {count}: largest error {body:.1e}, in the tail {tail:.1e} of p");
        let claimed = [(100, 1e-5), (30, 2e-4), (10, 2e-3)].into_iter().find(|c| c.0 <= count);
        assert!(body < claimed.unwrap().1, "N = {count}: {body:e}");
        assert!(tail < 1e-4, "N = {count}: {tail:e}");
    }
}

/// The limit law has its 5 % point at 1.3581 (any table), and the pieces fit together.
#[test]
fn large_samples_have_the_limit_law() {
    let at = |x: f64| kolmogorov_p(x / 1e3, 1_000_000);
    let corrected = 1.358_098_9 - 1.0 / 6e3;
    assert!((at(corrected) - 0.05).abs() < 1e-6, "{}", at(corrected));
    assert!((at(1.3 - 1e-9) - at(1.3 + 1e-9)).abs() < 1e-5);
    assert!((at(0.2) - 1.0).abs() < 1e-12);
    assert_eq!((kolmogorov_p(0.05, 10), kolmogorov_p(1.0, 10)), (1.0, 0.0));
}

/// A mean off by a sixth of a standard deviation is found by the mean of p-values over replicates.
#[test]
fn p_values_are_uniform_under_the_law() {
    let mut random = stream(101);
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for _ in 0..REPLICATES {
        let sample = normal_sample(30, &mut random);
        right.push(kolmogorov(&sample, &Law::normal(0.0, 1.0).distribution).unwrap().p);
        wrong.push(kolmogorov(&sample, &Law::normal(1.0 / 6.0, 1.0).distribution).unwrap().p);
    }
    let uniform = |sample: &[f64]| kolmogorov(sample, |p: f64| p.clamp(0.0, 1.0)).unwrap().p;
    accept(&[uniform(&right), of_mean(&right, 0.5)]);
    reject(&[uniform(&wrong), of_mean(&wrong, 0.5)]);
}

#[test]
fn floors_are_what_samples_of_the_law_show() {
    let law = Law::normal(0.0, 1.0);
    let mut random = stream(102);
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for count in [1, 4, 50] {
        let (mut largest, mut area) = (Vec::new(), Vec::new());
        for _ in 0..REPLICATES {
            let sample = normal_sample(count, &mut random);
            largest.push(kolmogorov(&sample, &law.distribution).unwrap().distance);
            area.push(wasserstein(&sample, &law).unwrap());
        }
        let floor = wasserstein_floor(count, &law);
        right.push(of_mean(&area, floor));
        wrong.push(of_mean(&area, 1.05 * floor));
        if count > 1 {
            right.push(of_mean(&largest, kolmogorov_floor(count)));
            wrong.push(of_mean(&largest, 1.05 * kolmogorov_floor(count)));
        }
    }
    accept(&right);
    reject(&wrong);
}

/// `int_0^1 E|Bin(N, p) - N p|/N dp` by hand for `N = 1, 2`; Gini's mean difference of the normal law; the limit.
#[test]
fn floors_have_their_exact_values() {
    let uniform = Law {
        distribution: |z: f64| z.clamp(0.0, 1.0),
        antiderivative: |z: f64| if z < 1.0 { 0.5 * z.max(0.0).powi(2) } else { z - 0.5 },
        mean: 0.5,
        deviation: (1.0_f64 / 12.0).sqrt(),
    };
    for (count, exact) in [(1, 1.0 / 3.0), (2, 11.0 / 48.0)] {
        let floor = wasserstein_floor(count, &uniform);
        assert!((floor - exact).abs() < 1e-5 * exact, "{count}: {floor} {exact}");
    }
    let normal = Law::normal(3.0, 4.0);
    assert!((wasserstein_floor(1, &normal) - 4.0 / PI.sqrt()).abs() < 1e-12);
    let constant = wasserstein_floor_constant(&normal);
    let scaled = |count: usize| (count as f64).sqrt() * wasserstein_floor(count, &normal);
    let scaled = [100, 10_000, 1_000_000].map(scaled);
    println!("normal law: sqrt(N) W1 = {:?} -> {}", scaled.map(|s| s / 2.0), constant / 2.0);
    assert!(scaled[0] < scaled[1] && scaled[1] < scaled[2] && scaled[2] < constant);
    assert!(scaled[2] > 0.9998 * constant);
    // int sqrt(z (1 - z)) dz = pi/8 over the unit interval.
    let exact = (2.0 / PI).sqrt() * PI / 8.0;
    assert!((wasserstein_floor_constant(&uniform) - exact).abs() < 1e-3 * exact);
}

/// Against sums over a fine grid, for samples off the law on either side and across it.
#[test]
fn areas_are_exact() {
    let law = Law::normal(0.3, 2.0);
    let mut random = stream(103);
    for (count, shift) in [(1, 0.0), (2, 5.0), (7, -0.4), (40, 0.3)] {
        let sample: Vec<f64> =
            normal_sample(count, &mut random).iter().map(|x| x + shift).collect();
        let step = 1e-4;
        let sorted = sorted(&sample).unwrap();
        let difference = |i: i32| {
            let z = f64::from(i) * step;
            let share = sorted.partition_point(|x| *x <= z) as f64 / count as f64;
            (share - (law.distribution)(z)).abs()
        };
        let sum = step * (-150_000..150_000).map(difference).sum::<f64>();
        let ours = wasserstein(&sample, &law).unwrap();
        assert!((ours - sum).abs() < 2.0 * step, "{count}: {ours} {sum}");
    }
}

/// At the quantiles of a law a sample is at the distance `1/(4 N)` of the uniform law, in closed form.
#[test]
fn the_middles_of_cells_are_at_their_known_distance() {
    let uniform = Law {
        distribution: |z: f64| z.clamp(0.0, 1.0),
        antiderivative: |z: f64| if z < 1.0 { 0.5 * z.max(0.0).powi(2) } else { z - 0.5 },
        mean: 0.5,
        deviation: (1.0_f64 / 12.0).sqrt(),
    };
    for count in [1, 10, 10_000] {
        let middles: Vec<f64> =
            (0..count).map(|i| (f64::from(i) + 0.5) / f64::from(count)).collect();
        let ours = wasserstein(&middles, &uniform).unwrap();
        let exact = 0.25 / f64::from(count);
        assert!((ours - exact).abs() < 1e-14, "{count}: {ours} {exact}");
        let largest = kolmogorov(&middles, uniform.distribution).unwrap();
        assert!((largest.distance - 0.5 / f64::from(count)).abs() < 1e-14);
    }
}

/// `E|Z - z|` of a normal variable: the distance of a single value.
#[test]
fn a_single_value_is_at_its_mean_distance() {
    let (mean, variance) = (-70.0, 30.0_f64);
    for x in [-3.0, 0.0, 1.2, 9.0_f64] {
        let z = mean + x * variance.sqrt();
        let density = (-0.5 * x * x).exp() / (2.0 * PI).sqrt();
        let exact = variance.sqrt() * (2.0 * density + x * (2.0 * below(x) - 1.0));
        let ours = wasserstein(&[z], &Law::normal(mean, variance)).unwrap();
        assert!((ours - exact).abs() < 1e-13, "{x}: {ours} {exact}");
    }
}

#[test]
fn samples_are_as_far_apart_as_they_are_shifted() {
    let first = normal_sample(50, &mut stream(104));
    let second: Vec<f64> = first.iter().map(|x| x + 0.25).collect();
    assert!((wasserstein_of_samples(&first, &second).unwrap() - 0.25).abs() < 1e-14);
    assert_eq!(wasserstein_of_samples(&first, &first).unwrap(), 0.0);
    let both = [first.clone(), first.clone()].concat();
    assert!(wasserstein_of_samples(&first, &both).unwrap() < 1e-15);
    let (few, many) = ([0.0, 2.0, 2.0], [1.0, 5.0]);
    assert!(
        (wasserstein_of_samples(&few, &many).unwrap() - (1.0 / 3.0 + 1.0 / 6.0 + 1.5)).abs()
            < 1e-15
    );
}

/// A large sample of a law is about as far from another one as from the law.
#[test]
fn a_large_sample_stands_for_its_law() {
    let mut random = stream(105);
    let large: Vec<f64> = (0..200_000).map(|_| random.random::<f64>()).collect();
    let few = [0.2, 0.25, 0.9];
    let uniform = Law {
        distribution: |z: f64| z.clamp(0.0, 1.0),
        antiderivative: |z: f64| if z < 1.0 { 0.5 * z.max(0.0).powi(2) } else { z - 0.5 },
        mean: 0.5,
        deviation: (1.0_f64 / 12.0).sqrt(),
    };
    let exact = wasserstein(&few, &uniform).unwrap();
    let floor = wasserstein_floor(large.len(), &uniform);
    let ours = wasserstein_of_samples(&few, &large).unwrap();
    assert!((ours - exact).abs() < 5.0 * floor, "{ours} {exact} {floor}");
}

#[test]
fn what_is_no_sample_is_refused() {
    let law = Law::normal(0.0, 1.0);
    assert_eq!(wasserstein(&[], &law), Err(DistanceError::Empty));
    assert_eq!(kolmogorov(&[], |_| 0.5), Err(DistanceError::Empty));
    let error = wasserstein_of_samples(&[0.0], &[1.0, f64::NEG_INFINITY]).unwrap_err();
    assert_eq!(error.to_string(), "value 1 of the sample is -inf");
    assert!(kolmogorov(&[f64::NAN], |_| 0.5).is_err());
}
