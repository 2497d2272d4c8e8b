//! What each rank keeps of its own neurons: together what rank 0 gathers without shelves.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use equipoise_engine::shelf::{Kept, Row};
use equipoise_engine::{Ensemble, Headway, Outcome, Receiver, Shelf, Trajectory};
use equipoise_model::{Leaps, Method};

use crate::ranks::{ensemble, on_keeping_ranks, on_ranks, vast};

/// Values with their kind, replicate, number and population, and where they begin.
type Put = ((bool, u64, usize, usize), usize, Vec<f64>);

/// Keeps everything in memory.
#[derive(Debug, Default)]
struct Drawer(Mutex<Inside>);

#[derive(Debug, Default)]
struct Inside {
    put: Vec<Put>,
    /// How many of them were there when it was last to settle.
    settled: usize,
    closed: usize,
}

impl Shelf for Drawer {
    fn put(&self, row: Row<'_>) {
        let mut inside = self.0.lock().expect("nobody panics");
        assert_eq!(inside.closed, 0);
        let key = (row.kept == Kept::Snapshots, row.replicate, row.number, row.population);
        inside.put.push((key, row.first, row.values.to_vec()));
    }

    fn settle(&self) {
        let mut inside = self.0.lock().expect("nobody panics");
        inside.settled = inside.put.len();
    }

    fn close(&self) {
        self.0.lock().expect("nobody panics").closed += 1;
    }
}

impl Drawer {
    /// What was put of a row, without what came twice.
    fn row(&self, key: (bool, u64, usize, usize)) -> Vec<f64> {
        let inside = self.0.lock().expect("nobody panics");
        let mut all = Vec::new();
        for (_, first, values) in inside.put.iter().filter(|(other, ..)| *other == key) {
            all.truncate(*first);
            assert_eq!(all.len(), *first);
            all.extend(values);
        }
        all
    }
}

/// What an ensemble hands over.
#[derive(Default)]
struct Networks(Vec<Trajectory>);

impl Receiver for Networks {
    type Error = ();

    fn take(&mut self, part: Trajectory, is_last: bool) -> Result<(), ()> {
        assert!(is_last);
        self.0.push(part);
        Ok(())
    }
}

fn collect(ensemble: &Ensemble<'_>) -> Vec<Trajectory> {
    let mut networks = Networks::default();
    let (never, headway) = (AtomicBool::new(false), Headway::default());
    let outcome = ensemble.go_on(None, &never, &headway, &mut networks).expect("it runs");
    assert_eq!(outcome, Outcome::Complete);
    networks.0
}

#[test]
fn shelves_hold_what_would_be_gathered() {
    let (network, recording) = vast();
    let ensemble = Ensemble {
        times: vec![0.0, 0.1],
        recording,
        ..ensemble(&network, Method::Leap(Leaps::DEFAULT), 2)
    };
    let never = AtomicBool::new(false);
    let gathered = on_ranks(1, &ensemble, &never, collect);
    for size in [1, 3] {
        let drawers: Vec<Drawer> = (0..size).map(|_| Drawer::default()).collect();
        let shelves: Vec<&dyn Shelf> = drawers.iter().map(|drawer| drawer as &dyn Shelf).collect();
        let distant = (size, Duration::ZERO);
        let kept = on_keeping_ranks(distant, &shelves, &ensemble, &never, collect);
        for (gathered, mut kept) in gathered.iter().zip(kept) {
            let row = |key: (bool, u64, usize, usize)| -> Vec<f64> {
                drawers.iter().flat_map(|drawer| drawer.row(key)).collect()
            };
            let replicate = gathered.replicate;
            assert!(kept.records.snapshots.is_empty() && kept.records.potentiations.is_empty());
            kept.records.snapshots = (0..2).flat_map(|a| row((true, replicate, 0, a))).collect();
            kept.records.potentiations =
                (0..3).flat_map(|frame| row((false, replicate, frame, 0))).collect();
            assert!(*gathered == kept, "network {replicate} on {size} ranks");
        }
        for (rank, drawer) in drawers.iter().enumerate() {
            let inside = drawer.0.lock().expect("nobody panics");
            assert_eq!((inside.settled, inside.closed), (inside.put.len(), 1));
            let neurons = ensemble.neurons_of(rank, size)[1].len();
            drop(inside);
            assert_eq!(drawer.row((true, 1, 0, 1)).len(), neurons);
        }
    }
}

/// Wants one checkpoint, and looks what the shelves have settled then.
struct Once<'a> {
    drawers: &'a [Drawer],
    settled: Vec<usize>,
    stop: &'a AtomicBool,
}

impl Receiver for Once<'_> {
    type Error = ();

    fn take(&mut self, _: Trajectory, _: bool) -> Result<(), ()> {
        Ok(())
    }

    fn wants_checkpoint(&mut self) -> bool {
        self.settled.is_empty()
    }

    fn keep(&mut self, _: &[u8]) -> Result<(), ()> {
        let settled = |drawer: &Drawer| drawer.0.lock().expect("nobody panics").settled;
        self.settled = self.drawers.iter().map(settled).collect();
        self.stop.store(true, Ordering::Relaxed);
        Ok(())
    }
}

/// The first row is put at time 0, before any checkpoint.
#[test]
fn a_checkpoint_comes_after_all_ranks_have_settled() {
    let (network, recording) = vast();
    let ensemble = Ensemble {
        times: vec![0.0, 1e6],
        recording: equipoise_model::Recording { snapshots: vec![0.0], ..recording },
        ..ensemble(&network, Method::Leap(Leaps::DEFAULT), 1)
    };
    let drawers = [Drawer::default(), Drawer::default()];
    let shelves: Vec<&dyn Shelf> = drawers.iter().map(|drawer| drawer as &dyn Shelf).collect();
    let stop = AtomicBool::new(false);
    let mut once = Once { drawers: &drawers, settled: Vec::new(), stop: &stop };
    let outcome = on_keeping_ranks((2, Duration::ZERO), &shelves, &ensemble, &stop, |ensemble| {
        ensemble.go_on(None, &stop, &Headway::default(), &mut once)
    });
    assert_eq!(outcome.expect("it runs"), Outcome::Interrupted);
    // The rows of two populations, and that of a report.
    assert!(once.settled.iter().all(|settled| *settled >= 3), "{:?}", once.settled);
}
