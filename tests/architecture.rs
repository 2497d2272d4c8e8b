//! What `ARCHITECTURE.md` and `README.md` say of this repository is so.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Prefix of the names of our crates.
const OURS: &str = "equipoise-";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What stands in single backticks, line by line.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Whether this means a file or folder of the repository, and not a group in a file, a command or a pattern.
fn is_path(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let ending = Path::new(word).extension().and_then(|ending| ending.to_str());
    let is_file = ending.is_some_and(|ending| ["rs", "toml", "md"].contains(&ending));
    word.chars().all(plain) && !word.starts_with('/') && (word.contains('/') || is_file)
}

/// Targets of the links and images that stay within the repository.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    targets.filter(|target| !target.is_empty() && !target.contains("://"))
}

fn assert_exist<'a>(paths: impl Iterator<Item = &'a str>, page: &str) {
    let missing: Vec<_> = paths.filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "{page} names what is not there: {missing:?}");
}

/// The packages of this workspace, as cargo sees them.
fn packages() -> Vec<Value> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let output = cargo.current_dir(root()).output().expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata");
    metadata["packages"].as_array().expect("packages").clone()
}

/// The crates of ours that a crate depends on: for its own code, or for its tests as well.
fn dependencies(packages: &[Value], name: &str, with_tests: bool) -> BTreeSet<String> {
    let package = packages.iter().find(|package| package["name"] == format!("{OURS}{name}"));
    let package = package.unwrap_or_else(|| panic!("no crate {OURS}{name}"));
    let dependencies = package["dependencies"].as_array().expect("dependencies");
    let used = dependencies.iter().filter(|dependency| with_tests || dependency["kind"].is_null());
    used.filter_map(|dependency| dependency["name"].as_str()?.strip_prefix(OURS))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_path_in_the_map_exists() {
    let page = text("ARCHITECTURE.md");
    let paths: Vec<_> = code(&page).filter(|word| is_path(word)).collect();
    assert!(paths.len() > 10, "{paths:?}");
    assert_exist(paths.into_iter(), "ARCHITECTURE.md");
}

#[test]
fn every_link_leads_somewhere() {
    for page in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        assert_exist(links(&text(page)), page);
    }
}

#[test]
fn every_crate_is_on_the_map() {
    let page = text("ARCHITECTURE.md");
    for entry in fs::read_dir(root().join("crates")).expect("the folder of crates") {
        let name = entry.expect("entry").file_name().into_string().expect("UTF-8");
        let path = format!("crates/{name}");
        assert!(code(&page).any(|word| word.trim_end_matches('/') == path), "no `{path}`");
    }
}

#[test]
fn every_scenario_is_in_the_readme() {
    let page = text("README.md");
    for entry in fs::read_dir(root().join("scenarios")).expect("the folder of scenarios") {
        let name = entry.expect("entry").file_name().into_string().expect("UTF-8");
        assert!(page.contains(&format!("scenarios/{name}")), "no {name}");
    }
}

#[test]
fn simulation_and_theory_know_only_the_model() {
    let packages = packages();
    for (name, other) in [("engine", "limit"), ("limit", "engine")] {
        let model = BTreeSet::from(["model".to_owned()]);
        assert_eq!(dependencies(&packages, name, false), model, "{name}");
        assert!(!dependencies(&packages, name, true).contains(other), "tests of {name}");
    }
    for name in ["model", "statistics", "store"] {
        assert_eq!(dependencies(&packages, name, true), BTreeSet::new(), "{name}");
    }
}

#[test]
fn what_is_a_path_and_what_is_not() {
    for path in ["crates/engine", "src/cli/", "setup.md", "scenarios/drive-step.toml", ".ci/run"] {
        assert!(is_path(path), "{path}");
    }
    for word in ["/trajectory", "NAME.h5", "crates/*", "cargo test -p a/b", "model", "std::fs"] {
        assert!(!is_path(word), "{word}");
    }
    let page = "see `a/b.rs` and [that](c.md#d), [elsewhere](https://example.org)";
    assert_eq!(code(page).collect::<Vec<_>>(), ["a/b.rs"]);
    assert_eq!(links(page).collect::<Vec<_>>(), ["c.md"]);
}
