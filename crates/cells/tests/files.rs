//! Cell files: the ones that are shipped are read, and what is wrong with others is said with its place.

use equipoise_cells::file::{Circuit, FittedGain};
use equipoise_model::scenario::overrides::apply;

const INHIBITORY: &str = include_str!("../../../scenarios/cells/inhibitory.toml");
const PAIR: &str = include_str!("../../../scenarios/cells/pair.toml");

/// What the user sees.
fn refusal(assignments: &[&str]) -> String {
    let assignments: Vec<String> = assignments.iter().map(|&text| text.to_owned()).collect();
    let text = apply(PAIR, &assignments).expect("assignments");
    let error = Circuit::parse("cells.toml", &text).expect_err("it is refused");
    let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::none());
    let mut shown = String::new();
    handler.with_width(110).render_report(&mut shown, &error).expect("rendered");
    shown
}

#[test]
fn shipped_files_are_read() {
    let circuit = Circuit::parse("inhibitory.toml", INHIBITORY).expect("it is right");
    let population = &circuit.network.populations[0];
    assert_eq!((population.count, population.cell.channels.len()), (400, 3));
    assert_eq!(population.external.map(|external| external.total_rate()), Some(7.5));
    assert_eq!(circuit.network.in_degree(0, 0), 399);
    assert_eq!(circuit.time_constants, [20.0]);
    assert_eq!(circuit.curve.gain, FittedGain::ThresholdLinear);
    let pair = Circuit::parse("pair.toml", PAIR).expect("it is right");
    assert_eq!(pair.network.in_degree(0, 1), 40);
    assert_eq!(pair.cell_of, [0, 0]);
}

#[test]
fn a_whole_cell_is_read_per_area() {
    let text = apply(
        PAIR,
        &[
            "cells.cortical.area=\"2e-4 cm2\"".to_owned(),
            "cells.cortical.leak.conductance=\"10 nS\"".to_owned(),
            "cells.cortical.capacitance=\"200 pF\"".to_owned(),
            "synapses.E.I.conductance=\"1.1 nS\"".to_owned(),
        ],
    );
    let circuit = Circuit::parse("cells.toml", &text.expect("assignments")).expect("it is right");
    let plain = Circuit::parse("cells.toml", PAIR).expect("it is right");
    assert!((circuit.network.populations[0].cell.leak.conductance - 0.05).abs() < 1e-15);
    assert!((circuit.network.populations[0].cell.capacitance - 1.0).abs() < 1e-15);
    let conductance = |circuit: &Circuit| {
        circuit.network.projections[0][1].map(|projection| projection.synapse.peak_conductance)
    };
    assert!((conductance(&circuit).unwrap() / conductance(&plain).unwrap() - 1.0).abs() < 1e-12);
}

#[test]
fn what_is_wrong_is_underlined() {
    insta::assert_snapshot!("wrong_unit", refusal(&["cells.cortical.leak.reversal=\"-65 nS\""]));
    insta::assert_snapshot!("no_unit", refusal(&["cells.cortical.capacitance=\"1\""]));
    insta::assert_snapshot!("no_area", refusal(&["cells.cortical.leak.conductance=\"10 nS\""]));
    insta::assert_snapshot!("negative", refusal(&["synapses.E.I.time_constant=\"-10 ms\""]));
    insta::assert_snapshot!("no_such_cell", refusal(&["populations.E.cell=\"cortica\""]));
    insta::assert_snapshot!(
        "no_such_population",
        refusal(&["synapses.E.X.conductance=\"1 mS/cm2\""])
    );
    insta::assert_snapshot!("too_many_sources", refusal(&["synapses.I.I.in_degree=100"]));
    insta::assert_snapshot!(
        "half_a_gate",
        refusal(&["cells.cortical.channels.A.gates.b.instantaneous=true"])
    );
    insta::assert_snapshot!("unknown_field", refusal(&["curve.leak_factor=[1,2]"]));
    insta::assert_snapshot!("factors", refusal(&["comparison.input_factors=[2,1]"]));
    insta::assert_snapshot!("step", refusal(&["simulation.step=\"1 ms\""]));
    insta::assert_snapshot!(
        "overflow",
        refusal(&[
            "cells.cortical.channels.potassium.gates.n.closing.exponential.scale=\"0.1 mV\"",
            "cells.cortical.channels.potassium.gates.n.opening={ exponential = { rate = \"1 /ms\", midpoint = \"-40 mV\", scale = \"0.1 mV\" } }",
        ])
    );
    insta::assert_snapshot!(
        "external",
        refusal(&["populations.E.external.rate=\"1 kHz\"", "populations.E.external.sources=2000"])
    );
    insta::assert_snapshot!(
        "name",
        refusal(&[
            "cells.\"a b\".capacitance=\"1 uF/cm2\"",
            "cells.\"a b\".leak={ conductance = \"1 mS/cm2\", reversal = \"-65 mV\" }"
        ])
    );
    insta::assert_snapshot!(
        "several",
        refusal(&["simulation.step=\"1 ms\"", "curve.fit=[\"60 Hz\"]", "populations.E.count=0.5"])
    );
}
