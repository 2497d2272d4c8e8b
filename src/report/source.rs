//! What a report is made from: a result file, read in blocks, since it may be larger than the memory.

use std::path::{Path, PathBuf};

use equipoise_model::Scenario;
use equipoise_store::{
    Attribute, GroupOutline, GroupReader, Header, Provenance, Values, VariableOutline, describe,
};

use super::ReportError;
use crate::export::block::{Block, blocks};

/// Values that are read at once.
const AT_ONCE: usize = 1 << 20;

/// A result file.
#[derive(Debug)]
pub struct Source {
    path: PathBuf,
    /// Where it comes from.
    pub header: Header,
    /// Its groups, without values.
    pub outlines: Vec<GroupOutline>,
    /// The scenario, if this program understands the one in the file.
    pub scenario: Option<Scenario>,
}

impl Source {
    /// Reads all but the values.
    ///
    /// # Errors
    /// [`ReportError::Store`] for a file that is no result file, or damaged.
    pub fn open(path: &Path) -> Result<Self, ReportError> {
        let (mut header, outlines) = describe(path)?;
        let Provenance { title, source, scenario, history, platform, .. } = &mut header.provenance;
        let parsed = Scenario::parse("scenario", scenario).ok();
        for text in [title, source, scenario, history, platform] {
            *text = printable(text);
        }
        Ok(Self { path: path.to_path_buf(), header, outlines, scenario: parsed })
    }

    /// The group of this name, if the file has it.
    ///
    /// # Errors
    /// [`ReportError::Store`].
    pub fn table(&self, group: &str) -> Result<Option<Table>, ReportError> {
        if !self.outlines.iter().any(|outline| outline.name == group) {
            return Ok(None);
        }
        let reader = GroupReader::open(&self.path, group)?;
        Ok(Some(Table { path: self.path.clone(), reader }))
    }

    /// Says that a variable of a group is not as expected.
    pub fn layout_error(
        &self,
        (group, variable): (&str, &str),
        expected: &str,
        found: &str,
    ) -> ReportError {
        ReportError::Layout {
            path: self.path.clone(),
            group: group.to_owned(),
            variable: variable.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
        }
    }

    /// Name of the time unit.
    pub fn time_unit(&self) -> &str {
        self.scenario.as_ref().map_or("time units", |scenario| &scenario.sampling.time_unit)
    }

    /// A label with the time unit.
    pub fn with_time(&self, what: &str) -> String {
        format!("{what} ({})", self.time_unit())
    }

    /// How many neurons a population has, if the scenario says so.
    pub fn count(&self, population: &str) -> Option<usize> {
        let populations = &self.scenario.as_ref()?.network.populations;
        populations.iter().find(|other| other.name == population).map(|found| found.count)
    }
}

/// A group of the file.
#[derive(Debug)]
pub struct Table {
    path: PathBuf,
    reader: GroupReader,
}

/// A part of a variable: its first place and length on each dimension, and its values.
pub struct Part<'a> {
    /// Its first place on each dimension.
    pub start: &'a [usize],
    /// Its length on each dimension.
    pub counts: &'a [usize],
    /// The values, the last dimension fastest. What is missing is not a number.
    pub values: Vec<f64>,
}

impl Part<'_> {
    /// Each value with its place on each dimension.
    pub fn each(&self, mut take: impl FnMut(&[usize], f64)) {
        let mut place = self.start.to_vec();
        for value in &self.values {
            take(&place, *value);
            for axis in (0..place.len()).rev() {
                place[axis] += 1;
                if place[axis] < self.start[axis] + self.counts[axis] || axis == 0 {
                    break;
                }
                place[axis] = self.start[axis];
            }
        }
    }
}

impl Table {
    /// Length of a dimension; 0 if there is none of this name.
    pub fn length(&self, dimension: &str) -> usize {
        let dimensions = &self.reader.outline().dimensions;
        dimensions.iter().find(|other| other.name == dimension).map_or(0, |found| found.length)
    }

    /// Whether it has a variable of this name.
    pub fn has(&self, variable: &str) -> bool {
        self.reader.outline().variable(variable).is_some()
    }

    /// A number that is an attribute of the group.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.attribute(name).and_then(|attribute| match attribute {
            Attribute::Integer(value) => Some(*value as f64),
            Attribute::Float(value) => Some(*value),
            _ => None,
        })
    }

    /// A text that is an attribute of the group.
    pub fn text(&self, name: &str) -> Option<String> {
        self.attribute(name).and_then(|attribute| match attribute {
            Attribute::Text(text) => Some(printable(text)),
            _ => None,
        })
    }

    fn attribute(&self, name: &str) -> Option<&Attribute> {
        let attributes = &self.reader.outline().attributes;
        attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// Texts along a dimension: names of populations, and the like.
    ///
    /// # Errors
    /// [`ReportError`] if there are none.
    pub fn names(&self, dimension: &str) -> Result<Vec<String>, ReportError> {
        let variable = self.variable(dimension, &[dimension])?;
        match self.reader.read(dimension, &[0], &variable.shape)? {
            Values::Text(names) => Ok(names.iter().map(|name| printable(name)).collect()),
            _ => Err(self.layout(dimension, "texts", variable.value_type.name())),
        }
    }

    /// All numbers of a variable with these dimensions.
    ///
    /// # Errors
    /// [`ReportError`] if there is no such variable.
    pub fn all(&self, name: &str, dimensions: &[&str]) -> Result<Vec<f64>, ReportError> {
        let mut all = Vec::new();
        self.visit(name, dimensions, |part| {
            all.extend_from_slice(&part.values);
            true
        })?;
        Ok(all)
    }

    /// Numbers along a dimension.
    ///
    /// # Errors
    /// [`ReportError`] if there are none.
    pub fn along(&self, dimension: &str) -> Result<Vec<f64>, ReportError> {
        self.all(dimension, &[dimension])
    }

    /// Numbers of a variable with these dimensions, at chosen, rising places of the first one.
    ///
    /// # Errors
    /// [`ReportError`] if there is no such variable.
    pub fn at(
        &self,
        name: &str,
        dimensions: &[&str],
        chosen: &[usize],
    ) -> Result<Vec<f64>, ReportError> {
        let mut found = Vec::new();
        self.visit(name, dimensions, |part| {
            part.each(|place, value| {
                if chosen.binary_search(&place[0]).is_ok() {
                    found.push(value);
                }
            });
            true
        })?;
        Ok(found)
    }

    /// Goes through a variable with these dimensions part by part, in order, until `take` returns false.
    ///
    /// # Errors
    /// [`ReportError`] if there is no such variable, or none of numbers.
    pub fn visit(
        &self,
        name: &str,
        dimensions: &[&str],
        mut take: impl FnMut(&Part<'_>) -> bool,
    ) -> Result<(), ReportError> {
        for block in self.blocks(name, dimensions)? {
            let values = self.numbers(name, &block)?;
            if !take(&Part { start: block.start(), counts: block.counts(), values }) {
                break;
            }
        }
        Ok(())
    }

    /// The blocks of a variable with these dimensions.
    ///
    /// # Errors
    /// [`ReportError::Layout`] if there is no such variable.
    pub fn blocks(
        &self,
        name: &str,
        dimensions: &[&str],
    ) -> Result<impl Iterator<Item = Block> + use<>, ReportError> {
        Ok(blocks(&self.variable(name, dimensions)?.shape, AT_ONCE))
    }

    /// A block of numbers.
    ///
    /// # Errors
    /// [`ReportError`] if it cannot be read, or is of texts.
    pub fn numbers(&self, name: &str, block: &Block) -> Result<Vec<f64>, ReportError> {
        Ok(match self.reader.read(name, block.start(), block.counts())? {
            Values::Float(values) => values,
            Values::Single(values) => values.into_iter().map(f64::from).collect(),
            // Counts; -1 is missing.
            Values::Integer(values) => {
                let number = |value| if value == -1 { f64::NAN } else { value as f64 };
                values.into_iter().map(number).collect()
            }
            Values::Unsigned(values) => values.into_iter().map(|value| value as f64).collect(),
            Values::Text(_) => return Err(self.layout(name, "numbers", "text")),
        })
    }

    /// A block of texts.
    ///
    /// # Errors
    /// [`ReportError`] if it cannot be read, or is of numbers.
    pub fn texts(&self, name: &str, block: &Block) -> Result<Vec<String>, ReportError> {
        match self.reader.read(name, block.start(), block.counts())? {
            Values::Text(texts) => Ok(texts.iter().map(|text| printable(text)).collect()),
            _ => Err(self.layout(name, "texts", "numbers")),
        }
    }

    fn variable(&self, name: &str, dimensions: &[&str]) -> Result<&VariableOutline, ReportError> {
        let expected = format!("over ({})", dimensions.join(", "));
        match self.reader.outline().variable(name) {
            Some(variable) if variable.dimensions == dimensions => Ok(variable),
            Some(variable) => {
                let found = format!("over ({})", variable.dimensions.join(", "));
                Err(self.layout(name, &expected, &found))
            }
            None => Err(self.layout(name, &expected, "missing")),
        }
    }

    fn layout(&self, variable: &str, expected: &str, found: &str) -> ReportError {
        ReportError::Layout {
            path: self.path.clone(),
            group: self.reader.outline().name.clone(),
            variable: variable.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
        }
    }
}

/// Without characters that a page must not hold: the file may come from anywhere.
pub fn printable(text: &str) -> String {
    let is_allowed = |c: char| {
        matches!(c, '\n' | '\t') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
    };
    // Lines may end as on Windows.
    let text = text.chars().filter(|c| *c != '\r');
    text.map(|c| if is_allowed(c) { c } else { '\u{fffd}' }).collect()
}

/// At most `most` of `length` places, evenly, the first and the last among them.
pub fn spread(length: usize, most: usize) -> Vec<usize> {
    if length <= most {
        return (0..length).collect();
    }
    (0..most).map(|number| number * (length - 1) / (most - 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_spread_evenly() {
        assert_eq!(spread(0, 3), Vec::<usize>::new());
        assert_eq!(spread(3, 3), [0, 1, 2]);
        assert_eq!(spread(9, 3), [0, 4, 8]);
        let many = spread(1_000_000, 200);
        assert_eq!((many.len(), many[0], many[199]), (200, 0, 999_999));
        assert!(many.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn every_value_of_a_part_has_its_place() {
        let part =
            Part { start: &[2, 0, 5], counts: &[2, 2, 2], values: (0..8).map(f64::from).collect() };
        let mut found = Vec::new();
        part.each(|place, value| found.push((place.to_vec(), value)));
        assert_eq!(found[0], (vec![2, 0, 5], 0.0));
        assert_eq!(found[3], (vec![2, 1, 6], 3.0));
        assert_eq!(found[7], (vec![3, 1, 6], 7.0));
        let single = Part { start: &[], counts: &[], values: vec![3.0] };
        let mut count = 0;
        single.each(|place, value| {
            count += 1;
            assert!(place.is_empty() && value == 3.0);
        });
        assert_eq!(count, 1);
    }
}
