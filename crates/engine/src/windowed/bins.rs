//! What jumps change, summed by the time at which they come.

use serde::{Deserialize, Serialize};

use crate::target_driven::kinetics::Change;

/// What the jumps of a bin of time change in the intensity sum of their population.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Bin {
    /// Sum of the increases of `lambda`.
    pub rise: f64,
    /// Sum of the decreases, not positive.
    pub fall: f64,
    /// Change of the sum of `lambda' dz/dt`.
    pub slope: f64,
    /// The same, each jump times its time since the start of the window.
    pub lag: f64,
}

impl Bin {
    /// One more jump.
    #[inline]
    pub fn add(&mut self, since: f64, intensity: f64, slope: f64) {
        self.rise += intensity.max(0.0);
        self.fall += intensity.min(0.0);
        self.slope += slope;
        self.lag += slope * since;
    }

    /// More jumps.
    pub fn add_all(&mut self, other: &Self) {
        self.rise += other.rise;
        self.fall += other.fall;
        self.slope += other.slope;
        self.lag += other.lag;
    }

    /// Other jumps in place of some.
    pub fn replace(&mut self, old: &Self, new: &Self) {
        self.rise += new.rise - old.rise;
        self.fall += new.fall - old.fall;
        self.slope += new.slope - old.slope;
        self.lag += new.lag - old.lag;
    }
}

/// What the jumps of a window change in all, and what measures the errors that they bring.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Total {
    /// Number of jumps.
    pub count: f64,
    /// Increases of the curvature bound.
    pub curvature: f64,
    /// Speeds before and after.
    pub speed: f64,
    /// What kinks within reach after the jumps can change the slope by.
    pub kink: f64,
    /// The highest potentiation after a jump, where it matters.
    pub highest: f64,
}

impl Total {
    /// Of no jump.
    pub const NONE: Self =
        Self { count: 0.0, curvature: 0.0, speed: 0.0, kink: 0.0, highest: f64::NEG_INFINITY };

    /// More jumps.
    pub fn add_all(&mut self, other: &Self) {
        self.count += other.count;
        self.curvature += other.curvature;
        self.speed += other.speed;
        self.kink += other.kink;
        self.highest = self.highest.max(other.highest);
    }

    /// One more jump.
    pub fn add(&mut self, change: &Change) {
        self.count += 1.0;
        self.curvature += change.curvature;
        self.speed += change.speed;
        self.kink += change.kink;
        self.highest = self.highest.max(change.highest);
    }
}

/// The carried sum along a window: `R^` at a time is what it was at the start, the changes by the jumps until then, and the
/// slope of all of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    value: f64,
    slope: f64,
    lag: f64,
}

impl Course {
    /// From this sum and slope at the start of the window.
    pub fn from(value: f64, slope: f64) -> Self {
        Self { value, slope, lag: 0.0 }
    }

    /// `R^` at this time since the start, after the jumps passed so far.
    pub fn value(&self, since: f64) -> f64 {
        self.value + (self.slope * since - self.lag)
    }

    /// `D^`.
    pub fn slope(&self) -> f64 {
        self.slope
    }

    /// Passes the jumps of a bin.
    pub fn pass(&mut self, bin: &Bin) {
        self.value += bin.rise + bin.fall;
        self.slope += bin.slope;
        self.lag += bin.lag;
    }
}
