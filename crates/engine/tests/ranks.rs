//! Ensembles over several ranks, which here are threads with mailboxes: the same results on any number of them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{panicking, sleep, yield_now};
use std::time::{Duration, Instant};

use equipoise_engine::ensemble::{TOGETHER_FROM, WINDOWED_FROM};
use equipoise_engine::{
    EngineError, Ensemble, Headway, Outcome, Ranks, Receiver, RunError, Shelf, Single, Trajectory,
};
use equipoise_model::{
    Bins, Coupling, Leaps, Method, Network, Potentiations, Precision, Recording, Selection,
};

use crate::networks::{SPIKING, balanced_pair, logistic};

const SEED: u64 = 173;

/// A message on its way.
#[derive(Debug)]
struct Letter {
    from: usize,
    message: Vec<u8>,
    arrival: Instant,
}

type Mailbox = Mutex<VecDeque<Letter>>;

/// A mailbox for each rank.
#[derive(Debug)]
struct Office {
    mailboxes: Vec<Mailbox>,
    /// How much longer a message takes for each rank that it has further to go than to the next one.
    delay: Duration,
    /// Which ranks have left.
    left: Vec<AtomicBool>,
    /// Whether one has failed.
    failed: AtomicBool,
}

/// One rank of an office.
#[derive(Debug)]
struct Desk<'a> {
    office: &'a Office,
    rank: usize,
}

impl Desk<'_> {
    fn take(&self, from: Option<usize>) -> Option<(usize, Vec<u8>)> {
        let mailbox = &self.office.mailboxes[self.rank];
        let mut mailbox = mailbox.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let is_wanted = |letter: &Letter| from.is_none_or(|from| from == letter.from);
        assert!(self.may_come(from) || mailbox.iter().any(is_wanted), "nobody will answer");
        let is_there = |letter: &Letter| letter.arrival <= now;
        let at = mailbox.iter().position(|letter| is_there(letter) && is_wanted(letter))?;
        mailbox.remove(at).map(|letter| (letter.from, letter.message))
    }
}

impl Desk<'_> {
    /// Whether a rank may send another message, or any that is not this one.
    fn may_come(&self, from: Option<usize>) -> bool {
        let is_there = |rank: usize| !self.office.left[rank].load(Ordering::SeqCst);
        let others = (0..self.size()).filter(|rank| *rank != self.rank);
        let is_somebody = from.map_or_else(|| others.into_iter().any(is_there), is_there);
        is_somebody && !self.office.failed.load(Ordering::SeqCst)
    }
}

impl Ranks for Desk<'_> {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.office.mailboxes.len()
    }

    fn send(&self, to: usize, message: &[u8]) {
        assert_ne!(to, self.rank);
        let mut mailbox = self.office.mailboxes[to].lock().unwrap_or_else(PoisonError::into_inner);
        let further = to.abs_diff(self.rank) as u32 - 1;
        let arrival = Instant::now() + further * self.office.delay;
        mailbox.push_back(Letter { from: self.rank, message: message.to_vec(), arrival });
    }

    fn receive(&self, from: usize) -> Vec<u8> {
        loop {
            if let Some((_, message)) = self.take(Some(from)) {
                return message;
            }
            yield_now();
        }
    }

    fn poll(&self, from: Option<usize>) -> Option<(usize, Vec<u8>)> {
        self.take(from)
    }
}

/// Says that a rank has left, and how.
struct Present<'a>(&'a Desk<'a>);

impl Drop for Present<'_> {
    fn drop(&mut self) {
        self.0.office.failed.fetch_or(panicking(), Ordering::SeqCst);
        self.0.office.left[self.0.rank].store(true, Ordering::SeqCst);
    }
}

/// Does something with an ensemble on rank 0 of so many while the others help. Those are interrupted by `interrupted`.
pub fn on_ranks<T>(
    size: usize,
    ensemble: &Ensemble<'_>,
    interrupted: &AtomicBool,
    lead: impl FnOnce(&Ensemble<'_>) -> T,
) -> T {
    on_distant_ranks((size, Duration::ZERO), ensemble, interrupted, lead)
}

/// The same with ranks between which messages take their time.
fn on_distant_ranks<T>(
    distant: (usize, Duration),
    ensemble: &Ensemble<'_>,
    interrupted: &AtomicBool,
    lead: impl FnOnce(&Ensemble<'_>) -> T,
) -> T {
    on_keeping_ranks(distant, &[], ensemble, interrupted, lead)
}

/// The same with a shelf for each rank, or none.
pub fn on_keeping_ranks<T>(
    (size, delay): (usize, Duration),
    shelves: &[&dyn Shelf],
    ensemble: &Ensemble<'_>,
    interrupted: &AtomicBool,
    lead: impl FnOnce(&Ensemble<'_>) -> T,
) -> T {
    let mailboxes = (0..size).map(|_| Mutex::default()).collect();
    let left = (0..size).map(|_| AtomicBool::new(false)).collect();
    let office = Office { mailboxes, delay, left, failed: AtomicBool::new(false) };
    std::thread::scope(|scope| {
        let office = &office;
        for rank in 1..size {
            scope.spawn(move || {
                let ranks = Desk { office, rank };
                let _present = Present(&ranks);
                let shelf = shelves.get(rank).copied();
                let own = Ensemble { ranks: &ranks, shelf, ..ensemble.clone() };
                own.help(interrupted).expect("it helps");
            });
        }
        let ranks = Desk { office, rank: 0 };
        let _present = Present(&ranks);
        let shelf = shelves.first().copied();
        lead(&Ensemble { ranks: &ranks, shelf, ..ensemble.clone() })
    })
}

pub fn ensemble(network: &Network, method: Method, replicates: u64) -> Ensemble<'_> {
    Ensemble {
        network,
        method,
        seed: SEED,
        replicates,
        times: vec![0.0, 0.5, 1.5],
        recording: Recording { activity: Some(0.25), ..Recording::default() },
        threads: 2,
        ranks: &Single,
        shelf: None,
    }
}

fn collect(size: usize, ensemble: &Ensemble<'_>) -> Vec<Trajectory> {
    collect_from((size, Duration::ZERO), ensemble)
}

fn collect_from(distant: (usize, Duration), ensemble: &Ensemble<'_>) -> Vec<Trajectory> {
    on_distant_ranks(distant, ensemble, &AtomicBool::new(false), |ensemble| {
        let mut all = Vec::new();
        let headway = Headway::default();
        let outcome = ensemble.run_reporting(&AtomicBool::new(false), &headway, |trajectory| {
            all.push(trajectory);
            Ok::<(), ()>(())
        });
        assert_eq!(outcome.expect("a valid ensemble"), Outcome::Complete);
        let jumps = all.iter().flat_map(|t| t.jumps.iter().rev().take(4)).sum();
        assert_eq!((headway.jumps(), headway.replicates()), (jumps, all.len() as f64));
        all
    })
}

#[test]
fn ranks_change_no_bit_and_no_order() {
    let network = balanced_pair(12, logistic(1.0, 0.0, 0.5));
    let methods = [Method::Exact, Method::Thinning, Method::Leap(Leaps::DEFAULT)];
    let independent = methods.map(|method| (method, network.clone()));
    let spiking =
        SPIKING.map(|transmission| (Method::Exact, Network { transmission, ..network.clone() }));
    for (method, network) in independent.into_iter().chain(spiking) {
        for replicates in [1, 2, 50] {
            let ensemble = ensemble(&network, method, replicates);
            let single = collect(1, &ensemble);
            assert!(single.iter().map(|t| t.replicate).eq(0..replicates));
            for size in [2, 4] {
                assert_eq!(single, collect(size, &ensemble), "{method:?} on {size} ranks");
            }
        }
    }
}

#[test]
fn large_networks_take_all_cores_of_each_rank() {
    let network = balanced_pair(WINDOWED_FROM / 2, logistic(0.002, 0.0, 0.5));
    let ensemble = Ensemble { times: vec![0.0, 1e-4], ..ensemble(&network, Method::Exact, 3) };
    assert_eq!(collect(1, &ensemble), collect(3, &ensemble));
}

/// Runs an endless ensemble until something is done to it.
fn until_stopped(act: impl Fn(&AtomicBool, &AtomicBool) + Sync) -> usize {
    let network = balanced_pair(12, logistic(1.0, 0.0, 0.5));
    let endless = ensemble(&network, Method::Exact, u64::MAX);
    let (stop, elsewhere) = (AtomicBool::new(false), AtomicBool::new(false));
    let mut received = Vec::new();
    let outcome = on_ranks(3, &endless, &elsewhere, |endless| {
        endless.run(&stop, |trajectory| {
            received.push(trajectory.replicate);
            if received.len() == 200 {
                act(&stop, &elsewhere);
            }
            Ok::<(), ()>(())
        })
    });
    assert_eq!(outcome.expect("a valid ensemble"), Outcome::Interrupted);
    // What was under way comes last, and leaves gaps.
    assert!(received.is_sorted() && received[..200].iter().copied().eq(0..200));
    received.len()
}

#[test]
fn a_signal_to_any_rank_stops_all() {
    assert!(until_stopped(|stop, _| stop.store(true, Ordering::Relaxed)) >= 200);
    assert!(until_stopped(|_, elsewhere| elsewhere.store(true, Ordering::Relaxed)) >= 200);
}

#[test]
fn what_fails_on_another_rank_is_told_on_rank_0() {
    let mut network = balanced_pair(9, logistic(1.0, 0.0, 0.5));
    network.coupling = Coupling::from_rows(&[vec![1e200, -1e200], vec![1.0, -1.0]]);
    // Rank 0 is kept busy with one long network, so that the other fails first.
    let failing = Ensemble { threads: 1, ..ensemble(&network, Method::Exact, u64::MAX) };
    let result = on_ranks(2, &failing, &AtomicBool::new(false), |ensemble| {
        ensemble.run(&AtomicBool::new(false), |_| Ok::<(), ()>(()))
    });
    let Err(RunError::Engine(error)) = result else { panic!("{result:?}") };
    assert!(matches!(error, EngineError::NotFinite { .. } | EngineError::Elsewhere { .. }));
    assert!(error.to_string().contains("is no longer finite"), "{error}");
}

#[test]
fn a_receiver_that_fails_dismisses_all_ranks() {
    let network = balanced_pair(12, logistic(1.0, 0.0, 0.5));
    let endless = ensemble(&network, Method::Exact, u64::MAX);
    let result = on_ranks(3, &endless, &AtomicBool::new(false), |ensemble| {
        ensemble.run(&AtomicBool::new(false), |trajectory| {
            sleep(Duration::from_millis(1));
            if trajectory.replicate < 20 { Ok(()) } else { Err("full") }
        })
    });
    assert!(matches!(result, Err(RunError::Receiver("full"))), "{result:?}");
}

/// A network that all ranks leap through together, recorded in every way that leaps can be.
pub fn vast() -> (Network, Recording) {
    let network = balanced_pair(TOGETHER_FROM / 2 + 777, logistic(1.0, 0.0, 0.5));
    let recording = Recording {
        activity: Some(0.02),
        snapshots: vec![0.05],
        histograms: Some(Bins { from: -2.0, to: 2.0, count: 9 }),
        potentiations: Some(Potentiations {
            interval: 0.05,
            neurons: vec![Selection::Neurons(vec![0, 5000, 300_000]), Selection::None],
        }),
        activity_energy: Some(vec![0.3, 0.0]),
        ..Recording::default()
    };
    (network, recording)
}

#[test]
fn large_leaps_are_taken_by_all_ranks_together() {
    let (network, recording) = vast();
    let spiking = SPIKING.map(|transmission| Network { transmission, ..network.clone() });
    let single = Leaps { precision: Precision::Single, ..Leaps::DEFAULT };
    let cases = [(Leaps::DEFAULT, &network), (single, &network), (Leaps::DEFAULT, &spiking[1])];
    for (leaps, network) in cases {
        let ensemble = Ensemble {
            times: vec![0.0, 0.1],
            recording: recording.clone(),
            ..ensemble(network, Method::Leap(leaps), 2)
        };
        let alone = collect(1, &ensemble);
        for size in [2, 3, 6] {
            // Not by `assert_eq`, which would print a million numbers.
            assert!(alone == collect(size, &ensemble), "{leaps:?} on {size} ranks");
        }
    }
}

#[test]
fn a_signal_to_any_rank_ends_a_network_that_all_share() {
    let (network, recording) = vast();
    let endless = Ensemble {
        times: vec![0.0, 1e6],
        recording: Recording { activity: None, potentiations: None, ..recording },
        ..ensemble(&network, Method::Leap(Leaps::DEFAULT), 1)
    };
    let elsewhere = AtomicBool::new(false);
    let mut samples = 0;
    let outcome = on_ranks(3, &endless, &elsewhere, |endless| {
        assert!((3.0 * endless.share() - 1.0).abs() < 0.02, "{}", endless.share());
        elsewhere.store(true, Ordering::Relaxed);
        endless.run(&AtomicBool::new(false), |trajectory| {
            samples = trajectory.samples();
            Ok::<(), ()>(())
        })
    });
    assert_eq!((outcome.expect("a valid ensemble"), samples), (Outcome::Interrupted, 1));
}

/// What rank 0 says comes after what neighbours say that knew it sooner.
#[test]
fn messages_may_overtake_others() {
    let (network, _) = vast();
    let leap = Method::Leap(Leaps { step: Some(0.05), ..Leaps::DEFAULT });
    let together = Ensemble { times: vec![0.0, 0.1], ..ensemble(&network, leap, 2) };
    let distant = (4, Duration::from_millis(5));
    assert!(collect(1, &together) == collect_from(distant, &together));
    let pair = balanced_pair(12, logistic(1.0, 0.0, 0.5));
    let apart = ensemble(&pair, Method::Exact, 50);
    assert!(collect(1, &apart) == collect_from(distant, &apart));
}

/// Wants a checkpoint, and ends the run with the first that it gets.
#[derive(Default)]
struct Interrupter {
    stop: Arc<AtomicBool>,
    checkpoint: Option<Vec<u8>>,
    complete: Vec<Trajectory>,
}

impl Receiver for Interrupter {
    type Error = ();

    fn take(&mut self, part: Trajectory, is_last: bool) -> Result<(), ()> {
        if is_last {
            self.complete.push(part);
        }
        Ok(())
    }

    fn wants_checkpoint(&mut self) -> bool {
        self.checkpoint.is_none()
    }

    fn keep(&mut self, checkpoint: &[u8]) -> Result<(), ()> {
        self.stop.store(true, Ordering::Relaxed);
        self.checkpoint = Some(checkpoint.to_vec());
        Ok(())
    }
}

#[test]
fn large_leaps_go_on_with_other_numbers_of_ranks() {
    let (network, recording) = vast();
    let whole = Ensemble {
        times: vec![0.0, 0.1, 0.5],
        recording,
        ..ensemble(&network, Method::Leap(Leaps::DEFAULT), 1)
    };
    let uninterrupted = collect(1, &whole);
    let mut checkpoint: Option<Vec<u8>> = None;
    let mut interruptions = 0;
    let complete = loop {
        let mut shelf = Interrupter::default();
        let size = [2, 3, 1, 4][interruptions % 4];
        let outcome = on_ranks(size, &whole, &AtomicBool::new(false), |whole| {
            let (stop, headway) = (Arc::clone(&shelf.stop), Headway::default());
            whole.go_on(checkpoint.as_deref(), &stop, &headway, &mut shelf)
        });
        if outcome.expect("it goes on") == Outcome::Complete {
            break shelf.complete;
        }
        checkpoint = shelf.checkpoint;
        interruptions += 1;
    };
    assert!(interruptions > 3, "interrupted {interruptions} times");
    assert!(uninterrupted == complete);
}

#[test]
fn ranks_that_share_a_network_are_dismissed_when_something_fails() {
    let (network, _) = vast();
    let leap = Method::Leap(Leaps::DEFAULT);
    let endless = Ensemble { times: vec![0.0, 0.1], ..ensemble(&network, leap, u64::MAX) };
    let never = AtomicBool::new(false);
    let result = on_ranks(3, &endless, &never, |endless| {
        endless.run(&never, |trajectory| if trajectory.replicate < 1 { Ok(()) } else { Err(()) })
    });
    assert!(matches!(result, Err(RunError::Receiver(()))), "{result:?}");
    // Nothing is received, no replicate waits, and the state of the first is three bytes.
    let checkpoint = [0, 0, 1, 0, 3, 7, 7, 7];
    let result = on_ranks(3, &endless, &never, |endless| {
        let mut shelf = Interrupter::default();
        endless.go_on(Some(&checkpoint), &never, &Headway::default(), &mut shelf)
    });
    assert!(matches!(result, Err(RunError::Engine(EngineError::Checkpoint))), "{result:?}");
}
