//! What a reader has found so far, with places; and the one way from there to a [`Network`].

use super::diagnostics as say;
use super::names::nearest;
use super::{Network, NetworkError, Table, Variable};
use crate::source::{Diagnostic, Source, Span};
use indexmap::IndexMap;
use num_bigint::BigInt;
use num_rational::BigRational;
use rustc_hash::FxBuildHasher;

/// Rows further from one than this are told about; less is the rounding of floats.
const NOTICEABLE: f64 = 1e-12;

/// More exact numbers than this are refused: each takes some 150 bytes.
const MAX_EXACT: usize = 1 << 21;

/// A variable as read.
pub(super) struct DraftVariable {
    pub(super) states: Vec<String>,
    pub(super) span: Span,
}

/// A table as read; one span for each row, or one for all.
pub(super) struct DraftTable {
    pub(super) table: Table,
    /// The child's name where the table begins.
    pub(super) span: Span,
    pub(super) rows: Vec<Span>,
}

/// A network as read.
pub(super) struct Draft<'a> {
    pub(super) source: &'a Source,
    pub(super) name: String,
    pub(super) variables: IndexMap<String, DraftVariable, FxBuildHasher>,
    /// In file order.
    tables: Vec<DraftTable>,
    /// Where the table of each variable stands.
    place: Vec<Option<usize>>,
    /// How many numbers the tables have so far.
    numbers: usize,
    /// Whether decimals are kept as rationals too.
    pub(super) exact: bool,
}

impl<'a> Draft<'a> {
    pub(super) fn new(source: &'a Source, exact: bool) -> Self {
        Self {
            source,
            name: String::new(),
            variables: IndexMap::default(),
            tables: Vec::new(),
            place: Vec::new(),
            numbers: 0,
            exact,
        }
    }

    /// Takes a variable, its name and states checked.
    pub(super) fn variable(&mut self, name: &str, span: Span, states: Vec<(String, Span)>) -> Result<(), Diagnostic> {
        if let Some(first) = self.variables.get(name) {
            return Err(say::variable_twice(self.source, name, span, first.span));
        }
        if states.is_empty() {
            return Err(say::no_states(self.source, name, span));
        }
        if self.variables.len() >= Network::MAX_VARIABLES || states.len() > Network::MAX_STATES {
            return Err(say::too_large(self.source, Network::MAX_NUMBERS, span));
        }
        let mut seen: IndexMap<&str, Span, FxBuildHasher> = IndexMap::default();
        for (state, span) in &states {
            if let Some(first) = seen.insert(state, *span) {
                return Err(say::state_twice(self.source, state, *span, first));
            }
        }
        let states = states.into_iter().map(|(state, _)| state).collect();
        self.variables.insert(name.to_owned(), DraftVariable { states, span });
        Ok(())
    }

    /// The variable of that name, or a diagnostic with the name that is nearest.
    pub(super) fn find(&self, name: &str, span: Span) -> Result<usize, Diagnostic> {
        self.variables.get_index_of(name).ok_or_else(|| {
            say::unknown_variable(self.source, name, span, nearest(name, self.variables.keys().map(String::as_str)))
        })
    }

    /// The state of that name.
    pub(super) fn find_state(&self, variable: usize, name: &str, span: Span) -> Result<usize, Diagnostic> {
        let states = &self.variables[variable].states;
        states.iter().position(|state| state == name).ok_or_else(|| {
            let whose = self.variables.get_index(variable).map_or("", |(name, _)| name);
            say::unknown_state(self.source, name, span, whose, states)
        })
    }

    pub(super) fn states(&self, variable: usize) -> usize {
        self.variables[variable].states.len()
    }

    pub(super) fn name_of(&self, variable: usize) -> &str {
        self.variables.get_index(variable).map_or("", |(name, _)| name)
    }

    /// Child and parents of a table that begins, checked, with the number of its rows.
    pub(super) fn head(&mut self, child: (usize, Span), parents: &[(usize, Span)]) -> Result<usize, Diagnostic> {
        self.place.resize(self.variables.len(), None);
        if let Some(first) = self.place[child.0] {
            return Err(say::table_twice(self.source, self.name_of(child.0), child.1, self.tables[first].span));
        }
        for (i, &(parent, span)) in parents.iter().enumerate() {
            if parent == child.0 || parents[..i].iter().any(|&(before, _)| before == parent) {
                return Err(say::parent_twice(self.source, self.name_of(parent), span, parent == child.0));
            }
        }
        let rows = parents.iter().try_fold(1_usize, |rows, &(p, _)| rows.checked_mul(self.states(p)));
        let numbers = rows.and_then(|rows| rows.checked_mul(self.states(child.0)));
        let total = numbers.and_then(|numbers| numbers.checked_add(self.numbers));
        let most = if self.exact { MAX_EXACT } else { Network::MAX_NUMBERS };
        match (rows, total) {
            (Some(rows), Some(total)) if total <= most => {
                self.numbers = total;
                Ok(rows)
            }
            _ => Err(say::too_large(self.source, most, child.1)),
        }
    }

    /// Takes a table whose head was checked.
    pub(super) fn table(&mut self, table: DraftTable) {
        self.place.resize(self.variables.len(), None);
        self.place[table.table.child] = Some(self.tables.len());
        self.tables.push(table);
    }

    /// The network, with a warning where rows do not sum to one; or what is wrong.
    pub(super) fn finish(mut self) -> Result<(Network, Option<Diagnostic>), Diagnostic> {
        self.place.resize(self.variables.len(), None);
        if let Some(without) = self.place.iter().position(Option::is_none) {
            return Err(say::no_table(self.source, self.name_of(without), self.variables[without].span));
        }
        let warning = self.check_rows()?;
        let source = self.source;
        let heads: Vec<Span> = self.place.iter().flatten().map(|&i| self.tables[i].span).collect();
        let names: Vec<String> = self.variables.keys().cloned().collect();
        let variables = self.variables.into_iter().map(|(name, read)| Variable { name, states: read.states }).collect();
        let tables = self.tables.into_iter().map(|read| read.table).collect();
        match Network::new(self.name, variables, tables) {
            Ok(network) => Ok((network, warning)),
            Err(NetworkError::Cycle(cycle)) => Err(say::cycle(source, &cycle, &names, &heads)),
            // Everything else has been looked at with its place; this is the last resort.
            Err(other) => Err(say::other(source, &other)),
        }
    }

    /// Every number a probability, every row a distribution.
    fn check_rows(&self) -> Result<Option<Diagnostic>, Diagnostic> {
        let (mut off, mut rows, mut worst, mut place) = (0_usize, 0_usize, 0.0_f64, Span::default());
        for read in &self.tables {
            let table = &read.table;
            let states = self.states(table.child);
            for (row, numbers) in table.probs.chunks_exact(states).enumerate() {
                let span = read.rows.get(row).or(read.rows.first()).copied().unwrap_or(read.span);
                let probability = |p: f64| (0.0..=1.0 + Network::TOLERANCE).contains(&p);
                if let Some(state) = numbers.iter().position(|&p| !probability(p)) {
                    let state = &self.variables[table.child].states[state];
                    let which = self.row_name(table, row);
                    return Err(say::not_a_probability(self.source, self.name_of(table.child), state, &which, span));
                }
                let sum: f64 = numbers.iter().sum();
                let miss = (sum - 1.0).abs();
                if miss > Network::TOLERANCE * (1.0 + 1e-6) {
                    let which = self.row_name(table, row);
                    return Err(say::row_sum(self.source, self.name_of(table.child), &which, sum, span));
                }
                rows += 1;
                if miss > NOTICEABLE {
                    off += 1;
                    if miss > worst {
                        (worst, place) = (miss, span);
                    }
                }
            }
        }
        Ok((off > 0).then(|| say::inexact_rows(self.source, off, rows, worst, place)))
    }

    /// A row as a person would call it: the parents' states.
    pub(super) fn row_name(&self, table: &Table, row: usize) -> String {
        let mut rest = row;
        let mut parts: Vec<String> = Vec::new();
        for &parent in table.parents.iter().rev() {
            let states = &self.variables[parent].states;
            parts.push(format!("{} = {}", self.name_of(parent), states[rest % states.len()]));
            rest /= states.len();
        }
        parts.reverse();
        parts.join(", ")
    }
}

/// A decimal number, without rounding; the exponent is bounded so that no short text makes a long number.
pub(super) fn rational(text: &str) -> Option<BigRational> {
    const MOST: i64 = 400;
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.len() + fraction.len() > MOST as usize {
        return None;
    }
    let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
    let power = exponent.checked_sub(fraction.len() as i64)?;
    if power.abs() > MOST {
        return None;
    }
    let ten = BigInt::from(10).pow(power.unsigned_abs() as u32);
    Some(if power < 0 { BigRational::new(digits, ten) } else { BigRational::from_integer(digits * ten) })
}
