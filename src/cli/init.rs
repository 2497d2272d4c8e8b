//! `equipoise init`: a file to start from.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use miette::miette;
use serde_json::json;

use super::Ending;
use super::arguments::{Init, Template};
use super::failure::Failure;
use super::output::print;
use equipoise::table::Table;

impl Template {
    /// Its name on the command line, and what it is.
    fn words(self) -> (String, String) {
        let value = self.to_possible_value().expect("no template is hidden");
        (value.get_name().to_owned(), value.get_help().map(ToString::to_string).unwrap_or_default())
    }

    /// What is written.
    fn text(self) -> &'static str {
        match self {
            Self::BalancedPair => include_str!("templates/balanced-pair.toml"),
            Self::ExternalDrive => include_str!("templates/external-drive.toml"),
            Self::ThreePopulations => include_str!("templates/three-populations.toml"),
            Self::Energy => include_str!("templates/energy.toml"),
            Self::Conductances => include_str!("templates/conductances.toml"),
        }
    }

    /// What to do with the file next.
    fn next(self, file: &Path) -> Vec<String> {
        let file = file.display();
        match self {
            Self::Conductances => vec![
                format!("equipoise derive {file} --dry-run"),
                format!("equipoise derive {file} -o derived"),
                "equipoise validate derived/network.toml".to_owned(),
            ],
            Self::Energy => {
                vec![format!("equipoise energy {file}"), format!("equipoise validate {file}")]
            }
            _ => vec![format!("equipoise analyse {file}"), format!("equipoise validate {file}")],
        }
    }
}

pub fn run(arguments: &Init) -> Result<Ending, Failure> {
    let Some(template) = arguments.template else {
        print(&listed(arguments.manner.json))?;
        return Ok(Ending::Done);
    };
    let (name, _) = template.words();
    let file = arguments.output.clone().unwrap_or_else(|| PathBuf::from(format!("{name}.toml")));
    write(&file, template.text(), arguments.manner.force)?;
    let next = template.next(&file);
    if arguments.manner.json {
        let object = json!({ "template": name, "file": file.display().to_string(), "next": next });
        print(&format!("{object:#}\n"))?;
    } else if !arguments.manner.quiet {
        print(&format!("file: {}\n\nNext:\n  {}\n", file.display(), next.join("\n  ")))?;
    }
    Ok(Ending::Done)
}

/// Which templates there are.
fn listed(json: bool) -> String {
    let templates = Template::value_variants().iter().map(|template| template.words());
    if json {
        let templates: Vec<_> =
            templates.map(|(name, what)| json!({ "name": name, "what": what })).collect();
        return format!("{:#}\n", json!({ "templates": templates }));
    }
    let mut table = Table::of_words(&["template", "what it is"]);
    for (name, what) in templates {
        table.row(vec![name, what]);
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

#[cfg(test)]
mod tests {
    use equipoise::cells::file::Circuit;
    use equipoise::model::Scenario;

    use super::*;

    #[test]
    fn templates_are_what_their_commands_read() {
        for &template in Template::value_variants() {
            let (name, what) = template.words();
            assert!(!what.is_empty(), "{name}");
            let text = template.text();
            if template == Template::Conductances {
                let circuit = Circuit::parse(&name, text).expect("cells");
                assert_eq!(circuit.network.populations.len(), 1);
            } else {
                let scenario = Scenario::parse(&name, text).expect("a scenario");
                assert!(scenario.title.starts_with("My "), "{}", scenario.title);
            }
            assert!(
                text.contains(&format!(" {name}.toml")),
                "{name}: its first lines name the file"
            );
        }
    }
}
