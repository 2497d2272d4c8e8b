//! The stationary state of one network, its spectra and its response.

use std::fmt::Write;

use equipoise::layout::fluctuations::Axes;
use equipoise::limit::Stationary;
use equipoise::model::Scenario;

use super::{Table, fixed, headline};

/// Rows of the tables by frequency at most; all are in the file.
const ROWS: usize = 11;

/// Stationary state, relaxation, spectra and response.
pub fn fluctuations(scenario: &Scenario, state: &Stationary, axes: &Axes) -> String {
    let mut text =
        format!("{}\n\nStationary state:\n{}", headline(scenario), moments(scenario, state));
    let _ = writeln!(text, "\n{}", relaxation(scenario, state));
    let _ = writeln!(
        text,
        "\nSpectral densities (two-sided) of population means and of activities (fires per neuron and time), and the response of rates to drives and external rates:\n{}",
        spectra(scenario, state, axes)
    );
    text
}

fn moments(scenario: &Scenario, state: &Stationary) -> String {
    let names = scenario.network.population_names();
    let mut table = Table::new(&[
        "population",
        "",
        "mean",
        "variance",
        "third cumulant",
        "rate",
        "s.d. of mean",
    ]);
    let moments = &state.moments;
    for (a, name) in names.iter().enumerate() {
        table.row(vec![
            name.clone(),
            String::new(),
            fixed(moments.mean[a]),
            fixed(moments.variance[a]),
            fixed(moments.third_cumulant[a]),
            fixed(state.rates[a]),
            fixed(moments.mean_covariance[a * names.len() + a].sqrt()),
        ]);
    }
    table.text()
}

/// Slowest and fastest relaxation of the fluctuations.
fn relaxation(scenario: &Scenario, state: &Stationary) -> String {
    let mut rates: Vec<_> = state.noise.eigenvalues();
    rates.sort_by(|a, b| b.re.total_cmp(&a.re));
    let unit = &scenario.sampling.time_unit;
    let described = |value: &nalgebra::Complex<f64>| {
        let time = -1.0 / value.re;
        if value.im.abs() > 1e-9 * value.re.abs() {
            let frequency = value.im.abs() / (2.0 * std::f64::consts::PI);
            return format!("{time:.4} {unit}, turning with frequency {frequency:.4}");
        }
        format!("{time:.4} {unit}")
    };
    let (slowest, fastest) = (rates.first(), rates.last());
    let words = |value: Option<&nalgebra::Complex<f64>>| value.map_or_else(String::new, described);
    format!("Fluctuations decay in {} (slowest) to {} (fastest).", words(slowest), words(fastest))
}

fn spectra(scenario: &Scenario, state: &Stationary, axes: &Axes) -> String {
    let (names, sources) = (scenario.network.population_names(), scenario.network.source_names());
    let mut header: Vec<String> =
        ["frequency", "population", "S(mean)", "S(activity)", "of shot noise"]
            .map(str::to_owned)
            .into();
    header.extend(sources.iter().map(|source| format!("response to {source} (phase)")));
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut table = Table::new(&header);
    let every = axes.frequencies.len().div_ceil(ROWS).max(1);
    for frequency in axes.frequencies.iter().step_by(every) {
        let (means, activity) =
            (state.noise.mean_spectrum(*frequency), state.noise.activity_spectrum(*frequency));
        let response = state.response(*frequency);
        for (a, name) in names.iter().enumerate() {
            let mut row = vec![
                format!("{frequency:.4}"),
                name.clone(),
                format!("{:.3e}", means[(a, a)].re),
                format!("{:.3e}", activity[(a, a)].re),
                format!("{:.3}", activity[(a, a)].re / state.noise.shot_noise(a)),
            ];
            row.extend((0..sources.len()).map(|source| {
                let (size, phase) = response[(a, source)].to_polar();
                format!("{size:.4} ({:+.0} deg)", phase.to_degrees())
            }));
            table.row(row);
        }
    }
    table.text()
}
