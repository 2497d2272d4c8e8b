//! Binary neurons, equations (11.38) and (11.39): the rate equations with rates that are all or nothing.

use nalgebra::{DMatrix, DVector};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::error::{DerivationError, finite};

/// `N` neurons with states `S_i = +-1`, each of which follows its inputs; equation (11.38):
///
/// ```math
/// \begin{aligned}
/// S_i &\leftarrow \mathrm{sgn}\left[\sum_j W_{ij} \frac{S_j + 1}{2} + W_{\text{ext}} \frac{S_{\text{ext}} + 1}{2} - \theta_i\right] \\
/// &= \mathrm{sgn}\left[\sum_j W_{ij} S_j + W_{\text{ext}} S_{\text{ext}} - \theta_i'\right].
/// \end{aligned}
/// ```
///
/// An input exactly at threshold leaves a neuron silent, `sgn[0] = -1`, as `[0]_+ = 0` does.
///
/// By (11.39), `theta' = 2 theta - sum_j W_ij - W_ext`, predominantly inhibitory input makes `theta'` positive, predominantly excitatory input makes it negative, and balanced
/// weights leave `2 theta`. The lecture's closing words say the opposite of the first two, and `theta' = 0` of balance, which holds if `theta` vanishes as well; here the equations are
/// followed. In a silent network, all `S = -1`, the inputs of (11.38) sum to `-sum_j W_ij - W_ext`, and `theta'` lies `2 theta` above that.
///
/// ```
/// # use equipoise_cells::derivation::binary::BinaryNetwork;
/// use nalgebra::{dmatrix, dvector};
/// let network = BinaryNetwork::new(dmatrix![0.0, -2.0; 1.0, 0.0], dvector![1.5, 0.0], dvector![0.5, 0.5])?;
/// assert_eq!(network.spin_threshold(0), 1.5);
/// # Ok::<(), equipoise_cells::derivation::DerivationError>(())
/// ```
///
/// # Source
/// Lecture 11, equations (11.38) and (11.39); silent at threshold as in van Vreeswijk & Sompolinsky (1996), doi:10.1126/science.274.5293.1724.
#[derive(Debug, Clone, PartialEq)]
pub struct BinaryNetwork {
    weights: DMatrix<f64>,
    external: DVector<f64>,
    thresholds: DVector<f64>,
}

/// In which variables inputs are summed; the two are one and the same dynamics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Activities `(S + 1)/2`, 0 or 1, and `theta`.
    Activity,
    /// States `S`, -1 or +1, and `theta'`.
    Spin,
}

/// In which order neurons follow their inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// All at once.
    Synchronous,
    /// One after another, in each sweep in a new random order.
    Asynchronous {
        /// Of the orders.
        seed: u64,
    },
}

impl BinaryNetwork {
    /// Weights `W_ij` from `j` to `i`, `N x N`, weights `W_ext` of each neuron's external input and thresholds `theta_i`, `N`, all in one unit.
    ///
    /// # Errors
    /// [`DerivationError::Shape`] for other numbers of them, [`DerivationError::OutOfRange`] for what is not finite.
    pub fn new(
        weights: DMatrix<f64>,
        external: DVector<f64>,
        thresholds: DVector<f64>,
    ) -> Result<Self, DerivationError> {
        let size = weights.nrows();
        let shapes = [
            ("the weights", weights.shape(), size),
            ("the external weights", external.shape(), 1),
            ("the thresholds", thresholds.shape(), 1),
        ];
        for (field, (found_rows, found_columns), columns) in shapes {
            if (found_rows, found_columns) != (size, columns) {
                let rows = size;
                let error =
                    DerivationError::Shape { field, found_rows, found_columns, rows, columns };
                return Err(error);
            }
        }
        for (field, values) in [
            ("a weight", weights.as_slice()),
            ("an external weight", external.as_slice()),
            ("a threshold", thresholds.as_slice()),
        ] {
            values.iter().try_for_each(|value| finite(field, *value).map(|_| ()))?;
        }
        Ok(Self { weights, external, thresholds })
    }

    /// `N`.
    pub fn size(&self) -> usize {
        self.thresholds.len()
    }

    /// `theta'_i = 2 theta_i - sum_j W_ij - W_ext`; equation (11.39).
    pub fn spin_threshold(&self, neuron: usize) -> f64 {
        2.0 * self.thresholds[neuron] - self.weights.row(neuron).sum() - self.external[neuron]
    }

    /// The input of a neuron above its threshold in one of the forms of (11.38), given which neurons and which external inputs (one of each for a neuron) are
    /// active; that of [`Form::Spin`] is twice that of [`Form::Activity`].
    ///
    /// # Panics
    /// If there are not `N` of both.
    pub fn excess(&self, form: Form, neuron: usize, active: &[bool], external: &[bool]) -> f64 {
        assert_eq!((active.len(), external.len()), (self.size(), self.size()));
        let value = |is_active: bool| match (is_active, form) {
            (true, _) => 1.0,
            (false, Form::Activity) => 0.0,
            (false, Form::Spin) => -1.0,
        };
        let row = self.weights.row(neuron);
        let inner: f64 =
            row.iter().zip(active).map(|(weight, active)| weight * value(*active)).sum();
        let threshold = match form {
            Form::Activity => self.thresholds[neuron],
            Form::Spin => self.spin_threshold(neuron),
        };
        inner + self.external[neuron] * value(external[neuron]) - threshold
    }

    /// The states at the steps `0, 1, ..., steps`: which neurons are active, with external inputs that stay as they are. A step gives each neuron one turn.
    ///
    /// # Panics
    /// If there are not `N` states and external inputs.
    pub fn run(
        &self,
        form: Form,
        order: Order,
        initial: &[bool],
        external: &[bool],
        steps: usize,
    ) -> Vec<Vec<bool>> {
        let seed = if let Order::Asynchronous { seed } = order { seed } else { 0 };
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut turns: Vec<usize> = (0..self.size()).collect();
        let mut states = vec![initial.to_vec()];
        for step in 0..steps {
            let before = &states[step];
            let state = if order == Order::Synchronous {
                let follows = |neuron| self.excess(form, neuron, before, external) > 0.0;
                (0..self.size()).map(follows).collect()
            } else {
                turns.shuffle(&mut random);
                let mut state = before.clone();
                for &neuron in &turns {
                    state[neuron] = self.excess(form, neuron, &state, external) > 0.0;
                }
                state
            };
            states.push(state);
        }
        states
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::{dmatrix, dvector};
    use rand::RngExt;

    use super::*;

    const ORDERS: [Order; 2] = [Order::Synchronous, Order::Asynchronous { seed: 5 }];

    /// Weights, external weights and thresholds that are whole multiples of an eighth, so that sums are exact and inputs often lie at thresholds.
    fn random_network(size: usize, seed: u64) -> (BinaryNetwork, Vec<bool>, Vec<bool>) {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut eighths = || f64::from(random.random_range(-8..=8)) / 8.0;
        let weights = DMatrix::from_fn(size, size, |_, _| eighths());
        let external = DVector::from_fn(size, |_, _| eighths());
        let thresholds = DVector::from_fn(size, |_, _| eighths());
        let network = BinaryNetwork::new(weights, external, thresholds).unwrap();
        let mut coins = || (0..size).map(|_| random.random::<bool>()).collect::<Vec<_>>();
        let (initial, inputs) = (coins(), coins());
        (network, initial, inputs)
    }

    /// (11.38) by hand: of `W = (1, -2)` with the first neuron active, external weight 1.5 that is not, `theta = 0.5`: `1 - 0.5`, and `1 + 2 - 1.5 - (1 + 1 - 1.5)`.
    #[test]
    fn inputs_are_those_by_hand() {
        let weights = dmatrix![1.0, -2.0; 0.0, 0.0];
        let network = BinaryNetwork::new(weights, dvector![1.5, 0.0], dvector![0.5, 0.0]).unwrap();
        let excess = |form| network.excess(form, 0, &[true, false], &[false, false]);
        assert_eq!(network.spin_threshold(0), 0.5);
        assert_eq!((excess(Form::Activity), excess(Form::Spin)), (0.5, 1.0));
    }

    /// Both forms of (11.38) go through the same states, in either order, inputs at thresholds included.
    #[test]
    fn both_forms_are_the_same_dynamics() {
        let mut ties = 0;
        for seed in 0..20 {
            let (network, initial, external) = random_network(30, seed);
            for order in ORDERS {
                let run = |form| network.run(form, order, &initial, &external, 25);
                let states = run(Form::Activity);
                assert_eq!(states, run(Form::Spin), "{seed} {order:?}");
                let excess = |i| network.excess(Form::Spin, i, &states[25], &external);
                ties += (0..30).filter(|i| excess(*i) == 0.0).count();
            }
        }
        assert!(ties > 0);
    }

    /// States with the `theta` of activities in place of `theta'` are another dynamics.
    #[test]
    fn thresholds_of_activities_do_not_do_for_states() {
        let (network, initial, external) = random_network(30, 3);
        let shifted: Vec<f64> = (0..30)
            .map(|i| {
                0.5 * (network.thresholds[i] + network.weights.row(i).sum() + network.external[i])
            })
            .collect();
        let wrong = BinaryNetwork { thresholds: shifted.into(), ..network.clone() };
        assert!((wrong.spin_threshold(4) - network.thresholds[4]).abs() < 1e-15);
        let run = |network: &BinaryNetwork| {
            network.run(Form::Spin, Order::Synchronous, &initial, &external, 25)
        };
        assert_ne!(run(&network), run(&wrong));
    }

    /// (11.39): inhibition raises `theta'`, excitation lowers it, and balanced weights leave twice `theta`.
    #[test]
    fn thresholds_of_states_follow_the_balance_of_weights() {
        let of = |inhibition: f64, excitation: f64, external: f64, threshold: f64| {
            let weights = dmatrix![inhibition, excitation; 0.0, 0.0];
            let rest = |first| dvector![first, 0.0];
            BinaryNetwork::new(weights, rest(external), rest(threshold)).unwrap().spin_threshold(0)
        };
        assert_eq!(of(-8.0, 2.0, 1.0, 0.5), 6.0);
        assert_eq!(of(-2.0, 8.0, 1.0, 0.5), -6.0);
        assert_eq!(of(-5.0, 3.0, 2.0, 0.5), 1.0);
        assert_eq!(of(-5.0, 3.0, 2.0, 0.0), 0.0);
    }

    /// With symmetric weights and no synapse onto itself, `-sum W S S/2 + sum (theta' - W_ext S_ext) S` never rises from one turn to the next, and the network comes to rest.
    ///
    /// # Source
    /// Hopfield (1982), doi:10.1073/pnas.79.8.2554.
    #[test]
    fn symmetric_networks_come_to_rest() {
        let (mut network, initial, external) = random_network(40, 8);
        let transposed = network.weights.transpose();
        network.weights = (&network.weights + transposed) * 0.5;
        network.weights.fill_diagonal(0.0);
        let spins = |active: &[bool]| {
            DVector::from_iterator(40, active.iter().map(|on| if *on { 1.0 } else { -1.0 }))
        };
        let field = DVector::from_fn(40, |i, _| network.spin_threshold(i))
            - network.external.component_mul(&spins(&external));
        let energy = |active: &[bool]| {
            let s = spins(active);
            -0.5 * s.dot(&(&network.weights * &s)) + field.dot(&s)
        };
        let order = Order::Asynchronous { seed: 1 };
        let states = network.run(Form::Activity, order, &initial, &external, 60);
        let energies: Vec<f64> = states.iter().map(|state| energy(state)).collect();
        assert!(energies.windows(2).all(|pair| pair[1] <= pair[0]), "{energies:?}");
        assert!(energies[0] > energies[60]);
        assert_eq!(states[59], states[60]);
        let stays = network.run(Form::Activity, Order::Synchronous, &states[60], &external, 1);
        assert_eq!(stays[0], stays[1]);
    }

    /// Two neurons that excite each other exchange their states if both follow at once, and agree if one goes first.
    #[test]
    fn the_order_matters() {
        let weights = dmatrix![0.0, 1.0; 1.0, 0.0];
        let network = BinaryNetwork::new(weights, dvector![0.0, 0.0], dvector![0.5, 0.5]).unwrap();
        let run = |order| network.run(Form::Activity, order, &[true, false], &[false; 2], 3);
        let both = run(Order::Synchronous);
        assert_eq!(both[1..], [vec![false, true], vec![true, false], vec![false, true]]);
        let seeds: Vec<_> = (0..20).map(|seed| run(Order::Asynchronous { seed })).collect();
        assert!(seeds.iter().all(|states| states[3][0] == states[3][1]));
        // Whoever is first follows the other: both ends are reached, and a seed leads to one of them.
        let active = seeds.iter().filter(|states| states[3][0]).count();
        assert!((1..20).contains(&active), "{active}");
        assert_eq!(run(Order::Asynchronous { seed: 7 }), seeds[7]);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let square = dmatrix![0.0, 1.0; 1.0, 0.0];
        let short = BinaryNetwork::new(square.clone(), dvector![0.0], dvector![0.0, 0.0]);
        assert!(matches!(short, Err(DerivationError::Shape { .. })));
        let oblong = BinaryNetwork::new(dmatrix![0.0, 1.0], dvector![0.0], dvector![0.0]);
        assert!(matches!(oblong, Err(DerivationError::Shape { .. })));
        let broken = BinaryNetwork::new(square, dvector![0.0, 0.0], dvector![0.0, f64::INFINITY]);
        assert!(matches!(broken, Err(DerivationError::OutOfRange { .. })));
    }
}
