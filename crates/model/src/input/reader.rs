//! The TOML reader's errors in our own words: which field, and where in the text.

use std::ops::Range;

use toml::de::DeTable;

use super::problem::{Problem, ProblemKind};

/// Gives the reader's error words of our own, with the path of the field. `what` is read: "the scenario".
pub fn problem(error: &toml::de::Error, text: &str, what: &str) -> Problem {
    let place_in_text = error.span().unwrap_or_default();
    // The top of the file has an empty span or all of the text.
    let at_top = place_in_text.is_empty() || place_in_text.len() + 1 >= text.len();
    let path = if at_top { String::new() } else { path_at(place_in_text.start, text) };
    let span = underlined(&place_in_text, text);
    let message = error.message();
    let quoted: Vec<String> = message.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let kind = match quoted.split_first() {
        Some((field, [])) if message.starts_with("missing field") => {
            let (place, nearest) = (place(what, &path), nearest_table(&path, text));
            ProblemKind::Missing { place, field: field.clone(), nearest }
        }
        Some((name, known)) if message.starts_with("unknown field") => {
            ProblemKind::Unknown { what: "field", name: name.clone(), known: known.to_vec() }
        }
        Some((name, known)) if message.starts_with("unknown variant") => {
            ProblemKind::Unknown { what: "choice", name: name.clone(), known: known.to_vec() }
        }
        _ if message.starts_with("duplicate key") => {
            ProblemKind::Duplicate { name: text.get(span.clone()).unwrap_or_default().to_owned() }
        }
        _ if path.is_empty() => ProblemKind::Syntax { message: message.to_owned() },
        _ => ProblemKind::WrongType { field: path, message: plain_types(message) },
    };
    Problem { kind, span }
}

/// Words for the table at a path.
fn place(what: &str, path: &str) -> String {
    if path.is_empty() { what.to_owned() } else { format!("`{path}`") }
}

/// The path of another table beside that at a path, with nearly its name: `populations.E` beside `populations.e`.
fn nearest_table(path: &str, text: &str) -> Option<String> {
    let (parent, name) = path.rsplit_once('.')?;
    let root = DeTable::parse(text).ok()?;
    let mut table = root.get_ref();
    for part in parent.split('.') {
        table = table.get(part)?.get_ref().as_table()?;
    }
    let others = table.iter().filter(|(_, value)| value.get_ref().is_table());
    let mut others = others.map(|(key, _)| key.get_ref()).filter(|other| *other != name);
    others.find(|other| is_near(name, other)).map(|other| format!("{parent}.{other}"))
}

/// Whether one name may have been written for the other.
fn is_near(name: &str, other: &str) -> bool {
    strsim::jaro_winkler(&name.to_lowercase(), &other.to_lowercase()) > 0.8
}

/// The names of number types as people say them.
fn plain_types(message: &str) -> String {
    message
        .replace("expected f64", "expected a number")
        .replace("expected u64", "expected a whole number, 0 or more")
}

/// A span of several lines is shortened to its first line: whole tables need no underline.
fn underlined(span: &Range<usize>, text: &str) -> Range<usize> {
    let written = text.get(span.clone()).unwrap_or_default();
    let first_line = written.lines().next().map_or(0, str::len);
    span.start..span.start + first_line.max(usize::from(!written.is_empty()))
}

/// Path of the innermost field at a place of the text: `populations.E.gain`; empty at the top.
fn path_at(position: usize, text: &str) -> String {
    DeTable::parse(text)
        .ok()
        .and_then(|table| path_in(table.get_ref(), position))
        .unwrap_or_default()
}

fn path_in(table: &DeTable<'_>, position: usize) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let name = key.get_ref();
        let here = || {
            let on = |span: Range<usize>| span.contains(&position);
            (on(key.span()) || on(value.span())).then(|| name.to_string())
        };
        let deeper = value.get_ref().as_table().and_then(|inner| path_in(inner, position));
        deeper.map(|rest| format!("{name}.{rest}")).or_else(here)
    })
}
