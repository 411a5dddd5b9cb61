//! Comparisons in a model: two expressions, and independence in its numbers.

use super::ask::Asking;
use super::diagnostics;
use crate::model::{Ask, Atom, Model, Of, Point, Question, Term};
use crate::source::Span;
use crate::syntax::tree::{Expr, Independence, Name};
use std::sync::Arc;

impl<'t> Asking<'_, 't> {
    /// `A == B`: two questions whose free values are the same, in the same order.
    pub fn both(&mut self, lhs: &'t Expr, rhs: &'t Expr) -> Option<Vec<(Question, Question)>> {
        self.begin();
        let (left, right) = (self.ask(lhs, 0), self.ask(rhs, 0));
        let left = self.checked(left?, lhs.span)?;
        Some(vec![(left, self.checked(right?, rhs.span)?)])
    }

    /// `x _||_ y | z`: of tables, P(x, y | z) and P(x | z) P(y | z); of a linear model, for each y its mean given x and z,
    /// and given z alone, which says all of normal variables.
    pub fn independence(&mut self, written: &Independence, span: Span) -> Option<Vec<(Question, Question)>> {
        if !written.cut.over.is_empty() || !written.cut.under.is_empty() {
            let (source, graph) = (&self.resolver.findings.source, self.graph_name());
            let found = diagnostics::model_question(source, span, &self.model_name, &graph);
            self.say(found);
            return None;
        }
        self.begin();
        let mut seen: Vec<usize> = Vec::new();
        let mut events = |these: &'_ [Name]| -> Option<Vec<(Atom, Point)>> {
            let mut events = Vec::new();
            for name in these {
                let variable = self.variable(name)?;
                if seen.contains(&variable) {
                    let source = &self.resolver.findings.source;
                    let roles = ("side", "side");
                    let found = diagnostics::variable_twice(source, &name.value, name.span, name.span, roles);
                    self.say(found);
                    return None;
                }
                seen.push(variable);
                events.push((Atom { variable, world: Vec::new() }, Point::Slot(self.slot(variable, 0))));
            }
            Some(events)
        };
        let (x, y, z) = (events(&written.x)?, events(&written.y)?, events(&written.given)?);
        let ask = |of: Of, given: Vec<(Atom, Point)>| Ask::Term(Term { of, given });
        let pairs: Vec<(Ask, Ask)> = match &*Arc::clone(&self.model) {
            Model::Discrete(_) => {
                let both = ask(Of::Event([x.clone(), y.clone()].concat()), z.clone());
                let apart = Ask::Product(vec![ask(Of::Event(x), z.clone()), ask(Of::Event(y), z)]);
                vec![(both, apart)]
            }
            Model::Linear(_) => y
                .into_iter()
                .map(|(atom, _)| {
                    let given = [x.clone(), z.clone()].concat();
                    (ask(Of::Mean(atom.clone()), given), ask(Of::Mean(atom), z.clone()))
                })
                .collect(),
        };
        pairs.into_iter().map(|(lhs, rhs)| Some((self.checked(lhs, span)?, self.checked(rhs, span)?))).collect()
    }
}
