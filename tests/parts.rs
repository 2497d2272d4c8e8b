//! Networks that reach the file in parts of any size, at any time: the file is the same as with whole ones.

mod common;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use common::{groups, root};
use equipoise::engine::{Ensemble, Headway, Receiver, Trajectory};
use equipoise::layout::stream::{Part, Position, declarations, pieces};
use equipoise::model::Scenario;
use equipoise::model::scenario::overrides::apply;
use equipoise::store::{Completion, Existing, Provenance, ResultWriter, StoreError};

/// Writes what comes: whole networks, many at a time, or parts as they are.
struct Scribe<'a> {
    scenario: &'a Scenario,
    times: &'a [f64],
    writer: ResultWriter,
    position: Position,
    waiting: Vec<Part>,
    /// Bytes of a part, and how many parts are written at once.
    size: usize,
    at_once: usize,
    parts: usize,
    checkpoints: usize,
}

impl Scribe<'_> {
    fn write(&mut self) -> Result<(), StoreError> {
        let pieces = pieces(self.scenario, self.times, &self.waiting, &mut self.position);
        self.waiting.clear();
        self.writer.place(&pieces)
    }
}

impl Receiver for Scribe<'_> {
    type Error = StoreError;

    fn take(&mut self, trajectory: Trajectory, is_last: bool) -> Result<(), StoreError> {
        self.parts += 1;
        self.waiting.push(Part { trajectory, is_last });
        if self.waiting.len() >= self.at_once { self.write() } else { Ok(()) }
    }

    fn part(&self) -> usize {
        self.size
    }

    fn wants_part(&mut self) -> bool {
        self.size < usize::MAX
    }

    fn wants_checkpoint(&mut self) -> bool {
        self.size < usize::MAX
    }

    fn keep(&mut self, _: &[u8]) -> Result<(), StoreError> {
        self.checkpoints += 1;
        Ok(())
    }
}

/// The number of parts that came.
fn written(scenario: &Scenario, path: &Path, (size, at_once): (usize, usize)) -> usize {
    let ensemble = Ensemble::new(scenario);
    let writer = ResultWriter::create(path, &Provenance::default(), Existing::Refuse);
    let mut scribe = Scribe {
        scenario,
        times: &ensemble.times,
        writer: writer.expect("a file"),
        position: Position::default(),
        waiting: Vec::new(),
        size,
        at_once,
        parts: 0,
        checkpoints: 0,
    };
    for (group, growing) in declarations(scenario, &ensemble.times) {
        scribe.writer.declare(&group, growing.as_slice()).expect("declared");
    }
    let stop = AtomicBool::new(false);
    ensemble.go_on(None, &stop, &Headway::default(), &mut scribe).expect("simulated");
    assert!(!stop.load(Ordering::Relaxed));
    scribe.write().expect("written");
    assert!(size == usize::MAX || scribe.checkpoints > 0);
    scribe.writer.finish(Completion::Complete).expect("finished");
    scribe.parts
}

#[test]
fn parts_make_the_same_file_as_whole_networks() {
    let text =
        std::fs::read_to_string(root().join("scenarios/recording.toml")).expect("a scenario");
    // One sample or many; the last of them before what else comes, or at the end.
    for assignments in [
        &["n=40", "ensemble.replicates=60", "record.jumps=true"][..],
        &[
            "n=40",
            "ensemble.replicates=200",
            "duration=0.5",
            "sample_interval=0.5",
            "record.snapshots=[0.5]",
        ],
        &[
            "n=40",
            "ensemble.replicates=1",
            "record.potentiations={interval=0.01,neurons={E=\"all\",I=[0,7]}}",
        ],
        &["n=300", "ensemble.replicates=6", "transmission=\"shared\"", "record.spikes=\"all\""],
    ] {
        let assignments: Vec<String> = assignments.iter().map(|&text| text.to_owned()).collect();
        let scenario = Scenario::parse("recording", &apply(&text, &assignments).expect("sound"));
        let scenario = scenario.expect("sound");
        let folder = tempfile::tempdir().expect("a folder");
        let whole = folder.path().join("whole.h5");
        assert_eq!(written(&scenario, &whole, (usize::MAX, 7)) as u64, scenario.replicates);
        let whole = groups(&whole);
        for (number, how) in [(0, 1), (0, 13), (3000, 2), (20_000, 5)].into_iter().enumerate() {
            let path = folder.path().join(format!("parts-{number}.h5"));
            let parts = written(&scenario, &path, how);
            println!("{assignments:?} {how:?}: {parts} parts");
            assert!(whole == groups(&path), "{assignments:?} {how:?}");
        }
    }
}
