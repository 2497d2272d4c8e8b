//! How fast simulations at n = 25 to 100 approach the orders of the finite-n theory: `Order::Zeroth` is off by `n^{-1/2}`, `Order::Half` by `1/n`, and `Order::First` by less than can be seen.

mod exponent;

use std::sync::atomic::AtomicBool;

use equipoise_engine::Ensemble;
use equipoise_limit::{FiniteN, Order};
use equipoise_model::Scenario;
use equipoise_model::scenario::overrides::apply;
use equipoise_statistics::{Estimate, estimate};
use exponent::{Exponent, student};

const SCENARIO: &str = include_str!("../../scenarios/threshold-linear.toml");
/// Sizes and numbers of networks.
const ENSEMBLES: [(usize, u64); 3] = [(25, 12_000), (50, 8_000), (100, 8_000)];
const ORDERS: [Order; 3] = [Order::Zeroth, Order::Half, Order::First];
/// When variances are compared.
const TIME: f64 = 2.0;
/// Level of each interval.
const LEVEL: f64 = 0.01;
const EXCITATORY: usize = 0;
const INHIBITORY: usize = 1;

/// By population and order: what the simulated variance is above the theory.
fn errors(size: usize, replicates: u64) -> [[Estimate; 3]; 2] {
    let overrides = [
        format!("n={size}"),
        format!("ensemble.replicates={replicates}"),
        format!("duration={TIME}"),
        format!("sample_interval={TIME}"),
    ];
    let scenario = Scenario::parse("linear", &apply(SCENARIO, &overrides).unwrap()).unwrap();
    let mut values = [Vec::new(), Vec::new()];
    Ensemble::new(&scenario)
        .run::<()>(&AtomicBool::new(false), |trajectory| {
            for (a, values) in values.iter_mut().enumerate() {
                values.push(trajectory.variance[2 + a]);
            }
            Ok(())
        })
        .unwrap();
    let theory =
        ORDERS.map(|order| FiniteN::new(&scenario.network, order).solve(&[0.0, TIME]).unwrap());
    [EXCITATORY, INHIBITORY].map(|a| {
        let measured = estimate::mean(&values[a]);
        [0, 1, 2].map(|order| Estimate {
            value: measured.value - theory[order].variance[2 + a],
            ..measured
        })
    })
}

#[test]
fn errors_fall_with_the_order_of_the_theory() {
    let all = ENSEMBLES.map(|(size, replicates)| (size as f64, errors(size, replicates)));
    let critical = student(8_000, LEVEL);
    let exponent = |population: usize, order: usize| {
        let of: Vec<(f64, Estimate)> = all
            .iter()
            .map(|(size, errors)| {
                let Estimate { value, standard_error } = errors[population][order];
                (*size, Estimate { value: value.abs(), standard_error })
            })
            .collect();
        println!("population {population}, order {order}: {of:?}");
        Exponent::of(&of, critical)
    };
    // Of E without corrections, and of I, of which the first correction happens to change its sign here, with it.
    let (zeroth, half) = (exponent(EXCITATORY, 0), exponent(INHIBITORY, 1));
    println!("zeroth {zeroth:?}, half {half:?}");
    assert!(zeroth.value - zeroth.half_width > -1.0, "{zeroth:?}");
    assert!(half.value + half.half_width < -0.5, "{half:?}");
    assert!((half.value + 1.0).abs() < half.half_width, "{half:?}");
    // And as the theory's own orders differ at these sizes.
    let expected = half.weigh(all.iter().map(|(_, errors)| {
        let [_, half, first] = errors[INHIBITORY];
        first.value - half.value
    }));
    assert!((half.value - expected).abs() < half.half_width, "{half:?} {expected}");
    for (size, errors) in &all {
        for of in errors {
            let seen = critical * of[2].standard_error;
            println!("n = {size}: {of:?}");
            assert!(of[2].value.abs() < seen, "n = {size}: {of:?}");
        }
    }
}
