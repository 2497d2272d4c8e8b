//! The HTML report: who writes it, that it is the same each time, and that the page is sound whatever is in the file.

mod common;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use common::page::{Element, Page};
use common::{PAIR, Place};
use equipoise::store::{
    Completion, Existing, Group, Provenance, ResultWriter, Variable, read_header,
};
use serde_json::Value;

/// Everything that can be recorded, small.
const RECORDING: &str = "scenarios/recording.toml --set n=30 --set ensemble.replicates=25";

/// Reads a page, which must be sound: well formed, with nothing from elsewhere, and nothing that only eyes can read.
fn sound(file: &Path) -> Page {
    let page = Page::parse(&fs::read_to_string(file).expect("a page"));
    assert!(page.errors.is_empty(), "{}: {:?}", file.display(), page.errors);
    for element in &page.elements {
        let Element { name, attributes, .. } = element;
        assert!(
            !["script", "iframe", "object", "embed", "link", "form"].contains(&name.as_str()),
            "{name}"
        );
        for (name, value) in attributes {
            assert!(!name.starts_with("on"), "{name} = {value}");
            if ["href", "src", "action", "xlink:href"].contains(&name.as_str()) {
                assert!(value.starts_with('#') || value.starts_with("data:"), "{name} = {value}");
            }
        }
        let outline = element.attribute("d");
        assert!(!outline.contains("NaN") && !outline.contains("inf"), "{outline}");
    }
    names_are_unique(&page);
    can_be_heard(&page);
    page
}

/// Identifiers are, and what refers to one finds it.
fn names_are_unique(page: &Page) {
    let mut ids = HashSet::new();
    for id in page.elements.iter().filter_map(|element| element.attributes.get("id")) {
        assert!(ids.insert(id.as_str()), "{id} comes twice");
    }
    for element in &page.elements {
        for name in element.attribute("aria-labelledby").split_whitespace() {
            assert!(ids.contains(name), "no {name}");
        }
        if let Some(anchor) = element.attribute("href").strip_prefix('#') {
            assert!(ids.contains(anchor), "no {anchor}");
        }
    }
}

/// Figures have words, tables have names and heads, and headings are in order.
fn can_be_heard(page: &Page) {
    for (place, figure) in page.all("svg") {
        assert_eq!(figure.attribute("role"), "img");
        for part in ["title", "desc"] {
            let text =
                page.within(place, part).map(|element| element.text.trim()).collect::<String>();
            assert!(text.len() > 5, "{part} of {figure:?}");
        }
    }
    for (place, table) in page.all("table") {
        let scopes: HashSet<&str> =
            page.within(place, "th").map(|head| head.attribute("scope")).collect();
        assert_eq!(scopes, HashSet::from(["col", "row"]), "{table:?}");
        assert_eq!(page.within(place, "caption").count(), 1);
    }
    for (_, math) in page.all("math") {
        assert!(!math.attribute("aria-label").is_empty());
    }
    let levels = page
        .elements
        .iter()
        .filter_map(|element| element.name.strip_prefix('h')?.parse::<u8>().ok());
    let levels: Vec<u8> = levels.collect();
    assert_eq!(page.all("h1").count(), 1);
    assert!(levels[0] == 1 && levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
}

#[test]
fn validate_writes_a_report_and_report_writes_the_same() {
    let place = Place::new();
    let run = place.run(&format!("validate {RECORDING} -o out")).expect(0);
    assert!(run.out.contains("report: out/report.html\n"), "{}", run.out);
    let page = sound(&place.path("out/report.html"));
    let sections = [
        "verdict",
        "trajectories",
        "phase-plane",
        "fluctuations",
        "law",
        "raster",
        "scenario",
        "provenance",
    ];
    assert_eq!(page.ids("section"), sections);
    assert!(page.text_of("body").contains("PASSED: all"), "{}", page.text_of("body"));
    for file in ["out/report-2.html", "out/report-3.html"] {
        let run = place.run("report out/result.h5").expect(0);
        assert_eq!(run.out, format!("report: {file}\n"));
        let bytes = |name: &str| fs::read(place.path(name)).expect("a page");
        assert!(bytes(file) == bytes("out/report.html"), "{file} differs");
    }
    // The run took time, which stands in the file, and in the page.
    let elapsed =
        read_header(&place.path("out/result.h5")).expect("header").elapsed.expect("known");
    assert!(elapsed.as_nanos() > 0 && elapsed.as_secs() < 600, "{elapsed:?}");
    assert!(!page.text_of("body").contains("not known"));
}

#[test]
fn energy_is_drawn_and_summed_up() {
    let place = Place::new();
    let scenario = "scenarios/energy.toml --set n=100 --set ensemble.replicates=25";
    place.run(&format!("validate {scenario} -o out --quiet")).expect(0);
    let page = sound(&place.path("out/report.html"));
    assert!(page.ids("section").contains(&"energy"));
    let (place_of_section, _) =
        page.all("section").find(|(_, section)| section.attribute("id") == "energy").expect("one");
    let words: Vec<&str> = ["th", "td", "figcaption"]
        .into_iter()
        .flat_map(|name| page.within(place_of_section, name))
        .map(|element| element.text.trim())
        .collect();
    let text = words.join("\n");
    for expected in ["energy_spike", "energy_rest", "energy_synapse", "activity_energy, integral"] {
        assert_eq!(
            words.iter().filter(|word| **word == expected).count(),
            2,
            "{expected} in {text}"
        );
    }
    assert!(text.contains("Power, E") && text.contains("Energy of synapses, I"), "{text}");
    // Of theory alone, and without prices not at all.
    place.run("limit scenarios/energy.toml --finite-n -o theory.h5").expect(0);
    place.run("report theory.h5").expect(0);
    let page = sound(&place.path("theory.html"));
    assert!(page.ids("section").contains(&"energy"));
}

#[test]
fn every_figure_can_be_taken_away() {
    let place = Place::new();
    place.run(&format!("validate {RECORDING} -o out --quiet")).expect(0);
    let page = sound(&place.path("out/report.html"));
    assert!(page.all("figure").count() > 20);
    let mut names = HashSet::new();
    for (place, _) in page.all("figure") {
        let links: Vec<_> = page.within(place, "a").collect();
        assert_eq!(links.len(), 2);
        let mut file = |link: &Element| {
            let address = link.attribute("href").strip_prefix("data:").expect("data");
            let (kind, text) = address.split_once(";charset=utf-8,").expect("a kind");
            assert!(names.insert(link.attribute("download").to_owned()), "{link:?}");
            let text = percent_encoding::percent_decode_str(text).decode_utf8().expect("UTF-8");
            (kind.to_owned(), text.into_owned())
        };
        let [svg, csv] = [links[0], links[1]].map(&mut file);
        assert_eq!((svg.0.as_str(), csv.0.as_str()), ("image/svg+xml", "text/csv"));
        // A file of its own: no colour of the page, and its own style sheet.
        assert!(
            svg.1.starts_with("<svg") && svg.1.contains("xmlns") && svg.1.contains("<style>"),
            "{}",
            svg.1
        );
        assert!(!svg.1.contains("var("), "{}", svg.1);
        let mut rows = csv::Reader::from_reader(csv.1.as_bytes());
        assert_eq!(rows.headers().expect("a header").len(), 5);
        let rows: Vec<_> = rows.records().map(|row| row.expect("a row")).collect();
        assert!(!rows.is_empty());
        let is_number =
            |cell: &str| cell.is_empty() || cell.parse::<f64>().is_ok_and(f64::is_finite);
        assert!(rows.iter().all(|row| row.iter().skip(1).all(is_number)));
    }
}

#[test]
fn other_files_have_what_they_hold() {
    let place = Place::new();
    for (command, file, expected) in [
        (format!("simulate {PAIR} -o one.h5 --set ensemble.replicates=1"), "one", &["trajectories", "phase-plane"][..]),
        (format!("limit {PAIR} -o limit.h5"), "limit", &["trajectories", "phase-plane"]),
        (format!("limit {PAIR} --finite-n -o theory.h5"), "theory", &["trajectories", "phase-plane"]),
        (format!("fluctuations {PAIR} --set n=400 -o noise.h5"), "noise", &["spectra"]),
        ("analyse scenarios/slow-oscillation.toml --sweep populations.E.drive=8.0:8.4:3 -o sweep.h5".to_owned(), "sweep", &["sweep"]),
    ] {
        place.run(&command).expect(0);
        place.run(&format!("report {file}.h5")).expect(0);
        let page = sound(&place.path(&format!("{file}.html")));
        let mut sections = vec!["verdict"];
        sections.extend(expected);
        sections.extend(["scenario", "provenance"]);
        assert_eq!(page.ids("section"), sections, "{command}");
        assert!(page.text_of("body").contains("Nothing is compared in this file"));
    }
}

#[test]
fn a_study_of_convergence_has_its_errors_and_exponents() {
    let place = Place::new();
    let study = "converge scenarios/inhibition-stabilised.toml --sizes 100,200,400 --networks 40 --set duration=2";
    place.run(&format!("{study} -o study --quiet")).expect(0);
    place.run("report study/convergence.h5").expect(0);
    let page = sound(&place.path("study/convergence.html"));
    assert_eq!(page.ids("section"), ["verdict", "convergence", "scenario", "provenance"]);
    let text = page.text_of("body");
    for expected in ["PASSED: errors and exponents", "slope −1/2", "bootstrap intervals (95 %)"] {
        assert!(text.contains(expected), "no {expected} in {text}");
    }
    // Five quantities, two norms, with a figure each.
    assert_eq!(page.all("figure").count(), 10);
}

#[test]
fn a_failed_comparison_is_listed() {
    let place = Place::new();
    // So small a network that its theory fails.
    let scenario = "scenarios/inhibition-stabilised.toml --set n=9 --set ensemble.replicates=2000";
    place.run(&format!("validate {scenario} -o out")).expect(1);
    let page = sound(&place.path("out/report.html"));
    let text = page.text_of("body");
    for expected in ["FAILED:", "comparisons that fail", "✗ fails", "too small for this theory"] {
        assert!(text.contains(expected), "no {expected}");
    }
}

#[test]
fn an_unfinished_file_has_a_report_that_says_so() {
    let place = Place::new();
    let path = place.path("cut.h5");
    let times = Variable::coordinate("time", vec![0.0, 1.0]);
    let trajectory = |networks: Vec<i64>, mean: Vec<f64>| {
        let group = Group::new("trajectory")
            .with_coordinate(times.clone())
            .with_coordinate(Variable::coordinate("population", vec!["<b>E", "I\u{7}"]))
            .with_coordinate(Variable::coordinate("realization", networks));
        ["mean", "variance", "third_cumulant", "spikes"].into_iter().fold(group, |group, name| {
            group.with_variable(Variable::new(
                name,
                &["realization", "time", "population"],
                mean.clone(),
            ))
        })
    };
    let provenance = Provenance { title: "Cut".into(), ..Provenance::default() };
    let mut writer = ResultWriter::create(&path, &provenance, Existing::Refuse).expect("begun");
    let nan = f64::NAN;
    writer
        .write(&trajectory(vec![0, 1], vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6, nan, nan]))
        .expect("written");
    writer.finish(Completion::Incomplete).expect("kept");
    let run = place.run("report cut.h5").expect(0);
    assert!(run.message().contains("is not complete"), "{}", run.err);
    let page = sound(&place.path("cut.html"));
    let text = page.text_of("body");
    // Names that no scenario has, as they are.
    for expected in [
        "<b>E",
        "I\u{fffd}",
        "INCOMPLETE",
        "This file is not complete",
        "does not understand the scenario",
    ] {
        assert!(text.contains(expected), "no {expected} in {text}");
    }
}

#[test]
fn nothing_of_a_file_becomes_part_of_the_page() {
    let place = Place::new();
    let title = "</title><script>alert(1)</script><b onclick=\"x\">&amp;";
    let text =
        fs::read_to_string(place.path("scenarios/inhibition-stabilised.toml")).expect("a scenario");
    let text = text.replace("Inhibition-stabilised pair", &title.replace('"', "\\\""));
    // Populations that differ in case alone.
    let text = text.replace("[populations.I]", "[populations.e]");
    let text = text.replace("E = { E = 1.0, I = -1.0 }", "E = { E = 1.0, e = -1.0 }");
    let text = text.replace("I = { E = 2.0, I = -2.0 }", "e = { E = 2.0, e = -2.0 }");
    fs::write(place.path("bad.toml"), text).expect("written");
    place.run("limit bad.toml --finite-n -o bad.h5").expect(0);
    place.run("report bad.h5").expect(0);
    let page = sound(&place.path("bad.html"));
    assert_eq!(page.text_of("h1"), title);
}

#[test]
fn control_characters_are_shown_and_not_sent() {
    let place = Place::new();
    let path = place.path("control.h5");
    let title = "bell\u{7} escape\u{1b}[31m";
    let provenance = Provenance { title: title.into(), ..Provenance::default() };
    let writer = ResultWriter::create(&path, &provenance, Existing::Refuse).expect("begun");
    writer.finish(Completion::Complete).expect("written");
    place.run("report control.h5").expect(0);
    let page = sound(&place.path("control.html"));
    assert_eq!(page.text_of("h1"), "bell\u{fffd} escape\u{fffd}[31m");
}

#[test]
fn reports_do_not_replace_files_unasked() {
    let place = Place::new();
    place.run(&format!("limit {PAIR} -o run.h5")).expect(0);
    fs::write(place.path("mine.html"), "mine").expect("written");
    let run = place.run("report run.h5 -o mine.html").expect(3);
    assert!(run.message().contains("mine.html already exists"), "{}", run.err);
    assert_eq!(fs::read_to_string(place.path("mine.html")).expect("kept"), "mine");
    let run = place.run("report run.h5 -o mine.html --force --json").expect(0);
    let object: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(object["report"], "mine.html");
    sound(&place.path("mine.html"));
    place.run("report run.h5 -o nowhere/report.html").expect(3);
    // Before anything is computed.
    fs::create_dir(place.path("out")).expect("made");
    fs::write(place.path("out/report.html"), "mine").expect("written");
    let run = place.run(&format!("validate {PAIR} -o out")).expect(3);
    assert!(run.message().contains("out/report.html already exists"), "{}", run.err);
    assert!(!place.path("out/result.h5").exists() && !place.path("out/result.h5.partial").exists());
    place.run(&format!("validate {PAIR} -o out --force")).expect(0);
    sound(&place.path("out/report.html"));
}

/// The verdict is printed and the result is there, even where its report cannot be written.
/// Not even when told to replace what is there.
#[test]
fn reports_do_not_replace_what_they_report_on() {
    let place = Place::new();
    place.run(&format!("limit {PAIR} --quiet -o limit.h5")).expect(0);
    let before = fs::read(place.path("limit.h5")).expect("a file");
    let refused = place.run("report limit.h5 -o ./limit.h5 --force").expect(2);
    assert!(refused.message().contains("the result file"), "{}", refused.err);
    assert_eq!(fs::read(place.path("limit.h5")).expect("a file"), before);
}

/// A scenario whose lines end as on Windows is one.
#[test]
fn lines_may_end_with_a_carriage_return() {
    let place = Place::new();
    let file = place.path("scenarios/inhibition-stabilised.toml");
    let text = fs::read_to_string(file).expect("a scenario").replace('\n', "\r\n");
    fs::write(place.path("pair.toml"), text).expect("written");
    place.run("limit pair.toml --quiet -o limit.h5").expect(0);
    place.run("report limit.h5").expect(0);
    let page = sound(&place.path("limit.html"));
    assert!(page.text_of("body").contains("inhibition"), "no scenario");
    assert!(!page.text_of("body").contains('\u{fffd}'));
}

#[test]
fn a_report_that_fails_leaves_the_result() {
    let place = Place::new();
    // A folder cannot be replaced by a file.
    fs::create_dir_all(place.path("out/report.html/in-the-way")).expect("made");
    let run = place.run(&format!("validate {PAIR} -o out --force")).expect(3);
    assert!(run.message().contains("cannot write out/report.html"), "{}", run.err);
    assert!(
        run.out.contains("PASSED") && run.out.ends_with("file: out/result.h5\n"),
        "{}",
        run.out
    );
    assert!(read_header(&place.path("out/result.h5")).expect("header").complete);
    assert!(!place.path("out/report.html.partial").exists());
}

#[test]
fn what_is_no_result_file_has_no_report() {
    let place = Place::new();
    fs::write(place.path("text.h5"), "no HDF5").expect("written");
    let run = place.run("report text.h5").expect(3);
    assert!(run.message().contains("text.h5"), "{}", run.err);
    place.run("report missing.h5").expect(3);
    // Of another layout: says what is wrong and where.
    let path = place.path("other.h5");
    let mut writer =
        ResultWriter::create(&path, &Provenance::default(), Existing::Refuse).expect("begun");
    let group = Group::new("limit")
        .with_coordinate(Variable::coordinate("time", vec![0.0]))
        .with_variable(Variable::new("mean", &["time"], vec![1.0]));
    writer.write(&group).expect("written");
    writer.finish(Completion::Complete).expect("finished");
    let run = place.run("report other.h5").expect(3);
    assert!(
        run.message().contains("`limit/population` should be over (population), and is missing")
            || run.message().contains("`limit/mean` should be over (time, population)"),
        "{}",
        run.err
    );
    assert_eq!(place.names(), ["other.h5", "text.h5"]);
}
