//! Groups of variables as NumPy arrays, and back.

use equipoise::store::{Attribute, Group, Values, Variable};
use numpy::{Element, PyArray1, PyArrayMethods, PyReadonlyArrayDyn};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::failure::UsageError;

/// What jobs find: groups, what to note, and the text that the command line prints.
pub type Found<'py> = (Bound<'py, PyList>, Vec<String>, String);

/// Groups as tuples of name, dimensions with their lengths, variables and attributes. Values are moved into arrays that cannot be written to.
pub fn arrays(py: Python<'_>, groups: Vec<Group>) -> PyResult<Bound<'_, PyList>> {
    let groups = groups.into_iter().map(|group| array_group(py, group));
    PyList::new(py, groups.collect::<PyResult<Vec<_>>>()?)
}

fn array_group(py: Python<'_>, group: Group) -> PyResult<Bound<'_, PyTuple>> {
    let Group { name, dimensions, variables, attributes } = group;
    let lengths = PyDict::new(py);
    for dimension in dimensions {
        lengths.set_item(dimension.name, dimension.length)?;
    }
    let described = described(py, attributes)?;
    let variables = variables.into_iter().map(|variable| array_variable(&lengths, variable));
    let variables = PyList::new(py, variables.collect::<PyResult<Vec<_>>>()?)?;
    (name, lengths, variables, described).into_pyobject(py)
}

/// Attributes by name.
pub fn described(
    py: Python<'_>,
    attributes: Vec<(String, Attribute)>,
) -> PyResult<Bound<'_, PyDict>> {
    let described = PyDict::new(py);
    for (name, value) in attributes {
        match value {
            Attribute::Text(text) => described.set_item(name, text)?,
            Attribute::Integer(number) => described.set_item(name, number)?,
            Attribute::Float(number) => described.set_item(name, number)?,
            Attribute::Sorting(sorting) => described.set_item(name, sorting as u8)?,
        }
    }
    Ok(described)
}

/// Name, dimensions, unit or none, long name, values.
fn array_variable<'py>(
    lengths: &Bound<'py, PyDict>,
    variable: Variable,
) -> PyResult<Bound<'py, PyTuple>> {
    let py = lengths.py();
    let Variable { name, dimensions, units, long_name, values } = variable;
    let length = |name: &String| -> PyResult<usize> {
        lengths.get_item(name)?.expect("variables are over dimensions of their group").extract()
    };
    let shape = dimensions.iter().map(length).collect::<PyResult<Vec<_>>>()?;
    let array = match values {
        Values::Float(values) => shaped(py, values, shape)?,
        Values::Single(values) => shaped(py, values, shape)?,
        Values::Integer(values) => shaped(py, values, shape)?,
        Values::Unsigned(values) => shaped(py, values, shape)?,
        Values::Text(values) => {
            let array = py.import("numpy")?.call_method1("array", (values, "str"))?;
            array.call_method1("reshape", (shape,))?
        }
    };
    array.call_method1("setflags", (false,))?;
    (name, dimensions, units, long_name, array).into_pyobject(py)
}

fn shaped<T: Element>(
    py: Python<'_>,
    values: Vec<T>,
    shape: Vec<usize>,
) -> PyResult<Bound<'_, PyAny>> {
    Ok(PyArray1::from_vec(py, values).reshape(shape)?.into_any())
}

type OfVariable<'py> = (String, Vec<String>, Option<String>, String, Bound<'py, PyAny>);
type OfGroup<'py> = (String, Bound<'py, PyDict>, Vec<OfVariable<'py>>, Bound<'py, PyDict>);

/// What [`arrays`] made of groups, as groups again; values are copied.
pub fn groups(arrays: &Bound<'_, PyList>) -> PyResult<Vec<Group>> {
    let group = |entry: Bound<'_, PyAny>| {
        let (name, lengths, variables, described): OfGroup<'_> = entry.extract()?;
        let mut group = Group::new(&name);
        for (name, length) in lengths {
            group = group.with_dimension(&name.extract::<String>()?, length.extract()?);
        }
        for (name, dimensions, units, long_name, array) in variables {
            let values = values(&array)?;
            group.variables.push(Variable { name, dimensions, units, long_name, values });
        }
        for (name, value) in described {
            let name: String = name.extract()?;
            group.attributes.push((name.clone(), attribute(&group.name, &name, &value)?));
        }
        Ok(group)
    };
    arrays.iter().map(group).collect()
}

fn attribute(group: &str, name: &str, value: &Bound<'_, PyAny>) -> PyResult<Attribute> {
    use equipoise::store::Sorting;
    if let Ok(number) = value.extract::<i64>() {
        // The one attribute of the SONATA format.
        let is_sorting = group.starts_with("spikes/") && name == "sorting";
        let sorting = [Sorting::none, Sorting::by_id, Sorting::by_time];
        let sorting = sorting.into_iter().find(|sorting| *sorting as i64 == number);
        let sorting = sorting.filter(|_| is_sorting);
        return Ok(sorting.map_or(Attribute::Integer(number), Attribute::Sorting));
    }
    if let Ok(number) = value.extract::<f64>() {
        return Ok(Attribute::Float(number));
    }
    Ok(Attribute::Text(value.extract()?))
}

fn values(array: &Bound<'_, PyAny>) -> PyResult<Values> {
    if let Ok(values) = array.extract::<PyReadonlyArrayDyn<'_, f64>>() {
        return Ok(Values::Float(values.as_array().iter().copied().collect()));
    }
    if let Ok(values) = array.extract::<PyReadonlyArrayDyn<'_, i64>>() {
        return Ok(Values::Integer(values.as_array().iter().copied().collect()));
    }
    if let Ok(values) = array.extract::<PyReadonlyArrayDyn<'_, f32>>() {
        return Ok(Values::Single(values.as_array().iter().copied().collect()));
    }
    if let Ok(values) = array.extract::<PyReadonlyArrayDyn<'_, u64>>() {
        return Ok(Values::Unsigned(values.as_array().iter().copied().collect()));
    }
    let texts = array.call_method0("ravel")?.call_method0("tolist")?;
    let texts: Vec<String> = texts.extract().map_err(|_| {
        UsageError::new_err("an array of a result is of a type that files do not have")
    })?;
    Ok(Values::Text(texts))
}
