//! Populations in chunks of fixed length, over all threads; what chunks sum to is added in their order.

use equipoise_model::Gain;
use rayon::prelude::*;

use super::pass::{self, Drawn, Kicks, Sums};
use super::team::Team;
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
    (instructions, team): (InstructionSet, Team<'_>),
) -> Sums {
    let part = |chunk: &[T]| pass::look(chunk, common, shape, instructions);
    let parts: Vec<Sums> = if deviations.len() > CHUNK {
        deviations.par_chunks(CHUNK).map(part).collect()
    } else {
        deviations.chunks(CHUNK).map(part).collect()
    };
    team.sum(parts, Sums::default(), Sums::and)
}

/// Kicks the neurons of a population.
pub fn draw<T: Stored>(
    deviations: &mut [T],
    lanes: &mut [Lanes],
    kicks: &Kicks,
    common: Common,
    shape: (Form, &Gain),
    (instructions, team): (InstructionSet, Team<'_>),
) -> Drawn {
    let kick = |(deviations, lanes): (&mut [T], &mut Lanes)| {
        pass::kick(deviations, lanes, kicks, common, shape, instructions)
    };
    let parts: Vec<Drawn> = if lanes.len() > 1 {
        deviations.par_chunks_mut(CHUNK).zip(lanes.par_iter_mut()).map(kick).collect()
    } else {
        deviations.chunks_mut(CHUNK).zip(lanes).map(kick).collect()
    };
    team.sum(parts, Drawn::default(), |sum, part| sum.and(&part))
}
