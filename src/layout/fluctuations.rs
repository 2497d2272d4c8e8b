//! `/stationary`, `/lag_covariance`, `/spectrum`, `/response` and `/variability`: what one network does around its stationary state.

use equipoise_limit::variability::CountStatistics;
use equipoise_limit::{Complex, LimitNoise, LinearNoise, Stationary, Validity};
use equipoise_model::Scenario;
use equipoise_store::{Group, Variable};
use nalgebra::DMatrix;

use super::theory::with_validity;
use super::{group, names, variable};

/// Where the fluctuations are evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Axes {
    /// Frequencies, per time unit.
    pub frequencies: Vec<f64>,
    /// Step between lags, in time units.
    pub lag_step: f64,
    /// Number of lags, from 0 on.
    pub lags: usize,
}

/// What is known of one network.
#[derive(Debug)]
pub struct Fluctuations {
    /// Its stationary state, with linear noise about it.
    pub state: Stationary,
    /// What `n` times the densities tend to; none if the limit has no stable fixed point.
    pub limit: Option<LimitNoise>,
    /// Length of the window in which spikes are counted, in time units.
    pub window: f64,
    /// Counts in that window; none if a population is silent.
    pub counts: Option<CountStatistics>,
    /// Coefficients of variation of the intervals between spikes of one neuron, as if neurons were independent of each other; not a number where it is not
    /// resolved.
    pub interval_variation: Vec<f64>,
    /// Whether `n` is large enough for the theory; none if its lower orders have no stationary state.
    pub validity: Option<Validity>,
}

const PAIR: [&str; 2] = ["population", "population_2"];

/// All groups, in the order in which they are written.
pub fn groups(scenario: &Scenario, found: &Fluctuations, axes: &Axes) -> Vec<Group> {
    let mut groups = vec![
        stationary(scenario, found),
        lag_covariance(scenario, found, axes),
        spectrum(scenario, found, axes),
        response(scenario, found, axes),
    ];
    groups.extend(found.counts.as_ref().map(|statistics| variability(scenario, found, statistics)));
    groups
}

fn with_populations(name: &str, scenario: &Scenario) -> Group {
    Group::new(name)
        .with_coordinate(names("population", scenario.network.population_names()))
        .with_coordinate(names("population_2", scenario.network.population_names()))
}

fn per_time(scenario: &Scenario) -> String {
    format!("1/({})", scenario.sampling.time_unit)
}

fn stationary(scenario: &Scenario, found: &Fluctuations) -> Group {
    let Fluctuations { state, validity, .. } = found;
    let moments = &state.moments;
    let of = |name: &str, long_name: &str, values: &[f64]| {
        variable(name, long_name, &["time", "population"], values.to_vec())
    };
    let second = names("population_2", scenario.network.population_names());
    let group = group("stationary", scenario, &moments.times);
    let group = validity.iter().fold(group, with_validity);
    group
        .with_coordinate(second)
        .with_variable(of("mean", "expected mean of the potentiation", &moments.mean))
        .with_variable(of("variance", "expected variance, divisor N", &moments.variance))
        .with_variable(of(
            "third_cumulant",
            "expected third central moment, divisor N",
            &moments.third_cumulant,
        ))
        .with_variable(
            of("rate", "intensity towards one target", &state.rates)
                .with_units(&per_time(scenario)),
        )
        .with_variable(variable(
            "mean_covariance",
            "covariance of population means over networks",
            &["time", "population", "population_2"],
            moments.mean_covariance.clone(),
        ))
}

fn lag_covariance(scenario: &Scenario, found: &Fluctuations, axes: &Axes) -> Group {
    let lags: Vec<f64> = (0..axes.lags).map(|lag| lag as f64 * axes.lag_step).collect();
    let covariances = |noise: &LinearNoise| -> Vec<f64> {
        let covariances = noise.mean_covariances(axes.lag_step, axes.lags);
        covariances.iter().flat_map(|matrix| row_major(matrix, |x| *x)).collect()
    };
    let lag = Variable::coordinate("lag", lags)
        .with_units(&scenario.sampling.time_unit)
        .with_long_name("time by which `population` is later than `population_2`");
    let dimensions = ["lag", PAIR[0], PAIR[1]];
    let mut group =
        with_populations("lag_covariance", scenario).with_coordinate(lag).with_variable(variable(
            "mean_covariance",
            "covariance of population means at two times",
            &dimensions,
            covariances(&found.state.noise),
        ));
    if let Some(process) = found.limit.as_ref().and_then(LimitNoise::process) {
        group = group.with_variable(variable(
            "limit_mean_covariance",
            "limit of n times the covariance of population means at two times",
            &dimensions,
            covariances(&process),
        ));
    }
    group
}

fn frequency(scenario: &Scenario, axes: &Axes) -> Variable {
    Variable::coordinate("frequency", axes.frequencies.clone())
        .with_units(&per_time(scenario))
        .with_long_name("frequency")
}

/// Values of complex matrices at all frequencies, by frequency and row: real and imaginary parts.
fn over_frequencies(
    axes: &Axes,
    of: impl Fn(f64) -> DMatrix<Complex<f64>>,
) -> [(&'static str, &'static str, Vec<f64>); 2] {
    let matrices: Vec<_> = axes.frequencies.iter().map(|frequency| of(*frequency)).collect();
    let part = |value: fn(&Complex<f64>) -> f64| {
        matrices.iter().flat_map(|matrix| row_major(matrix, value)).collect()
    };
    [("real", "real part", part(|z| z.re)), ("imaginary", "imaginary part", part(|z| z.im))]
}

fn spectrum(scenario: &Scenario, found: &Fluctuations, axes: &Axes) -> Group {
    let noise = &found.state.noise;
    let mut variables = Vec::new();
    let mut add = |name: &str, long_name: &str, unit: &str, parts: [(&str, &str, Vec<f64>); 2]| {
        for (suffix, part, values) in parts {
            let density = variable(
                &format!("{name}_{suffix}"),
                &format!("{long_name}, two-sided, {part}"),
                &["frequency", PAIR[0], PAIR[1]],
                values,
            );
            variables.push(density.with_units(unit));
        }
    };
    let (time, per_time) = (&scenario.sampling.time_unit, &per_time(scenario));
    let of_means = "spectral density of population means";
    let of_activity = "spectral density of fires per neuron and time";
    add("mean", of_means, time, over_frequencies(axes, |f| noise.mean_spectrum(f)));
    add("activity", of_activity, per_time, over_frequencies(axes, |f| noise.activity_spectrum(f)));
    if let Some(limit) = &found.limit {
        let of_limit = |what: &str| format!("limit of n times the {what}");
        let means = over_frequencies(axes, |f| limit.mean_spectrum(f));
        add("limit_mean", &of_limit(of_means), time, means);
        let activity = over_frequencies(axes, |f| limit.activity_spectrum(f));
        add("limit_activity", &of_limit(of_activity), per_time, activity);
    }
    let group = with_populations("spectrum", scenario).with_coordinate(frequency(scenario, axes));
    variables.into_iter().fold(group, Group::with_variable)
}

fn response(scenario: &Scenario, found: &Fluctuations, axes: &Axes) -> Group {
    let mut group = Group::new("response")
        .with_coordinate(names("population", scenario.network.population_names()))
        .with_coordinate(names("source", scenario.network.source_names()))
        .with_coordinate(frequency(scenario, axes));
    let what =
        "amplitude of the rate per amplitude of the drive (or, of an external source, its rate)";
    for (suffix, part, values) in over_frequencies(axes, |f| found.state.response(f)) {
        let long_name = format!("{what}, {part}");
        let dimensions = ["frequency", "population", "source"];
        group = group.with_variable(variable(suffix, &long_name, &dimensions, values));
    }
    let Some(limit) = &found.limit else { return group };
    for (suffix, part, values) in over_frequencies(axes, |f| limit.response(f)) {
        let long_name = format!("limit of the {what}, {part}");
        let dimensions = ["frequency", "population", "source"];
        let name = format!("limit_{suffix}");
        group = group.with_variable(variable(&name, &long_name, &dimensions, values));
    }
    group
}

fn variability(scenario: &Scenario, found: &Fluctuations, statistics: &CountStatistics) -> Group {
    let of = |name: &str, long_name: &str, values: &[f64]| {
        variable(name, long_name, &["population"], values.to_vec())
    };
    with_populations("variability", scenario)
        .with_variable(
            Variable::new("window", &[], vec![found.window])
                .with_units(&scenario.sampling.time_unit)
                .with_long_name("length of the window in which spikes are counted"),
        )
        .with_variable(of("mean", "expected count of one neuron", &statistics.mean))
        .with_variable(of("fano", "Fano factor of the counts of one neuron", &statistics.fano))
        .with_variable(of(
            "interval_variation",
            "coefficient of variation of the intervals of a neuron independent of all others",
            &found.interval_variation,
        ))
        .with_variable(variable(
            "correlation",
            "correlation of the counts of two different neurons",
            &PAIR,
            row_major(&statistics.correlation, |x| *x),
        ))
}

/// Values of a matrix by row; the library holds them by column.
fn row_major<T: nalgebra::Scalar>(matrix: &DMatrix<T>, value: impl Fn(&T) -> f64) -> Vec<f64> {
    matrix.row_iter().flat_map(|row| row.iter().map(&value).collect::<Vec<_>>()).collect()
}
