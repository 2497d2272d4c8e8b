//! Shared spikes that nobody watches, decided with what populations have in common at hand.
//!
//! The same as deciding them one by one in the order of the model, to the last bit, and faster: what each spike changes lies together, and counts
//! are added up at the end.

use equipoise_model::Network;
use serde::{Deserialize, Serialize};

use crate::state::NetworkState;
use crate::vector::ask_for;

use super::crowd::Crowd;
use super::draws::LOOKAHEAD;
use super::extremes::Extremes;
use super::marks::Mark;
use super::{ASKED_AT_ONCE, SpikeDriven, accepts};

/// What spikes change of all neurons of a population.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Target {
    /// `w`.
    shift: f64,
    /// Where it must be for the bounds to hold.
    within: Extremes,
}

/// What is at hand.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct InCommon {
    targets: Vec<Target>,
    /// `J_ab/sqrt(n)`, source by source.
    sizes: Vec<f64>,
    /// Spikes of each population.
    spikes: Vec<u64>,
}

impl InCommon {
    /// Of these populations.
    pub fn new(crowds: &[Crowd]) -> Self {
        let from = |source: usize| crowds.iter().map(move |crowd| crowd.sizes[source]);
        Self {
            targets: Vec::with_capacity(crowds.len()),
            sizes: (0..crowds.len()).flat_map(from).collect(),
            spikes: vec![0; crowds.len()],
        }
    }

    fn take_up(&mut self, crowds: &[Crowd], state: &NetworkState) {
        self.targets.clear();
        let target =
            |(a, crowd): (usize, &Crowd)| Target { shift: state.shift(a), within: crowd.within };
        self.targets.extend(crowds.iter().enumerate().map(target));
        self.spikes.fill(0);
    }
}

impl SpikeDriven {
    /// Decides the candidates before number `limit`, all of them shared spikes.
    pub(super) fn decide_in_common(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        limit: usize,
    ) {
        match self.crowds.len() {
            1 => self.decide_for::<1>(network, state, limit),
            2 => self.decide_for::<2>(network, state, limit),
            _ => self.decide_for::<0>(network, state, limit),
        }
    }

    /// The same for `P` populations, or any number if it is 0: loops over few are unrolled.
    fn decide_for<const P: usize>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        limit: usize,
    ) {
        self.in_common.take_up(&self.crowds, state);
        let first = self.draws.next();
        let Self { marks, segment, crowds, in_common, channels, .. } = self;
        let InCommon { targets, sizes, spikes } = in_common;
        let populations = if P == 0 { crowds.len() } else { P };
        let targets = &mut targets[..populations];
        let rows = &segment.inverse_scales[..populations];
        let mut held = true;
        let mut at = self.decided;
        while at < limit && held {
            if at.is_multiple_of(ASKED_AT_ONCE) && self.ahead > 0 {
                let from = first + at + self.ahead;
                for (source, place) in marks.places(from..from + ASKED_AT_ONCE) {
                    ask_for(state.deviations(source as usize), place as usize);
                }
            }
            let Mark { channel: source, group, place } = marks.get(first + at);
            // The remainder is itself, and says that it is within the rows.
            let i = at % LOOKAHEAD;
            at += 1;
            let deviation = state.at(source, place);
            let height = targets[source].shift + *deviation;
            let threshold = segment.thresholds[i];
            if height > threshold
                || threshold.is_nan() && {
                    let (time, level) = (segment.times[i], marks.levels(first)[i]);
                    let inverse_scale = segment.inverse_scales[source][i];
                    accepts(network, channels[source], (time, level), (height, inverse_scale), 1.0)
                }
            {
                let sizes = &sizes[source * populations..][..populations];
                for ((target, size), scales) in targets.iter_mut().zip(sizes).zip(rows) {
                    target.shift += size * scales[i];
                    held &= target.within.holds(target.shift);
                }
                let own = sizes[source] * rows[source][i];
                *deviation -= own;
                held &= crowds[source].groups.keep(group, *deviation, own);
                spikes[source] += 1;
            }
        }
        self.decided = at;
        if !held {
            self.cut_short();
        }
        for (a, target) in self.in_common.targets.iter().enumerate() {
            state.set_shift(a, target.shift);
        }
        for (source, spikes) in self.in_common.spikes.iter().enumerate() {
            state.count_common_spikes(source, *spikes);
            self.touched += *spikes as usize;
        }
    }
}
