//! Sums over the jumps of a segment and over all neurons of a population, for gains that have a [`Shape`].

#![allow(clippy::inline_always)]

use super::shape::Shape;
use super::{Change, Contribution, Jumps, Kinetics, LOOKAHEAD, Motion, eight};
use crate::vector::elementary::{larger, smaller};
use crate::vector::{Kernel, WIDTH};

type Eight = [f64; WIDTH];

/// [`Kinetics::change`].
pub(super) struct ChangeKernel<'a, S> {
    kinetics: &'a Kinetics,
    shape: S,
    jumps: &'a Jumps,
    /// A multiple of [`WIDTH`].
    count: usize,
    motion: &'a Motion,
    end: f64,
}

impl<'a, S: Shape> ChangeKernel<'a, S> {
    /// Pads the rows by jumps of nothing, of the last neuron.
    pub fn new(
        kinetics: &'a Kinetics,
        shape: S,
        jumps: &'a mut Jumps,
        count: usize,
        motion: &'a Motion,
        end: f64,
    ) -> Self {
        let padded = count.next_multiple_of(WIDTH);
        jumps.jump[count..padded].fill(0.0);
        jumps.factor[count..padded].fill(1.0);
        for row in [&mut jumps.since, &mut jumps.scale, &mut jumps.deviation] {
            let last = row[count.saturating_sub(1)];
            row[count..padded].fill(last);
        }
        Self { kinetics, shape, jumps, count: padded, motion, end }
    }
}

impl<S: Shape> Kernel for ChangeKernel<'_, S> {
    type Output = Change;

    #[inline(always)]
    fn run(self) -> Change {
        let Kinetics { leak, least_velocity, derivative_bound, curvature_bound, lifetime, .. } =
            *self.kinetics;
        let (kink, derivative_jump) = self.shape.kink();
        let motion = *self.motion;
        let jumps = self.jumps;
        let mut sums = [[0.0; WIDTH]; 7];
        let (mut rise, mut fall) = ([0.0; WIDTH], [0.0; WIDTH]);
        let mut highest = [f64::NEG_INFINITY; WIDTH];
        for at in (0..self.count.min(LOOKAHEAD)).step_by(WIDTH) {
            let (since, scale) = (eight(&jumps.since, at), eight(&jumps.scale, at));
            let (deviation, jump) = (eight(&jumps.deviation, at), eight(&jumps.jump, at));
            let factor = eight(&jumps.factor, at);
            for i in 0..WIDTH {
                let z = motion.offset + motion.offset_slope * since[i] + scale[i] * deviation[i];
                let step = self.shape.step(z, jump[i], factor[i]);
                let v1 = motion.drive + motion.drive_slope * since[i] - leak * z;
                let v2 = v1 - leak * jump[i];
                let (w1, w2) = (larger(v1.abs(), least_velocity), larger(v2.abs(), least_velocity));
                let slope = step.after.1 * v2 - step.before.1 * v1;
                let bend = (w2 - w1) * (curvature_bound * (w2 + w1) + derivative_bound * leak);
                sums[0][i] += step.after.0 - step.before.0;
                rise[i] = larger(sums[0][i], rise[i]);
                fall[i] = smaller(sums[0][i], fall[i]);
                sums[1][i] += slope;
                sums[2][i] += slope * (self.end - since[i]);
                sums[3][i] += larger(bend, 0.0);
                sums[4][i] += w1 + w2;
                sums[6][i] += slope.abs();
                let after = z + jump[i];
                highest[i] = larger(after, highest[i]);
                if S::KINKED {
                    let near = (after - kink).abs() <= w2 * lifetime;
                    sums[5][i] += if near { derivative_jump * w2 } else { 0.0 };
                }
            }
        }
        let [intensity, slope, lag, curvature, speed, kink, turning] = sums.map(across);
        let highest = highest.into_iter().fold(f64::NEG_INFINITY, larger);
        // Each lane by itself at its own time: not below what all of them are at any.
        let (rise, fall) = (across(rise), -across(fall));
        Change { intensity, slope, lag, curvature, speed, kink, highest, rise, fall, turning }
    }
}

/// [`Kinetics::total`].
pub(super) struct TotalKernel<'a, S> {
    pub kinetics: &'a Kinetics,
    pub shape: S,
    pub deviations: &'a [f64],
    pub scale: f64,
    pub motion: &'a Motion,
}

/// Sums of eight neurons each.
struct Lanes {
    sums: [Eight; 6],
    highest: Eight,
}

impl<S: Shape> TotalKernel<'_, S> {
    /// Neurons that are not `present` (0 or 1) count nothing.
    #[inline(always)]
    fn add(&self, lanes: &mut Lanes, deviations: &Eight, present: &Eight) {
        let kinetics = self.kinetics;
        let (kink, derivative_jump) = self.shape.kink();
        let sums = &mut lanes.sums;
        for i in 0..WIDTH {
            let z = self.motion.offset + self.scale * deviations[i];
            let (intensity, derivative) = self.shape.at(z);
            let v = self.motion.drive - kinetics.leak * z;
            let w = larger(v.abs(), kinetics.least_velocity);
            sums[0][i] += present[i] * intensity;
            sums[1][i] += present[i] * (derivative * v);
            sums[2][i] += present[i] * kinetics.curvature(w);
            sums[3][i] += present[i] * w;
            sums[5][i] += present[i] * (derivative * derivative);
            lanes.highest[i] = larger(z, lanes.highest[i]);
            if S::KINKED {
                let near = (z - kink).abs() <= w * kinetics.lifetime;
                sums[4][i] += if near { present[i] * derivative_jump * w } else { 0.0 };
            }
        }
    }
}

impl<S: Shape> Kernel for TotalKernel<'_, S> {
    type Output = Contribution;

    #[inline(always)]
    fn run(self) -> Contribution {
        let mut lanes = Lanes { sums: [[0.0; WIDTH]; 6], highest: [f64::NEG_INFINITY; WIDTH] };
        let (chunks, rest) = self.deviations.as_chunks::<WIDTH>();
        for chunk in chunks {
            self.add(&mut lanes, chunk, &[1.0; WIDTH]);
        }
        if let Some(first) = rest.first() {
            // Repeats a neuron, so that the highest stays one of them.
            let (mut last, mut present) = ([*first; WIDTH], [0.0; WIDTH]);
            last[..rest.len()].copy_from_slice(rest);
            present[..rest.len()].fill(1.0);
            self.add(&mut lanes, &last, &present);
        }
        let [intensity, slope, curvature, speed, kink, steepness] = lanes.sums.map(across);
        let highest = lanes.highest.into_iter().fold(f64::NEG_INFINITY, larger);
        Contribution { intensity, slope, curvature, speed, kink, steepness, highest }
    }
}

/// Sum over the lanes, in a fixed order.
#[inline(always)]
fn across(lanes: Eight) -> f64 {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
