//! One replicate, from its beginning or from where it was kept.

use equipoise_model::{Method as Chosen, Transmission};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::headway::{Headway, Reporter};
use crate::leap::Leap;
use crate::method::{Method, OneByOne, Outcome, Run};
use crate::ranks::packed;
use crate::record::{self, Recorded, Recorder};
use crate::spike_driven::SpikeDriven;
use crate::target_driven::TargetDriven;
use crate::thinning::Thinning;
use crate::trajectory::Trajectory;
use crate::windowed::Windowed;

use super::exchange::Watch;
use super::{EngineError, Ensemble};

/// See the [module](self).
pub(super) struct Replicate<'a, W> {
    pub ensemble: &'a Ensemble<'a>,
    pub number: u64,
    pub headway: &'a Headway,
    pub watch: &'a W,
    /// Its state, as it was kept.
    pub state: Option<&'a [u8]>,
}

impl<W: Watch> Replicate<'_, W> {
    /// Simulates it by the method of the ensemble, until it is complete or to halt.
    pub fn record<const JUMPS: bool>(&self) -> Result<(Trajectory, Outcome), EngineError> {
        let Ensemble { network, seed, method, .. } = *self.ensemble;
        let number = self.number;
        if let Chosen::Leap(leaps) = method {
            let team = self.ensemble.team();
            self.simulate::<_, JUMPS>(|| Leap::on(team, network, leaps, (seed, number)))
        } else if method == Chosen::Thinning {
            self.simulate::<_, JUMPS>(|| OneByOne::new(Thinning::new(network), seed, number))
        } else if self.ensemble.is_windowed() {
            self.simulate::<_, JUMPS>(|| Windowed::new(network, seed, number))
        } else if network.transmission == Transmission::Independent {
            self.simulate::<_, JUMPS>(|| TargetDriven::new(network, seed, number))
        } else {
            self.simulate::<_, JUMPS>(|| SpikeDriven::new(network, seed, number))
        }
    }

    fn simulate<M: Method + Serialize + DeserializeOwned, const JUMPS: bool>(
        &self,
        method: impl FnOnce() -> M,
    ) -> Result<(Trajectory, Outcome), EngineError> {
        let Ensemble { network, times: samples, recording, seed, .. } = self.ensemble;
        let stream = (*seed, self.number);
        let (mut run, recorded): (Run<M>, Recorded) = if let Some(state) = self.state {
            let kept = postcard::from_bytes(state).map_err(|_| EngineError::Checkpoint);
            let (run, recorded) = self.deal(kept)?;
            (run.join(&method()), recorded)
        } else {
            let nothing = Recorded::nothing(network, stream, recording);
            (Run::begin(network, method(), stream), nothing)
        };
        let recorder = Recorder::<JUMPS>::going_on(network, samples, recording, recorded);
        let recorder = recorder.over(self.ensemble.team(), self.ensemble.shelf);
        let end = samples.last().copied().unwrap_or(0.0);
        let mut reporter = Reporter::new(recorder, self.headway, (end, run.jumps()));
        let times = record::times(samples, recording);
        let outcome = run
            .go_on(network, &times, &mut reporter, |run, reporter| self.watch.look(run, reporter));
        if let Some(shelf) = self.ensemble.shelf {
            // A checkpoint may count on what was put by a replicate that is complete.
            shelf.settle();
            self.ensemble.team().wait_for_all();
        }
        Ok((reporter.recorder.into_trajectory(), outcome))
    }

    /// On rank 0 of several that share the network, sends each what it has of a whole run, or nothing where there is none, and keeps its own part. The others have theirs.
    fn deal<M: Method + Serialize>(
        &self,
        kept: Result<(Run<M>, Recorded), EngineError>,
    ) -> Result<(Run<M>, Recorded), EngineError> {
        let (team, ranks) = (self.ensemble.team(), self.ensemble.ranks);
        if team.is_single() || ranks.rank() > 0 {
            return kept;
        }
        for rank in 1..ranks.size() {
            let part = |(run, recorded): &(Run<M>, Recorded)| {
                let part = run.part((team, rank)).expect("what ranks share has parts");
                packed(&(part, recorded.elsewhere(self.ensemble.network)))
            };
            ranks.send(rank, &kept.as_ref().map_or(Vec::new(), part));
        }
        kept.map(|(run, recorded)| (run.part((team, 0)).unwrap_or(run), recorded))
    }
}
