//! What is predicted, and how far the prediction may be off by its next order.

use equipoise_energy::{EnergyPrediction, Item};
use equipoise_limit::{Expansion, FiniteNSolution, Limit, LimitError, LimitSolution, Validity};
use equipoise_model::{Energy, Network, Recording, Selection};

use crate::counts::{CountPrediction, is_counted};
use crate::law::LawPrediction;

/// A quantity that is both observed and predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Empirical mean of a population.
    Mean,
    /// Empirical variance of a population, divisor `N_a`.
    Variance,
    /// Empirical third central moment of a population, divisor `N_a`.
    ThirdCumulant,
    /// Fires of a population since time 0.
    Spikes,
    /// Covariance, over networks, of the mean of a population with that of population `with`.
    MeanCovariance {
        /// The other population.
        with: usize,
    },
    /// An item of the energy account, where there is one.
    Energy(Item),
    /// Its variance over networks.
    EnergyVariance(Item),
}

impl Quantity {
    /// All quantities of a network with this many populations, and with an account of energy or not.
    pub fn all_with(populations: usize, has_energy: bool) -> Vec<Self> {
        let mut all = Self::all(populations);
        if has_energy {
            all.extend(Item::RANDOM.map(Self::Energy));
            all.extend(Item::RANDOM.map(Self::EnergyVariance));
        }
        all
    }

    /// All quantities of a network with this many populations, but for energy.
    pub fn all(populations: usize) -> Vec<Self> {
        let covariances = (0..populations).map(|with| Self::MeanCovariance { with });
        [Self::Mean, Self::Variance, Self::ThirdCumulant, Self::Spikes]
            .into_iter()
            .chain(covariances)
            .collect()
    }

    /// Its name; the other population of a covariance by its name in `populations`.
    pub fn name(self, populations: &[String]) -> String {
        match self {
            Self::Mean => "mean".to_owned(),
            Self::Variance => "variance".to_owned(),
            Self::ThirdCumulant => "third_cumulant".to_owned(),
            Self::Spikes => "spikes".to_owned(),
            Self::MeanCovariance { with } => format!("mean_covariance_{}", populations[with]),
            Self::Energy(item) => item.name().to_owned(),
            Self::EnergyVariance(item) => format!("{}_variance", item.name()),
        }
    }
}

/// What is looked up: a prediction or its margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Value,
    Margin,
}

/// The theory of a network at its sample times.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// The limit, `n -> infinity`.
    pub limit: LimitSolution,
    /// One network of size `n`.
    pub finite_n: FiniteNSolution,
    /// The law of the potentiation, where it is to be compared.
    pub law: Option<LawPrediction>,
    /// The number of a neuron's spikes, where it is to be compared.
    pub counts: Option<CountPrediction>,
    /// The account of energy, where there is one.
    pub energy: Option<EnergyPrediction>,
    /// The margins `b_n` of the finite-n theory, [`Expansion::margin`].
    pub margins: FiniteNSolution,
    /// Whether `n` is large enough for them.
    pub validity: Validity,
    populations: usize,
}

impl Prediction {
    /// Integrates limit and finite-n theory through `times`, which rise from 0 on, or as far as the limit goes: beyond its end
    /// the finite-n theory, an expansion about it, has no margins.
    ///
    /// # Errors
    /// [`LimitError`] if the network has no limit at time 0.
    pub fn new(network: &Network, times: &[f64]) -> Result<Self, LimitError> {
        Self::with_energy(network, None, times)
    }

    /// The same with the account of energy that a scenario asks for.
    ///
    /// # Errors
    /// As [`Prediction::new`].
    pub fn with_energy(
        network: &Network,
        energy: Option<&Energy>,
        times: &[f64],
    ) -> Result<Self, LimitError> {
        let limit = Limit::new(network)?.solve(times)?;
        let expansion = Expansion::new(network, &limit.times)?;
        let validity = Validity::new(network, &expansion, f64::INFINITY);
        let energy = energy
            .map(|energy| EnergyPrediction::new(network, energy, &limit, &expansion))
            .transpose()?;
        let Expansion { first, margin: margins, .. } = expansion;
        Ok(Self {
            limit,
            finite_n: first,
            law: None,
            counts: None,
            energy,
            margins,
            validity,
            populations: network.population_count(),
        })
    }

    /// The same, and what is predicted of the records that a recording asks for. Solved at times of its own, so that no other prediction depends on it.
    ///
    /// # Errors
    /// As [`Prediction::new`].
    pub fn of_records(
        mut self,
        network: &Network,
        recording: &Recording,
    ) -> Result<Self, LimitError> {
        let times = &self.limit.times;
        let end = times.last().copied().unwrap_or(0.0);
        let predictable = |time: &&f64| self.limit.end.is_none() || **time <= end;
        let snapshots: Vec<f64> =
            recording.snapshots.iter().take_while(predictable).copied().collect();
        if !snapshots.is_empty() {
            self.law = Some(LawPrediction::new(network, times, &snapshots)?);
        }
        // Spikes are counted over the whole run.
        if self.limit.end.is_none()
            && (0..self.populations).any(|a| is_counted(network, recording, a))
        {
            self.counts = Some(CountPrediction::new(network, recording, end)?);
        }
        Ok(self)
    }

    /// What is recorded and could be compared, but is not, and why: a sentence each.
    pub fn untested(&self, network: &Network, recording: &Recording) -> Vec<String> {
        let mut untested = Vec::new();
        let end = self.limit.end.as_ref().map(LimitError::time);
        for (a, population) in network.populations.iter().enumerate() {
            let name = &population.name;
            for (snapshot, time) in recording.snapshots.iter().enumerate() {
                let laws = self.law.as_ref().map_or(&[][..], |law| &law.laws);
                let why = match laws.get(snapshot * self.populations + a) {
                    Some(Some(_)) => continue,
                    Some(None) => "the series of its moments does not converge there",
                    None => "the limit has ended",
                };
                untested.push(format!("the law of `{name}` at {time} is not compared: {why}"));
            }
            let is_recorded = recording.counts
                || recording.spikes.get(a).is_some_and(|chosen| *chosen != Selection::None);
            if is_recorded && !self.counts.as_ref().is_some_and(|counts| counts.has(a)) {
                let why = match end {
                    _ if !is_counted(network, recording, a) => {
                        "the trains of all its neurons would have to be recorded"
                    }
                    Some(_) => "the limit ends within the run",
                    None => "it has no spikes",
                };
                untested.push(format!("the Fano factor of `{name}` is not compared: {why}"));
            }
        }
        if self.energy.as_ref().is_some_and(|energy| energy.shares_spikes) {
            let what = "the variance of the activity energy is not compared: its test is that of normal \
                        values, and the means that it follows fluctuate too far";
            untested.push(what.to_owned());
        }
        untested
    }

    /// What the finite-n theory predicts.
    pub fn finite_n(&self, quantity: Quantity, sample: usize, population: usize) -> f64 {
        self.value((&self.finite_n, Kind::Value), quantity, sample, population)
    }

    /// What the limit predicts for a network of this size; none for what vanishes in the limit.
    pub fn limit(
        &self,
        quantity: Quantity,
        sample: usize,
        population: usize,
        size: f64,
    ) -> Option<f64> {
        let at = sample * self.populations + population;
        match quantity {
            Quantity::Mean => Some(self.limit.mean[at]),
            Quantity::Variance => Some(self.limit.variance[at]),
            Quantity::Spikes => Some(self.limit.spikes[at] * size),
            Quantity::Energy(item) => self.energy.as_ref().map(|energy| energy.limit.of(item)[at]),
            Quantity::ThirdCumulant
            | Quantity::MeanCovariance { .. }
            | Quantity::EnergyVariance(_) => None,
        }
    }

    /// Whether there is anything to test: not where nothing is random or nothing is paid.
    pub(crate) fn is_tested(&self, quantity: Quantity, sample: usize, population: usize) -> bool {
        let item = match quantity {
            Quantity::Energy(item) | Quantity::EnergyVariance(item) => item,
            // A covariance is symmetric, and nothing has fired at time 0.
            Quantity::MeanCovariance { with } => return with >= population,
            Quantity::Spikes => return sample > 0,
            _ => return true,
        };
        self.energy.as_ref().is_some_and(|energy| {
            // Its test is that of normal values.
            if quantity == Quantity::EnergyVariance(Item::Activity) && energy.shares_spikes {
                return false;
            }
            let has_begun = sample > 0 || item == Item::Activity && energy.random_start[population];
            has_begun && energy.account.cost(item, population) > 0.0
        })
    }

    /// What one of the things counted for a quantity is worth: its cost for energies.
    pub(crate) fn cost(&self, quantity: Quantity, population: usize) -> f64 {
        let cost = |item| {
            let account = self.energy.as_ref().map(|energy| &energy.account);
            account.map_or(f64::NAN, |account| account.cost(item, population))
        };
        match quantity {
            Quantity::Energy(item) => cost(item),
            Quantity::EnergyVariance(item) => cost(item).powi(2),
            _ => 1.0,
        }
    }

    /// The margin `b_n`: an estimate of the theory's next order, [`Expansion::margin`].
    pub fn margin(&self, quantity: Quantity, sample: usize, population: usize) -> f64 {
        self.value((&self.margins, Kind::Margin), quantity, sample, population)
    }

    fn value(
        &self,
        (theory, kind): (&FiniteNSolution, Kind),
        quantity: Quantity,
        sample: usize,
        population: usize,
    ) -> f64 {
        let at = sample * self.populations + population;
        match quantity {
            Quantity::Mean => theory.mean[at],
            Quantity::Variance => theory.variance[at],
            Quantity::ThirdCumulant => theory.third_cumulant[at],
            Quantity::Spikes => theory.spikes[at],
            Quantity::MeanCovariance { with } => {
                theory.mean_covariance[at * self.populations + with]
            }
            Quantity::Energy(item) | Quantity::EnergyVariance(item) => {
                let Some(energy) = &self.energy else { return f64::NAN };
                let of_variance = matches!(quantity, Quantity::EnergyVariance(_));
                let energies = match (kind, of_variance) {
                    (Kind::Value, false) => &energy.finite_n,
                    (Kind::Margin, false) => &energy.margins,
                    (Kind::Value, true) => &energy.variances,
                    (Kind::Margin, true) => &energy.variance_margins,
                };
                energies.of(item)[at]
            }
        }
    }
}
