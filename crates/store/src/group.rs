//! The data in memory: a group of variables over named dimensions.

/// Where the SONATA format has its reports, values of nodes on a grid of times.
const SONATA_REPORTS: &str = "report/";

/// The values of a variable, in row-major order: the last dimension varies fastest.
///
/// Two floats are equal also when both are `NaN`, so that data with gaps can be compared.
#[derive(Debug, Clone)]
pub enum Values {
    /// Real numbers; `NaN` stands for a missing value.
    Float(Vec<f64>),
    /// Real numbers in half the bytes, for formats that ask for them; `NaN` stands for a missing value.
    Single(Vec<f32>),
    /// Integers.
    Integer(Vec<i64>),
    /// Numbers of things, from 0.
    Unsigned(Vec<u64>),
    /// Texts.
    Text(Vec<String>),
}

impl Values {
    /// The number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::Float(values) => values.len(),
            Self::Single(values) => values.len(),
            Self::Integer(values) => values.len(),
            Self::Unsigned(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float(a), Self::Float(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| same(a, b))
            }
            (Self::Single(a), Self::Single(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| same(a.into(), b.into()))
            }
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Unsigned(a), Self::Unsigned(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            _ => false,
        }
    }
}

#[expect(clippy::float_cmp, reason = "what was written must come back exactly")]
fn same(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

impl From<Vec<f64>> for Values {
    fn from(values: Vec<f64>) -> Self {
        Self::Float(values)
    }
}

impl From<Vec<f32>> for Values {
    fn from(values: Vec<f32>) -> Self {
        Self::Single(values)
    }
}

impl From<Vec<i64>> for Values {
    fn from(values: Vec<i64>) -> Self {
        Self::Integer(values)
    }
}

impl From<Vec<u64>> for Values {
    fn from(values: Vec<u64>) -> Self {
        Self::Unsigned(values)
    }
}

impl From<Vec<String>> for Values {
    fn from(values: Vec<String>) -> Self {
        Self::Text(values)
    }
}

impl From<Vec<&str>> for Values {
    fn from(values: Vec<&str>) -> Self {
        Self::Text(values.into_iter().map(str::to_owned).collect())
    }
}

/// A named axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// The name, shared by the variables along this axis.
    pub name: String,
    /// The number of places on it.
    pub length: usize,
}

/// Named values over dimensions of the group.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// The name of the dataset.
    pub name: String,
    /// The names of the dimensions, slowest first; none for a single value.
    pub dimensions: Vec<String>,
    /// The unit; a variable of numbers without one is written as dimensionless (`"1"`).
    pub units: Option<String>,
    /// What the variable is, for axis labels; may be empty.
    pub long_name: String,
    /// The values, as many as the lengths of the dimensions multiply to.
    pub values: Values,
}

impl Variable {
    /// A variable over `dimensions`, slowest first, without unit and long name.
    pub fn new(name: &str, dimensions: &[&str], values: impl Into<Values>) -> Self {
        Self {
            name: name.to_owned(),
            dimensions: dimensions.iter().map(|&name| name.to_owned()).collect(),
            units: None,
            long_name: String::new(),
            values: values.into(),
        }
    }

    /// The coordinate of the dimension `name`: the value at each of its places.
    pub fn coordinate(name: &str, values: impl Into<Values>) -> Self {
        Self::new(name, &[name], values)
    }

    /// The same with a unit, in the spelling of UDUNITS where there is one (`"ms"`, `"s-1"`).
    #[must_use]
    pub fn with_units(mut self, units: &str) -> Self {
        self.units = Some(units.to_owned());
        self
    }

    /// The same with a long name.
    #[must_use]
    pub fn with_long_name(mut self, long_name: &str) -> Self {
        long_name.clone_into(&mut self.long_name);
        self
    }

    /// Whether this is the coordinate of a dimension: its only dimension has its own name.
    pub fn is_coordinate(&self) -> bool {
        matches!(self.dimensions.as_slice(), [only] if *only == self.name)
    }
}

/// A value that describes a group rather than being data.
#[derive(Debug, Clone)]
pub enum Attribute {
    /// A text.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A real number.
    Float(f64),
    /// How the events of the group are sorted. A group with this attribute makes the file one in the SONATA format of spikes.
    Sorting(Sorting),
}

/// How events are sorted, in the words and numbers of the SONATA format.
///
/// # Source
/// Dai et al. (2020), doi:10.1371/journal.pcbi.1007696, and the developer guide of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, hdf5::H5Type)]
#[repr(u8)]
#[allow(non_camel_case_types, reason = "the names are those in the file")]
pub enum Sorting {
    /// In no order.
    none = 0,
    /// By the number of the source.
    by_id = 1,
    /// By time.
    by_time = 2,
}

impl PartialEq for Attribute {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => same(*a, *b),
            (Self::Sorting(a), Self::Sorting(b)) => a == b,
            _ => false,
        }
    }
}

impl From<Sorting> for Attribute {
    fn from(value: Sorting) -> Self {
        Self::Sorting(value)
    }
}

impl From<&str> for Attribute {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<i64> for Attribute {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Attribute {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

/// Dimensions, variables over them and attributes, under one name.
///
/// In a file the coordinates come first, in the order of the dimensions, and the attributes are
/// sorted by name; a group that is built in this order is read back equal.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The name in the file; slashes separate nested groups (`spikes/E`).
    pub name: String,
    /// The axes of the variables.
    pub dimensions: Vec<Dimension>,
    /// The data; coordinates are the variables for which [`Variable::is_coordinate`] holds.
    pub variables: Vec<Variable>,
    /// Remarks on the whole group.
    pub attributes: Vec<(String, Attribute)>,
}

impl Group {
    /// An empty group.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            dimensions: Vec::new(),
            variables: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// The same with a dimension that has no coordinate: its places are merely counted.
    #[must_use]
    pub fn with_dimension(mut self, name: &str, length: usize) -> Self {
        self.dimensions.push(Dimension { name: name.to_owned(), length });
        self
    }

    /// The same with a dimension and its coordinate, made by [`Variable::coordinate`].
    #[must_use]
    pub fn with_coordinate(self, coordinate: Variable) -> Self {
        self.with_dimension(&coordinate.name, coordinate.values.len()).with_variable(coordinate)
    }

    /// The same with a variable.
    #[must_use]
    pub fn with_variable(mut self, variable: Variable) -> Self {
        self.variables.push(variable);
        self
    }

    /// The same with an attribute.
    #[must_use]
    pub fn with_attribute(mut self, name: &str, value: impl Into<Attribute>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// The variable of this name.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    /// The dimension of this name.
    pub fn dimension(&self, name: &str) -> Option<&Dimension> {
        self.dimensions.iter().find(|dimension| dimension.name == name)
    }

    /// Whether it is one of the SONATA format: events with their order, or a report, which the
    /// format knows by its place alone.
    pub(crate) fn is_sonata(&self) -> bool {
        let is_sorting = |(_, value): &(String, Attribute)| matches!(value, Attribute::Sorting(_));
        self.attributes.iter().any(is_sorting) || self.name.starts_with(SONATA_REPORTS)
    }

    /// The lengths of the dimensions of a variable, slowest first.
    ///
    /// Only for a validated group: a dimension that the group does not have is left out.
    pub(crate) fn shape(&self, variable: &Variable) -> Vec<usize> {
        variable
            .dimensions
            .iter()
            .filter_map(|name| self.dimension(name))
            .map(|d| d.length)
            .collect()
    }
}
