//! The published cell: its fit, and a network of it against its rate equations.

use equipoise_cells::comparison::{compare, scaled};
use equipoise_cells::derivation::fit::Parameter;
use equipoise_cells::file::Circuit;
use equipoise_cells::network::{Timing, simulate};
use equipoise_cells::reduction::{Fit, Reduction, equations};

const INHIBITORY: &str = include_str!("../../../scenarios/cells/inhibitory.toml");

fn reduced() -> (Circuit, Reduction) {
    let circuit = Circuit::parse("inhibitory.toml", INHIBITORY).expect("it is right");
    let reduction = Reduction::of(&circuit).expect("it has rate equations");
    (circuit, reduction)
}

fn within(name: &str, found: Parameter, published: f64) {
    let off = found.value / published - 1.0;
    println!("{name}: {:.4} ({:.4}), {:+.1} %", found.value, found.standard_error, 100.0 * off);
    assert!(off.abs() <= 0.05, "{name} is off by {off}");
}

/// Shriki, Hansel & Sompolinsky (2003): 35.4 Hz per uA/cm2, 5.6 mV, 0.65 uA/cm2; here from 5 to 80 Hz at 0.05 to 0.15 mS/cm2.
#[test]
fn gain_and_thresholds_are_those_that_were_published() {
    let (_, reduction) = reduced();
    let Fit::ThresholdLinear(fit) = &reduction.cells[0].fit else { panic!("not asked for") };
    within("beta", fit.slope, 0.0354);
    within("V_c", fit.threshold_voltage, 5.6);
    within("I_c0", fit.threshold_current, 0.65);
}

#[test]
fn conductance_shifts_the_threshold_and_leaves_the_slope() {
    let (_, reduction) = reduced();
    let premise = &reduction.cells[0].premise;
    assert!(premise.slope_spread() < 0.1, "{}", premise.slope_spread());
    let thresholds: Vec<f64> = premise.curves.iter().map(|curve| curve.threshold.value).collect();
    assert!(thresholds.is_sorted_by(|a, b| a < b), "{thresholds:?}");
    // Silent points, of which there are some at each conductance, are in no range.
    let cell = &reduction.cells[0];
    assert!(cell.points.iter().any(|point| point.rate == 0.0));
    assert!(cell.agreements.iter().all(|row| row.range.from > 0.0));
}

/// All rates from 5 to 60 Hz are in the claim `rate-equations`; this is one of them.
#[test]
fn cells_fire_as_their_rate_equations_say() {
    let (circuit, reduction) = reduced();
    let mut circuit = scaled(&circuit, 0.8);
    circuit.timing = Timing { duration: 600.0, ..circuit.timing };
    let activity = simulate(&circuit.network, &circuit.timing, &[], &|_| true).expect("to its end");
    let right = compare(0.8, &activity, &reduction.at_input(0.8).unwrap()).unwrap();
    assert!(right.populations[0].agrees() && !right.populations[0].is_synchronous(), "{right:?}");
    // With the sign of v_theta turned round in the weights the same test fails.
    let turned = equations(&circuit, &reduction.cells, |cell| -cell.threshold_voltage).unwrap();
    let wrong = compare(0.8, &activity, &turned).unwrap();
    assert!(!wrong.populations[0].agrees(), "{wrong:?}");
}
