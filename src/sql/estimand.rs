//! An expression as one query.
//!
//! Each subexpression becomes a common table expression with a column for each free reference and one for the value. All
//! levels that occur are there, so that what is not known – a probability under a condition that never occurs – is a
//! NULL that reaches the answer, unless it is multiplied by zero.

use super::{Dialect, value};
use crate::data::{Field, Wanted};
use crate::expr::{Arena, At, BigRational, Expr, ExprId, Ref, Term, Var};
use rustc_hash::FxHashMap;
use std::fmt::Write as _;

/// The most common table expressions of a query.
pub const MAX_STEPS: usize = 500;

/// Why there is no query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// It would take more than [`MAX_STEPS`] steps.
    TooLong,
    /// A term has an action: such data are not in the table.
    Action,
    /// A variable is not among the wanted ones; its number.
    Variable(usize),
}

/// The value of an expression at the empirical distribution of a table: a row for each combination of the levels of its
/// free references. `names` are the variables' names by number; `wanted` says which column each is read from. Rows without
/// a value are left out. O(nodes × references).
///
/// # Errors
///
/// See [`Refusal`].
pub fn estimand(
    arena: &Arena,
    root: ExprId,
    names: &[String],
    wanted: &Wanted,
    table: &str,
    dialect: Dialect,
) -> Result<String, Refusal> {
    let nodes = arena.reachable([root]);
    if nodes.len() > MAX_STEPS {
        return Err(Refusal::TooLong);
    }
    let mut writer = Writer::new(arena, names, wanted, dialect);
    writer.rows(table);
    for id in nodes {
        writer.node(id)?;
    }
    Ok(writer.finish(root))
}

struct Writer<'a> {
    arena: &'a Arena,
    wanted: &'a Wanted,
    dialect: Dialect,
    /// For each variable that is read, its column's name in the query, which no case distinguishes from another.
    columns: FxHashMap<usize, String>,
    names: &'a [String],
    /// The column of values.
    value: String,
    steps: Vec<(String, String)>,
    made: FxHashMap<ExprId, String>,
}

impl<'a> Writer<'a> {
    fn new(arena: &'a Arena, names: &'a [String], wanted: &'a Wanted, dialect: Dialect) -> Self {
        let mut taken: Vec<String> = vec!["n".to_owned()];
        let mut free = |name: &str| {
            let mut candidate = name.to_owned();
            while taken.contains(&candidate.to_lowercase()) {
                candidate.push('_');
            }
            taken.push(candidate.to_lowercase());
            candidate
        };
        let columns = names
            .iter()
            .enumerate()
            .filter(|(_, name)| wanted.fields.iter().any(|field| field.variable == **name))
            .map(|(index, name)| (index, free(name)))
            .collect();
        let value = free("value");
        Self { arena, wanted, dialect, columns, names, value, steps: Vec::new(), made: FxHashMap::default() }
    }

    fn name(&self, name: &str) -> String {
        self.dialect.name(name)
    }

    fn read(&self) -> impl Iterator<Item = (usize, &'a Field, &String)> + '_ {
        let wanted = self.wanted;
        self.names.iter().enumerate().filter_map(move |(index, name)| {
            let field = wanted.fields.iter().find(|field| field.variable == *name)?;
            Some((index, field, self.columns.get(&index)?))
        })
    }

    /// The rows that are used, their counts, and the levels of each variable.
    fn rows(&mut self, table: &str) {
        let dialect = self.dialect;
        let columns: Vec<String> = self.read().map(|(_, _, column)| self.name(column)).collect();
        let selected: Vec<String> = self
            .read()
            .zip(&columns)
            .map(|((_, field, _), column)| {
                format!("CAST({} AS {}) AS {column}", value(field, dialect), dialect.texts())
            })
            .collect();
        let there: Vec<String> =
            self.read().map(|(_, field, _)| format!("{} IS NOT NULL", self.name(&field.column))).collect();
        let times = self.wanted.counts.iter().chain(&self.wanted.weights).map(|column| self.name(column));
        let times: Vec<String> = times.collect();
        let n = self.name("n");
        let weight = if times.is_empty() { "1".to_owned() } else { times.join(" * ") };
        let mut rows = selected;
        rows.push(format!("{weight} AS {n}"));
        let filter = if there.is_empty() { String::new() } else { format!(" WHERE {}", there.join(" AND ")) };
        let rows = format!("SELECT {} FROM {}{filter}", rows.join(", "), dialect.table(table));
        self.step("whatif_rows", rows);
        let float = dialect.float();
        let mut cells = columns.clone();
        cells.push(format!("CAST(SUM({n}) AS {float}) AS {n}"));
        let group = if columns.is_empty() { String::new() } else { format!(" GROUP BY {}", columns.join(", ")) };
        let rows = self.name("whatif_rows");
        self.step("whatif_cells", format!("SELECT {} FROM {rows}{group}", cells.join(", ")));
        let cells = self.name("whatif_cells");
        let levels: Vec<(String, String)> = self
            .read()
            .map(|(index, _, column)| {
                let column = self.name(column);
                (Self::levels_of(index), format!("SELECT DISTINCT {column} FROM {cells}"))
            })
            .collect();
        for (name, query) in levels {
            self.step(&name, query);
        }
    }

    fn levels_of(variable: usize) -> String {
        format!("whatif_levels_{}", variable + 1)
    }

    fn step(&mut self, name: &str, query: String) {
        self.steps.push((self.name(name), query));
    }

    /// A variable's column in `whatif_cells`.
    fn column(&self, var: Var) -> Result<String, Refusal> {
        self.columns.get(&var.index()).map(|column| self.name(column)).ok_or(Refusal::Variable(var.index()))
    }

    /// The column of a free reference.
    fn free(&self, reference: Ref) -> Result<String, Refusal> {
        let At::Copy(primes) = reference.at else { return self.column(reference.var) };
        let column = self.columns.get(&reference.var.index()).ok_or(Refusal::Variable(reference.var.index()))?;
        Ok(self.name(&format!("{column}{}", "'".repeat(usize::from(primes)))))
    }

    fn node(&mut self, id: ExprId) -> Result<(), Refusal> {
        let query = match self.arena.get(id) {
            Expr::Number(number) => format!("SELECT {} AS {}", self.number(number), self.name(&self.value)),
            Expr::P(term) => self.term(term)?,
            Expr::Value(of) => self.numeric(*of)?,
            Expr::Sum { over, body } => self.sum(id, over, *body)?,
            Expr::Product(all) => {
                let zero = (1..=all.len()).map(|i| format!("f{i}.{} = 0", self.name(&self.value)));
                let zero = zero.collect::<Vec<_>>().join(" OR ");
                let product = self.values(all.len()).join(" * ");
                self.joined(all, &format!("CASE WHEN {zero} THEN 0 ELSE {product} END"))?
            }
            Expr::Quotient(over, under) => {
                let values = self.values(2);
                // A value that is not known is not zero either.
                let quotient = format!("CASE WHEN {1} = 0 THEN NULL ELSE {0} / {1} END", values[0], values[1]);
                self.joined(&[*over, *under], &quotient)?
            }
            Expr::Plus(all) => self.joined(all, &self.values(all.len()).join(" + "))?,
            Expr::Minus(all) => self.joined(all, &self.values(all.len()).join(" - "))?,
        };
        let name = format!("whatif_{}", self.made.len() + 1);
        self.made.insert(id, self.name(&name));
        self.step(&name, query);
        Ok(())
    }

    fn values(&self, count: usize) -> Vec<String> {
        (1..=count).map(|i| format!("f{i}.{}", self.name(&self.value))).collect()
    }

    fn number(&self, number: &BigRational) -> String {
        let float = self.dialect.float();
        let top = format!("CAST({} AS {float})", number.numer());
        if number.is_integer() { top } else { format!("{top} / CAST({} AS {float})", number.denom()) }
    }

    fn numeric(&self, of: Ref) -> Result<String, Refusal> {
        let (float, value) = (self.dialect.float(), self.name(&self.value));
        if let At::Value(symbol) = of.at {
            let text = self.arena.find_text(symbol).unwrap_or_default();
            return Ok(format!("SELECT CAST({} AS {float}) AS {value}", self.dialect.text(text)));
        }
        let (column, free) = (self.column(of.var)?, self.free(of)?);
        let levels = self.name(&Self::levels_of(of.var.index()));
        Ok(format!("SELECT {column} AS {free}, CAST({column} AS {float}) AS {value} FROM {levels}"))
    }

    /// P(of | given): how many rows agree with both, of those that agree with the condition.
    fn term(&self, term: &Term) -> Result<String, Refusal> {
        if !term.do_().is_empty() {
            return Err(Refusal::Action);
        }
        let n = self.name("n");
        let free: Vec<Ref> = term.refs().filter(|r| !r.is_value()).collect();
        let mut from = String::new();
        let mut selected = Vec::new();
        for (index, reference) in free.iter().enumerate() {
            let levels = self.name(&Self::levels_of(reference.var.index()));
            from += &format!("{} {levels} AS l{}", if index == 0 { "FROM" } else { " CROSS JOIN" }, index + 1);
            selected.push(format!("l{}.{} AS {}", index + 1, self.column(reference.var)?, self.free(*reference)?));
        }
        // Where nothing is free there is one row.
        if free.is_empty() {
            from = "FROM (SELECT 1 AS one) AS l0".to_owned();
        }
        for (alias, refs) in [("j", term.refs().collect::<Vec<_>>()), ("g", term.given().to_vec())] {
            let (mut columns, mut filters, mut on) = (Vec::new(), Vec::new(), Vec::new());
            for reference in &refs {
                let column = self.column(reference.var)?;
                if let At::Value(symbol) = reference.at {
                    let text = self.arena.find_text(symbol).unwrap_or_default();
                    filters.push(format!("{column} = {}", self.dialect.text(text)));
                } else {
                    let place = free.iter().position(|other| other == reference).unwrap_or_default() + 1;
                    on.push(format!("l{place}.{column} = {alias}.{column}"));
                    columns.push(column);
                }
            }
            let list = |items: &[String], before: &str, between: &str| {
                if items.is_empty() { String::new() } else { format!("{before}{}", items.join(between)) }
            };
            let mut counted = columns.clone();
            counted.push(format!("SUM({n}) AS {n}"));
            let on = if on.is_empty() { "1 = 1".to_owned() } else { on.join(" AND ") };
            let _ = write!(
                from,
                " LEFT JOIN (SELECT {} FROM {}{}{}) AS {alias} ON {on}",
                counted.join(", "),
                self.name("whatif_cells"),
                list(&filters, " WHERE ", " AND "),
                list(&columns, " GROUP BY ", ", "),
            );
        }
        selected.push(format!(
            "CASE WHEN g.{n} > 0 THEN COALESCE(j.{n}, 0) / g.{n} ELSE NULL END AS {}",
            self.name(&self.value)
        ));
        Ok(format!("SELECT {} {from}", selected.join(", ")))
    }

    /// Operands joined where they share references, and a value made of theirs.
    fn joined(&self, operands: &[ExprId], made: &str) -> Result<String, Refusal> {
        let mut placed: Vec<(Ref, String)> = Vec::new();
        let mut from = String::new();
        for (index, operand) in operands.iter().enumerate() {
            let alias = format!("f{}", index + 1);
            let mut on = Vec::new();
            for &reference in self.arena.free(*operand) {
                let here = format!("{alias}.{}", self.free(reference)?);
                match placed.iter().find(|(other, _)| *other == reference) {
                    Some((_, there)) => on.push(format!("{there} = {here}")),
                    None => placed.push((reference, here)),
                }
            }
            let relation = self.made.get(operand).map_or("", String::as_str);
            from += &if index == 0 {
                format!(" FROM {relation} AS {alias}")
            } else if on.is_empty() {
                format!(" CROSS JOIN {relation} AS {alias}")
            } else {
                format!(" JOIN {relation} AS {alias} ON {}", on.join(" AND "))
            };
        }
        let mut selected = Vec::new();
        for (reference, place) in &placed {
            selected.push(format!("{place} AS {}", self.free(*reference)?));
        }
        selected.push(format!("{made} AS {}", self.name(&self.value)));
        Ok(format!("SELECT {}{from}", selected.join(", ")))
    }

    /// A sum; what is not known makes it unknown, and what its body does not depend on counts the levels.
    fn sum(&self, id: ExprId, over: &[Ref], body: ExprId) -> Result<String, Refusal> {
        let value = self.name(&self.value);
        let kept: Vec<String> = self.arena.free(id).iter().map(|&r| self.free(r)).collect::<Result<_, _>>()?;
        let mut made = format!("CASE WHEN COUNT({value}) < COUNT(*) THEN NULL ELSE SUM({value}) END");
        for reference in over.iter().filter(|r| !self.arena.is_free_in(**r, body)) {
            self.column(reference.var)?;
            let levels = self.name(&Self::levels_of(reference.var.index()));
            made = format!("{made} * (SELECT COUNT(*) FROM {levels})");
        }
        let group = if kept.is_empty() { String::new() } else { format!(" GROUP BY {}", kept.join(", ")) };
        let mut selected = kept;
        selected.push(format!("{made} AS {value}"));
        let relation = self.made.get(&body).map_or("", String::as_str);
        Ok(format!("SELECT {} FROM {relation}{group}", selected.join(", ")))
    }

    fn finish(self, root: ExprId) -> String {
        let steps: Vec<String> = self.steps.iter().map(|(name, query)| format!("{name} AS (\n  {query}\n)")).collect();
        let columns: Result<Vec<String>, Refusal> = self.arena.free(root).iter().map(|&r| self.free(r)).collect();
        let columns = columns.unwrap_or_default();
        let order = if columns.is_empty() { String::new() } else { format!("\nORDER BY {}", columns.join(", ")) };
        let mut selected = columns;
        selected.push(self.name(&self.value));
        let relation = self.made.get(&root).map_or("", String::as_str);
        format!("WITH {}\nSELECT {} FROM {relation}{order};\n", steps.join(", "), selected.join(", "))
    }
}
