//! What one neuron spends: the account of a population by its members, which has a limit as `n` grows.
//!
//! The number of jumps that a neuron receives grows with `n`. Where a jump has a price of its own, their energy is taken per `n`, too; where a budget spreads what a spike costs at
//! synapses over the jumps, so that a jump costs the less the more there are, it has a limit as it is.

use equipoise_energy::{Account, Energies, EnergyPrediction, Item};
use equipoise_limit::{Expansion, LimitError, LimitSolution};
use equipoise_model::{Energy, Network, Prices};

/// The account of one neuron of each population, as it is predicted.
#[derive(Debug, Clone)]
pub struct NeuronEnergy {
    prediction: EnergyPrediction,
    size: f64,
    /// By which the energy of jumps is divided.
    jumps: f64,
    /// `N_a`.
    counts: Vec<f64>,
    /// `gamma_a`.
    fractions: Vec<f64>,
}

impl NeuronEnergy {
    /// From solutions at the same times.
    ///
    /// # Errors
    /// [`LimitError::Integration`].
    pub fn new(
        network: &Network,
        energy: &Energy,
        limit: &LimitSolution,
        expansion: &Expansion,
    ) -> Result<Self, LimitError> {
        let populations = &network.populations;
        let has_price = matches!(energy.prices, Prices::Given(_));
        Ok(Self {
            jumps: if has_price { network.size } else { 1.0 },
            prediction: EnergyPrediction::new(network, energy, limit, expansion)?,
            size: network.size,
            counts: populations.iter().map(|population| population.count as f64).collect(),
            fractions: populations.iter().map(|population| population.fraction).collect(),
        })
    }

    /// What is paid for what.
    pub fn account(&self) -> &Account {
        &self.prediction.account
    }

    /// Whether the energy of jumps is taken per `n`.
    pub fn is_per_size(&self) -> bool {
        self.jumps > 1.0
    }

    /// Whether an item costs a population anything.
    pub fn is_paid(&self, item: Item, population: usize) -> bool {
        self.account().cost(item, population) > 0.0
    }

    /// Expectation in one network minus limit, (time, population).
    pub fn errors(&self, item: Item) -> Vec<f64> {
        let expected = self.of_neuron(&self.prediction.finite_n, item).into_iter().enumerate();
        expected.map(|(at, expected)| expected - self.limit(item, at)).collect()
    }

    /// What the theory's next order may change of them.
    pub fn margins(&self, item: Item) -> Vec<f64> {
        self.of_neuron(&self.prediction.margins, item)
    }

    /// Standard deviations over networks.
    pub fn deviations(&self, item: Item) -> Vec<f64> {
        let deviations = self.prediction.deviations(item).into_iter().enumerate();
        deviations.map(|(at, deviation)| deviation / self.members(item, at)).collect()
    }

    /// What a population has spent minus limit, for one neuron.
    pub fn of_network(&self, item: Item, at: usize, value: f64) -> f64 {
        value / self.members(item, at) - self.limit(item, at)
    }

    fn of_neuron(&self, energies: &Energies, item: Item) -> Vec<f64> {
        let energies = energies.of(item).iter().enumerate();
        energies.map(|(at, energy)| energy / self.members(item, at)).collect()
    }

    /// In the limit, whose account is of `n gamma_a` neurons.
    fn limit(&self, item: Item, at: usize) -> f64 {
        let members = self.size * self.fractions[at % self.fractions.len()];
        self.prediction.limit.of(item)[at] / (members * self.scale(item))
    }

    /// Neurons that share what their population spends, times the scale of the item.
    fn members(&self, item: Item, at: usize) -> f64 {
        self.counts[at % self.counts.len()] * self.scale(item)
    }

    fn scale(&self, item: Item) -> f64 {
        if item == Item::Synapse { self.jumps } else { 1.0 }
    }
}
