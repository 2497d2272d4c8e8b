//! Result files, read in a process that does nothing else: `crates/python/equipoise/_reader.py`.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::ExitStatus;

use equipoise::export::block::blocks;
use equipoise::job::reading;
use equipoise::report;
use equipoise::store::{GroupOutline, GroupReader, ValueType, Values, VariableOutline};
use equipoise::table::info::{Description, text};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use serde_json::Value;

use crate::failure::raise;
use crate::groups::described;

/// Values that are read at once.
const AT_ONCE: usize = 1 << 17;

/// Gives limits to this process, which is to read a file for another.
#[pyfunction]
pub fn limit_reading(path: PathBuf) {
    reading::limit(&path);
}

/// What to say of a file on which a process ended with this status of `subprocess`: of an exit, or a signal below zero.
#[pyfunction]
pub fn reading_failed(path: PathBuf, status: i32) -> String {
    let status = ExitStatus::from_raw(if status < 0 { -status } else { status << 8 });
    reading::crashed(&path, status).text()
}

/// Where a file comes from and what it holds, without the values.
#[pyfunction]
pub fn describe(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, PyDict>> {
    let description = Description::of(&path).map_err(raise)?;
    let text = text(&description);
    let Description { shards: (shards, _), header, groups, .. } = description;
    let found = PyDict::new(py);
    found.set_item("title", header.provenance.title)?;
    found.set_item("scenario", header.provenance.scenario)?;
    found.set_item("complete", header.complete)?;
    found.set_item("elapsed", header.elapsed.map(|elapsed| elapsed.as_secs_f64()))?;
    found.set_item("text", text)?;
    found.set_item("shards", shards)?;
    let groups = groups.into_iter().map(|group| outline(py, group));
    found.set_item("groups", groups.collect::<PyResult<Vec<_>>>()?)?;
    Ok(found)
}

/// Name, variables and attributes.
fn outline(py: Python<'_>, group: GroupOutline) -> PyResult<Bound<'_, PyTuple>> {
    let variable = |variable: VariableOutline| {
        let VariableOutline { name, dimensions, shape, value_type, units, long_name } = variable;
        (name, dimensions, shape, value_type.name(), units, long_name)
    };
    let variables: Vec<_> = group.variables.into_iter().map(variable).collect();
    (group.name, variables, described(py, group.attributes)?).into_pyobject(py)
}

/// The verdict of a file in a sentence, if it has one.
#[pyfunction]
pub fn summary(path: PathBuf) -> PyResult<Option<String>> {
    report::summary(&path).map_err(raise)
}

/// A variable, and the first place and the length along each dimension.
type Part = (String, Vec<usize>, Vec<usize>);

/// Hands parts of the variables of a group to `write`, one after the other: the number of bytes, and as many, of
/// numbers as they are in memory, of texts as JSON. Of a file that is complete no more is handed over than can be in it.
#[pyfunction]
pub fn read_parts(
    path: PathBuf,
    group: &str,
    complete: bool,
    parts: Vec<Part>,
    write: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let reader = GroupReader::open(&path, group).map_err(raise)?;
    for (variable, start, counts) in parts {
        if complete {
            reader.check_room(&variable, &counts).map_err(raise)?;
        }
        let part = Read { reader: &reader, variable: &variable, start: &start, counts: &counts };
        match reader.outline().variable(&variable).map(|outline| outline.value_type) {
            Some(ValueType::Text) => part.texts(write)?,
            Some(ValueType::Single) => part.numbers(4, write)?,
            _ => part.numbers(8, write)?,
        }
    }
    Ok(())
}

/// A part of a variable that is being read.
struct Read<'a> {
    reader: &'a GroupReader,
    variable: &'a str,
    start: &'a [usize],
    counts: &'a [usize],
}

impl Read<'_> {
    fn numbers(&self, width: usize, write: &Bound<'_, PyAny>) -> PyResult<()> {
        frame(self.counts.iter().product::<usize>() * width, write)?;
        self.each(|values| {
            let bytes = match values {
                Values::Float(values) => bytes(&values, f64::to_ne_bytes),
                Values::Single(values) => bytes(&values, f32::to_ne_bytes),
                Values::Integer(values) => bytes(&values, i64::to_ne_bytes),
                Values::Unsigned(values) => bytes(&values, u64::to_ne_bytes),
                Values::Text(_) => Vec::new(),
            };
            write.call1((PyBytes::new(write.py(), &bytes),)).map(drop)
        })
    }

    fn texts(&self, write: &Bound<'_, PyAny>) -> PyResult<()> {
        let mut all = Vec::new();
        self.each(|values| {
            if let Values::Text(texts) = values {
                all.extend(texts);
            }
            Ok(())
        })?;
        let text = Value::from(all).to_string();
        frame(text.len(), write)?;
        write.call1((PyBytes::new(write.py(), text.as_bytes()),)).map(drop)
    }

    /// Block by block, in order.
    fn each(&self, mut take: impl FnMut(Values) -> PyResult<()>) -> PyResult<()> {
        for block in blocks(self.counts, AT_ONCE) {
            let start: Vec<usize> =
                block.start().iter().zip(self.start).map(|(own, first)| own + first).collect();
            take(self.reader.read(self.variable, &start, block.counts()).map_err(raise)?)?;
        }
        Ok(())
    }
}

fn frame(length: usize, write: &Bound<'_, PyAny>) -> PyResult<()> {
    write.call1((PyBytes::new(write.py(), &(length as u64).to_ne_bytes()),)).map(drop)
}

fn bytes<T: Copy, const N: usize>(values: &[T], of: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|value| of(*value)).collect()
}
