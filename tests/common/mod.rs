//! The built program, run in a folder of its own that holds the scenarios of this repository.
#![allow(dead_code, reason = "each test file uses a part")]

pub mod page;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use equipoise::store::{Group, read_group, read_header};
use tempfile::TempDir;

/// The canonical pair, small and short.
pub const PAIR: &str = "scenarios/inhibition-stabilised.toml --set n=40 --set duration=0.5 --set ensemble.replicates=6";

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names of the scenario files, sorted.
pub fn scenarios() -> Vec<String> {
    files_in("scenarios")
}

/// The names of the cell files within the folder of scenarios, sorted.
pub fn cell_files() -> Vec<String> {
    files_in("scenarios/cells").into_iter().map(|name| format!("cells/{name}")).collect()
}

/// The names of the TOML files in a folder of the repository, sorted.
fn files_in(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder of this repository");
    let names = entries.map(|entry| entry.expect("entry").file_name().into_string());
    let mut names: Vec<_> = names.map(|name| name.expect("UTF-8")).collect();
    names.retain(|name| Path::new(name).extension().is_some_and(|ending| ending == "toml"));
    names.sort();
    names
}

/// The interpreter named by `EQUIPOISE_PYTHON`, else that of the virtual environment of this checkout.
pub fn python() -> PathBuf {
    let python = env::var_os("EQUIPOISE_PYTHON");
    python.map_or_else(|| root().join(".venv/bin/python"), PathBuf::from)
}

/// A script of this folder, which says this where all is as it should be.
pub fn script_says(words: &str, script: &str, arguments: &[PathBuf]) {
    const HINT: &str = "run `./setup --tests`, or set EQUIPOISE_PYTHON";
    let mut command = Command::new(python());
    command.arg(root().join("tests").join(script)).args(arguments);
    let output = command.output();
    let run = Run::from(output.unwrap_or_else(|error| panic!("{command:?}: {error}; {HINT}")));
    assert_eq!(run.out, format!("{words}\n"), "{}\n{HINT} if a module is missing", run.err);
}

/// All groups of a result file.
pub fn groups(path: &Path) -> Vec<Group> {
    let names = read_header(path).expect("header").groups;
    names.iter().map(|name| read_group(path, name).expect("group")).collect()
}

/// What the program did.
#[derive(Debug)]
pub struct Run {
    /// Exit status; none if a signal ended it.
    pub status: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Run {
    /// The same, after a check of the exit status.
    pub fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{}\n{}", self.out, self.err);
        self
    }

    /// Standard error as one line: messages are wrapped for reading.
    pub fn message(&self) -> String {
        self.err.replace(['│', '╰', '─', '▶'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Self { status: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// A folder to run the program in, removed at the end.
pub struct Place(TempDir);

impl Place {
    /// A folder that holds `scenarios/`.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir_all(folder.path().join("scenarios/cells")).expect("a folder");
        for name in scenarios().into_iter().chain(cell_files()) {
            let name = Path::new("scenarios").join(name);
            fs::copy(root().join(&name), folder.path().join(&name)).expect("copied");
        }
        Self(folder)
    }

    /// A path in this folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The names in this folder, sorted, without `scenarios`.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("folder");
        let names = entries.map(|entry| entry.expect("entry").file_name().into_string());
        let mut names: Vec<_> = names.map(|name| name.expect("UTF-8")).collect();
        names.retain(|name| name != "scenarios");
        names.sort();
        names
    }

    /// The program with these arguments, separated by spaces.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_equipoise"));
        command.args(arguments.split_whitespace()).current_dir(self.0.path());
        // Messages are drawn as terminal and language allow; here always alike.
        command.envs([("LC_ALL", "C.UTF-8"), ("TERM", "xterm"), ("NO_COLOR", "1")]);
        // Colours follow these, too; `CI` has them even on dumb terminals.
        for name in ["FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs a line in the shell, where `equipoise` is the program of this build.
    pub fn type_line(&self, line: &str) -> Run {
        let program = Path::new(env!("CARGO_BIN_EXE_equipoise")).parent().expect("a folder");
        let path = env::var("PATH").expect("a path");
        let mut shell = Command::new("sh");
        shell.args(["-ec", line]).current_dir(self.0.path());
        shell.env("PATH", format!("{}:{path}", program.display())).env("NO_COLOR", "1");
        shell.output().expect("a shell").into()
    }

    /// Runs the program with these arguments, separated by spaces.
    pub fn run(&self, arguments: &str) -> Run {
        self.command(arguments).output().expect("the program runs").into()
    }
}
