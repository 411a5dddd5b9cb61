//! Every name of a tree with its place and with what it names, as far as the form alone tells: for an editor.

use super::tree::{
    Chain, Cut, Equation, EquationKind, Expectation, ExpectationKind, Expr, ExprKind, GraphItem, Independence,
    Mechanism, ModelItem, Name, PTerm, ProofBlock, Quantity, Query, QueryStatement, Reference, SetTo, Setting,
    StatementKind, TableItemKind, Tree, Variable,
};
use crate::source::{Span, Spanned};

/// What a name names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Naming {
    /// A graph.
    Graph,
    /// A model.
    Model,
    /// A graph or a model: `… in NAME`.
    Asked,
    /// A variable.
    Variable,
    /// A `let` or a named question.
    Expression,
    /// A table of data.
    Table,
    /// A bare name in an expression: a `let`, a named question, or a variable.
    Bare,
    /// A bare name in an equation: a variable, or a value.
    Operand,
}

/// A name where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Occurrence {
    /// The name, quotes taken off.
    pub name: String,
    /// Where, quotes included.
    pub span: Span,
    /// What it names.
    pub naming: Naming,
    /// Whether it stands where that is made: at the head of a block, before a question, in a `var` line.
    pub makes: bool,
}

/// Every name of the tree but values and attributes, in order. O(tree).
#[must_use]
pub fn names(tree: &Tree) -> Vec<Occurrence> {
    let mut found = Names(Vec::new());
    for statement in &tree.statements {
        found.statement(&statement.kind);
    }
    found.0.sort_by_key(|occurrence| occurrence.span);
    found.0
}

struct Names(Vec<Occurrence>);

impl Names {
    fn add(&mut self, name: &Name, naming: Naming, makes: bool) {
        self.0.push(Occurrence { name: name.value.clone(), span: name.span, naming, makes });
    }

    fn variables<'t>(&mut self, names: impl IntoIterator<Item = &'t Name>) {
        names.into_iter().for_each(|name| self.add(name, Naming::Variable, false));
    }

    fn statement(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::Graph(block) => {
                block.name.iter().for_each(|name| self.add(name, Naming::Graph, true));
                block.items.iter().for_each(|item| self.graph_item(item));
            }
            StatementKind::Var(declaration) => {
                declaration.names.iter().for_each(|name| self.add(name, Naming::Variable, true));
            }
            StatementKind::Let { name, expr } => {
                self.add(name, Naming::Expression, true);
                self.expr(expr);
            }
            StatementKind::Query(question) => self.question(question),
            StatementKind::Expect(expectation) => self.expectation(expectation),
            StatementKind::Proof(block) => self.proof(block),
            StatementKind::Table(block) => {
                self.add(&block.name, Naming::Table, true);
                for item in &block.items {
                    if let TableItemKind::Variable { name, .. } = &item.kind {
                        self.add(name, Naming::Variable, false);
                    }
                }
            }
            StatementKind::Data(statement) => {
                self.add(&statement.query, Naming::Expression, false);
                self.add(&statement.table, Naming::Table, false);
                self.variables(statement.controls.iter().flat_map(|control| &control.variables));
            }
            StatementKind::Model(block) => {
                self.add(&block.name, Naming::Model, true);
                block.graph.iter().for_each(|name| self.add(name, Naming::Graph, false));
                block.items.iter().for_each(|item| self.model_item(item));
            }
        }
    }

    fn graph_item(&mut self, item: &GraphItem) {
        match item {
            GraphItem::Node(node) => self.add(&node.name, Naming::Variable, true),
            GraphItem::Chain(Chain { first, rest, .. }) => {
                self.variables(first.iter().chain(rest.iter().flat_map(|(_, group)| group)));
            }
            GraphItem::Latent(names) => names.iter().for_each(|name| self.add(name, Naming::Variable, true)),
            GraphItem::Setting { .. } => {}
        }
    }

    fn model_item(&mut self, item: &ModelItem) {
        self.add(&item.name, Naming::Variable, item.latent);
        self.variables(&item.given);
        self.mechanism(&item.mechanism);
    }

    fn mechanism(&mut self, mechanism: &Mechanism) {
        match mechanism {
            Mechanism::Distribution(_) | Mechanism::Table(_) => {}
            Mechanism::NoisyOr(noisy) => self.variables(noisy.causes.iter().map(|(name, ..)| name)),
            Mechanism::Equation(equation) => self.equation(equation),
        }
    }

    fn equation(&mut self, equation: &Equation) {
        match &equation.kind {
            EquationKind::If { cases, otherwise } => {
                for (condition, value) in cases {
                    self.equation(condition);
                    self.equation(value);
                }
                self.equation(otherwise);
            }
            EquationKind::Or(all) | EquationKind::And(all) | EquationKind::Call(_, all) => {
                all.iter().for_each(|part| self.equation(part));
            }
            EquationKind::Not(inner) | EquationKind::Negative(inner) => self.equation(inner),
            EquationKind::Compare(left, _, right) => {
                self.equation(left);
                self.equation(right);
            }
            EquationKind::Sum(parts) | EquationKind::Product(parts) => {
                parts.iter().for_each(|(_, part)| self.equation(part));
            }
            EquationKind::Noise(_) | EquationKind::Number(_) => {}
            EquationKind::Name(name) => self.add(&Spanned::new(name.clone(), equation.span), Naming::Operand, false),
        }
    }

    fn question(&mut self, question: &QueryStatement) {
        question.label.iter().for_each(|name| self.add(name, Naming::Expression, true));
        question.graph.iter().for_each(|name| self.add(name, Naming::Asked, false));
        match &question.query {
            Query::Effect(expr) | Query::Simplify(expr) => self.expr(expr),
            Query::Independence(independence) => self.independence(independence),
            Query::Equality(lhs, rhs) => {
                self.expr(lhs);
                self.expr(rhs);
            }
            Query::Adjust { effect, with, without } => {
                self.expr(effect);
                self.variables(with.iter().chain(without));
            }
            Query::Implications { graph } => graph.iter().for_each(|name| self.add(name, Naming::Graph, false)),
            Query::Paths { from, to, given } => self.variables(from.iter().chain(to).chain(given)),
            Query::Explain(explain) => self.references(explain.given.iter().chain(&explain.do_)),
            Query::Sensitivity(sensitivity) => {
                self.expr(&sensitivity.expr);
                self.variables(&sensitivity.to);
            }
        }
    }

    fn expectation(&mut self, expectation: &Expectation) {
        expectation.graph.iter().for_each(|name| self.add(name, Naming::Asked, false));
        match &expectation.kind {
            ExpectationKind::Identifiable { query, .. } => self.expr(query),
            ExpectationKind::Independence { independence, .. } => self.independence(independence),
            ExpectationKind::Equality { lhs, rhs, .. } => {
                self.expr(lhs);
                self.expr(rhs);
            }
        }
    }

    fn proof(&mut self, block: &ProofBlock) {
        self.expr(&block.start);
        block.graph.iter().for_each(|name| self.add(name, Naming::Asked, false));
        for line in &block.lines {
            self.expr(&line.expr);
            let separations = line.reasons.iter().filter_map(|reason| reason.value.separation.as_ref());
            separations.for_each(|separation| self.independence(separation));
        }
    }

    fn independence(&mut self, independence: &Independence) {
        let Independence { x, y, given, cut: Cut { over, under } } = independence;
        self.variables(x.iter().chain(y).chain(given).chain(over).chain(under));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::P(term) | ExprKind::E(term) => self.term(term),
            ExprKind::Sum { over, body } => {
                self.variables(over.iter().map(|variable| &variable.name));
                self.expr(body);
            }
            ExprKind::Product(all) | ExprKind::Plus(all) | ExprKind::Minus(all) => {
                all.iter().for_each(|part| self.expr(part));
            }
            ExprKind::Quotient(over, under) => {
                self.expr(over);
                self.expr(under);
            }
            ExprKind::Negative(inner) => self.expr(inner),
            ExprKind::Number(_) => {}
            ExprKind::Name(Variable { name, .. }) => self.add(name, Naming::Bare, false),
            ExprKind::Quantity(quantity) => {
                let Quantity { cause, effect, via, given, .. } = &**quantity;
                self.variables([cause, effect].into_iter().chain(via));
                self.references(given);
            }
        }
    }

    fn term(&mut self, term: &PTerm) {
        self.references(term.of.iter().chain(&term.do_).chain(&term.given));
        for policy in &term.policies {
            self.variables([&policy.variable.name]);
            self.mechanism(&policy.mechanism);
        }
    }

    fn references<'t>(&mut self, references: impl IntoIterator<Item = &'t Reference>) {
        for reference in references {
            self.variables([&reference.variable.name]);
            for Setting { variable, to } in &reference.world {
                self.variables([&variable.name]);
                if let Some(SetTo::Response(response)) = to {
                    self.references([&**response]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn every_name_is_found_where_it_stands() {
        let text = "graph g { a -> \"b c\"; latent u }\nvar a : {no, yes}\nlet q = sum_{a} P(\"b c\" | a)\n\
                    total: P(\"b c\" | do(a = yes)) - q in g\nmodel m of g { a := if u == no then yes else no }\n\
                    P(a[u = 1]) in m\na _||_ u | \"b c\" in [over a]\n";
        let (tree, diagnostics) = super::super::parse(&Source::new("t", text));
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let all = names(&tree);
        for occurrence in &all {
            let written = &text[occurrence.span.start..occurrence.span.end];
            assert_eq!(written.trim_matches('"'), occurrence.name, "{occurrence:?}");
        }
        let count = |naming: Naming| all.iter().filter(|occurrence| occurrence.naming == naming).count();
        assert_eq!(all.iter().filter(|found| found.name == "b c").count(), 4);
        assert_eq!(count(Naming::Graph), 2);
        assert_eq!(count(Naming::Asked), 2);
        assert_eq!(count(Naming::Expression), 2);
        assert_eq!(count(Naming::Bare), 1);
        assert_eq!(count(Naming::Operand), 4);
        assert!(
            all.iter().filter(|found| found.makes).map(|found| &*found.name).eq(["g", "u", "a", "q", "total", "m"])
        );
    }
}
