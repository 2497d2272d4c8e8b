//! What the equations need of one population at a state: averages of its gain over its law.

use num_dual::DualNum;

use super::hermite::{AVERAGES, factorial, own_products, powers};
use super::layout::Layout;
use super::{MODES, Order};

/// Averages over the law of one population. `D` is real or dual.
pub(super) struct PopulationAverages<D> {
    /// `mu_0 = 1, mu_1 = mu_2 = 0, mu_3, ...`; zero beyond the order of the theory.
    pub moments: [D; MODES + 1],
    /// `v_a`, about `m_a` and over networks: the empirical variance and the variance of the empirical mean.
    pub variance: D,
    /// The empirical variance alone.
    pub private_variance: D,
    /// `S_a`.
    pub rate: D,
    /// `g_al / l!`, `l = 1..=MODES`.
    pub response: [D; MODES],
    /// `E<lambda_a f_q>`, `q = 0..MODES`: what the self-synapse would see.
    pub own: [D; MODES],
    /// `v^q g_q` with the empirical variance, the leading part of that.
    pub leading_own: [D; MODES],
    /// `c_ql/l!`: what mode `l` adds to that; none below [`Order::First`].
    pub own_products: Option<[[D; MODES + 1]; MODES]>,
}

impl<D: DualNum<Primitive = f64> + Copy> PopulationAverages<D> {
    /// From the averages `g_k` of population `a` over `Normal(m_a, v_a)`.
    pub fn new(
        g: &[D],
        variance: D,
        (a, state): (usize, &[D]),
        layout: Layout,
        (order, is_complete): (Order, bool),
    ) -> Self {
        let mut moments = [D::from(0.0); MODES + 1];
        moments[0] = D::from(1.0);
        for k in 3..=layout.highest_moment {
            moments[k] = state[layout.moment(a, k)];
        }
        let response: [D; MODES] = std::array::from_fn(|l| g[l + 1] / factorial(l + 1));
        let corrections = response.iter().zip(&moments[1..]).map(|(g, moment)| *g * *moment);
        let rate = g[0] + corrections.sum::<D>();
        let private_variance = state[layout.variance(a)];
        let powers = powers(private_variance);
        let own_products = (order == Order::First).then(|| {
            let of = if is_complete { variance } else { private_variance };
            own_products(of, &g[..AVERAGES])
        });
        let leading_own: [D; MODES] = std::array::from_fn(|q| powers[q] * g[q]);
        let own = std::array::from_fn(|q| match &own_products {
            Some(products) => {
                products[q].iter().zip(&moments).map(|(c, moment)| *c * *moment).sum()
            }
            None => leading_own[q],
        });
        Self { moments, variance, private_variance, rate, response, own, leading_own, own_products }
    }
}
