//! A replicate that all ranks simulate together: rank 0 leads, and the others follow it from look to look.
//!
//! What each rank does between two looks is settled by the method (`leap`); rank 0 alone knows of signals, checkpoints and receivers, and tells the others what that
//! means for them.

use equipoise_model::Method as Chosen;
use serde::{Deserialize, Serialize};

use super::exchange::Watch;
use super::{EngineError, Ensemble};
use crate::headway::{Headway, Reporter};
use crate::leap::Team;
use crate::method::{Method, Run};
use crate::ranks::{Ranks, packed, unpacked, wait};
use crate::record::Recorder;

/// What rank 0 tells all others.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Word {
    /// To begin a replicate, or to go on with it from this state.
    Begin(u64, Option<Vec<u8>>),
    /// To go on until the next look.
    GoOn,
    /// To bring the state together, and wait for the next word.
    Keep,
    /// To leave the replicate.
    Halt,
    /// That there is no more to do.
    Dismiss,
}

/// Tells all other ranks.
pub(super) fn tell(ranks: &dyn Ranks, word: &Word) {
    let bytes = packed(word);
    for rank in 1..ranks.size() {
        ranks.send(rank, &bytes);
    }
}

/// Follows rank 0 through a replicate.
struct Follow<'a>(&'a dyn Ranks);

impl Watch for Follow<'_> {
    fn look<M: Method + Serialize, const JUMPS: bool>(
        &self,
        run: &Run<M>,
        _: &mut Reporter<'_, Recorder<'_, JUMPS>>,
    ) -> bool {
        loop {
            match unpacked(&self.0.receive(0)) {
                Word::Keep => {
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
    /// Whether all ranks simulate one replicate at a time.
    pub(super) fn is_together(&self) -> bool {
        self.ranks.size() > 1 && matches!(self.method, Chosen::Leap(_)) && self.takes_all_cores()
    }

    /// The ranks among which the neurons of a network are divided.
    pub(super) fn team(&self) -> Team<'_> {
        if self.is_together() { Team(self.ranks) } else { Team::default() }
    }

    /// Simulates a part of each replicate that rank 0 begins.
    pub(super) fn follow(&self) -> Result<(), EngineError> {
        let pool = self.pool()?;
        pool.install(|| {
            loop {
                // It may be long until rank 0 has read and written its files.
                match unpacked(&wait(self.ranks, 0)) {
                    Word::Begin(number, state) => {
                        let (state, watch) = (state.as_deref(), Follow(self.ranks));
                        // What is wrong with a state is wrong on rank 0, too, which says so.
                        let _ = self.replicate_watched(number, &Headway::default(), &watch, state);
                    }
                    Word::Dismiss => return Ok(()),
                    word => unreachable!("rank 0 has begun no replicate and says {word:?}"),
                }
            }
        })
    }
}
