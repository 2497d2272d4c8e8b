//! `/trajectory`: what was recorded of each network, one realization after the other.

use equipoise_engine::Trajectory;
use equipoise_model::Scenario;
use equipoise_store::{Group, Variable};

use super::{group, names, variable};

/// The dimension along which the group grows.
pub const GROWING: &str = "realization";

/// The group for these trajectories. Samples that an interruption prevented are NaN (counts: -1).
pub fn trajectory(scenario: &Scenario, times: &[f64], trajectories: &[Trajectory]) -> Group {
    let network = &scenario.network;
    let (populations, sources) = (network.population_count(), network.source_count());
    let moments = |of: fn(&Trajectory) -> &[f64]| -> Vec<f64> {
        let rows = trajectories
            .iter()
            .flat_map(|trajectory| padded(of(trajectory), times.len() * populations, f64::NAN));
        rows.collect()
    };
    let spikes = trajectories.iter().flat_map(|trajectory| {
        let counts: Vec<f64> = (0..trajectory.samples() * populations)
            .map(|at| trajectory.spikes(at / populations, at % populations))
            .collect();
        padded(&counts, times.len() * populations, f64::NAN).collect::<Vec<_>>()
    });
    let jumps = trajectories.iter().flat_map(|trajectory| {
        let counts: Vec<i64> = trajectory.jumps.iter().map(|count| count.cast_signed()).collect();
        padded(&counts, times.len() * populations * sources, -1).collect::<Vec<_>>()
    });
    let realizations: Vec<i64> =
        trajectories.iter().map(|trajectory| trajectory.replicate.cast_signed()).collect();
    let moment_dimensions = ["realization", "time", "population"];
    let moment =
        |name: &str, long_name: &str, values| variable(name, long_name, &moment_dimensions, values);
    group("trajectory", scenario, times)
        .with_coordinate(names("source", network.source_names()))
        .with_coordinate(
            Variable::coordinate(GROWING, realizations)
                .with_long_name("number of the network in the ensemble"),
        )
        .with_variable(moment(
            "mean",
            "mean of the potentiation over the population",
            moments(|t| &t.mean),
        ))
        .with_variable(moment(
            "variance",
            "variance of the potentiation over the population, divisor N",
            moments(|t| &t.variance),
        ))
        .with_variable(moment(
            "third_cumulant",
            "third central moment of the potentiation over the population, divisor N",
            moments(|t| &t.third_cumulant),
        ))
        .with_variable(
            Variable::new(
                "jumps",
                &["realization", "time", "population", "source"],
                jumps.collect::<Vec<_>>(),
            )
            .with_long_name("transmitted jumps since time 0, by target population and source"),
        )
        .with_variable(moment(
            "spikes",
            "fires since time 0, summed over the population",
            spikes.collect(),
        ))
}

/// The values, filled to this length.
pub(super) fn padded<T: Copy>(values: &[T], length: usize, filling: T) -> impl Iterator<Item = T> {
    values.iter().copied().chain(std::iter::repeat_n(filling, length - values.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_that_are_missing_are_filled() {
        assert_eq!(padded(&[1, 2], 4, -1).collect::<Vec<_>>(), [1, 2, -1, -1]);
    }
}
