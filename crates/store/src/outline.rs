//! What a group holds, without its values: shapes, types and words.

use crate::group::{Attribute, Dimension};

/// The type of the values of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// Real numbers.
    Float,
    /// Real numbers in half the bytes.
    Single,
    /// Integers.
    Integer,
    /// Numbers of things, from 0.
    Unsigned,
    /// Texts.
    Text,
}

impl ValueType {
    /// Its name, as people and programs read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Float => "float",
            Self::Single => "single",
            Self::Integer => "integer",
            Self::Unsigned => "unsigned",
            Self::Text => "text",
        }
    }
}

/// A variable without its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableOutline {
    /// The name of the dataset.
    pub name: String,
    /// The names of the dimensions, slowest first; none for a single value.
    pub dimensions: Vec<String>,
    /// The lengths of the dimensions.
    pub shape: Vec<usize>,
    /// The type of the values.
    pub value_type: ValueType,
    /// The unit; none for texts and for numbers without one.
    pub units: Option<String>,
    /// What the variable is; may be empty.
    pub long_name: String,
}

impl VariableOutline {
    /// Whether this is the coordinate of a dimension: its only dimension has its own name.
    pub fn is_coordinate(&self) -> bool {
        matches!(self.dimensions.as_slice(), [only] if *only == self.name)
    }
}

/// A group without its values.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupOutline {
    /// The name in the file; slashes separate nested groups (`spikes/E`).
    pub name: String,
    /// The axes of the variables.
    pub dimensions: Vec<Dimension>,
    /// The variables, coordinates first.
    pub variables: Vec<VariableOutline>,
    /// Remarks on the whole group.
    pub attributes: Vec<(String, Attribute)>,
}

impl GroupOutline {
    /// The variable of this name.
    pub fn variable(&self, name: &str) -> Option<&VariableOutline> {
        self.variables.iter().find(|variable| variable.name == name)
    }
}
