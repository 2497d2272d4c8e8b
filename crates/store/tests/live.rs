//! A file can be read while it is written, with h5py (`live.py`) and with this crate.

mod common;

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{create, destination, partial_of, python};
use equipoise_store::{Existing, Group, Piece, ResultWriter, Values, Variable, read_group};

const PLACE: &str = "EQUIPOISE_STORE_TEST_READ";
const AT_ONCE: usize = 2000;

fn events(from: usize, count: usize) -> Group {
    let numbers: Vec<u64> = (from..from + count).map(|number| number as u64).collect();
    let times: Vec<f64> = numbers.iter().map(|&number| number as f64 / 7.0).collect();
    Group::new("events")
        .with_dimension("event", count)
        .with_variable(Variable::new("time", &["event"], times))
        .with_variable(Variable::new("number", &["event"], numbers))
}

/// A writer of a file with some events in it.
fn begun(path: &Path) -> ResultWriter {
    let mut writer = create(path, Existing::Refuse);
    writer.declare(&events(0, 0), &[("event", 0)]).expect("declared");
    place(&mut writer);
    writer
}

fn place(writer: &mut ResultWriter) {
    let from = writer.length("events", "event").expect("declared");
    let piece = Piece::new(events(from, AT_ONCE), &[("event", from)]);
    writer.place(&[piece]).expect("placed");
}

/// Writes as long as a reader runs, and returns what it said.
fn while_it_is_written(path: &Path, reader: &mut Command) -> String {
    let mut writer = begun(path);
    let reader = reader.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut reader = reader.spawn().expect("a reader");
    while reader.try_wait().expect("a reader").is_none() {
        place(&mut writer);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let output = reader.wait_with_output().expect("its output");
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    println!("{out}");
    out.into_owned()
}

#[test]
fn h5py_reads_while_we_write() {
    let (_folder, path) = destination();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live.py");
    let mut reader = Command::new(python());
    let said = while_it_is_written(&path, reader.arg(script).arg(partial_of(&path)));
    assert!(said.contains("read "), "{said}\nrun `./setup --tests` if a module is missing");
}

#[test]
fn we_read_while_we_write() {
    if let Some(partial) = env::var_os(PLACE) {
        let mut before = 0;
        for _ in 0..100 {
            let group = read_group(Path::new(&partial), "events").expect("read");
            let Values::Float(times) = &group.variables[0].values else { panic!("{group:?}") };
            assert!(times.len() >= before);
            before = times.len();
            for (number, time) in times.iter().enumerate() {
                let is_coming = number >= before - AT_ONCE && time.is_nan();
                assert!(*time == number as f64 / 7.0 || is_coming, "{number}: {time}");
            }
        }
        return;
    }
    let (_folder, path) = destination();
    let mut reader = Command::new(env::current_exe().expect("this program"));
    reader.args(["--exact", "we_read_while_we_write"]).env(PLACE, partial_of(&path));
    while_it_is_written(&path, &mut reader);
}
