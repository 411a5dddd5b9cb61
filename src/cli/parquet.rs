//! Rows as a Parquet file: a row group for some tens of thousands of rows at a time, texts as dictionaries.

use super::rows::{Cell, Chunk, Column, Rows};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use std::io::Write;
use std::sync::Arc;

/// What stands for the states of a column: numbers where all of them are numbers.
enum Values {
    Whole(Vec<i64>),
    Real(Vec<f64>),
    Texts(Vec<ByteArray>),
    /// The cells are numbers themselves.
    Cells,
}

impl Values {
    fn of(column: &Column) -> Self {
        let Some(states) = &column.states else { return Self::Cells };
        let whole = |state: &String| state.parse::<i64>().ok().filter(|number| number.to_string() == *state);
        let decimal = |state: &String| {
            let plain = state.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
            state.parse::<f64>().ok().filter(|_| plain)
        };
        if let Some(numbers) = states.iter().map(whole).collect() {
            return Self::Whole(numbers);
        }
        if let Some(numbers) = states.iter().map(decimal).collect() {
            return Self::Real(numbers);
        }
        Self::Texts(states.iter().map(|state| ByteArray::from(state.as_bytes().to_vec())).collect())
    }

    fn field(&self, name: &str) -> Result<TypePtr, ParquetError> {
        let (physical, logical) = match self {
            Self::Whole(_) => (Physical::INT64, None),
            Self::Real(_) | Self::Cells => (Physical::DOUBLE, None),
            Self::Texts(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::REQUIRED)
            .with_logical_type(logical)
            .build()
            .map(Arc::new)
    }
}

/// Some rows of one column, made on any thread.
enum Part {
    States(Vec<u16>),
    Real(Vec<f64>),
}

fn part(chunk: &Chunk<'_>, column: &Column) -> Part {
    let cells = (0..chunk.len()).map(|row| chunk.cell(row, column));
    let state = |cell| match cell {
        Cell::State(state) => state,
        Cell::Real(_) => 0,
    };
    let real = |cell| match cell {
        Cell::Real(number) => number,
        Cell::State(state) => f64::from(state),
    };
    if column.states.is_some() {
        Part::States(cells.map(state).collect())
    } else {
        Part::Real(cells.map(real).collect())
    }
}

/// Writes all rows; what is held is one row group.
pub fn write(rows: &Rows, to: impl Write + Send) -> std::io::Result<()> {
    // What the system says of the file is passed on as it is.
    let other = |error: ParquetError| {
        if let ParquetError::External(error) = error {
            return error.downcast::<std::io::Error>().map_or_else(std::io::Error::other, |error| *error);
        }
        std::io::Error::other(error)
    };
    try_write(rows, to).map_err(other)
}

fn try_write(rows: &Rows, to: impl Write + Send) -> Result<(), ParquetError> {
    let values: Vec<Values> = rows.columns.iter().map(Values::of).collect();
    let fields = rows.columns.iter().zip(&values).map(|(column, values)| values.field(&column.name));
    let fields = fields.collect::<Result<Vec<TypePtr>, _>>()?;
    let schema = Type::group_type_builder("rows").with_fields(fields).build()?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut file = SerializedFileWriter::new(to, Arc::new(schema), Arc::new(properties))?;
    let make = |chunk: &Chunk<'_>| -> Vec<Part> { rows.columns.iter().map(|column| part(chunk, column)).collect() };
    rows.each(make, |chunks| {
        let mut group = file.next_row_group()?;
        for (at, values) in values.iter().enumerate() {
            let states = || {
                chunks.iter().flat_map(move |parts| match &parts[at] {
                    Part::States(states) => states.as_slice(),
                    Part::Real(_) => &[],
                })
            };
            let Some(mut column) = group.next_column()? else { break };
            match values {
                Values::Whole(numbers) => {
                    let cells: Vec<i64> = states().map(|&state| numbers[usize::from(state)]).collect();
                    column.typed::<Int64Type>().write_batch(&cells, None, None)?;
                }
                Values::Real(numbers) => {
                    let cells: Vec<f64> = states().map(|&state| numbers[usize::from(state)]).collect();
                    column.typed::<DoubleType>().write_batch(&cells, None, None)?;
                }
                Values::Texts(texts) => {
                    let cells: Vec<ByteArray> = states().map(|&state| texts[usize::from(state)].clone()).collect();
                    column.typed::<ByteArrayType>().write_batch(&cells, None, None)?;
                }
                Values::Cells => {
                    let cells = chunks.iter().flat_map(|parts| match &parts[at] {
                        Part::Real(numbers) => numbers.as_slice(),
                        Part::States(_) => &[],
                    });
                    column.typed::<DoubleType>().write_batch(&cells.copied().collect::<Vec<f64>>(), None, None)?;
                }
            }
            column.close()?;
        }
        group.close()?;
        Ok::<(), ParquetError>(())
    })?;
    file.close()?;
    Ok(())
}
