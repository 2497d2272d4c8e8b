//! The text of a scenario with some fields replaced, and what the theory assumes of it.

use equipoise_limit::{Limit, LimitError};
use equipoise_model::scenario::overrides::{OverrideError, apply};
use equipoise_model::{InitialLaw, Scenario};
use miette::{IntoDiagnostic, WrapErr};

use super::Failure;

/// What a file is called in messages, and its text with some fields replaced, by what is called `by` there (`--set`).
///
/// # Errors
/// [`Failure::Usage`] for an assignment that cannot be understood.
pub fn changed(
    name: &str,
    text: String,
    (by, assignments): (&str, &[String]),
) -> Result<(String, String), Failure> {
    match apply(&text, assignments) {
        Ok(changed) if assignments.is_empty() => Ok((name.to_owned(), changed)),
        Ok(changed) => Ok((format!("{name} (with {by})"), changed)),
        // Reading it says where it is broken.
        Err(OverrideError::Scenario) => Ok((name.to_owned(), text)),
        Err(error) => {
            let report = Err::<(), _>(error).into_diagnostic();
            Err(Failure::Usage(report.wrap_err(format!("{by} was not understood")).unwrap_err()))
        }
    }
}

/// Notes on what the theory assumes and this scenario may not have.
pub fn assumptions(scenario: &Scenario) -> Vec<String> {
    let populations = scenario.network.populations.iter();
    let listed = populations.filter(|population| {
        matches!(population.initial, InitialLaw::Values(_))
            && population.initial.central_moment(2) > 0.0
    });
    listed
        .map(|population| {
            format!(
                "note: the initial values of `{}` are a list, but the theory starts from a normal law of the same mean and \
                 variance; where the list is far from normal, it is off until the decay has forgotten it",
                population.name
            )
        })
        .collect()
}

/// Why the network of a scenario is not balanced, or stops to be before the last of these times.
pub fn unbalanced(scenario: &Scenario, times: &[f64]) -> Option<LimitError> {
    let solved = Limit::new(&scenario.network).and_then(|limit| limit.solve(times));
    solved.map_or_else(Some, |limit| limit.end)
}
