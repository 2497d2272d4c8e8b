//! The reference of scenario and cell files, from the schema that the program prints.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Program;

/// Writes both references.
pub fn write(program: &Program, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (name, title, arguments) in [
        ("scenario.md", "Fields of a scenario", &["schema"][..]),
        ("cells.md", "Fields of a cell file", &["schema", "--cells"][..]),
    ] {
        let schema: Value = serde_json::from_str(&program.prints(arguments, &[0])?)?;
        let mut page = format!("# {title}\n\n{}\n\n", text(&schema, "description"));
        page.push_str(&format!(
            "Made from `equipoise {}`, which is what editors read. Units are in italics: *time unit* is that of the scenario, *z* that of the potentiation; \
             fields in bold are needed.\n\n",
            arguments.join(" ")
        ));
        table(&schema, "", &mut page)?;
        fs::write(folder.join(name), page)?;
    }
    Ok(())
}

/// The table of the fields of an object, and below it those of the objects in it.
fn table(object: &Value, path: &str, page: &mut String) -> Result<()> {
    let fields = object["properties"].as_object().context("an object has fields")?;
    page.push_str("| field | value | without it | what it is |\n| --- | --- | --- | --- |\n");
    let required: Vec<&str> =
        object["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut inner = Vec::new();
    for (name, field) in fields {
        let full = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let is_needed = required.contains(&name.as_str());
        let shown = if is_needed { format!("**`{name}`**") } else { format!("`{name}`") };
        let default = field
            .get("default")
            .filter(|value| !value.as_object().is_some_and(serde_json::Map::is_empty));
        let default = default.map_or_else(String::new, |value| format!("`{value}`"));
        let default = if is_needed { "needed".to_owned() } else { default };
        let (kind, unit) = (kind(field), text(field, "x-unit"));
        let kind = if unit.is_empty() { kind } else { format!("{kind}; *{unit}*") };
        let what = [vec![text(field, "description")], meanings(field)].concat().join(" ");
        page.push_str(&format!("| {shown} | {} | {default} | {} |\n", cell(&kind), cell(&what)));
        inner.extend(tables(field, &full));
    }
    page.push('\n');
    for (path, object) in inner {
        page.push_str(&format!("## `{path}`\n\n{}\n\n", text(object, "description")));
        table(object, &path, page)?;
    }
    Ok(())
}

/// The objects with fields of their own within a value, each with its path.
fn tables<'a>(value: &'a Value, path: &str) -> Vec<(String, &'a Value)> {
    if let Some(fields) = value["properties"].as_object() {
        // A choice with one key is a line of its value, and what stands behind the key a table of its own.
        let is_choice =
            value["required"].as_array().is_some_and(|required| required.len() == fields.len())
                && fields.len() == 1;
        if is_choice {
            return fields
                .iter()
                .flat_map(|(name, field)| tables(field, &format!("{path}.{name}")))
                .collect();
        }
        return vec![(path.to_owned(), value)];
    }
    if let Some(values) = value.get("additionalProperties").filter(|values| values.is_object()) {
        return tables(values, &format!("{path}.NAME"));
    }
    choices(value).flat_map(|choice| tables(choice, path)).collect()
}

/// The values of which one may stand there.
fn choices(value: &Value) -> impl Iterator<Item = &Value> {
    ["oneOf", "anyOf"].into_iter().filter_map(|key| value[key].as_array()).flatten()
}

/// What each of these values means, where it has a name.
fn meanings(value: &Value) -> Vec<String> {
    let told = choices(value).flat_map(|choice| {
        let fields = choice["properties"].as_object();
        let key = fields.filter(|fields| fields.len() == 1).and_then(|fields| fields.keys().next());
        let name = key.cloned().or_else(|| choice.get("const").map(Value::to_string));
        match (name, text(choice, "description")) {
            (Some(name), what) if !what.is_empty() => vec![format!("`{name}`: {what}")],
            _ => meanings(choice),
        }
    });
    told.collect()
}

/// What may stand there, in words.
fn kind(value: &Value) -> String {
    if let Some(constant) = value.get("const") {
        return format!("`{constant}`");
    }
    let choices: Vec<String> = choices(value).map(kind).collect();
    if !choices.is_empty() && value.get("properties").is_none() {
        return choices.join(", ");
    }
    if let Some(names) = value["enum"].as_array() {
        return names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    }
    match value["type"].as_str() {
        Some("object") => match value["properties"].as_object() {
            Some(fields) if fields.len() == 1 && value["required"].is_array() => {
                let (name, field) = fields.iter().next().expect("there is one");
                let inner =
                    if field["type"] == "object" { "{ ... }".to_owned() } else { "...".to_owned() };
                format!("`{{ {name} = {inner} }}`")
            }
            Some(_) => "table".to_owned(),
            None => format!("table by name: {}", kind(&value["additionalProperties"])),
        },
        Some("array") if value.get("prefixItems").is_some() => "pair".to_owned(),
        Some("array") => format!("list of {}", plural(&kind(&value["items"]))),
        Some("string") if value.get("pattern").is_some() => {
            let example = value["examples"][0].as_str().unwrap_or_default();
            format!("quantity, `\"{example}\"`")
        }
        Some("string") => "text".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("integer") => format!("whole number{}", limits(value)),
        Some(_) => format!("number{}", limits(value)),
        None => String::new(),
    }
}

fn plural(kind: &str) -> String {
    match kind {
        "number" | "pair" | "text" | "table" => format!("{kind}s"),
        _ => kind.replacen("number", "numbers", 1),
    }
}

/// The range of a number.
fn limits(value: &Value) -> String {
    let bound =
        |key: &str, words: &str| value.get(key).map(|bound| format!("{words} {}", number(bound)));
    let bounds = [
        bound("exclusiveMinimum", "above"),
        bound("minimum", "at least"),
        bound("maximum", "at most"),
    ];
    let bounds: Vec<String> = bounds.into_iter().flatten().collect();
    if bounds.is_empty() { String::new() } else { format!(" {}", bounds.join(", ")) }
}

/// A bound without rows of zeros.
fn number(bound: &Value) -> String {
    if bound.as_i64() == Some(i64::MAX) {
        return "2^63 - 1".to_owned();
    }
    match bound.as_f64() {
        Some(value) if value.abs() >= 1e5 => format!("{value:e}"),
        Some(value) if value.abs() < 1e-3 && value != 0.0 => format!("{value:e}"),
        _ => bound.to_string(),
    }
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().replace('\n', " ")
}

/// In a table a bar would begin another cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
