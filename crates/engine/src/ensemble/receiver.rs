//! Who takes in what an ensemble simulates.

use crate::trajectory::Trajectory;

/// Takes in trajectories, replicate by replicate in their order, on one thread.
pub trait Receiver {
    /// Why something could not be taken in.
    type Error: Send;

    /// Takes in a replicate, or a part of one: parts come in their order, and what a part begins with is in [`Trajectory::before`]. `is_last` says that the
    /// replicate is complete with it; where none is the last, the replicate was interrupted.
    ///
    /// # Errors
    /// As the receiver says; nothing more is simulated then.
    fn take(&mut self, part: Trajectory, is_last: bool) -> Result<(), Self::Error>;

    /// Bytes of a replicate that are gathered before a part is handed over; all of it, unless it says otherwise.
    fn part(&self) -> usize {
        usize::MAX
    }

    /// Asked now and then: whether what there is of the replicate whose turn it is should be handed over now, even if it is less.
    fn wants_part(&mut self) -> bool {
        false
    }

    /// Asked now and then: whether it is time to keep a checkpoint.
    fn wants_checkpoint(&mut self) -> bool {
        false
    }

    /// Whether checkpoints are to hold the states of replicates that are under way; without them these begin again.
    fn keeps_states(&self) -> bool {
        true
    }

    /// Keeps a checkpoint, from which [`Ensemble::go_on`](super::Ensemble::go_on) goes on. Of what was taken in before, some is handed over once more
    /// then, with the same values (but for the counts of single neurons in a replicate that was interrupted, which are complete then). Called when it was wanted, and after an interruption.
    ///
    /// # Errors
    /// As [`Receiver::take`].
    fn keep(&mut self, checkpoint: &[u8]) -> Result<(), Self::Error> {
        let _ = checkpoint;
        Ok(())
    }
}

/// A receiver of whole replicates that keeps no checkpoints.
pub(super) struct Whole<F>(pub F);

impl<E: Send, F: FnMut(Trajectory) -> Result<(), E>> Receiver for Whole<F> {
    type Error = E;

    fn take(&mut self, part: Trajectory, _: bool) -> Result<(), E> {
        self.0(part)
    }

    fn keeps_states(&self) -> bool {
        false
    }
}
