//! What a group must satisfy before it is written.

use std::collections::HashSet;

use crate::error::StoreError;
use crate::group::{Attribute, Dimension, Group, Values, Variable};

impl Group {
    /// Checks that the names can be written and are unique, that every dimension of a variable
    /// exists, and that every variable has as many values as its dimensions hold.
    ///
    /// # Errors
    ///
    /// [`StoreError::InvalidName`], [`Duplicate`](StoreError::Duplicate),
    /// [`UnknownDimension`](StoreError::UnknownDimension),
    /// [`RepeatedDimension`](StoreError::RepeatedDimension),
    /// [`NotACoordinate`](StoreError::NotACoordinate), [`ZeroByte`](StoreError::ZeroByte) or
    /// [`Shape`](StoreError::Shape) for the first fault found.
    ///
    /// ```
    /// use equipoise_store::{Group, Variable};
    ///
    /// let group = Group::new("limit").with_dimension("time", 3);
    /// let group = group.with_variable(Variable::new("mean", &["time"], vec![1.0]));
    /// assert_eq!(
    ///     group.validate().unwrap_err().to_string(),
    ///     "group `limit`: `mean` has 1 values, but its dimensions (time = 3) hold 3"
    /// );
    /// ```
    pub fn validate(&self) -> Result<(), StoreError> {
        if !self.name.split('/').all(is_valid_name) {
            return Err(self.invalid_name(&self.name));
        }
        self.check_names(self.dimensions.iter().map(|dimension| dimension.name.as_str()))?;
        self.check_names(self.variables.iter().map(|variable| variable.name.as_str()))?;
        self.check_names(self.attributes.iter().map(|(name, _)| name.as_str()))?;
        self.variables.iter().try_for_each(|variable| self.check_variable(variable))?;
        self.attributes.iter().try_for_each(|(name, value)| check_attribute(name, value))
    }

    fn check_names<'a>(&self, names: impl Iterator<Item = &'a str>) -> Result<(), StoreError> {
        let mut seen = HashSet::new();
        for name in names {
            if !is_valid_name(name) {
                return Err(self.invalid_name(name));
            }
            if !seen.insert(name) {
                return Err(StoreError::Duplicate {
                    group: self.name.clone(),
                    name: name.to_owned(),
                });
            }
        }
        Ok(())
    }

    fn invalid_name(&self, name: &str) -> StoreError {
        StoreError::InvalidName { group: self.name.clone(), name: name.to_owned() }
    }

    fn check_variable(&self, variable: &Variable) -> Result<(), StoreError> {
        let (group, name) = (self.name.clone(), variable.name.clone());
        if self.dimension(&name).is_some() && !variable.is_coordinate() {
            return Err(StoreError::NotACoordinate { group, variable: name });
        }
        let dimensions = self.resolve(variable)?;
        let (expected, found) =
            (dimensions.iter().map(|d| d.length).product(), variable.values.len());
        if found != expected {
            return Err(StoreError::Shape { group, variable: name, dimensions, expected, found });
        }
        check_texts(variable)
    }

    fn resolve(&self, variable: &Variable) -> Result<Vec<Dimension>, StoreError> {
        let mut found: Vec<Dimension> = Vec::new();
        for name in &variable.dimensions {
            let (group, dimension) = (self.name.clone(), name.clone());
            if found.iter().any(|earlier| earlier.name == *name) {
                return Err(StoreError::RepeatedDimension {
                    group,
                    variable: variable.name.clone(),
                    dimension,
                });
            }
            let Some(known) = self.dimension(name) else {
                let used_by = format!("`{}`", variable.name);
                return Err(StoreError::UnknownDimension { group, used_by, dimension });
            };
            found.push(known.clone());
        }
        Ok(found)
    }
}

fn is_valid_name(name: &str) -> bool {
    !name.is_empty() && name != "." && !name.contains(['/', '\0'])
}

fn check_texts(variable: &Variable) -> Result<(), StoreError> {
    without_zero_byte(&variable.name, &variable.long_name)?;
    variable.units.iter().try_for_each(|units| without_zero_byte(&variable.name, units))?;
    match &variable.values {
        Values::Text(texts) => {
            texts.iter().try_for_each(|text| without_zero_byte(&variable.name, text))
        }
        Values::Float(_) | Values::Single(_) | Values::Integer(_) | Values::Unsigned(_) => Ok(()),
    }
}

fn check_attribute(name: &str, value: &Attribute) -> Result<(), StoreError> {
    match value {
        Attribute::Text(text) => without_zero_byte(name, text),
        Attribute::Integer(_) | Attribute::Float(_) | Attribute::Sorting(_) => Ok(()),
    }
}

/// Refuses a text that `HDF5` would cut short.
pub fn without_zero_byte(item: &str, text: &str) -> Result<(), StoreError> {
    if text.contains('\0') {
        return Err(StoreError::ZeroByte { item: item.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> Group {
        Group::new("limit")
            .with_coordinate(Variable::coordinate("time", vec![0.0, 1.0, 2.0]))
            .with_coordinate(Variable::coordinate("population", vec!["E", "I"]))
            .with_variable(Variable::new("mean", &["time", "population"], vec![0.0; 6]))
    }

    #[test]
    fn a_sound_group_passes() {
        pair().with_attribute("order", 2_i64).validate().expect("sound");
        Group::new("spikes/E")
            .with_variable(Variable::new("count", &[], vec![3_i64]))
            .validate()
            .expect("scalar, nested");
    }

    #[test]
    fn a_wrong_number_of_values_names_the_variable_and_both_shapes() {
        let group =
            pair().with_variable(Variable::new("variance", &["population", "time"], vec![0.0; 5]));
        let message = group.validate().expect_err("too few").to_string();
        let expected = "group `limit`: `variance` has 5 values, but its dimensions (population = 2, time = 3) hold 6";
        assert_eq!(message, expected);
    }

    #[test]
    fn every_dimension_must_exist_once() {
        let unknown = pair().with_variable(Variable::new("x", &["neuron"], vec![0.0]));
        assert!(
            matches!(unknown.validate(), Err(StoreError::UnknownDimension { dimension, .. }) if dimension == "neuron")
        );
        let square =
            pair().with_variable(Variable::new("x", &["population", "population"], vec![0.0; 4]));
        assert!(
            matches!(square.validate(), Err(StoreError::RepeatedDimension { variable, .. }) if variable == "x")
        );
    }

    #[test]
    fn names_are_unique_and_writable() {
        let twice = pair().with_variable(Variable::new("mean", &["time"], vec![0.0; 3]));
        assert!(
            matches!(twice.validate(), Err(StoreError::Duplicate { name, .. }) if name == "mean")
        );
        let dimension = pair().with_dimension("time", 3);
        assert!(
            matches!(dimension.validate(), Err(StoreError::Duplicate { name, .. }) if name == "time")
        );
        let attribute = pair().with_attribute("a", 1.0).with_attribute("a", 2.0);
        assert!(
            matches!(attribute.validate(), Err(StoreError::Duplicate { name, .. }) if name == "a")
        );
        for name in ["", ".", "a/b", "a\0"] {
            let group = Group::new("g").with_variable(Variable::new(name, &[], vec![0.0]));
            assert!(matches!(group.validate(), Err(StoreError::InvalidName { .. })), "{name:?}");
        }
        for name in ["", "/", "/a", "a//b"] {
            assert!(
                matches!(Group::new(name).validate(), Err(StoreError::InvalidName { .. })),
                "{name:?}"
            );
        }
    }

    #[test]
    fn the_name_of_a_dimension_is_for_its_coordinate() {
        let group = Group::new("g").with_dimension("a", 1).with_dimension("b", 1);
        let group = group.with_variable(Variable::new("a", &["b"], vec![0.0]));
        assert!(
            matches!(group.validate(), Err(StoreError::NotACoordinate { variable, .. }) if variable == "a")
        );
    }

    #[test]
    fn texts_have_no_zero_byte() {
        let value = Group::new("g").with_variable(Variable::new("label", &[], vec!["a\0b"]));
        let units =
            Group::new("g").with_variable(Variable::new("label", &[], vec![0.0]).with_units("m\0"));
        let attribute = Group::new("g").with_attribute("label", "\0");
        for group in [value, units, attribute] {
            assert!(
                matches!(group.validate(), Err(StoreError::ZeroByte { item }) if item == "label")
            );
        }
    }
}
