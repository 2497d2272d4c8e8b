//! Jumps of a block that need no decision, laid out many at a time.

#![allow(clippy::inline_always)]

use crate::target_driven::draws::{LOOKAHEAD, fill_arrivals, fill_targets};
use crate::target_driven::kinetics::{Jumps, Row};
use crate::vector::elementary::exp_near_zero;
use crate::vector::lanes::{Lanes, Words};
use crate::vector::{InstructionSet, Kernel, WIDTH};

use super::crowd::Crowd;

/// Jumps that are laid out at once.
pub(super) const LENGTH: usize = LOOKAHEAD;
const PAIRS: usize = LENGTH / 2;
/// Rows of random words that they take.
const ROWS: usize = (3 * PAIRS + LENGTH) / WIDTH;

/// Consecutive jumps onto a block.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    words: [Words; ROWS],
    /// Hazard since the start of the window.
    hazards: Row,
    fractions: Row,
    pub jumps: Jumps,
    /// Change of the deviation.
    pub kicks: Row,
    pub targets: [u32; LENGTH],
    pub sources: [u16; LENGTH],
}

impl Chunk {
    /// Before anything is laid out.
    pub fn new() -> Self {
        Self {
            words: [[0; WIDTH]; ROWS],
            hazards: [0.0; LENGTH],
            fractions: [0.0; LENGTH],
            jumps: Jumps::default(),
            kicks: [0.0; LENGTH],
            targets: [0; LENGTH],
            sources: [0; LENGTH],
        }
    }

    /// Lays the next jumps onto a block of `neurons` neurons of this population out, after the hazard of the last one.
    pub fn lay_out(
        &mut self,
        lanes: &mut Lanes,
        crowd: &Crowd,
        (neurons, hazard): (u32, f64),
        instructions: InstructionSet,
    ) {
        let mean_gap = 1.0 / (f64::from(neurons) * crowd.total);
        instructions.run(Layout { chunk: self, lanes, crowd, neurons, hazard, mean_gap });
    }

    /// Hazard of the last jump.
    pub fn last_hazard(&self) -> f64 {
        self.hazards[LENGTH - 1]
    }

    /// How many jumps come until this time since the start of the window.
    pub fn count_until(&self, until: f64) -> usize {
        self.jumps.since.iter().map(|since| usize::from(*since <= until)).sum()
    }
}

struct Layout<'a> {
    chunk: &'a mut Chunk,
    lanes: &'a mut Lanes,
    crowd: &'a Crowd,
    neurons: u32,
    hazard: f64,
    mean_gap: f64,
}

impl Kernel for Layout<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { chunk, lanes, crowd, neurons, hazard, mean_gap } = self;
        lanes.fill(&mut chunk.words);
        let words = chunk.words.as_flattened();
        fill_arrivals::<PAIRS>(words, hazard, &mut chunk.hazards);
        fill_targets(&words[3 * PAIRS..], neurons, &mut chunk.targets, &mut chunk.fractions);
        set_times(chunk, crowd, mean_gap);
        set_types(chunk, crowd);
    }
}

/// Times, and scales at them.
#[inline(always)]
fn set_times(chunk: &mut Chunk, crowd: &Crowd, mean_gap: f64) {
    let (leak, scale, inverse_scale) = (crowd.kinetics.leak, crowd.scale, crowd.inverse_scale);
    for i in 0..LENGTH {
        let since = chunk.hazards[i] * mean_gap;
        chunk.jumps.since[i] = since;
        chunk.jumps.scale[i] = scale * exp_near_zero(-since * leak);
        chunk.kicks[i] = inverse_scale * exp_near_zero(since * leak);
    }
}

/// Sources, jumps and kicks.
#[inline(always)]
fn set_types(chunk: &mut Chunk, crowd: &Crowd) {
    let Chunk { jumps, kicks, fractions, sources, .. } = chunk;
    for at in (0..LENGTH).step_by(WIDTH) {
        let mut sizes = [crowd.sizes[0]; WIDTH];
        let mut factors = [crowd.factors[0]; WIDTH];
        let mut types = [0_u64; WIDTH];
        let fractions: &[f64; WIDTH] = fractions[at..].first_chunk().expect("within the chunk");
        for source in 1..crowd.sizes.len() {
            let (threshold, size, factor) =
                (crowd.thresholds[source], crowd.sizes[source], crowd.factors[source]);
            for i in 0..WIDTH {
                let later = fractions[i] >= threshold;
                sizes[i] = if later { size } else { sizes[i] };
                factors[i] = if later { factor } else { factors[i] };
                types[i] += u64::from(later);
            }
        }
        for i in 0..WIDTH {
            kicks[at + i] *= sizes[i];
        }
        jumps.jump[at..at + WIDTH].copy_from_slice(&sizes);
        jumps.factor[at..at + WIDTH].copy_from_slice(&factors);
        sources[at..at + WIDTH].copy_from_slice(&types.map(|source| source as u16));
    }
}
