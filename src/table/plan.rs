//! What `converge` will simulate.

use std::fmt::Write;

use crate::model::Scenario;
use serde_json::{Value, json};

use super::Table;
use super::duration;

/// One size.
pub struct Planned {
    /// n.
    pub size: f64,
    /// How it is simulated.
    pub method: &'static str,
    /// How many networks.
    pub networks: u64,
    /// That it will take.
    pub seconds: f64,
    /// What there is of it already.
    pub state: &'static str,
    /// Whether the theory serves it.
    pub is_tested: bool,
}

fn seconds(rows: &[Planned]) -> f64 {
    rows.iter().map(|row| row.seconds).sum()
}

/// A table of the sizes, and how long they take together.
pub fn text(scenario: &Scenario, rows: &[Planned]) -> String {
    let mut table = Table::new(&["n", "method", "networks", "seconds", "", ""]);
    for row in rows {
        let time = if row.seconds > 0.0 { format!("{:.1}", row.seconds) } else { String::new() };
        let remark = if row.is_tested { "" } else { "too small for the theory: not tested" };
        table.row(vec![
            format!("{}", row.size),
            row.method.to_owned(),
            format!("{}", row.networks),
            time,
            row.state.to_owned(),
            remark.to_owned(),
        ]);
    }
    let mut text = format!("{}: convergence to the limit\n{}", scenario.title, table.text());
    let _ = write!(text, "about {}, to a factor of three", duration(seconds(rows)));
    text
}

/// The same for programs.
pub fn json(scenario: &Scenario, rows: &[Planned]) -> Value {
    let sizes = rows.iter().map(|row| {
        json!({
            "n": row.size, "method": row.method, "networks": row.networks, "seconds": row.seconds,
            "state": row.state, "large_enough": row.is_tested,
        })
    });
    json!({ "title": scenario.title, "seconds": seconds(rows), "sizes": sizes.collect::<Vec<_>>() })
}
