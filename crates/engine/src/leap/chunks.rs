//! Populations in chunks of fixed length, over all threads; what chunks sum to is added in their order.

use equipoise_model::Gain;
use rayon::prelude::*;

use super::pass::{self, Drawn, Kicks, Sums};
use crate::deviations::Stored;
use crate::state::Common;
use crate::target_driven::kinetics::Form;
use crate::vector::InstructionSet;
use crate::vector::lanes::Lanes;

/// Neurons of a chunk.
pub const CHUNK: usize = 4096;

/// Sums over the neurons of a population.
pub fn look<T: Stored>(
    deviations: &[T],
    common: Common,
    shape: (Form, &Gain),
    instructions: InstructionSet,
) -> Sums {
    let part = |chunk: &[T]| pass::look(chunk, common, shape, instructions);
    let parts: Vec<Sums> = if deviations.len() > CHUNK {
        deviations.par_chunks(CHUNK).map(part).collect()
    } else {
        vec![part(deviations)]
    };
    parts.into_iter().fold(Sums::default(), Sums::and)
}

/// Kicks the neurons of a population.
pub fn draw<T: Stored>(
    deviations: &mut [T],
    lanes: &mut [Lanes],
    kicks: &Kicks,
    common: Common,
    shape: (Form, &Gain),
    instructions: InstructionSet,
) -> Drawn {
    let kick = |(deviations, lanes): (&mut [T], &mut Lanes)| {
        pass::kick(deviations, lanes, kicks, common, shape, instructions)
    };
    let parts: Vec<Drawn> = if lanes.len() > 1 {
        deviations.par_chunks_mut(CHUNK).zip(lanes.par_iter_mut()).map(kick).collect()
    } else {
        deviations.chunks_mut(CHUNK).zip(lanes).map(kick).collect()
    };
    parts.iter().fold(Drawn::default(), Drawn::and)
}
