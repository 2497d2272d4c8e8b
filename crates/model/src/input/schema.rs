//! From the fields of a file to its JSON schema, for editors.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

/// Names of populations and cells: what can name a group in a file, letters, digits, `_` and `-`. Validators differ in what
/// they know of letters, so that beyond ASCII it is left to the program.
pub const NAMES: &str = r"^[^\x00-,./:-@\[-^`{-\x7f]+$";

/// The JSON schema (draft 2020-12) of a file whose fields are `T`, in one piece, without references.
///
/// The unit of a field is its `x-unit`. Files have no null: a field that may be left out is one that is not required.
pub fn of<T: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.transforms.push(Box::new(RecursiveTransform(plain)));
    let schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    // What it is stands first.
    let mut ordered = Map::new();
    for key in ["$schema", "title", "description"] {
        ordered.extend(schema.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    if let Value::Object(fields) = schema {
        ordered.extend(fields);
    }
    Value::Object(ordered)
}

/// Leaves out null, and formats that say how a program keeps a number.
fn plain(schema: &mut Schema) {
    schema.remove("format");
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = &types[..] {
            object["type"] = only.clone();
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    let Some(Value::Array(choices)) = object.get_mut("anyOf") else { return };
    choices.retain(|choice| choice["type"] != "null");
    if let [Value::Object(only)] = &choices[..] {
        let only = only.clone();
        object.remove("anyOf");
        for (key, value) in only {
            object.entry(key).or_insert(value);
        }
    }
}
