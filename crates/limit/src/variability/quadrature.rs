//! Panels on which a gain is smooth, nodes for integrals over them, and Hermite functions.

use std::f64::consts::PI;

use equipoise_model::GainFunction;

use super::StationaryNeuron;
use crate::gaussian::RULE;

/// Orders of derivatives that tell whether a panel is narrow enough.
const ORDERS: usize = 13;
/// Intensities below this part of the one that is [`HIGH`] standard deviations above the mean are nothing.
const NOTHING: f64 = 1e-18;
const HIGH: f64 = 9.0;

/// A node in units of standard deviations, its weight and the intensity there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub x: f64,
    pub weight: f64,
    pub rate: f64,
}

/// How the axis `x = (z - m)/sqrt(v)` is cut into panels: at breakpoints of the gain, and by halves until the Taylor terms of the gain at the
/// middle of a panel fall like `2^{-k}` towards its ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Panels<'a> {
    pub neuron: &'a StationaryNeuron<'a>,
    /// Half width above which panels are halved in any case.
    pub widest: f64,
    /// Half width below which they are not.
    pub narrowest: f64,
}

impl Panels<'_> {
    fn potentiation(&self, x: f64) -> f64 {
        self.neuron.mean + self.neuron.variance.sqrt() * x
    }

    fn rate(&self, x: f64) -> f64 {
        self.neuron.gain.intensity(self.potentiation(x))
    }

    /// Panels of `[-reach, reach]`, rising.
    pub fn up_to(&self, reach: f64) -> Vec<(f64, f64)> {
        let deviation = self.neuron.variance.sqrt();
        let breakpoints = self.neuron.gain.breakpoints().iter();
        let inner = breakpoints.map(|z| (z - self.neuron.mean) / deviation);
        let mut panels = Vec::new();
        let mut from = -reach;
        for to in inner.filter(|x| x.abs() < reach).chain([reach]) {
            self.cut(from, to, &mut panels);
            from = to;
        }
        panels
    }

    /// Adds the panels of an interval without breakpoints inside.
    pub fn cut(&self, from: f64, to: f64, panels: &mut Vec<(f64, f64)>) {
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        let divisible = from < middle && middle < to;
        let rough = half > self.narrowest && !self.settled(middle, half);
        if divisible && (half > self.widest || rough) {
            self.cut(from, middle, panels);
            self.cut(middle, to, panels);
        } else {
            panels.push((from, to));
        }
    }

    /// Whether the gain is a polynomial to rounding on a panel. Gains never fall, so that one that is the same at both ends is constant; where
    /// all derivatives underflow at the middle, its series says nothing of the ends.
    fn settled(&self, middle: f64, half: f64) -> bool {
        let [low, high] = [middle - half, middle + half].map(|x| self.rate(x));
        let constant = high - low <= 4.0 * f64::EPSILON * high;
        if constant || high <= NOTHING * self.rate(HIGH) {
            return true;
        }
        let mut terms = [0.0; ORDERS];
        self.neuron.gain.derivatives(self.potentiation(middle), &mut terms);
        let mut scale = 1.0;
        for (k, term) in terms.iter_mut().enumerate().skip(1) {
            scale *= half * self.neuron.variance.sqrt() / k as f64;
            *term = (*term * scale).abs();
        }
        let first = terms[1..4].iter().copied().fold(0.0, f64::max);
        let bound = |k: usize| 4.0 * first * 0.5_f64.powi(k as i32);
        first > f64::MIN_POSITIVE
            && terms.iter().enumerate().skip(6).all(|(k, term)| *term <= bound(k))
    }

    /// The nodes of Gauss-Legendre rules on panels.
    pub fn nodes(&self, panels: &[(f64, f64)]) -> Vec<Node> {
        let of_panel = |(from, to): &(f64, f64)| {
            let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
            let node = move |(node, weight): &(f64, f64)| (middle + half * node, half * weight);
            RULE.iter().map(node)
        };
        let node = |(x, weight)| Node { x, weight, rate: self.rate(x) };
        panels.iter().flat_map(of_panel).map(node).collect()
    }
}

/// Orthonormal Hermite functions `psi_l(x) = He_l(x) sqrt(phi(x)/l!)` at all nodes, one order after the other.
pub(crate) struct HermiteFunctions {
    order: usize,
    previous: Vec<f64>,
    current: Vec<f64>,
}

impl HermiteFunctions {
    /// At order zero.
    pub fn new(nodes: &[Node]) -> Self {
        let ground = |node: &Node| (-0.25 * node.x * node.x).exp() / (2.0 * PI).powf(0.25);
        let current = nodes.iter().map(ground).collect();
        Self { order: 0, previous: vec![0.0; nodes.len()], current }
    }

    /// `psi_l` at the nodes.
    pub fn values(&self) -> &[f64] {
        &self.current
    }

    /// `sqrt(l + 1) psi_{l+1} = x psi_l - sqrt(l) psi_{l-1}`.
    pub fn advance(&mut self, nodes: &[Node]) {
        let (before, after) = ((self.order as f64).sqrt(), (self.order as f64 + 1.0).sqrt());
        for ((previous, current), node) in self.previous.iter_mut().zip(&self.current).zip(nodes) {
            *previous = (node.x * current - before * *previous) / after;
        }
        std::mem::swap(&mut self.previous, &mut self.current);
        self.order += 1;
    }
}
