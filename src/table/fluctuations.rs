//! The stationary state of one network, its spectra and its response.

use std::fmt::Write;

use crate::layout::fluctuations::{Axes, Fluctuations};
use crate::limit::{Complex, Stationary};
use crate::model::{Scenario, Transmission};
use nalgebra::DMatrix;

use super::{Table, fixed, headline};

/// Rows of the tables by frequency at most; all are in the file.
const ROWS: usize = 11;

/// Stationary state, relaxation, variability, spectra and response.
pub fn fluctuations(scenario: &Scenario, found: &Fluctuations, axes: &Axes) -> String {
    let Fluctuations { state, .. } = found;
    let mut text =
        format!("{}\n\nStationary state:\n{}", headline(scenario), moments(scenario, state));
    if let Some(validity) = &found.validity {
        let _ = writeln!(text, "\n{}", super::theory::validity(scenario, validity));
    }
    let _ = writeln!(text, "\n{}", relaxation(scenario, state));
    text.push_str(&variability(scenario, found));
    let density = |f: f64| Densities {
        means: state.noise.mean_spectrum(f),
        activity: state.noise.activity_spectrum(f),
        response: state.response(f),
    };
    let _ = write!(
        text,
        "\nSpectral densities (two-sided) of population means and of activities (fires per neuron and time), the latter also in units of their shot noise, and the response of rates to drives and external rates:\n{}",
        spectra(scenario, axes, density, Some(&|a| state.noise.shot_noise(a)))
    );
    if let Some(limit) = &found.limit {
        let density = |f: f64| Densities {
            means: limit.mean_spectrum(f),
            activity: limit.activity_spectrum(f),
            response: limit.response(f),
        };
        let _ = write!(
            text,
            "\nThe limit, n times the densities and the response:\n{}",
            spectra(scenario, axes, density, None)
        );
    }
    text
}

/// What is listed at one frequency.
struct Densities {
    means: DMatrix<Complex<f64>>,
    activity: DMatrix<Complex<f64>>,
    response: DMatrix<Complex<f64>>,
}

/// Counts of spikes.
fn variability(scenario: &Scenario, found: &Fluctuations) -> String {
    let Some(counts) = &found.counts else {
        return String::new();
    };
    let names = scenario.network.population_names();
    let mut header: Vec<String> =
        ["population", "", "mean count", "Fano factor", "CV of intervals"]
            .map(str::to_owned)
            .into();
    header.extend(names.iter().map(|name| format!("correlation with {name}")));
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut table = Table::new(&header);
    for (a, name) in names.iter().enumerate() {
        let mut row = vec![
            name.clone(),
            String::new(),
            fixed(counts.mean[a]),
            fixed(counts.fano[a]),
            fixed(found.interval_variation[a]),
        ];
        row.extend(counts.correlation.row(a).iter().map(|correlation| fixed(*correlation)));
        table.row(row);
    }
    let trains = match scenario.network.transmission {
        Transmission::Independent => "jumps of one neuron onto one target",
        _ => "spikes of one neuron",
    };
    format!(
        "\nCounts of {trains} in a window of {} {}, and their correlation between two neurons (CV as if neurons were independent of each other):\n{}",
        found.window,
        scenario.sampling.time_unit,
        table.text()
    )
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
    let described = |value: &Complex<f64>| {
        let time = -1.0 / value.re;
        if value.im.abs() > 1e-9 * value.re.abs() {
            let frequency = value.im.abs() / (2.0 * std::f64::consts::PI);
            return format!("{time:.4} {unit}, turning with frequency {frequency:.4}");
        }
        format!("{time:.4} {unit}")
    };
    let (slowest, fastest) = (rates.first(), rates.last());
    let words = |value: Option<&Complex<f64>>| value.map_or_else(String::new, described);
    format!("Fluctuations decay in {} (slowest) to {} (fastest).", words(slowest), words(fastest))
}

fn spectra(
    scenario: &Scenario,
    axes: &Axes,
    at: impl Fn(f64) -> Densities,
    shot_noise: Option<&dyn Fn(usize) -> f64>,
) -> String {
    let (names, sources) = (scenario.network.population_names(), scenario.network.source_names());
    let [means, activity] = match shot_noise {
        Some(_) => ["S(mean)", "S(activity)"],
        None => ["n S(mean)", "n S(activity)"],
    };
    let mut header: Vec<String> =
        ["frequency", "population", means, activity].map(str::to_owned).into();
    header.extend(shot_noise.map(|_| "of shot noise".to_owned()));
    header.extend(sources.iter().map(|source| format!("response to {source} (phase)")));
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut table = Table::new(&header);
    // What vanishes in the limit does so but for rounding.
    let density = |value: f64| if value < 1e-20 { "0".to_owned() } else { format!("{value:.3e}") };
    let every = axes.frequencies.len().div_ceil(ROWS).max(1);
    for frequency in axes.frequencies.iter().step_by(every) {
        let Densities { means, activity, response } = at(*frequency);
        for (a, name) in names.iter().enumerate() {
            let mut row = vec![
                format!("{frequency:.4}"),
                name.clone(),
                density(means[(a, a)].re),
                density(activity[(a, a)].re),
            ];
            row.extend(shot_noise.map(|of| format!("{:.3}", activity[(a, a)].re / of(a))));
            row.extend((0..sources.len()).map(|source| {
                let (size, phase) = response[(a, source)].to_polar();
                match size {
                    size if size.is_nan() => "not balanced".to_owned(),
                    // Rounding alone has no phase.
                    size if size < 5e-5 => format!("{:.4}", 0.0),
                    _ => format!("{size:.4} ({:+.0} deg)", phase.to_degrees()),
                }
            }));
            table.row(row);
        }
    }
    table.text()
}
