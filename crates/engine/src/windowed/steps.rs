//! What each jump changes in the intensity sum of its population.

#![allow(clippy::inline_always)]

use crate::target_driven::kinetics::shape::Shape;
use crate::target_driven::kinetics::{Change, Jumps, Kinetics, Motion, Row, eight, with_shape};
use crate::vector::elementary::larger;
use crate::vector::{InstructionSet, Kernel, WIDTH};

use super::bins::Total;
use super::chunk::LENGTH;

/// What each jump of a chunk changes.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    /// In `sum lambda`.
    pub intensity: Row,
    /// In `sum lambda' dz/dt`.
    pub slope: Row,
}

impl Steps {
    /// Of no jump.
    pub fn new() -> Self {
        Self { intensity: [0.0; LENGTH], slope: [0.0; LENGTH] }
    }

    /// Of the first `count` jumps of a chunk; beyond them the rows are overwritten by jumps of nothing. Returns their sums.
    pub fn take(
        &mut self,
        kinetics: &Kinetics,
        motion: &Motion,
        jumps: &mut Jumps,
        count: usize,
        instructions: InstructionSet,
    ) -> Total {
        let mut total = with_shape!(kinetics.form,
            shape => {
                let padded = pad(jumps, count);
                instructions.run(Each { steps: self, kinetics, shape, jumps, padded, motion })
            },
            any => self.take_one_by_one(kinetics, motion, jumps, count)
        );
        total.count = count as f64;
        total
    }

    fn take_one_by_one(
        &mut self,
        kinetics: &Kinetics,
        motion: &Motion,
        jumps: &Jumps,
        count: usize,
    ) -> Total {
        let mut total = Total::NONE;
        for i in 0..count {
            let deviation = jumps.scale[i] * jumps.deviation[i];
            let change = one(kinetics, motion, jumps.since[i], deviation, jumps.jump[i]);
            self.intensity[i] = change.intensity;
            self.slope[i] = change.slope;
            total.add(&change);
        }
        total
    }
}

/// What one jump changes at a time since the start of `motion`, where `deviation` is `s y`.
pub(super) fn one(
    kinetics: &Kinetics,
    motion: &Motion,
    since: f64,
    deviation: f64,
    jump: f64,
) -> Change {
    let z = motion.offset + motion.offset_slope * since + deviation;
    let drive = motion.drive + motion.drive_slope * since;
    let before = kinetics.contribution(drive, z);
    let after = kinetics.contribution(drive, z + jump);
    let mut change = Change::NONE;
    change.add(&before, &after, 0.0);
    change
}

fn pad(jumps: &mut Jumps, count: usize) -> usize {
    let padded = count.next_multiple_of(WIDTH);
    jumps.jump[count..padded].fill(0.0);
    jumps.factor[count..padded].fill(1.0);
    let last = jumps.deviation[count.saturating_sub(1)];
    jumps.deviation[count..padded].fill(last);
    padded
}

struct Each<'a, S> {
    steps: &'a mut Steps,
    kinetics: &'a Kinetics,
    shape: S,
    jumps: &'a Jumps,
    /// A multiple of [`WIDTH`].
    padded: usize,
    motion: &'a Motion,
}

impl<S: Shape> Kernel for Each<'_, S> {
    type Output = Total;

    #[inline(always)]
    fn run(self) -> Total {
        let Kinetics { leak, least_velocity, derivative_bound, curvature_bound, lifetime, .. } =
            *self.kinetics;
        let (kink, derivative_jump) = self.shape.kink();
        let motion = *self.motion;
        let jumps = self.jumps;
        let mut sums = [[0.0; WIDTH]; 3];
        let mut highest = [f64::NEG_INFINITY; WIDTH];
        for at in (0..self.padded.min(LENGTH)).step_by(WIDTH) {
            let (since, scale) = (eight(&jumps.since, at), eight(&jumps.scale, at));
            let (deviation, jump) = (eight(&jumps.deviation, at), eight(&jumps.jump, at));
            let factor = eight(&jumps.factor, at);
            let (mut intensity, mut slope) = ([0.0; WIDTH], [0.0; WIDTH]);
            for i in 0..WIDTH {
                let z = motion.offset + motion.offset_slope * since[i] + scale[i] * deviation[i];
                let step = self.shape.step(z, jump[i], factor[i]);
                let v1 = motion.drive + motion.drive_slope * since[i] - leak * z;
                let v2 = v1 - leak * jump[i];
                let (w1, w2) = (larger(v1.abs(), least_velocity), larger(v2.abs(), least_velocity));
                let bend = (w2 - w1) * (curvature_bound * (w2 + w1) + derivative_bound * leak);
                intensity[i] = step.after.0 - step.before.0;
                slope[i] = step.after.1 * v2 - step.before.1 * v1;
                sums[0][i] += larger(bend, 0.0);
                sums[1][i] += w1 + w2;
                let after = z + jump[i];
                highest[i] = larger(after, highest[i]);
                if S::KINKED {
                    let near = (after - kink).abs() <= w2 * lifetime;
                    sums[2][i] += if near { derivative_jump * w2 } else { 0.0 };
                }
            }
            self.steps.intensity[at..at + WIDTH].copy_from_slice(&intensity);
            self.steps.slope[at..at + WIDTH].copy_from_slice(&slope);
        }
        let [curvature, speed, kink] = sums.map(|lanes| lanes.iter().sum());
        let highest = highest.into_iter().fold(f64::NEG_INFINITY, larger);
        Total { count: 0.0, curvature, speed, kink, highest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Purpose, stream};
    use crate::target_driven::kinetics::tests::{MOTION, all_kinetics, assert_close, jumps};

    #[test]
    fn steps_are_those_of_one_jump_after_the_other() {
        let mut rng = stream(4, 0, Purpose::Jumps);
        for kinetics in all_kinetics() {
            for (count, is_whole) in [(8, true), (64, true), (5, false), (11, false)] {
                let mut jumps = jumps(&kinetics, count, &mut rng);
                let each: Vec<Change> = (0..count)
                    .map(|i| {
                        let deviation = jumps.scale[i] * jumps.deviation[i];
                        one(&kinetics, &MOTION, jumps.since[i], deviation, jumps.jump[i])
                    })
                    .collect();
                let mut exact = Total::NONE;
                for change in &each {
                    exact.add(change);
                }
                for set in InstructionSet::available() {
                    let mut steps = Steps::new();
                    let total = steps.take(&kinetics, &MOTION, &mut jumps, count, set);
                    for (i, change) in each.iter().enumerate() {
                        assert_close("intensity", steps.intensity[i], change.intensity);
                        assert_close("slope", steps.slope[i], change.slope);
                    }
                    assert_eq!(total.count, exact.count);
                    assert_close("curvature", total.curvature, exact.curvature);
                    // What pads a block widens the others.
                    let pairs = [
                        (total.speed, exact.speed),
                        (total.kink, exact.kink),
                        (total.highest, exact.highest),
                    ];
                    for (total, exact) in pairs {
                        assert!(total >= exact - 1e-9, "{total} below {exact}");
                        assert!(!is_whole || total <= exact + 1e-9, "{total} above {exact}");
                    }
                }
            }
        }
    }
}
