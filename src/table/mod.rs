//! Text and JSON for people and programs.
//!
//! * `verdict`: what `validate` found; `moments`: an ensemble; `theory`: limit and finite-n theory;
//! * `analysis`: what `analyse` found; `fluctuations`: spectra and response of one network; `at_rest`: the same, simulated; `sweep`: fixed points; `convergence`, `plan`: errors at several sizes; `energy`: costs and what they are worth;
//! * `claims`: the statements of the theory; `derivation`: rate equations of cells, step by step;
//! * `info`: what a result file holds.

pub mod analysis;
pub mod at_rest;
mod claims;
mod convergence;
mod derivation;
mod energy;
mod fluctuations;
pub mod info;
mod moments;
mod plan;
mod sweep;
mod theory;
mod verdict;

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::model::Scenario;
use crate::validation::LEVEL;

pub use claims::{
    Claims, json as claims_json, list as claims_list, list_json as claims_list_json,
    text as claims_text,
};
pub use convergence::{
    Report as ConvergenceReport, json as convergence_json, text as convergence_text,
};
pub use derivation::{
    Report as DerivationReport, json as derivation_json, text as derivation_text,
};
pub use energy::{Report as EnergyReport, json as energy_json, text as energy_text};
pub use fluctuations::fluctuations;
pub use moments::moments;
pub use plan::{Planned, json as plan_json, text as plan_text};
pub use sweep::{Report as SweepReport, json as sweep_json, text as sweep_text};
pub use theory::{theory, validity_json};
pub use verdict::{Report, json, text};

/// Letters of a line.
static WIDTH: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Tables are for lines of so many letters, from now on.
pub fn fit_to(width: usize) {
    WIDTH.store(width, Ordering::Relaxed);
}

/// Columns of text, the first of them aligned to the left.
pub struct Table {
    rows: Vec<Vec<String>>,
    left: usize,
}

impl Table {
    /// With a header, the first two columns aligned to the left.
    pub fn new(header: &[&str]) -> Self {
        Self { rows: vec![header.iter().map(|&cell| cell.to_owned()).collect()], left: 2 }
    }

    /// With a header, all columns aligned to the left.
    pub fn of_words(header: &[&str]) -> Self {
        Self { left: header.len(), ..Self::new(header) }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// All rows, a line each; on a terminal that is too narrow for them in several blocks, one below the other.
    pub fn text(&self) -> String {
        self.within(WIDTH.load(Ordering::Relaxed))
    }

    /// The same for a width of the screen; blocks begin with the columns that say what a row is about.
    fn within(&self, width: usize) -> String {
        let columns = self.rows[0].len();
        let widest = |column: usize| {
            self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(widest).collect();
        let repeated = if self.left < columns { self.left } else { 1 };
        let taken =
            |columns: &[usize]| columns.iter().map(|&column| widths[column] + 2).sum::<usize>();
        let mut blocks = vec![(0..repeated).collect::<Vec<_>>()];
        for (column, own) in widths.iter().enumerate().skip(repeated) {
            let block = blocks.last_mut().expect("there is one");
            if block.len() > repeated && taken(block) + 2 + own > width {
                blocks.push((0..repeated).chain([column]).collect());
            } else {
                block.push(column);
            }
        }
        let blocks = blocks.iter().map(|block| self.block(block, &widths));
        blocks.collect::<Vec<_>>().join("\n")
    }

    /// Some columns of all rows.
    fn block(&self, columns: &[usize], widths: &[usize]) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let cells = columns.iter().map(|&column| {
                let (cell, width) = (&row[column], widths[column]);
                if column < self.left {
                    format!("{cell:<width$}")
                } else {
                    format!("{cell:>width$}")
                }
            });
            let line = cells.collect::<Vec<_>>().join("  ");
            text.push_str("  ");
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// Enough digits to see the difference that `scale` is about; with an exponent where that would take more than eight decimals.
pub(super) fn number(value: f64, scale: f64) -> String {
    if scale <= 0.0 || scale.is_nan() {
        return format!("{value:.4}");
    }
    let digits = (1.0 - scale.log10().floor()).max(0.0);
    if digits > 8.0 {
        return format!("{value:.2e}");
    }
    let digits = digits as usize;
    format!("{value:.digits$}")
}

/// P-values below are not told apart: near the least positive number they become 0, which none is.
pub const LEAST_PROBABILITY: f64 = 1e-300;

/// A p-value: three decimals, or its size where these would be zeros.
pub(super) fn probability(p: f64) -> String {
    if p < LEAST_PROBABILITY {
        format!("< {LEAST_PROBABILITY:e}")
    } else if p < 5e-4 {
        format!("{p:.1e}")
    } else {
        format!("{p:.3}")
    }
}

/// Six decimals, and no sign on zero.
pub(super) fn fixed(value: f64) -> String {
    format!("{:.6}", if value.abs() < 5e-7 { 0.0 } else { value })
}

/// Title and size of the scenario.
fn headline(scenario: &Scenario) -> String {
    format!("{}: n = {}", scenario.title, scenario.network.size)
}

/// The last word on some comparisons: whether they hold, at `LEVEL` over all of them.
pub(crate) fn outcome(failed: usize, total: usize) -> String {
    if failed == 0 {
        format!("PASSED: all {total} comparisons hold (family-wise level {LEVEL}, Holm).")
    } else {
        format!(
            "FAILED: {failed} of {total} comparisons do not hold (family-wise level {LEVEL}, Holm)."
        )
    }
}

/// A time in the largest unit of which there are two or more.
pub fn duration(seconds: f64) -> String {
    let units =
        [("years", 31_557_600.0), ("days", 86_400.0), ("hours", 3_600.0), ("minutes", 60.0)];
    let unit = units.into_iter().find(|(_, length)| seconds >= 2.0 * length);
    let (name, length) = unit.unwrap_or(("seconds", 1.0));
    format!("{:.1} {name}", seconds / length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_probability_is_zero() {
        let told = [0.0, 1e-310, 2.71e-97, 4e-4, 5e-4, 0.0704, 1.0].map(probability);
        let expected = ["< 1e-300", "< 1e-300", "2.7e-97", "4.0e-4", "0.001", "0.070", "1.000"];
        assert_eq!(told, expected);
        assert_eq!(probability(f64::NAN), "NaN");
    }

    #[test]
    fn narrow_screens_have_blocks() {
        let mut table = Table::new(&["point", "population", "mean", "variance"]);
        table.row(["1", "E", "-0.85", "0.1856"].map(str::to_owned).to_vec());
        let whole = "  point  population   mean  variance\n  1      E           -0.85    0.1856\n";
        let parts = "  point  population   mean\n  1      E           -0.85\n\n  point  population  variance\n  1      E             0.1856\n";
        for width in [36, 80, usize::MAX] {
            assert_eq!(table.within(width), whole);
        }
        for width in [0, 30, 35] {
            assert_eq!(table.within(width), parts);
        }
    }
}
