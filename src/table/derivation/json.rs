//! The derivation for programs.

use crate::cells::comparison::{Growth, growth};
use crate::cells::derivation::Gain;
use crate::cells::derivation::fit::{Parameter, Point, agreement};
use crate::cells::derivation::rate_equations::SteadyState;
use crate::cells::reduction::{Fit, FittedCell};
use serde_json::{Value, json};

use super::{HERTZ, Report, stability, states, total_conductance};

/// All of it for programs. Currents in uA/cm2, conductances in mS/cm2, potentials in mV, times in ms, charges in nC/cm2, rates in Hz.
pub fn json(report: &Report<'_>) -> Value {
    let equations = &report.reduction.equations;
    let steady = match states(equations) {
        Ok(found) => found.states.iter().map(|state| state_json(report, state)).collect(),
        Err(error) => Value::from(error),
    };
    let line = |growth: Option<Growth>| {
        growth.map(|growth| json!({ "threshold": growth.threshold, "slope": HERTZ * growth.slope }))
    };
    let growths = |place: usize| {
        let (cells, equations) = growth(report.compared, place);
        json!({ "simulated": line(cells), "predicted": line(equations) })
    };
    let names: Vec<&str> =
        equations.populations().iter().map(|population| population.name.as_str()).collect();
    json!({
        "title": report.circuit.title,
        "units": { "current": "uA/cm2", "conductance": "mS/cm2", "potential": "mV", "time": "ms", "charge": "nC/cm2", "rate": "Hz" },
        "cells": report.reduction.cells.iter().map(cell_json).collect::<Vec<_>>(),
        "populations": equations.populations().iter().map(|population| json!({
            "name": population.name,
            "cells": population.cells,
            "time_constant": population.time_constant,
            "threshold": population.threshold,
            "external_weight": population.external.efficacy,
            "external_sources": population.external.sources,
            "external_rate": HERTZ * population.external.rate,
        })).collect::<Vec<_>>(),
        "weights": rows(&names, |a, b| equations.efficacy()[(a, b)]),
        "in_degrees": rows(&names, |a, b| equations.in_degree()[(a, b)]),
        "steady_states": steady,
        "scenario": match &report.network {
            Ok(derived) => json!({ "text": derived.text, "assumptions": derived.assumptions }),
            Err(error) => json!({ "error": error }),
        },
        "comparison": report.compared.iter().map(|at| json!({
            "input": at.factor,
            "stable_states": at.stable_states,
            "populations": at.populations.iter().map(|compared| json!({
                "name": compared.population,
                "simulated": HERTZ * compared.simulated,
                "standard_error": HERTZ * compared.standard_error,
                "predicted": compared.predicted.map(|rate| HERTZ * rate),
                "synchrony": compared.synchrony.index,
                "independent": compared.synchrony.independent,
                "synchronous": compared.is_synchronous(),
                "agrees": compared.agrees(),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "growth": (0..names.len()).map(growths).collect::<Vec<_>>(),
    })
}

/// A matrix by the names of its rows, the targets, and columns.
fn rows(names: &[&str], entry: impl Fn(usize, usize) -> f64) -> Value {
    let row = |a: usize| -> Value {
        names.iter().enumerate().map(|(b, name)| ((*name).to_owned(), json!(entry(a, b)))).collect()
    };
    names.iter().enumerate().map(|(a, name)| ((*name).to_owned(), row(a))).collect()
}

fn parameter_json(parameter: &Parameter, factor: f64) -> Value {
    json!({
        "value": factor * parameter.value,
        "standard_error": factor * parameter.standard_error,
        "interval": [factor * parameter.interval.0, factor * parameter.interval.1],
    })
}

fn cell_json(cell: &FittedCell) -> Value {
    let gain = match (&cell.fit, cell.excitability.gain) {
        (Fit::ThresholdLinear(fit), Gain::ThresholdLinear { .. }) => json!({
            "form": "threshold_linear",
            "beta": parameter_json(&fit.slope, HERTZ),
            "threshold_current": parameter_json(&fit.threshold_current, 1.0),
            "threshold_voltage": parameter_json(&fit.threshold_voltage, 1.0),
            "residual": HERTZ * fit.residual_deviation,
        }),
        (Fit::Logistic(fit), _) => json!({
            "form": "logistic",
            "max_rate": parameter_json(&fit.max_rate, HERTZ),
            "beta": parameter_json(&fit.steepness, 1.0),
            "threshold_current": parameter_json(&fit.threshold_current, 1.0),
            "threshold_voltage": fit.threshold_voltage.as_ref().map(|voltage| parameter_json(voltage, 1.0)),
            "residual": HERTZ * fit.residual_deviation,
        }),
        (Fit::ThresholdLinear(_), Gain::Logistic { .. }) => Value::Null,
    };
    let premise = &cell.premise;
    let point = |point: &Point| json!([point.current, point.conductance, HERTZ * point.rate]);
    json!({
        "name": cell.name,
        "gain": gain,
        "premise": {
            "conductances": premise.curves.iter().map(|curve| curve.conductance).collect::<Vec<_>>(),
            "slopes": premise.curves.iter().map(|curve| HERTZ * curve.slope.value).collect::<Vec<_>>(),
            "thresholds": premise.curves.iter().map(|curve| curve.threshold.value).collect::<Vec<_>>(),
            "slope_spread": premise.slope_spread(),
            "common_slope_p": premise.common_slope_test.p,
            "linear_threshold_p": premise.linear_threshold_test.map(|test| test.p),
            "agrees": agreement::widest(&cell.agreements).map(|range| [HERTZ * range.from, HERTZ * range.to]),
        },
        "points": cell.points.iter().map(point).collect::<Vec<_>>(),
    })
}

fn state_json(report: &Report<'_>, state: &SteadyState) -> Value {
    let each = |value: &dyn Fn(usize) -> f64| (0..state.rates.len()).map(value).collect::<Vec<_>>();
    json!({
        "inputs": each(&|a| state.input[a]),
        "rates": each(&|a| HERTZ * state.rates[a]),
        "total_conductances": each(&|a| total_conductance(report, a, state)),
        "eigenvalues": state.eigenvalues.iter().map(|value| [value.re, value.im]).collect::<Vec<_>>(),
        "stability": stability(state),
    })
}
