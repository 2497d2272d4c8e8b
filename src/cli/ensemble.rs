//! Simulating an ensemble into a file: piece by piece, with checkpoints, from the beginning or from a checkpoint, with Ctrl-C.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use equipoise::engine::ensemble::{CHECKPOINT_VERSION, Receiver};
use equipoise::engine::{Ensemble, Headway, Outcome, Trajectory};
use equipoise::layout::SOURCE;
use equipoise::layout::stream::{Position, declarations, pieces};
use equipoise::model::Scenario;
use equipoise::store::{Provenance, ResultWriter, StoreError, read_checkpoint, read_header};
use equipoise::validation::Observed;
use indicatif::HumanCount;
use miette::miette;
use serde::{Deserialize, Serialize};

use super::arguments::{Common, Persistence};
use super::failure::Failure;
use super::output::note;
use super::progress::Progress;
use super::scenario;

/// What has been simulated waits this long, at most, before it is written,
const WRITE_EVERY: Duration = Duration::from_secs(2);
/// and until it is so many bytes.
const MOST_WAITING: usize = 1 << 24;
/// Bytes of a network that are gathered before they are handed over, where it need not be whole.
pub const PART: usize = 1 << 22;
/// Checkpoints take at most this part of the time.
const LEAST_PAUSE: u32 = 20;

/// A flag that Ctrl-C, SIGTERM and SIGHUP set. The second signal ends the program at once.
fn stop_on_signal() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    };
    // Without a handler a signal ends the program at once; the file is readable then, too.
    if let Err(error) = ctrlc::set_handler(handler) {
        note(&format!("note: Ctrl-C will end the run at once ({error})"));
    }
    stop
}

/// What a checkpoint holds.
#[derive(Serialize, Deserialize)]
struct Kept {
    position: Position,
    observed: Observed,
    ensemble: Vec<u8>,
}

/// What may go on from a checkpoint: the same program. (That the scenario is the same, the file itself tells.)
fn identity() -> String {
    format!("{SOURCE}, checkpoint version {CHECKPOINT_VERSION}")
}

/// An ensemble that is simulated into a file.
pub struct Simulation<'a> {
    pub ensemble: &'a Ensemble<'a>,
    pub scenario: &'a Scenario,
    pub writer: ResultWriter,
    checkpoint: Option<Vec<u8>>,
    position: Position,
    /// What is looked at in the end.
    pub observed: Observed,
    pause: Duration,
    quiet: bool,
}

impl<'a> Simulation<'a> {
    /// Into a new file, or with `--resume` into one that was begun before.
    pub fn begin(
        (ensemble, scenario): (&'a Ensemble<'a>, &'a Scenario),
        (path, provenance): (&Path, &Provenance),
        (common, persistence): (&Common, &Persistence),
        observed: Observed,
    ) -> Result<Self, Failure> {
        let mut simulation = Self {
            ensemble,
            scenario,
            writer: if persistence.resume {
                take_up(path, provenance)?
            } else {
                ResultWriter::create(path, provenance, scenario::existing(common))?
            },
            checkpoint: None,
            position: Position::default(),
            observed,
            pause: Duration::from_secs_f64(persistence.checkpoint),
            quiet: common.quiet,
        };
        if persistence.resume {
            simulation.read(path)?;
        }
        Ok(simulation)
    }

    /// Reads the checkpoint, if there is one; without, all begins again, with the same numbers.
    fn read(&mut self, path: &Path) -> Result<(), Failure> {
        match read_checkpoint(path, &identity()) {
            Ok(bytes) => {
                let kept: Kept = postcard::from_bytes(&bytes)
                    .map_err(|_| StoreError::DamagedCheckpoint { checkpoint: path.into() })?;
                self.position = kept.position;
                self.observed = kept.observed;
                self.checkpoint = Some(kept.ensemble);
            }
            Err(StoreError::NoCheckpoint { .. }) => {
                self.note("note: the run was ended before its first checkpoint and begins again");
            }
            Err(error) => return Err(error.into()),
        }
        for (group, dimension, length) in self.position.lengths(self.scenario) {
            if self.writer.holds(&group) {
                self.writer.cut(&group, dimension, length)?;
            }
        }
        Ok(())
    }

    fn note(&self, line: &str) {
        if !self.quiet {
            note(line);
        }
    }

    /// Simulates, writes what comes, and puts it into [`Self::observed`] as `look` says, which gets parts of networks of about `part` bytes.
    pub fn run(
        &mut self,
        part: usize,
        look: impl FnMut(&Trajectory) -> Option<Trajectory>,
    ) -> Result<Outcome, Failure> {
        for (group, growing) in declarations(self.scenario, &self.ensemble.times) {
            if !self.writer.holds(&group.name) {
                self.writer.declare(&group, &[growing])?;
            }
        }
        let stop = stop_on_signal();
        let (headway, start) = (Headway::default(), Instant::now());
        let progress = Progress::new(self.ensemble, &headway, &self.scenario.sampling.time_unit);
        let (quiet, ensemble) = (self.quiet, self.ensemble);
        let checkpoint = self.checkpoint.take();
        let mut scribe = Scribe {
            simulation: self,
            look,
            part,
            waiting: Vec::new(),
            bytes: 0,
            written: start,
            kept: start,
        };
        let outcome = std::thread::scope(|scope| {
            if !quiet {
                scope.spawn(|| progress.show());
            }
            let outcome = ensemble.go_on(checkpoint.as_deref(), &stop, &headway, &mut scribe);
            progress.stop();
            outcome
        })?;
        scribe.write()?;
        let (jumps, seconds) = (headway.jumps(), start.elapsed().as_secs_f64());
        self.note(&format!(
            "simulated {} jumps in {seconds:.1} s ({:.1} million a second)",
            HumanCount(jumps),
            jumps as f64 / seconds / 1e6
        ));
        Ok(outcome)
    }
}

/// Takes up a file that was begun with this scenario.
fn take_up(path: &Path, provenance: &Provenance) -> Result<ResultWriter, Failure> {
    let writer = ResultWriter::resume(path)?;
    let found = read_header(writer.partial())?.provenance;
    if (&found.scenario, found.seed) == (&provenance.scenario, provenance.seed) {
        return Ok(writer);
    }
    let pairs = found.scenario.lines().zip(provenance.scenario.lines());
    let difference = pairs.enumerate().find(|(_, (old, new))| old != new).map_or_else(
        || "one of them has more lines".to_owned(),
        |(line, (old, new))| format!("line {} is `{new}` and was `{old}`", line + 1),
    );
    Err(Failure::Usage(miette!(
        help = "give the scenario and the --set and --seed that the run was begun with; `equipoise info --scenario` prints it",
        "`{}` was begun with another scenario: {difference}",
        path.display()
    )))
}

/// Writes what the ensemble hands over.
struct Scribe<'s, 'a, L> {
    simulation: &'s mut Simulation<'a>,
    look: L,
    part: usize,
    waiting: Vec<Trajectory>,
    /// In them.
    bytes: usize,
    written: Instant,
    kept: Instant,
}

impl<L> Scribe<'_, '_, L> {
    fn write(&mut self) -> Result<(), StoreError> {
        let Simulation { ensemble, scenario, writer, position, .. } = &mut *self.simulation;
        writer.place(&pieces(scenario, &ensemble.times, &self.waiting, position))?;
        self.waiting.clear();
        (self.bytes, self.written) = (0, Instant::now());
        Ok(())
    }
}

impl<L: FnMut(&Trajectory) -> Option<Trajectory>> Receiver for Scribe<'_, '_, L> {
    type Error = StoreError;

    fn take(&mut self, part: Trajectory, _: bool) -> Result<(), StoreError> {
        self.bytes += part.bytes();
        if let Some(seen) = (self.look)(&part) {
            self.simulation.observed.push(seen);
        }
        self.waiting.push(part);
        if self.bytes > MOST_WAITING || self.written.elapsed() > WRITE_EVERY {
            self.write()?;
        }
        Ok(())
    }

    fn part(&self) -> usize {
        self.part
    }

    fn wants_part(&mut self) -> bool {
        self.part < usize::MAX && self.written.elapsed() > WRITE_EVERY
    }

    fn wants_checkpoint(&mut self) -> bool {
        self.kept.elapsed() > self.simulation.pause
    }

    fn keep(&mut self, checkpoint: &[u8]) -> Result<(), StoreError> {
        let start = Instant::now();
        self.write()?;
        let Simulation { writer, position, observed, pause, .. } = &mut *self.simulation;
        let kept = (&*position, &*observed, checkpoint);
        let state = postcard::to_stdvec(&kept).expect("memory takes all that is written");
        writer.checkpoint(&identity(), &state)?;
        *pause = (*pause).max(start.elapsed() * LEAST_PAUSE);
        self.kept = Instant::now();
        Ok(())
    }
}
