//! What activity costs and what it is worth, as tables and as JSON.

use std::fmt::Write;

use crate::energy::budget::atp::micromole_per_gram_minute;
use crate::energy::budget::human::{COMMUNICATION, COMPUTATION};
use crate::energy::budget::{Scaled, constant::Constant};
use crate::energy::economy::Economy;
use crate::energy::expenses::fires;
use crate::energy::findings::{Economised, State, Swept};
use crate::energy::{Expenses, Findings, Power};
use crate::model::Scenario;
use crate::picture::energy::{Drawn, Population, Worth as DrawnWorth};
use serde_json::{Value, json};

use super::{Table, headline};
use crate::job::energy::Question;
use crate::job::sweep::Grid;

/// All that is said.
pub struct Report<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// What was asked.
    pub question: &'a Question,
    /// What was found.
    pub found: &'a Findings,
    /// What was swept.
    pub grid: &'a Grid,
}

/// Four digits, with a power of ten where there are many.
fn short(value: f64) -> String {
    let power = value.abs().log10().floor();
    match value {
        value if !value.is_finite() => "-".to_owned(),
        0.0 => "0".to_owned(),
        _ if (-4.0..5.0).contains(&power) => {
            format!("{value:.*}", (3.0 - power).clamp(0.0, 7.0) as usize)
        }
        _ => format!("{value:.3e}"),
    }
}

impl Report<'_> {
    fn per_time(&self) -> String {
        format!("1/{}", self.scenario.sampling.time_unit)
    }

    fn driven(&self) -> &str {
        &self.scenario.network.populations[self.question.terms.reading.driven].name
    }

    fn states(&self) -> [(&'static str, &Result<State, String>); 2] {
        [("limit", &self.found.limit), ("finite_n", &self.found.finite)]
    }

    /// ATP/s of a neuron, averaged over all; none without a budget.
    fn molecules(&self, power: &Power) -> Option<f64> {
        let neurons = self.scenario.network.neuron_count() as f64;
        self.question.terms.budget.map(|_| power.total() / neurons / self.question.terms.seconds)
    }

    fn scaled(&self, power: &Power) -> Option<Scaled> {
        let budget = self.question.terms.budget?;
        Some(Scaled::new(self.molecules(power)?, budget.density, self.question.terms.free_energy))
    }

    /// What figures show.
    pub fn drawn(&self) -> Drawn {
        let network = &self.scenario.network;
        let names = network.population_names();
        let expenses = Expenses::new(network, &self.question.terms.costs(network));
        let rows = self.found.economy.as_deref().unwrap_or_default();
        let population = |place: usize| -> Option<Population> {
            let economy = Economy::new(&expenses[place], self.question.terms.window).ok()?;
            let of = rows.iter().filter(|row| row.population == place);
            let places: Vec<_> = of.map(|row| (row.code, row.place, row.optimum)).collect();
            (!places.is_empty()).then(|| Population { name: names[place].clone(), economy, places })
        };
        let worth = |swept: &Swept| -> Option<DrawnWorth> {
            let worth = swept.outcome.as_ref().ok()?;
            let precision = &worth.precision;
            Some(DrawnWorth {
                value: swept.value,
                power: precision.power.total() / worth.neurons,
                information: precision.information / worth.neurons,
                uncorrelated: precision.without_correlations() / worth.neurons,
                efficiency: worth.efficiency,
                rates: precision.rates.iter().map(|rate| fires(network, *rate)).collect(),
            })
        };
        Drawn {
            title: self.scenario.title.clone(),
            per_time: self.per_time(),
            energy: self.question.terms.unit().to_owned(),
            swept: self.grid.path.clone(),
            driven: self.driven().to_owned(),
            economy: (0..names.len()).filter_map(population).collect(),
            populations: names,
            sweep: self.found.sweep.iter().filter_map(worth).collect(),
        }
    }
}

/// Tables of account, scale, economy and trade-off.
pub fn text(report: &Report<'_>) -> String {
    let mut text = format!("{}, at rest\n", headline(report.scenario));
    let _ = writeln!(text, "{}\n", prices(report));
    text.push_str(&accounts(report));
    text.push_str(&economy(report));
    text.push_str(&sweep(report));
    text
}

fn prices(report: &Report<'_>) -> String {
    let Report { question, scenario, .. } = report;
    let Some(budget) = question.terms.budget else {
        return "costs in the scenario's own unit of energy; no budget, hence no watt".to_owned();
    };
    let cost = |what: &str, value: Option<f64>, unit: &str| match value {
        Some(value) => format!("{what} {} {unit}", short(value)),
        None => format!("{what} not known"),
    };
    let parts = [
        cost("a spike", Some(budget.spike), "ATP"),
        if budget.synapses.is_none() {
            "synapses with the spike".to_owned()
        } else {
            cost("what it does at synapses", budget.synapses, "ATP")
        },
        cost("rest", budget.rest, "ATP/s"),
    ];
    format!(
        "budget: {}\n  {}; {} kJ/mol, 1 {} = {} s",
        budget.title,
        parts.join(", "),
        question.terms.free_energy.kilojoule_per_mole,
        scenario.sampling.time_unit,
        question.terms.seconds
    )
}

fn accounts(report: &Report<'_>) -> String {
    let Report { question, scenario, .. } = report;
    let (unit, per_time) = (question.terms.unit(), report.per_time());
    let names = scenario.network.population_names();
    let mut header: Vec<String> =
        ["state", "population", "rate", "spikes", "synapses", "rest", "total"]
            .map(str::to_owned)
            .into();
    if question.terms.budget.is_some() {
        header.extend(["rate (1/s)".to_owned(), "nW".to_owned()]);
    }
    let mut table = Table::new(&header.iter().map(String::as_str).collect::<Vec<_>>());
    let mut text = String::new();
    for (name, account) in report.states() {
        let account = match account {
            Ok(account) => account,
            Err(reason) => {
                let _ = writeln!(text, "{name}: {reason}");
                continue;
            }
        };
        let state = if name == "limit" {
            name.to_owned()
        } else {
            format!("n = {}", scenario.network.size)
        };
        let power = &account.power;
        for (a, population) in names.iter().enumerate() {
            let neurons = scenario.network.populations[a].count as f64;
            let parts = [power.spike[a], power.synapse[a], power.rest[a]].map(|p| p / neurons);
            let total: f64 = parts.iter().sum();
            let rate = fires(&scenario.network, account.rates[a]);
            let mut row = vec![state.clone(), population.clone(), short(rate)];
            row.extend(parts.into_iter().chain([total]).map(short));
            if question.terms.budget.is_some() {
                let watt = question.terms.free_energy.joule(total / question.terms.seconds);
                row.extend([short(rate / question.terms.seconds), short(1e9 * watt)]);
            }
            table.row(row);
        }
    }
    let _ = writeln!(
        text,
        "Power of a neuron, in {unit} {per_time} (rates in {per_time}; jumps are paid by who receives them):\n{}",
        table.text()
    );
    for (name, account) in report.states() {
        let Ok(account) = account else { continue };
        text.push_str(&scale(report, name, &account.power));
    }
    text
}

/// Communication and upkeep, and what the power amounts to.
fn scale(report: &Report<'_>, name: &str, power: &Power) -> String {
    let share = 100.0 * power.communication() / power.total();
    let mut text = format!(
        "{name}: communication (spikes and synapses) {share:.1} %, upkeep {:.1} %",
        100.0 - share
    );
    if let (Some(molecules), Some(scaled)) = (report.molecules(power), report.scaled(power)) {
        let _ = write!(text, "; a neuron {} nW", short(1e9 * scaled.neuron));
        if let (Some(density), Some(per_gram)) = (
            report.question.terms.budget.and_then(|budget| budget.density),
            scaled.milliwatt_per_gram,
        ) {
            let specific = micromole_per_gram_minute(molecules, density);
            let _ = write!(
                text,
                ", a gram of such {} mW ({} umol ATP/min)",
                short(per_gram),
                short(specific)
            );
        }
        let _ = write!(
            text,
            ", a human neocortex of such {} W, a brain {} W",
            short(scaled.neocortex),
            short(scaled.brain)
        );
    }
    text.push('\n');
    if name == "finite_n" || report.found.finite.is_err() {
        let _ = writeln!(
            text,
            "(Levy & Calvert 2021 have {} W of communication and {} W of computation in the human cortex; assumptions: docs/economy.md)\n",
            COMMUNICATION.value, COMPUTATION.value
        );
    }
    text
}

fn economy(report: &Report<'_>) -> String {
    let Report { question, scenario, found, .. } = report;
    let rows = match &found.economy {
        Ok(rows) => rows,
        Err(reason) => return format!("Economy of impulses: {reason}\n\n"),
    };
    let unit = question.terms.unit();
    let per = format!("bits/{unit}");
    let drive = format!("drive of {}", report.driven());
    let mut table = Table::new(&[
        "population",
        "code",
        "spikes/window",
        "bits/window",
        &per,
        "best",
        "best rate",
        "part of best",
        &drive,
    ]);
    let mut reasons: Vec<String> = Vec::new();
    for Economised { population, code, place, optimum, drive } in rows {
        let window = question.terms.window;
        table.row(vec![
            scenario.network.populations[*population].name.clone(),
            code.name().to_owned(),
            short(place.rate * window),
            short(place.information * window),
            short(place.efficiency),
            short(optimum.efficiency),
            short(optimum.rate),
            short(place.efficiency / optimum.efficiency),
            drive.as_ref().map_or("-".to_owned(), |reached| short(reached.drive)),
        ]);
        if let Err(reason) = drive
            && !reasons.contains(reason)
        {
            reasons.push(reason.clone());
        }
    }
    let mut text = format!(
        "Economy of impulses, windows of {} {} (a window with a spike costs {} times one without):\n{}",
        short(question.terms.window),
        scenario.sampling.time_unit,
        ratios(report).join(", "),
        table.text()
    );
    for reason in reasons {
        let _ = writeln!(text, "  {reason}");
    }
    text.push('\n');
    text
}

/// `r` of each population, once if they are the same.
fn ratios(report: &Report<'_>) -> Vec<String> {
    let network = &report.scenario.network;
    let expenses = Expenses::new(network, &report.question.terms.costs(network));
    let economies =
        expenses.iter().flat_map(|each| Economy::new(each, report.question.terms.window));
    let mut ratios: Vec<String> = economies.map(|economy| short(economy.ratio())).collect();
    ratios.dedup();
    ratios
}

fn sweep(report: &Report<'_>) -> String {
    let Report { question, scenario, found, grid } = report;
    let names = scenario.network.population_names();
    let unit = question.terms.unit();
    let mut header: Vec<String> = vec![grid.path.clone(), String::new()];
    header.extend(names.iter().map(|name| format!("rate {name}")));
    header.extend([
        format!("power ({unit})"),
        "information".to_owned(),
        "uncorrelated".to_owned(),
        format!("information/{unit}"),
        format!("bits/{unit}"),
    ]);
    let mut table = Table::new(&header.iter().map(String::as_str).collect::<Vec<_>>());
    let mut reasons = String::new();
    for Swept { value, outcome } in &found.sweep {
        let worth = match outcome {
            Ok(worth) => worth,
            Err(reason) => {
                let _ = writeln!(reasons, "  {} = {}: {reason}", grid.path, short(*value));
                continue;
            }
        };
        let precision = &worth.precision;
        let mut row = vec![short(*value), String::new()];
        row.extend(precision.rates.iter().map(|rate| short(fires(&scenario.network, *rate))));
        row.extend(
            [
                precision.power.total() / worth.neurons,
                precision.information / worth.neurons,
                precision.without_correlations() / worth.neurons,
                precision.per_energy(),
                worth.efficiency,
            ]
            .map(short),
        );
        table.row(row);
    }
    format!(
        "Precision against power: Fisher information that the spikes of one network have of the drive of {}, counted in windows of {} {}, and power, both per neuron and time; bits of the Poisson code of {}:\n{}{reasons}",
        report.driven(),
        short(question.terms.reading.window),
        scenario.sampling.time_unit,
        report.driven(),
        table.text()
    )
}

fn constants(constants: &[Constant]) -> Vec<Value> {
    let one = |constant: &Constant| {
        json!({
            "symbol": constant.symbol, "value": constant.value, "unit": constant.unit,
            "meaning": constant.meaning, "citation": constant.citation,
            "status": constant.status.name(), "known": constant.known,
        })
    };
    constants.iter().map(one).collect()
}

/// The same as one object. Power is that of all neurons of a population, energy per time unit.
pub fn json(report: &Report<'_>) -> Value {
    let Report { scenario, question, found, grid } = report;
    let network = &scenario.network;
    let names = network.population_names();
    let budget = question.terms.budget.map(|budget| {
        json!({
            "name": budget.name, "title": budget.title, "spike": budget.spike, "synapses": budget.synapses,
            "rest": budget.rest, "density": budget.density,
            "free_energy_kilojoule_per_mole": question.terms.free_energy.kilojoule_per_mole,
            "seconds_per_time_unit": question.terms.seconds, "constants": constants(budget.constants),
        })
    });
    let account = |account: &Result<State, String>| match account {
        Err(reason) => json!({ "reason": reason }),
        Ok(State { rates, power }) => {
            let scaled = report.scaled(power).map(|scaled| {
                json!({
                    "neuron_watt": scaled.neuron, "milliwatt_per_gram": scaled.milliwatt_per_gram,
                    "neocortex_watt": scaled.neocortex, "brain_watt": scaled.brain,
                })
            });
            json!({
                "rate": rates.iter().map(|rate| fires(network, *rate)).collect::<Vec<_>>(),
                "power_spike": power.spike, "power_synapse": power.synapse, "power_rest": power.rest,
                "communication": power.communication(), "upkeep": power.upkeep(), "scaled": scaled,
            })
        }
    };
    let economy = match &found.economy {
        Err(reason) => json!({ "reason": reason }),
        Ok(rows) => rows.iter().map(|row| economised(row, &names)).collect(),
    };
    let costs = question.terms.costs(network);
    let notes = &question.notes;
    json!({
        "title": scenario.title,
        "n": network.size,
        "populations": names,
        "energy_unit": question.terms.unit(),
        "time_unit": scenario.sampling.time_unit,
        "costs": { "spike": costs.spike, "rest": costs.rest, "synapse": costs.synapse },
        "budget": budget,
        "notes": notes,
        "limit": account(&found.limit),
        "finite_n": account(&found.finite),
        "window": question.terms.window,
        "economy": economy,
        "driven": report.driven(),
        "trade_off": {
            "parameter": grid.path,
            "readout_window": question.terms.reading.window,
            "points": found.sweep.iter().map(|swept| traded(report, swept)).collect::<Vec<_>>(),
        },
    })
}

fn economised(row: &Economised, names: &[String]) -> Value {
    let mut object = json!({
        "population": names[row.population], "code": row.code.name(),
        "rate": row.place.rate, "information": row.place.information, "efficiency": row.place.efficiency,
        "best_rate": row.optimum.rate, "best_efficiency": row.optimum.efficiency,
    });
    match &row.drive {
        Ok(reached) => object["drive"] = reached.drive.into(),
        Err(reason) => object["drive_reason"] = reason.clone().into(),
    }
    object
}

fn traded(report: &Report<'_>, Swept { value, outcome }: &Swept) -> Value {
    match outcome {
        Err(reason) => json!({ "value": value, "reason": reason }),
        Ok(worth) => {
            let precision = &worth.precision;
            let fires = |rate: &f64| fires(&report.scenario.network, *rate);
            json!({
                "value": value,
                "rate": precision.rates.iter().map(fires).collect::<Vec<_>>(),
                "neurons": worth.neurons,
                "power": precision.power.total(),
                "information": precision.information,
                "uncorrelated": precision.without_correlations(),
                "efficiency": worth.efficiency,
            })
        }
    }
}
