//! `equipoise init`: a file to start from.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use miette::miette;
use serde_json::json;

use super::Ending;
use super::arguments::Init;
use super::failure::Failure;
use super::output::print;
use equipoise::table::Table;
use equipoise::template::Template;

/// What to do with the file of a template next.
fn next(template: Template, file: &Path) -> Vec<String> {
    let file = file.display();
    match template {
        Template::Conductances => vec![
            format!("equipoise derive {file} --dry-run"),
            format!("equipoise derive {file} -o derived"),
            "equipoise validate derived/network.toml".to_owned(),
        ],
        Template::Energy => {
            vec![format!("equipoise energy {file}"), format!("equipoise validate {file}")]
        }
        _ => vec![format!("equipoise analyse {file}"), format!("equipoise validate {file}")],
    }
}

pub fn run(arguments: &Init) -> Result<Ending, Failure> {
    let Some(template) = arguments.template else {
        print(&listed(arguments.manner.json))?;
        return Ok(Ending::Done);
    };
    let file = arguments.output.clone().unwrap_or_else(|| PathBuf::from(template.file()));
    write(&file, template.text(), arguments.manner.force)?;
    let next = next(template, &file);
    if arguments.manner.json {
        let object = json!({ "template": template.name(), "file": file.display().to_string(), "next": next });
        print(&format!("{object:#}\n"))?;
    } else if !arguments.manner.quiet {
        print(&format!("file: {}\n\nNext:\n  {}\n", file.display(), next.join("\n  ")))?;
    }
    Ok(Ending::Done)
}

/// Which templates there are.
fn listed(json: bool) -> String {
    let templates = Template::ALL.map(|template| (template.name(), template.what()));
    if json {
        let templates = templates.map(|(name, what)| json!({ "name": name, "what": what }));
        return format!("{:#}\n", json!({ "templates": templates }));
    }
    let mut table = Table::of_words(&["template", "what it is"]);
    for (name, what) in templates {
        table.row(vec![name.to_owned(), what.to_owned()]);
    }
    format!("{}\n`equipoise init TEMPLATE` writes TEMPLATE.toml, with comments.\n", table.text())
}

/// A file that is there is not replaced without `force`.
fn write(file: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let fail =
        |error: &std::io::Error| Failure::File(miette!("cannot write {}: {error}", file.display()));
    if force {
        return fs::write(file, text).map_err(|error| fail(&error));
    }
    match OpenOptions::new().write(true).create_new(true).open(file) {
        Ok(mut created) => created.write_all(text.as_bytes()).map_err(|error| fail(&error)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Failure::File(miette!(
            help = "name another file with -o, or replace it with --force",
            "{} already exists",
            file.display()
        ))),
        Err(error) => Err(fail(&error)),
    }
}
