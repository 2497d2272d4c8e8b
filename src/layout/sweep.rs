//! `/sweep` and `/special`: fixed points along a parameter, and the special ones among them.

use equipoise_limit::sweep::{Bifurcation, Sweep, SweepPoint};
use equipoise_model::Scenario;
use equipoise_store::{Group, Variable};

use super::{names, variable};

const POINT: [&str; 1] = ["point"];
const SPECIAL: [&str; 1] = ["special_point"];

/// The branches, one after the other; `path` is that of the swept field.
pub fn sweep(scenario: &Scenario, path: &str, sweep: &Sweep) -> Group {
    let points: Vec<(usize, &SweepPoint)> = numbered(sweep).collect();
    let column = |of: fn(&SweepPoint) -> f64| points.iter().map(|(_, point)| of(point)).collect();
    let branch: Vec<i64> = points.iter().map(|(branch, _)| *branch as i64).collect();
    let stable: Vec<i64> = points.iter().map(|(_, point)| i64::from(point.is_stable)).collect();
    let count = |of: fn(&Sweep, usize) -> usize| -> Vec<i64> {
        (0..sweep.values.len()).map(|index| of(sweep, index) as i64).collect()
    };
    let all = points.iter().map(|(_, point)| *point).collect::<Vec<_>>();
    let group = Group::new("sweep")
        .with_dimension("point", points.len())
        .with_coordinate(names("population", sweep.populations.clone()))
        .with_coordinate(
            Variable::coordinate("value", sweep.values.clone())
                .with_long_name("grid of the parameter at which all fixed points were looked for"),
        )
        .with_variable(variable("parameter", path, &POINT, column(|point| point.parameter)))
        .with_variable(
            Variable::new("branch", &POINT, branch).with_long_name("number of the branch"),
        )
        .with_variable(variable(
            "arclength",
            "length of the branch up to the point, in scaled coordinates",
            &POINT,
            column(|point| point.arclength),
        ))
        .with_variable(
            Variable::new("stable", &POINT, stable)
                .with_long_name("1 if all slow and fast eigenvalues have negative real parts"),
        )
        .with_variable(variable(
            "slow_eigenvalue",
            "largest real part of the eigenvalues on the balanced manifold, per time unit",
            &POINT,
            column(|point| finite(point.slow_eigenvalue())),
        ))
        .with_variable(variable(
            "fast_eigenvalue",
            "largest real part of the fast eigenvalues, per time unit and sqrt(n)",
            &POINT,
            column(|point| finite(point.fast_eigenvalue())),
        ))
        .with_variable(
            Variable::new("stable_count", &["value"], count(|sweep, i| sweep.census[i].stable))
                .with_long_name("number of stable fixed points"),
        )
        .with_variable(
            Variable::new("unstable_count", &["value"], count(|sweep, i| sweep.census[i].unstable))
                .with_long_name("number of unstable fixed points"),
        )
        .with_attribute("parameter", path);
    with_moments(group, scenario, "point", &all)
}

/// The special points.
pub fn special(scenario: &Scenario, path: &str, sweep: &Sweep) -> Group {
    let specials: Vec<(usize, Bifurcation, &SweepPoint)> = sweep.special_points().collect();
    let kinds: Vec<&str> = specials.iter().map(|(_, kind, _)| kind.name()).collect();
    let branches: Vec<i64> = specials.iter().map(|(branch, ..)| *branch as i64).collect();
    let frequencies: Vec<f64> =
        specials.iter().map(|(_, kind, _)| kind.angular_frequency().unwrap_or(f64::NAN)).collect();
    let parameters: Vec<f64> = specials.iter().map(|(.., point)| point.parameter).collect();
    let points: Vec<&SweepPoint> = specials.iter().map(|(.., point)| *point).collect();
    let group = Group::new("special")
        .with_dimension("special_point", specials.len())
        .with_coordinate(names("population", sweep.populations.clone()))
        .with_variable(
            Variable::new("kind", &SPECIAL, kinds).with_long_name("what is special about the point"),
        )
        .with_variable(Variable::new("branch", &SPECIAL, branches).with_long_name("number of the branch"))
        .with_variable(variable("parameter", path, &SPECIAL, parameters))
        .with_variable(variable(
            "angular_frequency",
            "of the oscillation at a Hopf point, in radians per time unit, at a fast one also per sqrt(n)",
            &SPECIAL,
            frequencies,
        ))
        .with_attribute("parameter", path);
    with_moments(group, scenario, "special_point", &points)
}

/// Not-a-number, which stands for a missing value, where there are no eigenvalues.
fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::NAN }
}

fn numbered(sweep: &Sweep) -> impl Iterator<Item = (usize, &SweepPoint)> {
    let branches = sweep.branches.iter().enumerate();
    branches.flat_map(|(number, branch)| branch.points.iter().map(move |point| (number, point)))
}

/// The group with means, variances and rates of points.
fn with_moments(
    group: Group,
    scenario: &Scenario,
    dimension: &str,
    points: &[&SweepPoint],
) -> Group {
    let dimensions = [dimension, "population"];
    let flat = |of: fn(&SweepPoint) -> &[f64]| -> Vec<f64> {
        points.iter().flat_map(|point| of(point)).copied().collect()
    };
    let unit = &scenario.sampling.time_unit;
    group
        .with_variable(variable("mean", "mean of the potentiation", &dimensions, flat(|p| &p.mean)))
        .with_variable(variable(
            "variance",
            "variance of the potentiation",
            &dimensions,
            flat(|p| &p.variance),
        ))
        .with_variable(
            variable(
                "rate",
                "rate of each neuron towards one target",
                &dimensions,
                flat(|p| &p.rates),
            )
            .with_units(&format!("1/{unit}")),
        )
}
