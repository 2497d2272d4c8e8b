//! The neurons of a population in groups of about the same potentiation.
//!
//! Under shared spikes the deviations `y` of neurons differ by what they were at the start and by their own spikes alone, so a neuron stays
//! where it is for long, and bounds of the intensity for a few neurons of about the same `y` are close. Bounds hold for a
//! group as long as the deviations of its neurons are within its interval; one that leaves it has the interval widened.

use equipoise_model::{Gain, GainFunction};
use serde::{Deserialize, Serialize};

use crate::state::NetworkState;
use crate::vector::{InstructionSet, ask_for};

use super::extremes::{Extremes, Scan};

/// Most groups of a population.
const MOST: usize = 128;
/// Least room in widths of a group, for neurons that do not jump by their own spikes.
const LEAST_ROOM: f64 = 1e-6;
/// Neurons are grouped anew when their jumps are so many times less than the width of a group, on average.
const PART_OF_WIDTH: f64 = 16.0;
/// Neurons ahead whose deviations are asked for while they are put in order.
const AHEAD: usize = 32;
/// Intervals of the ladder in a group.
const RUNGS: usize = 8;
/// Groups beyond the extremes that the ladder covers.
const BEYOND: usize = 16;

/// What decides the cost of the method, and not the law.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Grouping {
    /// Neurons of a group on average, at least.
    pub neurons: usize,
    /// Least width of a group in jumps by which its neurons come to differ.
    pub width: f64,
    /// Room in its interval beyond that, in the same jumps.
    pub room: f64,
    /// How many candidates ahead deviations are asked for, at most 32.
    pub ahead: usize,
}

impl Grouping {
    /// For a network of this many neurons.
    pub fn of(neurons: usize) -> Self {
        // What the near cache holds need not be asked for.
        let ahead = if neurons > 1 << 15 { 32 } else { 0 };
        Self { neurons: 64, width: 8.0, room: 4.0, ahead }
    }
}

/// See the [module](self).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Groups {
    grouping: Grouping,
    /// Most groups.
    most: usize,
    /// The neurons of each group.
    members: Vec<Group>,
    /// The interval of each group.
    intervals: Vec<Extremes>,
    /// Bounds of the intensities of each group.
    pub bounds: Vec<Bounds>,
    ladder: Ladder,
}

/// Neurons that follow each other in the order of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Group {
    pub first: u32,
    pub count: u32,
}

/// Bounds of the intensity of each neuron of a group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Bounds {
    pub floor: f64,
    pub ceiling: f64,
}

impl Bounds {
    pub const SILENT: Self = Self { floor: 0.0, ceiling: 0.0 };
}

impl Groups {
    /// Of so many neurons, in several groups if they `stay` where they are.
    pub fn new(neurons: usize, stay: bool, grouping: Grouping) -> Self {
        let count = u32::try_from(neurons).expect("no more neurons than fit in memory");
        Self {
            grouping,
            most: if stay { (neurons / grouping.neurons.max(1)).clamp(1, MOST) } else { 1 },
            members: vec![Group { first: 0, count }],
            intervals: vec![Extremes::NONE],
            bounds: vec![Bounds::SILENT],
            ladder: Ladder::default(),
        }
    }

    /// Groups the neurons of a population anew, whose deviations jumps change by `jump`, where `z = offset + scale y`: puts them in
    /// places such that those of a group follow each other.
    pub fn sort(
        &mut self,
        (state, population): (&mut NetworkState, usize),
        jump: f64,
        (offset, scale, gain): (f64, f64, &Gain),
        instructions: InstructionSet,
    ) {
        let neurons = state.deviations(population);
        let Extremes { lowest, highest } = instructions.run(Scan(neurons));
        let extent = highest - lowest;
        // Of what neurons jump by, and of what the gain tells apart.
        let width = (self.grouping.width * jump).max(extent / self.most as f64);
        // What is no number, or too small for its inverse to be one, is 0.
        let count = if width >= f64::MIN_POSITIVE { (extent / width) as usize } else { 0 };
        let count = count.min(self.most);
        let room = self.grouping.room * jump;
        self.bounds.clear();
        self.intervals.clear();
        self.members.clear();
        if count <= 1 || !extent.is_finite() {
            self.bounds.push(Bounds::SILENT);
            self.members.push(Group { first: 0, count: neurons.len() as u32 });
            self.intervals.push(Extremes { lowest, highest }.widened(room));
            self.ladder.clear();
            return;
        }
        self.bounds.resize(count, Bounds::SILENT);
        let width = extent / count as f64;
        let room = room.max(LEAST_ROOM * width);
        let edge = |group: usize| lowest + group as f64 * width;
        let interval = |g| Extremes { lowest: edge(g), highest: edge(g + 1) }.widened(room);
        self.intervals.extend((0..count).map(interval));
        let (inverse, last) = (1.0 / width, count as u32 - 1);
        let group = |y: f64| (((y - lowest) * inverse) as u32).min(last) as usize;
        self.put_in_order(state.places(population), count, group);
        let rung = scale * width / RUNGS as f64;
        let bottom = offset + scale * lowest - (BEYOND * RUNGS) as f64 * rung;
        self.ladder.set(gain, bottom, rung, (count + 2 * BEYOND) * RUNGS);
    }

    /// Counts the neurons of each group, then puts each where it belongs by exchanging it with one that is there, as in the American flag sort:
    /// `McIlroy`, Bostic & `McIlroy` (1993), Computing Systems 6, 5-27.
    fn put_in_order(
        &mut self,
        (deviations, neurons): (&mut [f64], &mut [u32]),
        count: usize,
        group: impl Fn(f64) -> usize,
    ) {
        let mut counts = [0_u32; MOST];
        for y in &*deviations {
            counts[group(*y)] += 1;
        }
        let mut next = [0; MOST];
        let mut end = 0;
        for (next, count) in next.iter_mut().zip(counts).take(count) {
            self.members.push(Group { first: end, count });
            *next = end as usize;
            end += count;
        }
        let mut left = true;
        while left {
            left = false;
            // One of each group in turn, so that none waits for what another brings.
            for (number, Group { first, count }) in self.members.iter().enumerate() {
                let place = next[number];
                if place == (first + count) as usize {
                    continue;
                }
                left = true;
                let other = group(deviations[place]);
                deviations.swap(place, next[other]);
                neurons.swap(place, next[other]);
                next[other] += 1;
                // Processors do not see that so many groups are filled in order.
                ask_for(deviations, next[other] + AHEAD);
                ask_for(neurons, next[other] + AHEAD);
            }
        }
    }

    /// After how many jumps of each neuron, on average, they are better grouped anew.
    pub fn patience(&self, jump: f64) -> f64 {
        let Extremes { lowest, highest } = self.intervals[0];
        let several = self.members.len() > 1;
        if several { (highest - lowest) / (PART_OF_WIDTH * jump) } else { 1.0 }
    }

    /// Groups with their bounds.
    pub fn bounded(&self) -> impl Iterator<Item = (Group, &Bounds)> {
        self.members.iter().copied().zip(&self.bounds)
    }

    /// Whether the deviation of a neuron is in the interval of its group; if not, the interval is widened, with room for more jumps like
    /// this one.
    #[inline]
    pub fn keep(&mut self, group: usize, deviation: f64, jump: f64) -> bool {
        let kept = self.intervals[group].holds(deviation);
        if !kept {
            self.widen(group, Extremes { lowest: deviation, highest: deviation }, jump);
        }
        kept
    }

    /// The same for all that lie between these extremes, where there is but one group.
    pub fn keep_all(&mut self, reached: Extremes, jump: f64) -> bool {
        let interval = self.intervals[0];
        let kept = interval.lowest <= reached.lowest && reached.highest <= interval.highest;
        if !kept {
            self.widen(0, reached, jump);
        }
        kept
    }

    #[cold]
    fn widen(&mut self, group: usize, reached: Extremes, jump: f64) {
        let Extremes { lowest, highest } = reached.widened(self.grouping.room * jump.abs());
        self.intervals[group].include(lowest);
        self.intervals[group].include(highest);
    }

    /// Bounds of all intensities, divided by `probability`, of neurons that stay in their intervals, where `reach` says how low and how high potentiations
    /// come.
    pub fn bound(
        &mut self,
        gain: &Gain,
        inverse_probability: f64,
        reach: impl Fn(Extremes) -> (f64, f64),
    ) {
        for (bounds, interval) in self.bounds.iter_mut().zip(&self.intervals) {
            let (low, high) = reach(*interval);
            *bounds = Bounds {
                floor: self.ladder.below(gain, low) * inverse_probability,
                ceiling: self.ladder.above(gain, high) * inverse_probability,
            };
        }
    }

    /// `sum lambda` and `sum lambda'`, about: of neurons in the middle of their groups' intervals.
    pub fn intensity_and_derivative(&self, gain: &Gain, offset: f64, scale: f64) -> (f64, f64) {
        let (mut sum, mut derivatives) = (0.0, 0.0);
        for (group, interval) in self.members.iter().zip(&self.intervals) {
            let middle = 0.5 * (interval.lowest + interval.highest);
            let (value, derivative) = gain.intensity_and_derivative(offset + scale * middle);
            let neurons = f64::from(group.count);
            sum += neurons * value;
            derivatives += neurons * derivative;
        }
        (sum, derivatives)
    }
}

/// A gain at equal distances; as it never falls, its values at the next ones below and above bound it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Ladder {
    bottom: f64,
    inverse: f64,
    values: Vec<f64>,
}

impl Ladder {
    fn clear(&mut self) {
        self.values.clear();
    }

    fn set(&mut self, gain: &Gain, bottom: f64, rung: f64, count: usize) {
        (self.bottom, self.inverse) = (bottom, 1.0 / rung);
        self.values.clear();
        self.values.extend((0..=count).map(|i| gain.intensity(bottom + rung * i as f64)));
    }

    /// Not above the gain at `z`; beyond its ends the gain itself.
    #[inline]
    fn below(&self, gain: &Gain, z: f64) -> f64 {
        let at = (z - self.bottom) * self.inverse;
        match self.values.get(at as usize) {
            Some(value) if at >= 0.0 => *value,
            _ => gain.intensity(z),
        }
    }

    /// Not below the gain at `z`; beyond its ends the gain itself.
    #[inline]
    fn above(&self, gain: &Gain, z: f64) -> f64 {
        let at = (z - self.bottom) * self.inverse;
        match self.values.get((at as usize).saturating_add(1)) {
            Some(value) if at >= 0.0 => *value,
            _ => gain.intensity(z),
        }
    }
}
