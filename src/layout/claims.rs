//! `/claims`, `/claim_points` and `/claim_exponents`: the statements of the theory and what was found of them, as long tables.

use equipoise_store::{Attribute, Group, Provenance, Variable};
use equipoise_validation::claims::{Course, Finding, Point, Side};
use equipoise_validation::exponent::COVERAGE;
use equipoise_validation::{LEVEL, Tested};

use super::origin;

/// The two networks of a claim, as they are called.
pub const SIDES: [&str; 2] = ["network", "twin"];

/// Root attributes of a file of claims, examined by `command`. It has no scenario of its own: claims name theirs.
pub fn provenance(seed: u64, command: &str) -> Provenance {
    origin("Claims of the theory", seed, command)
}

/// The networks of a finding, with their names.
pub fn sides(finding: &Finding) -> [(&'static str, &Side); 2] {
    [(SIDES[0], &finding.network), (SIDES[1], &finding.twin)]
}

/// The groups.
pub fn groups(findings: &[Finding]) -> Vec<Group> {
    vec![claims(findings), points(findings), exponents(findings)]
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
            let changes = f.claim.set.iter().map(|change| format!(" --set '{change}'"));
            format!("{}{}", f.claim.scenario, changes.collect::<String>())
        }))
        .with_variable(text("twin", "the network that must fail", |f| {
            f.claim.twin.statement.clone()
        }))
        .with_variable(number("exponent_claimed", "exponent of n as n grows", |f| f.claim.exponent))
        .with_variable(number("p", "smallest p-value of the claim's network, by Holm", |f| {
            f.network.p()
        }))
        .with_variable(number("twin_p", "smallest p-value of its twin, by Holm", |f| f.twin.p()))
        .with_variable(flag("holds", "1 if the claim holds", Finding::holds))
        .with_variable(flag("twin_passes", "1 if the twin passes the same tests", |f| {
            f.twin.passes()
        }))
        .with_variable(flag("as_expected", "1 if the claim holds and its twin fails", |f| {
            f.is_as_expected()
        }))
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
