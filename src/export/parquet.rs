//! Tables as Parquet: a row group for each block, compressed with Snappy, no nulls.
//!
//! Units stand in the metadata of the file, as `units.NAME`, beside what the result file says of its origin.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use equipoise_store::{Provenance, ValueType, Values};
use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, FloatType, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use super::destination::Destination;
use super::table::{Column, Table};
use super::{ExportError, Sink};

/// Writes one table.
pub struct Writer {
    path: PathBuf,
    writer: SerializedFileWriter<File>,
}

impl Writer {
    /// Begins the table with what is known of it.
    pub fn new(
        destination: &Destination,
        table: &Table,
        provenance: &Provenance,
    ) -> std::result::Result<Self, ExportError> {
        let path = destination.path().to_path_buf();
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_key_value_metadata(Some(metadata(table, provenance)));
        let writer = schema(table).and_then(|schema| {
            let properties = Arc::new(properties.build());
            SerializedFileWriter::new(destination.file().map_err(external)?, schema, properties)
        });
        match writer {
            Ok(writer) => Ok(Self { path, writer }),
            Err(source) => Err(ExportError::Parquet { path, source }),
        }
    }

    fn write_rows(&mut self, columns: &[Values]) -> Result<()> {
        let mut group = self.writer.next_row_group()?;
        for column in columns {
            let Some(mut writer) = group.next_column()? else { break };
            write_column(&mut writer, column)?;
            writer.close()?;
        }
        group.close().map(|_| ())
    }
}

fn external(error: ExportError) -> ParquetError {
    ParquetError::External(Box::new(error))
}

fn metadata(table: &Table, provenance: &Provenance) -> Vec<KeyValue> {
    let Provenance { title, source, scenario, seed, history, platform } = provenance;
    let origin = [
        ("title", title),
        ("source", source),
        ("history", history),
        ("platform", platform),
        ("scenario", scenario),
    ];
    let origin = origin.map(|(key, value)| KeyValue::new(key.to_owned(), value.clone()));
    let units = table.columns.iter().filter_map(|column| {
        let units = column.units.clone()?;
        Some(KeyValue::new(format!("units.{}", column.name), units))
    });
    let seed = KeyValue::new("seed".to_owned(), seed.to_string());
    origin.into_iter().chain([seed]).chain(units).collect()
}

fn schema(table: &Table) -> Result<TypePtr> {
    let fields = table.columns.iter().map(|column| field(column).map(Arc::new));
    let fields = fields.collect::<Result<_>>()?;
    Ok(Arc::new(Type::group_type_builder("table").with_fields(fields).build()?))
}

fn field(column: &Column) -> Result<Type> {
    let (physical, logical) = match column.value_type {
        ValueType::Float => (PhysicalType::DOUBLE, None),
        ValueType::Single => (PhysicalType::FLOAT, None),
        ValueType::Integer => (PhysicalType::INT64, None),
        ValueType::Unsigned => (PhysicalType::INT64, Some(LogicalType::integer(64, false))),
        ValueType::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
    };
    Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(logical)
        .build()
}

fn write_column(writer: &mut SerializedColumnWriter<'_>, values: &Values) -> Result<()> {
    match values {
        Values::Float(values) => writer.typed::<DoubleType>().write_batch(values, None, None)?,
        Values::Single(values) => writer.typed::<FloatType>().write_batch(values, None, None)?,
        Values::Integer(values) => writer.typed::<Int64Type>().write_batch(values, None, None)?,
        Values::Unsigned(values) => {
            let signed: Vec<i64> = values.iter().map(|value| value.cast_signed()).collect();
            writer.typed::<Int64Type>().write_batch(&signed, None, None)?
        }
        Values::Text(values) => {
            let texts: Vec<ByteArray> = values.iter().map(|text| text.as_str().into()).collect();
            writer.typed::<ByteArrayType>().write_batch(&texts, None, None)?
        }
    };
    Ok(())
}

impl Sink for Writer {
    fn write(&mut self, columns: &[Values]) -> std::result::Result<(), ExportError> {
        self.write_rows(columns)
            .map_err(|source| ExportError::Parquet { path: self.path.clone(), source })
    }

    fn finish(self) -> std::result::Result<(), ExportError> {
        let path = self.path;
        self.writer.close().map(|_| ()).map_err(|source| ExportError::Parquet { path, source })
    }
}
