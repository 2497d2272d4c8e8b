//! What goes wrong says so: the exit status, the message, and what is left behind.

mod common;

use std::fs::{self, File};
use std::process::{Command, Stdio};

use common::{PAIR, Place, Run};
use equipoise::store::read_header;

/// Inhibition of `I` too weak for any balance.
const UNBALANCED: &str = "--set coupling.I.I=-1.0";

#[test]
fn wrong_usage_has_status_2() {
    let place = Place::new();
    for arguments in ["", "simulat", "simulate", "limit --sed 2 scenarios/drive-step.toml"] {
        let run = place.run(arguments).expect(2);
        assert!(run.err.contains("Usage: equipoise"), "{}", run.err);
    }
    let run = place.run(&format!("limit {PAIR} --set n")).expect(2);
    assert!(run.message().contains("`n` is not of the form PATH=VALUE"), "{}", run.err);
    for spaced in ["n = 300", "n =300"] {
        let run = place.run(&format!("limit {PAIR} --set {spaced}")).expect(2);
        assert!(
            run.err.contains("tip: `--set PATH=VALUE` is written without spaces"),
            "{}",
            run.err
        );
    }
    assert!(place.names().is_empty());
}

#[test]
fn a_broken_scenario_is_underlined() {
    let place = Place::new();
    let file = place.path("scenarios/inhibition-stabilised.toml");
    let text = fs::read_to_string(&file).expect("a scenario");
    let line = 1 + text.lines().position(|line| line.starts_with("drive")).expect("a drive");
    fs::write(place.path("broken.toml"), text.replacen("drive", "drvie", 1)).expect("written");
    for command in ["validate", "simulate", "limit"] {
        let run = place.run(&format!("{command} broken.toml")).expect(2);
        for words in [&format!("broken.toml:{line}:1"), "drvie = -0.3", "──┬──", "unknown"]
        {
            assert!(run.err.contains(words), "no {words} in\n{}", run.err);
        }
        assert!(run.message().contains("did you mean `drive`?"), "{}", run.err);
        assert_eq!(run.out, "");
    }
    assert_eq!(place.names(), ["broken.toml"]);
}

#[test]
fn a_replaced_field_is_checked_too() {
    let place = Place::new();
    for (assignment, words) in [
        ("populations.E.drvie=1.0", "did you mean `drive`?"),
        ("populations.E.time_constant=-1.0", "time_constant = -1.0"),
        ("n=0", "n = 0"),
    ] {
        let run = place.run(&format!("limit {PAIR} --set {assignment}")).expect(2);
        assert!(run.message().contains(words), "no {words} in\n{}", run.err);
        assert!(run.err.contains("(with --set)"), "{}", run.err);
    }
    assert!(place.names().is_empty());
}

#[test]
fn a_scenario_that_cannot_be_read_has_status_3() {
    let place = Place::new();
    for command in ["validate", "simulate", "limit"] {
        let run = place.run(&format!("{command} nothing.toml")).expect(3);
        assert!(run.message().contains("cannot read nothing.toml: No such file"), "{}", run.err);
    }
    assert!(place.names().is_empty());
}

#[test]
fn a_result_that_cannot_be_written_has_status_3() {
    let place = Place::new();
    fs::write(place.path("file"), "precious").expect("a file");
    for (arguments, words) in [
        ("simulate -o nowhere/result.h5", "there is no folder `nowhere`"),
        ("limit -o file/result.h5", "cannot create `file/result.h5`"),
        ("limit -o scenarios", "cannot create `scenarios`"),
        ("validate -o file", "cannot make the folder file"),
        ("validate -o file/folder", "cannot make the folder file/folder"),
    ] {
        let run = place.run(&format!("{arguments} {PAIR}")).expect(3);
        assert!(run.message().contains(words), "no {words} in\n{}", run.err);
        assert_eq!(run.out, "");
    }
    assert_eq!(fs::read_to_string(place.path("file")).expect("a file"), "precious");
}

#[test]
fn a_network_without_balance_is_refused_with_the_reason() {
    let place = Place::new();
    for command in ["limit", "limit --finite-n", "validate"] {
        let run = place.run(&format!("{command} {PAIR} {UNBALANCED}")).expect(2);
        let message = run.message();
        assert!(message.contains("not balanced: at time 0 balance needs population"), "{message}");
        assert!(message.contains("`equipoise simulate` runs it"), "{message}");
        assert_eq!(run.out, "");
    }
    assert!(place.names().is_empty());
}

/// Where no rates but 0 balance, it says what would; not where balance fails for another reason.
#[test]
fn couplings_of_full_rank_need_sources_outside() {
    let place = Place::new();
    let driven =
        "limit scenarios/external-drive.toml --set coupling.E.I=-0.5 --set coupling.I.I=-1.0";
    for (arguments, is_told) in
        [(format!("limit {PAIR} --set coupling.E.E=1.5"), true), (driven.to_owned(), false)]
    {
        let run = place.run(&arguments).expect(2);
        assert!(run.message().contains("not balanced"), "{}", run.err);
        let advice = "the template `external-drive`";
        assert_eq!(run.message().contains(advice), is_told, "{arguments}: {}", run.err);
        let rest = arguments.trim_start_matches("limit");
        let run = place.run(&format!("analyse {rest}")).expect(0);
        assert_eq!(run.out.contains(advice), is_told, "{}", run.out);
        let run = place.run(&format!("analyse {rest} --json")).expect(0);
        assert_eq!(run.out.contains(advice), is_told, "{}", run.out);
        let small = "--set n=30 --set duration=0.5 --set ensemble.replicates=2 -o run.h5 --force";
        let run = place.run(&format!("simulate {rest} {small}")).expect(0);
        assert_eq!(run.err.contains(advice), is_told, "{}", run.err);
    }
}

#[test]
fn a_network_without_balance_is_simulated_with_a_warning() {
    let place = Place::new();
    let run = place.run(&format!("simulate {PAIR} {UNBALANCED} -o loud.h5")).expect(0);
    assert!(run.message().contains("warning: not balanced: at time 0"), "{}", run.err);
    let run = place.run(&format!("simulate {PAIR} {UNBALANCED} -o quiet.h5 --quiet")).expect(0);
    assert_eq!(run.err, "");
    assert!(read_header(&place.path("loud.h5")).expect("header").complete);
}

#[test]
fn thinning_does_not_simulate_shared_spikes() {
    let place = Place::new();
    let simulate = format!("simulate {PAIR} --set transmission=shared");
    let run = place.run(&format!("{simulate} --set engine.method=thinning")).expect(2);
    assert!(run.err.contains("`thinning` simulates transmission `independent`"), "{}", run.err);
    assert!(place.names().is_empty());
}

/// For four neurons a population the theory, an expansion in `n^(-1/2)`, is wrong beyond its margin.
#[test]
fn a_failed_comparison_has_status_1() {
    let place = Place::new();
    let tiny = "scenarios/inhibition-stabilised.toml --set n=4 --set duration=1.0 --set ensemble.replicates=2000";
    let run = place.run(&format!("validate {tiny} -o text")).expect(1);
    assert!(run.out.contains("FAILS") && run.out.contains("FAILED: "), "{}", run.out);
    let run = place.run(&format!("validate {tiny} -o json --json")).expect(1);
    assert!(run.out.contains("\"holds\": false,\n  \"largest"), "{}", run.out);
    assert!(read_header(&place.path("text/result.h5")).expect("header").complete);
}

#[test]
fn readers_that_went_away_stop_nothing() {
    let place = Place::new();
    for (command, file) in [("validate -o folder", "folder/result.h5"), ("limit -o a.h5", "a.h5")] {
        let mut command = place.command(&format!("{command} {PAIR}"));
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
        assert!(read_header(&place.path(file)).expect("header").complete);
    }
}

/// A full disk behind standard output, which Linux has for such tests.
#[test]
fn results_that_cannot_be_printed_have_status_3() {
    let Ok(full) = File::options().write(true).open("/dev/full") else { return };
    let place = Place::new();
    let mut command = place.command(&format!("limit {PAIR} -o result.h5"));
    let run = Run::from(command.stdout(full).output().expect("the program runs")).expect(3);
    assert!(run.message().contains("cannot print the results"), "{}", run.err);
    assert!(read_header(&place.path("result.h5")).expect("header").complete);
}

/// The limit on file sizes stands for a full disk: 1000 blocks of 512 bytes (in some shells 1024).
#[test]
fn a_full_disk_is_reported() {
    let place = Place::new();
    let inner = place.command(&format!("simulate {PAIR} -o result.h5"));
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 1000; exec \"$0\" \"$@\""]);
    shell.arg(inner.get_program()).args(inner.get_args()).current_dir(place.path(""));
    let run = Run::from(shell.output().expect("a shell")).expect(3);
    assert!(run.message().contains("no room left on the disk"), "{}", run.err);
    assert_eq!(place.names(), ["result.h5.partial"]);
    assert!(!read_header(&place.path("result.h5.partial")).expect("readable").complete);
}
