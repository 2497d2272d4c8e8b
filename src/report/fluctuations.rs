//! Fluctuations of population means from network to network, against the normal law that the theory predicts.

use maud::html;

use super::ReportError;
use super::formula::power_of_n;
use super::material::Material;
use super::number::plain;
use super::page::{Section, figures};
use super::sample::{self, Reference, Sample};
use crate::picture::figure::{Colour, Dash};

/// Fewer networks have no shape.
const LEAST_NETWORKS: usize = 20;

/// The section; none for fewer networks than show anything.
#[expect(clippy::unnecessary_wraps, reason = "sections are made alike")]
pub fn section(material: &Material) -> Result<Option<Section>, ReportError> {
    let Some(ensemble) = &material.ensemble else { return Ok(None) };
    let time = ensemble.last_time;
    let of_time = format!("{} {}", plain(time), material.source.time_unit());
    let mut drawn = Vec::new();
    for (population, means) in ensemble.last_means.iter().enumerate() {
        if means.len() < LEAST_NETWORKS {
            continue;
        }
        let (low, high) =
            means.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), mean| {
                (low.min(*mean), high.max(*mean))
            });
        let mut sample = Sample::between(low, high);
        for mean in means {
            sample.push(*mean);
        }
        let theory = material.theory.as_ref().and_then(|theory| {
            let mean = theory.at(&theory.values[0], population, time);
            let deviation = theory.at(&theory.deviations, population, time);
            Reference::normal(
                "theory",
                (Colour::Vermilion, Dash::Solid),
                (mean, deviation * deviation),
            )
        });
        let references: Vec<Reference> = theory.into_iter().collect();
        let of = format!("{} at {of_time}", ensemble.populations[population]);
        drawn.extend(sample::figures(&sample, &references, "population mean", &of));
    }
    if drawn.is_empty() {
        return Ok(None);
    }
    let body = html! {
        p {
            "The mean of a population differs from network to network, by order " (power_of_n("−1/2"))
            " (with shared spikes " (power_of_n("−1/4")) "). "
            "The theory is a normal law with the predicted mean and variance; on a Q–Q plot it is a straight line."
        }
        (figures("fluctuations", &drawn))
    };
    Ok(Some(Section { id: "fluctuations", heading: "Fluctuations between networks", body }))
}
