//! What is found: the stationary states with their power, the economy of each population, and the trade-off along a sweep.

use equipoise::energy::economy::drive::{Reached, Search};
use equipoise::energy::economy::{Code, Economy, Place};
use equipoise::energy::expenses::fires;
use equipoise::energy::precision::{Precision, PrecisionError};
use equipoise::energy::{Expenses, Power};
use equipoise::limit::{FiniteN, FixedPoint, Limit, Order};
use equipoise::model::{Network, Scenario};

use super::super::failure::Failure;
use super::question::Question;

/// A stationary state and what it spends.
#[derive(Debug, Clone)]
pub struct Account {
    /// `S_a`, towards one target, per time unit.
    pub rates: Vec<f64>,
    pub power: Power,
}

impl Account {
    fn new(network: &Network, question: &Question, rates: &[f64], time: f64) -> Self {
        let power = Power::stationary(network, &question.costs(network), rates, time);
        Self { rates: rates.to_vec(), power }
    }
}

/// Where a population lies on the curve of bits per energy of a code.
#[derive(Debug, Clone)]
pub struct Economised {
    pub population: usize,
    pub code: Code,
    pub place: Place,
    pub optimum: Place,
    /// The drive that leads to the optimum in the limit, or why none does.
    pub drive: Result<Reached, String>,
}

/// A value of a swept field.
#[derive(Debug)]
pub struct Swept {
    pub value: f64,
    pub outcome: Result<Worth, String>,
}

/// What a network is worth, and what it costs.
#[derive(Debug)]
pub struct Worth {
    pub precision: Precision,
    pub neurons: f64,
    /// Bits per energy of the driven population, of counts of Poisson's law.
    pub efficiency: f64,
}

/// All of it.
#[derive(Debug)]
pub struct Found {
    /// In the limit, per network of this size, or why not.
    pub limit: Result<Account, String>,
    /// Of one network, or why not.
    pub finite: Result<Account, String>,
    pub economy: Result<Vec<Economised>, String>,
    pub sweep: Vec<Swept>,
}

impl Found {
    /// States and economy; the sweep is empty.
    pub fn new(scenario: &Scenario, question: &Question, time: f64) -> Result<Self, Failure> {
        let network = &scenario.network;
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
            .map(|point: &FixedPoint| Account::new(network, question, &point.rates, time));
        let finite = match state {
            Ok(state) => Ok(Account::new(network, question, &state.rates, time)),
            Err(error) if limit.is_err() => return Err(error.into()),
            Err(error) => Err(error.to_string()),
        };
        let rates = finite.as_ref().or(limit.as_ref()).map(|account| account.rates.clone());
        let rates = rates.unwrap_or_default();
        let economy = economy(network, question, &rates, (point.as_ref(), time));
        Ok(Self { limit, finite, economy, sweep: Vec::new() })
    }
}

fn economy(
    network: &Network,
    question: &Question,
    rates: &[f64],
    (point, time): (Result<&FixedPoint, &String>, f64),
) -> Result<Vec<Economised>, String> {
    let search = Search::new(network, question.reading.driven, time);
    let release = network.transmission.release_probability();
    let mut found = Vec::new();
    for (population, expenses) in
        Expenses::new(network, &question.costs(network)).iter().enumerate()
    {
        let economy = Economy::new(expenses, question.window).map_err(|error| error.to_string())?;
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

/// What the network with this value of the swept field is worth.
pub fn worth(network: &Network, question: &Question) -> Result<Worth, PrecisionError> {
    let costs = question.costs(network);
    let precision = Precision::new(network, &costs, question.reading)?;
    let driven = question.reading.driven;
    let expenses = Expenses::new(network, &costs)[driven];
    let rate = fires(network, precision.rates[driven]);
    let efficiency = Economy::new(&expenses, question.window)
        .map_or(f64::NAN, |economy| economy.at(Code::Poisson, rate).efficiency);
    Ok(Worth { precision, neurons: network.neuron_count() as f64, efficiency })
}
