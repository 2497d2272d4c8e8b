//! Between the threads that simulate and the one that receives.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::thread::sleep;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::headway::Reporter;
use crate::method::{Method, Outcome, Run};
use crate::ranks::packed;
use crate::record::{Recorded, Recorder};
use crate::shelf::Shelf;
use crate::trajectory::Trajectory;

use super::desk::Checkpoint;
use super::post::Answer;
use super::together::{Followers, Word};
use super::{EngineError, elsewhere};

/// Bytes that may be recorded of replicates whose turn has not come.
pub const MOST_WAITING: usize = 1 << 30;
/// Bytes that may be on their way to the receiver.
const MOST_TRAVELLING: usize = 1 << 26;
/// How long a thread waits before it looks again.
const NAP: Duration = Duration::from_millis(1);

/// What a thread tells.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Message {
    /// It has begun, or gone on with, a replicate.
    Begun(u64),
    /// What was recorded of one, and whether it is complete with it.
    Part(Box<Trajectory>, bool),
    /// A replicate as it is now, with what was recorded and not told.
    State(u64, Vec<u8>),
    /// It leaves a replicate.
    Ended(u64),
    /// A replicate cannot go on.
    Failed(#[serde(with = "elsewhere")] EngineError),
}

impl Message {
    /// Bytes of what was recorded in it.
    pub fn bytes(&self) -> usize {
        if let Self::Part(part, _) = self { part.bytes() } else { 0 }
    }
}

/// What all threads see.
#[derive(Debug)]
pub(super) struct Exchange<'a> {
    pub stop: &'a AtomicBool,
    /// Set when nobody receives any more: `stop` belongs to the caller.
    pub abandon: AtomicBool,
    /// All replicates before this one have been received.
    pub head: AtomicU64,
    /// Bytes told and not yet received.
    pub travelling: AtomicUsize,
    /// Bytes received of replicates that wait for another.
    pub waiting: AtomicUsize,
    /// Number of the checkpoint that is wanted.
    pub checkpoint: AtomicU64,
    /// Bytes of a part.
    pub part: usize,
    /// Set when a smaller part is wanted.
    pub hurry: AtomicBool,
    /// Whether states of replicates under way are wanted.
    keeps_states: bool,
    pub threads: usize,
}

impl<'a> Exchange<'a> {
    /// As it is when an ensemble goes on from a checkpoint.
    pub fn new(stop: &'a AtomicBool, from: &Checkpoint, part: usize, threads: usize) -> Self {
        let waiting = from.waiting.values().map(Trajectory::bytes).sum();
        Self {
            stop,
            abandon: AtomicBool::new(false),
            head: AtomicU64::new(from.received),
            travelling: AtomicUsize::new(0),
            waiting: AtomicUsize::new(waiting),
            checkpoint: AtomicU64::new(0),
            part,
            hurry: AtomicBool::new(false),
            keeps_states: true,
            threads,
        }
    }

    /// For a receiver that wants states in its checkpoints, or does not.
    pub fn keeping_states(self, keeps_states: bool) -> Self {
        Self { keeps_states, ..self }
    }

    pub fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.abandon.load(Ordering::Relaxed)
    }

    /// Tells the one who receives, if anybody does.
    pub fn pass_on(&self, message: Message, desk: &Sender<Message>) {
        self.travelling.fetch_add(message.bytes(), Ordering::Relaxed);
        // Nobody receives after a failure, and then nothing is lost that anybody wants.
        let _ = desk.send(message);
    }

    /// Sees what rank 0 sees; `over` is what stops this rank.
    pub fn follow(&self, answer: &Answer, over: &AtomicBool) {
        self.head.store(answer.head, Ordering::Relaxed);
        self.waiting.store(answer.waiting, Ordering::Relaxed);
        self.checkpoint.store(answer.checkpoint, Ordering::SeqCst);
        self.hurry.fetch_or(answer.hurry, Ordering::Relaxed);
        over.fetch_or(answer.is_over, Ordering::Relaxed);
    }

    /// Whether a replicate with so much recorded had better wait for others.
    fn is_ahead(&self, replicate: u64, bytes: usize) -> bool {
        let waiting = self.waiting.load(Ordering::Relaxed);
        replicate != self.head.load(Ordering::Relaxed)
            && waiting.saturating_add(bytes.saturating_mul(self.threads)) > MOST_WAITING
    }

    /// Whether so much is to be handed over.
    fn is_wanted(&self, bytes: usize) -> bool {
        bytes > self.part || bytes > 0 && self.hurry.swap(false, Ordering::Relaxed)
    }

    fn is_jammed(&self) -> bool {
        self.travelling.load(Ordering::Relaxed) > MOST_TRAVELLING
    }
}

/// Looks at a run now and then.
pub(super) trait Watch {
    /// Whether it is to halt.
    fn look<M: Method + Serialize, const JUMPS: bool>(
        &self,
        run: &Run<M>,
        recorder: &mut Reporter<'_, Recorder<'_, JUMPS>>,
    ) -> bool;
}

/// Of a replicate by itself.
pub(super) struct Alone<F>(pub F);

impl<F: Fn() -> bool> Watch for Alone<F> {
    fn look<M: Method, const JUMPS: bool>(
        &self,
        _: &Run<M>,
        _: &mut Reporter<'_, Recorder<'_, JUMPS>>,
    ) -> bool {
        self.0()
    }
}

/// The end of a thread, with one replicate.
pub(super) struct Line<'a> {
    exchange: &'a Exchange<'a>,
    send: &'a Sender<Message>,
    replicate: u64,
    /// The ranks that follow, where all simulate one replicate.
    followers: Option<Followers<'a>>,
    /// Where this rank keeps what is recorded of its neurons.
    shelf: Option<&'a dyn Shelf>,
    /// The last checkpoint that it has told its state for.
    told: Cell<u64>,
}

impl<'a> Line<'a> {
    /// Begins a replicate, as soon as that is not too far ahead of others.
    pub fn begin(
        (exchange, send): (&'a Exchange<'a>, &'a Sender<Message>),
        replicate: u64,
        (followers, shelf): (Option<Followers<'a>>, Option<&'a dyn Shelf>),
    ) -> Self {
        while exchange.is_ahead(replicate, 0) && !exchange.is_over() {
            sleep(NAP);
        }
        // Read before it is told that the replicate has begun: no checkpoint waits for a state that does not come.
        let told = Cell::new(exchange.checkpoint.load(Ordering::SeqCst));
        let line = Self { exchange, send, replicate, followers, shelf, told };
        line.tell(Message::Begun(replicate));
        line
    }

    /// Number of the replicate.
    pub fn replicate(&self) -> u64 {
        self.replicate
    }

    /// Ends the replicate, after its last part.
    pub fn end(&self, rest: Trajectory, outcome: Outcome) {
        self.tell(Message::Part(Box::new(rest), outcome == Outcome::Complete));
        self.tell(Message::Ended(self.replicate));
    }

    /// Says why it cannot go on.
    pub fn fail(&self, error: EngineError) {
        self.tell(Message::Failed(error));
    }

    fn tell(&self, message: Message) {
        self.exchange.pass_on(message, self.send);
    }

    /// Says what is next to the ranks that follow.
    fn lead(&self, word: Word) {
        if let Some(followers) = self.followers {
            followers.tell(word);
        }
    }

    /// Tells the state if a checkpoint is wanted, or if it is the last chance.
    fn tell_state<M: Method + Serialize>(&self, run: &Run<M>, recorded: &Recorded, is_over: bool) {
        let wanted = self.exchange.checkpoint.load(Ordering::SeqCst);
        if !self.exchange.keeps_states || (wanted == self.told.get() && !is_over) {
            return;
        }
        self.told.set(wanted);
        self.lead(Word::Keep);
        // So do the others, before they send what they have.
        self.shelf.iter().for_each(|shelf| shelf.settle());
        let whole = run.gather();
        let state = packed(&(whole.as_ref().unwrap_or(run), recorded));
        drop(whole);
        self.tell(Message::State(self.replicate, state));
    }
}

impl Watch for Line<'_> {
    fn look<M: Method + Serialize, const JUMPS: bool>(
        &self,
        run: &Run<M>,
        reporter: &mut Reporter<'_, Recorder<'_, JUMPS>>,
    ) -> bool {
        if self.followers.is_some_and(Followers::are_interrupted) {
            self.exchange.stop.store(true, Ordering::Relaxed);
        }
        let halts = self.is_to_halt(run, &mut reporter.recorder);
        self.lead(if halts { Word::Halt } else { Word::GoOn });
        halts
    }
}

impl Line<'_> {
    fn is_to_halt<M: Method + Serialize, const JUMPS: bool>(
        &self,
        run: &Run<M>,
        recorder: &mut Recorder<'_, JUMPS>,
    ) -> bool {
        if let Some(fault) = recorder.fault(self.replicate) {
            self.fail(fault);
            return true;
        }
        let exchange = self.exchange;
        loop {
            let is_over = exchange.is_over();
            self.tell_state(run, recorder.recorded(), is_over);
            if is_over {
                return true;
            }
            let bytes = recorder.bytes();
            let is_next = self.replicate == exchange.head.load(Ordering::Relaxed);
            if is_next && exchange.is_wanted(bytes) {
                self.tell(Message::Part(Box::new(recorder.take_part()), false));
            } else if !exchange.is_ahead(self.replicate, bytes) && !exchange.is_jammed() {
                return false;
            } else {
                sleep(NAP);
            }
        }
    }
}
