//! Linear noise of the limit: what `n` times the covariances and spectra of a network tend to.
//!
//! Let `zeta = sqrt(n) eta`. As `n` goes to infinity balance holds for the fluctuations, too, at every fixed frequency: the input `K y` that the network gives itself,
//! the activity `y` with its shot noise, is of order `n^{-1/2}` smaller than `y`. So, with a multiplier `l(t)`, as in the limit itself,
//!
//! ```math
//! \begin{aligned}
//! & d\zeta = \left(L \zeta + F (R \zeta + p \xi) + E U_r l\right) dt + dW, \qquad V_r^{\mathsf T} (R \zeta + p \xi) = 0 \\
//! & L_{(ak)(ak)} = -\frac{k}{\tau_a}, \qquad F_{(a2)b} = (1 - p) Q_{ab}, \qquad E:\ \text{modes } (a, 1), \qquad R_b \zeta = \sum_l \frac{g_{bl} \zeta_{bl}}{l!}, \qquad A = L + F R \\
//! & \langle dW_{(ak)}\, dW_{(ak)} \rangle = \frac{k\, k!\, v_a^{k-1} s_a}{\gamma_a}\, dt, \qquad p^2 \langle \xi_b \xi_b \rangle = \frac{p S_b}{\gamma_b}\, dt
//! \end{aligned}
//! ```
//!
//! where `s_a = (1 - p) (Q S)_a + q_a = 2 v_a/tau_a` is the noise that is private to a neuron, and `p` the share of a neuron's targets that one of its spikes reaches: 0 for
//! independent transmission. A spike that reaches only some neurons widens their law, whence `F p xi`. At frequency `f` that is one linear system, bordered by the constraint:
//!
//! ```math
//! \begin{pmatrix} 2 \pi i f - A & -E U_r \\ V_r^{\mathsf T} R & 0 \end{pmatrix} \begin{pmatrix} \zeta \\ l \end{pmatrix} = \begin{pmatrix} W + F p \xi \\ -V_r^{\mathsf T} p \xi + c \end{pmatrix}
//! ```
//!
//! A drive `I_a` of small amplitude is a `W` on mode `(a, 1)`; an external rate `nu_x` moves the balanced manifold, `c = -Sigma_r^{-1} U_r^T K_x`, and has
//! `Q_x` on mode 2. For `p > 0` the means follow the shot noise of the network without delay, so that the variance of a mean is not of order `1/n` but of order
//! `n^{-1/2}`, from frequencies of order `sqrt(n)`; for `p = 0` the means are an Ornstein-Uhlenbeck process within the manifold ([`LimitNoise::process`]), with
//! `l = -(V_r^T R E U_r)^{-1} V_r^T R (A zeta + dW/dt)`.

use std::f64::consts::PI;

use equipoise_model::Network;
use nalgebra::{Complex, DMatrix};

use crate::balance::Balance;
use crate::coefficients::Coefficients;
use crate::finite_n::MODES;
use crate::fixed_points::FixedPoint;
use crate::gaussian::averages;

use super::LinearNoise;

/// Fluctuations of the limit about a fixed point; see the [module](self). All densities and covariances are `n` times those of a network.
#[derive(Debug, Clone)]
pub struct LimitNoise {
    /// `A`, per time unit; modes are ordered by population, then by `k = 1..8`.
    drift: DMatrix<f64>,
    /// Diagonal noise of the modes.
    noise: DMatrix<f64>,
    /// Rows `R_b`.
    rates: DMatrix<f64>,
    /// `E U_r`.
    moved: DMatrix<f64>,
    /// `V_r^T`.
    constraints: DMatrix<f64>,
    /// `F`.
    widening: DMatrix<f64>,
    /// `p S_b/gamma_b`, diagonal; zero with independent transmission.
    common: DMatrix<f64>,
    /// Right-hand sides of drives and external rates, modes and constraints; not a number for external sources that nothing balances.
    forcing: DMatrix<f64>,
    /// Release probability.
    release: f64,
    populations: usize,
}

impl LimitNoise {
    /// About a stable fixed point of the limit of `network`; it is stationary, whatever drives and rates made it.
    pub fn new(network: &Network, point: &FixedPoint) -> Self {
        let coefficients = Coefficients::limit(network);
        let balance = Balance::new(&coefficients.mean);
        let populations = network.population_count();
        let size = populations * MODES;
        let share = network.transmission.input_correlation();
        let mut rates = DMatrix::zeros(populations, size);
        for (b, population) in network.populations.iter().enumerate() {
            let mut g = [0.0; MODES + 1];
            averages(&population.gain, point.mean[b], point.variance[b], &mut g);
            let mut factorial = 1.0;
            for l in 1..=MODES {
                factorial *= l as f64;
                rates[(b, b * MODES + l - 1)] = g[l] / factorial;
            }
        }
        let embed = |matrix: &DMatrix<f64>, k: usize| {
            let mut modes = DMatrix::zeros(size, matrix.ncols());
            for a in 0..populations {
                modes.row_mut(a * MODES + k - 1).copy_from(&matrix.row(a));
            }
            modes
        };
        let widening = embed(&coefficients.variance, 2);
        let mut drift = &widening * &rates;
        let mut noise = DMatrix::zeros(size, size);
        for (a, population) in network.populations.iter().enumerate() {
            let variance = point.variance[a];
            let private = 2.0 * variance / population.time_constant / population.fraction;
            let mut weight = 1.0;
            for k in 1..=MODES {
                let i = a * MODES + k - 1;
                drift[(i, i)] -= k as f64 / population.time_constant;
                weight *= k as f64;
                noise[(i, i)] = k as f64 * weight * variance.powi(k as i32 - 1) * private;
            }
        }
        let common = |b: usize| share * point.rates[b] / network.populations[b].fraction;
        let mut forcing =
            DMatrix::zeros(size + balance.rank(), populations + network.externals.len());
        for a in 0..populations {
            forcing[(a * MODES, a)] = 1.0;
        }
        let external = embed(&coefficients.external_variance, 2);
        for x in 0..network.externals.len() {
            let input = coefficients.external_mean.column(x).into_owned();
            let mut column = forcing.column_mut(populations + x);
            if balance.outside(&input).is_some() {
                column.fill(f64::NAN);
                continue;
            }
            column.rows_mut(0, size).copy_from(&external.column(x));
            column.rows_mut(size, balance.rank()).copy_from(&balance.target(&input));
        }
        Self {
            drift,
            noise,
            rates,
            moved: embed(&balance.fast_directions, 1),
            constraints: balance.constraints.transpose(),
            widening,
            common: DMatrix::from_fn(populations, populations, |a, b| {
                if a == b { common(a) } else { 0.0 }
            }),
            forcing,
            release: network.transmission.release_probability(),
            populations,
        }
    }

    /// Limit of `n S(f)`, the spectral density matrix of the population means at a fixed frequency (per time unit); Hermitian, `P` by `P`.
    pub fn mean_spectrum(&self, frequency: f64) -> DMatrix<Complex<f64>> {
        let (by_noise, by_shots) = self.propagators(frequency);
        let means = |modes: &DMatrix<Complex<f64>>| {
            DMatrix::from_fn(self.populations, modes.ncols(), |a, j| modes[(a * MODES, j)])
        };
        sandwich(&means(&by_noise), &self.noise) + sandwich(&means(&by_shots), &self.common)
    }

    /// Limit of `n S(f)` of the activities at a fixed frequency; Hermitian, `P` by `P`, and zero in the constrained directions: `V_r^T S(f) = 0`.
    pub fn activity_spectrum(&self, frequency: f64) -> DMatrix<Complex<f64>> {
        let (by_noise, by_shots) = self.propagators(frequency);
        let rates = complex(&self.rates);
        let scale = Complex::new(self.release.powi(-2), 0.0);
        let by_shots = DMatrix::identity(self.populations, self.populations) + &rates * by_shots;
        (sandwich(&(&rates * by_noise), &self.noise) + sandwich(&by_shots, &self.common)) * scale
    }

    /// Linear response of the rates in the limit, as [`Stationary::response`](crate::Stationary::response); not a number for an external source whose input lies outside the range of
    /// `K`: nothing balances it, and the response of a network grows like `sqrt(n)`.
    pub fn response(&self, frequency: f64) -> DMatrix<Complex<f64>> {
        let size = self.drift.nrows();
        let solved = self.bordered(frequency).lu().solve(&complex(&self.forcing));
        complex(&self.rates) * solved.expect("the balance is stable").rows(0, size)
    }

    /// The Ornstein-Uhlenbeck process of `sqrt(n) eta` within the manifold; none where neurons have noise in common.
    ///
    /// In an orthonormal basis `Z` of the modes with `V_r^T R zeta = 0`: drift `Z^T Pi A Z` and noise `Z^T Pi B Pi^T Z`, with the projector
    /// `Pi = 1 - E U_r (V_r^T R E U_r)^{-1} V_r^T R`.
    pub fn process(&self) -> Option<LinearNoise> {
        if self.common.amax() > 0.0 {
            return None;
        }
        let (size, rank) = (self.drift.nrows(), self.constraints.nrows());
        let constrained = &self.constraints * &self.rates;
        let mut spanning = DMatrix::zeros(size, rank + size);
        spanning.columns_mut(0, rank).copy_from(&constrained.transpose());
        spanning.columns_mut(rank, size).fill_with_identity();
        let basis = spanning.qr().q().columns(rank, size - rank).into_owned();
        let mut projector = DMatrix::identity(size, size);
        if rank > 0 {
            let slopes = (&constrained * &self.moved).try_inverse()?;
            projector -= &self.moved * slopes * &constrained;
        }
        let onto = basis.transpose() * projector;
        Some(LinearNoise {
            drift: &onto * &self.drift * &basis,
            noise: &onto * &self.noise * onto.transpose(),
            means: DMatrix::from_fn(self.populations, size - rank, |a, j| basis[(a * MODES, j)]),
            rates: &self.rates * &basis,
            joint: DMatrix::zeros(size - rank, self.populations),
            shot: vec![0.0; self.populations],
            release: self.release,
        })
    }

    /// Modes by the noise of the modes, and by `p xi`, the shot noise of what neurons receive.
    fn propagators(&self, frequency: f64) -> (DMatrix<Complex<f64>>, DMatrix<Complex<f64>>) {
        let (size, rank) = (self.drift.nrows(), self.constraints.nrows());
        let inverse = self.bordered(frequency).try_inverse().expect("the balance is stable");
        let modes = inverse.rows(0, size);
        let by_noise = modes.columns(0, size).into_owned();
        let by_shots = &by_noise * complex(&self.widening)
            - modes.columns(size, rank) * complex(&self.constraints);
        (by_noise, by_shots)
    }

    fn bordered(&self, frequency: f64) -> DMatrix<Complex<f64>> {
        let (size, rank) = (self.drift.nrows(), self.constraints.nrows());
        let turning = Complex::new(0.0, 2.0 * PI * frequency);
        let mut bordered = DMatrix::zeros(size + rank, size + rank);
        let resolvent = DMatrix::identity(size, size) * turning - complex(&self.drift);
        bordered.view_mut((0, 0), (size, size)).copy_from(&resolvent);
        bordered.view_mut((0, size), (size, rank)).copy_from(&complex(&-&self.moved));
        let constrained = &self.constraints * &self.rates;
        bordered.view_mut((size, 0), (rank, size)).copy_from(&complex(&constrained));
        bordered
    }
}

fn complex(matrix: &DMatrix<f64>) -> DMatrix<Complex<f64>> {
    matrix.map(|x| Complex::new(x, 0.0))
}

/// `M B M^H`.
fn sandwich(matrix: &DMatrix<Complex<f64>>, noise: &DMatrix<f64>) -> DMatrix<Complex<f64>> {
    matrix * complex(noise) * matrix.adjoint()
}
