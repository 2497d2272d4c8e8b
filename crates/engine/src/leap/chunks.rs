//! Populations in chunks of fixed length, over all threads.

use equipoise_model::Gain;
use rayon::prelude::*;

use super::pass::{self, Drawn, Kicks, Sums};
use crate::deviations::Stored;
use crate::state::Common;
use crate::target_driven::kinetics::Form;
use crate::team::CHUNK;
use crate::vector::InstructionSet;
use crate::vector::lanes::Lanes;

/// Sums over the neurons of each chunk.
pub fn look<T: Stored>(
    deviations: &[T],
    common: Common,
    shape: (Form, &Gain),
    instructions: InstructionSet,
) -> Vec<Sums> {
    let part = |chunk: &[T]| pass::look(chunk, common, shape, instructions);
    if deviations.len() > CHUNK {
        deviations.par_chunks(CHUNK).map(part).collect()
    } else {
        deviations.chunks(CHUNK).map(part).collect()
    }
}

/// Kicks the neurons of a population; returns what was drawn in each chunk.
pub fn draw<T: Stored>(
    deviations: &mut [T],
    lanes: &mut [Lanes],
    kicks: &Kicks,
    common: Common,
    shape: (Form, &Gain),
    instructions: InstructionSet,
) -> Vec<Drawn> {
    let kick = |(deviations, lanes): (&mut [T], &mut Lanes)| {
        pass::kick(deviations, lanes, kicks, common, shape, instructions)
    };
    if lanes.len() > 1 {
        deviations.par_chunks_mut(CHUNK).zip(lanes.par_iter_mut()).map(kick).collect()
    } else {
        deviations.chunks_mut(CHUNK).zip(lanes).map(kick).collect()
    }
}
