//! Text and JSON for people and programs.
//!
//! * `verdict`: what `validate` found; `moments`: an ensemble; `theory`: limit and finite-n theory;
//! * `analysis`: what `analyse` found; `fluctuations`: spectra and response of one network; `sweep`: fixed points; `convergence`, `plan`: errors at several sizes; `energy`: costs and what they are worth;
//! * `claims`: the statements of the theory; `derivation`: rate equations of cells, step by step;
//! * `info`: what a result file holds.

pub mod analysis;
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

use equipoise::model::Scenario;

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

/// Columns of text, the first of them aligned to the left.
pub(super) struct Table {
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

    /// All rows, a line each.
    pub fn text(&self) -> String {
        let columns = self.rows[0].len();
        let width = |column: usize| {
            self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
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

/// Six decimals, and no sign on zero.
pub(super) fn fixed(value: f64) -> String {
    format!("{:.6}", if value.abs() < 5e-7 { 0.0 } else { value })
}

/// Title and size of the scenario.
fn headline(scenario: &Scenario) -> String {
    format!("{}: n = {}", scenario.title, scenario.network.size)
}
