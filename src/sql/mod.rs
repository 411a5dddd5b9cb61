//! Counts and estimands as queries for a database.
//!
//! In: which columns are counted ([`Wanted`](crate::data::Wanted)), or an expression without actions. Out: the text of one
//! `SELECT`. Must never know: a database, a connection, or where the expression comes from.

mod counts;
mod dialect;
mod estimand;

pub use counts::counts;
pub use dialect::Dialect;
pub use estimand::{MAX_STEPS, Refusal, estimand};

use crate::data::{Field, Levels};
use std::fmt::Write as _;

/// The value of a field: its column, or the bin that it is in.
fn value(field: &Field, dialect: Dialect) -> String {
    let column = dialect.name(&field.column);
    let Levels::Bins { edges, names } = &field.levels else { return column };
    let mut text = format!("CASE WHEN {column} IS NULL THEN NULL");
    let column = if dialect == Dialect::Sqlite {
        // It compares a text with a number without a word, and any text is the greater one.
        let _ = write!(text, " WHEN {column} <> CAST({column} AS NUMERIC) THEN 'not a number'");
        format!("CAST({column} AS REAL)")
    } else {
        column
    };
    let mut bins = names.iter();
    let mut last = None;
    for (index, edge) in edges.iter().enumerate() {
        // Below the first lower bound there is no bin, nor above the last upper one: what is there gets a name that is
        // none of a bin, and is refused when the counts are read.
        let bin = if index == 0 && names.len() <= edges.len() { None } else { bins.next() };
        let name = bin.cloned().unwrap_or_else(|| format!("below {edge}"));
        let closed = names.len() < edges.len() && index + 1 == edges.len();
        let sign = if closed { "<=" } else { "<" };
        let _ = write!(text, " WHEN {column} {sign} {edge} THEN {}", dialect.text(&name));
        last = Some(edge);
    }
    let rest = bins.next().cloned().or_else(|| last.map(|edge| format!("above {edge}"))).unwrap_or_default();
    let _ = write!(text, " ELSE {} END", dialect.text(&rest));
    text
}

/// A column as a number. Databases refuse a text that is none; SQLite takes it for 0, so there it becomes infinite, which
/// is refused when the counts are read.
fn number(column: &str, dialect: Dialect) -> String {
    let (column, float) = (dialect.name(column), dialect.float());
    if dialect == Dialect::Sqlite {
        // Beside a number, a text that is one is compared as one.
        return format!(
            "CASE WHEN {column} <> CAST({column} AS NUMERIC) THEN 9e999 ELSE CAST({column} AS {float}) END"
        );
    }
    format!("CAST({column} AS {float})")
}
