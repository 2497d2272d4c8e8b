//! Python users can read the files: `read_back.py` opens one with h5py and with both xarray
//! engines.

mod common;

use std::path::Path;
use std::process::Command;

use common::{append, create, destination, every_kind, piece, python};
use equipoise_store::{Completion, Existing};

#[test]
fn h5py_and_xarray_read_what_was_written() {
    let (_folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    append(&mut writer, &piece(0, 1), "realization").expect("first piece");
    writer.write(&every_kind()).expect("whole group");
    append(&mut writer, &piece(1, 2), "realization").expect("second piece");
    writer.finish(Completion::Complete).expect("finished");

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read_back.py");
    let output = Command::new(python()).arg(script).arg(&path).output().expect("Python runs");
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(
        output.status.success() && out.contains("read back"),
        "{out}\n{err}\nrun `./setup --tests` if a module is missing"
    );
}
