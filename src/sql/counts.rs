//! The one query that touches the rows.

use super::{Dialect, number, value};
use crate::data::Wanted;

/// The query that groups and counts a table: a column for each variable, then counts, and sums where they are wanted. Its
/// result is read as [`Wanted::grouped`] says.
///
/// Rows without a value stay in groups of their own, so that whoever reads the result can tell how many there are.
#[must_use]
pub fn counts(wanted: &Wanted, table: &str, dialect: Dialect) -> String {
    let name = |name: &str| dialect.name(name);
    let (whole, float) = (dialect.whole(), dialect.float());
    let mut inner: Vec<String> =
        wanted.fields.iter().map(|field| format!("{} AS {}", value(field, dialect), name(&field.variable))).collect();
    let variables: Vec<String> = wanted.fields.iter().map(|field| name(&field.variable)).collect();
    let mut outer = variables.clone();
    let (numeric, weight, rows) = (name("whatif_number"), name("whatif_row_weight"), name("whatif_rows"));
    // A row that stands for several, and a row with a weight, count so often.
    let times = wanted.counts.as_ref().map_or_else(
        || "1".to_owned(),
        |column| {
            inner.push(format!("{} AS {rows}", name(column)));
            rows.clone()
        },
    );
    let weighed = wanted.weights.as_ref().map(|column| {
        inner.push(format!("{} AS {weight}", number(column, dialect)));
        weight.clone()
    });
    // A sum of what is not whole may be whole by chance, so each is looked at; no number at all is refused by whoever reads it.
    let all = if times == "1" {
        "COUNT(*)".to_owned()
    } else {
        let odd = format!("SUM(CASE WHEN {times} = CAST({times} AS {whole}) THEN 0 ELSE 1 END)");
        format!("CASE WHEN {odd} > 0 THEN NULL ELSE SUM({times}) END")
    };
    outer.push(format!("CAST({all} AS {whole}) AS {}", name(Wanted::COUNT)));
    let by = match (&weighed, times.as_str()) {
        (None, "1") => None,
        (None, times) => Some(times.to_owned()),
        (Some(weight), "1") => Some(weight.clone()),
        (Some(weight), times) => Some(format!("{weight} * {times}")),
    };
    let summed = wanted.numeric.as_ref().map(|(_, column)| {
        inner.push(format!("{} AS {numeric}", number(column, dialect)));
    });
    if weighed.is_some() {
        let by = by.clone().unwrap_or_default();
        let [squares, ..] = Wanted::BY_SQUARES;
        for (summand, column) in [(by.clone(), Wanted::WEIGHT), (format!("{by} * {weight}"), squares)] {
            let summand = match summed {
                Some(()) => format!("CASE WHEN {numeric} IS NULL THEN 0 ELSE {summand} END"),
                None => summand,
            };
            outer.push(format!("CAST(SUM({summand}) AS {float}) AS {}", name(column)));
        }
        if summed.is_some() {
            let [_, sum, sum_squares] = Wanted::BY_SQUARES;
            for (value, column) in [(numeric.clone(), sum), (format!("{numeric} * {numeric}"), sum_squares)] {
                let summand = format!("{by} * {weight} * {value}");
                outer.push(format!("CAST(COALESCE(SUM({summand}), 0) AS {float}) AS {}", name(column)));
            }
        }
    }
    if summed.is_some() {
        let by = by.map_or_else(String::new, |by| format!("{by} * "));
        let absent = format!("SUM(CASE WHEN {numeric} IS NULL THEN {times} ELSE 0 END)");
        outer.push(format!("CAST(COALESCE(SUM({by}{numeric}), 0) AS {float}) AS {}", name(Wanted::SUM)));
        outer.push(format!(
            "CAST(COALESCE(SUM({by}{numeric} * {numeric}), 0) AS {float}) AS {}",
            name(Wanted::SUM_SQUARES)
        ));
        outer.push(format!("CAST({absent} AS {whole}) AS {}", name(Wanted::ABSENT)));
    }
    let group = if variables.is_empty() { String::new() } else { format!("\nGROUP BY {}", variables.join(", ")) };
    if inner.is_empty() {
        inner.push(format!("1 AS {rows}"));
    }
    format!(
        "SELECT {}\nFROM (SELECT {}\n      FROM {}) AS {}{group};\n",
        outer.join(",\n       "),
        inner.join(",\n             "),
        dialect.table(table),
        name("whatif_table"),
    )
}
