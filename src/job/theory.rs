//! Limit and finite-n theory of a scenario.

use equipoise_energy::prediction::of_limit;
use equipoise_energy::{Account, Energies, EnergyPrediction};
use equipoise_limit::{Balance, Expansion, Limit, LimitError, LimitSolution, Validity};
use equipoise_model::Scenario;
use equipoise_store::Group;

use crate::layout::theory;

/// What is predicted at the sample times.
#[derive(Debug)]
pub struct Theory {
    /// The sample times.
    pub times: Vec<f64>,
    /// The geometry of `K`.
    pub balance: Balance,
    /// The limit.
    pub limit: LimitSolution,
    /// What it says of energy, where there is an account.
    pub energies: Option<Energies>,
    /// The theory of one network, if it was asked for.
    pub finite_n: Option<FiniteSize>,
}

/// The theory of one network of size n.
#[derive(Debug)]
pub struct FiniteSize {
    /// The theory and its margins.
    pub expansion: Expansion,
    /// Whether n is large enough for it.
    pub validity: Validity,
    /// What it says of energy, where there is an account.
    pub energy: Option<EnergyPrediction>,
}

impl Theory {
    /// The limit of a scenario, and the theory of one network of its size if that is asked for.
    ///
    /// # Errors
    /// [`LimitError`] for a network without a limit, or whose theory cannot be followed.
    pub fn new(scenario: &Scenario, with_finite_n: bool) -> Result<Self, LimitError> {
        let times = scenario.sampling.times();
        let hydrodynamic = Limit::new(&scenario.network)?;
        let limit = hydrodynamic.solve(&times)?;
        let energies = scenario.energy.as_ref().map(|energy| {
            let account = Account::new(&scenario.network, energy);
            of_limit(&scenario.network, &account, &energy.threshold, &limit)
        });
        let finite_n =
            with_finite_n.then(|| FiniteSize::new(scenario, &times, &limit)).transpose()?;
        Ok(Self { times, balance: hydrodynamic.balance, limit, energies, finite_n })
    }

    /// `/limit`, and `/finite_n` where it was asked for.
    pub fn groups(&self, scenario: &Scenario) -> Vec<Group> {
        let limit = theory::limit(scenario, &self.times, &self.limit, self.energies.as_ref());
        let finite_n = self.finite_n.as_ref().map(|finite| {
            let Expansion { first, margin, .. } = &finite.expansion;
            let energy = finite.energy.as_ref();
            theory::finite_n(scenario, &self.times, (first, margin), &finite.validity, energy)
        });
        std::iter::once(limit).chain(finite_n).collect()
    }
}

impl FiniteSize {
    fn new(scenario: &Scenario, times: &[f64], limit: &LimitSolution) -> Result<Self, LimitError> {
        let network = &scenario.network;
        let expansion = Expansion::new(network, times)?;
        let until = limit.end.as_ref().map_or(f64::INFINITY, LimitError::time);
        let validity = Validity::new(network, &expansion, until);
        let priced = |energy| EnergyPrediction::new(network, energy, limit, &expansion);
        let energy = scenario.energy.as_ref().map(priced).transpose()?;
        Ok(Self { expansion, validity, energy })
    }
}
