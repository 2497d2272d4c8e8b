use super::*;

fn table() -> Tabulated {
    let potentiations = [-1.5, -0.6, -0.55, 0.8, 1.0, 2.4];
    Tabulated::new(&potentiations, &[0.1, 0.2, 0.3, 0.3, 0.9, 1.4]).expect("a sound table")
}

fn threshold_linear() -> Gain {
    Gain::ThresholdLinear(ThresholdLinear { gain: 1.3, threshold: -0.1 })
}

fn smooth_gains() -> Vec<Gain> {
    let probit = Gain::Probit(Probit { max_rate: 0.6, threshold: -0.2, slope: 0.7 });
    vec![
        Gain::Logistic(Logistic { max_rate: 1.7, threshold: 0.3, slope: 0.4 }),
        probit.clone(),
        probit.clone().saturated(0.5),
        probit.saturated(200.0),
    ]
}

fn kinked_gains() -> Vec<Gain> {
    let table = Gain::Tabulated(table());
    let gains = [threshold_linear(), table];
    let saturated = |time: f64| gains.clone().map(|gain| gain.saturated(time));
    [gains.to_vec(), saturated(0.7).to_vec(), saturated(20.0).to_vec()].concat()
}

fn all_gains() -> Vec<Gain> {
    [smooth_gains(), kinked_gains()].concat()
}

/// The places lie away from breakpoints.
#[test]
fn derivatives_agree_with_central_differences_of_one_order_less() {
    let step = 1e-4;
    for gain in all_gains() {
        for z in [-2.1, -0.3, 0.0, 0.4, 1.9] {
            let mut at = [[0.0; 8]; 3];
            for (i, row) in at.iter_mut().enumerate() {
                gain.derivatives(z + (i as f64 - 1.0) * step, row);
            }
            for k in 1..8 {
                let difference = (at[2][k - 1] - at[0][k - 1]) / (2.0 * step);
                let scale = at[1].iter().fold(1.0_f64, |m, x| m.max(x.abs()));
                // Truncation of order step^2 times derivatives two orders up, here below 1e4 of the largest.
                let error = (difference - at[1][k]).abs();
                assert!(error < 1e-4 * scale, "{gain:?} z={z} k={k}: {error}");
            }
            let (intensity, derivative) = gain.intensity_and_derivative(z);
            assert!((intensity - at[1][0]).abs() < 1e-15);
            assert!((derivative - at[1][1]).abs() < 1e-14);
            assert_eq!(intensity.to_bits(), gain.intensity(z).to_bits());
        }
    }
}

/// Largest `|lambda|, |lambda'|, |lambda''|` on a fine grid and on both sides of each breakpoint.
fn largest(gain: &Gain) -> [f64; 3] {
    let mut largest = [0.0_f64; 3];
    let mut take = |values: [f64; 3]| {
        for (m, x) in largest.iter_mut().zip(values) {
            *m = m.max(x.abs());
        }
    };
    let mut values = [0.0; 3];
    let grid = (-40_000..=40_000).map(|i| f64::from(i) * 2e-4);
    for z in grid.chain(gain.breakpoints().iter().copied()) {
        gain.derivatives(z, &mut values);
        take(values);
        gain.left_derivatives(z, &mut values);
        take(values);
    }
    largest
}

/// Bounds of saturated gains are taken by pieces and may be wider by a few percent.
#[test]
fn bounds_are_reached_and_never_exceeded() {
    for gain in all_gains() {
        let slack = if matches!(gain, Gain::Refractory(_)) { 0.06 } else { 1e-5 };
        let bounds = [gain.supremum(), gain.derivative_bound(), gain.curvature_bound()];
        for (order, (reached, bound)) in largest(&gain).into_iter().zip(bounds).enumerate() {
            let reached_or_unbounded =
                reached >= bound * (1.0 - slack) || order == 0 && gain.kink().is_some();
            assert!(reached <= bound * (1.0 + 1e-12), "{gain:?} {order}: {reached} {bound}");
            assert!(reached_or_unbounded, "{gain:?} {order}: {reached} {bound}");
        }
    }
}

#[test]
fn far_tails_are_finite_and_monotone() {
    for gain in all_gains() {
        assert_eq!(gain.intensity(-1e6), gain.infimum());
        let top = gain.intensity(1e6);
        assert!(top == gain.supremum() || gain.kink().is_some() && top < gain.supremum());
        let mut values = [f64::NAN; 13];
        for z in [-1e6, -50.0, 50.0, 1e6] {
            gain.derivatives(z, &mut values);
            assert!(values.iter().all(|x| x.is_finite()), "{gain:?} at {z}: {values:?}");
        }
    }
}

#[test]
fn saturated_logistic_is_a_logistic() {
    let (gain, time) = (Logistic { max_rate: 1.7, threshold: 0.3, slope: 0.4 }, 2.5);
    let saturated = Gain::Logistic(gain).saturated(time);
    assert!(matches!(saturated, Gain::Logistic(_)), "{saturated:?}");
    for z in [-30.0, -3.0, -0.2, 0.3, 1.1, 40.0] {
        let (rate, derivative) = gain.intensity_and_derivative(z);
        let divisor = 1.0 + time * rate;
        let (ours, slope) = saturated.intensity_and_derivative(z);
        assert!((ours - rate / divisor).abs() < 1e-14 * rate, "{z}");
        assert!((slope - derivative / divisor.powi(2)).abs() < 1e-13 * derivative, "{z}");
    }
}

#[test]
fn refractory_times_add() {
    for gain in all_gains() {
        let (twice, once) =
            (gain.clone().saturated(0.2).saturated(0.3), gain.clone().saturated(0.5));
        for z in [-1.0, 0.1, 0.9, 3.0] {
            let rate = gain.intensity(z);
            assert!((twice.intensity(z) - once.intensity(z)).abs() < 1e-15);
            assert!((once.intensity(z) - rate / (1.0 + 0.5 * rate)).abs() < 1e-15);
        }
        assert_eq!(gain.clone().saturated(0.0), gain);
    }
}

/// `g = beta x/(1 + t beta x)` has `g^(k) = k! beta (-t beta)^(k-1)/(1 + t beta x)^(k+1)`.
#[test]
fn derivatives_of_the_saturated_line_are_exact() {
    let gain = threshold_linear().saturated(0.7);
    let (load, z) = (0.7 * 1.3, 0.4);
    let mut values = [0.0; 13];
    gain.derivatives(z, &mut values);
    let mut expected = 1.3 / (1.0 + load * 0.5_f64).powi(2);
    for (k, value) in values.into_iter().enumerate().skip(1) {
        assert!((value - expected).abs() < 1e-13 * expected.abs(), "{k}: {value} {expected}");
        expected *= -load * (k as f64 + 1.0) / (1.0 + load * 0.5);
    }
}

#[test]
fn kinks_are_the_jumps_of_the_derivative() {
    let [mut kinks, mut none] = [0, 0];
    for gain in all_gains() {
        for &z in gain.breakpoints() {
            let (mut left, mut right) = ([0.0; 2], [0.0; 2]);
            gain.left_derivatives(z, &mut left);
            gain.derivatives(z, &mut right);
            assert!((left[0] - right[0]).abs() < 1e-15, "continuous");
            let jump = gain.kink().map_or(0.0, |kink| kink.derivative_jump);
            assert!(
                (right[1] - left[1] - jump).abs() < 1e-14,
                "{gain:?} at {z}: {left:?} {right:?}"
            );
        }
        match gain.kink() {
            Some(kink) => {
                assert_eq!([kink.potentiation], gain.breakpoints());
                kinks += 1;
            }
            None => none += 1,
        }
    }
    assert_eq!((kinks, none), (3, 7));
}

#[test]
fn derivatives_from_the_left_are_limits() {
    for gain in kinked_gains() {
        for &z in gain.breakpoints() {
            let (mut left, mut near) = ([0.0; 4], [0.0; 4]);
            gain.left_derivatives(z, &mut left);
            gain.derivatives(z - 1e-9, &mut near);
            for (a, b) in left.into_iter().zip(near) {
                assert!((a - b).abs() < 1e-4 * (1.0 + a.abs()), "{gain:?} at {z}: {a} {b}");
            }
        }
    }
}

#[test]
fn tables_go_through_their_points_and_never_fall() {
    let table = table();
    for (z, rate) in table.potentiations().iter().zip(table.rates()) {
        assert_eq!(table.intensity(*z), *rate);
    }
    let values: Vec<f64> = (-4000..6000).map(|i| table.intensity(f64::from(i) * 5e-4)).collect();
    assert!(values.is_sorted());
    assert_eq!((values[0], values[9999]), (0.1, 1.4));
    // Flat between two equal rates, as the condition of monotonicity has it.
    assert_eq!(table.intensity_and_derivative(0.1), (0.3, 0.0));
}

/// Weighted harmonic means by hand: at 1, widths 1 and 2, slopes 1 and 1/2, weights 5 and 4.
#[test]
fn slopes_of_a_table_are_weighted_harmonic_means() {
    let table = Tabulated::new(&[0.0, 1.0, 3.0], &[0.0, 1.0, 2.0]).unwrap();
    assert!((table.intensity_and_derivative(1.0).1 - 9.0 / (5.0 / 1.0 + 4.0 / 0.5)).abs() < 1e-15);
    assert_eq!(table.intensity_and_derivative(0.0).1, 0.0);
    // The Hermite cubic of values 0, 1 and slopes 0, 9/13 in the middle of its cell: 1/2 - (9/13)/8.
    assert!((table.intensity(0.5) - (0.5 - 9.0 / 104.0)).abs() < 1e-15);
}

#[test]
fn unsound_tables_are_refused() {
    let refused = |z: &[f64], rates: &[f64]| Tabulated::new(z, rates).unwrap_err();
    assert_eq!(refused(&[0.0], &[1.0]), TableError::TooFew { given: 1 });
    let unequal = TableError::UnequalLengths { potentiations: 2, rates: 1 };
    assert_eq!(refused(&[0.0, 1.0], &[1.0]), unequal);
    assert_eq!(
        refused(&[0.0, 0.0], &[0.0, 1.0]),
        TableError::Potentiation { index: 1, value: 0.0 }
    );
    assert_eq!(refused(&[0.0, 1.0], &[1.0, 0.5]), TableError::Rate { index: 1, value: 0.5 });
    assert_eq!(refused(&[0.0, 1.0], &[-0.1, 0.5]), TableError::Rate { index: 0, value: -0.1 });
    assert_eq!(refused(&[0.0, 1.0], &[0.0, 0.0]), TableError::Silent);
    assert_eq!(refused(&[0.0, 1e-300], &[0.0, 1.0]), TableError::TooSteep { index: 1 });
    assert!(matches!(
        refused(&[f64::NAN, 1.0], &[0.0, 1.0]),
        TableError::Potentiation { index: 0, .. }
    ));
    assert!(matches!(
        refused(&[0.0, 1.0], &[0.0, f64::INFINITY]),
        TableError::Rate { index: 1, .. }
    ));
}
