//! `/trajectory`: what was recorded of each network, one realization after the other.

use equipoise_engine::Trajectory;
use equipoise_model::Scenario;
use equipoise_store::{Group, Variable};

use super::stream::{REALIZATION, realization};
use super::{energy, group, names, variable};

/// The group for these trajectories, which have samples at the same `times`.
pub(super) fn trajectory(
    scenario: &Scenario,
    times: &[f64],
    trajectories: &[&Trajectory],
) -> Group {
    let network = &scenario.network;
    let moments = |of: fn(&Trajectory) -> &[f64]| -> Vec<f64> {
        trajectories.iter().flat_map(|trajectory| of(trajectory)).copied().collect()
    };
    let spikes = trajectories.iter().flat_map(|trajectory| {
        let populations = trajectory.populations;
        let cells = 0..trajectory.samples() * populations;
        cells.map(move |at| trajectory.spikes(at / populations, at % populations))
    });
    let jumps = trajectories.iter().flat_map(|t| &t.jumps).map(|count| count.cast_signed());
    let moment_dimensions = [REALIZATION, "time", "population"];
    let moment =
        |name: &str, long_name: &str, values| variable(name, long_name, &moment_dimensions, values);
    let energies = energy::counted(scenario, times, trajectories, &moment_dimensions);
    let group = group("trajectory", scenario, times)
        .with_coordinate(names("source", network.source_names()))
        .with_coordinate(realization(trajectories))
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
                &[REALIZATION, "time", "population", "source"],
                jumps.collect::<Vec<_>>(),
            )
            .with_long_name("transmitted jumps since time 0, by target population and source"),
        )
        .with_variable(moment(
            "spikes",
            "fires since time 0, summed over the population",
            spikes.collect(),
        ));
    energies.into_iter().fold(group, Group::with_variable)
}
