//! The table `[record]`.

use super::Check;
use crate::input::{ProblemKind, Spanned};
use crate::scenario::raw::{
    Named, Number, RawHistograms, RawNeurons, RawPotentiations, RawRecord, RawSelections,
};
use crate::{Bins, Network, Potentiations, Recording, Sampling, Selection};

/// Most bins of time or of potentiation, and most times of a grid.
const MOST_BINS: f64 = 1e7;

impl Check {
    /// Only where the network has been read: it may name its populations.
    pub(super) fn recording(
        &mut self,
        raw: &RawRecord,
        network: &Network,
        sampling: &Sampling,
        replicates: u64,
    ) -> Recording {
        let potentiations = raw.potentiations.as_ref().map(|raw| {
            if replicates > 1 {
                self.problem(ProblemKind::SeveralNetworks { replicates }, raw.span());
            }
            self.potentiations(raw.get_ref(), network, sampling.duration)
        });
        Recording {
            spikes: raw
                .spikes
                .as_ref()
                .map_or_else(Vec::new, |spikes| self.selections("record.spikes", spikes, network)),
            activity: raw.activity.as_ref().map(|width| {
                let what = "the bins of duration / record.activity";
                self.interval("record.activity", width, (what, sampling.duration))
            }),
            jumps: raw.jumps.as_ref().is_some_and(|jumps| *jumps.get_ref()),
            snapshots: raw
                .snapshots
                .as_ref()
                .map_or_else(Vec::new, |times| self.snapshots(times.get_ref(), sampling.duration)),
            potentiations,
            histograms: raw.histograms.as_ref().map(|bins| self.histograms(bins.get_ref())),
            counts: raw.counts.as_ref().is_some_and(|counts| *counts.get_ref()),
            // As the table `[energy]` has it.
            activity_energy: None,
        }
    }

    fn selections(
        &mut self,
        field: &str,
        raw: &Spanned<RawSelections>,
        network: &Network,
    ) -> Vec<Selection> {
        let populations = &network.populations;
        match raw.get_ref() {
            RawSelections::All => vec![Selection::All; populations.len()],
            RawSelections::By(rows) => {
                let names: Vec<String> = network.population_names();
                for name in rows.keys() {
                    self.known(name, &names, "a neuron population");
                }
                let of = |population: &crate::NeuronPopulation| {
                    let row = row(rows, &population.name)?;
                    let field = format!("{field}.{}", population.name);
                    Some(self.selection(&field, row.get_ref(), population.count))
                };
                populations.iter().map(of).map(Option::unwrap_or_default).collect()
            }
        }
    }

    fn selection(&mut self, field: &str, raw: &RawNeurons, count: usize) -> Selection {
        let RawNeurons::Listed(numbers) = raw else { return Selection::All };
        let mut neurons: Vec<usize> = Vec::with_capacity(numbers.len());
        for number in numbers {
            let value = *number.get_ref();
            let exists = value >= 0.0 && value < count as f64 && value.fract() == 0.0;
            let requirement = "the number of a neuron of the population, counted from 0";
            self.require(field, number, exists, requirement);
            neurons.push(value as usize);
        }
        neurons.sort_unstable();
        neurons.dedup();
        Selection::Neurons(neurons)
    }

    /// One of which there are not too many in the duration; `what` says what they are.
    fn interval(&mut self, field: &str, number: &Number, (what, duration): (&str, f64)) -> f64 {
        let value = self.positive(field, number);
        if value > duration && value.is_finite() {
            self.out_of_range(field, number, "at most the duration");
        }
        let count = duration / value;
        if count > MOST_BINS && value > 0.0 && duration.is_finite() {
            let what = what.to_owned();
            self.problem(ProblemKind::TooMany { what, count, limit: MOST_BINS }, number.span());
        }
        value
    }

    fn potentiations(
        &mut self,
        raw: &RawPotentiations,
        network: &Network,
        duration: f64,
    ) -> Potentiations {
        let field = "record.potentiations.interval";
        let what = "the times of duration / record.potentiations.interval";
        Potentiations {
            interval: self.interval(field, &raw.interval, (what, duration)),
            neurons: self.selections("record.potentiations.neurons", &raw.neurons, network),
        }
    }

    fn snapshots(&mut self, times: &[Number], duration: f64) -> Vec<f64> {
        let within = |time: &Number| {
            let value = *time.get_ref();
            self.require(
                "record.snapshots",
                time,
                (0.0..=duration).contains(&value),
                "a time between 0 and the duration",
            )
        };
        let mut times: Vec<f64> = times.iter().map(within).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        times
    }

    fn histograms(&mut self, raw: &RawHistograms) -> Bins {
        let from = self.finite("record.histograms.from", &raw.from);
        let to = self.finite("record.histograms.to", &raw.to);
        if to <= from {
            self.out_of_range("record.histograms.to", &raw.to, "above `from`");
        }
        let count = self.whole("record.histograms.bins", &raw.bins, MOST_BINS) as usize;
        Bins { from, to, count }
    }
}

fn row<'a>(rows: &'a Named<Spanned<RawNeurons>>, name: &str) -> Option<&'a Spanned<RawNeurons>> {
    rows.iter().find(|(key, _)| key.get_ref() == name).map(|(_, row)| row)
}
