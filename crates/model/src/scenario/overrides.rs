//! `--set PATH=VALUE`: fields of a scenario replaced before it is read.

use thiserror::Error;
use toml_edit::{DocumentMut, Item, TableLike, Value};

/// Why an override could not be applied.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OverrideError {
    /// The scenario itself is no TOML; reading it will say where.
    #[error("the scenario is not valid TOML")]
    Scenario,
    /// No `=` or an empty part in the path.
    #[error("`{assignment}` is not of the form PATH=VALUE, as in populations.E.drive=-0.2")]
    Form {
        /// What was given.
        assignment: String,
    },
    /// The path goes through something that is no table.
    #[error("cannot set `{path}`: `{blocker}` is not a table")]
    NotATable {
        /// The whole path.
        path: String,
        /// The part of it that is a value.
        blocker: String,
    },
    /// The value is neither TOML nor a bare word.
    #[error("cannot set `{path}` to `{value}`: it is neither a TOML value nor a bare word")]
    BadValue {
        /// The whole path.
        path: String,
        /// What was given.
        value: String,
    },
}

/// Applies assignments such as `populations.E.drive=-0.2` in order and returns the new text; the
/// layout and comments of the rest are kept. Values are TOML; a bare word is a string.
///
/// ```
/// # use equipoise_model::scenario::overrides::apply;
/// let text = apply("n = 100 # neurons\n", &["n=200".into(), "engine.method=thinning".into()])?;
/// assert_eq!(text, "n = 200 # neurons\n\n[engine]\nmethod = \"thinning\"\n");
/// # Ok::<(), equipoise_model::scenario::overrides::OverrideError>(())
/// ```
///
/// # Errors
/// [`OverrideError`], which names the assignment.
pub fn apply(text: &str, assignments: &[String]) -> Result<String, OverrideError> {
    if assignments.is_empty() {
        return Ok(text.to_owned());
    }
    let mut document: DocumentMut = text.parse().map_err(|_| OverrideError::Scenario)?;
    for assignment in assignments {
        let (path, value) = split(assignment)?;
        set(document.as_table_mut(), path, parse_value(path, value)?)?;
    }
    Ok(document.to_string())
}

fn split(assignment: &str) -> Result<(&str, &str), OverrideError> {
    let form = || OverrideError::Form { assignment: assignment.to_owned() };
    let (path, value) = assignment.split_once('=').ok_or_else(form)?;
    let (path, value) = (path.trim(), value.trim());
    if value.is_empty() || path.split('.').any(|part| part.trim().is_empty()) {
        return Err(form());
    }
    Ok((path, value))
}

fn parse_value(path: &str, value: &str) -> Result<Value, OverrideError> {
    let bare = |word: &str| word.chars().all(|c| c.is_alphanumeric() || "_-. ".contains(c));
    match value.parse::<Value>() {
        Ok(value) => Ok(value),
        Err(_) if bare(value) => Ok(Value::from(value)),
        Err(_) => Err(OverrideError::BadValue { path: path.to_owned(), value: value.to_owned() }),
    }
}

fn set(root: &mut dyn TableLike, path: &str, mut value: Value) -> Result<(), OverrideError> {
    let mut parts: Vec<&str> = path.split('.').map(str::trim).collect();
    let field = parts.pop().unwrap_or_default();
    let mut table = root;
    for part in parts {
        let entry = table.entry(part).or_insert_with(|| Item::Table(toml_edit::Table::new()));
        table = entry.as_table_like_mut().ok_or_else(|| OverrideError::NotATable {
            path: path.to_owned(),
            blocker: part.to_owned(),
        })?;
    }
    if let Some(Item::Value(present)) = table.get(field) {
        *value.decor_mut() = present.decor().clone();
    }
    // Beside tables with headers, as populations have, a new one gets its own and comes after them.
    let has_tables = !table.is_empty() && table.iter().all(|(_, item)| item.is_table());
    let item = match value {
        Value::InlineTable(inline) if has_tables => Item::Table(inline.into_table()),
        value => Item::Value(value),
    };
    table.insert(field, item);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply_one(text: &str, assignment: &str) -> Result<String, OverrideError> {
        apply(text, &[assignment.to_owned()])
    }

    #[test]
    fn reaches_into_inline_tables() {
        let text = "[populations.E]\ngain = { logistic = { slope = 0.5 } }\n";
        let changed = apply_one(text, "populations.E.gain.logistic.slope=0.25").unwrap();
        assert!(changed.contains("slope = 0.25"), "{changed}");
    }

    #[test]
    fn replaces_a_number_by_a_schedule() {
        let changed = apply_one("[a]\ndrive = 1.0\n", "a.drive={ steps = [[0.0, 1.0]] }").unwrap();
        assert!(changed.contains("drive = { steps = [[0.0, 1.0]] }"), "{changed}");
    }

    #[test]
    fn adds_a_table_after_the_others() {
        let text = "[populations.E]\nn = 1\n\n[populations.I]\nn = 2\n\n[coupling]\nE = {}\n";
        let changed = apply_one(text, "populations.A={ n = 3, gain = { slope = 1.0 } }").unwrap();
        let at = |name: &str| changed.find(name).unwrap();
        assert!(at("[populations.I]") < at("[populations.A]"), "{changed}");
        assert!(at("[populations.A]") < at("[coupling]"), "{changed}");
        let values: DocumentMut = changed.parse().unwrap();
        assert_eq!(values["populations"]["A"]["gain"]["slope"].as_float(), Some(1.0));
        // Rows of couplings are values, and stay so.
        let changed = apply_one(text, "coupling.A={ E = 1.0 }").unwrap();
        assert!(changed.contains("A = { E = 1.0 }"), "{changed}");
    }

    #[test]
    fn refuses_what_it_cannot_set() {
        assert!(matches!(apply_one("", "n"), Err(OverrideError::Form { .. })));
        assert!(matches!(apply_one("", "a..b=1"), Err(OverrideError::Form { .. })));
        assert!(matches!(apply_one("n = 1", "n.a=1"), Err(OverrideError::NotATable { .. })));
        assert!(matches!(apply_one("", "n=[1"), Err(OverrideError::BadValue { .. })));
        assert!(matches!(apply_one("n = ", "n=1"), Err(OverrideError::Scenario)));
    }
}
