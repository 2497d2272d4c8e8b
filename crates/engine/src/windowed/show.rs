//! The state at times within a window, and its jumps one by one where somebody watches.

use equipoise_model::Network;

use crate::jump::Jump;
use crate::observer::Observer;
use crate::state::NetworkState;

use super::Windowed;
use super::block::Record;

impl Windowed {
    /// Brings the state to a time of the window.
    pub(super) fn show(&mut self, network: &Network, state: &mut NetworkState, since: f64) {
        if since != self.shown {
            self.work_off(network, state, since, |block, window, deviations| {
                block.repeat(window, deviations, |_| ());
            });
            self.shown = since;
        }
        let tally = state.tally_mut();
        tally.copy_from_slice(&self.tally);
        let sources = network.source_count();
        for block in &self.blocks {
            let row = &mut tally[block.population * sources..][..sources];
            row.iter_mut().zip(&block.counts).for_each(|(tally, count)| *tally += count);
        }
    }

    /// Takes the state back to the start of the window, and lists its jumps.
    pub(super) fn watch(&mut self, network: &Network, state: &mut NetworkState) {
        let ending = self.ending.expect("resolved");
        self.watched.clear();
        self.seen = 0;
        let mut watched = std::mem::take(&mut self.watched);
        for index in 0..self.blocks.len() {
            let (population, first) = (self.blocks[index].population, self.blocks[index].first);
            self.repeat(network, state, index, ending.since, |record| {
                let target = record.target + first as u32;
                watched.push((population, Record { target, ..record }));
            });
            let range = first..first + self.blocks[index].origin.len();
            state.parts(population).0[range].copy_from_slice(&self.blocks[index].origin);
        }
        watched.sort_by(|x, y| x.1.since.total_cmp(&y.1.since));
        self.watched = watched;
    }

    /// Lets the listed jumps happen until a time of the window.
    pub(super) fn show_jumps<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        until: f64,
        observer: &mut O,
    ) {
        while let Some((population, record)) = self.watched.get(self.seen) {
            if record.since > until {
                return;
            }
            self.seen += 1;
            let jump = Jump {
                time: (self.start + record.since).min(self.start + until),
                source_population: usize::from(record.source),
                source_neuron: None,
                target_population: *population,
                target_neuron: record.target as usize,
            };
            state.kick(*population, record.target as usize, record.kick);
            state.count(&jump);
            observer.jump(network, state, &jump);
        }
    }
}
