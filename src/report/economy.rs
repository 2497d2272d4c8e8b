//! Economy: what a network spends at rest, what its rates are worth, and what more precision costs, of a file of `energy`.

use equipoise_energy::Expenses;
use equipoise_energy::economy::{Code, Economy};
use maud::{Markup, html};

use super::ReportError;
use super::material::Material;
use super::number::{plain, significant};
use super::page::{Section, cell, figures, table};
use super::source::{Table, spread};
use crate::picture::energy::{Drawn, Population, Worth, figures as draw};

/// Values of the swept field that are drawn, at most.
const VALUES: usize = 400;
/// Digits of numbers in tables.
const DIGITS: usize = 4;

const STATE: [&str; 1] = ["state"];
const SPENT: [&str; 2] = ["state", "population"];
const PRICED: [&str; 1] = ["population"];
const PLACE: [&str; 2] = ["population", "code"];
const VALUE: [&str; 1] = ["value"];

/// The section; none if the file is not of `energy`.
pub fn section(material: &Material) -> Result<Option<Section>, ReportError> {
    let (Some(power), Some(economy), Some(trade_off)) = (
        material.source.table("power")?,
        material.source.table("economy")?,
        material.source.table("trade_off")?,
    ) else {
        return Ok(None);
    };
    let units = Units::new(&power);
    let title = material.source.header.provenance.title.clone();
    let drawn = Drawn {
        title,
        per_time: units.rate(),
        energy: units.energy.clone(),
        swept: trade_off.text("parameter").unwrap_or_default(),
        driven: trade_off.text("driven").unwrap_or_default(),
        populations: trade_off.names("population")?,
        economy: populations(&economy)?,
        sweep: swept(&trade_off)?,
    };
    let window = economy.number("window").unwrap_or(f64::NAN);
    let readout = trade_off.number("readout_window").unwrap_or(f64::NAN);
    let body = html! {
        @for reason in reasons(&power, &economy) { p { (reason) } }
        (spent(&power, &units)?)
        (scaled(&power, &units)?)
        p {
            "Bits per energy are the entropy of a neuron's counts in windows of " (plain(window)) " " (units.time) ", by what the neuron pays for its spikes, for all that they cause and at rest. "
            "Precision is the Fisher information that the fires of all populations have of the drive of " (drawn.driven) ", counted in windows of " (plain(readout)) " " (units.time) "."
        }
        (worth(&economy, &units)?)
        (figures("economy", &draw(&drawn)))
        (constants(material)?)
    };
    Ok(Some(Section { id: "economy", heading: "Power, economy and precision", body }))
}

/// As many values as there should be: a damaged file may have others.
fn filled(mut values: Vec<f64>, length: usize) -> Vec<f64> {
    values.resize(length, f64::NAN);
    values
}

/// Names of units.
struct Units {
    energy: String,
    time: String,
}

impl Units {
    fn new(power: &Table) -> Self {
        let text = |name: &str| power.text(name).unwrap_or_default();
        Self { energy: text("energy_unit"), time: text("time_unit") }
    }

    fn rate(&self) -> String {
        format!("1/{}", self.time)
    }
}

/// Why something is not there.
fn reasons(power: &Table, economy: &Table) -> Vec<String> {
    let all = [
        (power, "no_limit", "limit"),
        (power, "no_finite_n", "one network"),
        (economy, "no_economy", "economy"),
    ];
    let told = all.into_iter().filter_map(|(table, name, what)| Some((what, table.text(name)?)));
    told.map(|(what, reason)| format!("Not told, {what}: {reason}.")).collect()
}

/// Power of a neuron, by what it goes into.
fn spent(power: &Table, units: &Units) -> Result<Markup, ReportError> {
    let (states, populations) = (power.names("state")?, power.names("population")?);
    let cells = states.len() * populations.len();
    let neurons = filled(power.all("neurons", &PRICED)?, populations.len());
    let rates = filled(power.all("rate", &SPENT)?, cells);
    let mut parts = Vec::new();
    for name in ["power_spike", "power_synapse", "power_rest"] {
        parts.push(filled(power.all(name, &SPENT)?, cells));
    }
    let known = (0..rates.len()).filter(|place| rates[*place].is_finite());
    let rows = known.map(|place| {
        let (state, population) = (place / populations.len(), place % populations.len());
        let of: Vec<f64> = parts.iter().map(|part| part[place] / neurons[population]).collect();
        let numbers = [rates[place]].into_iter().chain(of.iter().copied()).chain([of.iter().sum()]);
        let mut row = vec![cell(state_name(&states[state])), cell(&populations[population])];
        row.extend(numbers.map(|value| cell(significant(value, DIGITS))));
        row
    });
    let rate = format!("Rate ({})", units.rate());
    let header = ["State", "Population", &rate, "Spikes", "Synapses", "Rest", "Total"];
    let caption = format!("Power of a neuron ({}/{})", units.energy, units.time);
    Ok(table(&caption, &header, 2, &rows.collect::<Vec<_>>()))
}

fn state_name(state: &str) -> &str {
    if state == "finite_n" { "one network" } else { state }
}

/// What the power amounts to: of the network, and with a budget of a neuron, a gram and a brain.
fn scaled(power: &Table, units: &Units) -> Result<Markup, ReportError> {
    let states = power.names("state")?;
    let spent = format!("{}/{}", units.energy, units.time);
    let mut header = vec!["State".to_owned()];
    let mut columns = Vec::new();
    for (name, title, unit) in [
        ("communication", "Communication", spent.as_str()),
        ("upkeep", "Upkeep", &spent),
        ("neuron_power", "Neuron", "W"),
        ("specific_power", "Gram", "mW/g"),
        ("metabolism", "ATP of a gram", "umol/g/min"),
        ("neocortex_power", "Human neocortex", "W"),
        ("brain_power", "Human brain", "W"),
    ] {
        if power.has(name) {
            header.push(format!("{title} ({unit})"));
            columns.push(filled(power.all(name, &STATE)?, states.len()));
        }
    }
    let is_known = |state: usize| columns.first().is_some_and(|column| column[state].is_finite());
    let known = states.iter().enumerate().filter(|(state, _)| is_known(*state));
    let rows = known.map(|(state, name)| {
        let numbers = columns.iter().map(|column| cell(significant(column[state], DIGITS)));
        std::iter::once(cell(state_name(name))).chain(numbers).collect()
    });
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let caption = "Power of the network by its use, and of tissue that consists of such neurons";
    Ok(table(caption, &header, 1, &rows.collect::<Vec<_>>()))
}

/// Rates, bits per energy, and what would be best.
fn worth(economy: &Table, units: &Units) -> Result<Markup, ReportError> {
    let (populations, codes) = (economy.names("population")?, economy.names("code")?);
    let mut columns = Vec::new();
    for name in ["rate", "information", "efficiency", "best_rate", "best_efficiency", "drive"] {
        columns.push(filled(economy.all(name, &PLACE)?, populations.len() * codes.len()));
    }
    let known = (0..columns[0].len()).filter(|place| columns[0][*place].is_finite());
    let rows = known.map(|place| {
        let mut row =
            vec![cell(&populations[place / codes.len()]), cell(&codes[place % codes.len()])];
        row.extend(columns.iter().map(|column| cell(significant(column[place], DIGITS))));
        row
    });
    let (rate, bits) = (units.rate(), format!("bit/{}", units.energy));
    let drive = format!("Drive of {}", economy.text("driven").unwrap_or_default());
    let header = [
        "Population".to_owned(),
        "Code".to_owned(),
        format!("Rate ({rate})"),
        format!("Information (bit/{})", units.time),
        format!("Efficiency ({bits})"),
        format!("Best rate ({rate})"),
        format!("Best efficiency ({bits})"),
        drive,
    ];
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let caption = "Economy of impulses, and the drive that leads to the best rate in the limit";
    Ok(table(caption, &header, 2, &rows.collect::<Vec<_>>()))
}

/// The curves on which populations lie, where there are any.
fn populations(economy: &Table) -> Result<Vec<Population>, ReportError> {
    let window = economy.number("window").unwrap_or(f64::NAN);
    let (names, codes) = (economy.names("population")?, economy.names("code")?);
    let [spike, synapses, rest] =
        ["spike", "synapses", "rest"].map(|name| economy.all(name, &PRICED));
    let [spike, synapses, rest] = [spike?, synapses?, rest?].map(|each| filled(each, names.len()));
    let [rates, best] = ["rate", "best_rate"].map(|name| economy.all(name, &PLACE));
    let [rates, best] = [rates?, best?].map(|each| filled(each, names.len() * codes.len()));
    let of = |(a, name): (usize, &String)| -> Option<Population> {
        let expenses = Expenses { spike: spike[a], synapses: synapses[a], rest: rest[a] };
        let economy = Economy::new(&expenses, window).ok()?;
        let places = codes.iter().enumerate().filter_map(|(number, code)| {
            let code = Code::ALL.into_iter().find(|known| known.name() == code)?;
            let [rate, best] = [&rates, &best].map(|of| of[a * codes.len() + number]);
            let is_rate = |rate: f64| rate.is_finite() && rate >= 0.0;
            let places = (code, economy.at(code, rate), economy.at(code, best));
            (is_rate(rate) && is_rate(best)).then_some(places)
        });
        let places: Vec<_> = places.collect();
        (!places.is_empty()).then(|| Population { name: name.clone(), economy, places })
    };
    Ok(names.iter().enumerate().filter_map(of).collect())
}

/// The sweep, where something can be told.
fn swept(trade_off: &Table) -> Result<Vec<Worth>, ReportError> {
    let chosen = spread(trade_off.length("value"), VALUES);
    let column = |name: &str| -> Result<Vec<f64>, ReportError> {
        Ok(filled(trade_off.at(name, &VALUE, &chosen)?, chosen.len()))
    };
    let (values, neurons, power) = (column("value")?, column("neurons")?, column("power")?);
    let (information, uncorrelated) = (column("information")?, column("uncorrelated")?);
    let efficiency = column("efficiency")?;
    let width = trade_off.names("population")?.len();
    let rates = trade_off.at("rate", &["value", "population"], &chosen)?;
    let rates = filled(rates, chosen.len() * width);
    let known = (0..values.len()).filter(|place| power[*place].is_finite());
    let worth = known.map(|place| Worth {
        value: values[place],
        power: power[place] / neurons[place],
        information: information[place] / neurons[place],
        uncorrelated: uncorrelated[place] / neurons[place],
        efficiency: efficiency[place],
        rates: rates[place * width..][..width].to_vec(),
    });
    Ok(worth.collect())
}

/// The numbers of the budget, with their sources.
fn constants(material: &Material) -> Result<Markup, ReportError> {
    const CONSTANT: [&str; 1] = ["constant"];
    let Some(budget) = material.source.table("budget")? else { return Ok(html! {}) };
    let texts = |name: &str| -> Result<Vec<String>, ReportError> {
        let mut all = Vec::new();
        for block in budget.blocks(name, &CONSTANT)? {
            all.extend(budget.texts(name, &block)?);
        }
        Ok(all)
    };
    let (symbols, units, meanings) = (texts("symbol")?, texts("unit")?, texts("meaning")?);
    let (citations, statuses) = (texts("citation")?, texts("status")?);
    let numbers = budget.all("number", &CONSTANT)?;
    let texts = [symbols, units, meanings, citations, statuses];
    let rows = numbers.iter().enumerate().map(|(place, number)| {
        let text = |of: &Vec<String>| cell(of.get(place).map_or("", String::as_str));
        let mut row: Vec<Markup> = texts.iter().map(text).collect();
        row.push(cell(significant(*number, DIGITS)));
        row
    });
    let header = ["Symbol", "Unit", "What it is", "Source", "Known as", "Value"];
    let caption = format!("Numbers of {}", budget.text("title").unwrap_or_default());
    Ok(table(&caption, &header, 5, &rows.collect::<Vec<_>>()))
}
