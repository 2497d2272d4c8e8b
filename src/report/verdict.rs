//! The verdict: what was compared, where it differs most, and what fails.

use std::cmp::Ordering;
use std::fmt::Write;

use maud::{Markup, html};

use super::ReportError;
use super::material::Material;
use super::number::{about, count, plain, probability, significant};
use super::page::{Section, address, cell, table};
use super::source::{Part, Source, Table};
use crate::table::outcome;

/// Failed comparisons that are listed, and comparisons that can be taken away as CSV, at most.
const MOST_LISTED: usize = 50;
const MOST_KEPT: usize = 10_000;

/// The numbers of a comparison, by the names of their variables.
const NUMBERS: [&str; 7] =
    ["measured", "standard_error", "predicted", "limit", "difference", "margin", "p_adjusted"];

/// One comparison.
#[derive(Debug, Clone)]
struct Tested {
    /// Where it belongs in a table: group, quantity, population.
    place: [usize; 3],
    quantity: String,
    population: String,
    time: f64,
    /// As [`NUMBERS`].
    numbers: [f64; NUMBERS.len()],
    fails: bool,
}

/// All comparisons of a file, but no more of them than is needed.
#[derive(Debug, Default)]
struct Verdict {
    /// Groups that were taken.
    groups: usize,
    total: usize,
    failed: usize,
    /// The most doubtful of each quantity and population.
    worst: Vec<Tested>,
    listed: Vec<Tested>,
    kept: Vec<Tested>,
    level: f64,
    networks: Option<f64>,
}

/// The section; without comparisons it says why there are none.
pub fn section(material: &Material) -> Result<Option<Section>, ReportError> {
    let body = match compared(&material.source)? {
        Some(verdict) => body(material, &verdict),
        None => match stated(&material.source)? {
            Some((holds, words)) => passed(holds, words),
            None => none(material),
        },
    };
    Ok(Some(Section { id: "verdict", heading: "Verdict", body }))
}

/// The verdict in a sentence, if there is one.
pub fn summary(source: &Source) -> Result<Option<String>, ReportError> {
    if let Some(verdict) = compared(source)? {
        return Ok(Some(outcome(verdict.failed, verdict.total)));
    }
    Ok(stated(source)?.map(|(holds, words)| sentence(holds, words)))
}

/// What the file states of comparisons of other kinds: whether they hold, and the words for both.
fn stated(source: &Source) -> Result<Option<(bool, [&'static str; 2])>, ReportError> {
    let of = [("convergence", OF_CONVERGENCE), ("claims", OF_CLAIMS), ("at_rest", AT_REST)];
    for (group, words) in of {
        // Claims that were not all examined have no verdict.
        if group == "claims" && !source.header.complete {
            continue;
        }
        if let Some(table) = source.table(group)? {
            return Ok(Some((table.number("holds") == Some(1.0), words)));
        }
    }
    Ok(None)
}

/// All comparisons of networks with the theory, if there are any.
fn compared(source: &Source) -> Result<Option<Verdict>, ReportError> {
    let Some(comparison) = source.table("comparison")? else { return Ok(None) };
    let mut verdict = Verdict {
        level: comparison.number("level").unwrap_or(f64::NAN),
        networks: comparison.number("replicates"),
        ..Verdict::default()
    };
    let times = comparison.along("time")?;
    verdict.take(&comparison, &["time", "population", "quantity"], |place| times[place[0]])?;
    let end = times.last().copied().unwrap_or(f64::NAN);
    if let Some(law) = source.table("law")? {
        let times = law.along("snapshot_time")?;
        verdict
            .take(&law, &["snapshot_time", "population", "probability"], |place| times[place[0]])?;
    }
    if let Some(counts) = source.table("variability")?.filter(|table| table.has("measured")) {
        verdict.take(&counts, &["population", "quantity"], |_| end)?;
    }
    verdict.worst.sort_by_key(|tested| tested.place);
    Ok(Some(verdict))
}

/// What is said where all holds, and where not.
const OF_CONVERGENCE: [&str; 2] = [
    "errors and exponents are as the theory expects",
    "errors or exponents are not as the theory expects",
];
const OF_CLAIMS: [&str; 2] = [
    "all claims hold, and all their twins are rejected",
    "a claim does not hold, or has a twin that passes",
];

const AT_REST: [&str; 2] = [
    "simulated networks at rest fluctuate as the theory says",
    "simulated networks at rest do not fluctuate as the theory says",
];

fn sentence(holds: bool, [good, bad]: [&str; 2]) -> String {
    if holds { format!("PASSED: {good}") } else { format!("FAILED: {bad}") }
}

fn passed(holds: bool, words: [&str; 2]) -> Markup {
    html! {
        p { strong class={ "verdict " (if holds { "passed" } else { "failed" }) } {
            (if holds { "✓ " } else { "✗ " }) (sentence(holds, words))
        } }
    }
}

fn none(material: &Material) -> Markup {
    html! {
        @if !material.source.header.complete {
            p { strong class="verdict incomplete" { "INCOMPLETE" } }
            p { "The run was ended before its end, and nothing was compared. This report shows what it had computed until then." }
        } @else {
            p { "Nothing is compared in this file, which holds " (material.source.header.groups.join(", ")) "." }
            p class="muted" { code { "equipoise validate" } " compares simulation and theory." }
        }
        (validity(material))
    }
}

impl Verdict {
    /// Takes the comparisons of a group; `time` is that of a place.
    fn take(
        &mut self,
        table: &Table,
        dimensions: &[&str],
        time: impl Fn(&[usize]) -> f64,
    ) -> Result<(), ReportError> {
        let populations = table.names("population")?;
        let axis = usize::from(dimensions[0] != "population");
        let last = *dimensions.last().unwrap_or(&"quantity");
        let quantities = quantities(table, last)?;
        let group = self.groups;
        self.groups += 1;
        for block in table.blocks("verdict", dimensions)? {
            let mut numbers = Vec::new();
            for name in NUMBERS {
                numbers.push(table.numbers(name, &block)?);
            }
            let verdicts = table.texts("verdict", &block)?;
            let part = Part {
                start: block.start(),
                counts: block.counts(),
                values: vec![0.0; verdicts.len()],
            };
            let mut at = 0;
            part.each(|place, _| {
                let (population, quantity) = (place[axis], &quantities[place[place.len() - 1]]);
                let is_tested = verdicts[at] != "not tested"
                    && !is_mirrored(quantity, population, &populations);
                if is_tested {
                    self.push(Tested {
                        place: [group, place[place.len() - 1], population],
                        quantity: quantity.clone(),
                        population: populations[population].clone(),
                        time: time(place),
                        numbers: std::array::from_fn(|number| numbers[number][at]),
                        fails: verdicts[at] == "fails",
                    });
                }
                at += 1;
            });
        }
        Ok(())
    }

    fn push(&mut self, tested: Tested) {
        self.total += 1;
        self.failed += usize::from(tested.fails);
        if tested.fails && self.listed.len() < MOST_LISTED {
            self.listed.push(tested.clone());
        }
        if self.kept.len() < MOST_KEPT {
            self.kept.push(tested.clone());
        }
        let family = |other: &Tested| {
            (family(&other.quantity), other.population.as_str())
                == (family(&tested.quantity), tested.population.as_str())
        };
        match self.worst.iter().position(family) {
            Some(place) if tested.by_doubt(&self.worst[place]) == Ordering::Less => {
                self.worst[place] = tested;
            }
            Some(_) => (),
            None => self.worst.push(tested),
        }
    }
}

impl Tested {
    fn number(&self, name: &str) -> f64 {
        NUMBERS
            .iter()
            .position(|other| *other == name)
            .map_or(f64::NAN, |place| self.numbers[place])
    }

    /// The most doubtful first: by the p-value, and among those that have none by the difference beyond the margin.
    fn by_doubt(&self, other: &Self) -> Ordering {
        let excess = |tested: &Self| {
            (tested.number("difference").abs() - tested.number("margin"))
                / tested.number("standard_error")
        };
        other
            .fails
            .cmp(&self.fails)
            .then(self.number("p_adjusted").total_cmp(&other.number("p_adjusted")))
            .then(excess(other).total_cmp(&excess(self)))
    }
}

/// What is compared along the last dimension.
fn quantities(table: &Table, dimension: &str) -> Result<Vec<String>, ReportError> {
    if dimension == "probability" {
        let probabilities = table.along(dimension)?;
        return Ok(probabilities
            .into_iter()
            .map(|q| format!("part below quantile {}", plain(q)))
            .collect());
    }
    table.names(dimension)
}

/// Tests of one kind share a row of the table.
fn family(quantity: &str) -> &str {
    if quantity.starts_with("part below") { "part below" } else { quantity }
}

/// A covariance stands under both of its populations.
fn is_mirrored(quantity: &str, population: usize, populations: &[String]) -> bool {
    let with = quantity.strip_prefix("mean_covariance_");
    let with = with.and_then(|name| populations.iter().position(|other| other == name));
    with.is_some_and(|with| with < population)
}

fn body(material: &Material, verdict: &Verdict) -> Markup {
    let Verdict { total, failed, level, .. } = verdict;
    let networks = verdict
        .networks
        .map_or(String::new(), |networks| format!(" over {} networks", count(networks as usize)));
    let is_passed = *failed == 0 && *total > 0;
    html! {
        p { strong class={ "verdict " (if is_passed { "passed" } else { "failed" }) } {
            @if is_passed { "✓ PASSED: all " (count(*total)) " comparisons hold" }
            @else if *total == 0 { "✗ FAILED: nothing could be compared" }
            @else { "✗ FAILED: " (count(*failed)) " of " (count(*total)) " comparisons do not hold" }
        } }
        p {
            "Averages" (networks) " are compared with the theory of one network of this size. A comparison holds if the difference is no larger than the margin, "
            "which the theory's own next order leaves, and the standard error explain (family-wise level " (plain(*level)) ", Holm’s correction)."
        }
        (rows("Where simulation and theory differ most", &verdict.worst, material))
        @if !verdict.listed.is_empty() {
            @let first = if verdict.listed.len() < *failed { format!("The first {} of {failed} comparisons that fail", verdict.listed.len()) }
                else { "All comparisons that fail".to_owned() };
            (rows(&first, &verdict.listed, material))
        }
        p class="files" {
            a download="comparisons.csv" href=(address("text/csv", &csv(&verdict.kept))) {
                "All comparisons as CSV"
                @if verdict.kept.len() < *total { " (the first " (count(verdict.kept.len())) ")" }
            }
        }
        (ending(material))
        (validity(material))
    }
}

fn rows(caption: &str, tests: &[Tested], material: &Material) -> Markup {
    let time = material.source.with_time("Time");
    let header = [
        "Quantity",
        "Population",
        "Verdict",
        &time,
        "Simulation",
        "s.e.",
        "Theory",
        "Difference",
        "Margin",
        "Limit",
        "p (Holm)",
    ];
    let rows = tests.iter().map(|tested| {
        let error = tested.number("standard_error");
        let number = |name: &str| cell(about(tested.number(name), error));
        let small = |name: &str| cell(significant(tested.number(name), 2));
        let mut row = vec![
            cell(tested.quantity.replace('_', " ")),
            cell(&tested.population),
            if tested.fails {
                html! { span class="fails" { "✗ fails" } }
            } else {
                html! { span class="holds" { "✓ holds" } }
            },
            cell(plain(tested.time)),
        ];
        row.extend([
            number("measured"),
            small("standard_error"),
            number("predicted"),
            small("difference"),
            small("margin"),
            number("limit"),
        ]);
        row.push(cell(probability(tested.number("p_adjusted"))));
        row
    });
    table(caption, &header, 3, &rows.collect::<Vec<_>>())
}

fn csv(tests: &[Tested]) -> String {
    let mut text = format!("quantity,population,time,{},verdict\r\n", NUMBERS.join(","));
    for tested in tests {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let _ = write!(
            text,
            "{},{},{}",
            quoted(&tested.quantity),
            quoted(&tested.population),
            tested.time
        );
        for number in tested.numbers {
            let _ = if number.is_finite() { write!(text, ",{number}") } else { write!(text, ",") };
        }
        let _ = write!(text, ",{}\r\n", if tested.fails { "fails" } else { "holds" });
    }
    text
}

/// Where the limit ends.
fn ending(material: &Material) -> Markup {
    let end = material.limit.as_ref().and_then(|limit| limit.end.as_ref());
    html! {
        @if let Some((time, reason)) = end {
            p class="note" {
                strong { "The limit ends at " (plain(*time)) " " (material.source.time_unit()) ": " } (reason) ". Nothing is compared after that."
            }
        }
    }
}

/// Whether n is large enough for the theory.
fn validity(material: &Material) -> Markup {
    let found = material.theory.as_ref().and_then(|theory| theory.large_enough);
    let enough = |enough: f64| {
        if enough.is_finite() {
            format!("n = {}", count(enough.ceil().max(1.0) as usize))
        } else {
            "no n".to_owned()
        }
    };
    html! {
        @match found {
            Some((true, n)) => p { "The network is large enough for this theory; " (enough(n)) " would be." },
            Some((false, n)) => p class="note" {
                strong { "The network is too small for this theory" } ", whose margins are not to be relied on; " (enough(n)) " would do."
            },
            None => {},
        }
    }
}
