//! BIF, the interchange format of the bnlearn repository.
//!
//! Read by a scanner of its own, not by a pest grammar like the language: a file holds up to a million numbers and a
//! handful of forms, and a tree with a node for each number would take many times the file's size and time.
//!
//! In a row `(yes, no) 0.2, 0.8;` the states are the parents'. A `table` lists all numbers, the child's state changing
//! slowest and the last parent's fastest, as pgmpy and pyAgrum read it. `default` fills the rows that are not given.

use super::diagnostics as say;
use super::draft::{Draft, DraftTable, rational};
use super::{Network, Table};
use crate::source::{Diagnostic, Source, Span};
use num_rational::BigRational;
use num_traits::Zero;
use std::fmt::Write;

/// Reads a network; with `exact`, the decimals are kept as rationals beside the floats.
///
/// What is found is a network with at most one warning, that rows do not sum to one exactly. O(length of the text).
///
/// # Errors
/// The first thing that is wrong.
pub fn read(source: &Source, exact: bool) -> Result<(Network, Vec<Diagnostic>), Diagnostic> {
    let mut reader =
        Reader { draft: Draft::new(source, exact), source, text: source.text(), at: 0, token: Span::default() };
    reader.next()?;
    reader.file()?;
    let (network, warning) = reader.draft.finish()?;
    Ok((network, warning.into_iter().collect()))
}

struct Reader<'a> {
    draft: Draft<'a>,
    source: &'a Source,
    text: &'a str,
    /// One past the current token.
    at: usize,
    /// The current token: a word, a string, or one sign; empty at the end.
    token: Span,
}

/// Signs that stand for themselves and end a word.
const fn is_sign(byte: u8) -> bool {
    matches!(byte, b'{' | b'}' | b'[' | b']' | b'(' | b')' | b',' | b';' | b'|' | b'"')
}

const HELP_FILE: &str =
    "a BIF file has blocks: network NAME { }, variable NAME { … }, probability ( NAME | PARENTS ) { … }";
const HELP_VARIABLE: &str = "write: variable NAME { type discrete [ 2 ] { yes, no }; }";
const HELP_TABLE: &str =
    "write: probability ( NAME | PARENTS ) { (yes, no) 0.2, 0.8; … } or, without parents, { table 0.2, 0.8; }";

impl<'a> Reader<'a> {
    fn word(&self) -> &'a str {
        self.text.get(self.token.start..self.token.end).unwrap_or_default()
    }

    fn is(&self, sign: &str) -> bool {
        self.word() == sign
    }

    fn expected<T>(&self, what: &str, help: &str) -> Result<T, Diagnostic> {
        Err(say::expected(self.source, what, self.word(), self.token, help))
    }

    /// Moves to the next token.
    fn next(&mut self) -> Result<(), Diagnostic> {
        let bytes = self.text.as_bytes();
        let mut i = self.at;
        loop {
            match bytes.get(i) {
                Some(byte) if byte.is_ascii_whitespace() => i += 1,
                Some(b'/') if bytes.get(i + 1) == Some(&b'/') => {
                    i = bytes[i..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |end| i + end);
                }
                Some(b'/') if bytes.get(i + 1) == Some(&b'*') => {
                    let Some(end) = self.text[i + 2..].find("*/") else {
                        let open = Span::new(i, i + 2);
                        return Err(say::expected(self.source, "`*/`", "", open, "close the comment that begins here"));
                    };
                    i += 2 + end + 2;
                }
                _ => break,
            }
        }
        let start = i;
        match bytes.get(i) {
            None => {}
            Some(b'"') => {
                let Some(end) = self.text[i + 1..].find('"') else {
                    let open = Span::new(i, i + 1);
                    return Err(say::expected(self.source, "`\"`", "", open, "close the string that begins here"));
                };
                i += end + 2;
            }
            Some(&byte) if is_sign(byte) => i += 1,
            Some(_) => {
                while bytes.get(i).is_some_and(|&b| !is_sign(b) && !b.is_ascii_whitespace()) {
                    i += 1;
                }
            }
        }
        (self.token, self.at) = (Span::new(start, i), i);
        Ok(())
    }

    /// Takes a sign.
    fn sign(&mut self, sign: &str, help: &str) -> Result<(), Diagnostic> {
        if !self.is(sign) {
            return self.expected(&format!("`{sign}`"), help);
        }
        self.next()
    }

    /// Takes a name: a word or a string without its quotes.
    fn name(&mut self, what: &str, help: &str) -> Result<(&'a str, Span), Diagnostic> {
        let (word, span) = (self.word(), self.token);
        let bare = word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(word);
        if bare.is_empty() || (bare.len() == word.len() && word.bytes().all(is_sign)) {
            return self.expected(what, help);
        }
        self.next()?;
        Ok((bare, span))
    }

    /// Skips a property, up to its semicolon.
    fn property(&mut self) -> Result<(), Diagnostic> {
        while !self.is(";") {
            if self.word().is_empty() {
                return self.expected("`;`", "a property ends with a semicolon");
            }
            self.next()?;
        }
        self.next()
    }

    fn file(&mut self) -> Result<(), Diagnostic> {
        loop {
            match self.word() {
                "" => return Ok(()),
                "network" => self.network()?,
                "variable" => self.variable()?,
                "probability" => self.probability()?,
                _ => return self.expected("`network`, `variable` or `probability`", HELP_FILE),
            }
        }
    }

    fn network(&mut self) -> Result<(), Diagnostic> {
        self.next()?;
        if !self.is("{") {
            let (name, _) = self.name("the network's name", HELP_FILE)?;
            name.clone_into(&mut self.draft.name);
        }
        self.sign("{", HELP_FILE)?;
        while !self.is("}") {
            self.property()?;
        }
        self.next()
    }

    fn variable(&mut self) -> Result<(), Diagnostic> {
        self.next()?;
        let (name, span) = self.name("the variable's name", HELP_VARIABLE)?;
        self.sign("{", HELP_VARIABLE)?;
        let mut states = Vec::new();
        while !self.is("}") {
            if self.is("type") {
                self.next()?;
                self.states(name, &mut states)?;
            } else if self.word().is_empty() {
                return self.expected("`}`", HELP_VARIABLE);
            } else {
                self.property()?;
            }
        }
        self.next()?;
        self.draft.variable(name, span, states)
    }

    fn states(&mut self, name: &str, states: &mut Vec<(String, Span)>) -> Result<(), Diagnostic> {
        if !self.is("discrete") {
            return self.expected("`discrete`", "only discrete variables can be read");
        }
        self.next()?;
        self.sign("[", HELP_VARIABLE)?;
        let (said, span) = (self.word(), self.token);
        let Ok(said) = said.parse::<usize>() else {
            return self.expected("the number of states", HELP_VARIABLE);
        };
        self.next()?;
        self.sign("]", HELP_VARIABLE)?;
        self.sign("{", HELP_VARIABLE)?;
        while !self.is("}") {
            let (state, span) = self.name("a state", HELP_VARIABLE)?;
            states.push((state.to_owned(), span));
            if self.is(",") {
                self.next()?;
            } else if !self.is("}") {
                return self.expected("`,` or `}`", HELP_VARIABLE);
            }
        }
        self.next()?;
        self.sign(";", HELP_VARIABLE)?;
        if said != states.len() {
            return Err(say::state_count(self.source, name, said, states.len(), span));
        }
        Ok(())
    }

    fn probability(&mut self) -> Result<(), Diagnostic> {
        self.next()?;
        self.sign("(", HELP_TABLE)?;
        let (name, span) = self.name("a variable", HELP_TABLE)?;
        let child = (self.draft.find(name, span)?, span);
        let mut parents: Vec<(usize, Span)> = Vec::new();
        if self.is("|") {
            self.next()?;
            loop {
                let (name, span) = self.name("a parent", HELP_TABLE)?;
                parents.push((self.draft.find(name, span)?, span));
                if !self.is(",") {
                    break;
                }
                self.next()?;
            }
        }
        self.sign(")", HELP_TABLE)?;
        self.sign("{", HELP_TABLE)?;
        let rows = self.draft.head(child, &parents)?;
        let mut filling = Filling::new(child.0, &parents, rows, self.draft.states(child.0), self.draft.exact);
        while !self.is("}") {
            match self.word() {
                "(" => self.row(&mut filling)?,
                "table" => self.whole(&mut filling)?,
                "default" => self.default(&mut filling)?,
                "property" => self.property()?,
                _ => return self.expected("a row, `table` or `}`", HELP_TABLE),
            }
        }
        self.next()?;
        let table = filling.finish(&self.draft, child.1)?;
        self.draft.table(table);
        Ok(())
    }

    /// `(states of the parents) numbers;`
    fn row(&mut self, filling: &mut Filling) -> Result<(), Diagnostic> {
        let start = self.token;
        self.next()?;
        let mut row = 0;
        for i in 0..filling.parents.len() {
            let parent = filling.parents[i];
            let (state, span) = self.name("a parent's state", HELP_TABLE)?;
            row = row * self.draft.states(parent) + self.draft.find_state(parent, state, span)?;
            if i + 1 < filling.parents.len() {
                self.sign(",", HELP_TABLE)?;
            }
        }
        self.sign(")", HELP_TABLE)?;
        let end = self.numbers(filling)?;
        let span = start.to(end);
        if filling.buffer.len() != filling.states {
            let whose = self.draft.name_of(filling.child);
            return Err(say::wrong_count(self.source, whose, filling.states, filling.buffer.len(), span));
        }
        if filling.spans[row] != Span::default() {
            return Err(say::row_twice(self.source, self.draft.name_of(filling.child), span, filling.spans[row]));
        }
        filling.put(row, span);
        Ok(())
    }

    /// `table numbers;`: the child's state slowest.
    fn whole(&mut self, filling: &mut Filling) -> Result<(), Diagnostic> {
        let start = self.token;
        self.next()?;
        let span = start.to(self.numbers(filling)?);
        let whose = self.draft.name_of(filling.child);
        if filling.buffer.len() != filling.probs.len() {
            return Err(say::wrong_count(self.source, whose, filling.probs.len(), filling.buffer.len(), span));
        }
        if let Some(&first) = filling.spans.iter().find(|&&span| span != Span::default()) {
            return Err(say::row_twice(self.source, whose, span, first));
        }
        let rows = filling.spans.len();
        for row in 0..rows {
            for state in 0..filling.states {
                filling.probs[row * filling.states + state] = filling.buffer[state * rows + row];
                if let Some(exact) = &mut filling.exact {
                    exact[row * filling.states + state] = filling.buffer_exact[state * rows + row].clone();
                }
            }
        }
        filling.spans.fill(span);
        Ok(())
    }

    /// `default numbers;`
    fn default(&mut self, filling: &mut Filling) -> Result<(), Diagnostic> {
        let start = self.token;
        self.next()?;
        let span = start.to(self.numbers(filling)?);
        if filling.buffer.len() != filling.states {
            let whose = self.draft.name_of(filling.child);
            return Err(say::wrong_count(self.source, whose, filling.states, filling.buffer.len(), span));
        }
        filling.default = Some((filling.buffer.clone(), filling.buffer_exact.clone(), span));
        Ok(())
    }

    /// Numbers up to the semicolon, into the buffer; the place of the semicolon.
    fn numbers(&mut self, filling: &mut Filling) -> Result<Span, Diagnostic> {
        filling.buffer.clear();
        filling.buffer_exact.clear();
        while !self.is(";") {
            let word = self.word();
            // What Rust's parser takes besides (inf, nan) starts with a letter.
            let number = word.parse::<f64>().ok().filter(|_| word.bytes().any(|b| b.is_ascii_digit()));
            let Some(number) = number else {
                return self
                    .expected("a number or `;`", "the numbers of a row stand between commas and end with a semicolon");
            };
            if filling.buffer.len() >= filling.probs.len() {
                let whose = self.draft.name_of(filling.child);
                let needed = filling.probs.len();
                return Err(say::wrong_count(self.source, whose, needed, needed + 1, self.token));
            }
            filling.buffer.push(number);
            if filling.exact.is_some() {
                let Some(exact) = rational(word) else {
                    return self.expected("a number of fewer digits", "exact numbers have at most 400 digits");
                };
                filling.buffer_exact.push(exact);
            }
            self.next()?;
            if self.is(",") {
                self.next()?;
            }
        }
        let end = self.token;
        self.next()?;
        Ok(end)
    }
}

/// A table while its rows come in.
struct Filling {
    child: usize,
    parents: Vec<usize>,
    states: usize,
    probs: Vec<f64>,
    exact: Option<Vec<BigRational>>,
    /// Where each row stands; the empty span where it has not come.
    spans: Vec<Span>,
    default: Option<(Vec<f64>, Vec<BigRational>, Span)>,
    buffer: Vec<f64>,
    buffer_exact: Vec<BigRational>,
}

impl Filling {
    fn new(child: usize, parents: &[(usize, Span)], rows: usize, states: usize, exact: bool) -> Self {
        Self {
            child,
            parents: parents.iter().map(|&(parent, _)| parent).collect(),
            states,
            probs: vec![0.0; rows * states],
            exact: exact.then(|| vec![BigRational::zero(); rows * states]),
            spans: vec![Span::default(); rows],
            default: None,
            buffer: Vec::new(),
            buffer_exact: Vec::new(),
        }
    }

    fn put(&mut self, row: usize, span: Span) {
        let at = row * self.states..(row + 1) * self.states;
        self.probs[at.clone()].copy_from_slice(&self.buffer);
        if let Some(exact) = &mut self.exact {
            exact[at].clone_from_slice(&self.buffer_exact);
        }
        self.spans[row] = span;
    }

    fn finish(mut self, draft: &Draft<'_>, head: Span) -> Result<DraftTable, Diagnostic> {
        let missing: Vec<usize> = (0..self.spans.len()).filter(|&row| self.spans[row] == Span::default()).collect();
        if let Some((numbers, exact, span)) = self.default.take() {
            (self.buffer, self.buffer_exact) = (numbers, exact);
            for row in missing {
                self.put(row, span);
            }
        } else if let Some(&first) = missing.first() {
            let table = Table::new(self.child, self.parents, Vec::new());
            let example = draft.row_name(&table, first);
            let example = if example.is_empty() { "it".to_owned() } else { example };
            return Err(say::missing_rows(draft.source, draft.name_of(self.child), missing.len(), &example, head));
        }
        let table = Table { child: self.child, parents: self.parents, probs: self.probs, exact: self.exact };
        Ok(DraftTable { table, span: head, rows: self.spans })
    }
}

/// A name as BIF can read it back: quoted where a word would not do.
fn shown(name: &str) -> String {
    let plain = !name.is_empty()
        && !name.starts_with('/')
        && name.bytes().all(|b| !is_sign(b) && !b.is_ascii_whitespace() && !b.is_ascii_control());
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "'")) }
}

/// Writes a network as BIF; floats are written so that reading them gives the same floats.
#[must_use]
pub fn write(network: &Network) -> String {
    let mut text = String::new();
    let name = if network.name().is_empty() { "unknown".to_owned() } else { shown(network.name()) };
    // Writing into a string cannot fail.
    let _ = writeln!(text, "network {name} {{\n}}");
    for variable in network.variables() {
        let states: Vec<String> = variable.states.iter().map(|state| shown(state)).collect();
        let _ = writeln!(
            text,
            "variable {} {{\n  type discrete [ {} ] {{ {} }};\n}}",
            shown(&variable.name),
            states.len(),
            states.join(", ")
        );
    }
    for table in network.tables() {
        let name = |v: usize| shown(&network.variables()[v].name);
        let states = network.states(table.child);
        if table.parents.is_empty() {
            let _ = writeln!(text, "probability ( {} ) {{\n  table {};\n}}", name(table.child), numbers(&table.probs));
            continue;
        }
        let parents: Vec<String> = table.parents.iter().map(|&p| name(p)).collect();
        let _ = writeln!(text, "probability ( {} | {} ) {{", name(table.child), parents.join(", "));
        let mut row = vec![0_usize; table.parents.len()];
        for probs in table.probs.chunks_exact(states) {
            let when: Vec<String> =
                table.parents.iter().zip(&row).map(|(&p, &s)| shown(&network.variables()[p].states[s])).collect();
            let _ = writeln!(text, "  ({}) {};", when.join(", "), numbers(probs));
            for (digit, &parent) in row.iter_mut().zip(&table.parents).rev() {
                *digit += 1;
                if *digit < network.states(parent) {
                    break;
                }
                *digit = 0;
            }
        }
        text += "}\n";
    }
    text
}

fn numbers(probs: &[f64]) -> String {
    probs.iter().map(|p| format!("{p:?}")).collect::<Vec<_>>().join(", ")
}
