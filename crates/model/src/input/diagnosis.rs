//! How a problem is shown: what is underlined in the file, with which words, and what may help.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, SourceCode, SourceSpan};

use super::problem::{InputError, Problem, ProblemKind};

impl Diagnostic for InputError {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source_code)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        match self.problems.as_slice() {
            [only] => only.labels(),
            _ => None,
        }
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        match self.problems.as_slice() {
            [only] => only.help(),
            _ => None,
        }
    }

    fn related(&self) -> Option<Box<dyn Iterator<Item = &dyn Diagnostic> + '_>> {
        let several = self.problems.len() > 1;
        several.then(|| {
            let each = self.problems.iter().map(|problem| problem as &dyn Diagnostic);
            Box::new(each) as Box<dyn Iterator<Item = &dyn Diagnostic>>
        })
    }
}

impl Diagnostic for Problem {
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_with_span(
            Some(self.kind.label().to_owned()),
            SourceSpan::from(self.span.clone()),
        );
        Some(Box::new(std::iter::once(label)))
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.kind.help().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
}

impl ProblemKind {
    fn label(&self) -> &'static str {
        match self {
            Self::Syntax { .. } | Self::WrongType { .. } => "not understood",
            Self::Duplicate { .. } => "the second time",
            Self::Unknown { .. } => "unknown",
            Self::Missing { .. } | Self::NoGain { .. } => "in this table",
            Self::NotApplicable { .. } => "remove this",
            Self::Unserved { .. } | Self::Budgeted { .. } => "remove or change this",
            Self::Quantity { .. } | Self::Inconsistent { .. } => "here",
            Self::OutOfRange { .. } | Self::TooMany { .. } | Self::TableOrder { .. } => {
                "this value"
            }
            Self::EmptyPopulation { .. } => "rounds to nothing",
            Self::DalesLaw { .. } => "wrong sign",
            Self::MissingCoupling { .. } => "in this row",
            Self::NotAPopulation { .. } | Self::BadName { .. } => "this name",
            Self::NoSeconds { .. } => "in seconds",
            Self::NoNeurons => "no neurons here",
            Self::SeveralNetworks { .. } => "asked for here",
            Self::SeveralGains { .. } => "the second gain",
            Self::WrongLength { .. }
            | Self::NoSteps { .. }
            | Self::TooFewPoints { .. }
            | Self::UnequalLists { .. } => "this list",
            Self::StepOrder { .. } => "this step",
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Unknown { name, known, .. } | Self::NotAPopulation { name, known, .. } => {
                Some(suggestion(name, known))
            }
            Self::Missing { nearest, .. } => {
                nearest.as_ref().map(|name| format!("did you mean `{name}`?"))
            }
            Self::NoGain { known, .. } => Some(choices(known)),
            Self::EmptyPopulation { fraction, .. } => {
                let smallest = (0.5 / fraction).ceil();
                Some(format!("raise the fraction, or take n >= {smallest}"))
            }
            Self::MissingCoupling { source_population, .. } => {
                Some(format!("write `{source_population} = 0.0` if there is no synapse"))
            }
            Self::SeveralNetworks { .. } => Some(
                "set `ensemble.replicates` to 1, or record `snapshots`, which have a place for \
                 each network"
                    .to_owned(),
            ),
            Self::DalesLaw { .. } => Some(
                "all synapses of a neuron have the same sign (Dale's law): change the sign of the \
                 jump, or the kind of the source population"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

/// "did you mean" for a near miss, and what may stand here.
fn suggestion(name: &str, known: &[String]) -> String {
    let nearest = known
        .iter()
        .map(|choice| (strsim::jaro_winkler(&name.to_lowercase(), &choice.to_lowercase()), choice))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((similarity, choice)) if similarity > 0.7 => {
            format!("did you mean `{choice}`? P{}", &choices(known)[1..])
        }
        _ => choices(known),
    }
}

fn choices(known: &[String]) -> String {
    let quoted: Vec<String> = known.iter().map(|choice| format!("`{choice}`")).collect();
    format!("possible here: {}", quoted.join(", "))
}
