//! The neurons of a population in groups by an upper bound of their intensity.
//!
//! Bounds of groups are powers of two, so a neuron is drawn with at most twice its own bound; they stop at the supremum
//! of the gain. The lowest group takes all that lies below it. A neuron whose bound is 0 is in no group.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::stream::Stream;

/// Powers of two between which the lowest group lies, far from overflow.
const LOWEST_POWERS: (i32, i32) = (-500, 500);

/// Neurons with the same bound.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Group {
    bound: f64,
    members: Vec<u32>,
}

impl Group {
    /// Sum of the bounds of its members.
    fn weight(&self) -> f64 {
        self.members.len() as f64 * self.bound
    }
}

/// Where a neuron is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    group: u32,
    /// Its place among the members.
    member: u32,
}

/// See the [module](self).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Groups {
    /// Group 0 has the bound 2 to this power, each of the others twice that of the one before it.
    lowest_power: i32,
    /// No intensity is higher.
    ceiling: f64,
    ladder: Vec<Group>,
    /// Of each neuron, if it is in a group.
    places: Vec<Option<Place>>,
    total: f64,
}

impl Groups {
    /// All neurons silent.
    pub fn new(count: usize, ceiling: f64) -> Self {
        assert!(u32::try_from(count).is_ok(), "more neurons than fit in memory");
        Self { lowest_power: 0, ceiling, ladder: Vec::new(), places: vec![None; count], total: 0.0 }
    }

    /// Sum of the bounds of all neurons: those of their groups.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// Classifies all neurons anew by `bounds`, one for each; what lies below `lowest` shares a group.
    pub fn classify(&mut self, lowest: f64, bounds: impl Iterator<Item = f64>) {
        self.lowest_power = power_above(lowest).clamp(LOWEST_POWERS.0, LOWEST_POWERS.1);
        let (power, ceiling) = (self.lowest_power, self.ceiling);
        for (index, group) in self.ladder.iter_mut().enumerate() {
            group.members.clear();
            group.bound = bound(power, index, ceiling);
        }
        for (neuron, bound) in bounds.enumerate() {
            self.places[neuron] = None;
            self.insert(neuron, self.group_of(bound));
        }
        let used = self.ladder.iter().rposition(|group| !group.members.is_empty());
        self.ladder.truncate(used.map_or(0, |last| last + 1));
        self.add_up();
    }

    /// Classifies one neuron anew.
    pub fn reclassify(&mut self, neuron: usize, bound: f64) {
        let group = self.group_of(bound);
        if group != self.places[neuron].map(|place| place.group as usize) {
            self.remove(neuron);
            self.insert(neuron, group);
            self.add_up();
        }
    }

    /// Draws a neuron in proportion to the bound of its group; returns both. One of them must not be silent.
    pub fn draw(&self, rng: &mut Stream) -> (usize, f64) {
        let mut level = rng.random::<f64>() * self.total;
        let mut drawn = None;
        // The loudest first: most candidates are theirs. Where rounding leaves a rest, it goes to the last.
        for group in self.ladder.iter().rev().filter(|group| !group.members.is_empty()) {
            drawn = Some(group);
            level -= group.weight();
            if level < 0.0 {
                break;
            }
        }
        let group = drawn.expect("a candidate has a source");
        let member = rng.random_range(0..group.members.len() as u64) as usize;
        (group.members[member] as usize, group.bound)
    }

    fn group_of(&self, bound: f64) -> Option<usize> {
        let above_lowest = || (power_above(bound) - self.lowest_power).max(0) as usize;
        (bound > 0.0).then(above_lowest)
    }

    fn insert(&mut self, neuron: usize, group: Option<usize>) {
        let Some(group) = group else { return };
        while self.ladder.len() <= group {
            let bound = bound(self.lowest_power, self.ladder.len(), self.ceiling);
            self.ladder.push(Group { bound, members: Vec::new() });
        }
        let members = &mut self.ladder[group].members;
        self.places[neuron] = Some(Place { group: group as u32, member: members.len() as u32 });
        members.push(neuron as u32);
    }

    /// Takes a neuron out of its group; the last member takes its place.
    fn remove(&mut self, neuron: usize) {
        let Some(place) = self.places[neuron].take() else { return };
        let members = &mut self.ladder[place.group as usize].members;
        members.swap_remove(place.member as usize);
        if let Some(moved) = members.get(place.member as usize) {
            self.places[*moved as usize] = Some(place);
        }
    }

    /// Takes the total anew, so that no rounding builds up. That of silence is 0, where a sum of nothing would be -0.
    fn add_up(&mut self) {
        self.total = self.ladder.iter().fold(0.0, |total, group| total + group.weight());
    }
}

/// Bound of group `index`, if the lowest has the bound 2 to this power.
fn bound(lowest_power: i32, index: usize, ceiling: f64) -> f64 {
    2.0_f64.powi(lowest_power + index as i32).min(ceiling)
}

/// The least power of two above a positive number: one more than its binary exponent.
fn power_above(number: f64) -> i32 {
    const MANTISSA_BITS: u32 = f64::MANTISSA_DIGITS - 1;
    (number.to_bits() >> MANTISSA_BITS) as i32 + f64::MIN_EXP - 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;
    use crate::stream::{Purpose, stream};

    const COUNT: usize = 12;

    /// Each neuron stands where it is said to stand, under a bound that holds and is not twice too high.
    fn assert_consistent(groups: &Groups, bounds: &[f64]) {
        let mut members = 0;
        for (index, group) in groups.ladder.iter().enumerate() {
            members += group.members.len();
            for (member, neuron) in group.members.iter().enumerate() {
                let place = Place { group: index as u32, member: member as u32 };
                assert_eq!(groups.places[*neuron as usize], Some(place));
                let own = bounds[*neuron as usize];
                assert!(own > 0.0 && own <= group.bound);
                assert!(index == 0 || 2.0 * own >= group.bound);
            }
        }
        let silent = bounds.iter().filter(|bound| **bound == 0.0).count();
        assert_eq!(members + silent, bounds.len());
        assert_eq!(groups.places.iter().filter(|place| place.is_none()).count(), silent);
        let total = groups.ladder.iter().fold(0.0, |total, group| total + group.weight());
        assert_eq!(groups.total().to_bits(), f64::to_bits(total));
    }

    fn any_bound(ceiling: f64) -> impl Strategy<Value = f64> {
        let powers = (-40.0..10.0_f64).prop_map(move |power| power.exp2().min(ceiling));
        prop_oneof![Just(0.0), Just(0.25), Just(ceiling.min(8.0)), powers]
    }

    fn any_moves() -> impl Strategy<Value = (f64, Vec<f64>, Vec<(usize, f64)>)> {
        prop_oneof![Just(3.0), Just(f64::INFINITY)].prop_flat_map(|ceiling| {
            let moves = proptest::collection::vec((0..COUNT, any_bound(ceiling)), 0..60);
            (Just(ceiling), proptest::collection::vec(any_bound(ceiling), COUNT), moves)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: RngSeed::Fixed(82),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn groups_stay_consistent((ceiling, mut bounds, moves) in any_moves(), lowest in 1e-9..1.0_f64) {
            let mut groups = Groups::new(COUNT, ceiling);
            groups.classify(1e3, std::iter::repeat_n(1.0, COUNT));
            groups.classify(lowest, bounds.iter().copied());
            assert_consistent(&groups, &bounds);
            for (neuron, bound) in moves {
                bounds[neuron] = bound;
                groups.reclassify(neuron, bound);
                assert_consistent(&groups, &bounds);
            }
        }
    }

    #[test]
    fn powers_above_are_exact_at_powers_of_two() {
        for power in -1022..1023 {
            let number = 2.0_f64.powi(power);
            assert_eq!(power_above(number), power + 1);
            assert_eq!(power_above(number.next_down().max(f64::MIN_POSITIVE)), power.max(-1021));
        }
        assert_eq!(power_above(f64::MIN_POSITIVE.next_down()), -1022);
    }

    #[test]
    fn extreme_bounds_have_groups() {
        let bounds = [0.0, 5e-324, 1e-200, 1.0, 1e200];
        for lowest in [0.0, 1e-300, 1.0, 1e300, f64::INFINITY] {
            let mut groups = Groups::new(bounds.len(), f64::INFINITY);
            groups.classify(lowest, bounds.into_iter());
            assert_consistent(&groups, &bounds);
            assert!(groups.total().is_finite());
        }
    }

    /// Neurons of one group alike, groups in proportion to size and bound; silent neurons never.
    #[test]
    fn draws_are_in_proportion_to_bounds() {
        const DRAWS: u32 = 100_000;
        let mut groups = Groups::new(5, 2.5);
        groups.classify(0.1, [0.0, 0.3, 0.4, 2.2, 0.05].into_iter());
        let expected = [0.0, 0.5, 0.5, 2.5, 0.125].map(|weight| weight / 3.625);
        let mut counts = [0; 5];
        let mut rng = stream(7, 0, Purpose::Jumps);
        for _ in 0..DRAWS {
            counts[groups.draw(&mut rng).0] += 1;
        }
        for (count, p) in counts.into_iter().zip(expected) {
            let deviation = (f64::from(DRAWS) * p * (1.0 - p)).sqrt();
            // Below 1e-5 each that a right method fails.
            assert!(
                (f64::from(count) - f64::from(DRAWS) * p).abs() <= 4.5 * deviation,
                "{counts:?}"
            );
        }
    }
}
