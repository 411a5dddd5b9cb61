//! Statements other than graphs: declarations, questions, expectations, proofs.

use super::super::diagnostics;
use super::super::grammar::Rule;
use super::super::tree::{
    Cut, Domain, Expectation, ExpectationKind, Expr, ExprKind, Independence, Name, ProofLine, Query, QueryStatement,
    Reason, RuleName, StatementKind, VarDeclaration,
};
use super::Builder;
use crate::source::{Span, Spanned};
use pest::iterators::{Pair, Pairs};

impl Builder<'_> {
    /// A whole statement that is no graph and no proof.
    pub(in crate::syntax) fn statement(&mut self, mut pairs: Pairs<'_, Rule>) -> Option<StatementKind> {
        let pair = pairs.next()?;
        match pair.as_rule() {
            Rule::variables => self.variables(pair),
            Rule::definition => self.definition(pair),
            Rule::table_statement => self.table_block(pair),
            Rule::data_statement => self.data_statement(pair),
            Rule::expectation => self.expect_statement(pair).map(StatementKind::Expect),
            _ => self.question(pair).map(StatementKind::Query),
        }
    }

    fn variables(&mut self, pair: Pair<'_, Rule>) -> Option<StatementKind> {
        let mut names = Vec::new();
        let mut domain = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::names => names = self.names(part),
                Rule::values => {
                    let span = self.span(&part);
                    let values = part.into_inner().map(|value| self.value(&value)).collect();
                    domain = Some(Spanned::new(Domain::Values(values), span));
                }
                Rule::range => {
                    let span = self.span(&part);
                    let mut ends = part.into_inner();
                    let first = self.integer(&ends.next()?)?;
                    let last = self.integer(&ends.next()?)?;
                    domain = Some(Spanned::new(Domain::Range(first, last), span));
                }
                _ => {}
            }
        }
        Some(StatementKind::Var(VarDeclaration { names, domain: domain? }))
    }

    pub(super) fn integer(&mut self, pair: &Pair<'_, Rule>) -> Option<i64> {
        match pair.as_str().replacen('−', "-", 1).parse() {
            Ok(integer) => Some(integer),
            Err(_) => {
                self.diagnostics.push(diagnostics::integer_too_large(self.source, self.span(pair)));
                None
            }
        }
    }

    fn definition(&mut self, pair: Pair<'_, Rule>) -> Option<StatementKind> {
        let mut parts = pair.into_inner().filter(|part| part.as_rule() != Rule::let_word);
        let written = parts.next()?;
        let operator = matches!(written.as_str(), "P" | "E");
        let name = self.name(&written);
        if operator {
            self.diagnostics.push(diagnostics::let_operator(self.source, name.span, &name.value));
        }
        let expr = self.expression(parts.next()?)?;
        Some(StatementKind::Let { name, expr })
    }

    fn question(&mut self, pair: Pair<'_, Rule>) -> Option<QueryStatement> {
        let mut label = None;
        let mut graph = None;
        let mut query = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::label => label = Some(self.name(&part.into_inner().next()?)),
                Rule::in_graph => graph = self.in_graph(part),
                Rule::independence => {
                    let (independence, place) = self.independence(part)?;
                    query = Some(Query::Independence(independence));
                    graph = place;
                }
                Rule::implications => {
                    let mut named = None;
                    for part in part.into_inner() {
                        match part.as_rule() {
                            Rule::in_graph => graph = self.in_graph(part),
                            Rule::name => named = Some(self.name(&part)),
                            _ => {}
                        }
                    }
                    query = Some(Query::Implications { graph: named });
                }
                Rule::adjust => query = Some(self.adjust(part)?),
                Rule::paths => query = Some(self.paths(part)?),
                Rule::explain => query = Some(Query::Explain(self.explain(part)?)),
                Rule::sensitivity => query = Some(Query::Sensitivity(self.sensitivity(part)?)),
                Rule::simplify => {
                    let expr = part.into_inner().find(|part| part.as_rule() == Rule::expression)?;
                    query = Some(Query::Simplify(self.expression(expr)?));
                }
                _ => {
                    let mut sides = part.into_inner();
                    let lhs = self.expression(sides.next()?)?;
                    query = Some(match sides.next() {
                        Some(rhs) => Query::Equality(lhs, self.expression(rhs)?),
                        None => Query::Effect(lhs),
                    });
                }
            }
        }
        let query = query?;
        if let (None, Query::Effect(expr)) = (&label, &query)
            && !asks_something(expr)
        {
            self.diagnostics.push(diagnostics::not_a_query(self.source, expr));
            return None;
        }
        Some(QueryStatement { label, query, graph })
    }

    fn in_graph(&mut self, pair: Pair<'_, Rule>) -> Option<Name> {
        pair.into_inner().find(|part| part.as_rule() == Rule::name).map(|name| self.name(&name))
    }

    /// The independence and the graph it is asked of.
    fn independence(&mut self, pair: Pair<'_, Rule>) -> Option<(Independence, Option<Name>)> {
        let mut parts = pair.into_inner();
        let mut independence = self.separation(parts.next()?)?;
        let mut graph = None;
        for part in parts.flat_map(Pair::into_inner) {
            match part.as_rule() {
                Rule::name => graph = Some(self.name(&part)),
                Rule::cut => independence.cut = self.cut(part),
                _ => {}
            }
        }
        Some((independence, graph))
    }

    fn separation(&mut self, pair: Pair<'_, Rule>) -> Option<Independence> {
        let mut lists = pair.into_inner();
        let x = self.names(lists.next()?);
        let y = self.names(lists.next()?);
        let given = lists.next().map(|names| self.names(names)).unwrap_or_default();
        Some(Independence { x, y, given, cut: Cut::default() })
    }

    fn cut(&mut self, pair: Pair<'_, Rule>) -> Cut {
        let mut cut = Cut::default();
        for part in pair.into_inner() {
            let mut under = false;
            for part in part.into_inner() {
                match part.as_rule() {
                    Rule::over_word => {}
                    Rule::under_word => under = true,
                    _ => {
                        let names = self.names(part);
                        if under { &mut cut.under } else { &mut cut.over }.extend(names);
                    }
                }
            }
        }
        cut
    }

    fn adjust(&mut self, pair: Pair<'_, Rule>) -> Option<Query> {
        let mut effect = None;
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::p_term => effect = Some(Expr { span, kind: ExprKind::P(self.term(part)?) }),
                Rule::name => {
                    let variable = super::Variable { name: self.name(&part), primes: 0 };
                    effect = Some(Expr { span, kind: ExprKind::Name(variable) });
                }
                Rule::with => with = self.clause(part),
                Rule::without => without = self.clause(part),
                _ => {}
            }
        }
        Some(Query::Adjust { effect: effect?, with, without })
    }

    /// The names after a clause's word.
    fn clause(&mut self, pair: Pair<'_, Rule>) -> Vec<Name> {
        let names = pair.into_inner().find(|part| part.as_rule() == Rule::names);
        names.map(|names| self.names(names)).unwrap_or_default()
    }

    fn paths(&mut self, pair: Pair<'_, Rule>) -> Option<Query> {
        let mut lists = pair.into_inner().filter(|part| part.as_rule() == Rule::names);
        let from = self.names(lists.next()?);
        let to = self.names(lists.next()?);
        let given = lists.next().map(|names| self.names(names)).unwrap_or_default();
        Some(Query::Paths { from, to, given })
    }

    fn expect_statement(&mut self, pair: Pair<'_, Rule>) -> Option<Expectation> {
        let (mut expected, mut identifiable, mut double) = (true, false, false);
        let mut graph = None;
        let mut sides = Vec::new();
        let mut independence = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::not_word => expected = false,
                Rule::identifiable_word => identifiable = true,
                Rule::double_equals => double = true,
                Rule::in_graph => graph = self.in_graph(part),
                Rule::independence => {
                    let (asked, place) = self.independence(part)?;
                    independence = Some(asked);
                    graph = place;
                }
                Rule::expression => sides.push(self.expression(part)?),
                _ => {}
            }
        }
        let mut sides = sides.into_iter();
        let kind = match independence {
            Some(independence) => ExpectationKind::Independence { independence, expected },
            None if identifiable => ExpectationKind::Identifiable { query: sides.next()?, expected },
            None => ExpectationKind::Equality { lhs: sides.next()?, rhs: sides.next()?, double, expected },
        };
        Some(Expectation { kind, graph })
    }

    /// What a proof starts from, and its graph.
    pub(in crate::syntax) fn proof_head(&mut self, pairs: Pairs<'_, Rule>) -> Option<(Expr, Option<Name>)> {
        let mut start = None;
        let mut graph = None;
        for part in pairs.flat_map(Pair::into_inner) {
            match part.as_rule() {
                Rule::expression => start = Some(self.expression(part)?),
                Rule::in_graph => graph = self.in_graph(part),
                _ => {}
            }
        }
        Some((start?, graph))
    }

    /// One line of a proof; `span` is where it stands.
    pub(in crate::syntax) fn proof_line(&mut self, pairs: Pairs<'_, Rule>, span: Span) -> Option<ProofLine> {
        let mut expr = None;
        let mut reasons = Vec::new();
        for part in pairs.flat_map(Pair::into_inner) {
            match part.as_rule() {
                Rule::expression => expr = Some(self.expression(part)?),
                Rule::reason => reasons.push(self.reason(part)?),
                _ => {}
            }
        }
        Some(ProofLine { span, expr: expr?, reasons })
    }

    fn reason(&mut self, pair: Pair<'_, Rule>) -> Option<Spanned<Reason>> {
        let whole = self.span(&pair);
        let mut parts = pair.into_inner();
        let named = parts.next()?;
        let (word, mut span) = (named.as_str(), self.span(&named));
        let rule = match (word.starts_with("rule") || word.starts_with('R'), word) {
            (true, _) if word.ends_with('1') => RuleName::Rule1,
            (true, _) if word.ends_with('2') => RuleName::Rule2,
            (true, _) => RuleName::Rule3,
            (false, "marginalise" | "marginalize" | "M") => RuleName::Marginalise,
            (false, "chain" | "product" | "P") => RuleName::Chain,
            (false, "condition" | "C") => RuleName::Condition,
            (false, _) => RuleName::Algebra,
        };
        let mut separation = None;
        for part in parts {
            match part.as_rule() {
                Rule::separation => {
                    separation = Some(self.separation(part)?);
                    span = whole;
                }
                Rule::cut => {
                    let cut = self.cut(part);
                    if let Some(separation) = &mut separation {
                        separation.cut = cut;
                    }
                }
                _ => {}
            }
        }
        Some(Spanned::new(Reason { rule, separation }, span))
    }
}

/// Whether an expression without a label is a question: one P-term, one expectation, or a contrast, which is a sum or
/// difference of such, of named queries and of numbers, each term perhaps with numbers before it or below it.
fn asks_something(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::P(_) | ExprKind::E(_) | ExprKind::Quantity(_) => true,
        ExprKind::Plus(terms) | ExprKind::Minus(terms) => {
            terms.iter().all(|term| is_contrast_term(term) || is_number(term))
                && terms.iter().any(|term| !is_number(term))
        }
        ExprKind::Sum { .. }
        | ExprKind::Product(_)
        | ExprKind::Quotient(..)
        | ExprKind::Negative(_)
        | ExprKind::Number(_)
        | ExprKind::Name(_) => false,
    }
}

fn is_contrast_term(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::P(_) | ExprKind::E(_) | ExprKind::Name(_) | ExprKind::Quantity(_) => true,
        ExprKind::Plus(_) | ExprKind::Minus(_) => asks_something(expr),
        ExprKind::Product(factors) => {
            factors.iter().filter(|factor| !is_number(factor)).count() == 1
                && factors.iter().all(|factor| is_number(factor) || is_contrast_term(factor))
        }
        ExprKind::Quotient(above, below) => is_contrast_term(above) && is_number(below),
        ExprKind::Negative(inside) => is_contrast_term(inside),
        ExprKind::Sum { .. } | ExprKind::Number(_) => false,
    }
}

fn is_number(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(_) => true,
        ExprKind::Quotient(above, below) => is_number(above) && is_number(below),
        ExprKind::Negative(inside) => is_number(inside),
        ExprKind::Product(factors) => factors.iter().all(is_number),
        ExprKind::P(_)
        | ExprKind::E(_)
        | ExprKind::Sum { .. }
        | ExprKind::Plus(_)
        | ExprKind::Minus(_)
        | ExprKind::Name(_)
        | ExprKind::Quantity(_) => false,
    }
}
