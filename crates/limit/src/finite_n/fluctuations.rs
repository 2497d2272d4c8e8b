//! Linear noise: how the modes `eta` of the empirical measures relax, drive one another, and are driven by noise.
//!
//! `d eta = A eta dt + noise of covariance B dt`, and `dP/dt = A P + P A^T + B`. Row `(a, k)` of `A` has a part within the population,
//! `local`, and a part through the rates of all populations, `delta lambda_b = sum_l g_bl eta_bl/l!`:
//!
//! ```math
//! \begin{aligned}
//! \text{local:}\quad & -\frac{k}{\tau_a} \eta_k + \left[k \epsilon J_{aa} S_a \eta_{k-1} + \binom{k}{2} 2 \epsilon J_{aa} v_a g_{a1} \eta_{k-2} + \binom{k}{3} \epsilon M_{3a} \eta_{k-3} - k \epsilon J_{aa} \sum_l \frac{c_{k-1,l} \eta_l}{l!}\right] \\
//! \text{through:}\quad & \delta_{k1} \sqrt n K_{ab} + \delta_{k2} Q_{ab} + \left[k \mu_{k-1} \sqrt n K_{ab} + \binom{k}{2} \mu_{k-2} Q_{ab} + \binom{k}{3} \mu_{k-3} \epsilon J_{ab}^3 \gamma_b\right] \\
//! B_{(ak)(al)} ={}& \frac{k\, k!\, v_a^{k-1} M_{2a}}{N_a} \delta_{kl} + \left[\frac{1}{N_a} \sum_{i,j \ge 1,\ i+j \le 3} \binom{k}{i} \binom{l}{j} \epsilon^{i+j-2} M_{i+j} E[f_{k-i} f_{l-j}]\right]
//! \end{aligned}
//! ```
//!
//! and `B_(a1)(a1)` has `- (1 - p) eps^2 J_aa^2 S_a/N_a`. Brackets (for `k > 1`, `2`, `2` in `through`; without the term before it in `B`) are smaller by `eps = n^{-1/2}` and belong to [`Order::First`].
//!
//! With shared spikes and release the modes are those about the empirical mean but for `k = 1`. A spike of `c` reaches a share `p` of the neurons: it moves their mean by `p eps J_ac`, and since it
//! misses the others it widens their law by `p (1 - p) eps^2 J_ac^2`. That noise is common to all, `B += p W diag(gamma_c S_c) W^T` with `W_(a1)c = J_ac` and `W_(a2)c = (1 - p) eps J_ac^2`, and the private
//! noise, as `Q` in `through`, is that of the external sources and `1 - p` times that of the neurons.

use equipoise_model::Network;
use num_dual::DualNum;

use super::hermite::{binomial, factorial, powers, product_average};
use super::layout::Layout;
use super::population::PopulationAverages;
use super::{FiniteN, MODES, Order};

/// The coefficients of the linear noise equations at a state.
pub(crate) struct Fluctuations<D> {
    /// `local[a][k-1][l-1]`: from mode `l` to mode `k` of population `a`.
    pub local: Vec<[[D; MODES]; MODES]>,
    /// `through[(a, k)][b]`, row-major: from `delta lambda_b` to mode `(a, k)`.
    pub through: Vec<D>,
    /// `response[b][l-1] = g_bl/l!`.
    pub response: Vec<[D; MODES]>,
    /// `B`, row-major.
    pub noise: Vec<D>,
}

/// Inputs `M_p = sum_b J_ab^p gamma_b S_b + sum_x J_ax^p gamma_x nu_x` of one population, `p = 1..=4`; entry 0 is unused.
#[derive(Clone, Copy)]
pub(super) struct Inputs<D> {
    /// From all sources.
    pub all: [D; 5],
    /// From external sources alone.
    pub external: [f64; 5],
}

impl<D: DualNum<Primitive = f64> + Copy> Inputs<D> {
    /// `M_p` of the noise that is private to each neuron, if a spike of the network reaches a share `p` of its targets.
    pub fn private(&self, order: usize, common: f64) -> D {
        (self.all[order] - self.external[order]) * (1.0 - common) + self.external[order]
    }
}

impl<D: DualNum<Primitive = f64> + Copy> Fluctuations<D> {
    /// At the averages of all populations, with their inputs.
    pub(super) fn new(
        theory: &FiniteN<'_>,
        layout: Layout,
        populations: &[PopulationAverages<D>],
        inputs: &[Inputs<D>],
    ) -> Self {
        let all = 0..populations.len();
        let local = all.clone().map(|a| local(theory, a, &populations[a], &inputs[a])).collect();
        let through = all
            .clone()
            .flat_map(|a| (1..=MODES).map(move |k| (a, k)))
            .flat_map(|mode| through(theory, mode, populations))
            .collect();
        let response = populations.iter().map(|population| population.response).collect();
        let noise = noise(theory, layout, populations, inputs);
        Self { local, through, response, noise }
    }

    /// Writes `A P + P A^T`.
    pub(super) fn relax(&self, layout: Layout, rates: &[D], state: &[D], derivative: &mut [D]) {
        let size = layout.mode_count();
        let populations = self.response.len();
        let mut product = vec![D::from(0.0); size * size];
        for (a, local) in self.local.iter().enumerate() {
            for (k, row) in local.iter().enumerate() {
                let i = layout.mode(a, k + 1);
                let through = &self.through[i * populations..][..populations];
                for j in 0..size {
                    let within = row.iter().zip(1..).filter(|(weight, _)| !weight.is_zero());
                    let within: D = within
                        .map(|(weight, l)| *weight * state[layout.covariance(layout.mode(a, l), j)])
                        .sum();
                    let among = through.iter().enumerate().filter(|(_, weight)| !weight.is_zero());
                    let among: D = among.map(|(b, weight)| *weight * rates[b * size + j]).sum();
                    product[i * size + j] = within + among;
                }
            }
        }
        for i in 0..size {
            for j in 0..=i {
                derivative[layout.covariance(i, j)] = product[i * size + j] + product[j * size + i];
            }
        }
    }

    /// Adds `B`, so that there is `dP/dt`.
    pub(super) fn add_noise(&self, layout: Layout, derivative: &mut [D]) {
        let size = layout.mode_count();
        for i in 0..size {
            for j in 0..=i {
                derivative[layout.covariance(i, j)] += self.noise[i * size + j];
            }
        }
    }
}

/// `Cov(delta lambda_b, eta_j) = sum_l g_bl/l! P_(bl)j`, by `b` and mode `j`, row-major.
pub(super) fn rate_covariances<D: DualNum<Primitive = f64> + Copy>(
    layout: Layout,
    populations: &[PopulationAverages<D>],
    state: &[D],
) -> Vec<D> {
    let of = |b: usize, j: usize| -> D {
        let weights = populations[b].response.iter().zip(1..);
        weights.map(|(weight, l)| *weight * state[layout.covariance(layout.mode(b, l), j)]).sum()
    };
    let modes = layout.mode_count();
    (0..populations.len() * modes).map(|place| of(place / modes, place % modes)).collect()
}

fn local<D: DualNum<Primitive = f64> + Copy>(
    theory: &FiniteN<'_>,
    a: usize,
    at: &PopulationAverages<D>,
    inputs: &Inputs<D>,
) -> [[D; MODES]; MODES] {
    let network = theory.network;
    let leak = 1.0 / network.populations[a].time_constant;
    let (epsilon, own) = (network.size.sqrt().recip(), network.coupling.get(a, a));
    let mut rows = [[D::from(0.0); MODES]; MODES];
    for k in 1..=MODES {
        let row = &mut rows[k - 1];
        row[k - 1] = D::from(-leak * k as f64);
        let Some(products) = at.own_products.as_ref().filter(|_| theory.is_complete()) else {
            continue;
        };
        for l in 1..=MODES {
            row[l - 1] -= products[k - 1][l] * (k as f64 * epsilon * own);
        }
        if k > 1 {
            row[k - 2] += at.rate * (k as f64 * epsilon * own);
        }
        if k > 2 {
            row[k - 3] += at.variance * at.response[0] * (binomial(k, 2) * 2.0 * epsilon * own);
        }
        if k > 3 {
            row[k - 4] += inputs.all[3] * (binomial(k, 3) * epsilon);
        }
    }
    rows
}

/// By `b`: how `delta lambda_b` drives the mode.
fn through<D: DualNum<Primitive = f64> + Copy>(
    theory: &FiniteN<'_>,
    (a, k): (usize, usize),
    populations: &[PopulationAverages<D>],
) -> Vec<D> {
    let FiniteN { network, coefficients, .. } = theory;
    let root = network.size.sqrt();
    // Below the first order, the measures are normal: mu_0 alone is left.
    let moment = |order: usize| match order {
        0 => D::from(1.0),
        _ if theory.is_complete() => populations[a].moments[order],
        _ => D::from(0.0),
    };
    let first = moment(k - 1) * (k as f64 * root);
    let second = (k > 1).then(|| moment(k - 2) * (binomial(k, 2) * (1.0 - theory.common)));
    let third = (k == 3 && theory.is_complete()).then(|| D::from(root.recip()));
    let through = |b: usize| {
        let mut sum = first * coefficients.mean[(a, b)];
        for (part, matrix) in [(second, &coefficients.variance), (third, &coefficients.third)] {
            if let Some(part) = part {
                sum += part * matrix[(a, b)];
            }
        }
        sum
    };
    (0..populations.len()).map(through).collect()
}

/// `B`.
fn noise<D: DualNum<Primitive = f64> + Copy>(
    theory: &FiniteN<'_>,
    layout: Layout,
    populations: &[PopulationAverages<D>],
    inputs: &[Inputs<D>],
) -> Vec<D> {
    let size = layout.mode_count();
    let mut noise = vec![D::from(0.0); size * size];
    for a in 0..populations.len() {
        for k in 1..=MODES {
            for l in 1..=k {
                let private = private_noise(theory, a, (k, l), &populations[a], &inputs[a]);
                noise[layout.mode(a, k) * size + layout.mode(a, l)] = private;
            }
        }
    }
    if theory.common > 0.0 {
        let moved = (0..populations.len()).flat_map(|a| [(a, 1), (a, 2)]);
        for (i, first) in moved.clone().enumerate() {
            for second in moved.clone().take(i + 1) {
                noise[layout.mode(first.0, first.1) * size + layout.mode(second.0, second.1)] +=
                    common_noise(theory, (first, second), populations);
            }
        }
    }
    noise
}

fn private_noise<D: DualNum<Primitive = f64> + Copy>(
    theory: &FiniteN<'_>,
    a: usize,
    (k, l): (usize, usize),
    at: &PopulationAverages<D>,
    inputs: &Inputs<D>,
) -> D {
    let FiniteN { network, common, .. } = theory;
    let count = network.populations[a].count as f64;
    let variance = inputs.private(2, *common);
    // The self-synapse makes no noise.
    let own = network.coupling.get(a, a);
    let own_noise = if theory.order == Order::First && k == 1 && l == 1 {
        at.rate * ((1.0 - common) * own * own / network.size / count)
    } else {
        D::from(0.0)
    };
    if !theory.is_complete() {
        if k != l {
            return D::from(0.0);
        }
        let weight = k as f64 * factorial(k) / count;
        return variance * powers(at.private_variance)[k - 1] * weight - own_noise;
    }
    let epsilon = network.size.sqrt().recip();
    let skewed = product_average((k - 1, l - 1), at.variance, &at.moments);
    let mut sum = variance * skewed * (k * l) as f64;
    for (k, l) in [(k, l), (l, k)] {
        if k > 1 {
            let normal = product_average((k - 2, l - 1), at.variance, &at.moments[..1]);
            sum += inputs.private(3, *common) * normal * (epsilon * binomial(k, 2) * l as f64);
        }
    }
    sum / count - own_noise
}

/// The part of the noise of two modes that one spike causes in both at once.
fn common_noise<D: DualNum<Primitive = f64> + Copy>(
    theory: &FiniteN<'_>,
    (first, second): ((usize, usize), (usize, usize)),
    populations: &[PopulationAverages<D>],
) -> D {
    let network = theory.network;
    let source = |c: usize| -> D {
        let fraction = network.populations[c].count as f64 / network.size;
        let moved = per_spike(theory, first, c) * per_spike(theory, second, c);
        populations[c].rate * (fraction * moved)
    };
    (0..populations.len()).map(source).sum::<D>() * theory.common
}

/// `W_(ak)c`, by how much a spike of `c` moves the mode `k = 1, 2` on average over the population, in units of `p eps`. The spiking neuron does not reach itself.
pub(super) fn per_spike(theory: &FiniteN<'_>, (a, k): (usize, usize), c: usize) -> f64 {
    let network = theory.network;
    let jump = network.coupling.get(a, c);
    match k {
        1 if theory.order == Order::First => jump * reached(network, c, a),
        1 => jump,
        _ => (1.0 - theory.common) * jump * jump / network.size.sqrt(),
    }
}

/// Part of population `a` that a spike of `c` can reach.
fn reached(network: &Network, c: usize, a: usize) -> f64 {
    if a == c { 1.0 - 1.0 / network.populations[a].count as f64 } else { 1.0 }
}
