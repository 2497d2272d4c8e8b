//! Arrays of any length in checkpoints, as lists: serde itself stops at 32.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An array, in place or in a box, or a list of them.
pub trait Array: Sized {
    /// Of what.
    type Item;

    /// Its items.
    fn items(&self) -> &[Self::Item];

    /// From as many items; none from another number.
    fn from_items(items: Vec<Self::Item>) -> Option<Self>;
}

impl<T, const N: usize> Array for Box<[T; N]> {
    type Item = T;

    fn items(&self) -> &[T] {
        self.as_slice()
    }

    fn from_items(items: Vec<T>) -> Option<Self> {
        items.into_boxed_slice().try_into().ok()
    }
}

impl<T, const N: usize> Array for [T; N] {
    type Item = T;

    fn items(&self) -> &[T] {
        self
    }

    fn from_items(items: Vec<T>) -> Option<Self> {
        items.try_into().ok()
    }
}

impl<T: Copy, const N: usize> Array for Vec<[T; N]> {
    type Item = T;

    fn items(&self) -> &[T] {
        self.as_flattened()
    }

    fn from_items(items: Vec<T>) -> Option<Self> {
        let (rows, rest) = items.as_chunks();
        rest.is_empty().then(|| rows.to_vec())
    }
}

/// For `#[serde(with = "arrays")]`.
pub fn serialize<A: Array<Item: Serialize>, S: Serializer>(
    array: &A,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    array.items().serialize(serializer)
}

/// For `#[serde(with = "arrays")]`.
pub fn deserialize<'de, A: Array<Item: Deserialize<'de>>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<A, D::Error> {
    let items = Vec::deserialize(deserializer)?;
    let count = items.len();
    A::from_items(items).ok_or_else(|| D::Error::custom(format!("an array of {count} items")))
}
