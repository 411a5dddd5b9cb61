//! Rows of a CSV file, tallied.

use super::input;
use std::collections::BTreeMap;
use std::path::Path;
use whatif::data::{Cell, Column, Counts, Levels, Wanted};
use whatif::source::Diagnostic;

/// Counts what is wanted, with what should be minded; or says what is wrong with the file.
pub fn counts(path: &Path, wanted: &Wanted) -> Result<(Counts, Vec<Diagnostic>), Vec<Diagnostic>> {
    let name = path.display().to_string();
    let fault = |message: String, help: &str| vec![input::without_place("whatif::bad_data", &name, message, help)];
    let mut reader =
        csv::Reader::from_path(path).map_err(|error| fault(format!("cannot read {name}: {error}"), "check the name"))?;
    let header = reader.headers().map_err(|error| fault(error.to_string(), "the first line names the columns"))?.clone();
    let position = |column: &str| {
        let at = header.iter().position(|own| own.trim() == column);
        at.ok_or_else(|| fault(format!("{name} has no column {column}"), "the first line names the columns"))
    };
    let fields = wanted.fields.iter().map(|field| position(&field.column)).collect::<Result<Vec<_>, _>>()?;
    let numeric = wanted.numeric.as_ref().map(|(_, column)| position(column)).transpose()?;
    let by = wanted.counts.as_ref().or(wanted.weights.as_ref()).map(|column| position(column)).transpose()?;
    let mut cells: BTreeMap<Vec<String>, [f64; 3]> = BTreeMap::new();
    let mut rows = 0.0;
    for (at, record) in reader.records().enumerate() {
        let record = record.map_err(|error| fault(error.to_string(), "each row has one value for each column"))?;
        let number = |at: usize, row: usize| {
            let text = record.get(at).unwrap_or_default().trim();
            text.parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(|| {
                fault(format!("row {row} of {name} has {text:?} where a number is needed"), "write a number")
            })
        };
        let weight = by.map_or(Ok(1.0), |by| number(by, at + 1))?;
        let value = numeric.map_or(Ok(0.0), |numeric| number(numeric, at + 1))?;
        let key = fields.iter().map(|&field| record.get(field).unwrap_or_default().trim().to_owned()).collect();
        let cell = cells.entry(key).or_default();
        for (own, add) in cell.iter_mut().zip([weight, weight * value, weight * value * value]) {
            *own += add;
        }
        rows += if wanted.counts.is_some() { weight } else { 1.0 };
    }
    let mut columns: Vec<Column> = Vec::new();
    for (at, field) in wanted.fields.iter().enumerate() {
        let levels = match &field.levels {
            Levels::Declared(levels) => levels.clone(),
            Levels::Open | Levels::Bins { .. } => {
                let mut levels: Vec<String> = cells.keys().map(|key| key[at].clone()).collect();
                levels.sort();
                levels.dedup();
                if levels.iter().all(|level| level.parse::<f64>().is_ok()) {
                    let number = |level: &String| level.parse::<f64>().unwrap_or_default();
                    levels.sort_by(|a, b| number(a).total_cmp(&number(b)));
                }
                levels
            }
        };
        columns.push(Column { name: field.variable.clone(), levels });
    }
    let mut found = Vec::new();
    for (key, [count, sum, sum_squares]) in cells {
        let at = key.iter().zip(&columns).map(|(value, column)| {
            let level = column.levels.iter().position(|level| level == value);
            level.map(|level| level as u32).ok_or_else(|| {
                fault(format!("{value:?} is no level of {}", column.name), "add it to the domain in the file")
            })
        });
        found.push(Cell { at: at.collect::<Result<_, _>>()?, count, sum, sum_squares });
    }
    found.sort_by(|a, b| a.at.cmp(&b.at));
    let weight = found.iter().map(|cell| cell.count).sum();
    let numeric = wanted.numeric.as_ref().map(|(name, _)| name.clone());
    Ok((Counts { columns, cells: found, rows: rows as u64, weight, numeric }, Vec::new()))
}
