//! Tables as CSV (RFC 4180): a header, a comma between fields, texts quoted where they need it.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use equipoise_store::Values;

use super::destination::Destination;
use super::table::Table;
use super::{ExportError, Sink};

/// Writes one table.
pub struct Writer {
    path: PathBuf,
    writer: csv::Writer<File>,
}

impl Writer {
    /// Begins the table with its header.
    pub fn new(destination: &Destination, table: &Table) -> Result<Self, ExportError> {
        let path = destination.path().to_path_buf();
        let mut writer = Self { path, writer: csv::Writer::from_writer(destination.file()?) };
        let header = table.columns.iter().map(|column| &column.name);
        let written = writer.writer.write_record(header);
        written.map_err(|source| writer.error(source))?;
        Ok(writer)
    }

    fn error(&self, source: csv::Error) -> ExportError {
        ExportError::Csv { path: self.path.clone(), source }
    }

    fn write_rows(&mut self, columns: &[Values]) -> csv::Result<()> {
        let mut field = Vec::new();
        for row in 0..columns.first().map_or(0, Values::len) {
            for column in columns {
                field.clear();
                put(column, row, &mut field)?;
                self.writer.write_field(&field)?;
            }
            self.writer.write_record(None::<&[u8]>)?;
        }
        Ok(())
    }
}

/// Floats have as few digits as tell them from all others.
fn put(column: &Values, row: usize, field: &mut Vec<u8>) -> csv::Result<()> {
    match column {
        Values::Float(values) => write!(field, "{:?}", values[row])?,
        Values::Single(values) => write!(field, "{:?}", values[row])?,
        Values::Integer(values) => write!(field, "{}", values[row])?,
        Values::Unsigned(values) => write!(field, "{}", values[row])?,
        Values::Text(values) => field.extend_from_slice(values[row].as_bytes()),
    }
    Ok(())
}

impl Sink for Writer {
    fn write(&mut self, columns: &[Values]) -> Result<(), ExportError> {
        self.write_rows(columns).map_err(|source| self.error(source))
    }

    fn finish(mut self) -> Result<(), ExportError> {
        self.writer.flush().map_err(|source| self.error(source.into()))
    }
}
