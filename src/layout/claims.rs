//! `/claims`, `/claim_points`, `/claim_exponents` and `/claim_rates`: the statements of the theory and what was found of them, as long tables.

use equipoise_store::{Attribute, Group, Provenance, Variable};
use equipoise_validation::claims::{Course, Evidence, Finding, Point, Rate, Side};
use equipoise_validation::exponent::COVERAGE;
use equipoise_validation::{LEVEL, Tested};

use super::origin;

/// Hz in 1/ms.
const HERTZ: f64 = 1e3;

/// The two networks of a claim, as they are called.
pub const SIDES: [&str; 2] = ["network", "twin"];

/// Root attributes of a file of claims, examined by `command`. It has no scenario of its own: claims name theirs.
pub fn provenance(seed: u64, command: &str) -> Provenance {
    origin("Claims of the theory", seed, command)
}

/// The networks of a finding about sizes, with their names.
pub fn sides(finding: &Finding) -> Vec<(&'static str, &Side)> {
    match &finding.evidence {
        Evidence::Sizes { network, twin, .. } => vec![(SIDES[0], network), (SIDES[1], twin)],
        Evidence::Cells(_) => Vec::new(),
    }
}

/// Rates of cells with the claims that they belong to.
fn rates_of(findings: &[Finding]) -> Vec<(&Finding, &Rate)> {
    let mut all = Vec::new();
    for finding in findings {
        if let Evidence::Cells(rates) = &finding.evidence {
            all.extend(rates.rates.iter().map(|rate| (finding, rate)));
        }
    }
    all
}

/// The groups; of sizes and of cells only where claims are about them.
pub fn groups(findings: &[Finding]) -> Vec<Group> {
    let mut groups = vec![claims(findings)];
    let is_about_cells = |finding: &Finding| matches!(finding.evidence, Evidence::Cells(_));
    if findings.is_empty() || !findings.iter().all(is_about_cells) {
        groups.extend([points(findings), exponents(findings)]);
    }
    if findings.iter().any(is_about_cells) {
        groups.push(rates(findings));
    }
    groups
}

fn claims(findings: &[Finding]) -> Group {
    let texts = |of: fn(&Finding) -> String| findings.iter().map(of).collect::<Vec<String>>();
    let numbers = |of: fn(&Finding) -> f64| findings.iter().map(of).collect::<Vec<f64>>();
    let flags = |of: fn(&Finding) -> bool| {
        findings.iter().map(|finding| i64::from(of(finding))).collect::<Vec<i64>>()
    };
    let text = |name: &str, long_name: &str, of: fn(&Finding) -> String| {
        Variable::new(name, &["claim"], texts(of)).with_long_name(long_name)
    };
    let number = |name: &str, long_name: &str, of: fn(&Finding) -> f64| {
        Variable::new(name, &["claim"], numbers(of)).with_long_name(long_name)
    };
    let flag = |name: &str, long_name: &str, of: fn(&Finding) -> bool| {
        Variable::new(name, &["claim"], flags(of)).with_long_name(long_name)
    };
    let holds = findings.iter().all(Finding::is_as_expected) && !findings.is_empty();
    Group::new("claims")
        .with_coordinate(
            Variable::coordinate("claim", texts(|f| f.claim.name.clone()))
                .with_long_name("name of the claim"),
        )
        .with_variable(text("title", "the claim in a line", |f| f.claim.title.clone()))
        .with_variable(text("statement", "the claim", |f| f.claim.statement.clone()))
        .with_variable(text("equation", "the claim as an equation", |f| f.claim.equation.clone()))
        .with_variable(text("reference", "who states it", |f| f.claim.source.clone()))
        .with_variable(text("scenario", "the scenario, and what is changed of it", |f| {
            f.claim.origin()
        }))
        .with_variable(text("twin", "the network that must fail", |f| f.claim.twin().to_owned()))
        .with_variable(number("exponent_claimed", "exponent of n as n grows", |f| {
            f.claim.exponent().unwrap_or(f64::NAN)
        }))
        .with_variable(number("p", "smallest p-value of the claim's network, by Holm", Finding::p))
        .with_variable(number("twin_p", "smallest p-value of its twin, by Holm", Finding::twin_p))
        .with_variable(flag("holds", "1 if the claim holds", Finding::holds))
        .with_variable(flag(
            "twin_passes",
            "1 if the twin passes the same tests",
            Finding::twin_passes,
        ))
        .with_variable(flag(
            "as_expected",
            "1 if the claim holds and its twin fails",
            Finding::is_as_expected,
        ))
        .with_attribute("level", Attribute::Float(LEVEL))
        .with_attribute("coverage", Attribute::Float(COVERAGE))
        .with_attribute("holds", Attribute::Integer(i64::from(holds)))
}

/// A row of a long table: of which claim and network, and what.
type Row<'a, T> = (&'a Finding, &'static str, &'a Course, T);

/// The columns that say of what a row is.
fn keyed<T>(name: &str, dimension: &str, rows: &[Row<'_, T>]) -> Group {
    let numbers: Vec<i64> = (0..rows.len() as i64).collect();
    let text = |name: &str, of: &dyn Fn(&Row<'_, T>) -> String| {
        Variable::new(name, &[dimension], rows.iter().map(of).collect::<Vec<String>>())
    };
    Group::new(name)
        .with_coordinate(Variable::coordinate(dimension, numbers).with_long_name("row"))
        .with_variable(text("claim", &|row| row.0.claim.name.clone()))
        .with_variable(
            text("side", &|row| row.1.to_owned())
                .with_long_name("the claim's own network, or its twin"),
        )
        .with_variable(text("statistic", &|row| row.2.statistic.describe().to_owned()))
        .with_variable(text("component", &|row| row.2.component.clone()))
}

fn courses(findings: &[Finding]) -> Vec<Row<'_, ()>> {
    let of_finding = |finding| {
        sides(finding).into_iter().flat_map(move |(side, found)| {
            found.courses.iter().map(move |course| (finding, side, course, ()))
        })
    };
    findings.iter().flat_map(of_finding).collect()
}

fn points(findings: &[Finding]) -> Group {
    let rows: Vec<Row<'_, Point>> = courses(findings)
        .into_iter()
        .flat_map(|(finding, side, course, ())| {
            course.points.iter().map(move |point| (finding, side, course, *point))
        })
        .collect();
    let number = |name: &str, long_name: &str, of: fn(&Point) -> f64| {
        let values: Vec<f64> = rows.iter().map(|row| of(&row.3)).collect();
        Variable::new(name, &["point"], values).with_long_name(long_name)
    };
    let networks: Vec<i64> = rows.iter().map(|row| row.3.size.networks as i64).collect();
    let methods: Vec<&str> = rows.iter().map(|row| row.3.size.method().name()).collect();
    keyed("claim_points", "point", &rows)
        .with_variable(number("size", "size parameter n", |p| p.size.n))
        .with_variable(Variable::new("networks", &["point"], networks))
        .with_variable(Variable::new("method", &["point"], methods))
        .with_variable(number("measured", "in the direction that is predicted", |p| {
            p.tested.measured.value
        }))
        .with_variable(number("standard_error", "of the measured value", |p| {
            p.tested.measured.standard_error
        }))
        .with_variable(number("predicted", "for the claim's own network", |p| p.tested.predicted))
        .with_variable(number("margin", "by how much the prediction may be off", |p| {
            p.tested.test.margin
        }))
        .with_variable(number("p", "p-value by Holm's correction over the claim", |p| {
            p.tested.adjusted_p
        }))
}

fn exponents(findings: &[Finding]) -> Group {
    let rows = courses(findings);
    let number = |name: &str, long_name: &str, of: &dyn Fn(&Course) -> f64| {
        let values: Vec<f64> = rows.iter().map(|row| of(row.2)).collect();
        Variable::new(name, &["course"], values).with_long_name(long_name)
    };
    let tested =
        |of: fn(&Tested) -> f64| move |course: &Course| course.tested.as_ref().map_or(f64::NAN, of);
    keyed("claim_exponents", "course", &rows)
        .with_variable(number("exponent", "of what was measured", &|course| {
            course.exponent.map_or(f64::NAN, |found| found.value)
        }))
        .with_variable(number("low", "lower end of its bootstrap interval", &|course| {
            course.exponent.map_or(f64::NAN, |found| found.low)
        }))
        .with_variable(number("high", "upper end of its bootstrap interval", &|course| {
            course.exponent.map_or(f64::NAN, |found| found.high)
        }))
        .with_variable(number("predicted", "over the same sizes", &tested(|t| t.predicted)))
        .with_variable(number("margin", "by how much it may be off", &tested(|t| t.test.margin)))
        .with_variable(number(
            "p",
            "p-value by Holm's correction over the claim",
            &tested(|t| t.adjusted_p),
        ))
        .with_variable(number("at_large", "of the theory at sizes beyond simulation", &|course| {
            course.at_large
        }))
}

fn rates(findings: &[Finding]) -> Group {
    let rows = rates_of(findings);
    let text = |name: &str, of: &dyn Fn(&(&Finding, &Rate)) -> String| {
        Variable::new(name, &["rate"], rows.iter().map(of).collect::<Vec<String>>())
    };
    let number = |name: &str, long_name: &str, of: &dyn Fn(&Rate) -> f64| {
        let values: Vec<f64> = rows.iter().map(|(_, rate)| of(rate)).collect();
        Variable::new(name, &["rate"], values).with_long_name(long_name)
    };
    let hertz = |name: &str, long_name: &str, of: &dyn Fn(&Rate) -> f64| {
        number(name, long_name, &|rate| HERTZ * of(rate)).with_units("Hz")
    };
    let numbers: Vec<i64> = (0..rows.len() as i64).collect();
    let networks: Vec<i64> = rows.iter().map(|(_, rate)| rate.networks as i64).collect();
    let p = |tested: Option<&Tested>| tested.map_or(f64::NAN, |tested| tested.adjusted_p);
    let margin = |rate: &Rate| rate.tested.map_or(f64::NAN, |tested| tested.test.margin);
    let or_nan = |predicted: Option<f64>| predicted.unwrap_or(f64::NAN);
    Group::new("claim_rates")
        .with_coordinate(Variable::coordinate("rate", numbers).with_long_name("row"))
        .with_variable(text("claim", &|row| row.0.claim.name.clone()))
        .with_variable(text("cells", &|row| row.1.cells.clone()).with_long_name("the cell file"))
        .with_variable(text("population", &|row| row.1.population.clone()))
        .with_variable(number("input", "external rate / that of the file", &|rate| rate.input))
        .with_variable(Variable::new("networks", &["rate"], networks))
        .with_variable(hertz("measured", "of cells, over networks", &|rate| rate.measured.value))
        .with_variable(hertz("standard_error", "over networks", &|rate| {
            rate.measured.standard_error
        }))
        .with_variable(hertz("predicted", "by the rate equations", &|r| or_nan(r.predicted)))
        .with_variable(hertz(
            "margin",
            "by how much the prediction may be off; none where nothing is claimed",
            &margin,
        ))
        .with_variable(number("p", "p-value by Holm's correction over the claim", &|rate| {
            p(rate.tested.as_ref())
        }))
        .with_variable(hertz("twin_predicted", "by the twin's equations", &|rate| {
            or_nan(rate.twin_predicted)
        }))
        .with_variable(number(
            "twin_p",
            "p-value of the twin's equations, by Holm's correction over them",
            &|rate| p(rate.twin_tested.as_ref()),
        ))
        .with_variable(number("synchrony", "chi, the largest over networks", &|rate| {
            rate.synchrony.index
        }))
        .with_variable(number("independent", "chi of cells with nothing in common", &|rate| {
            rate.synchrony.independent
        }))
}
