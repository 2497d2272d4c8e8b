//! What can go wrong, with its exit status.

use std::path::Path;
use std::process::ExitCode;

use equipoise::cluster::ClusterError;
use equipoise::engine::{EngineError, RunError};
use equipoise::export::ExportError;
use equipoise::limit::LimitError;
use equipoise::model::InputError;
use equipoise::report::ReportError;
use equipoise::store::StoreError;
use miette::{Diagnostic, IntoDiagnostic, Report, miette};

use super::output::note;

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// Wrong usage or scenario: exit status 2.
    Usage(Report),
    /// A file could not be read or written: exit status 3.
    File(Report),
}

impl Failure {
    /// A scenario file that cannot be read.
    pub fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self::File(miette!(
            help = "give the path of a scenario file; `equipoise init` writes one to start from",
            "cannot read {}: {error}",
            path.display()
        ))
    }

    /// Something that the user asked for and that makes no sense.
    pub fn usage(report: impl Diagnostic + Send + Sync + 'static) -> Self {
        Self::Usage(Report::new(report))
    }

    /// The exit status.
    pub fn status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::File(_) => 3,
        }
    }

    /// Prints what went wrong and returns the exit status.
    pub fn report(self) -> ExitCode {
        let status = self.status();
        let (Self::Usage(report) | Self::File(report)) = self;
        note(&format!("{report:?}"));
        ExitCode::from(status)
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        Self::usage(error)
    }
}

impl From<LimitError> for Failure {
    fn from(error: LimitError) -> Self {
        let why = match error {
            LimitError::Integration { .. } => "the theory could not be followed",
            _ => "this network has no hydrodynamic limit to compare with",
        };
        let report = Err::<(), _>(error).into_diagnostic().unwrap_err();
        Self::Usage(report.wrap_err(format!("{why} (`equipoise simulate` runs it all the same)")))
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Usage(Err::<(), _>(error).into_diagnostic().unwrap_err())
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
