//! What can go wrong, with its exit status.

use std::path::Path;

use equipoise_cluster::ClusterError;
use equipoise_engine::{EngineError, RunError};
use equipoise_limit::LimitError;
use equipoise_model::InputError;
use equipoise_store::StoreError;
use equipoise_validation::claims::ClaimError;
use miette::{GraphicalReportHandler, GraphicalTheme, IntoDiagnostic, Report, miette};

use crate::export::ExportError;
use crate::report::ReportError;

/// Why a job could not be done.
#[derive(Debug)]
pub enum Failure {
    /// Wrong usage: exit status 2.
    Usage(Report),
    /// A file that a user wrote cannot be used: exit status 2.
    Scenario(Report),
    /// The network cannot be simulated: exit status 2.
    Simulation(Report),
    /// The theory says nothing of the network: exit status 2.
    Theory(Report),
    /// A file could not be read or written: exit status 3.
    File(Report),
}

impl Failure {
    /// A scenario file that cannot be read.
    pub fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        let is_text = error.kind() != std::io::ErrorKind::InvalidData;
        Self::File(miette!(
            help = if is_text {
                "give the path of a scenario file; `equipoise init` writes one to start from"
            } else {
                "a scenario file is text; that of a result file is printed by `equipoise info --scenario FILE`"
            },
            "cannot read {}: {error}",
            path.display()
        ))
    }

    /// A cell file that cannot be read.
    pub fn unreadable_cells(path: &Path, error: &std::io::Error) -> Self {
        Self::File(miette!(
            help = "give the path of a cell file; `equipoise init conductances` writes one to start from",
            "cannot read {}: {error}",
            path.display()
        ))
    }

    /// The exit status.
    pub fn status(&self) -> u8 {
        match self {
            Self::File(_) => 3,
            _ => 2,
        }
    }

    /// What went wrong, and what would help.
    pub fn as_report(&self) -> &Report {
        let (Self::Usage(report)
        | Self::Scenario(report)
        | Self::Simulation(report)
        | Self::Theory(report)
        | Self::File(report)) = self;
        report
    }

    /// The same, taken out.
    pub fn into_report(self) -> Report {
        let (Self::Usage(report)
        | Self::Scenario(report)
        | Self::Simulation(report)
        | Self::Theory(report)
        | Self::File(report)) = self;
        report
    }

    /// The same failure, with what it was that failed.
    #[must_use]
    pub fn wrap_err(self, what: String) -> Self {
        match self {
            Self::Usage(report) => Self::Usage(report.wrap_err(what)),
            Self::Scenario(report) => Self::Scenario(report.wrap_err(what)),
            Self::Simulation(report) => Self::Simulation(report.wrap_err(what)),
            Self::Theory(report) => Self::Theory(report.wrap_err(what)),
            Self::File(report) => Self::File(report.wrap_err(what)),
        }
    }

    /// The text that the command line prints where nobody looks: without colours, in lines of 80 characters.
    pub fn text(&self) -> String {
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
        let handler = handler.with_width(80);
        let (mut text, report) = (String::new(), self.as_report());
        match handler.render_report(&mut text, report.as_ref()) {
            Ok(()) => text,
            Err(_) => format!("{report}"),
        }
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        Self::Scenario(Report::new(error))
    }
}

/// What a network would need to be balanced, where that can be said.
pub fn advice(error: &LimitError) -> Option<&'static str> {
    matches!(error, LimitError::RateOutOfRange { rate, .. } if rate.abs() < 1e-9).then_some(
        "couplings of full rank balance at rates of 0 alone, unless sources outside drive the network: add external ones, as in \
         the template `external-drive`, or make the rows of [coupling] multiples of each other, as in `balanced-pair`",
    )
}

/// An error with the advice on it, in a line.
pub fn advised(error: &LimitError) -> String {
    advice(error).map_or_else(|| error.to_string(), |advice| format!("{error}; {advice}"))
}

impl From<LimitError> for Failure {
    fn from(error: LimitError) -> Self {
        let why = match error {
            LimitError::Integration { .. } => "the theory could not be followed",
            _ => "this network has no hydrodynamic limit to compare with",
        };
        let report = match advice(&error) {
            Some(help) => miette!(help = help, "{error}"),
            None => Err::<(), _>(error).into_diagnostic().unwrap_err(),
        };
        Self::Theory(report.wrap_err(format!("{why} (`equipoise simulate` runs it all the same)")))
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Simulation(Err::<(), _>(error).into_diagnostic().unwrap_err())
    }
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Self {
        Self::Usage(Err::<(), _>(error).into_diagnostic().unwrap_err())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::File(Err::<(), _>(error).into_diagnostic().unwrap_err())
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        Self::File(Err::<(), _>(error).into_diagnostic().unwrap_err())
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        Self::File(Err::<(), _>(error).into_diagnostic().unwrap_err())
    }
}

impl From<RunError<StoreError>> for Failure {
    fn from(error: RunError<StoreError>) -> Self {
        match error {
            RunError::Engine(error) => error.into(),
            RunError::Receiver(error) => error.into(),
        }
    }
}

impl From<ClaimError> for Failure {
    fn from(error: ClaimError) -> Self {
        Self::Usage(miette!(help = "`equipoise claims --list` says which there are", "{error}"))
    }
}
