//! Sums over neighbours, by the tree that all of them make: what is summed by one depends on the tree alone, and not on who holds which of them.

use serde::{Deserialize, Serialize};

/// The sum of `2^level` neighbours, of which the first has a number that is a multiple of `2^level`.
#[derive(Debug, Serialize, Deserialize)]
struct Branch<T> {
    first: usize,
    level: u32,
    sum: T,
}

/// Some neighbours, in as few branches as there may be: twice the logarithm of their number at most.
#[derive(Debug, Serialize, Deserialize)]
pub struct Branches<T>(Vec<Branch<T>>);

impl<T> Branches<T> {
    /// Of neighbours of which the first has this number.
    pub fn from_first(first: usize, parts: Vec<T>, and: impl Fn(T, T) -> T) -> Self {
        let mut branches = Self(Vec::new());
        for (first, sum) in (first..).zip(parts) {
            branches.add(Branch { first, level: 0, sum }, &and);
        }
        branches
    }

    /// These and those after them.
    pub fn followed_by(mut self, after: Self, and: impl Fn(T, T) -> T) -> Self {
        for branch in after.0 {
            self.add(branch, &and);
        }
        self
    }

    /// Adds the branch after these; two that make a whole one become that.
    fn add(&mut self, mut last: Branch<T>, and: impl Fn(T, T) -> T) {
        let is_half = |before: &Branch<T>, last: &Branch<T>| {
            before.level == last.level && (before.first >> before.level).is_multiple_of(2)
        };
        while let Some(before) = self.0.pop_if(|before| is_half(before, &last)) {
            let Branch { first, level, sum } = before;
            last = Branch { first, level: level + 1, sum: and(sum, last.sum) };
        }
        self.0.push(last);
    }

    /// The sum of all, the smallest branches first; none of nothing.
    pub fn sum(self, and: impl Fn(T, T) -> T) -> Option<T> {
        let sums = self.0.into_iter().map(|branch| branch.sum);
        sums.rev().reduce(|after, before| and(before, after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is added to what, as text.
    fn and(before: String, after: String) -> String {
        format!("({})", [before, after].join("+"))
    }

    fn branches(numbers: std::ops::Range<usize>) -> Branches<String> {
        let parts = numbers.clone().map(|number| number.to_string()).collect();
        Branches::from_first(numbers.start, parts, and)
    }

    #[test]
    fn a_sum_does_not_depend_on_who_holds_which_part() {
        assert_eq!(branches(0..7).sum(and).unwrap(), "(((0+1)+(2+3))+((4+5)+6))");
        for count in 1..40 {
            let whole = branches(0..count).sum(and);
            for (one, other) in (0..=count).flat_map(|one| (one..=count).map(move |x| (one, x))) {
                let [first, second, third] = [0..one, one..other, other..count].map(branches);
                let in_order = first.followed_by(second, and).followed_by(third, and);
                assert_eq!(in_order.sum(and), whole, "{count} in parts at {one} and {other}");
                let [first, second, third] = [0..one, one..other, other..count].map(branches);
                let last_first = first.followed_by(second.followed_by(third, and), and);
                assert_eq!(last_first.sum(and), whole, "{count} in parts at {one} and {other}");
            }
        }
        assert!(branches(3..3).sum(and).is_none());
    }

    #[test]
    fn branches_are_few() {
        let chunks = Branches::from_first(1, vec![1_u64; 1 << 20], |a, b| a + b);
        assert!(chunks.0.len() <= 40, "{}", chunks.0.len());
        assert_eq!(chunks.sum(|a, b| a + b), Some(1 << 20));
    }
}
