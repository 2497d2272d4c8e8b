//! Reports in a real browser, at the widths of a phone and of a desk, light and dark and on paper: `browser.py` says what it looks for.

mod common;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use common::{Place, Run, root, scenarios};

const HINT: &str = "run `./setup --tests`, or set EQUIPOISE_PYTHON and EQUIPOISE_BROWSER";

/// What the browser finds in these pages.
fn look_at(pages: &[PathBuf]) -> Run {
    let python = env::var_os("EQUIPOISE_PYTHON");
    let python = python.map_or_else(|| root().join(".venv/bin/python"), PathBuf::from);
    let mut script = Command::new(python);
    script.arg(root().join("tests/browser.py")).args(pages);
    script.output().unwrap_or_else(|error| panic!("{script:?}: {error}; {HINT}")).into()
}

fn is_fine(pages: &[PathBuf]) {
    let run = look_at(pages);
    assert_eq!(run.out, "fine\n", "{}\n{HINT}", run.err);
}

#[test]
fn reports_of_all_scenarios_are_fine() {
    let place = Place::new();
    let mut pages = Vec::new();
    for name in scenarios() {
        // Small networks, and where the theory of one is lost the simulation alone.
        let options = format!("scenarios/{name} --set n=60 --set ensemble.replicates=24 --quiet");
        let page = if name == "slow-oscillation.toml" {
            place.run(&format!("simulate {options} --set duration=0.25 -o {name}.h5")).expect(0);
            place.run(&format!("report {name}.h5")).expect(0);
            place.path(&format!("{name}.html"))
        } else {
            let run = place.run(&format!("validate {options} -o {name}"));
            assert!(matches!(run.status, Some(0 | 1)), "{name}: {}", run.err);
            place.path(&name).join("report.html")
        };
        pages.push(page);
    }
    is_fine(&pages);
}

#[test]
fn reports_of_other_files_are_fine() {
    let place = Place::new();
    let pair = "scenarios/inhibition-stabilised.toml";
    for (command, name) in [
        (format!("limit {pair} --finite-n"), "theory"),
        (format!("fluctuations {pair}"), "noise"),
        ("analyse scenarios/slow-oscillation.toml --sweep populations.E.drive=7.9:8.7:5".to_owned(), "sweep"),
        // One network, at so many times that they are thinned, with large numbers of spikes.
        ("simulate scenarios/recording.toml --set n=300 --set ensemble.replicates=1 --set sample_interval=0.001 --set record.spikes=all".to_owned(), "one"),
    ] {
        place.run(&format!("{command} --quiet -o {name}.h5")).expect(0);
        place.run(&format!("report {name}.h5")).expect(0);
    }
    place
        .run(&format!(
            "converge {pair} --sizes 100,200,400 --networks 40 --set duration=2 -o . --quiet"
        ))
        .expect(0);
    place.run("claims shared-spikes growth-without-balance -o . --quiet").expect(0);
    is_fine(
        &["theory", "noise", "sweep", "one", "convergence", "claims"]
            .map(|name| place.path(&format!("{name}.html"))),
    );
}

/// Pages with one thing wrong each: the browser must find it.
#[test]
fn what_is_wrong_with_a_page_is_found() {
    let place = Place::new();
    place.run("limit scenarios/inhibition-stabilised.toml -o limit.h5").expect(0);
    place.run("report limit.h5").expect(0);
    let text = fs::read_to_string(place.path("limit.html")).expect("a page");
    for (old, new, expected) in [
        ("<main", "<script>1</script><main", "the console says"),
        ("<main", "<img src=\"http://127.0.0.1:9/a.png\" alt=\"\"><main", "the console says"),
        ("<main", "<p style=\"width:2000px;max-width:none\">wide</p><main", "the page is"),
        ("<main", "<p>\u{e123}</p><main", "there is no glyph"),
        (
            "time (tau)",
            "time that takes more room than there is for it in a figure of this width",
            "is cut off",
        ),
        (".figure .tick{", ".figure .tick{font-size:8px!important;", "pixels high"),
        (
            "text-anchor=\"middle\">1</text>",
            "text-anchor=\"middle\">1000000000000000000000000000000</text>",
            "lies over",
        ),
        ("clip-path=\"url(", "display=\"none\" data-path=\"url(", "nothing is drawn"),
        ("<dd>", "<dd>NaN ", "is no number"),
        (
            "<table>",
            "<style>tr{display:flex;flex-wrap:wrap;max-width:9rem}</style><table>",
            "a row is broken",
        ),
        ("prefers-color-scheme:dark", "prefers-color-scheme:none", "light and dark are both"),
    ] {
        assert!(text.contains(old), "no {old}");
        let page = place.path("wrong.html");
        fs::write(&page, text.replacen(old, new, 1)).expect("written");
        let run = look_at(&[page]);
        assert!(run.out.contains(expected), "{new}: {}{}", run.out, run.err);
    }
}
