//! Scenario files: the TOML contract with users.
//!
//! * `raw`: the fields as they stand in the file, with their places;
//! * `check`: from fields to a validated [`Scenario`];
//! * [`overrides`]: `--set PATH=VALUE`.

mod check;
pub mod overrides;
mod raw;

use crate::input::{InputError, schema};
use crate::{Energy, Method, Network, Recording};

/// What the text is called in messages.
const WHAT: &str = "the scenario";

/// When the state is observed.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// Length of the run, in time units.
    pub duration: f64,
    /// Time between samples, in time units.
    pub interval: f64,
    /// Name of the time unit, for axes.
    pub time_unit: String,
}

impl Sampling {
    /// Sample times `0, interval, 2 interval, ...` and, where it is not among them, `duration`.
    ///
    /// A last multiple closer to `duration` than `1e-9` intervals counts as `duration` itself.
    pub fn times(&self) -> Vec<f64> {
        let whole = (self.duration / self.interval + 1e-9).floor();
        let mut times: Vec<f64> = (0..=whole as u64).map(|i| i as f64 * self.interval).collect();
        let last = times.last_mut().expect("time 0 is always sampled");
        if (self.duration - *last).abs() <= 1e-9 * self.interval {
            *last = self.duration;
        } else {
            times.push(self.duration);
        }
        times
    }
}

/// A validated scenario: what to simulate, for how long, how often, how many times.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Title, for people.
    pub title: String,
    /// The network.
    pub network: Network,
    /// Seed of all random streams.
    pub seed: u64,
    /// When the state is observed.
    pub sampling: Sampling,
    /// How it is simulated.
    pub method: Method,
    /// Number of independent networks in the ensemble.
    pub replicates: u64,
    /// What is recorded beside the moments.
    pub recording: Recording,
    /// What activity costs, where it is to be accounted for.
    pub energy: Option<Energy>,
    /// The text it was read from, overrides included; reading it again gives the same scenario.
    pub text: String,
}

impl Scenario {
    /// The JSON schema of scenario files (draft 2020-12), for editors.
    pub fn schema() -> serde_json::Value {
        schema::of::<raw::RawScenario>()
    }

    /// Reads a scenario. `source_name` (a path, say) is used in error messages only.
    ///
    /// ```
    /// # use equipoise_model::Scenario;
    /// let text = r#"
    ///     n = 100
    ///     duration = 1.0
    ///     [populations.E]
    ///     kind = "excitatory"
    ///     time_constant = 1.0
    ///     gain = { logistic = { max_rate = 1.0, threshold = 0.0, slope = 0.5 } }
    ///     initial = { normal = { mean = 0.0, variance = 0.25 } }
    ///     [coupling]
    ///     E = { E = 1.0 }
    /// "#;
    /// let scenario = Scenario::parse("example", text)?;
    /// assert_eq!(scenario.network.populations[0].count, 100);
    /// # Ok::<(), equipoise_model::InputError>(())
    /// ```
    ///
    /// # Errors
    /// [`InputError`] with every [`Problem`](crate::input::Problem) found, each with its place in `text`.
    pub fn parse(source_name: &str, text: &str) -> Result<Self, InputError> {
        let problems = match raw::read(text) {
            Ok(raw) => match check::check(&raw, text) {
                Ok(scenario) => return Ok(scenario),
                Err(problems) => problems,
            },
            Err(problem) => vec![problem],
        };
        Err(InputError::new(WHAT, source_name, text, problems))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(duration: f64, interval: f64) -> Vec<f64> {
        Sampling { duration, interval, time_unit: String::new() }.times()
    }

    #[test]
    fn sample_times_end_at_the_duration() {
        assert_eq!(times(1.0, 0.5), [0.0, 0.5, 1.0]);
        assert_eq!(times(1.2, 0.5), [0.0, 0.5, 1.0, 1.2]);
        assert_eq!(times(0.3, 0.1).len(), 4);
        assert_eq!(*times(0.3, 0.1).last().unwrap(), 0.3);
        assert_eq!(times(1.0, 5.0), [0.0, 1.0]);
    }
}
