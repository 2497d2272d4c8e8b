//! From Python values to the text of a scenario.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use crate::failure::ScenarioError;

/// The tables of a scenario whose own tables have headers, as they have in files.
const NESTED: &str = "populations";

/// The text of a scenario that is given as a mapping.
#[pyfunction]
pub fn text_of(fields: &Bound<'_, PyMapping>) -> PyResult<String> {
    let mut document = DocumentMut::new();
    for (name, field) in pairs(fields, "the scenario")? {
        let item = match field.cast::<PyMapping>() {
            Ok(table) => Item::Table(headed(table, &name, name == NESTED)?),
            Err(_) => Item::Value(value(&field, &name)?),
        };
        document.insert(&name, item);
    }
    Ok(document.to_string())
}

/// The text of a value of the field `path`.
#[pyfunction]
pub fn value_of(field: &Bound<'_, PyAny>, path: &str) -> PyResult<String> {
    Ok(value(field, path)?.to_string())
}

/// A table with a header; `nested` if its own tables have one, too.
fn headed(fields: &Bound<'_, PyMapping>, path: &str, nested: bool) -> PyResult<Table> {
    let mut table = Table::new();
    table.set_implicit(nested);
    for (name, field) in pairs(fields, path)? {
        let own = format!("{path}.{name}");
        let item = match field.cast::<PyMapping>() {
            Ok(fields) if nested => Item::Table(headed(fields, &own, false)?),
            _ => Item::Value(value(&field, &own)?),
        };
        table.insert(&name, item);
    }
    Ok(table)
}

fn pairs<'py>(
    fields: &Bound<'py, PyMapping>,
    path: &str,
) -> PyResult<Vec<(String, Bound<'py, PyAny>)>> {
    let pair = |pair: Bound<'py, PyAny>| -> PyResult<(String, Bound<'py, PyAny>)> {
        let (name, field): (Bound<'py, PyAny>, Bound<'py, PyAny>) = pair.extract()?;
        let name = name.cast::<PyString>().map_err(|_| {
            ScenarioError::new_err(format!("{path} has a field {name:?}; names are strings"))
        })?;
        Ok((name.to_str()?.to_owned(), field))
    };
    fields.items()?.iter().map(pair).collect()
}

fn value(field: &Bound<'_, PyAny>, path: &str) -> PyResult<Value> {
    if let Ok(truth) = field.cast::<PyBool>() {
        return Ok(truth.is_true().into());
    }
    if field.is_instance_of::<PyInt>() {
        let number = field.extract::<i64>().map_err(|_| wrong(path, "does not fit in 64 bits"))?;
        return Ok(number.into());
    }
    if field.is_instance_of::<PyFloat>() {
        return Ok(field.extract::<f64>()?.into());
    }
    if let Ok(text) = field.cast::<PyString>() {
        return Ok(text.to_str()?.into());
    }
    if let Ok(fields) = field.cast::<PyMapping>() {
        let mut table = InlineTable::new();
        for (name, field) in pairs(fields, path)? {
            let own = format!("{path}.{name}");
            table.insert(&name, value(&field, &own)?);
        }
        return Ok(table.into());
    }
    if field.is_instance_of::<PyList>() || field.is_instance_of::<PyTuple>() {
        let mut array = Array::new();
        for (place, entry) in field.try_iter()?.enumerate() {
            array.push(value(&entry?, &format!("{path}[{place}]"))?);
        }
        return Ok(array.into());
    }
    // NumPy arrays and numbers.
    if field.hasattr("tolist")? {
        return value(&field.call_method0("tolist")?, path);
    }
    Err(unknown(field, path))
}

fn wrong(path: &str, why: &str) -> PyErr {
    ScenarioError::new_err(format!("`{path}` {why}"))
}

fn unknown(field: &Bound<'_, PyAny>, path: &str) -> PyErr {
    if field.is_none() {
        return wrong(path, "is None; leave out what is not given");
    }
    if field.is_callable() {
        return wrong(
            path,
            "is a function, which would be too slow; give a gain as {\"tabulated\": {\"potentiation\": z, \"rate\": f(z)}}",
        );
    }
    let kind = field.get_type().name().map_or_else(|_| "?".to_owned(), |name| name.to_string());
    wrong(path, &format!("is a {kind}; fields are numbers, strings, mappings, lists and arrays"))
}
