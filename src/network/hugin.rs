//! The `.net` format of Hugin, for discrete chance nodes.
//!
//! `data` nests parentheses by the parents, the last one innermost, and inside them the node's own states; the
//! parentheses are only there for people, and are skipped.

use super::diagnostics as say;
use super::draft::{Draft, DraftTable, rational};
use super::{Network, Table};
use crate::source::{Diagnostic, Source, Span};
use std::fmt::Write;

const HELP: &str = "a .net file has blocks: net { }, node NAME { states = (\"yes\" \"no\"); }, potential (NAME | PARENTS) { data = (0.2 0.8); }";

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

const fn is_sign(byte: u8) -> bool {
    matches!(byte, b'{' | b'}' | b'(' | b')' | b'=' | b';' | b'|' | b'"' | b'%' | b',')
}

impl<'a> Reader<'a> {
    fn word(&self) -> &'a str {
        self.text.get(self.token.start..self.token.end).unwrap_or_default()
    }

    fn is(&self, sign: &str) -> bool {
        self.word() == sign
    }

    fn expected<T>(&self, what: &str) -> Result<T, Diagnostic> {
        Err(say::expected(self.source, what, self.word(), self.token, HELP))
    }

    /// Moves to the next token; a comment goes from `%` to the end of its line.
    fn next(&mut self) -> Result<(), Diagnostic> {
        let bytes = self.text.as_bytes();
        let mut i = self.at;
        loop {
            match bytes.get(i) {
                Some(byte) if byte.is_ascii_whitespace() => i += 1,
                Some(b'%') => i = bytes[i..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |end| i + end),
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

    fn sign(&mut self, sign: &str) -> Result<(), Diagnostic> {
        if !self.is(sign) {
            return self.expected(&format!("`{sign}`"));
        }
        self.next()
    }

    fn name(&mut self, what: &str) -> Result<(&'a str, Span), Diagnostic> {
        let (word, span) = (self.word(), self.token);
        let bare = word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(word);
        if bare.is_empty() || (bare.len() == word.len() && word.bytes().all(is_sign)) {
            return self.expected(what);
        }
        self.next()?;
        Ok((bare, span))
    }

    /// Skips the value of an attribute, up to its semicolon.
    fn value(&mut self) -> Result<(), Diagnostic> {
        while !self.is(";") {
            if self.word().is_empty() {
                return self.expected("`;`");
            }
            self.next()?;
        }
        self.next()
    }

    fn file(&mut self) -> Result<(), Diagnostic> {
        loop {
            match self.word() {
                "" => return Ok(()),
                "net" | "class" => {
                    self.next()?;
                    while !self.is("{") {
                        self.name("`{`")?;
                    }
                    self.next()?;
                    while !self.is("}") {
                        self.value()?;
                    }
                    self.next()?;
                }
                "discrete" => {
                    self.next()?;
                    if !self.is("node") {
                        return self.expected("`node`");
                    }
                }
                "node" => self.node()?,
                "potential" => self.potential()?,
                _ => return self.expected("`net`, `node` or `potential` (only discrete chance nodes can be read)"),
            }
        }
    }

    fn node(&mut self) -> Result<(), Diagnostic> {
        self.next()?;
        let (name, span) = self.name("the node's name")?;
        self.sign("{")?;
        let mut states = Vec::new();
        while !self.is("}") {
            if self.is("states") {
                self.next()?;
                self.sign("=")?;
                self.sign("(")?;
                while !self.is(")") {
                    let (state, span) = self.name("a state")?;
                    states.push((state.to_owned(), span));
                }
                self.next()?;
                self.sign(";")?;
            } else if self.word().is_empty() {
                return self.expected("`}`");
            } else {
                self.value()?;
            }
        }
        self.next()?;
        self.draft.variable(name, span, states)
    }

    fn potential(&mut self) -> Result<(), Diagnostic> {
        self.next()?;
        self.sign("(")?;
        let (name, span) = self.name("a node")?;
        let child = (self.draft.find(name, span)?, span);
        let mut parents: Vec<(usize, Span)> = Vec::new();
        if self.is("|") {
            self.next()?;
            while !self.is(")") {
                let (name, span) = self.name("a parent")?;
                parents.push((self.draft.find(name, span)?, span));
            }
        }
        self.sign(")")?;
        self.sign("{")?;
        let rows = self.draft.head(child, &parents)?;
        let needed = rows * self.draft.states(child.0);
        let mut table = Table::new(child.0, parents.iter().map(|&(p, _)| p).collect(), Vec::new());
        table.exact = self.draft.exact.then(Vec::new);
        let mut places = Vec::new();
        while !self.is("}") {
            if self.is("data") {
                self.next()?;
                self.sign("=")?;
                places = self.data(&mut table, needed)?;
            } else if self.word().is_empty() {
                return self.expected("`}`");
            } else {
                self.value()?;
            }
        }
        self.next()?;
        if table.probs.len() != needed {
            return Err(say::wrong_count(self.source, name, needed, table.probs.len(), span));
        }
        let states = self.draft.states(child.0);
        let rows = places.chunks(states).map(|row| row[0].to(row[row.len() - 1])).collect();
        self.draft.table(DraftTable { table, span, rows });
        Ok(())
    }

    /// All numbers up to the semicolon, with their places.
    fn data(&mut self, table: &mut Table, needed: usize) -> Result<Vec<Span>, Diagnostic> {
        let mut places = Vec::with_capacity(needed);
        while !self.is(";") {
            let word = self.word();
            if !matches!(word, "(" | ")" | ",") {
                let number = word.parse::<f64>().ok().filter(|_| word.bytes().any(|byte| byte.is_ascii_digit()));
                let Some(number) = number else {
                    return self.expected("a number, `(`, `)` or `;`");
                };
                if places.len() == needed {
                    let whose = self.draft.name_of(table.child);
                    return Err(say::wrong_count(self.source, whose, needed, needed + 1, self.token));
                }
                table.probs.push(number);
                places.push(self.token);
                if let Some(exact) = &mut table.exact {
                    let Some(number) = rational(word) else {
                        return self.expected("a number of fewer digits");
                    };
                    exact.push(number);
                }
            }
            self.next()?;
        }
        self.next()?;
        Ok(places)
    }
}

/// A name as Hugin takes it: letters, digits and `_`, no digit first. What a name holds besides becomes `_`, and a number
/// tells apart what would then be the same.
fn names(network: &Network) -> Vec<String> {
    let mut taken = rustc_hash::FxHashSet::default();
    let plain = |name: &str| -> String {
        let mut plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        if plain.bytes().next().is_none_or(|first| first.is_ascii_digit()) {
            plain.insert(0, '_');
        }
        plain
    };
    let mut all = Vec::with_capacity(network.len());
    for variable in network.variables() {
        let base = plain(&variable.name);
        let mut name = base.clone();
        let mut number = 1;
        while !taken.insert(name.clone()) {
            number += 1;
            name = format!("{base}_{number}");
        }
        all.push(name);
    }
    all
}

/// Writes a network in Hugin's format; floats are written so that reading them gives the same floats.
#[must_use]
pub fn write(network: &Network) -> String {
    let names = names(network);
    let mut text = String::from("net\n{\n}\n");
    for (variable, name) in network.variables().iter().zip(&names) {
        let states: Vec<String> =
            variable.states.iter().map(|state| format!("\"{}\"", state.replace('"', "'"))).collect();
        // Writing into a string cannot fail.
        let _ = writeln!(text, "node {name}\n{{\n  label = \"{}\";", variable.name.replace('"', "'"));
        let _ = writeln!(text, "  states = ( {} );\n}}", states.join(" "));
    }
    for table in network.tables() {
        let parents: Vec<&str> = table.parents.iter().map(|&p| names[p].as_str()).collect();
        let bar = if parents.is_empty() { "" } else { " | " };
        let _ = writeln!(text, "potential ( {}{bar}{} )\n{{\n  data = ", names[table.child], parents.join(" "));
        let sizes: Vec<usize> = table.parents.iter().map(|&p| network.states(p)).collect();
        for (row, probs) in table.probs.chunks_exact(network.states(table.child)).enumerate() {
            // As many parentheses as parents whose states begin, or end, with this row.
            let mut period = 1;
            let (mut opening, mut closing) = (1, 1);
            for size in sizes.iter().rev() {
                period *= size;
                opening += usize::from(row % period == 0);
                closing += usize::from((row + 1) % period == 0);
            }
            let numbers: Vec<String> = probs.iter().map(|p| format!("{p:?}")).collect();
            let _ = writeln!(text, "    {}{}{}", "(".repeat(opening), numbers.join(" "), ")".repeat(closing));
        }
        text += "  ;\n}\n";
    }
    text
}
