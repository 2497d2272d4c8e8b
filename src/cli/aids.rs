//! `equipoise schema`, `completions` and `man`: for editors, shells and readers.

use std::fs;

use clap::CommandFactory;
use clap_mangen::Man as Page;
use equipoise::cells::file::Circuit;
use equipoise::model::Scenario;
use miette::miette;

use super::Ending;
use super::arguments::{Arguments, Completions, Man, Schema};
use super::failure::Failure;
use super::output::print;

/// The JSON schema of scenario or cell files.
pub fn schema(arguments: &Schema) -> Result<Ending, Failure> {
    let schema = if arguments.cells { Circuit::schema() } else { Scenario::schema() };
    print(&format!("{schema:#}\n"))?;
    Ok(Ending::Done)
}

/// A script that completes commands and options.
pub fn completions(arguments: &Completions) -> Result<Ending, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "equipoise", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Ending::Done)
}

/// The manual: the first page to standard output, or all of them into a folder.
pub fn man(arguments: &Man) -> Result<Ending, Failure> {
    let command = Arguments::command();
    let Some(folder) = &arguments.folder else {
        let mut text = Vec::new();
        Page::new(command)
            .render(&mut text)
            .map_err(|error| Failure::File(miette!("cannot write the manual: {error}")))?;
        print(&String::from_utf8_lossy(&text))?;
        return Ok(Ending::Done);
    };
    fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder)).map_err(
        |error| Failure::File(miette!("cannot write the manual to {}: {error}", folder.display())),
    )?;
    print(&format!("folder: {}\n", folder.display()))?;
    Ok(Ending::Done)
}
