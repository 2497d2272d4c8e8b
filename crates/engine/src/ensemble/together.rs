//! A replicate that all ranks simulate together: rank 0 leads, and the others follow it from look to look.
//!
//! What each rank does between two looks is settled by the method (`leap`); rank 0 alone knows of checkpoints and receivers, and tells the others what that
//! means for them. At each look it hears whether one of them was told from outside to stop.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use equipoise_model::Method as Chosen;
use serde::{Deserialize, Serialize};

use super::exchange::Watch;
use super::{EngineError, Ensemble};
use crate::headway::{Headway, Reporter};
use crate::method::{Method, Run};
use crate::record::Recorder;
use crate::shelf::Shelf;
use crate::team::{TOGETHER_FROM, Team, neurons_of};

/// What rank 0 tells all others.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum Word {
    /// To begin a replicate, or to go on with it from the state that rank 0 sends then.
    Begin(u64, bool),
    /// To go on until the next look.
    GoOn,
    /// To bring the state together, and wait for the next word.
    Keep,
    /// To leave the replicate.
    Halt,
    /// That there is no more to do.
    Dismiss,
}

/// The other ranks, as rank 0 leads them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Followers<'a>(Team<'a>);

impl Followers<'_> {
    /// Tells them what is next.
    pub fn tell(self, word: Word) {
        self.0.tell(Some(word));
    }

    /// Whether one of them was told to stop, asked at each look.
    pub fn are_interrupted(self) -> bool {
        self.0.bring(false, |one, other| one || other).expect("it is on rank 0")
    }
}

/// Follows rank 0 through a replicate.
struct Follow<'a> {
    team: Team<'a>,
    shelf: Option<&'a dyn Shelf>,
    interrupted: &'a AtomicBool,
}

impl Watch for Follow<'_> {
    fn look<M: Method + Serialize, const JUMPS: bool>(
        &self,
        run: &Run<M>,
        reporter: &mut Reporter<'_, Recorder<'_, JUMPS>>,
    ) -> bool {
        // Rank 0 hands it over.
        drop(reporter.recorder.take_part());
        let interrupted = self.interrupted.load(Ordering::Relaxed);
        let nothing = self.team.bring(interrupted, |one, other| one || other);
        debug_assert!(nothing.is_none(), "it is on rank 0");
        loop {
            match self.team.tell(None) {
                Word::Keep => {
                    self.shelf.iter().for_each(|shelf| shelf.settle());
                    let nothing = run.gather();
                    debug_assert!(nothing.is_none(), "it is on rank 0");
                }
                Word::GoOn => return false,
                Word::Halt => return true,
                word => unreachable!("rank 0 is in the midst of a replicate and says {word:?}"),
            }
        }
    }
}

impl Ensemble<'_> {
    /// Whether ranks, if there are several, simulate one network at a time, each some of its neurons.
    pub fn is_large(&self) -> bool {
        matches!(self.method, Chosen::Leap(_)) && self.network.neuron_count() >= TOGETHER_FROM
    }

    /// Whether all ranks simulate one replicate at a time.
    pub(super) fn is_together(&self) -> bool {
        self.ranks.size() > 1 && self.is_large()
    }

    /// The neurons of each population that are on this one of so many ranks, where they share a network.
    pub fn neurons_of(&self, rank: usize, ranks: usize) -> Vec<Range<usize>> {
        let counts = self.network.populations.iter().map(|population| population.count);
        counts.map(|count| neurons_of(rank, ranks, count)).collect()
    }

    /// The ranks among which the neurons of a network are divided.
    pub(super) fn team(&self) -> Team<'_> {
        if self.is_together() { Team(self.ranks) } else { Team::default() }
    }

    /// The ranks that follow rank 0, if they do.
    pub(super) fn followers(&self) -> Option<Followers<'_>> {
        self.is_together().then_some(Followers(Team(self.ranks)))
    }

    /// Tells the ranks that follow that there is no more to do.
    pub(super) fn dismiss(&self) {
        if let Some(followers) = self.followers() {
            followers.tell(Word::Dismiss);
        }
        self.close_shelf();
    }

    /// Returns on rank 0 when all ranks have closed theirs.
    fn close_shelf(&self) {
        if let Some(shelf) = self.shelf {
            shelf.close();
            self.team().wait_for_all();
        }
    }

    /// Simulates a part of each replicate that rank 0 begins.
    pub(super) fn follow(&self, interrupted: &AtomicBool) -> Result<(), EngineError> {
        let (pool, team) = (self.pool()?, self.team());
        pool.install(|| {
            loop {
                // It may be long until rank 0 has read and written its files.
                match team.listen() {
                    Word::Begin(number, is_kept) => {
                        let state = is_kept.then(|| self.ranks.receive(0));
                        let watch = Follow { team, shelf: self.shelf, interrupted };
                        // What is wrong with a state is wrong on rank 0, too, which says so.
                        let headway = Headway::default();
                        let _ = self.replicate_watched(number, &headway, &watch, state.as_deref());
                    }
                    Word::Dismiss => {
                        self.close_shelf();
                        return Ok(());
                    }
                    word => unreachable!("rank 0 has begun no replicate and says {word:?}"),
                }
            }
        })
    }
}
