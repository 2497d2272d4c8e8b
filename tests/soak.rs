//! Long runs under watch: memory stays flat, and files hold what was recorded and no more. Run by `cargo test --release --test soak -- --ignored --nocapture`.

mod common;

use std::fs;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use common::{Place, Run};
use equipoise::store::{read_group, read_header};
use serde_json::Value;

/// Kilobytes of memory that a process has now.
fn resident(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Memory along a run in kilobytes, every so often, and what the program printed.
fn watched(place: &Place, arguments: &str, every: Duration) -> (Vec<u64>, Value) {
    let mut command = place.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut memory = Vec::new();
    while child.try_wait().expect("a child").is_none() {
        memory.extend(resident(&child));
        sleep(every);
    }
    let run = Run::from(child.wait_with_output().expect("it has ended")).expect(0);
    eprint!("{}", run.err);
    (memory, serde_json::from_str(&run.out).expect("one object"))
}

/// The largest of the first third and of the rest, in megabytes.
fn early_and_late(memory: &[u64]) -> (f64, f64) {
    let (early, late) = memory.split_at(memory.len() / 3);
    let largest = |part: &[u64]| part.iter().max().map_or(0.0, |most| *most as f64 / 1024.0);
    (largest(early), largest(late))
}

/// Ten thousand million jumps of one network, with samples and bins of activity as they come: 150 MB of them, in a few megabytes of memory.
#[test]
#[ignore = "takes minutes"]
fn memory_stays_flat_over_ten_thousand_million_jumps() {
    let place = Place::new();
    let (memory, object) = watched(
        &place,
        "simulate scenarios/inhibition-stabilised.toml --set n=10000 --set ensemble.replicates=1 --set duration=140 \
         --set sample_interval=0.001 --set record.activity=0.00005 --json -o long.h5",
        Duration::from_millis(200),
    );
    let trajectory = read_group(&place.path("long.h5"), "trajectory").expect("read");
    let equipoise::store::Values::Integer(jumps) =
        &trajectory.variable("jumps").expect("jumps").values
    else {
        panic!("jumps are counts")
    };
    let jumps: i64 = jumps[jumps.len() - 4..].iter().sum();
    let (early, late) = early_and_late(&memory);
    let size = fs::metadata(place.path("long.h5")).expect("a file").len() as f64 / 1e6;
    println!(
        "{jumps} jumps; memory at most {early:.0} MB in the first third, {late:.0} MB after it; file {size:.0} MB"
    );
    assert!(jumps > 10_000_000_000, "{jumps} jumps");
    assert!(late < 1.1 * early + 4.0, "{early} MB became {late} MB");
    // By sample: means, variances, third cumulants, spikes of two populations, four jumps, a time; by bin: four jumps and a time.
    let recorded = (140_001.0 * 13.0 + 2_800_000.0 * 5.0) * 8.0 / 1e6;
    assert!(size < 1.1 * recorded, "{size} MB for {recorded} MB");
    assert_eq!(object["complete"], true);
}

#[test]
#[ignore = "takes a minute"]
fn memory_stays_flat_over_a_hundred_thousand_networks() {
    let place = Place::new();
    let (memory, object) = watched(
        &place,
        "simulate scenarios/inhibition-stabilised.toml --set n=4 --set ensemble.replicates=100000 --json -o many.h5",
        Duration::from_millis(50),
    );
    let (early, late) = early_and_late(&memory);
    let size = fs::metadata(place.path("many.h5")).expect("a file").len() as f64 / 1e6;
    println!(
        "memory at most {early:.0} MB in the first third, {late:.0} MB after it; file {size:.0} MB"
    );
    assert!(late < 1.2 * early + 4.0, "{early} MB became {late} MB");
    assert_eq!(object["replicates"], 100_000);
    assert!(read_header(&place.path("many.h5")).expect("header").complete);
}
