//! Networks without a balanced state are refused with the reason; steps and special cases are followed.

use equipoise_limit::{FiniteN, FiniteNSolution, Limit, LimitError, LimitSolution, Order};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Network, Scenario};

const PAIR: &str = r#"
n = 400
duration = 4.0
[populations.E]
kind = "excitatory"
time_constant = 1.0
drive = -0.3
gain = { logistic = { max_rate = 1.0, threshold = 0.0, slope = 0.5 } }
initial = { normal = { mean = 0.0, variance = 0.25 } }
[populations.I]
kind = "inhibitory"
time_constant = 1.0
gain = { logistic = { max_rate = 1.0, threshold = 0.0, slope = 0.5 } }
initial = { normal = { mean = 0.0, variance = 0.25 } }
[populations.X]
kind = "external"
rate = 0.0
[coupling]
E = { E = 1.0, I = -1.0, X = 0.0 }
I = { E = 2.0, I = -2.0, X = 0.0 }
"#;

fn network(overrides: &[&str]) -> Network {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    Scenario::parse("pair", &apply(PAIR, &overrides).unwrap()).unwrap().network
}

fn solve(overrides: &[&str]) -> Result<LimitSolution, LimitError> {
    let network = network(overrides);
    let limit = Limit::new(&network)?;
    limit.solve(&[0.0, 1.0, 2.0, 3.0, 4.0])
}

#[test]
fn input_outside_the_range_of_the_coupling_is_refused() {
    let error = solve(&["populations.X.rate=0.5", "coupling.E.X=1.0"]).unwrap_err();
    assert!(
        matches!(&error, LimitError::OutsideRange { growth, .. } if growth.contains("`E`")),
        "{error}"
    );
    // Along the range it is no obstacle: J_EX : J_IX = 1 : 2.
    solve(&["populations.X.rate=0.2", "coupling.E.X=0.5", "coupling.I.X=1.0"]).unwrap();
}

#[test]
fn input_that_leaves_the_range_later_ends_the_limit_at_its_time() {
    let step = "populations.X.rate={ steps = [[0.0, 0.0], [2.5, 0.5]] }";
    let solution = solve(&[step, "coupling.E.X=1.0"]).unwrap();
    assert!(
        matches!(solution.end, Some(LimitError::OutsideRange { time: 2.5, .. })),
        "{:?}",
        solution.end
    );
    assert_eq!(solution.times, [0.0, 1.0, 2.0]);
}

/// X along (1, 0) and Y along (0, 2) together point along the range at time 0 alone; and the phases decide.
#[test]
fn oscillating_input_must_stay_within_the_range() {
    let with = |rate: &str| {
        let text = PAIR
            .replace(
                "rate = 0.0",
                "rate = { sine = { mean = 0.05, amplitude = 0.02, frequency = 1.0 } }",
            )
            .replace(
                "[coupling]",
                &format!("[populations.Y]\nkind = \"external\"\nrate = {rate}\n[coupling]"),
            )
            .replace("I = -1.0, X = 0.0", "I = -1.0, X = 1.0, Y = 0.0")
            .replace("I = -2.0, X = 0.0", "I = -2.0, X = 0.0, Y = 2.0");
        let network = Scenario::parse("pair", &text).unwrap().network;
        Limit::new(&network).and_then(|limit| limit.solve(&[0.0, 1.0]))
    };
    with("{ sine = { mean = 0.05, amplitude = 0.02, frequency = 1.0 } }").unwrap();
    for off in [
        "0.05",
        "{ sine = { mean = 0.05, amplitude = 0.02, frequency = 2.0 } }",
        "{ sine = { mean = 0.05, amplitude = 0.02, frequency = 1.0, phase = 1.0 } }",
    ] {
        assert!(matches!(with(off), Err(LimitError::OutsideRange { .. })), "{off}");
    }
}

#[test]
fn a_rounded_singular_coupling_is_explained() {
    let error = solve(&["coupling.E.I=-0.99999"]).unwrap_err();
    assert!(error.to_string().contains("singular"), "{error}");
}

#[test]
fn rates_beyond_the_gains_are_refused() {
    let full_rank =
        ["coupling.E.I=-2.0", "coupling.I.I=-2.5", "coupling.E.X=1.0", "coupling.I.X=0.9"];
    let with_rate = |rate: &'static str| {
        let mut overrides = full_rank.to_vec();
        overrides.push(rate);
        solve(&overrides)
    };
    // S = -K^{-1} h = rate * (0.7/1.5, 1.1/1.5).
    with_rate("populations.X.rate=0.5").unwrap();
    let error = with_rate("populations.X.rate=1.5").unwrap_err();
    let named = matches!(&error, LimitError::RateOutOfRange { population, rate, .. } if population == "I" && (rate - 1.1).abs() < 1e-12);
    assert!(named, "{error}");
    let silent = with_rate("populations.X.rate=0.0").unwrap_err();
    assert!(matches!(silent, LimitError::RateOutOfRange { .. }), "{silent}");
}

#[test]
fn excitation_that_wins_ends_in_saturation() {
    // c_E S_E,m > c_I S_I,m: the balanced line exists but repels, up to where both rates are at their maximum.
    let error =
        solve(&["coupling.I.E=0.5", "coupling.I.I=-0.5", "populations.E.initial.normal.mean=0.1"])
            .unwrap_err();
    assert!(
        matches!(&error, LimitError::Unresponsive { rates, .. } if rates.contains("`E`")),
        "{error}"
    );
}

#[test]
fn a_start_exactly_on_an_unstable_balance_is_refused() {
    let error = solve(&["coupling.I.E=0.5", "coupling.I.I=-0.5"]).unwrap_err();
    assert!(
        matches!(error, LimitError::Unstable { eigenvalue, .. } if eigenvalue > 0.0),
        "{error}"
    );
}

/// A rank-2 network whose balanced state is not attractive: from here the fast flow saturates both gains, and
/// the means go on growing.
#[test]
fn a_fast_flow_that_never_ends_is_refused() {
    let error = solve(&[
        "coupling.E.E=2.0",
        "coupling.E.I=-2.0",
        "coupling.I.E=1.8",
        "coupling.I.I=-1.0",
        "coupling.E.X=1.0",
        "coupling.I.X=0.1",
        "populations.X.rate=0.5",
        "populations.E.gain.logistic.slope=0.3",
        "populations.E.drive=0.0",
        "populations.E.initial.normal.mean=-0.5",
    ])
    .unwrap_err();
    assert!(matches!(error, LimitError::RunsAway { .. }), "{error}");
}

#[test]
fn stability_lost_on_the_way_is_located() {
    // As E narrows and I widens, the slope of E's rate outgrows that of I's, until c_E S_E,m = c_I S_I,m.
    let overrides = [
        "coupling.I.E=1.2",
        "coupling.I.I=-1.2",
        "populations.E.drive=0.0",
        "populations.E.gain.logistic.slope=0.3",
        "populations.I.gain.logistic.slope=0.6",
        "populations.E.initial.normal.variance=1.0",
        "populations.I.initial.normal.variance=0.01",
    ];
    let solution = solve(&overrides).unwrap();
    let Some(LimitError::Unstable { time, .. }) = solution.end else {
        panic!("{:?}", solution.end)
    };
    assert!(time > 0.1 && time < 3.0, "{time}");
    // Just before, there is a limit, and its stability is about to vanish.
    let network = network(&overrides);
    let before = Limit::new(&network).unwrap().solve(&[0.0, time - 1e-3]).unwrap();
    let [first, last] = before.fast_eigenvalue[..] else { panic!("two samples") };
    assert!(last < 0.0 && last > 0.2 * first, "{first} {last}");
}

#[test]
fn a_step_of_the_external_rate_moves_the_mean_at_once() {
    let step = "populations.X.rate={ steps = [[0.0, 0.1], [2.0, 0.15]] }";
    let network = network(&[step, "coupling.E.X=0.5", "coupling.I.X=1.0"]);
    let limit = Limit::new(&network).unwrap();
    let solution = limit.solve(&[0.0, 2.0, 2.0001, 4.0]).unwrap();
    assert_eq!(solution.layers.len(), 2);
    let layer = &solution.layers[1];
    assert_eq!(layer.time, 2.0);
    assert!((layer.after[0] - layer.before[0]).abs() > 1e-3);
    for a in 0..2 {
        assert!((solution.mean[2 + a] - layer.before[a]).abs() < 1e-9);
        assert!((solution.mean[4 + a] - layer.after[a]).abs() < 1e-3);
    }
    assert!(solution.balance_residual.iter().all(|residual| *residual < 1e-8));
}

#[test]
fn without_coupling_the_limit_is_a_relaxation() {
    let solution =
        solve(&["coupling.E.E=0.0", "coupling.E.I=0.0", "coupling.I.E=0.0", "coupling.I.I=0.0"])
            .unwrap();
    let expected = -0.3 * (1.0 - (-4.0_f64).exp());
    assert!((solution.mean[8] - expected).abs() < 1e-8);
    assert!((solution.variance[8] - 0.25 * (-8.0_f64).exp()).abs() < 1e-8);
}

#[test]
fn splitting_the_times_changes_nothing() {
    let network = network(&[
        "populations.E.drive={ sine = { mean = -0.3, amplitude = 0.2, frequency = 0.5 } }",
    ]);
    let limit = Limit::new(&network).unwrap();
    let coarse = limit.solve(&[0.0, 4.0]).unwrap();
    let fine = limit.solve(&[0.0, 0.3, 1.7, 3.2, 4.0]).unwrap();
    for a in 0..2 {
        assert!((coarse.mean[2 + a] - fine.mean[8 + a]).abs() < 1e-7);
        assert!((coarse.variance[2 + a] - fine.variance[8 + a]).abs() < 1e-7);
    }
}

/// What neurons have in common moves their mean, which balance holds; it is no source of variance.
#[test]
fn shared_spikes_leave_no_variance_in_the_limit() {
    let times = [0.0, 1.0, 3.0];
    let of = |transmission: &str| {
        let network = network(&[transmission]);
        Limit::new(&network).unwrap().solve(&times).unwrap()
    };
    let shared = of("transmission=shared");
    for (i, time) in times.iter().enumerate() {
        for a in 0..2 {
            let expected = 0.25 * (-2.0 * time).exp();
            assert!((shared.variance[2 * i + a] - expected).abs() < 1e-9);
        }
    }
    // A release probability of nearly 0 is independent transmission; its spikes, of intensity lambda/p, are many more.
    let (independent, release) =
        (of("transmission=independent"), of("transmission={ release_probability = 1e-9 }"));
    for (a, b) in independent.mean.iter().zip(&release.mean) {
        assert!((a - b).abs() < 1e-7, "{a} {b}");
    }
    for (a, b) in independent.spikes.iter().zip(&release.spikes) {
        assert!((a - 1e-9 * b).abs() < 1e-7, "{a} {b}");
    }
}

/// Each order changes the one before by as much as it says: `n^{-1/2}`, and `1/n`.
#[test]
fn orders_of_the_theory_differ_by_powers_of_the_inverse_root_of_n() {
    let times = [0.0, 4.0];
    let differences = |size: &str| {
        let network = network(&[size]);
        let of = |order| FiniteN::new(&network, order).solve(&times).unwrap();
        let [zeroth, half, first] = [Order::Zeroth, Order::Half, Order::First].map(of);
        [2, 3].map(|at| {
            let mean = |theory: &FiniteNSolution| theory.mean[at];
            let variance = |theory: &FiniteNSolution| theory.variance[at];
            [
                (mean(&half) - mean(&zeroth), mean(&first) - mean(&half)),
                (variance(&half) - variance(&zeroth), variance(&first) - variance(&half)),
            ]
        })
    };
    // Two decades in n.
    let (small, large) = (differences("n=10000"), differences("n=1000000"));
    for (small, large) in small.as_flattened().iter().zip(large.as_flattened()) {
        let slopes = [large.0 / small.0, large.1 / small.1].map(|ratio| ratio.abs().log10() / 2.0);
        println!("{slopes:?}");
        assert!((slopes[0] + 0.5).abs() < 0.05 && (slopes[1] + 1.0).abs() < 0.1, "{slopes:?}");
    }
}

#[test]
fn finite_n_approaches_the_limit_as_the_inverse_root_of_n() {
    let times = [0.0, 4.0];
    let distance = |size: &str| {
        let network = network(&[size]);
        let limit = Limit::new(&network).unwrap().solve(&times).unwrap();
        let theory = FiniteN::new(&network, Order::First).solve(&times).unwrap();
        (theory.mean[2] - limit.mean[2]).abs()
    };
    // Two decades in n: a factor of 10, up to the next order.
    let ratio = distance("n=10000") / distance("n=1000000");
    assert!((ratio - 10.0).abs() < 1.0, "{ratio}");
}

const FAST_HOPF: &str = include_str!("../../../scenarios/fast-hopf.toml");

/// Beyond its fast Hopf point, at 0.625, the fast flow goes round a small cycle; just before, a weak focus still attracts it.
#[test]
fn a_fast_flow_that_goes_round_a_cycle_is_refused() {
    let limit = |coupling: &str| {
        let text = apply(FAST_HOPF, &[format!("coupling.E.E={coupling}")]).unwrap();
        let network = Scenario::parse("fast-hopf", &text).unwrap().network;
        Limit::new(&network).and_then(|limit| limit.solve(&[0.0]))
    };
    for coupling in ["0.75", "0.8"] {
        let error = limit(coupling).unwrap_err();
        assert!(matches!(error, LimitError::Unsettled { .. }), "{error}");
    }
    limit("0.6").unwrap();
}
