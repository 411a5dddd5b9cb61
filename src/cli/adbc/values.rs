//! What a database returned, as levels and numbers.
#![allow(clippy::wildcard_enum_match_arm, reason = "of Arrow's many types a few are read, and the rest is refused")]

use super::input;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Schema as ArrowSchema};
use whatif::data::{self, Batch, Schema, Tally};
use whatif::source::Diagnostic;

/// Columns of types that are neither texts nor numbers.
pub fn strange(schema: &Schema, written: &ArrowSchema, table: &str) -> Vec<Diagnostic> {
    let fields = schema.positions().filter_map(|position| written.fields().get(position));
    fields
        .filter(|field| !is_known(field.data_type()))
        .map(|field| {
            let message = format!("{table}: the column `{}` has values of type {}", field.name(), field.data_type());
            let help = "make it text, a number or a truth value in a view, and name the view: table=";
            input::without_place("whatif::data_column_type", "<command line>", message, help)
        })
        .collect()
}

fn is_known(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => !matches!(**values, DataType::Dictionary(..)) && is_known(values),
        DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Boolean => true,
        DataType::Decimal128(..) | DataType::Float32 | DataType::Float64 => true,
        other => other.is_integer(),
    }
}

/// A column of a batch; of a dictionary its values, and which of them each row has.
struct Column<'b> {
    values: &'b ArrayRef,
    keys: Option<(Vec<usize>, &'b dyn Array)>,
}

impl<'b> Column<'b> {
    fn new(array: &'b ArrayRef) -> Self {
        match array.as_any_dictionary_opt() {
            Some(dictionary) => {
                let keys = if dictionary.values().is_empty() { Vec::new() } else { dictionary.normalized_keys() };
                Self { values: dictionary.values(), keys: Some((keys, dictionary.keys())) }
            }
            None => Self { values: array, keys: None },
        }
    }

    fn text(&self, row: usize) -> Option<String> {
        match &self.keys {
            Some((_, absent)) if absent.is_null(row) => None,
            Some((keys, _)) => text(self.values, *keys.get(row)?),
            None => text(self.values, row),
        }
    }

    fn number(&self, row: usize) -> f64 {
        // Numbers come as they are; a text is looked at.
        match (&self.keys, self.values.data_type()) {
            (None, DataType::Int64) if self.values.is_valid(row) => {
                self.values.as_primitive::<Int64Type>().value(row) as f64
            }
            (None, DataType::Float64) if self.values.is_valid(row) => {
                let value = self.values.as_primitive::<Float64Type>().value(row);
                // In a database this is a value, and it cannot be computed with.
                if value.is_nan() { f64::INFINITY } else { value }
            }
            _ => match self.text(row) {
                Some(text) if !data::is_missing(text.as_bytes()) => {
                    data::number(text.as_bytes()).unwrap_or(f64::INFINITY)
                }
                Some(_) | None => f64::NAN,
            },
        }
    }
}

/// Takes in a batch: a record for each group of rows.
pub fn count(batch: &RecordBatch, schema: &Schema, tally: &mut Tally<'_>) {
    let (mut codes, mut numbers) = (Vec::new(), Vec::new());
    let columns: Vec<Column<'_>> = schema.positions().map(|position| Column::new(batch.column(position))).collect();
    for (slot, column) in columns.iter().enumerate() {
        let (mut levels, mut measured) = (Vec::new(), Vec::new());
        for row in 0..batch.num_rows() {
            if schema.is_number(slot) {
                measured.push(column.number(row));
            } else {
                levels.push(match column.text(row) {
                    Some(text) => tally.code(slot, text.as_bytes(), row as u64),
                    None => Tally::absent(),
                });
            }
        }
        codes.push(levels);
        numbers.push(measured);
    }
    let both = codes.iter().zip(&numbers).enumerate();
    let batches: Vec<Batch<'_>> = both
        .map(
            |(slot, (codes, numbers))| {
                if schema.is_number(slot) { Batch::Numbers(numbers) } else { Batch::Codes(codes) }
            },
        )
        .collect();
    tally.batch(batch.num_rows(), &batches, |slot, row| columns[slot].text(row).unwrap_or_default());
}

/// A value as text; none where there is none.
fn text(array: &ArrayRef, row: usize) -> Option<String> {
    if array.is_null(row) {
        return None;
    }
    macro_rules! whole {
        ($kind:ty) => {
            array.as_primitive::<$kind>().value(row).to_string()
        };
    }
    Some(match array.data_type() {
        DataType::Int8 => whole!(Int8Type),
        DataType::Int16 => whole!(Int16Type),
        DataType::Int32 => whole!(Int32Type),
        DataType::Int64 => whole!(Int64Type),
        DataType::UInt8 => whole!(UInt8Type),
        DataType::UInt16 => whole!(UInt16Type),
        DataType::UInt32 => whole!(UInt32Type),
        DataType::UInt64 => whole!(UInt64Type),
        DataType::Float32 => whole!(Float32Type),
        DataType::Float64 => whole!(Float64Type),
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).to_owned(),
        DataType::Utf8View => array.as_string_view().value(row).to_owned(),
        _ => return None,
    })
}
