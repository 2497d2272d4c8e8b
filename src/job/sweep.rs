//! Fixed points as a field of the scenario changes.

use std::str::FromStr;

use equipoise_limit::sweep::{Sweep, SweepError, sweep};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{InputError, Network, Scenario};
use equipoise_store::Group;
use miette::{IntoDiagnostic, Report, WrapErr, miette};

use super::Failure;
use crate::layout;

/// The field that is swept, and its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The path of the field.
    pub path: String,
    /// The first value.
    pub from: f64,
    /// The last value.
    pub to: f64,
    /// How many there are.
    pub count: usize,
}

impl Grid {
    /// `count` values from `from` to `to`, both included, at equal distances.
    pub fn values(&self) -> Vec<f64> {
        let last = self.count - 1;
        let between = |i: usize| (self.from * (last - i) as f64 + self.to * i as f64) / last as f64;
        let inner = (1..last).map(between);
        std::iter::once(self.from).chain(inner).chain([self.to]).collect()
    }
}

impl FromStr for Grid {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form =
            || "it must be PATH=FROM:TO:COUNT, as in populations.E.drive=-1:1:201".to_owned();
        let (path, range) = text.split_once('=').ok_or_else(form)?;
        let parts: Vec<&str> = range.split(':').map(str::trim).collect();
        let [from, to, count] = parts[..] else { return Err(form()) };
        let number = |part: &str| {
            let value = part.parse::<f64>().ok().filter(|value| value.is_finite());
            value.ok_or_else(|| format!("`{part}` is not a number; {}", form()))
        };
        let (from, to) = (number(from)?, number(to)?);
        let count =
            count.parse::<usize>().map_err(|_| format!("`{count}` is not a count; {}", form()))?;
        if from >= to {
            return Err(format!("{from} must be less than {to}"));
        }
        if count < 2 {
            return Err("there must be at least two values".to_owned());
        }
        Ok(Self { path: path.trim().to_owned(), from, to, count })
    }
}

/// Does work on so many threads; 0 takes all cores.
///
/// # Errors
/// [`Failure::Usage`] where they cannot be started.
pub fn in_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool =
        pool.map_err(|error| Failure::Usage(miette!("cannot start {threads} threads: {error}")))?;
    Ok(pool.install(work))
}

/// Follows the fixed points of a scenario, which is called `name` in messages, and the sweep `by` (`--sweep`).
///
/// # Errors
/// [`Failure`] for a field that cannot be swept, and for networks that are no longer alike along the sweep.
pub fn solve(
    scenario: &Scenario,
    (name, by): (&str, &str),
    grid: &Grid,
    time: f64,
) -> Result<Sweep, Failure> {
    let name = format!("{name} (with {by})");
    let set = |value: f64| apply(&scenario.text, &[format!("{}={value:?}", grid.path)]);
    if let Err(error) = set(grid.from) {
        let report =
            Err::<(), _>(error).into_diagnostic().wrap_err(format!("{by} was not understood"));
        return Err(Failure::Usage(report.unwrap_err()));
    }
    let network_at = |value: f64| -> Result<Network, InputError> {
        let text = set(value).expect("what can be set to one number can be set to any");
        Ok(Scenario::parse(&name, &text)?.network)
    };
    sweep(&network_at, &grid.values(), time).map_err(|error| match error {
        SweepError::Network { source, parameter } => Failure::Scenario(
            Report::new(source).wrap_err(format!("with {} = {parameter}", grid.path)),
        ),
        error => Failure::Usage(Err::<(), _>(error).into_diagnostic().unwrap_err()),
    })
}

/// `/sweep` and `/special`.
pub fn groups(scenario: &Scenario, grid: &Grid, swept: &Sweep) -> [Group; 2] {
    let points = layout::sweep::sweep(scenario, &grid.path, swept);
    [points, layout::sweep::special(scenario, &grid.path, swept)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_has_both_of_its_ends() {
        let grid: Grid = "populations.E.drive=-1:0.5:4".parse().unwrap();
        assert_eq!(grid.path, "populations.E.drive");
        assert_eq!(grid.values(), [-1.0, -0.5, 0.0, 0.5]);
    }

    #[test]
    fn what_is_no_grid_is_refused_with_the_reason() {
        for (text, words) in [
            ("n", "PATH=FROM:TO:COUNT"),
            ("n=1:2", "PATH=FROM:TO:COUNT"),
            ("n=one:2:3", "`one` is not a number"),
            ("n=1:inf:3", "`inf` is not a number"),
            ("n=1:2:3.5", "`3.5` is not a count"),
            ("n=2:1:3", "2 must be less than 1"),
            ("n=1:2:1", "at least two"),
        ] {
            let error = text.parse::<Grid>().unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
