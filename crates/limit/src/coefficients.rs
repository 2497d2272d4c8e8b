//! `K`, `Q`, `h`, `q`: the network as the moment equations see it.

use equipoise_model::{Network, Schedule};
use nalgebra::{DMatrix, DVector};

/// Coefficients of the moment equations. Rows are targets; `P` neuron and `X` external populations.
#[derive(Debug, Clone)]
pub struct Coefficients {
    /// `K_ab = J_ab gamma_b`, `P` by `P`.
    pub mean: DMatrix<f64>,
    /// `Q_ab = J_ab^2 gamma_b`, `P` by `P`; of the limit `(1 - p)` times that, as the noise that neurons have in common vanishes with the mean's.
    pub variance: DMatrix<f64>,
    /// `J_ab^3 gamma_b`, `P` by `P`.
    pub third: DMatrix<f64>,
    /// `J_ab^4 gamma_b`, `P` by `P`.
    pub fourth: DMatrix<f64>,
    /// `J_ax gamma_x`, `P` by `X`.
    pub external_mean: DMatrix<f64>,
    /// `J_ax^2 gamma_x`, `P` by `X`.
    pub external_variance: DMatrix<f64>,
    /// `J_ax^3 gamma_x`, `P` by `X`.
    pub external_third: DMatrix<f64>,
    /// `J_ax^4 gamma_x`, `P` by `X`.
    pub external_fourth: DMatrix<f64>,
}

impl Coefficients {
    /// Of the limit: `gamma_b` is the population's fraction.
    pub fn limit(network: &Network) -> Self {
        let inside = network.populations.iter().map(|population| population.fraction);
        let outside = network.externals.iter().map(|external| external.fraction);
        let mut limit = Self::with_fractions(network, &inside.chain(outside).collect::<Vec<_>>());
        limit.variance *= 1.0 - network.transmission.input_correlation();
        limit
    }

    /// Of the network as it is: `gamma_b = N_b / n`, rounding included.
    pub fn finite(network: &Network) -> Self {
        let inside = network.populations.iter().map(|population| population.count);
        let outside = network.externals.iter().map(|external| external.count);
        let fractions: Vec<f64> =
            inside.chain(outside).map(|count| count as f64 / network.size).collect();
        Self::with_fractions(network, &fractions)
    }

    fn with_fractions(network: &Network, fractions: &[f64]) -> Self {
        let (inside, outside) = (network.population_count(), network.externals.len());
        let entry = |power| move |a, b| network.coupling.get(a, b).powi(power) * fractions[b];
        let internal = |power| DMatrix::from_fn(inside, inside, entry(power));
        let external =
            |power| DMatrix::from_fn(inside, outside, |a, x| entry(power)(a, inside + x));
        Self {
            mean: internal(1),
            variance: internal(2),
            third: internal(3),
            fourth: internal(4),
            external_mean: external(1),
            external_variance: external(2),
            external_third: external(3),
            external_fourth: external(4),
        }
    }

    /// `h_a(t) = sum_x J_ax gamma_x nu_x(t)`.
    pub fn external_drive(&self, network: &Network, time: f64) -> DVector<f64> {
        &self.external_mean * rates(network, time)
    }

    /// The parts of which `h` is made on the piece of the rates that holds at `time`: what is constant, and for each
    /// frequency the amplitudes of cosine and sine. Each must lie in the range of `K` if all of `h(t)` is to.
    pub fn external_parts(&self, network: &Network, time: f64) -> Vec<DVector<f64>> {
        let mut constant = DVector::zeros(self.mean.nrows());
        let mut waves: Vec<(f64, [DVector<f64>; 2])> = Vec::new();
        for (x, external) in network.externals.iter().enumerate() {
            let column = self.external_mean.column(x);
            match external.rate.piece_at(time) {
                Schedule::Sine(sine) if sine.frequency > 0.0 => {
                    constant += column * sine.mean;
                    let known =
                        waves.iter().position(|(frequency, _)| *frequency == sine.frequency);
                    let index = known.unwrap_or_else(|| {
                        waves.push((sine.frequency, [&constant * 0.0, &constant * 0.0]));
                        waves.len() - 1
                    });
                    waves[index].1[0] += column * (sine.amplitude * sine.phase.cos());
                    waves[index].1[1] += column * (sine.amplitude * sine.phase.sin());
                }
                schedule => constant += column * schedule.value(time),
            }
        }
        std::iter::once(constant).chain(waves.into_iter().flat_map(|(_, parts)| parts)).collect()
    }

    /// `dh_a/dt`, away from steps.
    pub fn external_drive_derivative(&self, network: &Network, time: f64) -> DVector<f64> {
        let derivatives = network.externals.iter().map(|external| external.rate.derivative(time));
        &self.external_mean * DVector::from_iterator(network.externals.len(), derivatives)
    }

    /// `q_a(t) = sum_x J_ax^2 gamma_x nu_x(t)`.
    pub fn external_noise(&self, network: &Network, time: f64) -> DVector<f64> {
        &self.external_variance * rates(network, time)
    }

    /// `sum_x J_ax^3 gamma_x nu_x(t)`.
    pub fn external_skew(&self, network: &Network, time: f64) -> DVector<f64> {
        &self.external_third * rates(network, time)
    }

    /// `sum_x J_ax^4 gamma_x nu_x(t)`.
    pub fn external_fourth(&self, network: &Network, time: f64) -> DVector<f64> {
        &self.external_fourth * rates(network, time)
    }
}

fn rates(network: &Network, time: f64) -> DVector<f64> {
    DVector::from_iterator(network.externals.len(), network.external_rates(time))
}

/// `I_a` at `time`, on the piece of the drive that holds from `piece_start` on.
pub(crate) fn frozen(network: &Network, piece_start: f64) -> Network {
    let mut frozen = network.clone();
    for population in &mut frozen.populations {
        population.drive = population.drive.piece_at(piece_start);
    }
    for external in &mut frozen.externals {
        external.rate = external.rate.piece_at(piece_start);
    }
    frozen
}
