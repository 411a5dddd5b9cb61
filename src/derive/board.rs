//! The board on which equations are written, and the line that is being transformed.

use crate::expr::{Arena, Expr, ExprId, Ref, Term, Var};
use crate::graph::{Graph, Mutilation, NodeSet};
use crate::proof::{Derivation, Rule, Separation, Step, Use};
use crate::reach;
use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};

/// Equations that are searched one by one.
const FEW: usize = 4;

/// An equation on the board, read from one side to the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Equation {
    pub(super) from: ExprId,
    pub(super) to: ExprId,
    /// The step that states it, in either direction.
    pub(super) step: usize,
}

impl Equation {
    /// Read the other way.
    pub(super) fn reversed(self) -> Self {
        Self { from: self.to, to: self.from, step: self.step }
    }
}

/// What has been shown of an expression so far: `lhs = rhs`, by a step once the sides differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) lhs: ExprId,
    pub(super) rhs: ExprId,
    step: Option<usize>,
}

impl Line {
    /// `expr = expr`
    pub(super) fn start(expr: ExprId) -> Self {
        Self { lhs: expr, rhs: expr, step: None }
    }

    /// The line as an equation, once something has been shown.
    pub(super) fn equation(self) -> Option<Equation> {
        Some(Equation { from: self.lhs, to: self.rhs, step: self.step? })
    }
}

/// Steps written so far. No equation is written twice.
pub(super) struct Board<'a> {
    pub(super) graph: &'a Graph,
    pub(super) arena: &'a mut Arena,
    steps: Vec<Step>,
    known: FxHashMap<(ExprId, ExprId), usize>,
    /// What [`Self::replace`] has rebuilt; empty between calls, and kept for its room.
    rebuilt: FxHashMap<ExprId, ExprId>,
}

impl<'a> Board<'a> {
    pub(super) fn new(graph: &'a Graph, arena: &'a mut Arena) -> Self {
        Self { graph, arena, steps: Vec::new(), known: FxHashMap::default(), rebuilt: FxHashMap::default() }
    }

    /// P(of | do(do_), given) at current values. The sets must be disjoint.
    pub(super) fn term(&mut self, of: &NodeSet, do_: &NodeSet, given: &NodeSet) -> ExprId {
        match Term::new(refs(of), refs(given), refs(do_)) {
            Some(term) => self.arena.p(term),
            // A caller's mistake; the kernel refuses what is built on it.
            None => self.arena.zero(),
        }
    }

    /// Σ over a set's variables at current values.
    pub(super) fn sum(&mut self, over: &NodeSet, body: ExprId) -> ExprId {
        self.arena.sum(refs(over), body)
    }

    /// Writes a step, unless the equation is on the board already.
    pub(super) fn push(
        &mut self,
        rule: Rule,
        lhs: ExprId,
        rhs: ExprId,
        uses: Vec<Use>,
        requires: Vec<Separation>,
    ) -> Equation {
        let step = match self.known.get(&(lhs, rhs)) {
            Some(&step) => step,
            None => {
                self.steps.push(Step { rule, lhs, rhs, uses, requires });
                self.known.insert((lhs, rhs), self.steps.len() - 1);
                self.steps.len() - 1
            }
        };
        Equation { from: lhs, to: rhs, step }
    }

    /// P(y | do(x), z, w) = P(y | do(x), w)
    pub(super) fn rule1(&mut self, y: &NodeSet, x: &NodeSet, z: &NodeSet, w: &NodeSet) -> Equation {
        let lhs = self.term(y, x, &z.union(w));
        let rhs = self.term(y, x, w);
        let cut = Mutilation::over(self.graph, x.clone());
        self.rule(Rule::Rule1, lhs, rhs, (y, z), x.union(w), cut)
    }

    /// P(y | do(x), do(z), w) = P(y | do(x), z, w)
    pub(super) fn rule2(&mut self, y: &NodeSet, x: &NodeSet, z: &NodeSet, w: &NodeSet) -> Equation {
        let lhs = self.term(y, &x.union(z), w);
        let rhs = self.term(y, x, &z.union(w));
        let cut = Mutilation { no_incoming: x.clone(), no_outgoing: z.clone() };
        self.rule(Rule::Rule2, lhs, rhs, (y, z), x.union(w), cut)
    }

    /// P(y | do(x), do(z), w) = P(y | do(x), w)
    pub(super) fn rule3(&mut self, y: &NodeSet, x: &NodeSet, z: &NodeSet, w: &NodeSet) -> Equation {
        let lhs = self.term(y, &x.union(z), w);
        let rhs = self.term(y, x, w);
        let over = Mutilation::over(self.graph, x.clone());
        let into = z.difference(&reach::ancestors_cut(self.graph, w, &over));
        let cut = Mutilation::over(self.graph, x.union(&into));
        self.rule(Rule::Rule3, lhs, rhs, (y, z), x.union(w), cut)
    }

    fn rule(
        &mut self,
        rule: Rule,
        lhs: ExprId,
        rhs: ExprId,
        (y, z): (&NodeSet, &NodeSet),
        given: NodeSet,
        cut: Mutilation,
    ) -> Equation {
        let requires = vec![Separation { x: y.clone(), y: z.clone(), given, cut }];
        self.push(rule, lhs, rhs, Vec::new(), requires)
    }

    /// P(y | do(x), w) = Σ_z P(y, z | do(x), w)
    pub(super) fn marginalise(&mut self, y: &NodeSet, x: &NodeSet, z: &NodeSet, w: &NodeSet) -> Equation {
        let lhs = self.term(y, x, w);
        let joint = self.term(&y.union(z), x, w);
        let rhs = self.arena.sum(refs(z), joint);
        self.push(Rule::Marginalise, lhs, rhs, Vec::new(), Vec::new())
    }

    /// P(b₁, …, bₙ | do(x), w) = P(b₁ | do(x), w) P(b₂ | do(x), b₁, w) …
    pub(super) fn chain(&mut self, blocks: &[NodeSet], x: &NodeSet, w: &NodeSet) -> Equation {
        let mut before = w.clone();
        let mut all = self.graph.no_nodes();
        let mut factors = Vec::new();
        for block in blocks {
            factors.push(self.term(block, x, &before));
            before.extend(block);
            all.extend(block);
        }
        let lhs = self.term(&all, x, w);
        let rhs = self.arena.product(factors);
        self.push(Rule::Chain, lhs, rhs, Vec::new(), Vec::new())
    }

    /// P(y | do(x), z, w) = P(y, z | do(x), w) / P(z | do(x), w)
    pub(super) fn condition(&mut self, y: &NodeSet, x: &NodeSet, z: &NodeSet, w: &NodeSet) -> Equation {
        let lhs = self.term(y, x, &z.union(w));
        let joint = self.term(&y.union(z), x, w);
        let marginal = self.term(z, x, w);
        let rhs = self.arena.quotient(joint, marginal);
        self.push(Rule::Condition, lhs, rhs, Vec::new(), Vec::new())
    }

    /// Two sides with one normal form.
    pub(super) fn algebra(&mut self, lhs: ExprId, rhs: ExprId) -> Equation {
        self.push(Rule::Algebra, lhs, rhs, Vec::new(), Vec::new())
    }

    /// Replaces, everywhere in the right side of a line and all at once, the `from` of each equation by its `to`.
    /// O(right side + equations).
    pub(super) fn advance(&mut self, line: Line, by: &[Equation]) -> Line {
        if by.is_empty() {
            return line;
        }
        let by: SmallVec<[&Equation; 4]> = by.iter().filter(|e| e.from != e.to).collect();
        // A few are found as fast without a table.
        let map: FxHashMap<ExprId, usize> = if by.len() <= FEW {
            FxHashMap::default()
        } else {
            by.iter().enumerate().rev().map(|(i, e)| (e.from, i)).collect()
        };
        let mut used: SmallVec<[bool; 4]> = smallvec![false; by.len()];
        let rhs = self.replace(line.rhs, &mut |id| {
            let index = if by.len() <= FEW { by.iter().position(|e| e.from == id)? } else { map.get(&id).copied()? };
            used[index] = true;
            Some(by[index].to)
        });
        if rhs == line.rhs {
            return line;
        }
        let used: SmallVec<[&Equation; 4]> = by.iter().zip(&used).filter(|(_, used)| **used).map(|(e, _)| *e).collect();
        let base = match line.step {
            Some(step) => step,
            None => {
                if let [Equation { from, to, step }] = used[..]
                    && *from == line.lhs
                    && let Some(step) = self.facing(*from, *to, *step)
                {
                    return Line { lhs: line.lhs, rhs, step: Some(step) };
                }
                self.algebra(line.lhs, line.lhs).step
            }
        };
        let uses = std::iter::once(base).chain(used.iter().map(|e| e.step));
        let uses = uses.map(|step| Use { step, at: Vec::new() }).collect();
        let step = self.push(Rule::Substitute, line.lhs, rhs, uses, Vec::new()).step;
        Line { lhs: line.lhs, rhs, step: Some(step) }
    }

    /// Goes on to an expression of the same shape in which each pair of subexpressions that differs is one of the
    /// equations.
    pub(super) fn walk(&mut self, line: Line, target: ExprId, by: &[Equation]) -> Line {
        if line.rhs == target {
            return line;
        }
        let base = match line.step {
            Some(step) => step,
            None => self.algebra(line.lhs, line.lhs).step,
        };
        let uses = std::iter::once(base).chain(by.iter().map(|e| e.step));
        let uses = uses.map(|step| Use { step, at: Vec::new() }).collect();
        let step = self.push(Rule::Substitute, line.lhs, target, uses, Vec::new()).step;
        Line { lhs: line.lhs, rhs: target, step: Some(step) }
    }

    /// The step that states `from = to` with `from` on its left; the same rule read the other way where need be. None for
    /// a substitution the wrong way round: it reads from left to right only.
    fn facing(&mut self, from: ExprId, to: ExprId, step: usize) -> Option<usize> {
        let known = &self.steps[step];
        if known.lhs == from && known.rhs == to {
            return Some(step);
        }
        if known.rule == Rule::Substitute {
            return None;
        }
        let known = known.clone();
        Some(self.push(known.rule, from, to, known.uses, known.requires).step)
    }

    /// Rewrites the right side of a line by an algebra step to `target`.
    pub(super) fn rewrite(&mut self, line: Line, target: ExprId) -> Line {
        if line.rhs == target {
            return line;
        }
        let equation = self.algebra(line.rhs, target);
        self.advance(line, &[equation])
    }

    /// The expression with some subexpressions replaced, topmost first.
    pub(super) fn replace(&mut self, root: ExprId, with: &mut dyn FnMut(ExprId) -> Option<ExprId>) -> ExprId {
        let mut done = std::mem::take(&mut self.rebuilt);
        let mut stack = vec![root];
        while let Some(&id) = stack.last() {
            if done.contains_key(&id) {
                stack.pop();
                continue;
            }
            if let Some(new) = with(id) {
                done.insert(id, new);
                stack.pop();
                continue;
            }
            let operands = self.arena.get(id).operands();
            let waiting = stack.len();
            stack.extend(operands.iter().filter(|&operand| !done.contains_key(operand)));
            if stack.len() > waiting {
                continue;
            }
            let new = |o: &ExprId| done[o];
            let rebuilt = if operands.iter().all(|operand| done[operand] == *operand) {
                id
            } else {
                match self.arena.get(id).clone() {
                    Expr::Number(_) | Expr::P(_) | Expr::Value(_) => id,
                    Expr::Sum { over, body } => self.arena.sum(over, new(&body)),
                    Expr::Product(all) => self.arena.product(all.iter().map(new)),
                    Expr::Plus(all) => self.arena.plus(all.iter().map(new)),
                    Expr::Minus(all) => self.arena.minus(all.iter().map(new)),
                    Expr::Quotient(over, under) => self.arena.quotient(new(&over), new(&under)),
                }
            };
            done.insert(id, rebuilt);
            stack.pop();
        }
        let new = done.get(&root).copied().unwrap_or(root);
        done.clear();
        self.rebuilt = done;
        new
    }

    /// Writes another derivation's steps on this board; its last equation, where there is one.
    pub(super) fn adopt(&mut self, derivation: &Derivation) -> Option<Equation> {
        let mut place = Vec::with_capacity(derivation.steps.len());
        let mut last = None;
        for step in &derivation.steps {
            let uses = step.uses.iter().map(|u| Use { step: place[u.step], at: u.at.clone() }).collect();
            let equation = self.push(step.rule, step.lhs, step.rhs, uses, step.requires.clone());
            place.push(equation.step);
            last = Some(equation);
        }
        last
    }

    /// The steps that the line's equation rests on, in order, that equation last.
    pub(super) fn finish(self, line: Line) -> Derivation {
        let Some(last) = line.step else { return Derivation::default() };
        let mut needed = vec![false; last + 1];
        needed[last] = true;
        for index in (0..=last).rev() {
            if needed[index] {
                for used in &self.steps[index].uses {
                    needed[used.step] = true;
                }
            }
        }
        let mut place = vec![0; last + 1];
        let mut steps = Vec::new();
        for (index, step) in self.steps.into_iter().enumerate().take(last + 1) {
            if needed[index] {
                place[index] = steps.len();
                let uses = step.uses.into_iter().map(|u| Use { step: place[u.step], at: u.at }).collect();
                steps.push(Step { uses, ..step });
            }
        }
        Derivation { steps }
    }
}

fn refs(set: &NodeSet) -> impl Iterator<Item = Ref> + '_ {
    set.iter().map(|node| Ref::plain(Var::new(node.index())))
}
