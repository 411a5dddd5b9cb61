//! The words of every diagnostic about a file that holds a network.

use super::{Network, NetworkError};
use crate::source::{Diagnostic, Source, Span};

/// Longer names are cut in messages.
const LONG: usize = 60;

fn quoted(name: &str) -> String {
    if name.chars().count() > LONG {
        return format!("`{}…`", name.chars().take(LONG).collect::<String>());
    }
    format!("`{name}`")
}

pub(super) fn expected(source: &Source, what: &str, found: &str, span: Span, help: &str) -> Diagnostic {
    let found = if found.is_empty() { "the file ends".to_owned() } else { format!("found {}", quoted(found)) };
    Diagnostic::error("whatif::network_syntax", source, format!("expected {what}, {found}"), span, "here").help(help)
}

pub(super) fn missing(source: &Source, what: &str, span: Span, help: &str) -> Diagnostic {
    Diagnostic::error("whatif::network_syntax", source, format!("{what} is missing"), span, "in here").help(help)
}

pub(super) fn variable_twice(source: &Source, name: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("the variable {} is declared twice", quoted(name));
    Diagnostic::error("whatif::network_variable_twice", source, message, span, "again here")
        .label(first, "first here")
        .help("remove one of the two, or rename it")
}

pub(super) fn no_states(source: &Source, name: &str, span: Span) -> Diagnostic {
    let message = format!("the variable {} has no states", quoted(name));
    Diagnostic::error("whatif::network_no_states", source, message, span, "this one")
        .help("list the values it can take, for example yes, no; only discrete variables can be read")
}

pub(super) fn state_count(source: &Source, name: &str, said: usize, found: usize, span: Span) -> Diagnostic {
    let message = format!("{} is said to have {said} states, and {found} are listed", quoted(name));
    Diagnostic::error("whatif::network_state_count", source, message, span, "this many are announced")
        .help(format!("write [ {found} ], or list the missing states"))
}

pub(super) fn state_twice(source: &Source, state: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("the state {} is listed twice", quoted(state));
    Diagnostic::error("whatif::network_state_twice", source, message, span, "again here")
        .label(first, "first here")
        .help("the states of a variable have different names")
}

pub(super) fn unknown_variable(source: &Source, name: &str, span: Span, nearest: Option<&str>) -> Diagnostic {
    let message = format!("there is no variable {}", quoted(name));
    let help = nearest.map_or_else(
        || "declare it before the tables that name it".to_owned(),
        |nearest| format!("did you mean {}?", quoted(nearest)),
    );
    Diagnostic::error("whatif::network_unknown_variable", source, message, span, "not declared").help(help)
}

pub(super) fn unknown_state(source: &Source, name: &str, span: Span, whose: &str, states: &[String]) -> Diagnostic {
    const SHOWN: usize = 8;
    let message = format!("{} has no state {}", quoted(whose), quoted(name));
    let mut list = states.iter().take(SHOWN).map(|state| quoted(state)).collect::<Vec<_>>().join(", ");
    if states.len() > SHOWN {
        list += &format!(" and {} more", states.len() - SHOWN);
    }
    let help = format!("its states are {list}; parents' states stand in the order of the parents");
    Diagnostic::error("whatif::network_unknown_state", source, message, span, "no such state").help(help)
}

pub(super) fn table_twice(source: &Source, name: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("{} has two tables", quoted(name));
    Diagnostic::error("whatif::network_table_twice", source, message, span, "again here")
        .label(first, "first here")
        .help("a variable has one table, with all its parents")
}

pub(super) fn no_table(source: &Source, name: &str, span: Span) -> Diagnostic {
    let message = format!("{} has no table", quoted(name));
    Diagnostic::error("whatif::network_no_table", source, message, span, "declared here, never given probabilities")
        .help("every variable needs its distribution, with its parents if it has any")
}

pub(super) fn parent_twice(source: &Source, name: &str, span: Span, itself: bool) -> Diagnostic {
    let message = if itself {
        format!("{} cannot be its own parent", quoted(name))
    } else {
        format!("the parent {} is named twice", quoted(name))
    };
    Diagnostic::error("whatif::network_parent_twice", source, message, span, "here")
        .help("name each parent once; the child stands before the bar")
}

pub(super) fn too_large(source: &Source, numbers: usize, span: Span) -> Diagnostic {
    let message = format!(
        "the network is too large: at most {} variables, {} states of one variable, {numbers} numbers in all tables",
        Network::MAX_VARIABLES,
        Network::MAX_STATES
    );
    Diagnostic::error("whatif::network_too_large", source, message, span, "this goes beyond").help(
        "a table doubles with every parent that has two states: put a variable between a child and its many parents",
    )
}

pub(super) fn wrong_count(source: &Source, whose: &str, needed: usize, found: usize, span: Span) -> Diagnostic {
    let count = |n: usize| if n == 1 { "1 number".to_owned() } else { format!("{n} numbers") };
    let are = if found == 1 { "is" } else { "are" };
    let message = format!("{} needs {} here, and there {are} {found}", quoted(whose), count(needed));
    Diagnostic::error("whatif::network_number_count", source, message, span, count(found)).help(
        "one number for each state of the variable, in each row; a whole table has a row per combination of parents",
    )
}

pub(super) fn row_twice(source: &Source, whose: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("this row of {} is given twice", quoted(whose));
    Diagnostic::error("whatif::network_row_twice", source, message, span, "again here")
        .label(first, "first here")
        .help("each combination of the parents' states has one row")
}

pub(super) fn missing_rows(source: &Source, whose: &str, missing: usize, example: &str, span: Span) -> Diagnostic {
    let rows = if missing == 1 { "a row is".to_owned() } else { format!("{missing} rows are") };
    let message = format!("{rows} missing from the table of {}", quoted(whose));
    Diagnostic::error("whatif::network_missing_rows", source, message, span, format!("none for {example}"))
        .help("give one row for each combination of the parents' states, or a default row")
}

pub(super) fn not_a_probability(source: &Source, whose: &str, state: &str, row: &str, span: Span) -> Diagnostic {
    let when = if row.is_empty() { String::new() } else { format!(" where {row}") };
    let message = format!("the number for {} = {}{when} is no probability", quoted(whose), quoted(state));
    Diagnostic::error("whatif::network_not_a_probability", source, message, span, "here")
        .help("probabilities are between 0 and 1")
}

pub(super) fn row_sum(source: &Source, whose: &str, row: &str, sum: f64, span: Span) -> Diagnostic {
    let when = if row.is_empty() { String::new() } else { format!(" where {row}") };
    let message = format!("the probabilities of {}{when} sum to {}, not to 1", quoted(whose), short(sum));
    Diagnostic::error("whatif::network_row_sum", source, message, span, format!("sums to {}", short(sum)))
        .help(format!("correct the row; a sum within {:e} of 1 is taken for rounding", Network::TOLERANCE))
}

/// Up to nine digits after the point, no zeros at the end.
fn short(number: f64) -> String {
    let text = format!("{number:.9}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub(super) fn inexact_rows(source: &Source, off: usize, rows: usize, worst: f64, place: Span) -> Diagnostic {
    let which = if off == 1 { "1 row does".to_owned() } else { format!("{off} rows do") };
    let message = format!("{which} not sum to 1 exactly ({rows} rows in all; off by {worst:.1e} at most)");
    Diagnostic::warning("whatif::network_inexact_rows", source, message, place, "this one most")
        .help("taken as rounding: the numbers stay as they are, and every result is divided by its total")
}

pub(super) fn cycle(source: &Source, cycle: &[usize], names: &[String], heads: &[Span]) -> Diagnostic {
    const SHOWN: usize = 6;
    let mut path: Vec<String> = cycle.iter().take(SHOWN).map(|&v| names[v].clone()).collect();
    if cycle.len() > SHOWN {
        path.push("…".to_owned());
    }
    path.extend(cycle.first().map(|&v| names[v].clone()));
    let message = format!("the parents form a cycle: {}", path.join(" -> "));
    let place = cycle.first().map_or_else(Span::default, |&v| heads[v]);
    Diagnostic::error("whatif::network_cycle", source, message, place, "one of them")
        .help("no variable may be a cause of itself; in a model of time, give each moment its own variable")
}

pub(super) fn other(source: &Source, error: &NetworkError) -> Diagnostic {
    Diagnostic::error("whatif::network_invalid", source, error.to_string(), Span::default(), "in this file")
}
