//! Right-hand sides of structural equations. Chains are flat, so that the tree is as deep as the brackets are.

use super::super::grammar::Rule;
use super::super::tree::{Distribution, Equation, EquationKind, Function, Relation};
use super::Builder;
use crate::source::Span;
use pest::iterators::Pair;

impl Builder<'_> {
    /// `if A then b else c`
    pub(super) fn equation(&mut self, pair: Pair<'_, Rule>) -> Option<Equation> {
        let whole = self.span(&pair);
        let mut cases = Vec::new();
        for part in pair.into_inner() {
            if part.as_rule() == Rule::case {
                let mut sides = part.into_inner().filter(|part| part.as_rule() == Rule::disjunction);
                let condition = self.logic(sides.next()?)?;
                cases.push((condition, self.logic(sides.next()?)?));
            } else {
                let otherwise = self.logic(part)?;
                if cases.is_empty() {
                    return Some(otherwise);
                }
                let span = Span::new(whole.start, otherwise.span.end);
                return Some(Equation { span, kind: EquationKind::If { cases, otherwise: Box::new(otherwise) } });
            }
        }
        None
    }

    /// `or`, `and`, `not` and all below them.
    fn logic(&mut self, pair: Pair<'_, Rule>) -> Option<Equation> {
        match pair.as_rule() {
            Rule::disjunction => self.list(pair, EquationKind::Or),
            Rule::conjunction => self.list(pair, EquationKind::And),
            Rule::negation => {
                let start = self.span(&pair);
                let mut nots = 0_usize;
                for part in pair.into_inner() {
                    if part.as_rule() == Rule::no_word {
                        nots += 1;
                        continue;
                    }
                    let inner = self.logic(part)?;
                    // `not not A` is A; so the tree is no deeper for it.
                    return Some(if nots % 2 == 1 {
                        let span = Span::new(start.start, inner.span.end);
                        Equation { span, kind: EquationKind::Not(Box::new(inner)) }
                    } else {
                        inner
                    });
                }
                None
            }
            Rule::relation => {
                let mut parts = pair.into_inner();
                let left = self.arithmetic(parts.next()?)?;
                let Some(sign) = parts.next() else { return Some(left) };
                let relation = match sign.as_str() {
                    "==" => Relation::Equal,
                    "!=" | "≠" => Relation::Unequal,
                    "<" => Relation::Less,
                    "<=" | "≤" => Relation::AtMost,
                    ">" => Relation::Greater,
                    _ => Relation::AtLeast,
                };
                let right = self.arithmetic(parts.next()?)?;
                let span = left.span.to(right.span);
                Some(Equation { span, kind: EquationKind::Compare(Box::new(left), relation, Box::new(right)) })
            }
            _ => None,
        }
    }

    fn list(&mut self, pair: Pair<'_, Rule>, join: fn(Vec<Equation>) -> EquationKind) -> Option<Equation> {
        let parts = pair.into_inner().filter(|part| !matches!(part.as_rule(), Rule::or_word | Rule::and_word));
        let mut all: Vec<Equation> = parts.map(|part| self.logic(part)).collect::<Option<_>>()?;
        if all.len() == 1 {
            return all.pop();
        }
        let span = all.first()?.span.to(all.last()?.span);
        Some(Equation { span, kind: join(all) })
    }

    fn arithmetic(&mut self, pair: Pair<'_, Rule>) -> Option<Equation> {
        let mut terms: Vec<(bool, Equation)> = Vec::new();
        let mut minus = false;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::plus => minus = false,
                Rule::minus => minus = true,
                _ => terms.push((minus, self.scaled(part)?)),
            }
        }
        Some(joined(terms, EquationKind::Sum))
    }

    fn scaled(&mut self, pair: Pair<'_, Rule>) -> Option<Equation> {
        let mut factors: Vec<(bool, Equation)> = Vec::new();
        let mut divides = false;
        let mut signs: Vec<Span> = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::times => divides = false,
                Rule::over => divides = true,
                Rule::minus => signs.push(self.span(&part)),
                _ => {
                    let mut operand = self.operand(part)?;
                    // `--a` is a.
                    if signs.len() % 2 == 1
                        && let Some(first) = signs.first()
                    {
                        let span = first.to(operand.span);
                        operand = Equation { span, kind: EquationKind::Negative(Box::new(operand)) };
                    }
                    signs.clear();
                    factors.push((divides, operand));
                    divides = false;
                }
            }
        }
        Some(joined(factors, EquationKind::Product))
    }

    fn operand(&mut self, pair: Pair<'_, Rule>) -> Option<Equation> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::equation => return self.equation(pair),
            Rule::number => EquationKind::Number(pair.as_str().to_owned()),
            Rule::named => EquationKind::Name(self.name(&pair.into_inner().next()?).value),
            Rule::noise => {
                let inside = pair.into_inner().find(|part| part.as_rule() != Rule::noise_word)?;
                let at = self.span(&inside);
                EquationKind::Noise(match inside.as_rule() {
                    Rule::spread => Distribution { span: at, kind: self.spread(inside)? },
                    _ => self.distribution(inside)?,
                })
            }
            Rule::call => {
                let mut parts = pair.into_inner();
                let function = match parts.next()?.as_str() {
                    "min" => Function::Min,
                    "max" => Function::Max,
                    "abs" => Function::Abs,
                    _ => Function::Mod,
                };
                let arguments: Vec<Equation> = parts.map(|part| self.equation(part)).collect::<Option<_>>()?;
                let fits = match function {
                    Function::Abs => arguments.len() == 1,
                    Function::Mod => arguments.len() == 2,
                    Function::Min | Function::Max => arguments.len() >= 2,
                };
                if !fits {
                    let found = super::super::diagnostics::arguments(self.source, span, function.name());
                    self.diagnostics.push(found);
                    return None;
                }
                EquationKind::Call(function, arguments)
            }
            _ => return None,
        };
        Some(Equation { span, kind })
    }
}

/// A chain of one is what it holds.
fn joined(mut all: Vec<(bool, Equation)>, join: fn(Vec<(bool, Equation)>) -> EquationKind) -> Equation {
    let span = match (all.first(), all.last()) {
        (Some((_, first)), Some((_, last))) => first.span.to(last.span),
        _ => Span::default(),
    };
    if all.len() == 1
        && let Some((_, only)) = all.pop()
    {
        return only;
    }
    Equation { span, kind: join(all) }
}
