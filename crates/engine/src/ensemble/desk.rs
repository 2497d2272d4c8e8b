//! The thread that receives: brings replicates into their order, and puts checkpoints together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::trajectory::Trajectory;

use super::exchange::{Exchange, Message};
use super::receiver::Receiver;
use super::{EngineError, RunError};

/// How long nothing may come before it is asked whether a checkpoint is wanted.
const PATIENCE: Duration = Duration::from_millis(100);

/// An ensemble under way.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Checkpoint {
    /// All replicates before this one have been received.
    pub received: u64,
    /// Those that are complete and wait for one before them.
    pub waiting: BTreeMap<u64, Trajectory>,
    /// The states of others that were under way.
    pub states: BTreeMap<u64, Vec<u8>>,
}

/// The same, to be written.
#[derive(Serialize)]
struct Kept<'a> {
    received: u64,
    waiting: BTreeMap<u64, &'a Trajectory>,
    states: BTreeMap<u64, &'a [u8]>,
}

impl Checkpoint {
    /// Of an ensemble of which so many replicates have been received, and nothing else is known.
    pub fn at(received: u64) -> Self {
        Self { received, ..Self::default() }
    }

    pub fn read(bytes: &[u8]) -> Result<Self, EngineError> {
        postcard::from_bytes(bytes).map_err(|_| EngineError::Checkpoint)
    }
}

/// See the [module](self).
pub(super) struct Desk<'a, R> {
    exchange: &'a Exchange<'a>,
    receiver: &'a mut R,
    /// Replicates received whole.
    pub complete: u64,
    /// Replicates whose turn has not come, complete or not.
    waiting: BTreeMap<u64, (Trajectory, bool)>,
    underway: BTreeSet<u64>,
    states: BTreeMap<u64, Vec<u8>>,
    /// States in the checkpoint that the ensemble goes on from, of replicates that have told no newer one.
    kept: BTreeMap<u64, &'a [u8]>,
    /// Whose states are missing for the checkpoint that is wanted.
    missing: Option<BTreeSet<u64>>,
}

impl<'a, R: Receiver> Desk<'a, R> {
    /// Goes on from a checkpoint.
    pub fn new(exchange: &'a Exchange<'a>, receiver: &'a mut R, from: &'a Checkpoint) -> Self {
        let waiting = from.waiting.iter().map(|(number, whole)| (*number, (whole.clone(), true)));
        let kept = from.states.iter().map(|(number, state)| (*number, state.as_slice()));
        Self {
            exchange,
            receiver,
            complete: from.received,
            waiting: waiting.collect(),
            underway: BTreeSet::new(),
            states: BTreeMap::new(),
            kept: kept.collect(),
            missing: None,
        }
    }

    /// Receives until all threads have ended.
    pub fn receive(
        &mut self,
        messages: &mpsc::Receiver<Message>,
    ) -> Result<(), RunError<R::Error>> {
        loop {
            match messages.recv_timeout(PATIENCE) {
                Ok(message) => self.take(message)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.see_to_wishes()?;
        }
        if self.exchange.is_over() {
            self.keep()?;
        }
        // After an interruption there are gaps.
        for (part, is_last) in std::mem::take(&mut self.waiting).into_values() {
            self.hand_over(part, is_last)?;
        }
        Ok(())
    }

    fn take(&mut self, message: Message) -> Result<(), RunError<R::Error>> {
        match message {
            Message::Begun(replicate) => {
                self.underway.insert(replicate);
            }
            Message::State(replicate, state) => {
                self.kept.remove(&replicate);
                self.states.insert(replicate, state);
                self.found(replicate);
            }
            Message::Ended(replicate) => {
                self.underway.remove(&replicate);
                self.found(replicate);
            }
            Message::Part(part, is_last) => return self.sort(*part, is_last),
            Message::Failed(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn found(&mut self, replicate: u64) {
        if let Some(missing) = &mut self.missing {
            missing.remove(&replicate);
        }
    }

    /// Hands a part over if its turn has come, and what waited for it.
    fn sort(&mut self, part: Trajectory, is_last: bool) -> Result<(), RunError<R::Error>> {
        let (bytes, replicate) = (part.bytes(), part.replicate);
        self.exchange.travelling.fetch_sub(bytes, Ordering::Relaxed);
        if is_last {
            self.states.remove(&replicate);
            self.kept.remove(&replicate);
        }
        if replicate != self.head() {
            self.exchange.waiting.fetch_add(bytes, Ordering::Relaxed);
            self.waiting.insert(replicate, (part, is_last));
            return Ok(());
        }
        self.hand_over(part, is_last)?;
        self.hand_over_next()
    }

    /// Hands over what has waited for its turn.
    pub fn hand_over_next(&mut self) -> Result<(), RunError<R::Error>> {
        while let Some((part, is_last)) = self.waiting.remove(&self.head()) {
            self.exchange.waiting.fetch_sub(part.bytes(), Ordering::Relaxed);
            self.hand_over(part, is_last)?;
        }
        Ok(())
    }

    fn hand_over(&mut self, part: Trajectory, is_last: bool) -> Result<(), RunError<R::Error>> {
        if is_last {
            self.complete += 1;
            if part.replicate == self.head() {
                self.exchange.head.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.receiver.take(part, is_last).map_err(RunError::Receiver)
    }

    fn head(&self) -> u64 {
        self.exchange.head.load(Ordering::Relaxed)
    }

    fn see_to_wishes(&mut self) -> Result<(), RunError<R::Error>> {
        if self.receiver.wants_part() {
            self.exchange.hurry.store(true, Ordering::Relaxed);
        }
        if self.missing.is_none() && self.receiver.wants_checkpoint() {
            self.missing = Some(self.underway.clone());
            self.exchange.checkpoint.fetch_add(1, Ordering::SeqCst);
        }
        if self.missing.as_ref().is_some_and(BTreeSet::is_empty) {
            self.missing = None;
            self.keep()?;
            self.states.clear();
        }
        Ok(())
    }

    fn keep(&mut self) -> Result<(), RunError<R::Error>> {
        let whole = self.waiting.iter().filter(|(_, (_, is_last))| *is_last);
        let whole = whole.map(|(number, (part, _))| (*number, part)).collect();
        let mut states = self.kept.clone();
        states.extend(self.states.iter().map(|(number, state)| (*number, state.as_slice())));
        let kept = Kept { received: self.head(), waiting: whole, states };
        let bytes = postcard::to_stdvec(&kept).expect("memory takes all that is written");
        self.receiver.keep(&bytes).map_err(RunError::Receiver)
    }
}
