//! The derivation of rate equations from cells, step by step: as text here, for programs in `json`.

mod json;

use std::fmt::Write;

use super::Table;
use crate::cells::comparison::{ABSOLUTE, Compared, ComparedAt, Growth, RELATIVE, growth};
use crate::cells::derivation::fit::{Parameter, agreement};
use crate::cells::derivation::rate_equations::{
    Coverage, RateEquations, Stability, SteadyState, SteadyStates,
};
use crate::cells::derivation::scenario::DerivedScenario;
use crate::cells::derivation::{AveragedCell, Input};
use crate::cells::file::Circuit;
use crate::cells::reduction::{AGREEMENT, CONFIDENCE, Fit, FittedCell, Reduction};

pub use json::json;

/// Hz in 1/ms.
const HERTZ: f64 = 1e3;

/// All that is said.
pub struct Report<'a> {
    /// The cells and their network.
    pub circuit: &'a Circuit,
    /// Its rate equations.
    pub reduction: &'a Reduction,
    /// The scenario, or why there is none.
    pub network: Result<&'a DerivedScenario, String>,
    /// The network of cells beside them, at each strength of the input.
    pub compared: &'a [ComparedAt],
}

/// All of it for people.
pub fn text(report: &Report<'_>) -> String {
    let mut text = format!("{}\n", report.circuit.title);
    for (index, cell) in report.reduction.cells.iter().enumerate() {
        text.push_str(&excitability(report.circuit, index, cell));
    }
    text.push_str(&weights(report));
    text.push_str(&thresholds(report));
    text.push_str(&steady_states(report));
    text.push_str(&network(report));
    text.push_str(&comparison(report.compared));
    text
}

fn interval(parameter: &Parameter, factor: f64, unit: &str) -> String {
    let (low, high) = parameter.interval;
    format!("{:.3} {unit} ({:.3} to {:.3})", factor * parameter.value, factor * low, factor * high)
}

/// f-I curves, their fit, and whether the premise holds.
fn excitability(circuit: &Circuit, index: usize, cell: &FittedCell) -> String {
    let (from, to) = circuit.curve.fit;
    let mut text = format!(
        "\nCell {}: r = f[I - I_theta0 - v_theta g], (11.7), from {} rates of {:.1} to {:.1} Hz; intervals at {:.0} %\n",
        cell.name,
        cell.points.len(),
        HERTZ * cell.points.iter().map(|point| point.rate).fold(f64::INFINITY, f64::min),
        HERTZ * cell.points.iter().map(|point| point.rate).fold(0.0, f64::max),
        100.0 * CONFIDENCE,
    );
    match &cell.fit {
        Fit::ThresholdLinear(fit) => {
            let _ = writeln!(
                text,
                "  gain (11.5), from {:.0} to {:.0} Hz: f[x] = [beta x]_+, beta = {}; residuals {:.2} Hz",
                HERTZ * from,
                HERTZ * to,
                interval(&fit.slope, HERTZ, "Hz/(uA/cm2)"),
                HERTZ * fit.residual_deviation,
            );
            let _ = writeln!(
                text,
                "  threshold (11.6): I_theta0 = {}, v_theta = {}",
                interval(&fit.threshold_current, 1.0, "uA/cm2"),
                interval(&fit.threshold_voltage, 1.0, "mV"),
            );
        }
        Fit::Logistic(fit) => {
            let _ = writeln!(
                text,
                "  gain (11.4), all rates: f[x] = r_max/(1 + exp(-beta x)), r_max = {}, beta = {}; residuals {:.2} Hz",
                interval(&fit.max_rate, HERTZ, "Hz"),
                interval(&fit.steepness, 1.0, "cm2/uA"),
                HERTZ * fit.residual_deviation,
            );
            let voltage = fit.threshold_voltage.as_ref();
            let _ = writeln!(
                text,
                "  threshold (11.6): I_theta0 = {}, v_theta = {}",
                interval(&fit.threshold_current, 1.0, "uA/cm2"),
                voltage.map_or_else(|| "not known".to_owned(), |v| interval(v, 1.0, "mV")),
            );
        }
    }
    let mut table = Table::new(&[
        "leak (mS/cm2)",
        "",
        "slope (Hz/(uA/cm2))",
        "change",
        "threshold (uA/cm2)",
        "off the line",
    ]);
    let premise = &cell.premise;
    for (place, curve) in premise.curves.iter().enumerate() {
        table.row(vec![
            format!("{:.4}", curve.conductance),
            String::new(),
            format!("{:.2}", HERTZ * curve.slope.value),
            format!("{:+.1} %", 100.0 * premise.slope_changes[place]),
            format!("{:.3}", curve.threshold.value),
            format!("{:+.3}", premise.threshold_deviations[place]),
        ]);
    }
    text.push_str("  premise: conductance shifts the threshold and leaves the slope\n");
    text.push_str(&table.text());
    let agrees = agreement::widest(&cell.agreements).map_or_else(
        || format!("slopes differ by more than {:.0} % in every range", 100.0 * AGREEMENT),
        |range| {
            format!(
                "slopes agree to {:.0} % from {:.0} to {:.0} Hz",
                100.0 * AGREEMENT,
                HERTZ * range.from,
                HERTZ * range.to
            )
        },
    );
    let _ = writeln!(
        text,
        "  slopes within {:.0} % of each other from {:.0} to {:.0} Hz (common slope: p = {:.2e}); {agrees}",
        100.0 * premise.slope_spread(),
        HERTZ * from,
        HERTZ * to,
        premise.common_slope_test.p,
    );
    let theta = cell.excitability.threshold(circuit.cells[index].leak.conductance);
    if theta <= 0.0 {
        text.push_str("  NOTE: the cell is silent without a current, and the fitted threshold is not above zero: take a narrower `curve.fit`\n");
    }
    if premise.slope_spread() > AGREEMENT {
        let _ = writeln!(
            text,
            "  NOTE: slopes differ by more than {:.0} %; take a narrower `curve.fit`, or fewer `curve.leak_factors`",
            100.0 * AGREEMENT
        );
    }
    text
}

/// Weights of synapses between cells and from outside.
fn weights(report: &Report<'_>) -> String {
    let equations = &report.reduction.equations;
    let header = [
        "onto",
        "from",
        "G (mS/cm2)",
        "tau (ms)",
        "V (mV)",
        "number",
        "W (nC/cm2)",
        "all (nC/cm2)",
    ];
    let mut table = Table::new(&header);
    let populations = &report.circuit.network.populations;
    for (a, target) in populations.iter().enumerate() {
        for (b, source) in populations.iter().enumerate() {
            let Some(projection) = report.circuit.network.projections[a][b] else { continue };
            let synapse = projection.synapse;
            let (weight, number) = (equations.efficacy()[(a, b)], equations.in_degree()[(a, b)]);
            table.row(vec![
                target.name.clone(),
                source.name.clone(),
                format!("{:.3e}", synapse.peak_conductance),
                format!("{}", synapse.time_constant),
                format!("{}", synapse.reversal),
                format!("{number}"),
                format!("{weight:.4}"),
                format!("{:.3}", weight * number),
            ]);
        }
        if let Some(external) = target.external {
            let synapse = external.synapse;
            let weight = equations.populations()[a].external.efficacy;
            table.row(vec![
                target.name.clone(),
                "outside".to_owned(),
                format!("{:.3e}", synapse.peak_conductance),
                format!("{}", synapse.time_constant),
                format!("{}", synapse.reversal),
                format!("{}", external.sources),
                format!("{weight:.4}"),
                format!("{:.3}", weight * external.sources as f64),
            ]);
        }
    }
    format!("\nWeights W = G tau (V - v_theta - V_leak), (11.29), (11.30)\n{}", table.text())
}

/// Thresholds and drives.
fn thresholds(report: &Report<'_>) -> String {
    let mut table = Table::new(&[
        "population",
        "",
        "cells",
        "tau (ms)",
        "theta (uA/cm2)",
        "W_ext r_ext (uA/cm2)",
    ]);
    for population in report.reduction.equations.populations() {
        table.row(vec![
            population.name.clone(),
            String::new(),
            population.cells.to_string(),
            format!("{}", population.time_constant),
            format!("{:.4}", population.threshold),
            format!("{:.4}", population.external.current()),
        ]);
    }
    format!(
        "\nRate equations tau dmu/dt = -mu + sum W r + W_ext r_ext - theta, r = f[mu], (11.32), (11.33)\n\
         with theta = I_theta0 + g_L v_theta, (11.31), less the applied current\n{}",
        table.text()
    )
}

/// `g_L + g_syn` of the cells of a population at the rates of a steady state.
fn total_conductance(report: &Report<'_>, a: usize, state: &SteadyState) -> f64 {
    let network = &report.circuit.network;
    let population = &network.populations[a];
    let between = network.projections[a].iter().enumerate().filter_map(|(b, projection)| {
        let rate = network.in_degree(a, b) as f64 * state.rates[b];
        projection.map(|projection| Input { synapse: projection.synapse, rate })
    });
    let outside = population
        .external
        .map(|external| Input { synapse: external.synapse, rate: external.total_rate() });
    let inputs: Vec<Input> = between.chain(outside).collect();
    let cell = AveragedCell {
        capacitance: population.cell.capacitance,
        leak_conductance: population.cell.leak.conductance,
        leak_reversal: population.cell.leak.reversal,
        excitability: report.reduction.cells[report.circuit.cell_of[a]].excitability,
    };
    cell.total_conductance(&inputs)
}

fn states(equations: &RateEquations) -> Result<SteadyStates, String> {
    equations.steady_states().map_err(|error| error.to_string())
}

fn stability(state: &SteadyState) -> &'static str {
    match state.stability {
        Stability::Stable => "stable",
        Stability::Unstable => "unstable",
        Stability::Marginal => "marginal",
    }
}

fn steady_states(report: &Report<'_>) -> String {
    let equations = &report.reduction.equations;
    let found = match states(equations) {
        Ok(found) => found,
        Err(error) => return format!("\nSteady states: {error}\n"),
    };
    if found.states.is_empty() {
        return "\nSteady states: none; activity runs away\n".to_owned();
    }
    let header = [
        "state",
        "population",
        "mu (uA/cm2)",
        "rate (Hz)",
        "g_total (mS/cm2)",
        "largest eigenvalue (1/ms)",
        "stability",
    ];
    let mut table = Table::new(&header);
    for (number, state) in found.states.iter().enumerate() {
        for (a, population) in equations.populations().iter().enumerate() {
            let eigenvalue = state.eigenvalues[0];
            let first = |text: String| if a == 0 { text } else { String::new() };
            let eigenvalue = if eigenvalue.im == 0.0 {
                format!("{:.4}", eigenvalue.re)
            } else {
                format!("{:.4} +- {:.4}i", eigenvalue.re, eigenvalue.im.abs())
            };
            table.row(vec![
                first((number + 1).to_string()),
                population.name.clone(),
                format!("{:.4}", state.input[a]),
                format!("{:.2}", HERTZ * state.rates[a]),
                format!("{:.4}", total_conductance(report, a, state)),
                first(eigenvalue),
                first(stability(state).to_owned()),
            ]);
        }
    }
    let highest = report.circuit.curve.fit.1;
    let is_beyond = |state: &SteadyState| state.rates.iter().any(|rate| *rate > highest);
    let beyond = if found.states.iter().any(is_beyond) {
        format!("  rates above {:.0} Hz are beyond those that were fitted\n", HERTZ * highest)
    } else {
        String::new()
    };
    let coverage = match found.coverage {
        Coverage::All => "all there are".to_owned(),
        Coverage::AllIsolated(_) => "all isolated ones".to_owned(),
        Coverage::Search { starts, .. } => format!("those found from {starts} places"),
        _ => "those found".to_owned(),
    };
    format!(
        "\nSteady states ({coverage}), with the total conductance (11.25)\n{}{beyond}",
        table.text()
    )
}

fn network(report: &Report<'_>) -> String {
    match &report.network {
        Err(error) => format!("\nNo scenario of a balanced network: {error}\n"),
        Ok(derived) => {
            let network = &derived.scenario.network;
            let mut text = format!(
                "\nScenario network.toml: J = sqrt(n) W/tau at n = {}, drives -theta/tau\n",
                network.size
            );
            for assumption in &derived.assumptions {
                let _ = writeln!(text, "  * {assumption}");
            }
            text
        }
    }
}

fn verdict(compared: &Compared) -> &'static str {
    match (compared.predicted, compared.agrees(), compared.is_synchronous()) {
        (None, ..) => "no stable state",
        (_, true, false) => "agrees",
        (_, false, false) => "differs",
        (_, true, true) => "agrees, though cells fire together",
        (_, false, true) => "cells fire together: not derived",
    }
}

/// Threshold and slope of the rate of each population over the strength of the input.
fn growths(compared: &[ComparedAt]) -> String {
    let mut table = Table::new(&[
        "population",
        "",
        "threshold: cells",
        "equations",
        "slope (Hz): cells",
        "equations",
    ]);
    for (place, population) in compared[0].populations.iter().enumerate() {
        let (cells, equations) = growth(compared, place);
        let shown = |growth: Option<Growth>, value: fn(Growth) -> f64| {
            growth.map_or("-".to_owned(), |growth| format!("{:.3}", value(growth)))
        };
        table.row(vec![
            population.population.clone(),
            String::new(),
            shown(cells, |growth| growth.threshold),
            shown(equations, |growth| growth.threshold),
            shown(cells, |growth| HERTZ * growth.slope),
            shown(equations, |growth| HERTZ * growth.slope),
        ]);
    }
    format!(
        "straight lines through these rates over the input, silent ones left out:\n{}",
        table.text()
    )
}

fn comparison(compared: &[ComparedAt]) -> String {
    if compared.is_empty() {
        return String::new();
    }
    let header = [
        "input",
        "population",
        "cells (Hz)",
        "s.e.",
        "equations (Hz)",
        "chi",
        "independent",
        "verdict",
    ];
    let mut table = Table::new(&header);
    for at in compared {
        for population in &at.populations {
            table.row(vec![
                format!("{}", at.factor),
                population.population.clone(),
                format!("{:.2}", HERTZ * population.simulated),
                format!("{:.2}", HERTZ * population.standard_error),
                population.predicted.map_or("-".to_owned(), |rate| format!("{:.2}", HERTZ * rate)),
                format!("{:.3}", population.synchrony.index),
                format!("{:.3}", population.synchrony.independent),
                verdict(population).to_owned(),
            ]);
        }
    }
    let several = compared.iter().filter(|at| at.stable_states > 1).count();
    let several = if several > 0 {
        format!(
            "at {several} strengths of the input there are several stable states, the nearest of which is taken\n"
        )
    } else {
        String::new()
    };
    format!(
        "\nThe network of cells beside its rate equations; they agree within {:.0} % or {} Hz, whichever is more,\n\
         and are derived for cells that fire asynchronously (chi far below 1)\n{}",
        100.0 * RELATIVE,
        HERTZ * ABSOLUTE,
        table.text()
    ) + &several
        + &growths(compared)
}
