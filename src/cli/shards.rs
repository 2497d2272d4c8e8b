//! Shards: each rank that shares in a network writes what is recorded of its neurons into a file of its own, and rank 0 puts arrays together of them.

use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use equipoise::cluster::World;
use equipoise::engine::ensemble::TOGETHER_FROM;
use equipoise::engine::shelf::{Kept, Row};
use equipoise::engine::{Ensemble, Shelf};
use equipoise::layout;
use equipoise::layout::shards::{Rows, Share, arrays, assemblies, place};
use equipoise::model::Scenario;
use equipoise::store::{
    Assembly, Completion, GroupReader, ResultWriter, Shards, StoreError, Variable, named_shards,
    unfinished_file,
};
use indicatif::HumanCount;
use miette::miette;

use super::failure::{self, Failure};

/// Rows wait this long, at most, before they are written,
const WRITE_EVERY: Duration = Duration::from_secs(2);
/// and until they are so many bytes.
const MOST_WAITING: usize = 1 << 24;

/// Checks that there is something to write into shards.
pub fn check(scenario: &Scenario, ensemble: &Ensemble<'_>) -> Result<(), Failure> {
    if !ensemble.is_large() {
        return Err(Failure::Usage(miette!(
            help = "leave --shards out: one process writes what such a network records",
            "--shards is for networks that ranks share: by leaps (engine.method = \"leap\"), from {} neurons on; this one has {} and is simulated by method `{}`",
            HumanCount(TOGETHER_FROM as u64),
            HumanCount(scenario.network.neuron_count() as u64),
            scenario.method.name()
        )));
    }
    if arrays(scenario, &ensemble.times).is_empty() {
        return Err(Failure::Usage(miette!(
            help = "leave --shards out, or set record.snapshots or record.potentiations",
            "--shards has nothing to write: the scenario records neither snapshots nor potentiations of neurons"
        )));
    }
    Ok(())
}

/// Checks that a run goes on with shards as it was begun. Changes nothing.
pub fn check_begun(
    path: &Path,
    (scenario, times): (&Scenario, &[f64]),
    are_wanted: bool,
) -> Result<(), Failure> {
    let begun = unfinished_file(path);
    let has_shards = !named_shards(&begun).is_empty();
    let has_array = |(_, group, variable): (Kept, String, Variable)| {
        let reader = GroupReader::open(&begun, &group);
        reader.is_ok_and(|reader| reader.outline().variable(&variable.name).is_some())
    };
    let wrong = match are_wanted {
        false if has_shards => "with --shards",
        true if !has_shards && arrays(scenario, times).into_iter().any(has_array) => {
            "without --shards"
        }
        _ => return Ok(()),
    };
    Err(Failure::Usage(miette!(
        help = "give the options that the run was begun with",
        "`{}` was begun {wrong}, and goes on only so",
        path.display()
    )))
}

/// Checks that what earlier parts of a run have written is there: a checkpoint counts on it.
pub fn check_earlier(path: &Path) -> Result<(), StoreError> {
    let begun = unfinished_file(path);
    match named_shards(&begun).into_iter().find(|shard| !shard.is_file()) {
        Some(shard) => {
            let source = io::ErrorKind::NotFound.into();
            Err(StoreError::Shard { path: begun, shard, source })
        }
        None => Ok(()),
    }
}

/// What each of so many ranks has of the neurons.
fn share<'a>(
    (ensemble, scenario): (&'a Ensemble<'a>, &'a Scenario),
    (rank, ranks): (usize, usize),
) -> Share<'a> {
    let neurons: Vec<Range<usize>> = ensemble.neurons_of(rank, ranks);
    Share { scenario, times: &ensemble.times, neurons }
}

/// The shard of this rank.
#[derive(Debug)]
pub struct Shard<'a> {
    share: Share<'a>,
    inside: Mutex<Inside>,
    /// The job to be ended where the shard cannot be written, on other ranks than 0.
    world: Option<&'a World>,
}

#[derive(Debug)]
struct Inside {
    /// None where no neuron that is recorded is on this rank.
    writer: Option<ResultWriter>,
    waiting: Vec<Rows>,
    bytes: usize,
    written: Instant,
    /// The first row of each array that came.
    begun: Vec<(Kept, u64, usize)>,
    failure: Option<StoreError>,
}

impl<'a> Shard<'a> {
    /// Begins the shard of this rank of an ensemble.
    pub fn begin(
        (ensemble, scenario): (&'a Ensemble<'a>, &'a Scenario),
        shards: &Shards,
        world: Option<&'a World>,
    ) -> Result<Self, StoreError> {
        let (rank, ranks) = (ensemble.ranks.rank(), ensemble.ranks.size());
        let share = share((ensemble, scenario), (rank, ranks));
        let groups = share.groups();
        let writer = if groups.is_empty() {
            None
        } else {
            let command = format!("simulate, part {}, rank {rank} of {ranks}", shards.part);
            let provenance = layout::provenance(scenario, &command);
            let mut writer = ResultWriter::create_shard(&shards.path(rank), &provenance)?;
            for ((group, growing), full_length) in groups {
                writer.declare(&group, growing.as_slice())?;
                writer.place(&[full_length])?;
            }
            Some(writer)
        };
        let inside = Inside {
            writer,
            waiting: Vec::new(),
            bytes: 0,
            written: Instant::now(),
            begun: Vec::new(),
            failure: None,
        };
        Ok(Self { share, inside: Mutex::new(inside), world })
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first row of an array that came, if one has come.
    fn begun(&self, kept: Kept) -> Option<(u64, usize)> {
        let inside = self.inside();
        let found = inside.begun.iter().find(|(begun, ..)| *begun == kept);
        found.map(|(_, replicate, number)| (*replicate, *number))
    }

    /// What is wrong with it, once.
    fn failure(&self) -> Result<(), StoreError> {
        self.inside().failure.take().map_or(Ok(()), Err)
    }

    /// Does something with the shard, unless it has failed before.
    fn change(&self, change: impl FnOnce(&mut Inside) -> Result<(), StoreError>) {
        let mut inside = self.inside();
        if inside.failure.is_some() || inside.writer.is_none() {
            return;
        }
        let Err(error) = change(&mut inside) else { return };
        if let Some(world) = self.world {
            let failure = Failure::from(error);
            let status = failure.status();
            failure::report(failure);
            world.abort(status);
        }
        // Nothing more is written.
        (inside.failure, inside.writer) = (Some(error), None);
    }
}

impl Inside {
    /// Takes in a row of so many neurons, or a part of one.
    fn take(&mut self, row: Row<'_>, whole: usize) {
        let Row { kept, replicate, number, population, first, values } = row;
        self.bytes += size_of_val(values);
        let width = values.len();
        let follows = |rows: &&mut Rows| {
            let end = rows.number + rows.values.len() / rows.width;
            let place = (rows.kept, rows.replicate, rows.population, rows.width, end);
            width == whole && place == (kept, replicate, population, width, number)
        };
        if let Some(before) = self.waiting.iter_mut().find(follows) {
            before.values.extend_from_slice(values);
            return;
        }
        let values = values.to_vec();
        self.waiting.push(Rows { kept, replicate, population, number, first, width, values });
    }

    /// Writes what waits.
    fn write(&mut self, share: &Share<'_>) -> Result<(), StoreError> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        for rows in self.waiting.drain(..) {
            writer.place(&[share.piece(rows)])?;
        }
        (self.bytes, self.written) = (0, Instant::now());
        Ok(())
    }
}

impl Shelf for Shard<'_> {
    fn put(&self, row: Row<'_>) {
        let mut inside = self.inside();
        if !inside.begun.iter().any(|(kept, ..)| *kept == row.kept) {
            inside.begun.push((row.kept, row.replicate, row.number));
        }
        drop(inside);
        if row.values.is_empty() {
            return;
        }
        self.change(|inside| {
            inside.take(row, self.share.width(row.kept, row.population));
            let is_due = inside.bytes > MOST_WAITING || inside.written.elapsed() > WRITE_EVERY;
            if is_due { inside.write(&self.share) } else { Ok(()) }
        });
    }

    fn settle(&self) {
        self.change(|inside| {
            inside.write(&self.share)?;
            inside.writer.as_ref().map_or(Ok(()), ResultWriter::settle)
        });
    }

    fn close(&self) {
        self.change(|inside| {
            inside.write(&self.share)?;
            let writer = inside.writer.take();
            writer.map_or(Ok(()), |writer| writer.finish(Completion::Complete).map(drop))
        });
    }
}

/// How arrays are put together of the shards of a part of a run, on rank 0.
#[derive(Debug)]
pub struct Plan {
    /// The shards.
    pub shards: Shards,
    /// Each array, with whether the file has it so.
    arrays: Vec<(Kept, Assembly, bool)>,
}

impl Plan {
    /// Of the part that begins now. Where it goes on from a checkpoint, earlier parts have rows of the arrays in the file, and this one those from its first on, which is not known yet; otherwise
    /// all rows are of this part, and shards of earlier ones need not be there.
    pub fn begin(
        (ensemble, scenario): (&Ensemble<'_>, &Scenario),
        goes_on: bool,
        writer: &mut ResultWriter,
    ) -> Result<Self, Failure> {
        let shards = writer.shards()?;
        let ranks = ensemble.ranks.size();
        let shares = (0..ranks).map(|rank| share((ensemble, scenario), (rank, ranks)));
        let shares: Vec<Share<'_>> = shares.collect();
        let Some(all) = assemblies(&shares, &shards) else {
            let folder = shards.folder.display();
            return Err(Failure::File(miette!("`{folder}` cannot be named in a file")));
        };
        let mut plan = Self { shards, arrays: Vec::new() };
        let mut new = Vec::new();
        for (kept, array) in all {
            let is_new = !goes_on || writer.tiles(&array.group, &array.variable.name)?.is_empty();
            new.extend(is_new.then(|| array.clone()));
            plan.arrays.push((kept, array, is_new));
        }
        writer.assemble(&new)?;
        Ok(plan)
    }

    /// Sees to it that arrays have the rows that this part has begun to write, and that these are written.
    pub fn see_to(
        &mut self,
        shard: &Shard<'_>,
        writer: &mut ResultWriter,
    ) -> Result<(), StoreError> {
        shard.failure()?;
        let mut changed = Vec::new();
        for (kept, array, is_placed) in &mut self.arrays {
            if *is_placed {
                continue;
            }
            let Some((replicate, number)) = shard.begun(*kept) else { continue };
            let place = place(*kept, replicate, number);
            let old = writer.tiles(&array.group, &array.variable.name)?;
            let before = old.iter().flat_map(|tile| tile.before(&place));
            let tiles = before.chain(array.tiles.iter().flat_map(|tile| tile.after(&place)));
            changed.push(Assembly { tiles: tiles.collect(), ..array.clone() });
            *is_placed = true;
        }
        writer.assemble(&changed)
    }
}
