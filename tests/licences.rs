//! What the program is built from may be used so: licences and sources of all crates, as `deny.toml` allows them.
//! (`cargo deny check` looks at more; this test needs nothing but cargo.)

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Words in quotes in the list of this name.
fn listed(settings: &str, name: &str) -> Vec<String> {
    let start = settings.find(&format!("\n{name} = [")).unwrap_or_else(|| panic!("no {name}"));
    let list = settings[start..].split(']').next().expect("a list");
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Each crate that is built, for the program or its tests, with its licence.
fn crates() -> Vec<(String, String)> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--workspace", "--offline", "--locked", "--prefix", "none"]);
    cargo.args(["--format", "{p}\t{l}\t"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = cargo.output().expect("cargo runs");
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    let mut crates: Vec<_> = lines
        .lines()
        .filter_map(|line| {
            let mut parts = line.split('\t');
            Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
        })
        .collect();
    crates.sort();
    crates.dedup();
    crates
}

/// Whether an SPDX expression can be met by these licences: `OR` needs one of its sides, `AND` all.
fn allowed(expression: &str, licences: &[String]) -> bool {
    let plain = expression.replace(['(', ')'], " ").replace('/', " OR ");
    plain.split(" AND ").all(|part| {
        part.split(" OR ").any(|licence| licences.iter().any(|known| known == licence.trim()))
    })
}

#[test]
fn licences_are_permissive() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let settings = fs::read_to_string(root.join("deny.toml")).expect("deny.toml");
    let licences = listed(&settings, "allow");
    let crates = crates();
    assert!(crates.len() > 50, "{}", crates.len());
    for (name, licence) in crates {
        assert!(allowed(&licence, &licences), "{name}: {licence}");
    }
}

/// The Python package holds libraries in C, whose licences go with it: they are those of the sources that are built.
#[test]
fn licences_of_linked_libraries_are_theirs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version=1", "--locked", "--features=static"]);
    let output = cargo.current_dir(root).output().expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    for (name, source, copy) in [
        ("hdf5-metno-src", "ext/hdf5/LICENSE", "licences/HDF5.txt"),
        ("libz-sys", "src/zlib/LICENSE", "licences/zlib.txt"),
    ] {
        let package = packages.iter().find(|package| package["name"] == name).expect(name);
        let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
        let source = manifest.with_file_name(source);
        let read = |path: &Path| fs::read_to_string(path).expect("a licence");
        assert_eq!(read(&root.join(copy)), read(&source), "{copy} is not {}", source.display());
    }
    let settings = fs::read_to_string(root.join("pyproject.toml")).expect("pyproject.toml");
    assert!(listed(&settings, "license-files").iter().any(|files| files == "licences/*.txt"));
}

/// The lock file names the source of each crate that is not ours.
#[test]
fn sources_are_known() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let settings = fs::read_to_string(root.join("deny.toml")).expect("deny.toml");
    let registry = &listed(&settings, "allow-registry")[0];
    let lock = fs::read_to_string(root.join("Cargo.lock")).expect("Cargo.lock");
    let sources: Vec<&str> = lock.lines().filter(|line| line.starts_with("source = ")).collect();
    assert!(sources.len() > 50, "{}", sources.len());
    assert!(sources.iter().all(|source| *source == format!("source = \"registry+{registry}\"")));
}

#[test]
fn expressions_are_understood() {
    let licences = ["MIT".to_owned(), "Unicode-3.0".to_owned()];
    assert!(allowed("MIT OR Apache-2.0", &licences));
    assert!(allowed("(MIT OR Apache-2.0) AND Unicode-3.0", &licences));
    assert!(!allowed("MIT AND GPL-3.0", &licences));
    assert!(!allowed("", &licences));
}
