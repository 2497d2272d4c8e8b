//! A cell, a step of time later.
//!
//! One step of length `h`, of second order. Gates with a delay stand half a step before the potential:
//!
//! ```math
//! \begin{aligned}
//! x(t + h/2) &= x_\infty + \left(x(t - h/2) - x_\infty\right) e^{-h/\tau_x} &&\quad x_\infty, \tau_x \text{ at } V(t) \\
//! V(t + h/2) &= V_\infty + \left(V(t) - V_\infty\right) e^{-h G/(2C)} &&\quad G, V_\infty \text{ with gates without delay at } V(t) \\
//! V(t + h) &= V_\infty + \left(V(t) - V_\infty\right) e^{-h G/C} &&\quad \text{with those at } V(t + h/2) \\
//! G &= g_L + \sum_c G_c \prod x^k + \sum_s g_s, && \quad V_\infty = \frac{1}{G} \Big(g_L V_L + \sum_c \ldots V_c + \sum_s g_s V_s + I\Big)
//! \end{aligned}
//! ```
//!
//! Each line is exact where what it holds fixed is constant, so no step is too long to be stable (Rush & Larsen 1978,
//! doi:10.1109/TBME.1978.326270). `x_inf`, `1 - e^{-h/tau_x}` and the powers of gates without delay are functions of the
//! potential alone: they are tabulated every 0.02 mV and interpolated, a row for all gates of a cell.

#[cfg(test)]
mod tests;

use crate::cell::Cell;

/// Distance of potentials in the table, mV. Functions that change over 6 mV or more are interpolated to 2e-6 of their range.
const SPACING: f64 = 0.02;
/// How far the table goes beyond the reversal potentials, mV.
const BEYOND: f64 = 60.0;

/// What is fixed during a step, beside the cell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Input {
    /// Applied current, uA/cm2.
    pub current: f64,
    /// `sum_s g_s`, mS/cm2.
    pub conductance: f64,
    /// `sum_s g_s V_s`, uA/cm2.
    pub reversed: f64,
}

impl Input {
    /// With a conductance towards a reversal potential.
    #[must_use]
    pub fn and(self, conductance: f64, reversal: f64) -> Self {
        Self {
            conductance: self.conductance + conductance,
            reversed: self.reversed + conductance * reversal,
            ..self
        }
    }
}

/// The state of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct CellState {
    /// `V(t)`, mV.
    pub potential: f64,
    /// Gates with a delay, at `t - h/2`.
    gates: Box<[f64]>,
    /// `G_c` times the open part of the delayed gates of each channel; scratch.
    open: Box<[f64]>,
}

/// Steps of a kind of cell.
#[derive(Debug, Clone)]
pub struct Stepper {
    step: f64,
    per_capacitance: f64,
    leak: f64,
    leak_reversed: f64,
    spike_threshold: f64,
    channels: Vec<Channel>,
    /// Powers of the delayed gates, channel by channel.
    powers: Vec<u32>,
    /// Steady states of the delayed gates, to begin with.
    table: Table,
}

#[derive(Debug, Clone)]
struct Channel {
    conductance: f64,
    reversal: f64,
    /// How many delayed gates it has.
    delayed: usize,
    /// Whether it has gates without delay.
    instant: bool,
}

/// Functions of the potential, a row for each potential: `x_inf` and `1 - e^{-h/tau}` of each delayed gate, then the product
/// of the gates without delay of each channel that has some.
#[derive(Debug, Clone)]
struct Table {
    lowest: f64,
    rows: usize,
    width: usize,
    values: Vec<f64>,
}

impl Table {
    fn new(lowest: f64, highest: f64, width: usize, row: impl Fn(f64) -> Vec<f64>) -> Self {
        let rows = ((highest - lowest) / SPACING).ceil() as usize + 1;
        let values = (0..rows).flat_map(|index| row(lowest + SPACING * index as f64)).collect();
        Self { lowest, rows, width, values }
    }

    /// The two rows around a potential, and how far it is from the first; the ends of the table beyond them.
    fn around(&self, potential: f64) -> (&[f64], &[f64], f64) {
        let place = ((potential - self.lowest) / SPACING).clamp(0.0, (self.rows - 1) as f64);
        let index = (place as usize).min(self.rows - 2);
        let rows = &self.values[index * self.width..(index + 2) * self.width];
        let (first, second) = rows.split_at(self.width);
        (first, second, place - index as f64)
    }
}

impl Stepper {
    /// Steps of `step` ms.
    pub fn new(cell: &Cell, step: f64) -> Self {
        let gates = || cell.channels.iter().flat_map(|channel| &channel.gates);
        let is_delayed = |gate: &crate::cell::Gate| gate.kinetics.time_constant(0.0).is_some();
        let channels: Vec<Channel> = cell
            .channels
            .iter()
            .map(|channel| {
                let delayed = channel.gates.iter().filter(|gate| is_delayed(gate)).count();
                Channel {
                    conductance: channel.conductance,
                    reversal: channel.reversal,
                    delayed,
                    instant: delayed < channel.gates.len(),
                }
            })
            .collect();
        let powers: Vec<u32> =
            gates().filter(|gate| is_delayed(gate)).map(|gate| gate.power).collect();
        let width = 2 * powers.len() + channels.iter().filter(|channel| channel.instant).count();
        let row = |potential: f64| {
            let delayed = gates().filter_map(|gate| {
                let time_constant = gate.kinetics.time_constant(potential)?;
                Some([gate.kinetics.steady(potential), -libm::expm1(-step / time_constant)])
            });
            let instant = cell.channels.iter().filter_map(|channel| {
                let mut gates = channel.gates.iter().filter(|gate| !is_delayed(gate)).peekable();
                gates.peek()?;
                let open = gates.map(|gate| raised(gate.kinetics.steady(potential), gate.power));
                Some(open.product())
            });
            delayed.flatten().chain(instant).collect()
        };
        let (lowest, highest) = cell.range();
        let table = Table::new(lowest - BEYOND, highest + BEYOND, width, row);
        Self {
            step,
            per_capacitance: 1.0 / cell.capacitance,
            leak: cell.leak.conductance,
            leak_reversed: cell.leak.conductance * cell.leak.reversal,
            spike_threshold: cell.spike_threshold,
            channels,
            powers,
            table,
        }
    }

    /// A cell at a potential, its gates as that potential has them at rest.
    pub fn at_rest(&self, potential: f64) -> CellState {
        let (first, second, part) = self.table.around(potential);
        let gates = (0..self.powers.len())
            .map(|gate| between(first[2 * gate], second[2 * gate], part))
            .collect();
        let open = vec![0.0; self.channels.len()].into();
        CellState { potential, gates, open }
    }

    /// One step on; the time of a spike within it, in steps from its begin, if there was one.
    ///
    /// A spike is where the potential rises through the threshold, by linear interpolation.
    pub fn advance(&self, state: &mut CellState, input: Input) -> Option<f64> {
        let before = state.potential;
        let (first, second, part) = self.table.around(before);
        for (gate, value) in state.gates.iter_mut().enumerate() {
            let steady = between(first[2 * gate], second[2 * gate], part);
            let approach = between(first[2 * gate + 1], second[2 * gate + 1], part);
            *value += (steady - *value) * approach;
        }
        let mut gates = state.gates.iter().zip(&self.powers);
        for (channel, open) in self.channels.iter().zip(&mut state.open) {
            let delayed = gates.by_ref().take(channel.delayed);
            *open = delayed.fold(channel.conductance, |product, (gate, &power)| {
                product * raised(*gate, power)
            });
        }
        let midway = self.relaxed(before, before, &state.open, input, 0.5 * self.step);
        let after = self.relaxed(before, midway, &state.open, input, self.step);
        state.potential = after;
        let risen = before < self.spike_threshold && after >= self.spike_threshold;
        risen.then(|| (self.spike_threshold - before) / (after - before))
    }

    /// `V` after a time, with gates without delay as they are at the potential `at`.
    fn relaxed(&self, from: f64, at: f64, open: &[f64], input: Input, time: f64) -> f64 {
        let (first, second, part) = self.table.around(at);
        let mut instant = 2 * self.powers.len();
        let mut conductance = self.leak + input.conductance;
        let mut reversed = self.leak_reversed + input.reversed + input.current;
        for (channel, open) in self.channels.iter().zip(open) {
            let mut open = *open;
            if channel.instant {
                open *= between(first[instant], second[instant], part);
                instant += 1;
            }
            conductance += open;
            reversed += open * channel.reversal;
        }
        let steady = reversed / conductance;
        steady + (from - steady) * libm::exp(-time * conductance * self.per_capacitance)
    }
}

fn between(first: f64, second: f64, part: f64) -> f64 {
    first + part * (second - first)
}

/// `base^power` by products alone, the same on every machine.
fn raised(base: f64, power: u32) -> f64 {
    (0..power).fold(1.0, |product, _| product * base)
}
