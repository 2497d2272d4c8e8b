//! What a result file holds, in words and as JSON.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::store::{
    Attribute, GroupOutline, Header, StoreError, VariableOutline, describe, named_shards,
};
use indicatif::{BinaryBytes, HumanCount};
use serde_json::{Map, Value, json};

use super::Table;

/// A result file without its values.
#[derive(Debug)]
pub struct Description {
    /// The file.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// Files in which it has some of its values, with their length together.
    pub shards: (usize, u64),
    /// Where it comes from.
    pub header: Header,
    /// What it holds.
    pub groups: Vec<GroupOutline>,
}

impl Description {
    /// Of a file.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read, or is no result file.
    pub fn of(path: &Path) -> Result<Self, StoreError> {
        let (header, groups) = describe(path)?;
        let cannot_open = |source| StoreError::CannotOpen { path: path.to_owned(), source };
        let bytes = fs::metadata(path).map_err(cannot_open)?.len();
        let named = named_shards(path);
        // Those that are found by other ways are not counted in bytes.
        let lengths = named.iter().flat_map(fs::metadata).map(|found| found.len());
        let shards = (named.len(), lengths.sum());
        Ok(Self { path: path.to_owned(), bytes, shards, header, groups })
    }
}

/// For people.
pub fn text(description: &Description) -> String {
    let Description { path, bytes, shards, header, groups } = description;
    let provenance = &header.provenance;
    let complete = if header.complete { "yes" } else { "no: the run was interrupted, or goes on" };
    let mut text = format!("{}\n", plain(&provenance.title));
    let size = |bytes: u64| format!("{} bytes ({})", HumanCount(bytes), BinaryBytes(bytes));
    for (name, value) in [
        ("file", path.display().to_string()),
        ("size", size(*bytes)),
        ("shards", format!("{}, {}", shards.0, size(shards.1))),
        ("source", provenance.source.clone()),
        ("history", provenance.history.clone()),
        ("platform", provenance.platform.clone()),
        ("seed", provenance.seed.to_string()),
        (
            "elapsed",
            header
                .elapsed
                .map_or("not known".to_owned(), |time| format!("{} s", time.as_secs_f64())),
        ),
        ("complete", complete.to_owned()),
    ] {
        if name != "shards" || shards.0 > 0 {
            let _ = writeln!(text, "  {name:<9} {}", plain(&value));
        }
    }
    for group in groups {
        text.push_str(&group_text(group));
    }
    text
}

fn group_text(group: &GroupOutline) -> String {
    let lengths = group.dimensions.iter().map(|d| format!("{} = {}", plain(&d.name), d.length));
    let mut text = format!("\n/{}", plain(&group.name));
    let lengths = lengths.collect::<Vec<_>>().join(", ");
    if !lengths.is_empty() {
        let _ = write!(text, ": {lengths}");
    }
    text.push('\n');
    let mut table = Table::of_words(&["variable", "type", "shape", "unit", "what it is"]);
    for variable in &group.variables {
        table.row(row(variable));
    }
    text.push_str(&table.text());
    for (name, value) in &group.attributes {
        let _ = writeln!(text, "  {} = {}", plain(name), plain(&attribute_json(value).to_string()));
    }
    text
}

fn row(variable: &VariableOutline) -> Vec<String> {
    let VariableOutline { name, dimensions, value_type, units, long_name, .. } = variable;
    let shape = format!("({})", dimensions.join(", "));
    let cells =
        [name, value_type.name(), &shape, units.as_deref().unwrap_or("-"), long_name.as_str()];
    cells.map(plain).to_vec()
}

/// Without what would command a terminal: the file may come from anywhere.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// For programs.
pub fn json(description: &Description) -> Value {
    let Description { path, bytes, shards, header, groups } = description;
    let provenance = &header.provenance;
    json!({
        "file": path.display().to_string(), "size": bytes, "shards": { "files": shards.0, "size": shards.1 }, "title": provenance.title,
        "source": provenance.source, "history": provenance.history, "platform": provenance.platform, "seed": provenance.seed,
        "elapsed": header.elapsed.map(|time| time.as_secs_f64()), "complete": header.complete, "scenario": provenance.scenario,
        "groups": groups.iter().map(group_json).collect::<Vec<_>>(),
    })
}

fn group_json(group: &GroupOutline) -> Value {
    let dimensions = group.dimensions.iter().map(|d| (d.name.clone(), d.length.into()));
    let attributes =
        group.attributes.iter().map(|(name, value)| (name.clone(), attribute_json(value)));
    let variables = group.variables.iter().map(|variable| {
        json!({
            "name": variable.name, "type": variable.value_type.name(),
            "dimensions": variable.dimensions, "shape": variable.shape,
            "unit": variable.units, "long_name": variable.long_name,
        })
    });
    json!({
        "name": group.name,
        "dimensions": dimensions.collect::<Map<_, _>>(),
        "attributes": attributes.collect::<Map<_, _>>(),
        "variables": variables.collect::<Vec<_>>(),
    })
}

fn attribute_json(attribute: &Attribute) -> Value {
    match attribute {
        Attribute::Text(text) => text.as_str().into(),
        Attribute::Integer(number) => (*number).into(),
        Attribute::Float(number) => (*number).into(),
        Attribute::Sorting(sorting) => format!("{sorting:?}").into(),
    }
}
