//! Against the exact law of shot noise, `oracle/law.py` (SciPy): how errors of the series fall with `n`.

use equipoise_limit::law::{Cumulants, PotentiationLaw, Terms};
use serde_json::Value;

/// The law of one entry, and its largest errors of density, distribution function and antiderivative, in units of standard deviations.
fn errors(entry: &Value, order: Terms) -> [f64; 3] {
    let number = |field: &str| entry[field].as_f64().expect("a number");
    let numbers = |field: &str| -> Vec<f64> {
        let list = entry[field].as_array().expect("a list");
        list.iter().map(|value| value.as_f64().expect("a number")).collect()
    };
    let cumulants = Cumulants {
        mean: number("mean"),
        variance: number("variance"),
        third: number("third"),
        fourth: number("fourth"),
    };
    let law = PotentiationLaw::new(cumulants, order).unwrap();
    let largest = |field: &str, ours: &dyn Fn(f64) -> f64| {
        let pairs = numbers("z").into_iter().zip(numbers(field));
        pairs.map(|(z, exact)| (ours(z) - exact).abs()).fold(0.0, f64::max)
    };
    let deviation = law.deviation();
    [
        largest("density", &|z| law.density(z)) * deviation,
        largest("distribution", &|z| law.distribution(z)),
        largest("antiderivative", &|z| law.antiderivative(z)) / deviation,
    ]
}

/// `-d ln(error)/d ln(n)` between the two largest networks.
fn orders(entries: &[&Value], order: Terms) -> [f64; 3] {
    let [.., before, last] = entries else { panic!("two sizes are needed") };
    let ratio = last["n"].as_f64().unwrap() / before["n"].as_f64().unwrap();
    let (before, last) = (errors(before, order), errors(last, order));
    std::array::from_fn(|i| (before[i] / last[i]).ln() / ratio.ln())
}

#[test]
fn errors_fall_with_the_order_of_the_terms_left_out() {
    let oracle: Value = serde_json::from_str(include_str!("oracle/law.json")).unwrap();
    let entries = oracle["entries"].as_array().unwrap();
    for (case, expected) in [
        ("one input", [0.5, 1.0, 1.5, 1.0]),
        ("skewed pair", [0.5, 1.0, 1.5, 1.0]),
        ("symmetric pair", [1.0, 1.0, 2.0, 2.0]),
    ] {
        let of_case: Vec<&Value> = entries.iter().filter(|entry| entry["case"] == case).collect();
        let kinds = [Terms::Normal, Terms::First, Terms::Second, Terms::GramCharlier];
        for (order, expected) in kinds.into_iter().zip(expected) {
            let measured = orders(&of_case, order);
            let largest = errors(of_case[0], order);
            println!("{case}, {order:?}: errors at n = 50 {largest:.7?}, orders {measured:.2?}");
            for measured in measured {
                assert!((measured - expected).abs() < 0.03, "{case}, {order:?}: {measured}");
            }
        }
    }
}

/// At `n = 800` the whole series is right to `1e-6`.
#[test]
fn the_series_is_near_the_exact_law() {
    let oracle: Value = serde_json::from_str(include_str!("oracle/law.json")).unwrap();
    for entry in oracle["entries"].as_array().unwrap().iter().filter(|entry| entry["n"] == 800) {
        for error in errors(entry, Terms::Second) {
            assert!(error < 1e-6, "{error:e} of {}", entry["case"]);
        }
    }
}
