//! What can be wrong with a file, in words.

use std::fmt;
use std::ops::Range;

use miette::NamedSource;
use thiserror::Error;

/// Everything that is wrong with a text.
#[derive(Debug, Error)]
#[error("{}", summary(.what, .problems))]
pub struct InputError {
    what: &'static str,
    pub(super) source_code: NamedSource<String>,
    pub(super) problems: Vec<Problem>,
}

fn summary(what: &str, problems: &[Problem]) -> String {
    match problems {
        [only] => format!("{what} cannot be used: {only}"),
        several => format!("{what} cannot be used, for {} reasons", several.len()),
    }
}

impl InputError {
    /// Of `what` ("the scenario"), read from a source of some name (a path, say) with this text.
    pub fn new(what: &'static str, source_name: &str, text: &str, problems: Vec<Problem>) -> Self {
        Self { what, source_code: NamedSource::new(source_name, text.to_owned()), problems }
    }

    /// The problems, in the order in which they were found.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
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
        /// "field", "choice" or "budget".
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
        /// Another table with nearly this name, which may have been meant.
        nearest: Option<String>,
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
    #[error("`{field}` is {}; it must be {requirement}", shown(*value))]
    OutOfRange {
        /// The field.
        field: String,
        /// Its value.
        value: f64,
        /// What would be right.
        requirement: &'static str,
    },
    /// A text that is no quantity of the dimension that the field needs.
    #[error("`{field}` is \"{written}\"; {reason}")]
    Quantity {
        /// The field.
        field: String,
        /// What was written.
        written: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// Something that does not fit the rest of the file.
    #[error("`{field}` {reason}")]
    Inconsistent {
        /// The field.
        field: String,
        /// Why not.
        reason: String,
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
        "`{field}` is {}, but `{source_population}` is {kind}, so its synapses must be {sign}",
        shown(*value)
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
    /// A name that cannot name a group in a file, or a file.
    #[error("the name `{name}` is not made of letters, digits, `_` and `-` alone")]
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
    /// A report of potentiations of more than one network.
    #[error(
        "`record.potentiations` is the report of one network, and `ensemble.replicates` is {replicates}"
    )]
    SeveralNetworks {
        /// How many there are.
        replicates: u64,
    },
    /// A gain table that names no gain.
    #[error("`{field}` names no gain")]
    NoGain {
        /// The field.
        field: String,
        /// The gains that there are.
        known: Vec<String>,
    },
    /// A gain table that names two gains or more.
    #[error("`{field}` names two gains, `{first}` and `{second}`; a population has one")]
    SeveralGains {
        /// The field.
        field: String,
        /// The first.
        first: &'static str,
        /// The second.
        second: &'static str,
    },
    /// A tabulated gain of one point or none.
    #[error("`{field}` needs 2 points or more; it has {given}")]
    TooFewPoints {
        /// The field.
        field: String,
        /// Number of points.
        given: usize,
    },
    /// A tabulated gain whose lists differ in length.
    #[error(
        "`{field}` has {rates} rates for {potentiations} potentiations; each point needs one of both"
    )]
    UnequalLists {
        /// The field.
        field: String,
        /// Number of potentiations.
        potentiations: usize,
        /// Number of rates.
        rates: usize,
    },
    /// A tabulated gain whose points are not in order.
    #[error("`{field}` is {} after {}; {rule}", shown(*value), shown(*previous))]
    TableOrder {
        /// The field and the place in it.
        field: String,
        /// The value.
        value: f64,
        /// The value before it.
        previous: f64,
        /// What must hold.
        rule: &'static str,
    },
    /// A field that the method of simulation cannot serve.
    #[error("`{field}` does not go with method `{method}`: {reason}")]
    Unserved {
        /// The field.
        field: String,
        /// The method.
        method: &'static str,
        /// Why not.
        reason: &'static str,
    },
    /// A cost beside a budget, which sets it.
    #[error("`{field}` does not go with `energy.budget`, which sets all costs")]
    Budgeted {
        /// The field.
        field: String,
    },
    /// A budget, and a time unit of unknown length.
    #[error(
        "`energy.budget` counts seconds, and nothing says how many the time unit `{time_unit}` has; `time_unit_seconds = 0.01` would"
    )]
    NoSeconds {
        /// The time unit.
        time_unit: String,
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

/// A number, without rows of zeros.
fn shown(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && size.is_finite() && !(1e-5..1e16).contains(&size) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

impl Problem {
    /// At bytes of the text.
    pub fn new(kind: ProblemKind, span: Range<usize>) -> Self {
        Self { kind, span }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(formatter)
    }
}

impl std::error::Error for Problem {}
