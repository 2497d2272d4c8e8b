//! A rank that helps: it simulates what rank 0 hands out, and reports.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::desk::Checkpoint;
use super::exchange::{Exchange, Message};
use super::post::{Answer, Report, Task};
use super::{EngineError, Ensemble};
use crate::headway::Headway;
use crate::ranks::{Ranks, packed, unpacked, wait};

/// How long a rank has nothing to say before it asks what is new,
const HEARTBEAT: Duration = Duration::from_millis(20);
/// and how often it looks whether it has.
const LOOK: Duration = Duration::from_millis(1);
/// Bytes of trajectories in a report, about.
const MOST_BYTES: usize = 1 << 24;

/// Replicates that have been handed out and not begun.
#[derive(Debug, Default)]
struct Queue {
    inside: Mutex<Inside>,
    change: Condvar,
}

#[derive(Debug, Default)]
struct Inside {
    tasks: VecDeque<Task>,
    /// Threads that wait for one.
    idle: u64,
    /// Whether no more will come.
    are_last: bool,
    /// Taken since it was last asked how many are wanted.
    taken: u64,
}

impl Queue {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next one, as soon as there is one; none if no more will come.
    fn take(&self) -> Option<Task> {
        let mut inside = self.inside();
        inside.idle += 1;
        while inside.tasks.is_empty() && !inside.are_last {
            inside = self.change.wait(inside).unwrap_or_else(PoisonError::into_inner);
        }
        inside.idle -= 1;
        inside.taken += 1;
        inside.tasks.pop_front()
    }

    fn fill(&self, tasks: Vec<Task>, are_last: bool) {
        let mut inside = self.inside();
        inside.tasks.extend(tasks);
        inside.are_last |= are_last;
        self.change.notify_all();
    }

    /// Whether a thread waits.
    fn is_short(&self) -> bool {
        let inside = self.inside();
        !inside.are_last && inside.idle > inside.tasks.len() as u64
    }

    /// How many more are wanted: one for each thread that waits, and as many as were taken since the last time, so that threads need not wait where
    /// replicates are short, and nothing is held back where they are long.
    fn wanted(&self) -> u64 {
        let mut inside = self.inside();
        let taken = std::mem::take(&mut inside.taken);
        if inside.are_last {
            return 0;
        }
        (inside.idle + taken).saturating_sub(inside.tasks.len() as u64)
    }

    /// Nothing more is to be begun.
    fn close(&self) {
        let mut inside = self.inside();
        inside.tasks.clear();
        inside.are_last = true;
        self.change.notify_all();
    }
}

/// The line to rank 0.
struct Line<'a> {
    ranks: &'a dyn Ranks,
    /// Set from outside to stop the job.
    interrupted: &'a AtomicBool,
    headway: &'a Headway,
    /// What has been reported of it.
    reported: (u64, u64),
}

impl Line<'_> {
    fn report(&mut self, mut report: Report) -> Answer {
        let now = self.headway.counts();
        report.headway = (now.0 - self.reported.0, now.1 - self.reported.1);
        self.reported = now;
        report.is_interrupted = self.interrupted.load(Ordering::Relaxed);
        self.ranks.send(0, &packed(&report));
        unpacked(&wait(self.ranks, 0))
    }
}

impl Ensemble<'_> {
    /// Simulates what rank 0 hands out of this ensemble, or a part of each network where all ranks simulate one at a time, while rank 0 is in [`Ensemble::go_on`], until nothing is left or the run is over. `interrupted`
    /// may be set to end the run on all ranks.
    ///
    /// # Errors
    /// As [`Ensemble::check`]; then rank 0 must not be left waiting for this rank. What fails later is told to rank 0.
    pub fn help(&self, interrupted: &AtomicBool) -> Result<(), EngineError> {
        self.check()?;
        if self.is_together() {
            return self.follow(interrupted);
        }
        let pool = self.pool()?;
        let headway = Headway::default();
        let mut line = Line { ranks: self.ranks, interrupted, headway: &headway, reported: (0, 0) };
        let first = line.report(Report::default());
        let over = AtomicBool::new(first.is_over);
        let threads = pool.current_num_threads();
        let from = Checkpoint::at(first.head);
        let exchange = Exchange::new(&over, &from, first.part, threads);
        exchange.follow(&first, &over);
        let queue = Queue::default();
        let (send, messages) = mpsc::channel();
        std::thread::scope(|scope| {
            let (exchange, queue, headway) = (&exchange, &queue, &headway);
            scope.spawn(move || self.work(&pool, (exchange, headway), &send, || queue.take()));
            loop {
                let (told, is_last) = gather(&messages, queue);
                let sent: Vec<usize> = told.iter().map(Message::bytes).collect();
                let wanted = queue.wanted();
                let report = Report { messages: told, wanted, is_last, ..Report::default() };
                let answer = line.report(report);
                exchange.travelling.fetch_sub(sent.iter().sum(), Ordering::Relaxed);
                if is_last {
                    return;
                }
                exchange.follow(&answer, &over);
                queue.fill(answer.tasks, answer.are_last);
                if answer.is_over {
                    queue.close();
                }
            }
        });
        Ok(())
    }
}

/// Waits until there is something to report; also tells whether all threads have ended.
fn gather(messages: &Receiver<Message>, queue: &Queue) -> (Vec<Message>, bool) {
    let since = Instant::now();
    let (mut told, mut bytes) = (Vec::new(), 0);
    loop {
        match messages.recv_timeout(if told.is_empty() { LOOK } else { Duration::ZERO }) {
            Ok(message) => {
                bytes += message.bytes();
                told.push(message);
                if bytes > MOST_BYTES {
                    return (told, false);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return (told, true),
            Err(RecvTimeoutError::Timeout) => {
                if !told.is_empty() || queue.is_short() || since.elapsed() > HEARTBEAT {
                    return (told, false);
                }
            }
        }
    }
}
