//! Between ranks: what those that help report to rank 0, and what they are told in answer.
//!
//! Replicates are handed out as they are wanted, so that ranks of any speed end at about the same time. What the threads of a rank have to say to the
//! [desk](super::desk) travels unchanged in reports, and the desk does not know where a replicate is simulated. Each report has one answer, and nothing is sent unasked: no two
//! ranks ever wait for one another.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::sleep;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::desk::Checkpoint;
use super::exchange::{Exchange, Message};
use crate::headway::Headway;
use crate::ranks::{Ranks, packed, unpacked};

/// How long rank 0 sleeps before it looks for a report again.
const NAP: Duration = Duration::from_micros(500);

/// What a rank tells.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Report {
    /// What its threads have to say, in order.
    pub messages: Vec<Message>,
    /// Replicates that it could begin.
    pub wanted: u64,
    /// How far it has come since its last report.
    pub headway: (u64, u64),
    /// Whether it was told from outside to stop.
    pub is_interrupted: bool,
    /// Whether that was the last report.
    pub is_last: bool,
}

/// A replicate to be simulated, and its state where it goes on from a checkpoint.
pub(super) type Task = (u64, Option<Vec<u8>>);

/// What a rank is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    pub tasks: Vec<Task>,
    /// Whether no more will come.
    pub are_last: bool,
    /// As they are on rank 0, see [`Exchange`].
    pub head: u64,
    pub waiting: usize,
    pub checkpoint: u64,
    pub part: usize,
    pub hurry: bool,
    pub is_over: bool,
}

/// Replicates that are to be simulated, in their order.
#[derive(Debug)]
pub(super) struct Tasks<'a> {
    next: AtomicU64,
    end: u64,
    from: &'a Checkpoint,
}

impl<'a> Tasks<'a> {
    /// All before `end` that are left.
    pub fn new(end: u64, from: &'a Checkpoint) -> Self {
        Self { next: AtomicU64::new(from.received), end, from }
    }

    /// The next one; none if there are no more.
    pub fn take(&self) -> Option<(u64, Option<&'a [u8]>)> {
        loop {
            let replicate = self.next.fetch_add(1, Ordering::Relaxed);
            if replicate >= self.end {
                return None;
            }
            if !self.from.waiting.contains_key(&replicate) {
                return Some((replicate, self.from.states.get(&replicate).map(Vec::as_slice)));
            }
        }
    }
}

/// The end of the line on rank 0, in a thread of its own.
pub(super) struct Office<'a> {
    pub ranks: &'a dyn Ranks,
    pub exchange: &'a Exchange<'a>,
    pub tasks: &'a Tasks<'a>,
    pub headway: &'a Headway,
}

/// Lets the ranks go that wait to help with an ensemble which cannot be simulated.
pub(super) fn turn_away(ranks: &dyn Ranks) {
    let (over, nothing, headway) = (AtomicBool::new(true), Checkpoint::at(0), Headway::default());
    let exchange = Exchange::new(&over, &nothing, usize::MAX, 1);
    let tasks = Tasks::new(0, &nothing);
    Office { ranks, exchange: &exchange, tasks: &tasks, headway: &headway }.serve(&channel().0);
}

impl Office<'_> {
    /// Answers reports until each rank has sent its last, and passes on what threads there say.
    pub fn serve(&self, desk: &Sender<Message>) {
        let mut helping = self.ranks.size() - 1;
        while helping > 0 {
            let Some((rank, bytes)) = self.ranks.poll(None) else {
                sleep(NAP);
                continue;
            };
            let report: Report = unpacked(&bytes);
            helping -= usize::from(report.is_last);
            if report.is_interrupted {
                self.exchange.stop.store(true, Ordering::Relaxed);
            }
            self.headway.add(report.headway);
            let wanted = report.wanted;
            for message in report.messages {
                if matches!(message, Message::Part(..)) {
                    self.exchange.hurry.store(false, Ordering::Relaxed);
                }
                self.exchange.pass_on(message, desk);
            }
            self.ranks.send(rank, &packed(&self.answer(wanted)));
        }
    }

    fn answer(&self, wanted: u64) -> Answer {
        let exchange = self.exchange;
        let is_over = exchange.is_over();
        let mut are_last = is_over;
        let mut tasks = Vec::new();
        while !are_last && (tasks.len() as u64) < wanted {
            match self.tasks.take() {
                Some((replicate, state)) => tasks.push((replicate, state.map(<[u8]>::to_vec))),
                None => are_last = true,
            }
        }
        Answer {
            tasks,
            are_last,
            head: exchange.head.load(Ordering::Relaxed),
            waiting: exchange.waiting.load(Ordering::Relaxed),
            checkpoint: exchange.checkpoint.load(Ordering::SeqCst),
            part: exchange.part,
            hurry: exchange.hurry.load(Ordering::Relaxed),
            is_over,
        }
    }
}
