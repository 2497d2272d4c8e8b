//! What is predicted of the account: by the limit, and by the finite-n theory with its margins and the deviations from network to network.

use equipoise_limit::{Expansion, FiniteNSolution, LimitError, LimitSolution, Totals};
use equipoise_model::{Energy, Network};

use crate::account::{Account, Item};

/// Energies of all populations at the sample times, (time, population), row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Energies {
    /// Of spikes since time 0.
    pub spike: Vec<f64>,
    /// At rest since time 0.
    pub rest: Vec<f64>,
    /// Of jumps received since time 0.
    pub synapse: Vec<f64>,
    /// The activity energy at the time.
    pub activity: Vec<f64>,
}

impl Energies {
    /// Of an item.
    pub fn of(&self, item: Item) -> &[f64] {
        match item {
            Item::Spike => &self.spike,
            Item::Rest => &self.rest,
            Item::Synapse => &self.synapse,
            Item::Activity => &self.activity,
        }
    }
}

/// The predicted account.
#[derive(Debug, Clone)]
pub struct EnergyPrediction {
    /// What is paid for what.
    pub account: Account,
    /// Of the limit, as far as it goes, for a network of the size: what is of order `n` is `n` times what the limit has per `n`, what is of order `n^2` (jumps) `n^2` times.
    pub limit: Energies,
    /// Of the finite-n theory: expectations over networks.
    pub finite_n: Energies,
    /// Estimates of its next order, [`Expansion::margin_of`]; none at rest, which is known.
    pub margins: Energies,
    /// Variances over networks.
    pub variances: Energies,
    /// And their margins.
    pub variance_margins: Energies,
    /// By population: whether its initial states differ from network to network.
    pub random_start: Vec<bool>,
    /// Whether neurons share spikes: then the activity energy follows means that fluctuate by `n^(-1/4)`, is far from normal, and its variance is known roughly.
    pub shares_spikes: bool,
}

impl EnergyPrediction {
    /// From solutions at the same times, of which the limit may have fewer.
    ///
    /// # Errors
    /// [`LimitError::Integration`].
    pub fn new(
        network: &Network,
        energy: &Energy,
        limit: &LimitSolution,
        expansion: &Expansion,
    ) -> Result<Self, LimitError> {
        let account = Account::new(network, energy);
        let thresholds = &energy.threshold;
        let times = &expansion.first.times;
        let finite = |of: &dyn Fn(&FiniteNSolution) -> Vec<f64>| expansion.margin_of(of);
        let received = |solution: &FiniteNSolution| received(network, solution);
        let margins = Energies {
            spike: account.spikes(&expansion.margin.spikes),
            rest: vec![0.0; expansion.first.spikes.len()],
            synapse: account.synapses(&finite(&received)),
            activity: finite(&|solution| solution.activity_energy(network, thresholds)),
        };
        let [variances, variance_margins] = expansion.totals(network, thresholds)?;
        Ok(Self {
            limit: of_limit(network, &account, thresholds, limit),
            finite_n: Energies {
                spike: account.spikes(&expansion.first.spikes),
                rest: account.rests(times),
                synapse: account.synapses(&received(&expansion.first)),
                activity: expansion.first.activity_energy(network, thresholds),
            },
            margins,
            variances: of_variances(&account, variances),
            variance_margins: of_variances(&account, variance_margins),
            account,
            shares_spikes: network.transmission.input_correlation() > 0.0,
            random_start: network.populations.iter().map(|p| p.initial.is_random()).collect(),
        })
    }
}

impl EnergyPrediction {
    /// Standard deviations over networks, (time, population).
    pub fn deviations(&self, item: Item) -> Vec<f64> {
        self.variances.of(item).iter().map(|variance| variance.sqrt()).collect()
    }

    /// What their variances' margins leave of these.
    pub fn deviation_margins(&self, item: Item) -> Vec<f64> {
        let variances = self.variances.of(item).iter().zip(self.variance_margins.of(item));
        variances.map(|(variance, margin)| (variance + margin).sqrt() - variance.sqrt()).collect()
    }
}

/// The limit's account, for a network of the size.
pub fn of_limit(
    network: &Network,
    account: &Account,
    thresholds: &[f64],
    limit: &LimitSolution,
) -> Energies {
    let size = network.size;
    let scaled =
        |values: &[f64], by: f64| -> Vec<f64> { values.iter().map(|value| by * value).collect() };
    Energies {
        spike: account.spikes(&scaled(&limit.spikes, size)),
        rest: account.rests(&limit.times),
        synapse: account.synapses(&scaled(&received_in_limit(network, limit), size * size)),
        activity: scaled(&limit.activity_energy(network, thresholds), size),
    }
}

fn of_variances(account: &Account, Totals { spikes, received, activity }: Totals) -> Energies {
    // Costs count twice in a variance.
    Energies {
        rest: vec![0.0; spikes.len()],
        spike: account.spikes(&account.spikes(&spikes)),
        synapse: account.synapses(&account.synapses(&received)),
        activity,
    }
}

/// Expected jumps that each population has received, (time, population): a neuron of `b` has fired towards each of its targets the part `p` of its spikes.
fn received(network: &Network, solution: &FiniteNSolution) -> Vec<f64> {
    let release = network.transmission.release_probability();
    let size = network.population_count();
    let of = |sample: usize, a: usize| -> f64 {
        let targets = network.populations[a].count as f64;
        let inside = (0..size).map(|b| {
            let reached = if a == b { targets - 1.0 } else { targets };
            release * solution.spikes[sample * size + b] * reached
        });
        let time = solution.times[sample];
        let outside = network.externals.iter();
        let outside = outside.map(|x| x.count as f64 * targets * x.rate.integral(time));
        inside.sum::<f64>() + outside.sum::<f64>()
    };
    let samples = 0..solution.times.len();
    samples.flat_map(|sample| (0..size).map(move |a| (sample, a))).map(|(s, a)| of(s, a)).collect()
}

/// The same in the limit, per `n^2`.
pub fn received_in_limit(network: &Network, limit: &LimitSolution) -> Vec<f64> {
    let release = network.transmission.release_probability();
    let size = network.population_count();
    let of = |sample: usize, a: usize| -> f64 {
        let spikes = &limit.spikes[sample * size..][..size];
        let outside = network.externals.iter();
        let outside = outside.map(|x| x.fraction * x.rate.integral(limit.times[sample]));
        let sent = release * spikes.iter().sum::<f64>() + outside.sum::<f64>();
        network.populations[a].fraction * sent
    };
    let samples = 0..limit.times.len();
    samples.flat_map(|sample| (0..size).map(move |a| (sample, a))).map(|(s, a)| of(s, a)).collect()
}
