//! The words of every diagnostic about a table of data. Each says which row and column, and where in the file.

use super::flaw::{Flaw, Met};
use super::schema::{Header, Role};
use super::tally::{MAX_CELLS, MAX_LEVEL, MAX_LEVELS};
use super::{Levels, Schema};
use crate::source::{Diagnostic, Severity, Source, Span};

/// Longer names are cut in messages.
const LONG: usize = 60;
/// So many names are listed.
const LISTED: usize = 12;
/// A longer record is shown in part.
const SHOWN: usize = 4_096;

pub(super) fn quoted(name: &str) -> String {
    if name.chars().count() > LONG {
        return format!("`{}…`", name.chars().take(LONG).collect::<String>());
    }
    format!("`{name}`")
}

fn listed<'n>(names: impl ExactSizeIterator<Item = &'n String>) -> String {
    let more = names.len().saturating_sub(LISTED);
    let mut text = names.take(LISTED).map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text += &format!(" and {more} more");
    }
    text
}

/// 1234567 as 1,234,567.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Where a field stands in a record of a text; of a field that is not there, the end.
fn field_span(record: &str, delimiter: u8, position: usize) -> Span {
    let (mut start, mut field, mut inside) = (0, 0, false);
    for (at, byte) in record.bytes().enumerate() {
        match byte {
            b'"' => inside = !inside,
            _ if byte == delimiter && !inside => {
                if field == position {
                    return Span::new(start, at);
                }
                (start, field) = (at + 1, field + 1);
            }
            _ => {}
        }
    }
    if field == position { Span::new(start, record.len()) } else { Span::new(record.len(), record.len()) }
}

/// A place in the header, where there is a text to show.
fn in_header(header: &Header, positions: &[(usize, &str)]) -> (Source, Vec<crate::source::Label>) {
    let Some((line, delimiter)) = &header.line else { return (Source::new(&header.table, ""), Vec::new()) };
    let label = |&(position, text): &(usize, &str)| crate::source::Label {
        span: field_span(line, *delimiter, position),
        text: text.to_owned(),
    };
    (Source::new(&header.table, line.as_str()), positions.iter().map(label).collect())
}

fn about_header(
    code: &'static str,
    severity: Severity,
    header: &Header,
    positions: &[(usize, &str)],
    message: String,
    help: String,
) -> Diagnostic {
    let (source, labels) = in_header(header, positions);
    Diagnostic { code, severity, message, help: Some(help), labels, fixes: Box::default(), source }
}

/// Known names near to a misspelt one: one letter in three may differ, and case.
fn nearest<'n>(wrong: &str, known: &'n [String]) -> Option<&'n String> {
    const COMPARED: usize = 2_000;
    let plain = |name: &str| name.to_lowercase();
    let wanted = plain(wrong);
    let near = known.iter().take(COMPARED).filter(|name| name.len() <= 64 && wrong.len() <= 64);
    let near = near.map(|name| (strsim::osa_distance(&wanted, &plain(name)), name));
    near.filter(|(distance, name)| *distance <= wrong.chars().count().max(name.chars().count()) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

pub(super) fn column_missing(header: &Header, role: Role, variable: &str, column: &str) -> Diagnostic {
    let table = &header.table;
    let message = match role {
        Role::Level | Role::Numeric if variable == column => {
            format!("{table} has no column {}, which the question needs", quoted(column))
        }
        Role::Level | Role::Numeric => {
            format!("{table} has no column {}, which {} is read from", quoted(column), quoted(variable))
        }
        Role::Weight => format!("{table} has no column {}, which holds the weights", quoted(column)),
        Role::Count | Role::Sum | Role::SumSquares | Role::Absent | Role::BySquares(_) => {
            format!("{table} has no column {}, which holds counts", quoted(column))
        }
    };
    let mut help = match nearest(column, &header.names) {
        Some(near) => format!("did you mean {}? ", quoted(near)),
        None => String::new(),
    };
    help += &match role {
        Role::Level | Role::Numeric => format!("Name its column, if it has another name: --column {variable}=NAME. "),
        Role::Weight | Role::Count => String::new(),
        Role::Sum | Role::SumSquares | Role::Absent | Role::BySquares(_) => {
            "Use the table as the query of whatif counts returns it. ".to_owned()
        }
    };
    help += &format!("The table has {}", listed(header.names.iter()));
    about_header("whatif::data_column_missing", Severity::Error, header, &[], message, help)
}

pub(super) fn column_twice(header: &Header, column: &str, first: usize, second: usize) -> Diagnostic {
    let message =
        format!("{} has the column {} twice: columns {} and {}", header.table, quoted(column), first + 1, second + 1);
    let places = [(second, "again here"), (first, "first here")];
    let help = "rename one of the two: it cannot be told which one is meant".to_owned();
    about_header("whatif::data_column_twice", Severity::Error, header, &places, message, help)
}

pub(super) fn latent_column(header: &Header, latent: &str, position: usize) -> Diagnostic {
    let message = format!("the column {} is not used: in the graph {} is not measured", quoted(latent), quoted(latent));
    let help = "if it is measured after all, say so in the graph: leave out `latent`".to_owned();
    about_header("whatif::data_latent_column", Severity::Warning, header, &[(position, "not read")], message, help)
}

/// A table without anything in it.
#[must_use]
pub fn empty(table: &str) -> Diagnostic {
    let header = Header { table: table.to_owned(), ..Header::default() };
    let message = format!("{table} is empty");
    let help = "its first line must name the columns".to_owned();
    about_header("whatif::data_empty", Severity::Error, &header, &[], message, help)
}

pub(super) fn no_rows(header: &Header) -> Diagnostic {
    let message = format!("{} has a header and no rows", header.table);
    let help = "there is nothing to estimate from".to_owned();
    about_header("whatif::data_no_rows", Severity::Error, header, &[], message, help)
}

pub(super) fn nothing_left(header: &Header, missing: u64) -> Diagnostic {
    let message =
        format!("nothing is left of {}: in each of its {} rows a value is missing", header.table, thousands(missing));
    let help = "see which column is empty; a question that does not need it can be answered".to_owned();
    about_header("whatif::data_nothing_left", Severity::Error, header, &[], message, help)
}

pub(super) fn no_weight(header: &Header) -> Diagnostic {
    let message = format!("each row of {} counts for nothing: all weights or counts are zero", header.table);
    let help = "check the column of weights or counts".to_owned();
    about_header("whatif::data_no_weight", Severity::Error, header, &[], message, help)
}

pub(super) fn levels_alike(header: &Header, column: &str, a: &str, b: &str) -> Diagnostic {
    let position = header.names.iter().position(|name| name == column).unwrap_or_default();
    let message = format!("the levels \"{a}\" and \"{b}\" of {} are counted apart", quoted(column));
    let help = format!("if they are one level, write them alike, or declare the levels: var {column} : {{…}}");
    about_header("whatif::data_levels_alike", Severity::Warning, header, &[(position, "this column")], message, help)
}

/// What was wrong in some records, shown for the first of them.
pub(super) fn flaw(schema: &Schema, flaw: Flaw, slot: Option<usize>, met: &Met, records: u64) -> Diagnostic {
    let header = &schema.header;
    let slot_of = slot.and_then(|slot| schema.slots.get(slot));
    let column = slot_of.map_or("", |slot| slot.column.as_str());
    let levels = slot.and_then(|slot| schema.wanted.fields.get(slot)).map(|field| &field.levels);
    let delimiter = header.line.as_ref().map_or(b',', |(_, delimiter)| *delimiter);
    let text = met.text.as_deref().unwrap_or_default();
    let span = match (slot_of, flaw) {
        (Some(slot), _) => field_span(text, delimiter, slot.position),
        (None, _) => Span::new(0, text.len()),
    };
    let value = met.value.clone().unwrap_or_else(|| text.get(span.start..span.end).unwrap_or_default().to_owned());
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(&value);
    let value = if value.is_empty() { "nothing".to_owned() } else { quoted(value) };
    // The rows of a grouped table are groups of rows.
    let of = if schema.wanted.grouped { " of the counts" } else { "" };
    let place = format!("row {}{of}, column {}", thousands(met.record + 1), quoted(column));
    let (code, mut message, label, help) = match flaw {
        Flaw::Ragged => (
            "whatif::data_ragged",
            format!(
                "row {} has {} fields, and the header has {}",
                thousands(met.record + 1),
                met.fields,
                header.names.len()
            ),
            "this row".to_owned(),
            "put a text with the separator in it into double quotes, and close each quote".to_owned(),
        ),
        Flaw::NotUtf8 => (
            "whatif::data_not_utf8",
            format!("{place}: the value is not UTF-8"),
            "a character that cannot be read".to_owned(),
            "convert the file: iconv -f latin1 -t utf8".to_owned(),
        ),
        Flaw::NotANumber => (
            "whatif::data_not_a_number",
            format!("{place}: {value} is not a number"),
            "a number is needed here".to_owned(),
            number_help(slot_of.map(|slot| slot.role), levels, column, &value),
        ),
        Flaw::Unknown => (
            "whatif::data_unknown_level",
            format!("{place}: {value} is not a value of {}", quoted(column)),
            "not in the domain".to_owned(),
            unknown_help(levels, &value),
        ),
        Flaw::Outside => (
            "whatif::data_outside",
            format!("{place}: {value} is outside of all bins"),
            "in no bin".to_owned(),
            outside_help(levels),
        ),
        Flaw::Negative => (
            "whatif::data_negative",
            format!("{place}: {value} is below zero, and a weight or count is not"),
            "below zero".to_owned(),
            "leave the row out, or correct it".to_owned(),
        ),
        Flaw::NotWhole => (
            "whatif::data_not_whole",
            if value == "nothing" {
                format!("{place}: some of these rows stand for no whole number of rows")
            } else {
                format!("{place}: {value} is not a whole number of rows")
            },
            "a count is needed here".to_owned(),
            "if these are weights: --weights".to_owned(),
        ),
        Flaw::TooLong => (
            "whatif::data_long_value",
            format!("{place}: a value longer than {} bytes is no level", thousands(MAX_LEVEL as u64)),
            "this value".to_owned(),
            "a level is a short name; a quote that is not closed makes long values too".to_owned(),
        ),
        Flaw::TooMany => (
            "whatif::data_too_many_levels",
            format!("{place}: more than {} different values", thousands(MAX_LEVELS as u64)),
            "one more".to_owned(),
            format!("a discrete variable has few levels; if it is a number, cut it into bins: --bins {column}=0,30,70"),
        ),
        Flaw::TooManyCells => (
            "whatif::data_too_many_cells",
            format!(
                "{}: the columns {} take more than {} combinations of levels, counted to about row {}",
                header.table,
                listed(schema.wanted.fields.iter().map(|field| &field.column)),
                thousands(MAX_CELLS as u64),
                thousands(met.record + 1)
            ),
            "one more".to_owned(),
            "cut numbers into bins, or join levels".to_owned(),
        ),
        Flaw::TooManyRows => (
            "whatif::data_too_many_rows",
            format!(
                "{}: {} columns of more than {} rows are too much to keep; rows times columns are at most {}",
                header.table,
                schema.slots.len(),
                thousands((schema.wanted.rows.unwrap_or_default() / schema.slots.len().max(1)) as u64),
                thousands(schema.wanted.rows.unwrap_or_default() as u64)
            ),
            "one more".to_owned(),
            "cut numbers into bins, so that rows can be counted and need not be kept; or take a sample of the rows"
                .to_owned(),
        ),
        Flaw::Missing => (
            "whatif::data_missing",
            format!("{place}: the value is missing"),
            "missing".to_owned(),
            "--drop-missing leaves such rows out; the answer then holds for rows without missing values, and for all \
             only if values are missing by chance alone"
                .to_owned(),
        ),
    };
    let counted = !matches!(flaw, Flaw::TooMany | Flaw::TooManyCells | Flaw::TooManyRows);
    if counted && met.times > 1 {
        let records = records.max(met.times);
        // Of groups it is not known here how many rows there are in all.
        let all = if schema.wanted.grouped { String::new() } else { format!(" of {}", thousands(records)) };
        message += &format!("; {}{all} rows have this fault", thousands(met.times));
    }
    let mut diagnostic = Diagnostic {
        code,
        severity: Severity::Error,
        message,
        help: Some(help),
        labels: Vec::new(),
        fixes: Box::default(),
        source: Source::new(&header.table, ""),
    };
    if let (Some(line), Some(_)) = (met.line, &met.text) {
        let (shown, span) = part(text, span);
        // Behind the last character nothing can be marked.
        let before = shown.char_indices().next_back().map_or(0, |(at, _)| at);
        let span = if span.start == shown.len() { Span::new(before, shown.len()) } else { span };
        diagnostic.source = Source::part(&header.table, shown, line as usize + 1);
        diagnostic.labels.push(crate::source::Label { span, text: label });
    }
    diagnostic
}

/// As much of a long record as is shown, and where the span is in it.
fn part(text: &str, span: Span) -> (&str, Span) {
    if text.len() <= SHOWN {
        return (text, span);
    }
    let boundary = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary(span.start.saturating_sub(SHOWN / 4));
    let end = boundary((start + SHOWN).min(text.len()));
    (&text[start..end], Span::new(span.start - start, span.end.min(end).max(span.start) - start))
}

fn number_help(role: Option<Role>, levels: Option<&Levels>, column: &str, value: &str) -> String {
    if value.contains(',') {
        return "write a point before the decimals: 3.5".to_owned();
    }
    if levels == Some(&Levels::Any) {
        return format!(
            "correct it, or leave it empty where it is not known; or declare the levels: var {column} : {{…}}"
        );
    }
    match role {
        Some(Role::Weight) => "each row needs a weight".to_owned(),
        Some(Role::Level | Role::Numeric) | None => {
            format!(
                "correct it, or leave it empty where it is not known; if {} has levels, ask for P and not E, and no bins",
                quoted(column)
            )
        }
        Some(Role::Count | Role::Absent) => "a number of rows is needed".to_owned(),
        Some(Role::Sum | Role::SumSquares | Role::BySquares(_)) => {
            "a sum of numbers is needed: is each of them one?".to_owned()
        }
    }
}

fn unknown_help(levels: Option<&Levels>, value: &str) -> String {
    let Some(Levels::Declared(names)) = levels else { return String::new() };
    let bare = value.trim_matches('`');
    let near = nearest(bare, names).filter(|near| *near != bare);
    let near = near.map_or_else(String::new, |near| format!("did you mean {}? ", quoted(near)));
    format!("{near}Its values are {}; correct the data, or the domain in the file", listed(names.iter()))
}

fn outside_help(levels: Option<&Levels>) -> String {
    let Some(Levels::Bins { edges, names }) = levels else { return String::new() };
    let ends = (edges.first(), edges.last());
    match ends {
        (Some(low), Some(high)) if names.len() < edges.len() => {
            format!(
                "the bins reach from {low} to {high}; give an edge more, or leave the value empty if it is not known"
            )
        }
        (Some(low), _) => {
            format!("the bins begin at {low}; give a lower edge, or leave the value empty if it is not known")
        }
        (None, _) => String::new(),
    }
}

/// A table whose text cannot be read at all: its first bytes say that it is UTF-16.
#[must_use]
pub fn utf16(table: &str) -> Diagnostic {
    let header = Header { table: table.to_owned(), ..Header::default() };
    let message = format!("{table} is not UTF-8: it is UTF-16, row 1 and every column of it");
    let help = "save it as “CSV UTF-8”, or convert it: iconv -f utf-16 -t utf-8".to_owned();
    about_header("whatif::data_not_utf8", Severity::Error, &header, &[], message, help)
}

/// A table with zero bytes in its header: text that was written by twos, or no text at all.
#[must_use]
pub fn zero_bytes(table: &str, start: &[u8]) -> Diagnostic {
    let zeros = start.iter().filter(|byte| **byte == 0).count();
    if zeros * 3 > start.len() {
        return utf16(table);
    }
    let header = Header { table: table.to_owned(), ..Header::default() };
    let message = format!("{table} is not text: row 1 holds zero bytes");
    let help = "CSV is read, packed with gzip or not, and Parquet; save a spreadsheet as “CSV UTF-8”".to_owned();
    about_header("whatif::data_not_text", Severity::Error, &header, &[], message, help)
}

/// A header that is no text.
#[must_use]
pub fn header_not_utf8(table: &str, line: &[u8], delimiter: u8) -> Diagnostic {
    let at = std::str::from_utf8(line).map_or_else(|error| error.valid_up_to(), |_| 0);
    let column = line.iter().take(at).filter(|byte| **byte == delimiter).count() + 1;
    let text = String::from_utf8_lossy(line).into_owned();
    let message = format!("the header, column {column}: the name is not UTF-8");
    let span = Span::new(at, at + char::REPLACEMENT_CHARACTER.len_utf8());
    Diagnostic::error(
        "whatif::data_not_utf8",
        &Source::new(table, text),
        message,
        span,
        "a character that cannot be read",
    )
    .help("convert the file: iconv -f latin1 -t utf8")
}

/// A record that is too long; `most` is none where it goes on to the end of the table, in a quote that nothing closes.
#[must_use]
pub fn long_record(table: &str, record: u64, line: u64, start: &[u8], most: Option<usize>) -> Diagnostic {
    let text = String::from_utf8_lossy(&start[..start.len().min(SHOWN)]).into_owned();
    let first = text.lines().next().unwrap_or_default().to_owned();
    let name = if record == 0 { "the header".to_owned() } else { format!("row {}", thousands(record)) };
    let span = Span::new(0, first.len());
    let source = Source::part(table, first, line as usize + 1);
    let (code, message) = match most {
        Some(most) => ("whatif::data_long_row", format!("{name} is longer than {} MiB", most >> 20)),
        None => ("whatif::data_unclosed_quote", format!("{name} opens a double quote that nothing closes")),
    };
    Diagnostic::error(code, &source, message, span, "it begins here")
        .help("a double quote that is not closed takes in all that follows: look for one in this row")
}
