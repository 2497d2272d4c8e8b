//! `/stationary`, `/lag_covariance`, `/spectrum` and `/response`: what one network does around its stationary state.

use equipoise_limit::Stationary;
use equipoise_model::Scenario;
use equipoise_store::{Group, Variable};

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

const PAIR: [&str; 2] = ["population", "population_2"];

/// All groups, in the order in which they are written.
pub fn groups(scenario: &Scenario, state: &Stationary, axes: &Axes) -> Vec<Group> {
    vec![
        stationary(scenario, state),
        lag_covariance(scenario, state, axes),
        spectrum(scenario, state, axes),
        response(scenario, state, axes),
    ]
}

fn with_populations(name: &str, scenario: &Scenario) -> Group {
    Group::new(name)
        .with_coordinate(names("population", scenario.network.population_names()))
        .with_coordinate(names("population_2", scenario.network.population_names()))
}

fn per_time(scenario: &Scenario) -> String {
    format!("1/({})", scenario.sampling.time_unit)
}

fn stationary(scenario: &Scenario, state: &Stationary) -> Group {
    let moments = &state.moments;
    let of = |name: &str, long_name: &str, values: &[f64]| {
        variable(name, long_name, &["time", "population"], values.to_vec())
    };
    let second = names("population_2", scenario.network.population_names());
    group("stationary", scenario, &moments.times)
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

fn lag_covariance(scenario: &Scenario, state: &Stationary, axes: &Axes) -> Group {
    let lags: Vec<f64> = (0..axes.lags).map(|lag| lag as f64 * axes.lag_step).collect();
    let covariances = state.noise.mean_covariances(axes.lag_step, axes.lags);
    let values = covariances.iter().flat_map(|matrix| row_major(matrix, |x| *x)).collect();
    let lag = Variable::coordinate("lag", lags)
        .with_units(&scenario.sampling.time_unit)
        .with_long_name("time by which `population` is later than `population_2`");
    with_populations("lag_covariance", scenario).with_coordinate(lag).with_variable(variable(
        "mean_covariance",
        "covariance of population means at two times",
        &["lag", PAIR[0], PAIR[1]],
        values,
    ))
}

fn frequency(scenario: &Scenario, axes: &Axes) -> Variable {
    Variable::coordinate("frequency", axes.frequencies.clone())
        .with_units(&per_time(scenario))
        .with_long_name("frequency")
}

fn spectrum(scenario: &Scenario, state: &Stationary, axes: &Axes) -> Group {
    let noise = &state.noise;
    let mut values: [Vec<f64>; 4] = Default::default();
    for frequency in &axes.frequencies {
        let (means, activity) =
            (noise.mean_spectrum(*frequency), noise.activity_spectrum(*frequency));
        values[0].extend(row_major(&means, |z| z.re));
        values[1].extend(row_major(&means, |z| z.im));
        values[2].extend(row_major(&activity, |z| z.re));
        values[3].extend(row_major(&activity, |z| z.im));
    }
    let described = [
        ("mean_real", "spectral density of population means, two-sided, real part"),
        ("mean_imaginary", "spectral density of population means, two-sided, imaginary part"),
        ("activity_real", "spectral density of fires per neuron and time, two-sided, real part"),
        (
            "activity_imaginary",
            "spectral density of fires per neuron and time, two-sided, imaginary part",
        ),
    ];
    let mut group =
        with_populations("spectrum", scenario).with_coordinate(frequency(scenario, axes));
    for (i, ((name, long_name), values)) in described.into_iter().zip(values).enumerate() {
        let unit = if i < 2 { scenario.sampling.time_unit.clone() } else { per_time(scenario) };
        let density = variable(name, long_name, &["frequency", PAIR[0], PAIR[1]], values);
        group = group.with_variable(density.with_units(&unit));
    }
    group
}

fn response(scenario: &Scenario, state: &Stationary, axes: &Axes) -> Group {
    let mut values: [Vec<f64>; 2] = Default::default();
    for frequency in &axes.frequencies {
        let response = state.response(*frequency);
        values[0].extend(row_major(&response, |z| z.re));
        values[1].extend(row_major(&response, |z| z.im));
    }
    let [real, imaginary] = values;
    let dimensions = ["frequency", "population", "source"];
    let part = |name: &str, part: &str, values| {
        let long_name = format!(
            "amplitude of the rate per amplitude of the drive (or, of an external source, its rate), {part} part"
        );
        variable(name, &long_name, &dimensions, values)
    };
    Group::new("response")
        .with_coordinate(names("population", scenario.network.population_names()))
        .with_coordinate(names("source", scenario.network.source_names()))
        .with_coordinate(frequency(scenario, axes))
        .with_variable(part("real", "real", real))
        .with_variable(part("imaginary", "imaginary", imaginary))
}

/// Values of a matrix by row; the library holds them by column.
fn row_major<T: nalgebra::Scalar>(
    matrix: &nalgebra::DMatrix<T>,
    value: impl Fn(&T) -> f64,
) -> Vec<f64> {
    matrix.row_iter().flat_map(|row| row.iter().map(&value).collect::<Vec<_>>()).collect()
}
