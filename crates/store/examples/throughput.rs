//! How much room and time growing groups take: `cargo run --release -p equipoise-store --example
//! throughput FOLDER`.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use equipoise_store::{
    Completion, Existing, Group, Piece, Provenance, ResultWriter, Sorting, Variable,
};

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let folder = env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let folder = Path::new(&folder);
    realizations(folder, 100_000, 17, 500)?;
    long(folder, 1_000_000, 1000)?;
    long(folder, 1_000_000, 10_000)?;
    for sonata in [false, true] {
        spikes(folder, 50_000_000, 100_000, sonata)?;
        spikes(folder, 50_000_000, 1_000_000, sonata)?;
    }
    plain(folder, 1_200_000_000, 2_400_000)
}

/// Numbers without order, as moments of a network are.
fn noise(seed: usize) -> f64 {
    let mut state = (seed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((state ^ (state >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn samples(realizations: usize, from: usize, times: usize, first: usize) -> Group {
    let length = realizations * times * 2;
    let from_value = (first * times + from) * 2;
    let means: Vec<f64> = (from_value..from_value + length).map(noise).collect();
    let jumps: Vec<i64> = (from_value..from_value + length)
        .map(|i| 40 * i as i64 + (noise(i) * 50.0) as i64)
        .collect();
    let numbers: Vec<i64> = (first..first + realizations).map(|r| r as i64).collect();
    Group::new("trajectory")
        .with_coordinate(Variable::coordinate("realization", numbers))
        .with_dimension("time", times)
        .with_dimension("population", 2)
        .with_variable(Variable::new("mean", &["realization", "time", "population"], means))
        .with_variable(Variable::new("jumps", &["realization", "time", "population"], jumps))
}

fn realizations(folder: &Path, count: usize, times: usize, at_once: usize) -> Outcome {
    let mut run = Measured::begin(
        folder,
        &format!("{count} realizations of {times} x 2, {at_once} at a time"),
    )?;
    run.writer.declare(&samples(0, 0, times, 0), &[("realization", count)])?;
    for first in (0..count).step_by(at_once) {
        run.place(samples(at_once, 0, times, first), "realization", first)?;
    }
    run.end()
}

fn long(folder: &Path, times: usize, at_once: usize) -> Outcome {
    let mut run = Measured::begin(
        folder,
        &format!("{times} samples of one realization, {at_once} at a time"),
    )?;
    run.writer.declare(&samples(0, 0, times, 0), &[("realization", 1)])?;
    for from in (0..times).step_by(at_once) {
        run.place(samples(1, from, at_once, 0), "time", from)?;
    }
    run.end()
}

fn spikes(folder: &Path, count: usize, at_once: usize, sonata: bool) -> Outcome {
    let what = if sonata { "SONATA spikes" } else { "spikes" };
    let mut run = Measured::begin(folder, &format!("{count} {what}, {at_once} at a time"))?;
    let events = |from: usize, count: usize| {
        let times = (from..from + count).map(|i| (i as f64 + noise(i)) * 1e-5).collect::<Vec<_>>();
        let neurons =
            (from..from + count).map(|i| (noise(i + 7) * 1000.0) as u64).collect::<Vec<_>>();
        let group = Group::new("spikes/E")
            .with_dimension("spike", count)
            .with_variable(Variable::new("timestamps", &["spike"], times))
            .with_variable(Variable::new("node_ids", &["spike"], neurons))
            .with_variable(Variable::new("realization", &["spike"], vec![3_i64; count]));
        if sonata { group.with_attribute("sorting", Sorting::by_time) } else { group }
    };
    run.writer.declare(&events(0, 0), &[("spike", 0)])?;
    for from in (0..count).step_by(at_once) {
        run.place(events(from, at_once), "spike", from)?;
    }
    run.end()
}

/// A run whose placing is timed.
struct Measured {
    name: String,
    writer: ResultWriter,
    bytes: usize,
    seconds: f64,
}

impl Measured {
    fn begin(folder: &Path, name: &str) -> Result<Self, Box<dyn Error>> {
        let path = folder.join("throughput.h5");
        let writer = ResultWriter::create(&path, &Provenance::default(), Existing::Replace)?;
        Ok(Self { name: name.to_owned(), writer, bytes: 0, seconds: 0.0 })
    }

    fn place(&mut self, group: Group, along: &str, at: usize) -> Outcome {
        self.bytes += 8 * group.variables.iter().map(|v| v.values.len()).sum::<usize>();
        let piece = [Piece::new(group, &[(along, at)])];
        let start = Instant::now();
        self.writer.place(&piece)?;
        self.seconds += start.elapsed().as_secs_f64();
        Ok(())
    }

    fn end(self) -> Outcome {
        let path = self.writer.finish(Completion::Complete)?;
        let ratio = fs::metadata(&path)?.len() as f64 / self.bytes as f64;
        let (megabytes, seconds) = (self.bytes as f64 / 1e6, self.seconds);
        let speed = megabytes / seconds;
        println!(
            "{}: {megabytes:.0} MB in {seconds:.2} s, {speed:.0} MB/s; the file has {ratio:.3} of that",
            self.name
        );
        Ok(fs::remove_file(path)?)
    }
}

/// The same without a format.
fn plain(folder: &Path, bytes: usize, at_once: usize) -> Outcome {
    let path = folder.join("throughput.raw");
    let piece: Vec<u8> = (0..at_once / 8).flat_map(|i| noise(i).to_ne_bytes()).collect();
    let (start, mut file) = (Instant::now(), File::create(&path)?);
    for _ in 0..bytes / at_once {
        file.write_all(&piece)?;
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("plain file: {:.0} MB/s", bytes as f64 / 1e6 / seconds);
    Ok(fs::remove_file(path)?)
}
