//! Who projects to whom.

use super::Network;
use crate::stream::{Purpose, stream};

/// Targets of each cell where sources are drawn at random; all-to-all needs no list.
#[derive(Debug)]
pub(super) struct Wiring {
    /// Targets in population `target` of a cell: `targets[source population][target population][cell]`.
    targets: Vec<Vec<Option<Vec<Vec<u32>>>>>,
}

impl Wiring {
    /// Sources of a cell are distinct and not itself; each set of them is as likely as any other.
    pub(super) fn draw(network: &Network, seed: u64) -> Self {
        let populations = &network.populations;
        let mut targets: Vec<Vec<Option<Vec<Vec<u32>>>>> =
            vec![vec![None; populations.len()]; populations.len()];
        let mut number = 0;
        for (target, population) in populations.iter().enumerate() {
            for (source, sources) in populations.iter().enumerate() {
                let projection = network.projections[target][source];
                let Some(in_degree) = projection.and_then(|projection| projection.in_degree) else {
                    continue;
                };
                let mut lists = vec![Vec::new(); sources.count];
                for cell in 0..population.count {
                    let mut random = stream(seed, Purpose::Wiring, number);
                    number += 1;
                    let others = sources.count - usize::from(target == source);
                    for chosen in rand::seq::index::sample(&mut random, others, in_degree) {
                        let itself_skipped =
                            chosen + usize::from(target == source && chosen >= cell);
                        lists[itself_skipped].push(cell as u32);
                    }
                }
                targets[source][target] = Some(lists);
            }
        }
        Self { targets }
    }

    /// Targets in a population of a cell, where they are a list.
    pub(super) fn targets(&self, source: usize, cell: usize, target: usize) -> Option<&[u32]> {
        self.targets[source][target].as_ref().map(|lists| lists[cell].as_slice())
    }
}
