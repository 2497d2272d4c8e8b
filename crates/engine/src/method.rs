//! What a simulation method does, and the loop that drives it.

use equipoise_model::Network;

use crate::jump::Jump;
use crate::observer::Observer;
use crate::state::NetworkState;
use crate::stream::{Purpose, Stream, stream};

/// A way to draw the jumps of a network one after the other.
///
/// The caller owns the state. A candidate is proposed first and decided afterwards, so that whoever
/// watches can look at the state between the two.
pub trait JumpMethod {
    /// Forgets everything carried from before; `time` is 0 or a step of a drive or external rate.
    fn restart(&mut self, network: &Network, state: &NetworkState, time: f64);

    /// Time of the next candidate, or infinity if it is certain that none comes before `horizon`.
    /// What is drawn must not depend on `horizon` otherwise.
    fn propose(
        &mut self,
        network: &Network,
        state: &NetworkState,
        horizon: f64,
        rng: &mut Stream,
    ) -> f64;

    /// Decides the candidate; if it is a jump, applies it to the state.
    fn decide(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        rng: &mut Stream,
    ) -> Option<Jump>;
}

/// How a simulation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All samples were taken.
    Complete,
    /// It was told to stop; the samples taken until then are valid.
    Interrupted,
}

/// How many candidates pass between two looks at the signal to stop.
const CANDIDATES_PER_LOOK: u32 = 4096;

/// Simulates one replicate from its initial law, observing it at `times` (rising, from 0 on).
///
/// What happens does not depend on `times` or on what the observer does: only the last time says
/// when to stop.
pub fn simulate<M: JumpMethod, O: Observer>(
    network: &Network,
    mut method: M,
    (seed, replicate): (u64, u64),
    times: &[f64],
    observer: &mut O,
    stop: impl Fn() -> bool,
) -> Outcome {
    let mut rng = stream(seed, replicate, Purpose::Jumps);
    let mut state = NetworkState::initial(network, seed, replicate);
    let mut due = times.iter().copied().peekable();
    let end = times.last().copied().unwrap_or(0.0);
    let mut piece_start = 0.0;
    let mut countdown = CANDIDATES_PER_LOOK;
    loop {
        method.restart(network, &state, piece_start);
        let step = network.next_step(piece_start).unwrap_or(f64::INFINITY);
        loop {
            let candidate = method.propose(network, &state, step.min(end), &mut rng);
            while let Some(time) = due.next_if(|time| *time < candidate.min(step)) {
                observer.sample(network, &state, time);
            }
            if due.peek().is_none() {
                return Outcome::Complete;
            }
            countdown -= 1;
            if countdown == 0 {
                countdown = CANDIDATES_PER_LOOK;
                if stop() {
                    return Outcome::Interrupted;
                }
            }
            if candidate >= step {
                break;
            }
            // Only now: samples before the candidate need the state as it was written before.
            state.refresh(candidate);
            if let Some(jump) = method.decide(network, &mut state, &mut rng) {
                observer.jump(network, &state, &jump);
            }
        }
        state.restart(network, step);
        piece_start = step;
    }
}
