//! The reference of the command line, from the help of the program.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Program;

/// Writes a page with the help of each command.
pub fn write(program: &Program, folder: &Path) -> Result<()> {
    let help = program.prints(&["help"], &[0])?;
    let list = help.split("Commands:\n").nth(1).context("a list of commands")?;
    let list = list.split("\n\n").next().context("lines")?;
    let lines = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<&str> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    let mut page = format!(
        "# Commands\n\nWhat `equipoise help COMMAND` prints; `equipoise man FOLDER` writes the same as pages for `man`, and \
         `equipoise completions SHELL` a script with which a shell completes it.\n\n```text\n{help}```\n"
    );
    for name in names.into_iter().filter(|name| *name != "help") {
        let help = program.prints(&["help", name], &[0])?;
        page.push_str(&format!("\n## `equipoise {name}`\n\n```text\n{help}```\n"));
    }
    fs::write(folder.join("commands.md"), page)?;
    Ok(())
}
