//! What is measured of networks, and what the theory predicts of it.

use equipoise_limit::analysis::Growth;
use equipoise_limit::{Balance, Coefficients, Expansion, LimitError, Rates};
use equipoise_model::{GainFunction, Network, Scenario};
use nalgebra::DVector;
use serde::Deserialize;

use super::averages::Averages;
use crate::convergence::{Expected, Quantity};

/// A quantity of a network at the end of its run, by component: a population, or a constraint of balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statistic {
    /// `V_r^T r + Sigma_r^{-1} U_r^T h`, with `r_b` the fires of a neuron per unit time since the sample before: by how much rates miss the balance.
    BalanceResidual,
    /// `V_r^T S(m, v) + Sigma_r^{-1} U_r^T h`, with empirical means and variances: by how much means miss the balanced manifold.
    ManifoldDistance,
    /// `m_a` where the theory expects it to be largest over time.
    LargestMean,
    /// `v_a` where the theory expects it to be largest over time.
    LargestVariance,
    /// Empirical third central moment.
    ThirdCumulant,
    /// Covariance over networks of two neurons of a population, `Var(mean) - E[variance]/(N_a - 1)`.
    PairCovariance,
    /// `v_a(T) - exp(-2T/tau_a) v_a(0)`: what has come to the variance.
    VarianceSource,
    /// `p.m(T) - exp(-T/tau) p.m(0)` in the direction `p` of the input that no activity cancels. Time constants are equal and drives vanish.
    Growth,
    /// `m_a` minus that of the limit.
    MeanError,
    /// `v_a` minus that of the limit.
    VarianceError,
    /// Fires of a neuron since time 0 minus those of the limit.
    SpikesError,
    /// Wasserstein-1 distance of the law of a neuron to that of the limit.
    WassersteinError,
    /// Kolmogorov-Smirnov distance of the law of a neuron to that of the limit.
    KolmogorovError,
    /// Energy of the spikes of a neuron since time 0 minus that of the limit.
    SpikeEnergyError,
    /// Energy of the jumps that a neuron has received since time 0, per `n`, minus that of the limit.
    SynapseEnergyError,
    /// Activity energy of a neuron minus that of the limit.
    ActivityEnergyError,
}

impl Statistic {
    /// In words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::BalanceResidual => "residual of balance",
            Self::ManifoldDistance => "distance of means to the balanced manifold",
            Self::LargestMean => "largest mean over time",
            Self::LargestVariance => "largest variance over time",
            Self::ThirdCumulant => "third cumulant",
            Self::PairCovariance => "covariance of two neurons",
            Self::VarianceSource => "what has come to the variance",
            Self::Growth => "growth of the mean that no activity cancels",
            Self::MeanError => "mean, minus limit",
            Self::VarianceError => "variance, minus limit",
            Self::SpikesError => "fires of a neuron, minus limit",
            Self::WassersteinError => "Wasserstein-1 distance to the limit law",
            Self::KolmogorovError => "Kolmogorov-Smirnov distance to the limit law",
            Self::SpikeEnergyError => "energy of a neuron's spikes, minus limit",
            Self::SynapseEnergyError => "energy of jumps received by a neuron per n, minus limit",
            Self::ActivityEnergyError => "activity energy of a neuron, minus limit",
        }
    }

    /// The error against the limit that it is, if it is one.
    pub(super) fn error(self) -> Option<Quantity> {
        match self {
            Self::MeanError => Some(Quantity::Mean),
            Self::VarianceError => Some(Quantity::Variance),
            Self::SpikesError => Some(Quantity::Spikes),
            Self::WassersteinError => Some(Quantity::Wasserstein),
            Self::KolmogorovError => Some(Quantity::Kolmogorov),
            Self::SpikeEnergyError => Some(Quantity::SpikeEnergy),
            Self::SynapseEnergyError => Some(Quantity::SynapseEnergy),
            Self::ActivityEnergyError => Some(Quantity::ActivityEnergy),
            _ => None,
        }
    }
}

/// A statistic by component, as it is predicted.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicted {
    /// Names of the components.
    pub names: Vec<String>,
    /// Values.
    pub values: Vec<f64>,
    /// By how much they may be off.
    pub margins: Vec<f64>,
}

/// The theory of the claim's network at one size, as far as statistics need it.
pub struct Theory {
    network: Network,
    times: Vec<f64>,
    balance: Balance,
    /// `-Sigma_r^{-1} U_r^T h` at the end.
    target: DVector<f64>,
    growth: Option<Growth>,
    expansion: Option<Expansion>,
    /// Errors against the limit.
    pub errors: Option<Expected>,
    /// Samples at which means and variances are expected to be largest, by population.
    largest: [Vec<usize>; 2],
}

impl Theory {
    /// Computes what the statistics need.
    ///
    /// # Errors
    /// [`LimitError`] where there is none.
    pub fn new(scenario: &Scenario, statistics: &[Statistic]) -> Result<Self, LimitError> {
        let (network, times) = (&scenario.network, &scenario.sampling.times());
        let coefficients = Coefficients::limit(network);
        let balance = Balance::new(&coefficients.mean);
        let end = times.last().copied().unwrap_or(0.0);
        let target = balance.target(&coefficients.external_drive(network, end));
        let is_expanded = |s: &Statistic| s.error().is_none() && *s != Statistic::Growth;
        let expansion = if statistics.iter().any(is_expanded) {
            Some(Expansion::new(network, times)?)
        } else {
            None
        };
        let errors = if statistics.iter().any(|s| s.error().is_some()) {
            Some(Expected::with_energy(network, scenario.energy.as_ref(), times)?)
        } else {
            None
        };
        let populations = network.population_count();
        let largest = |values: &[f64], a: usize| {
            let size = |sample: &usize| values[sample * populations + a].abs();
            (0..times.len()).max_by(|one, other| size(one).total_cmp(&size(other))).unwrap_or(0)
        };
        let places = |of: fn(&Expansion) -> &Vec<f64>| -> Vec<usize> {
            let all = expansion.as_ref().map(of);
            all.map_or_else(Vec::new, |v| (0..populations).map(|a| largest(v, a)).collect())
        };
        let largest = [places(|e| &e.first.mean), places(|e| &e.first.variance)];
        let growth = Growth::unavoidable(network, &coefficients, end);
        let (network, times) = (network.clone(), times.clone());
        Ok(Self { network, times, balance, target, growth, expansion, errors, largest })
    }

    /// The statistic that is predicted; nothing where there is no such.
    pub fn predicted(&self, statistic: Statistic) -> Option<Predicted> {
        let names = self.names(statistic);
        let last = self.times.len().checked_sub(1)?;
        if let Some(quantity) = statistic.error() {
            let expected = self.errors.as_ref()?;
            let of = |values: &[f64]| values[expected.place(last, 0)..].to_vec();
            let (values, margins) = (&expected.error[quantity], &expected.margin[quantity]);
            // The limit may end before.
            return (expected.times.len() > last).then(|| Predicted {
                names,
                values: of(values),
                margins: of(margins),
            });
        }
        if statistic == Statistic::Growth {
            return self.predicted_growth(names);
        }
        let expansion = self.expansion.as_ref()?;
        let populations = self.network.population_count();
        let over_time = |averages: &Averages| -> Vec<f64> {
            (0..=last).flat_map(|sample| self.of(statistic, averages, sample)).collect()
        };
        let margins =
            expansion.margin_of(|theory| over_time(&Averages::of_theory(theory, populations)));
        let values = self.of(statistic, &Averages::of_theory(&expansion.first, populations), last);
        let margins = margins[margins.len() - values.len()..].to_vec();
        Some(Predicted { names, values, margins })
    }

    /// `(sqrt(n) g - sum_a p_a J_aa r_a/sqrt(n)) tau (1 - exp(-T/tau))`, with rates `r_a` of the missing self-synapses in the middle of their ranges, within which they may be anything.
    fn predicted_growth(&self, names: Vec<String>) -> Option<Predicted> {
        let growth = self.growth.as_ref()?;
        let direction = direction(growth);
        let end = *self.times.last()?;
        let tau = self.network.populations.first()?.time_constant;
        let factor = tau * -(-end / tau).exp_m1();
        let root = self.network.size.sqrt();
        let (mut missing, mut margin) = (0.0, 0.0);
        for (a, population) in self.network.populations.iter().enumerate() {
            let jump = direction[a] * self.network.coupling.get(a, a);
            let (least, most) = (population.gain.infimum(), population.gain.supremum());
            missing += 0.5 * jump * (most + least);
            margin += 0.5 * jump.abs() * (most - least);
        }
        Some(Predicted {
            names,
            values: vec![(root * growth.at_least - missing / root) * factor],
            margins: vec![margin * factor / root],
        })
    }

    /// The statistic in averages over networks.
    pub fn measured(&self, statistic: Statistic, averages: &Averages) -> Vec<f64> {
        let last = self.times.len().saturating_sub(1);
        self.of(statistic, averages, last)
    }

    fn names(&self, statistic: Statistic) -> Vec<String> {
        match statistic {
            Statistic::BalanceResidual | Statistic::ManifoldDistance
                if self.balance.rank() < self.network.population_count() =>
            {
                (1..=self.balance.rank()).map(|number| format!("constraint {number}")).collect()
            }
            Statistic::Growth => vec!["all".to_owned()],
            _ => self.network.population_names(),
        }
    }

    /// By component, at a sample.
    fn of(&self, statistic: Statistic, averages: &Averages, sample: usize) -> Vec<f64> {
        let Self { network, times, .. } = self;
        let width = network.population_count();
        let own = sample * width..(sample + 1) * width;
        let each = |of: &dyn Fn(usize) -> f64| (0..width).map(of).collect::<Vec<f64>>();
        match statistic {
            Statistic::BalanceResidual => {
                let Some(before) = sample.checked_sub(1) else {
                    return vec![0.0; self.balance.rank()];
                };
                let duration = times[sample] - times[before];
                self.residual(&DVector::from_iterator(
                    width,
                    network.populations.iter().enumerate().map(|(a, population)| {
                        let spikes = &averages.spikes;
                        let fired = spikes[own.start + a] - spikes[before * width + a];
                        fired / (population.count as f64 * duration)
                    }),
                ))
            }
            Statistic::ManifoldDistance => {
                let (mean, variance) = (&averages.mean[own.clone()], &averages.variance[own]);
                self.residual(&Rates::at(network, mean, variance).rates)
            }
            Statistic::LargestMean => each(&|a| averages.mean[self.largest[0][a] * width + a]),
            Statistic::LargestVariance => {
                each(&|a| averages.variance[self.largest[1][a] * width + a])
            }
            Statistic::ThirdCumulant => averages.third_cumulant[own].to_vec(),
            Statistic::PairCovariance => each(&|a| {
                let at = own.start + a;
                let others = network.populations[a].count as f64 - 1.0;
                let of_mean = averages.square[at] - averages.mean[at].powi(2);
                of_mean - averages.variance[at] / others
            }),
            Statistic::VarianceSource => each(&|a| {
                let decay = (-2.0 * times[sample] / network.populations[a].time_constant).exp();
                averages.variance[own.start + a] - decay * averages.variance[a]
            }),
            Statistic::Growth => {
                let Some(growth) = &self.growth else { return vec![f64::NAN] };
                let direction = direction(growth);
                let along = |from: usize| -> f64 {
                    (0..width).map(|a| direction[a] * averages.mean[from + a]).sum()
                };
                let tau = network.populations.first().map_or(1.0, |p| p.time_constant);
                vec![along(own.start) - (-times[sample] / tau).exp() * along(0)]
            }
            // Measured network by network.
            _ => Vec::new(),
        }
    }

    /// `V_r^T r + Sigma_r^{-1} U_r^T h`; where all rates are fixed, the rates themselves minus `-K^{-1} h`.
    fn residual(&self, rates: &DVector<f64>) -> Vec<f64> {
        let residual = self.balance.constraints.transpose() * rates - &self.target;
        if self.balance.rank() == self.network.population_count() {
            return (&self.balance.constraints * residual).as_slice().to_vec();
        }
        residual.as_slice().to_vec()
    }
}

/// `p`, of length 1.
fn direction(growth: &Growth) -> Vec<f64> {
    let norm = growth.velocity.iter().map(|g| g * g).sum::<f64>().sqrt();
    growth.velocity.iter().map(|g| g / norm).collect()
}
