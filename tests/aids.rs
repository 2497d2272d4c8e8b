//! What helps to use the program: help with examples that run, suggestions, templates, schemas, completions, manual pages.

mod common;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use common::{PAIR, Place, Run, cell_files, root, scenarios, script_says};
use equipoise::store::read_header;
use serde_json::Value;

/// The commands that the help names, `help` itself aside.
fn commands(place: &Place) -> Vec<String> {
    let help = place.run("help").expect(0).out;
    let list = help.split("Commands:\n").nth(1).expect("a list").split("\n\n").next();
    let lines = list
        .expect("lines")
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = lines.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The lines below `Examples:` in the help of a command.
fn examples(place: &Place, command: &str) -> Vec<String> {
    let help = place.run(&format!("help {command}")).expect(0).out;
    let examples = help.split("Examples:\n").nth(1).unwrap_or_else(|| panic!("{command}: {help}"));
    let lines = examples.lines().take_while(|line| line.starts_with("  "));
    lines.map(|line| line.trim().to_owned()).collect()
}

/// A line that would take long in a short form: a small network, or only what it would do.
fn shortened(line: &str) -> String {
    let parts = line.split(" && ").map(|part| match part.split_whitespace().nth(1) {
        Some("validate" | "simulate") if !part.contains("--dry-run") => {
            format!("{part} --set n=60 --set ensemble.replicates=20 --set sample_interval=0.5")
        }
        Some("converge") if part.contains("--sizes") => format!("{part} --dry-run"),
        Some("claims") if !part.contains("--list") => format!("{part} --list"),
        Some("derive") if !part.contains("--dry-run") => format!("{part} --no-comparison"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(" && ")
}

#[test]
fn every_example_of_the_help_runs() {
    let commands = commands(&Place::new());
    assert!(commands.len() >= 16, "{commands:?}");
    for command in commands {
        let place = Place::new();
        // What examples of these read.
        if ["info", "export", "report"].contains(&command.as_str()) {
            place.run(&format!("validate {PAIR} -o results/inhibition-stabilised")).expect(0);
            fs::copy(place.path("results/inhibition-stabilised/result.h5"), place.path("run.h5"))
                .expect("copied");
        }
        let examples = examples(&place, &command);
        assert!(!examples.is_empty(), "{command}");
        for example in examples {
            assert!(example.contains(&format!("equipoise {command}")), "{command}: {example}");
            let line = shortened(&example);
            let run = place.type_line(&line);
            // Networks so small may be too small for the theory.
            let is_small = line.contains("--set n=60") && matches!(run.status, Some(1 | 2));
            assert!(run.status == Some(0) || is_small, "{line}\n{}\n{}", run.out, run.err);
        }
    }
}

#[test]
fn misspelt_commands_options_and_values_are_suggested() {
    let place = Place::new();
    for (arguments, suggestion) in [
        ("simulat", "simulate"),
        ("analyze", "analyse"),
        ("limit --finit-n", "--finite-n"),
        ("validate --sed 2 a.toml", "--seed"),
        ("converge --method laep a.toml", "leap"),
        ("init balanced-par", "balanced-pair"),
        ("completions bsh", "bash"),
    ] {
        let run = place.run(arguments).expect(2);
        assert!(run.err.contains("similar") && run.err.contains(suggestion), "{}", run.err);
    }
    let scenario = "scenarios/inhibition-stabilised.toml";
    for (assignment, suggestion) in [
        ("durration=1.0", "did you mean `duration`?"),
        ("engine.metod=leap", "did you mean `method`?"),
        ("engine.method=laep", "did you mean `leap`?"),
        ("populations.E.gain.logistic.slop=1.0", "did you mean `slope`?"),
    ] {
        let run = place.run(&format!("limit {scenario} --set {assignment}")).expect(2);
        assert!(run.message().contains(suggestion), "{}", run.err);
    }
}

/// The names that `init` lists.
fn templates(place: &Place) -> Vec<String> {
    let list: Value = serde_json::from_str(&place.run("init --json").expect(0).out).expect("JSON");
    let list = list["templates"].as_array().expect("a list").clone();
    list.iter().map(|template| template["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn templates_are_written_and_validated() {
    let place = Place::new();
    let names = templates(&place);
    assert!(names.len() >= 5, "{names:?}");
    let listed = place.run("init").expect(0).out;
    for name in names {
        assert!(listed.contains(&name), "{listed}");
        let run = place.run(&format!("init {name}")).expect(0);
        assert!(run.out.starts_with(&format!("file: {name}.toml\n")), "{}", run.out);
        if name == "conductances" {
            place.run("derive conductances.toml --no-comparison -o derived").expect(0);
            let small = "--set n=100 --set ensemble.replicates=20 --set sample_interval=20";
            place.run(&format!("limit derived/network.toml {small} -o derived.h5")).expect(0);
            continue;
        }
        let run = place.run(&format!("validate {name}.toml -o {name}"));
        assert_eq!(run.status, Some(0), "{name}:\n{}\n{}", run.out, run.err);
        assert!(read_header(&place.path(&name).join("result.h5")).expect("header").complete);
    }
}

#[test]
fn what_init_says_next_can_be_done() {
    let place = Place::new();
    for name in templates(&place) {
        let run = place.run(&format!("init {name} -o my.toml --force --json")).expect(0);
        let written: Value = serde_json::from_str(&run.out).expect("JSON");
        assert_eq!((&written["template"], &written["file"]), (&name.into(), &"my.toml".into()));
        let first = written["next"][0].as_str().expect("a command").strip_prefix("equipoise ");
        place.run(first.expect("ours")).expect(0);
    }
}

#[test]
fn init_replaces_no_file() {
    let place = Place::new();
    fs::write(place.path("energy.toml"), "mine").expect("written");
    let run = place.run("init energy").expect(3);
    assert!(run.message().contains("energy.toml already exists"), "{}", run.err);
    assert!(run.err.contains("--force"), "{}", run.err);
    assert_eq!(fs::read_to_string(place.path("energy.toml")).expect("a file"), "mine");
    place.run("init energy --force --quiet").expect(0);
    assert!(fs::read_to_string(place.path("energy.toml")).expect("a file").contains("[energy]"));
    place.run("init energy -o nowhere/energy.toml").expect(3);
    place.run("init -o energy.toml").expect(2);
}

#[test]
fn all_files_meet_their_schema_and_misspelt_ones_do_not() {
    let place = Place::new();
    let mut files: Vec<PathBuf> = Vec::new();
    for (name, command) in [("scenario.json", "schema"), ("cells.json", "schema --cells")] {
        fs::write(place.path(name), place.run(command).expect(0).out).expect("written");
        files.push(place.path(name));
    }
    for name in templates(&place) {
        place.run(&format!("init {name}")).expect(0);
    }
    let scenarios = scenarios().into_iter().map(|name| root().join("scenarios").join(name));
    files.extend(scenarios);
    files.extend(
        templates(&place)
            .iter()
            .filter(|name| *name != "conductances")
            .map(|name| place.path(&format!("{name}.toml"))),
    );
    files.push("--".into());
    files.extend(cell_files().into_iter().map(|name| root().join("scenarios").join(name)));
    files.push(place.path("conductances.toml"));
    script_says("valid", "schemas.py", &files);
}

#[test]
fn completions_know_the_commands() {
    let place = Place::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = place.run(&format!("completions {shell}")).expect(0).out;
        for word in ["equipoise", "validate", "finite-n"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        // Not all of them complete values.
        assert!(script.contains("balanced-pair") || !["bash", "zsh"].contains(&shell), "{shell}");
    }
    // bash itself finds them.
    fs::write(place.path("equipoise.bash"), place.run("completions bash").expect(0).out)
        .expect("written");
    let line = "source ./equipoise.bash; COMP_WORDS=(equipoise fluc); COMP_CWORD=1; \
                _equipoise equipoise fluc equipoise; echo \"${COMPREPLY[@]}\"";
    let bash = Command::new("bash").args(["-c", line]).current_dir(place.path(".")).output();
    assert_eq!(Run::from(bash.expect("bash")).out, "fluctuations\n");
}

#[test]
fn each_command_has_a_page_in_the_manual() {
    let place = Place::new();
    place.run("man pages").expect(0);
    for command in commands(&place) {
        let page = fs::read_to_string(place.path(&format!("pages/equipoise-{command}.1")));
        let page = page.expect("a page");
        assert!(page.contains(".SH SYNOPSIS") && page.contains("Examples:"), "{page}");
    }
    assert!(!place.path("pages/equipoise-networks.1").exists());
    let first = fs::read_to_string(place.path("pages/equipoise.1")).expect("a page");
    let heading = |page: &str| page.lines().take(8).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(heading(&place.run("man").expect(0).out), heading(&first));
}
