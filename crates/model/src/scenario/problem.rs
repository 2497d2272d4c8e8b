//! What can be wrong with a scenario, in words, underlined in the file.

use std::fmt;
use std::ops::Range;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode, SourceSpan};
use thiserror::Error;

/// Everything that is wrong with a scenario text.
#[derive(Debug, Error)]
#[error("{}", summary(.problems))]
pub struct ScenarioError {
    source_code: NamedSource<String>,
    problems: Vec<Problem>,
}

fn summary(problems: &[Problem]) -> String {
    match problems {
        [only] => format!("the scenario cannot be used: {only}"),
        several => format!("the scenario cannot be used, for {} reasons", several.len()),
    }
}

impl ScenarioError {
    pub(super) fn new(source_name: &str, text: &str, problems: Vec<Problem>) -> Self {
        Self { source_code: NamedSource::new(source_name, text.to_owned()), problems }
    }

    /// The problems, in the order in which they were found.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl Diagnostic for ScenarioError {
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

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// Bytes of the text that it is about.
    pub span: Range<usize>,
}

/// What is wrong. The `field` is the path from the top of the file, `populations.E.drive`.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// Not TOML.
    #[error("{message}")]
    Syntax {
        /// The reader's message.
        message: String,
    },
    /// A value of the wrong type.
    #[error("`{field}`: {message}")]
    WrongType {
        /// The field.
        field: String,
        /// The reader's message.
        message: String,
    },
    /// The same field twice.
    #[error("`{name}` is given twice")]
    Duplicate {
        /// The field.
        name: String,
    },
    /// A field or a choice that does not exist.
    #[error("there is no {what} `{name}` here")]
    Unknown {
        /// "field" or "choice".
        what: &'static str,
        /// What was written.
        name: String,
        /// What may stand here.
        known: Vec<String>,
    },
    /// A field that must be given.
    #[error("{place} needs the field `{field}`")]
    Missing {
        /// The table that lacks it.
        place: String,
        /// The field.
        field: String,
    },
    /// A field that this kind of population does not have.
    #[error("`{field}` does not apply to {kind} population")]
    NotApplicable {
        /// The field.
        field: String,
        /// "an external" or "a neuron".
        kind: &'static str,
    },
    /// A number outside what the field allows.
    #[error("`{field}` is {value}; it must be {requirement}")]
    OutOfRange {
        /// The field.
        field: String,
        /// Its value.
        value: f64,
        /// What would be right.
        requirement: &'static str,
    },
    /// A population with `round(fraction * n) = 0`.
    #[error(
        "population `{population}` has round({fraction} * {size}) = 0 members; it needs at least one"
    )]
    EmptyPopulation {
        /// The population.
        population: String,
        /// Its fraction.
        fraction: f64,
        /// `n`.
        size: f64,
    },
    /// More neurons, sources or samples than can be numbered.
    #[error("{what} would number {count:e}; at most {limit:e} are possible")]
    TooMany {
        /// What is counted.
        what: String,
        /// How many there would be.
        count: f64,
        /// The most there may be.
        limit: f64,
    },
    /// A sign against Dale's law.
    #[error(
        "`{field}` is {value}, but `{source_population}` is {kind}, so its synapses must be {sign}"
    )]
    DalesLaw {
        /// The field.
        field: String,
        /// The jump.
        value: f64,
        /// The source population.
        source_population: String,
        /// "excitatory" or "inhibitory".
        kind: &'static str,
        /// ">= 0" or "<= 0".
        sign: &'static str,
    },
    /// No entry for an ordered pair of populations.
    #[error("coupling has no jump from `{source_population}` onto `{target}`")]
    MissingCoupling {
        /// The target population.
        target: String,
        /// The source population.
        source_population: String,
    },
    /// A name in the coupling that is no population, or an external population as target.
    #[error("`{name}` is not {expected}")]
    NotAPopulation {
        /// What was written.
        name: String,
        /// "a neuron population" or "a population".
        expected: &'static str,
        /// What may stand here.
        known: Vec<String>,
    },
    /// A population name that cannot name a group in a file.
    #[error("population name `{name}` is not made of letters, digits, `_` and `-` alone")]
    BadName {
        /// The name.
        name: String,
    },
    /// No neuron population at all.
    #[error("there is no excitatory or inhibitory population")]
    NoNeurons,
    /// A list of initial values whose length is not the number of neurons.
    #[error("`{field}` lists {given} values for {needed} neurons")]
    WrongLength {
        /// The field.
        field: String,
        /// Number of values given.
        given: usize,
        /// Number of neurons.
        needed: usize,
    },
    /// A schedule without a step.
    #[error("`{field}` is empty; it needs at least the step at time 0")]
    NoSteps {
        /// The field.
        field: String,
    },
    /// Steps that do not begin at time 0 or whose times do not rise.
    #[error(
        "`{field}` has a step at time {time} {after}; steps begin at time 0 and their times rise"
    )]
    StepOrder {
        /// The field.
        field: String,
        /// The time of the offending step.
        time: f64,
        /// What stands before it.
        after: String,
    },
}

impl Problem {
    pub(super) fn new(kind: ProblemKind, span: Range<usize>) -> Self {
        Self { kind, span }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(formatter)
    }
}

impl std::error::Error for Problem {}

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
            Self::Missing { .. } => "in this table",
            Self::NotApplicable { .. } => "remove this",
            Self::OutOfRange { .. } | Self::TooMany { .. } => "this value",
            Self::EmptyPopulation { .. } => "rounds to nothing",
            Self::DalesLaw { .. } => "wrong sign",
            Self::MissingCoupling { .. } => "in this row",
            Self::NotAPopulation { .. } | Self::BadName { .. } => "this name",
            Self::NoNeurons => "no neurons here",
            Self::WrongLength { .. } | Self::NoSteps { .. } => "this list",
            Self::StepOrder { .. } => "this step",
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Unknown { name, known, .. } | Self::NotAPopulation { name, known, .. } => {
                Some(suggestion(name, known))
            }
            Self::EmptyPopulation { fraction, .. } => {
                let smallest = (0.5 / fraction).ceil();
                Some(format!("raise the fraction, or take n >= {smallest}"))
            }
            Self::MissingCoupling { source_population, .. } => {
                Some(format!("write `{source_population} = 0.0` if there is no synapse"))
            }
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
    let choices = known.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", ");
    let nearest = known
        .iter()
        .map(|choice| (strsim::jaro_winkler(&name.to_lowercase(), &choice.to_lowercase()), choice))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((similarity, choice)) if similarity > 0.7 => {
            format!("did you mean `{choice}`? Possible here: {choices}")
        }
        _ => format!("possible here: {choices}"),
    }
}
