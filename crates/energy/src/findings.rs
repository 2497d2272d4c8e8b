//! What is found of a network's energy on given terms: its stationary states with their power, the economy of each population, and the trade-off along a sweep.

use equipoise_limit::{FiniteN, FixedPoint, Limit, LimitError, Order};
use equipoise_model::{Costs, Network};

use crate::budget::FreeEnergy;
use crate::budget::rodent::CORTEX_2012;
use crate::economy::drive::{Reached, Search};
use crate::economy::{Code, Economy, Place};
use crate::expenses::fires;
use crate::precision::{Precision, PrecisionError, Reading};
use crate::{Budget, Expenses, Power};

/// What events cost, in which unit, and in which windows spikes are told apart.
#[derive(Debug, Clone)]
pub struct Terms {
    /// None where costs are in a unit of the scenario's own.
    pub budget: Option<Budget>,
    /// These costs, where there is no budget.
    pub given: Option<Costs>,
    /// Seconds of a time unit; only with a budget.
    pub seconds: f64,
    /// Of ATP.
    pub free_energy: FreeEnergy,
    /// In which spikes are told apart, in time units.
    pub window: f64,
    /// The population whose drive is told and moved, and how.
    pub reading: Reading,
}

impl Terms {
    /// What events cost in a network.
    pub fn costs(&self, network: &Network) -> Costs {
        match (&self.given, &self.budget) {
            (Some(costs), _) => costs.clone(),
            (None, budget) => budget.unwrap_or(CORTEX_2012).costs(network, self.seconds),
        }
    }

    /// Energy in ATP, or in units of the scenario's own.
    pub fn unit(&self) -> &'static str {
        if self.budget.is_some() { "ATP" } else { "energy" }
    }
}

/// A stationary state and what it spends.
#[derive(Debug, Clone)]
pub struct State {
    /// `S_a`, towards one target, per time unit.
    pub rates: Vec<f64>,
    /// What it spends.
    pub power: Power,
}

impl State {
    fn new(network: &Network, terms: &Terms, rates: &[f64]) -> Self {
        let power = Power::stationary(network, &terms.costs(network), rates, terms.reading.time);
        Self { rates: rates.to_vec(), power }
    }
}

/// Where a population lies on the curve of bits per energy of a code.
#[derive(Debug, Clone)]
pub struct Economised {
    /// The population.
    pub population: usize,
    /// The code.
    pub code: Code,
    /// Where its rate is.
    pub place: Place,
    /// Where the rate with the most bits per energy is.
    pub optimum: Place,
    /// The drive that leads to the optimum in the limit, or why none does.
    pub drive: Result<Reached, String>,
}

/// A value of a swept field.
#[derive(Debug)]
pub struct Swept {
    /// The value.
    pub value: f64,
    /// What the network is worth there, or why that cannot be told.
    pub outcome: Result<Worth, String>,
}

/// What a network is worth, and what it costs.
#[derive(Debug)]
pub struct Worth {
    /// What its spikes tell of the drive, and what they cost.
    pub precision: Precision,
    /// How many it has.
    pub neurons: f64,
    /// Bits per energy of the driven population, of counts of Poisson's law.
    pub efficiency: f64,
}

/// All of it.
#[derive(Debug)]
pub struct Findings {
    /// In the limit, per network of this size, or why not.
    pub limit: Result<State, String>,
    /// Of one network, or why not.
    pub finite: Result<State, String>,
    /// By population and code, or why not.
    pub economy: Result<Vec<Economised>, String>,
    /// By rising value of the swept field.
    pub sweep: Vec<Swept>,
}

impl Findings {
    /// States and economy; the sweep is empty.
    ///
    /// # Errors
    /// [`LimitError`] where there is a stationary state neither of one network nor in the limit.
    pub fn new(network: &Network, terms: &Terms) -> Result<Self, LimitError> {
        let time = terms.reading.time;
        let state = FiniteN::new(network, Order::First).stationary(time);
        let near: Vec<f64> = match &state {
            Ok(state) => state.moments.mean.clone(),
            Err(_) => network.populations.iter().map(|p| p.initial.mean()).collect(),
        };
        let points = Limit::new(network).and_then(|limit| limit.fixed_points(time));
        let point = match points {
            Ok(points) => points
                .nearest_stable(&near)
                .cloned()
                .ok_or_else(|| "the limit has no stable fixed point here".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        let limit = point
            .as_ref()
            .map_err(Clone::clone)
            .map(|point: &FixedPoint| State::new(network, terms, &point.rates));
        let finite = match state {
            Ok(state) => Ok(State::new(network, terms, &state.rates)),
            Err(error) if limit.is_err() => return Err(error),
            Err(error) => Err(error.to_string()),
        };
        let rates = finite.as_ref().or(limit.as_ref()).map(|state| state.rates.clone());
        let rates = rates.unwrap_or_default();
        let economy = economy(network, terms, &rates, point.as_ref());
        Ok(Self { limit, finite, economy, sweep: Vec::new() })
    }
}

fn economy(
    network: &Network,
    terms: &Terms,
    rates: &[f64],
    point: Result<&FixedPoint, &String>,
) -> Result<Vec<Economised>, String> {
    let search = Search::new(network, terms.reading.driven, terms.reading.time);
    let release = network.transmission.release_probability();
    let mut found = Vec::new();
    for (population, expenses) in Expenses::new(network, &terms.costs(network)).iter().enumerate() {
        let economy = Economy::new(expenses, terms.window).map_err(|error| error.to_string())?;
        for code in Code::ALL {
            let optimum = economy.optimum(code);
            let reached = |point: &FixedPoint| {
                let reached = search.find(population, optimum.rate * release, point);
                reached.map_err(|error| error.to_string())
            };
            found.push(Economised {
                population,
                code,
                place: economy.at(code, fires(network, rates[population])),
                optimum,
                drive: point.map_err(Clone::clone).and_then(reached),
            });
        }
    }
    Ok(found)
}

/// What a network is worth.
///
/// # Errors
/// [`PrecisionError`].
pub fn worth(network: &Network, terms: &Terms) -> Result<Worth, PrecisionError> {
    let costs = terms.costs(network);
    let precision = Precision::new(network, &costs, terms.reading)?;
    let driven = terms.reading.driven;
    let expenses = Expenses::new(network, &costs)[driven];
    let rate = fires(network, precision.rates[driven]);
    let efficiency = Economy::new(&expenses, terms.window)
        .map_or(f64::NAN, |economy| economy.at(Code::Poisson, rate).efficiency);
    Ok(Worth { precision, neurons: network.neuron_count() as f64, efficiency })
}
