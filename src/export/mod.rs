//! Groups of a result file as tables in the long format, for programs that do not read HDF5.
//!
//! A group gives one table for each set of dimensions that its variables have. A table has a column for
//! each dimension, with its coordinate or, where it has none, its places from 0, and a column for each variable; rows are
//! in the order of the file, the last dimension fastest. Values are read in blocks, so that no table has to fit in memory.
//!
//! A value that is missing is NaN among floats and -1 among counts, as in the file: `NaN`, `inf` and `-inf` in CSV (floats have as
//! many digits as it takes to read the same number again), and the floats themselves, not null, in Parquet.
//!
//! * [`table`]: which tables there are, and their columns; [`block`]: pieces of them;
//! * `csv` and `parquet`: the formats; `destination`: files that appear whole or not at all;
//! * [`error`]: what can go wrong.

pub mod block;
mod csv;
mod destination;
pub mod error;
mod parquet;
pub mod table;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use equipoise_store::{GroupReader, Provenance, Values};

use destination::Destination;
pub use error::ExportError;
use table::{Table, tables};

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text, with a header.
    Csv,
    /// Columns in binary form, compressed.
    Parquet,
}

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// A table that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// The group that it is from.
    pub group: String,
    /// The dimensions, slowest first.
    pub dimensions: Vec<String>,
    /// The number of rows.
    pub rows: usize,
}

/// What is to be exported, and to where.
#[derive(Debug, Clone, Copy)]
pub struct Export<'a> {
    /// The result file.
    pub file: &'a Path,
    /// Where it comes from; Parquet files say so, too.
    pub provenance: &'a Provenance,
    /// The names of the groups.
    pub groups: &'a [String],
    /// How tables are written.
    pub format: Format,
    /// The folder for them; made where there is none.
    pub folder: &'a Path,
    /// Whether files that are there may be replaced.
    pub replace: bool,
}

impl Export<'_> {
    /// Writes all tables. Nothing is written unless all of them can have their names.
    ///
    /// # Errors
    /// [`ExportError`]; the tables written before it stay.
    pub fn run(&self) -> Result<Vec<Written>, ExportError> {
        let planned = self.plan()?;
        destination::make_folder(self.folder)?;
        let written = planned.into_iter().flat_map(|(reader, tables)| {
            tables.into_iter().map(move |table| self.write(&reader, &table)).collect::<Vec<_>>()
        });
        written.collect()
    }

    fn plan(&self) -> Result<Vec<(GroupReader, Vec<Table>)>, ExportError> {
        let mut names = HashSet::new();
        let plan = |group: &String| {
            let reader = GroupReader::open(self.file, group)?;
            let tables = tables(reader.outline());
            for table in &tables {
                let path = self.path(table);
                if !self.replace && path.exists() {
                    return Err(ExportError::Exists { path });
                }
                if !names.insert(path.clone()) {
                    return Err(ExportError::SameName { path });
                }
            }
            Ok((reader, tables))
        };
        self.groups.iter().map(plan).collect()
    }

    fn path(&self, table: &Table) -> PathBuf {
        self.folder.join(format!("{}.{}", table.name, self.format.ending()))
    }

    fn write(&self, reader: &GroupReader, table: &Table) -> Result<Written, ExportError> {
        let destination = Destination::create(self.path(table))?;
        match self.format {
            Format::Csv => fill(reader, table, csv::Writer::new(&destination, table)?)?,
            Format::Parquet => {
                let writer = parquet::Writer::new(&destination, table, self.provenance)?;
                fill(reader, table, writer)?;
            }
        }
        Ok(Written {
            path: destination.publish()?,
            group: reader.outline().name.clone(),
            dimensions: table.dimensions.clone(),
            rows: table.rows(),
        })
    }
}

/// Takes a table block by block.
trait Sink {
    /// Takes some rows: a column each, all of the same length.
    fn write(&mut self, columns: &[Values]) -> Result<(), ExportError>;

    /// Ends the table.
    fn finish(self) -> Result<(), ExportError>;
}

fn fill(reader: &GroupReader, table: &Table, mut sink: impl Sink) -> Result<(), ExportError> {
    for block in block::blocks(&table.shape, block::ROWS) {
        sink.write(&block.columns(reader, table)?)?;
    }
    sink.finish()
}
