//! A cell of one compartment with voltage-gated channels.
//!
//! ```math
//! \begin{aligned}
//! C \frac{dV}{dt} &= g_L (V_L - V) + \sum_c G_c \prod_x x^{k_x} (V_c - V) + I + \sum_s g_s (V_s - V) &&\quad (11.2),\ (11.8) \\
//! \frac{dx}{dt} &= \varphi \left(\alpha_x(V)\,(1 - x) - \beta_x(V)\, x\right) &&\quad \text{gates with opening and closing rates} \\
//! \frac{dx}{dt} &= \frac{x_\infty(V) - x}{\tau_x} &&\quad \text{gates with a time constant} \\
//! x &= x_\infty(V) &&\quad \text{gates without delay}
//! \end{aligned}
//! ```
//!
//! Potentials in mV, time in ms, capacitance in uF/cm2, conductances in mS/cm2, currents in uA/cm2. The forms of rates
//! are those that Hodgkin & Huxley (1952) fitted, under the names that `NeuroML` gives them.

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// `C`, uF/cm2.
    pub capacitance: f64,
    /// `g_L` and `V_L`.
    pub leak: Leak,
    /// Its channels.
    pub channels: Vec<Channel>,
    /// A spike is where the potential rises through this one, mV.
    pub spike_threshold: f64,
}

/// The conductance at rest that no potential gates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leak {
    /// `g_L`, mS/cm2.
    pub conductance: f64,
    /// `V_L`, mV.
    pub reversal: f64,
}

/// A kind of channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Its name, for people.
    pub name: String,
    /// `G`, its conductance while all its gates are open, mS/cm2.
    pub conductance: f64,
    /// Its reversal potential, mV.
    pub reversal: f64,
    /// Its gates.
    pub gates: Vec<Gate>,
}

/// A gate of a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// Its name, for people.
    pub name: String,
    /// `k`: how many of them a channel has in a row.
    pub power: u32,
    /// Where it tends to, and how fast.
    pub kinetics: Kinetics,
}

/// Where a gate tends to, and how fast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kinetics {
    /// `x_inf = alpha/(alpha + beta)`, `tau = 1/(phi (alpha + beta))`.
    Rates {
        /// `alpha(V)`.
        opening: Rate,
        /// `beta(V)`.
        closing: Rate,
        /// `phi`, a factor of both.
        speed: f64,
    },
    /// `x_inf` given as it is, and a constant `tau` in ms.
    Relaxation {
        /// `x_inf(V)`.
        steady: Sigmoid,
        /// `tau`, ms.
        time_constant: f64,
    },
    /// At `x_inf = alpha/(alpha + beta)` at all times.
    InstantRates {
        /// `alpha(V)`.
        opening: Rate,
        /// `beta(V)`.
        closing: Rate,
    },
    /// At a given `x_inf` at all times.
    Instant {
        /// `x_inf(V)`.
        steady: Sigmoid,
    },
}

/// A rate, 1/ms, as a function of the potential; `u = (V - midpoint)/scale`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Which function of `u`.
    pub form: Form,
    /// Its factor, 1/ms.
    pub rate: f64,
    /// mV.
    pub midpoint: f64,
    /// mV; negative where it falls with the potential.
    pub scale: f64,
}

/// Which function of `u = (V - midpoint)/scale` a rate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `e^u`.
    Exponential,
    /// `1/(1 + e^{-u})`.
    Sigmoid,
    /// `u/(1 - e^{-u})`, 1 at `u = 0`.
    ExponentialLinear,
}

/// `1/(1 + e^{-(V - midpoint)/scale})`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sigmoid {
    /// mV.
    pub midpoint: f64,
    /// mV; negative where it falls with the potential.
    pub scale: f64,
}

impl Rate {
    /// The rate at a potential, 1/ms.
    pub fn at(&self, potential: f64) -> f64 {
        let u = (potential - self.midpoint) / self.scale;
        let shape = match self.form {
            Form::Exponential => libm::exp(u),
            Form::Sigmoid => logistic(u),
            // u/(1 - e^{-u}) = 1 + u/2 + u^2/12 - ...: the quotient of two small numbers is as exact, but for 0/0.
            Form::ExponentialLinear if u == 0.0 => 1.0,
            Form::ExponentialLinear => u / -libm::expm1(-u),
        };
        self.rate * shape
    }
}

impl Sigmoid {
    /// Its value at a potential.
    pub fn at(&self, potential: f64) -> f64 {
        logistic((potential - self.midpoint) / self.scale)
    }
}

fn logistic(u: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-u))
}

impl Kinetics {
    /// `x_inf(V)`.
    pub fn steady(&self, potential: f64) -> f64 {
        match self {
            Self::Rates { opening, closing, .. } | Self::InstantRates { opening, closing } => {
                let (opening, closing) = (opening.at(potential), closing.at(potential));
                opening / (opening + closing)
            }
            Self::Relaxation { steady, .. } | Self::Instant { steady } => steady.at(potential),
        }
    }

    /// `tau(V)`, ms; none for a gate without delay.
    pub fn time_constant(&self, potential: f64) -> Option<f64> {
        match self {
            Self::Rates { opening, closing, speed } => {
                Some(1.0 / (speed * (opening.at(potential) + closing.at(potential))))
            }
            Self::Relaxation { time_constant, .. } => Some(*time_constant),
            Self::InstantRates { .. } | Self::Instant { .. } => None,
        }
    }
}

impl Cell {
    /// The cell with the given leak conductance in place of its own, mS/cm2.
    #[must_use]
    pub fn with_leak(&self, conductance: f64) -> Self {
        Self { leak: Leak { conductance, ..self.leak }, ..self.clone() }
    }

    /// Lowest and highest reversal potential, mV: between them it stays without a current from outside.
    pub fn range(&self) -> (f64, f64) {
        let reversals = self.channels.iter().map(|channel| channel.reversal);
        reversals.fold((self.leak.reversal, self.leak.reversal), |(low, high), reversal| {
            (low.min(reversal), high.max(reversal))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_their_printed_forms() {
        let rate = |form, rate, midpoint, scale, potential| {
            Rate { form, rate, midpoint, scale }.at(potential)
        };
        let v: f64 = -41.3;
        // alpha_m, beta_m and beta_h of Shriki, Hansel & Sompolinsky (2003).
        let printed = 0.1 * (v + 30.0) / (1.0 - (-0.1 * (v + 30.0)).exp());
        assert!((rate(Form::ExponentialLinear, 1.0, -30.0, 10.0, v) - printed).abs() < 1e-14);
        let printed = 4.0 * (-(v + 55.0) / 18.0).exp();
        assert!((rate(Form::Exponential, 4.0, -55.0, -18.0, v) - printed).abs() < 1e-14);
        let printed = 1.0 / (1.0 + (-0.1 * (v + 14.0)).exp());
        assert!((rate(Form::Sigmoid, 1.0, -14.0, 10.0, v) - printed).abs() < 1e-14);
        // Where the quotient is 0/0, and beside it.
        let near = |offset| rate(Form::ExponentialLinear, 1.0, -30.0, 10.0, -30.0 + offset);
        assert_eq!(near(0.0), 1.0);
        assert!((near(1e-9) - (1.0 + 0.5e-10)).abs() < 1e-15);
    }

    #[test]
    fn gates_tend_to_the_balance_of_their_rates() {
        let opening = Rate { form: Form::Exponential, rate: 0.3, midpoint: -50.0, scale: 10.0 };
        let closing = Rate { form: Form::Exponential, rate: 0.1, midpoint: -50.0, scale: -10.0 };
        let kinetics = Kinetics::Rates { opening, closing, speed: 10.0 };
        assert!((kinetics.steady(-50.0) - 0.75).abs() < 1e-15);
        assert!((kinetics.time_constant(-50.0).unwrap() - 0.25).abs() < 1e-15);
        assert_eq!(Kinetics::InstantRates { opening, closing }.time_constant(-50.0), None);
    }
}
