//! Which tables a group gives.

use equipoise_store::{GroupOutline, ValueType, VariableOutline};

/// A table: all variables of a group over the same dimensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Group and dimensions, separated by dots.
    pub name: String,
    /// The dimensions, slowest first; none for single values.
    pub dimensions: Vec<String>,
    /// Their lengths.
    pub shape: Vec<usize>,
    /// First the dimensions, then the variables.
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// The type of its values.
    pub value_type: ValueType,
    /// Their unit.
    pub units: Option<String>,
    /// Where they come from.
    pub origin: Origin,
}

/// Where the values of a column come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The coordinate of the dimension of this number.
    Coordinate(usize),
    /// The places of the dimension of this number, from 0.
    Place(usize),
    /// A variable.
    Variable,
}

impl Table {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.shape.iter().product()
    }

    fn new(group: &GroupOutline, dimensions: &[String]) -> Self {
        let over = |variable: &&VariableOutline| variable.dimensions == dimensions;
        let variables: Vec<&VariableOutline> =
            group.variables.iter().filter(over).filter(|v| !v.is_coordinate()).collect();
        let coordinate = |name: &String| group.variable(name).filter(|v| v.is_coordinate());
        let coordinates: Vec<_> = dimensions.iter().map(coordinate).collect();
        let length = |axis: usize| {
            let along = variables.iter().map(|variable| variable.shape[axis]);
            // In a file that is being written some are longer than others.
            along.chain(coordinates[axis].map(|coordinate| coordinate.shape[0])).min()
        };
        let shape = (0..dimensions.len()).map(|axis| length(axis).unwrap_or(0)).collect();
        let axes = dimensions.iter().zip(&coordinates).enumerate();
        let columns = axes.map(|(axis, (name, coordinate))| match coordinate {
            Some(coordinate) => Column::of(coordinate, Origin::Coordinate(axis)),
            None => Column::of_places(name, axis),
        });
        let columns =
            columns.chain(variables.iter().map(|variable| Column::of(variable, Origin::Variable)));
        Self {
            name: file_name(&group.name, dimensions),
            dimensions: dimensions.to_vec(),
            shape,
            columns: columns.collect(),
        }
    }
}

impl Column {
    fn of(variable: &VariableOutline, origin: Origin) -> Self {
        let VariableOutline { name, value_type, units, .. } = variable;
        Self { name: name.clone(), value_type: *value_type, units: units.clone(), origin }
    }

    fn of_places(name: &str, axis: usize) -> Self {
        let (value_type, origin) = (ValueType::Unsigned, Origin::Place(axis));
        Self { name: name.to_owned(), value_type, units: None, origin }
    }
}

/// The tables of a group: one for each list of dimensions, in the order of the file. A coordinate that is in none of them, such as the
/// edges of bins, has a table of its own.
pub fn tables(group: &GroupOutline) -> Vec<Table> {
    let mut lists: Vec<&[String]> = Vec::new();
    let (coordinates, variables): (Vec<_>, Vec<_>) =
        group.variables.iter().partition(|variable| variable.is_coordinate());
    for variable in variables.iter().chain(&coordinates) {
        let covered = lists.iter().any(|list| {
            let has = |name: &String| list.contains(name);
            *list == variable.dimensions || variable.is_coordinate() && has(&variable.name)
        });
        if !covered {
            lists.push(&variable.dimensions);
        }
    }
    lists.into_iter().map(|dimensions| Table::new(group, dimensions)).collect()
}

fn file_name(group: &str, dimensions: &[String]) -> String {
    let parts = group.split('/').chain(dimensions.iter().map(String::as_str));
    parts.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use equipoise_store::Dimension;

    use super::*;

    fn variable(name: &str, dimensions: &[&str], shape: &[usize]) -> VariableOutline {
        VariableOutline {
            name: name.to_owned(),
            dimensions: dimensions.iter().map(|&name| name.to_owned()).collect(),
            shape: shape.to_vec(),
            value_type: ValueType::Float,
            units: None,
            long_name: String::new(),
        }
    }

    fn group(variables: Vec<VariableOutline>) -> GroupOutline {
        let dimensions: Vec<Dimension> = Vec::new();
        GroupOutline { name: "spikes/E".to_owned(), dimensions, variables, attributes: Vec::new() }
    }

    #[test]
    fn there_is_a_table_for_each_set_of_dimensions() {
        let found = tables(&group(vec![
            variable("time", &["time"], &[3]),
            variable("edge", &["edge"], &[4]),
            variable("mean", &["time", "neuron"], &[3, 5]),
            variable("variance", &["time", "neuron"], &[2, 5]),
            variable("width", &[], &[]),
        ]));
        let names: Vec<&str> = found.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["spikes.E.time.neuron", "spikes.E", "spikes.E.edge"]);
        assert_eq!(found[0].shape, [2, 5]);
        let columns: Vec<_> =
            found[0].columns.iter().map(|column| (column.name.as_str(), column.origin)).collect();
        let (time, neuron) = (Origin::Coordinate(0), Origin::Place(1));
        let variables = [("mean", Origin::Variable), ("variance", Origin::Variable)];
        assert_eq!(columns, [[("time", time), ("neuron", neuron)], variables].concat());
        assert_eq!((found[1].rows(), found[2].rows()), (1, 4));
        assert_eq!(found[2].columns.len(), 1);
    }
}
