//! The fixed points of the limit as a family of equations in the swept parameter.
//!
//! With `Pi = U_r U_r^T`, the projector onto the range of `K`, a fixed point `(m, v)` solves
//!
//! ```math
//! (1 - \Pi) \left(-\frac{m}{\tau} + I\right) + K S(m, v) + \Pi h = 0, \qquad -\frac{2 v}{\tau} + Q S(m, v) + q = 0,
//! ```
//!
//! `2P` equations: the first part of the means' lies across the range of `K`, where the multiplier `l` of the limit has no
//! say, and the second within it, where it is balance. Unlike `U_r` and `V_r` the projector is a smooth function of the
//! parameter as long as the rank stays, and `l = U_r^T (m/tau - I)` need not be known.

use std::cell::RefCell;
use std::error::Error;
use std::rc::Rc;

use equipoise_model::{GainFunction, Network};
use nalgebra::{Complex, DMatrix, DVector};

use crate::balance::Balance;
use crate::coefficients::Coefficients;
use crate::continuation::{self, Family};
use crate::error::LimitError;
use crate::fixed_points::slow_eigenvalues;
use crate::rates::Rates;

/// Slope, as a fraction of the gain's steepest, of a rate that is all but silent or saturated.
const RESPONSE_FLOOR: f64 = 1e-6;
/// Parameters whose networks are remembered: a point and its two neighbours, by which it is differentiated.
const REMEMBERED: usize = 3;

/// The network at one value of the parameter.
pub struct Member {
    pub network: Network,
    pub coefficients: Coefficients,
    pub balance: Balance,
    pub time: f64,
    projector: DMatrix<f64>,
    /// `Pi h` and `q`.
    external: (DVector<f64>, DVector<f64>),
    /// `1/tau_a`.
    decay: DVector<f64>,
    /// `I_a`.
    drive: DVector<f64>,
}

impl Member {
    pub fn new(network: Network, time: f64) -> Self {
        let coefficients = Coefficients::limit(&network);
        let balance = Balance::new(&coefficients.mean);
        let projector = &balance.fast_directions * balance.fast_directions.transpose();
        let drive = coefficients.external_drive(&network, time);
        let external = (&projector * drive, coefficients.external_noise(&network, time));
        let size = network.population_count();
        let populations = &network.populations;
        let decay = DVector::from_fn(size, |a, _| populations[a].time_constant.recip());
        let drive = DVector::from_fn(size, |a, _| populations[a].drive.value(time));
        Self { network, coefficients, balance, time, projector, external, decay, drive }
    }

    /// # Errors
    /// [`LimitError`] if there is no balance.
    pub fn check(&self) -> Result<(), LimitError> {
        self.balance.check(&self.network, &self.coefficients, self.time)
    }

    fn size(&self) -> usize {
        self.network.population_count()
    }

    /// `S` and its slopes at a state `(m, v)`.
    pub fn rates(&self, state: &DVector<f64>) -> Rates {
        let (mean, variance) = state.as_slice().split_at(self.size());
        Rates::at(&self.network, mean, variance)
    }

    fn residual(&self, state: &DVector<f64>) -> DVector<f64> {
        let size = self.size();
        let rates = self.rates(state).rates;
        let (mean, variance) = (state.rows(0, size), state.rows(size, size));
        let own = &self.drive - mean.component_mul(&self.decay);
        let across = &own - &self.projector * &own;
        let means = across + &self.coefficients.mean * &rates + &self.external.0;
        let variances = &self.coefficients.variance * &rates + &self.external.1
            - variance.component_mul(&self.decay) * 2.0;
        DVector::from_iterator(2 * size, means.iter().chain(variances.iter()).copied())
    }

    fn jacobian(&self, state: &DVector<f64>) -> DMatrix<f64> {
        let size = self.size();
        let at = self.rates(state);
        let responses = [at.slopes, at.curvatures * 0.5].map(|r| DMatrix::from_diagonal(&r));
        let decay = DMatrix::from_diagonal(&self.decay);
        let across = DMatrix::identity(size, size) - &self.projector;
        let mut jacobian = DMatrix::zeros(2 * size, 2 * size);
        for (column, response) in responses.iter().enumerate() {
            let place = (0, column * size);
            jacobian.view_mut(place, (size, size)).copy_from(&(&self.coefficients.mean * response));
            let place = (size, column * size);
            jacobian
                .view_mut(place, (size, size))
                .copy_from(&(&self.coefficients.variance * response));
        }
        let mut means = jacobian.view_mut((0, 0), (size, size));
        means -= across * &decay;
        let mut variances = jacobian.view_mut((size, size), (size, size));
        variances -= decay * 2.0;
        jacobian
    }

    /// Slow eigenvalues (of the limit's ODEs on the manifold, per time unit) and fast ones (per time unit and `sqrt(n)`).
    fn spectra(&self, state: &DVector<f64>) -> Vec<Vec<Complex<f64>>> {
        let Self { network, coefficients, balance, .. } = self;
        let at = self.rates(state);
        let slow = slow_eigenvalues(network, coefficients, balance, &at);
        vec![slow, balance.fast_eigenvalues(&at.slopes)]
    }

    /// How far the rates are from so much silence and saturation that nothing holds the balance: a balance of rank `r` needs
    /// `r` rates that respond.
    pub fn validity(&self, state: &DVector<f64>) -> f64 {
        let rank = self.balance.rank();
        if rank == 0 {
            return 1.0;
        }
        let slopes = self.rates(state).slopes;
        let populations = self.network.populations.iter().zip(slopes.iter());
        let mut parts: Vec<f64> =
            populations.map(|(p, slope)| slope / p.gain.derivative_bound()).collect();
        parts.sort_by(|a, b| b.total_cmp(a));
        parts[rank - 1] - RESPONSE_FLOOR
    }

    /// Units of means and variances: widths of gains and laws, and the means themselves.
    pub fn units(&self, state: &DVector<f64>) -> DVector<f64> {
        let size = self.size();
        DVector::from_fn(2 * size, |i, _| {
            let a = i % size;
            let gain = &self.network.populations[a].gain;
            let width = gain.supremum() / gain.derivative_bound();
            let width = if width.is_finite() { width } else { 0.0 };
            let (mean, variance) = (state[a].abs(), state[size + a].max(0.0));
            let unit =
                if i < size { width + mean + variance.sqrt() } else { width * width + variance };
            if unit > 0.0 { unit } else { 1.0 }
        })
    }
}

/// The members by parameter.
pub struct NetworkFamily<'a, N> {
    network_at: &'a N,
    time: f64,
    /// The rank of `K` on the branch.
    rank: usize,
    population_count: usize,
    parameter_step: f64,
    remembered: RefCell<Vec<(f64, Option<Rc<Member>>)>>,
}

impl<'a, N, E> NetworkFamily<'a, N>
where
    N: Fn(f64) -> Result<Network, E>,
    E: Error,
{
    /// The family to which a member belongs; `range` is that of the parameter.
    pub fn new(network_at: &'a N, member: &Member, range: f64) -> Self {
        Self {
            network_at,
            time: member.time,
            rank: member.balance.rank(),
            population_count: member.size(),
            parameter_step: f64::EPSILON.cbrt() * range,
            remembered: RefCell::new(Vec::new()),
        }
    }

    /// The member at a parameter, if there is one with a balance of this rank.
    pub fn member(&self, parameter: f64) -> Option<Rc<Member>> {
        let mut remembered = self.remembered.borrow_mut();
        if let Some(index) = remembered.iter().position(|(known, _)| *known == parameter) {
            return remembered[index].1.clone();
        }
        let member = self.make(parameter).ok().map(Rc::new);
        if remembered.len() >= REMEMBERED {
            remembered.remove(0);
        }
        remembered.push((parameter, member.clone()));
        member
    }

    /// The member at a parameter, or why there is none.
    pub fn make(&self, parameter: f64) -> Result<Member, String> {
        let network = (self.network_at)(parameter).map_err(|error| error.to_string())?;
        let member = Member::new(network, self.time);
        let rank = member.balance.rank();
        if rank != self.rank {
            return Err(format!("the rank of K changes from {} to {rank}", self.rank));
        }
        member.check().map_err(|error| error.to_string())?;
        Ok(member)
    }
}

impl<N, E> Family for NetworkFamily<'_, N>
where
    N: Fn(f64) -> Result<Network, E>,
    E: Error,
{
    fn dimension(&self) -> usize {
        2 * self.population_count
    }

    fn residual(&self, state: &DVector<f64>, parameter: f64) -> Option<DVector<f64>> {
        Some(self.member(parameter)?.residual(state))
    }

    fn jacobian(&self, state: &DVector<f64>, parameter: f64) -> Option<DMatrix<f64>> {
        Some(self.member(parameter)?.jacobian(state))
    }

    fn parameter_step(&self, _: f64) -> f64 {
        self.parameter_step
    }

    fn spectra(&self, state: &DVector<f64>, parameter: f64) -> Vec<Vec<Complex<f64>>> {
        self.member(parameter).map_or_else(|| vec![Vec::new(); 2], |member| member.spectra(state))
    }

    fn validity(&self, state: &DVector<f64>, parameter: f64) -> f64 {
        self.member(parameter).map_or(f64::NAN, |member| member.validity(state))
    }
}

/// How a branch of fixed points is followed from `state`.
pub fn settings(member: &Member, state: &DVector<f64>, values: &[f64]) -> continuation::Settings {
    let bounds = (values[0], values[values.len() - 1]);
    let mut settings = continuation::Settings::between(bounds, state.len());
    settings.state_units = member.units(state);
    let spacing = 1.0 / (values.len() - 1) as f64;
    settings.largest_step = settings.largest_step.min(2.0 * spacing);
    settings
}
