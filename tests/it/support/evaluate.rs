//! Values of the library's expressions in a model, for all values of their free references at once.

use super::bits::{Set, bit};
use super::scm::Scm;
use super::table::Table;
use num_traits::ToPrimitive;
use std::collections::BTreeMap;
use std::rc::Rc;
use whatif::expr::{Arena, At, Expr, ExprId, Ref, Term};

/// Evaluates expressions of one arena in one model; remembers marginals and what it has evaluated.
pub struct Evaluator<'m> {
    model: &'m Scm,
    marginals: BTreeMap<(Set, Set), Table<usize>>,
    values: BTreeMap<ExprId, Rc<Table<Ref>>>,
}

impl<'m> Evaluator<'m> {
    pub fn new(model: &'m Scm) -> Self {
        Self { model, marginals: BTreeMap::new(), values: BTreeMap::new() }
    }

    /// The value of an expression, with an axis for each free reference. Fixed values are states by number, and the
    /// numeric value of a variable is its state's number.
    pub fn value(&mut self, arena: &Arena, root: ExprId) -> Rc<Table<Ref>> {
        for id in arena.reachable([root]) {
            if self.values.contains_key(&id) {
                continue;
            }
            let values = &self.values;
            let fold = |all: &[ExprId], f: fn(f64, f64) -> f64| {
                let first = Table::clone(&values[&all[0]]);
                all[1..].iter().fold(first, |sum, id| sum.zip(&values[id], f))
            };
            let value = match arena.get(id) {
                Expr::Number(number) => Table::constant(number.to_f64().unwrap()),
                Expr::P(term) => self.term(arena, term),
                Expr::Sum { over, body } => {
                    // A sum over what the body does not depend on counts the states.
                    let body = &values[body];
                    let absent = over.iter().filter(|r| body.axes().iter().all(|(axis, _)| axis != *r));
                    let times: usize = absent.map(|r| self.model.states()[r.var.index()]).product();
                    body.sum_out(|r| over.contains(&r)).map(|cell| cell * times as f64)
                }
                Expr::Product(all) => fold(all, |a, b| a * b),
                Expr::Plus(all) => fold(all, |a, b| a + b),
                Expr::Minus(all) => fold(all, |a, b| a - b),
                Expr::Quotient(over, under) => values[over].zip(&values[under], |a, b| a / b),
                Expr::Value(r) => {
                    let states = self.model.states()[r.var.index()];
                    let all = Table::from_fn(vec![(*r, states)], |at| at[0] as f64);
                    self.fix(arena, all)
                }
            };
            self.values.insert(id, Rc::new(value));
        }
        Rc::clone(&self.values[&root])
    }

    /// P(of | do(do_), given) by mutilation, whatever the references.
    pub fn term(&mut self, arena: &Arena, term: &Term) -> Table<Ref> {
        let set = |refs: &[Ref]| refs.iter().fold(0, |set, r| set | bit(r.var.index()));
        let (of, given, actions) = (set(term.of()), set(term.given()), set(term.do_()));
        let under = self.marginal(actions, given | actions);
        let value = self.marginal(actions, of | given | actions).zip(&under, |a, b| a / b);
        let named = value.renamed(|i| term.refs().find(|r| r.var.index() == i).unwrap());
        self.fix(arena, named)
    }

    /// Sets axes that are fixed values to them.
    fn fix(&self, arena: &Arena, table: Table<Ref>) -> Table<Ref> {
        let fixed: Vec<_> = table.axes().iter().map(|&(r, _)| r).filter(|r| r.is_value()).collect();
        fixed.into_iter().fold(table, |table, r| match r.at {
            At::Value(symbol) => table.at(r, arena.text(symbol).parse().expect("values in tests are states by number")),
            At::Copy(_) => table,
        })
    }

    /// The joint of `keep` after the actions (which `keep` includes).
    fn marginal(&mut self, actions: Set, keep: Set) -> Table<usize> {
        let model = self.model;
        self.marginals
            .entry((actions, keep))
            .or_insert_with(|| model.world(actions).sum_out(|i| keep & bit(i) == 0))
            .clone()
    }
}
