//! Makes the book.
//!
//!     cargo run --manifest-path docs/book/Cargo.toml -- PROGRAM [FOLDER]
//!
//! PROGRAM is `equipoise`, built, which says what fields and commands there are and simulates the scenarios of the gallery; pages go
//! to FOLDER/html (`target/book`). All of it is local: pages load nothing from elsewhere, and equations are MathML.
//!
//!     cargo run --manifest-path docs/book/Cargo.toml -- api target/doc
//!
//! draws the equations of what `cargo doc` made.
//!
//! * `pages`: what the author wrote, and the documents of `docs/` as chapters; `math`: equations in them;
//! * `fields`: the reference of scenario and cell files, from their schema; `commands`: that of the command line, from its help;
//! * `gallery`: all scenarios with figures of their reports; `links`: whether all links lead somewhere;
//! * `api`: equations of the API documentation.

mod api;
mod commands;
mod fields;
mod gallery;
mod links;
mod math;
mod pages;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;

/// The program, run in the root of the repository.
pub struct Program {
    path: PathBuf,
    root: PathBuf,
}

impl Program {
    /// What it prints, if it comes to an end with this status.
    pub fn prints(&self, arguments: &[&str], statuses: &[i32]) -> Result<String> {
        let output = Command::new(&self.path)
            .args(arguments)
            .current_dir(&self.root)
            .env("NO_COLOR", "1")
            .output()
            .with_context(|| format!("cannot run {}", self.path.display()))?;
        let is_expected = output.status.code().is_some_and(|status| statuses.contains(&status));
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(is_expected, "equipoise {}: {}\n{error}", arguments.join(" "), output.status);
        Ok(String::from_utf8(output.stdout)?)
    }
}

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let program = arguments.next().context("usage: equipoise-book PROGRAM [FOLDER]")?;
    if program.as_os_str() == "api" {
        let folder = arguments.next().context("usage: equipoise-book api FOLDER")?;
        println!("equations: {}", api::convert(&folder)?);
        return Ok(());
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../..").canonicalize()?;
    let folder = arguments.next().unwrap_or_else(|| root.join("target/book"));
    let program = Program { path: fs::canonicalize(&program).context("no such program")?, root };
    let stage = folder.join("pages");
    if stage.exists() {
        fs::remove_dir_all(&stage)?;
    }
    let source = stage.join("src");
    fs::create_dir_all(&source)?;
    pages::collect(here, &program.root, &source)?;
    fields::write(&program, &source.join("reference"))?;
    commands::write(&program, &source.join("reference"))?;
    gallery::write(&program, &folder.join("gallery"), &source.join("gallery"))?;
    gallery::tutorial(&program, &folder.join("tutorial"), &source.join("figures"))?;
    math::convert(&source)?;
    fs::copy(here.join("book.css"), stage.join("book.css"))?;

    let mut config = Config::from_disk(here.join("book.toml"))?;
    fs::create_dir_all(folder.join("html"))?;
    config.build.build_dir = folder.join("html").canonicalize()?;
    let html = config.build.build_dir.clone();
    MDBook::load_with_config(&stage, config)?.build()?;
    links::check(&html)?;
    println!("book: {}", folder.join("html/index.html").display());
    Ok(())
}
