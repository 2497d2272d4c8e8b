//! The errors that the theory of one network of size `n` expects.

use equipoise_energy::Item;
use equipoise_limit::{
    Expansion, FiniteNSolution, Limit, LimitError, LimitSolution, PotentiationLaw, Validity,
};
use equipoise_model::{Bins, Energy, Network};

use super::energy::NeuronEnergy;
use super::grid::{covering, edges};
use super::law::Functionals;
use super::quantity::{PerQuantity, Quantity};

/// Errors expected of a network of one size, (time, population) row-major, at the sample times before the limit ends.
#[derive(Debug, Clone)]
pub struct Expected {
    /// `n`.
    pub size: f64,
    /// The sample times.
    pub times: Vec<f64>,
    /// `P`.
    pub populations: usize,
    /// The limit.
    pub limit: LimitSolution,
    /// The theory of one network.
    pub finite_n: FiniteNSolution,
    /// Whether `n` is large enough for it.
    pub validity: Validity,
    /// Where distribution functions are looked at.
    pub bins: Bins,
    /// Of one network minus limit, with its sign; distances are positive. NaN where the law is not known.
    pub error: PerQuantity<Vec<f64>>,
    /// `b_n`, what the theory's next order may change of it.
    pub margin: PerQuantity<Vec<f64>>,
    /// Standard deviation over networks, where it is predicted: to leading order; NaN for what is not.
    pub deviation: PerQuantity<Vec<f64>>,
    /// What one neuron spends, where the network has an account of energy.
    pub energy: Option<NeuronEnergy>,
    /// Members of each population, and the fractions that they are of `n`.
    counts: Vec<f64>,
    fractions: Vec<f64>,
    functionals: Vec<Option<Functionals>>,
}

impl Expected {
    /// Solves limit and theory through `times`, which rise from 0 on.
    ///
    /// # Errors
    /// [`LimitError`] if the network has no limit at time 0.
    pub fn new(network: &Network, times: &[f64]) -> Result<Self, LimitError> {
        Self::with_energy(network, None, times)
    }

    /// The same with the account of energy that a scenario asks for.
    ///
    /// # Errors
    /// As [`Expected::new`].
    pub fn with_energy(
        network: &Network,
        energy: Option<&Energy>,
        times: &[f64],
    ) -> Result<Self, LimitError> {
        let limit = Limit::new(network)?.solve(times)?;
        let expansion = Expansion::new(network, &limit.times)?;
        let validity = Validity::new(network, &expansion, f64::INFINITY);
        let energy = energy
            .map(|energy| NeuronEnergy::new(network, energy, &limit, &expansion))
            .transpose()?;
        let bins = covering(&limit, &expansion.first);
        let populations = network.population_count();
        let functionals: Vec<Option<Functionals>> = (0..limit.mean.len())
            .map(|place| {
                let finite_n =
                    expansion.first.law(place / populations, place % populations).ok()?;
                let normal =
                    PotentiationLaw::normal(limit.mean[place], limit.variance[place]).ok()?;
                Functionals::new(&finite_n, &normal, bins)
            })
            .collect();
        let mut expected = Self {
            size: network.size,
            times: limit.times.clone(),
            populations,
            validity,
            bins,
            error: PerQuantity::default(),
            margin: PerQuantity::default(),
            deviation: PerQuantity::default(),
            energy,
            counts: network.populations.iter().map(|p| p.count as f64).collect(),
            fractions: network.populations.iter().map(|p| p.fraction).collect(),
            functionals,
            finite_n: expansion.first.clone(),
            limit,
        };
        expected.error = PerQuantity::of(|quantity| expected.errors(quantity));
        expected.margin = PerQuantity::of(|quantity| expected.margins(&expansion, quantity));
        expected.deviation = PerQuantity::of(|quantity| expected.deviations(quantity));
        Ok(expected)
    }

    /// What is compared of a population: energies where they have a price.
    pub fn has(&self, quantity: Quantity, population: usize) -> bool {
        let is_paid =
            |item| self.energy.as_ref().is_some_and(|energy| energy.is_paid(item, population));
        quantity.item().is_none_or(is_paid)
    }

    /// What is compared of any population, in the order of [`Quantity::ALL`]; not what is another one times a price.
    pub fn quantities(&self) -> Vec<Quantity> {
        let is_compared =
            |quantity: &Quantity| (0..self.populations).any(|a| self.has(*quantity, a));
        let own = Quantity::ALL.into_iter().filter(|quantity| !quantity.is_multiple());
        own.filter(is_compared).collect()
    }

    fn places(&self) -> std::ops::Range<usize> {
        0..self.limit.mean.len()
    }

    /// Of energies; nothing of other quantities, and where there is no account.
    fn of_energy(
        &self,
        quantity: Quantity,
        of: fn(&NeuronEnergy, Item) -> Vec<f64>,
    ) -> Option<Vec<f64>> {
        let item = quantity.item()?;
        Some(self.energy.as_ref().map_or_else(Vec::new, |energy| of(energy, item)))
    }

    fn errors(&self, quantity: Quantity) -> Vec<f64> {
        if let Some(errors) = self.of_energy(quantity, NeuronEnergy::errors) {
            return errors;
        }
        if !quantity.is_of_law() {
            let values = self.moments(&self.finite_n, quantity);
            return self.places().map(|at| values[at] - self.of_limit(quantity, at)).collect();
        }
        self.of_laws(&self.finite_n, quantity)
    }

    /// A moment of all populations by the theory; spikes of one neuron.
    fn moments(&self, theory: &FiniteNSolution, quantity: Quantity) -> Vec<f64> {
        match quantity {
            Quantity::Mean => theory.mean.clone(),
            Quantity::Variance => theory.variance.clone(),
            _ => {
                let spikes = theory.spikes.iter().enumerate();
                spikes.map(|(at, spikes)| spikes / self.counts[at % self.populations]).collect()
            }
        }
    }

    /// The same in the limit.
    fn of_limit(&self, quantity: Quantity, at: usize) -> f64 {
        match quantity {
            Quantity::Mean => self.limit.mean[at],
            Quantity::Variance => self.limit.variance[at],
            _ => self.limit.spikes[at] / self.fractions[at % self.populations],
        }
    }

    /// A distance of all populations by the theory; NaN where there is none.
    fn of_laws(&self, theory: &FiniteNSolution, quantity: Quantity) -> Vec<f64> {
        let kind = usize::from(quantity == Quantity::Kolmogorov);
        let of = |at: usize| {
            let functionals = self.functionals[at].as_ref()?;
            let law = theory.law(at / self.populations, at % self.populations);
            // Without a variance all neurons are at the mean.
            let below = |z| match &law {
                Ok(law) => law.distribution(z),
                Err(_) => f64::from(u8::from(theory.mean[at] <= z)),
            };
            let values = functionals.of(edges(self.bins).map(below));
            Some(values[kind])
        };
        self.places().map(|at| of(at).unwrap_or(f64::NAN)).collect()
    }

    fn margins(&self, expansion: &Expansion, quantity: Quantity) -> Vec<f64> {
        if let Some(margins) = self.of_energy(quantity, NeuronEnergy::margins) {
            return margins;
        }
        if !quantity.is_of_law() {
            return expansion.margin_of(|theory| self.moments(theory, quantity));
        }
        let kind = usize::from(quantity == Quantity::Kolmogorov);
        let known = |values: Vec<f64>| -> Vec<f64> {
            values.into_iter().map(|value| if value.is_nan() { 0.0 } else { value }).collect()
        };
        let orders = expansion.margin_of(|theory| known(self.of_laws(theory, quantity)));
        let with_truncation = orders.into_iter().zip(&self.functionals).map(|(margin, known)| {
            known.as_ref().map_or(f64::NAN, |functionals| margin + functionals.truncation[kind])
        });
        with_truncation.collect()
    }

    /// Of energies, those of totals over networks; of a mean, the root of `C_aa`; of a variance that of independent neurons, `2 v^2/N`; of laws, by the movement of the mean and independent neurons beside it.
    fn deviations(&self, quantity: Quantity) -> Vec<f64> {
        if let Some(deviations) = self.of_energy(quantity, NeuronEnergy::deviations) {
            return deviations;
        }
        let of = |at: usize| {
            let population = at % self.populations;
            let count = self.counts[population];
            let of_mean = self.finite_n.mean_covariance[at * self.populations + population];
            let variance = self.finite_n.total_variance[at];
            let squared = match quantity {
                Quantity::Mean => of_mean,
                Quantity::Variance => 2.0 * variance * variance / count,
                Quantity::Wasserstein => of_mean + variance / count,
                // The density is at most that at the mean of a normal law, the part of neurons varies most at one half.
                Quantity::Kolmogorov => {
                    of_mean / (2.0 * std::f64::consts::PI * variance) + 0.25 / count
                }
                _ => f64::NAN,
            };
            squared.max(0.0).sqrt()
        };
        self.places().map(of).collect()
    }

    /// What the networks of a population show at a place, as an error in the direction that is expected.
    pub(super) fn of_network(&self, quantity: Quantity, at: usize, value: f64) -> f64 {
        let sign = if self.error[quantity][at] < 0.0 { -1.0 } else { 1.0 };
        if let (Some(item), Some(energy)) = (quantity.item(), &self.energy) {
            return sign * energy.of_network(item, at, value);
        }
        let value = match quantity {
            Quantity::Spikes => value / self.counts[at % self.populations],
            _ => value,
        };
        sign * (value - self.of_limit(quantity, at))
    }

    /// The functionals of a place, where its law is known, and the members of its population.
    pub(super) fn law(&self, at: usize) -> Option<(&Functionals, f64)> {
        Some((self.functionals[at].as_ref()?, self.counts[at % self.populations]))
    }

    /// Number of values at one time.
    pub fn place(&self, sample: usize, population: usize) -> usize {
        sample * self.populations + population
    }
}
