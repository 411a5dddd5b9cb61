//! XMLBIF 0.3, as GeNIe's neighbours, SamIam, Weka and pyAgrum write it.
//!
//! A table's numbers follow the parents in the order of their `GIVEN` elements, the last one fastest but for the variable's
//! own state, which is fastest of all.

use super::diagnostics as say;
use super::draft::{Draft, DraftTable, rational};
use super::{Network, Table};
use crate::source::{Diagnostic, Source, Span};
use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::Event;
use std::fmt::Write;

const HELP: &str = "an XMLBIF file has <BIF><NETWORK>, in it <VARIABLE> with <NAME> and <OUTCOME>, and <DEFINITION> with <FOR>, <GIVEN> and <TABLE>";
/// Elements inside each other, at most.
const DEEPEST: usize = 64;

/// What stands in an element, put together.
#[derive(Default)]
struct Text {
    value: String,
    span: Span,
}

/// A variable or a definition while its elements come in.
#[derive(Default)]
struct Open {
    span: Span,
    names: Vec<Text>,
    outcomes: Vec<Text>,
    for_: Vec<Text>,
    given: Vec<Text>,
    tables: Vec<Text>,
}

/// Reads a network; with `exact`, the decimals are kept as rationals beside the floats.
///
/// What is found is a network with at most one warning, that rows do not sum to one exactly. O(length of the text).
///
/// # Errors
/// The first thing that is wrong.
pub fn read(source: &Source, exact: bool) -> Result<(Network, Vec<Diagnostic>), Diagnostic> {
    let mut draft = Draft::new(source, exact);
    let mut reader = Reader::from_str(source.text());
    reader.config_mut().expand_empty_elements = true;
    let mut path: Vec<String> = Vec::new();
    let mut open = Open::default();
    // Definitions may come before the variables they name.
    let mut definitions: Vec<Open> = Vec::new();
    let mut text = Text::default();
    loop {
        let start = reader.buffer_position() as usize;
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let at = (reader.error_position() as usize).min(source.text().len());
                let message = format!("this is no well-formed XML: {error}");
                return Err(
                    Diagnostic::error("whatif::network_syntax", source, message, Span::new(at, at), "here").help(HELP)
                );
            }
        };
        let here = Span::new(start, reader.buffer_position() as usize);
        match event {
            Event::Start(element) => {
                let name = element.name().as_ref().to_ascii_uppercase();
                if matches!(name.as_str(), "VARIABLE" | "DEFINITION" | "PROBABILITY") {
                    open = Open { span: here, ..Open::default() };
                }
                if path.len() >= DEEPEST {
                    return Err(say::expected(source, "fewer elements inside each other", &name, here, HELP));
                }
                path.push(name);
                text = Text { value: String::new(), span: Span::new(here.end, here.end) };
            }
            Event::Text(piece) => {
                text.value += &piece;
                text.span.end = here.end;
            }
            Event::CData(piece) => {
                text.value += &piece;
                text.span.end = here.end;
            }
            Event::GeneralRef(reference) => {
                let name = reference.to_string();
                let character = reference.resolve_char_ref().ok().flatten().map(String::from);
                let Some(resolved) = character.or_else(|| resolve_predefined_entity(&name).map(str::to_owned)) else {
                    return Err(say::expected(source, "a character such as &amp;", &name, here, HELP));
                };
                text.value += &resolved;
                text.span.end = here.end;
            }
            Event::End(_) => {
                let name = path.pop().unwrap_or_default();
                let text = std::mem::take(&mut text);
                match name.as_str() {
                    "NAME" if path.last().is_some_and(|above| above == "NETWORK") => {
                        text.value.trim().clone_into(&mut draft.name);
                    }
                    "NAME" => open.names.push(text),
                    "OUTCOME" | "VALUE" => open.outcomes.push(text),
                    "FOR" => open.for_.push(text),
                    "GIVEN" => open.given.push(text),
                    "TABLE" => open.tables.push(text),
                    "VARIABLE" => variable(&mut draft, &std::mem::take(&mut open))?,
                    "DEFINITION" | "PROBABILITY" => definitions.push(std::mem::take(&mut open)),
                    _ => {}
                }
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Empty(_) => {}
        }
    }
    if let Some(unclosed) = path.last() {
        let end = source.text().len();
        return Err(say::expected(source, &format!("</{unclosed}>"), "", Span::new(end, end), HELP));
    }
    if draft.variables.is_empty() {
        return Err(say::missing(source, "<VARIABLE>", Span::new(0, 0), HELP));
    }
    for definition in definitions {
        define(&mut draft, &definition)?;
    }
    let (network, warning) = draft.finish()?;
    Ok((network, warning.into_iter().collect()))
}

/// The trimmed text of the only element of its kind.
fn only<'t>(source: &Source, texts: &'t [Text], what: &str, span: Span) -> Result<(&'t str, Span), Diagnostic> {
    match texts {
        [one] if !one.value.trim().is_empty() => Ok((one.value.trim(), trimmed(one))),
        [.., more] if texts.len() > 1 => {
            Err(say::expected(source, &format!("one {what}"), &more.value, more.span, HELP))
        }
        _ => Err(say::missing(source, what, span, HELP)),
    }
}

/// The place of a text without the white space around it.
fn trimmed(text: &Text) -> Span {
    let ahead = text.value.len() - text.value.trim_start().len();
    let behind = text.value.len() - text.value.trim_end().len();
    Span::new(text.span.start + ahead, text.span.end.saturating_sub(behind).max(text.span.start + ahead))
}

fn variable(draft: &mut Draft<'_>, open: &Open) -> Result<(), Diagnostic> {
    let (name, span) = only(draft.source, &open.names, "<NAME>", open.span)?;
    let states = open.outcomes.iter().map(|text| (text.value.trim().to_owned(), trimmed(text))).collect();
    draft.variable(name, span, states)
}

fn define(draft: &mut Draft<'_>, open: &Open) -> Result<(), Diagnostic> {
    let source = draft.source;
    let (name, span) = only(source, &open.for_, "<FOR>", open.span)?;
    let child = (draft.find(name, span)?, span);
    let mut parents = Vec::new();
    for given in &open.given {
        let span = trimmed(given);
        parents.push((draft.find(given.value.trim(), span)?, span));
    }
    let rows = draft.head(child, &parents)?;
    only(source, &open.tables, "<TABLE>", open.span)?;
    let table = &open.tables[0];
    let needed = rows * draft.states(child.0);
    let mut probs = Vec::with_capacity(needed);
    let mut exact = draft.exact.then(Vec::new);
    for word in table.value.split_whitespace() {
        let number = word.parse::<f64>().ok().filter(|_| word.bytes().any(|byte| byte.is_ascii_digit()));
        let Some(number) = number else {
            return Err(say::expected(source, "numbers in <TABLE>", word, trimmed(table), HELP));
        };
        if probs.len() <= needed {
            probs.push(number);
            if let Some(exact) = &mut exact {
                let Some(number) = rational(word) else {
                    return Err(say::expected(source, "a number of fewer digits", word, trimmed(table), HELP));
                };
                exact.push(number);
            }
        }
    }
    if probs.len() != needed {
        let found = table.value.split_whitespace().count();
        return Err(say::wrong_count(source, name, needed, found, trimmed(table)));
    }
    let parents = parents.into_iter().map(|(parent, _)| parent).collect();
    draft.table(DraftTable {
        table: Table { child: child.0, parents, probs, exact },
        span,
        rows: vec![trimmed(table)],
    });
    Ok(())
}

/// Writes a network as XMLBIF 0.3; floats are written so that reading them gives the same floats.
#[must_use]
pub fn write(network: &Network) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<BIF VERSION=\"0.3\">\n<NETWORK>\n");
    let name = if network.name().is_empty() { "unknown" } else { network.name() };
    // Writing into a string cannot fail.
    let _ = writeln!(text, "<NAME>{}</NAME>", escape(name));
    for variable in network.variables() {
        let _ = writeln!(text, "<VARIABLE TYPE=\"nature\">\n  <NAME>{}</NAME>", escape(&variable.name));
        for state in &variable.states {
            let _ = writeln!(text, "  <OUTCOME>{}</OUTCOME>", escape(state));
        }
        text += "</VARIABLE>\n";
    }
    for table in network.tables() {
        let name = |v: usize| escape(&network.variables()[v].name);
        let _ = writeln!(text, "<DEFINITION>\n  <FOR>{}</FOR>", name(table.child));
        for &parent in &table.parents {
            let _ = writeln!(text, "  <GIVEN>{}</GIVEN>", name(parent));
        }
        text += "  <TABLE>\n";
        for row in table.probs.chunks_exact(network.states(table.child)) {
            let _ = writeln!(text, "    {}", row.iter().map(|p| format!("{p:?}")).collect::<Vec<_>>().join(" "));
        }
        text += "  </TABLE>\n</DEFINITION>\n";
    }
    text + "</NETWORK>\n</BIF>\n"
}
