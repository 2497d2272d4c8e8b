//! Simulating an ensemble into a file: piece by piece, with checkpoints, from the beginning or from a checkpoint, with Ctrl-C.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use equipoise::engine::ensemble::{CHECKPOINT_VERSION, Receiver};
use equipoise::engine::{Ensemble, Headway, Outcome, RunError, Shelf, Trajectory};
use equipoise::job::room::check_states;
use equipoise::layout::stream::{Part, Position, REALIZATION, declarations, pieces};
use equipoise::layout::{SOURCE, shards};
use equipoise::model::Scenario;
use equipoise::store::{
    Existing, Provenance, ResultWriter, StoreError, read_checkpoint, read_unfinished,
};
use equipoise::validation::Observed;
use indicatif::HumanCount;
use miette::miette;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::arguments::{Common, Persistence};
use super::crew;
use super::failure::Failure;
use super::output::note;
use super::progress::Progress;
use super::scenario;
use super::shards::{Plan, Shard, check_begun, check_earlier};

/// What has been simulated waits this long, at most, before it is written,
const WRITE_EVERY: Duration = Duration::from_secs(2);
/// and until it is so many bytes.
const MOST_WAITING: usize = 1 << 24;
/// Signals that come within this time of the first are one.
const SAME_SIGNAL: Duration = Duration::from_millis(100);
/// The same on the ranks of a job, which may be told by the scheduler, and then once more by `mpirun`.
const PASSED_ON: Duration = Duration::from_secs(30);
static ARE_PASSED_ON: AtomicBool = AtomicBool::new(false);
/// Checkpoints take at most this part of the time.
const LEAST_PAUSE: u32 = 20;

/// The flag that Ctrl-C, SIGTERM and SIGHUP set, the same for all ensembles of the program. The second signal ends the program at once.
///
/// `timeout` and some shells send one to the process and to its group: what comes within a moment of the first is the same.
pub fn stop_on_signal() -> &'static AtomicBool {
    static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    STOP.get_or_init(handle_signals)
}

/// From now on signals may come from those who start ranks, too.
pub fn expect_passed_on_signals() {
    ARE_PASSED_ON.store(true, Ordering::Relaxed);
}

fn handle_signals() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let mut first = None;
    let handler = move || {
        flag.store(true, Ordering::Relaxed);
        let same = if ARE_PASSED_ON.load(Ordering::Relaxed) { PASSED_ON } else { SAME_SIGNAL };
        if first.get_or_insert_with(Instant::now).elapsed() > same {
            std::process::exit(130);
        }
    };
    // Without a handler a signal ends the program at once; the file is readable then, too.
    if let Err(error) = ctrlc::set_handler(handler) {
        note(&format!("note: Ctrl-C will end the run at once ({error})"));
    }
    stop
}

/// What a command wants to know of an ensemble, beside what is in the file. It goes into checkpoints.
pub trait Watch: Serialize + DeserializeOwned {
    /// Its name.
    const COMMAND: &str;
    /// Bytes of a network that are gathered before they are handed over.
    const PART: usize;

    /// Looks at a part of a network, and whether it is complete with it. Parts of one that is not may come once more after a checkpoint.
    fn watch(&mut self, part: &Trajectory, is_last: bool);
}

/// It takes in whole networks.
impl Watch for Observed {
    const COMMAND: &str = "validate";
    const PART: usize = usize::MAX;

    fn watch(&mut self, network: &Trajectory, is_last: bool) {
        if is_last {
            self.push(network.clone());
        }
    }
}

/// What a checkpoint holds: how many networks the file had at least, where events belong, what was watched, and the ensemble.
type Kept<W> = (usize, Position, W, Vec<u8>);

/// What may go on from a checkpoint: the same command of the same program, for the same scenario.
fn identity<W: Watch>(scenario: &Scenario) -> String {
    let mut hasher = DefaultHasher::new();
    (&scenario.text, scenario.seed).hash(&mut hasher);
    format!(
        "{SOURCE}, checkpoint version {CHECKPOINT_VERSION}, {}, scenario {:016x}",
        W::COMMAND,
        hasher.finish()
    )
}

/// How a run begins, and what it says and keeps meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Whether it goes on with one that was begun before.
    pub resume: bool,
    /// What to do with a result that is there.
    pub existing: Existing,
    /// Least time between two checkpoints.
    pub pause: Duration,
    /// Whether nothing is told.
    pub quiet: bool,
    /// Whether ranks write what is recorded of their neurons, each its own.
    pub shards: bool,
}

impl Terms {
    /// As the user asks for.
    pub fn new(common: &Common, persistence: &Persistence) -> Self {
        Self {
            resume: persistence.resume,
            existing: scenario::existing(common),
            pause: Duration::from_secs_f64(persistence.checkpoint),
            quiet: common.quiet,
            shards: false,
        }
    }
}

/// An ensemble that is simulated into a file.
pub struct Simulation<'a, W> {
    pub ensemble: &'a Ensemble<'a>,
    pub scenario: &'a Scenario,
    pub writer: ResultWriter,
    checkpoint: Option<Vec<u8>>,
    position: Position,
    pub watched: W,
    terms: Terms,
}

impl<'a, W: Watch> Simulation<'a, W> {
    /// Into a new file, or into one that was begun before.
    pub fn begin(
        (ensemble, scenario): (&'a Ensemble<'a>, &'a Scenario),
        (path, provenance): (&Path, &Provenance),
        terms: Terms,
        watched: W,
    ) -> Result<Self, Failure> {
        let existing = terms.existing;
        let begin = |writer| Self {
            ensemble,
            scenario,
            writer,
            checkpoint: None,
            position: Position::default(),
            watched,
            terms,
        };
        if !terms.resume {
            return Ok(begin(ResultWriter::create(path, provenance, existing)?));
        }
        // All that may be wrong is found out before anything is changed.
        fits(&read_unfinished(path, existing)?.provenance, provenance, path)?;
        check_begun(path, (scenario, &ensemble.times), terms.shards)?;
        let kept = kept::<W>(path, scenario)?;
        kept.as_ref().map_or(Ok(()), |_| check_earlier(path))?;
        let mut simulation = begin(ResultWriter::resume(path)?.with_existing(existing));
        match kept {
            Some(kept) => simulation.go_on_from(kept, path)?,
            None => simulation
                .note("note: the run was ended before its first checkpoint and begins again"),
        }
        Ok(simulation)
    }

    fn go_on_from(&mut self, kept: Kept<W>, path: &Path) -> Result<(), Failure> {
        let (networks, position, watched, ensemble) = kept;
        let mut lengths = position.lengths(self.scenario);
        lengths.push(("trajectory".to_owned(), REALIZATION, networks));
        for (group, dimension, least) in lengths {
            let length = self.writer.length(&group, dimension).unwrap_or_default();
            if length < least {
                return Err(Failure::File(miette!(
                    help = "begin it again with --force",
                    "the checkpoint of `{}` is of another file: /{group} should have {least} places along `{dimension}`, and has {length}",
                    path.display()
                )));
            }
        }
        (self.position, self.watched, self.checkpoint) = (position, watched, Some(ensemble));
        Ok(())
    }

    fn note(&self, line: &str) {
        if !self.terms.quiet {
            note(line);
        }
    }

    /// Declares the groups that the ensemble fills; with shards, where the arrays of neurons are.
    fn declare(&mut self) -> Result<Option<Plan>, Failure> {
        let (scenario, times) = (self.scenario, &self.ensemble.times);
        let is_whole = self.terms.shards;
        let groups = if is_whole { shards::declarations } else { declarations };
        for (group, growing) in groups(scenario, times) {
            if !self.writer.holds(&group.name) {
                self.writer.declare(&group, growing.as_slice())?;
            }
        }
        let goes_on = self.checkpoint.is_some();
        let plan =
            is_whole.then(|| Plan::begin((self.ensemble, scenario), goes_on, &mut self.writer));
        plan.transpose()
    }

    /// Simulates, and writes what comes.
    pub fn run(&mut self) -> Result<Outcome, Failure> {
        let (own, scenario) = (self.ensemble, self.scenario);
        let mut plan = self.declare()?;
        let begin = |plan: &Plan| Shard::begin((own, scenario), &plan.shards, None);
        let shard = plan.as_ref().map(begin).transpose()?;
        let shelf = shard.as_ref().map(|shard| shard as &dyn Shelf);
        let ensemble = &Ensemble { shelf, ..own.clone() };
        let stop = stop_on_signal();
        let (headway, start) = (Headway::default(), Instant::now());
        let progress = Progress::new(ensemble, &headway, &scenario.sampling.time_unit);
        let Terms { quiet, pause, .. } = self.terms;
        let checkpoint = self.checkpoint.take();
        let fits = check_states(scenario, ensemble);
        if let Err(why) = &fits {
            self.note(&format!("note: {why}"));
        }
        let mut scribe = Scribe {
            keeps_states: fits.is_ok(),
            simulation: self,
            shards: shard.as_ref().zip(plan.as_mut()),
            waiting: Vec::new(),
            bytes: 0,
            written: start,
            kept: start,
            pause,
        };
        crew::call(ensemble, scenario, scribe.shards.as_ref().map(|(_, plan)| &plan.shards))?;
        let outcome = progress.shown_unless(quiet, || {
            ensemble.go_on(checkpoint.as_deref(), stop, &headway, &mut scribe)
        });
        // What came before a network failed is kept; where writing failed there is nothing to write to.
        if !matches!(outcome, Err(RunError::Receiver(_))) {
            scribe.write()?;
        }
        let outcome = outcome?;
        let (jumps, seconds) = (headway.jumps(), start.elapsed().as_secs_f64());
        self.note(&format!(
            "simulated {} jumps in {seconds:.1} s ({:.1} million a second)",
            HumanCount(jumps),
            jumps as f64 / seconds / 1e6
        ));
        Ok(outcome)
    }
}

/// The checkpoint of an unfinished run, if there is one.
fn kept<W: Watch>(path: &Path, scenario: &Scenario) -> Result<Option<Kept<W>>, StoreError> {
    match read_checkpoint(path, &identity::<W>(scenario)) {
        Ok(bytes) => postcard::from_bytes(&bytes)
            .map(Some)
            .map_err(|_| StoreError::DamagedCheckpoint { checkpoint: path.into() }),
        Err(StoreError::NoCheckpoint { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Checks that a run was begun by this command with this scenario.
fn fits(found: &Provenance, asked: &Provenance, path: &Path) -> Result<(), Failure> {
    let command = |provenance: &Provenance| {
        let history = provenance.history.split_once(": ").map_or("", |(_, command)| command);
        history.split(' ').next().unwrap_or_default().to_owned()
    };
    let (begun, now) = (command(found), command(asked));
    if begun != now {
        return Err(Failure::Usage(miette!(
            "`{}` was begun by `equipoise {begun}`, and `equipoise {now}` cannot go on with it",
            path.display()
        )));
    }
    if (&found.scenario, found.seed) == (&asked.scenario, asked.seed) {
        return Ok(());
    }
    let difference = difference(found, asked);
    Err(Failure::Usage(miette!(
        help = "give the scenario and the --set and --seed that the run was begun with; `equipoise info --scenario` prints it",
        "`{}` was begun with another scenario: {difference}",
        path.display()
    )))
}

/// The first line in which two scenarios differ.
pub fn difference(found: &Provenance, asked: &Provenance) -> String {
    let pairs = found.scenario.lines().zip(asked.scenario.lines());
    pairs.enumerate().find(|(_, (old, new))| old != new).map_or_else(
        || "one of them has more lines".to_owned(),
        |(line, (old, new))| format!("line {} is `{new}` and was `{old}`", line + 1),
    )
}

/// Writes what the ensemble hands over.
struct Scribe<'s, 'a, W> {
    /// Whether checkpoints hold networks that are under way.
    keeps_states: bool,
    simulation: &'s mut Simulation<'a, W>,
    /// The shard of this rank, and how arrays are put together of all.
    shards: Option<(&'s Shard<'a>, &'s mut Plan)>,
    waiting: Vec<Part>,
    /// In them.
    bytes: usize,
    written: Instant,
    kept: Instant,
    /// Least time between two checkpoints, by what the last one took.
    pause: Duration,
}

impl<W> Scribe<'_, '_, W> {
    fn write(&mut self) -> Result<(), StoreError> {
        let Simulation { ensemble, scenario, writer, position, .. } = &mut *self.simulation;
        if let Some((shard, plan)) = &mut self.shards {
            plan.see_to(shard, writer)?;
        }
        writer.place(&pieces(scenario, &ensemble.times, &self.waiting, position))?;
        self.waiting.clear();
        (self.bytes, self.written) = (0, Instant::now());
        Ok(())
    }
}

impl<W: Watch> Receiver for Scribe<'_, '_, W> {
    type Error = StoreError;

    fn take(&mut self, part: Trajectory, is_last: bool) -> Result<(), StoreError> {
        self.bytes += part.bytes();
        self.simulation.watched.watch(&part, is_last);
        self.waiting.push(Part { trajectory: part, is_last });
        if self.bytes > MOST_WAITING || self.written.elapsed() > WRITE_EVERY {
            self.write()?;
        }
        Ok(())
    }

    fn part(&self) -> usize {
        W::PART
    }

    fn wants_part(&mut self) -> bool {
        W::PART < usize::MAX && self.written.elapsed() > WRITE_EVERY
    }

    fn keeps_states(&self) -> bool {
        self.keeps_states
    }

    fn wants_checkpoint(&mut self) -> bool {
        self.kept.elapsed() > self.pause
    }

    fn keep(&mut self, checkpoint: &[u8]) -> Result<(), StoreError> {
        let start = Instant::now();
        self.write()?;
        let Simulation { scenario, writer, position, watched, terms, .. } = &mut *self.simulation;
        let networks = writer.length("trajectory", REALIZATION).unwrap_or_default();
        let kept = (networks, &*position, &*watched, checkpoint);
        let state = postcard::to_stdvec(&kept).expect("memory takes all that is written");
        writer.checkpoint(&identity::<W>(scenario), &state)?;
        self.pause = terms.pause.max(start.elapsed() * LEAST_PAUSE);
        self.kept = Instant::now();
        Ok(())
    }
}
