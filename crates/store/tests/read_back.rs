//! Python users can read the files: `read_back.py` opens one with h5py and with both xarray
//! engines.

mod common;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{append, create, destination, every_kind, piece};
use equipoise_store::{Completion, Existing};

/// The interpreter named by `EQUIPOISE_PYTHON`, else that of the virtual environment of this
/// checkout.
fn python() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/python");
    let python = env::var_os("EQUIPOISE_PYTHON").map_or(own, PathBuf::from);
    let found = Command::new(&python).arg("--version").output().is_ok();
    assert!(
        found,
        "no Python at `{}`; run `./setup --tests`, or set EQUIPOISE_PYTHON",
        python.display()
    );
    python
}

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
