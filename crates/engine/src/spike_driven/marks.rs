//! The groups, neurons and levels of candidates, found some way ahead.
//!
//! They depend on bounds and random words alone, so in a network that the caches do not hold, the deviations of neurons are asked for before
//! their candidates are decided.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::composition::Composition;
use super::draws::{Draws, ROOM};

/// The level of a candidate that is accepted without a look at its neuron.
pub(super) const CERTAIN: f64 = -1.0;

/// See the [module](self). Candidates are counted as in [`Draws`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Marks {
    #[serde(with = "crate::arrays")]
    levels: Box<[f64; ROOM]>,
    #[serde(with = "crate::arrays")]
    channels: Box<[u32; ROOM]>,
    #[serde(with = "crate::arrays")]
    groups: Box<[u32; ROOM]>,
    #[serde(with = "crate::arrays")]
    places: Box<[u32; ROOM]>,
    /// Those before are found.
    found: usize,
}

/// Where a candidate is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub channel: usize,
    pub group: usize,
    /// Where the neuron is kept.
    pub place: usize,
}

impl Marks {
    pub fn new() -> Self {
        Self {
            levels: Box::new([0.0; ROOM]),
            channels: Box::new([0; ROOM]),
            groups: Box::new([0; ROOM]),
            places: Box::new([0; ROOM]),
            found: 0,
        }
    }

    #[inline]
    pub fn get(&self, candidate: usize) -> Mark {
        Mark {
            channel: self.channels[candidate] as usize,
            group: self.groups[candidate] as usize,
            place: self.places[candidate] as usize,
        }
    }

    /// Levels of the candidates from this one on.
    #[inline]
    pub fn levels(&self, from: usize) -> &[f64] {
        &self.levels[from..]
    }

    /// Channels of the candidates from this one on.
    #[inline]
    pub fn channels(&self, from: usize) -> &[u32] {
        &self.channels[from..]
    }

    /// Forgets all, from this candidate on.
    pub fn forget(&mut self, from: usize) {
        self.found = from;
    }

    /// Channels and places of some candidates.
    pub fn places(&self, candidates: Range<usize>) -> impl Iterator<Item = (u32, u32)> {
        let channels = &self.channels[candidates.clone()];
        channels.iter().copied().zip(self.places[candidates].iter().copied())
    }

    /// Finds the places of the candidates before `end`; returns which are new.
    pub fn find(&mut self, draws: &Draws, composition: &Composition, end: usize) -> Range<usize> {
        let found = self.found.max(end);
        let new = self.found..found;
        let words = draws.words()[new.clone()].iter();
        let fractions = draws.fractions()[new.clone()].iter();
        let levels = self.levels[new.clone()].iter_mut();
        let channels = self.channels[new.clone()].iter_mut();
        let groups = self.groups[new.clone()].iter_mut();
        let places = self.places[new.clone()].iter_mut();
        let marks = levels.zip(channels).zip(groups.zip(places));
        for ((fraction, word), ((level, channel), (group, place))) in
            fractions.zip(words).zip(marks)
        {
            let (part, own) = composition.part(*fraction);
            *level = if own < part.floor { CERTAIN } else { own };
            (*channel, *group, *place) = (part.channel, part.group, part.place(*word));
        }
        self.found = found;
        new
    }
}
