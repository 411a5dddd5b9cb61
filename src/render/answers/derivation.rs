//! A derivation as one would write it on a board, or step by step.

use super::Shown;
use crate::expr::ExprId;
use crate::proof::{Derivation, Rule, Step};
use crate::render::document::{Block, Document, Line, Text, Tone};
use std::collections::BTreeSet;

/// How much of a derivation is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Steps {
    /// Nothing.
    #[default]
    None,
    /// One line for each move, algebra folded into the line before it.
    Board,
    /// Every step, numbered, with the steps it uses.
    All,
}

pub(super) fn tell(document: &mut Document, shown: &Shown<'_>, derivation: &Derivation, ends: (ExprId, ExprId)) {
    if derivation.steps.is_empty() || shown.steps == Steps::None {
        return;
    }
    let sides = derivation.steps.iter().flat_map(|step| [step.lhs, step.rhs]);
    shown.define(document, sides);
    match shown.steps {
        Steps::None => {}
        Steps::All => all(document, shown, derivation),
        Steps::Board => board(document, shown, derivation, ends),
    }
}

fn all(document: &mut Document, shown: &Shown<'_>, derivation: &Derivation) {
    let lines = derivation.steps.iter().enumerate().map(|(i, step)| {
        let mut reason = why(shown, step);
        for (i, used) in step.uses.iter().enumerate() {
            reason = reason.say(if i == 0 { " " } else { ", " }).say(format!("({})", used.step + 1));
            if !used.at.is_empty() {
                let at = used.at.iter().map(|&(from, to)| (shown.reference(from), shown.reference(to)));
                reason = reason.say(" at ");
                for (i, (from, to)) in at.enumerate() {
                    reason = reason.say(if i == 0 { "" } else { ", " }).math(from).say(" := ").math(to);
                }
            }
        }
        Line { label: format!("({})", i + 1), lhs: Some(shown.expr(step.lhs)), rhs: Some(shown.expr(step.rhs)), reason }
    });
    document.push(Block::Board(lines.collect()));
}

/// The chain of equations from the query to the estimand; what a line uses that took several moves itself stands above as
/// a lemma.
fn board(document: &mut Document, shown: &Shown<'_>, derivation: &Derivation, (query, estimand): (ExprId, ExprId)) {
    let steps = &derivation.steps;
    let last = steps.iter().rposition(|step| step.lhs == query && step.rhs == estimand);
    let Some(last) = last.or_else(|| steps.len().checked_sub(1)) else { return };
    let mut lemmas = BTreeSet::new();
    let mut waiting = vec![last];
    while let Some(step) = waiting.pop() {
        for lemma in chain(steps, step).iter().flat_map(|&link| used(steps, link)).filter(|&i| !is_plain(steps, i)) {
            if lemmas.insert(lemma) {
                waiting.push(lemma);
            }
        }
    }
    let mut names: Vec<(usize, String)> = Vec::new();
    let mut lines = Vec::new();
    for lemma in lemmas.iter().copied().chain([last]) {
        let label = if lemma == last { String::new() } else { format!("({})", names.len() + 1) };
        lines.extend(chain_lines(shown, steps, lemma, &label, &names));
        names.push((lemma, label));
    }
    document.push(Block::Board(lines));
}

/// A step that stands on its own: an instance of a rule.
fn is_plain(steps: &[Step], index: usize) -> bool {
    steps.get(index).is_none_or(|step| step.uses.is_empty())
}

/// The steps whose right sides lead from a step's left side to its right, that step last.
fn chain(steps: &[Step], last: usize) -> Vec<usize> {
    let mut chain = vec![last];
    let mut at = last;
    while let Some(base) = base(steps, at) {
        chain.push(base);
        at = base;
    }
    chain.reverse();
    chain
}

/// The earlier step that a substitution starts from: it has the same left side and is used as it stands.
fn base(steps: &[Step], index: usize) -> Option<usize> {
    let step = steps.get(index)?;
    let same =
        |used: &&crate::proof::Use| used.at.is_empty() && steps.get(used.step).is_some_and(|s| s.lhs == step.lhs);
    step.uses.iter().find(same).map(|used| used.step).filter(|&base| base < index)
}

/// The steps that a link applies besides the one it starts from.
fn used(steps: &[Step], index: usize) -> Vec<usize> {
    let base = base(steps, index);
    let Some(step) = steps.get(index) else { return Vec::new() };
    step.uses.iter().map(|used| used.step).filter(|&step| Some(step) != base && step < index).collect()
}

fn chain_lines(shown: &Shown<'_>, steps: &[Step], last: usize, label: &str, names: &[(usize, String)]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for link in chain(steps, last) {
        let Some(step) = steps.get(link) else { continue };
        let used = used(steps, link);
        let mut reasons: Vec<Text> = Vec::new();
        if step.rule != Rule::Substitute {
            reasons.push(why(shown, step));
        }
        for &i in &used {
            let reason = match (names.iter().find(|(lemma, _)| *lemma == i), steps.get(i)) {
                (Some((_, name)), _) => Text::of(name.clone()),
                (None, Some(step)) => why(shown, step),
                (None, None) => continue,
            };
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        let only_algebra = step.rule == Rule::Algebra
            || (step.rule == Rule::Substitute
                && used.iter().all(|&i| steps.get(i).is_some_and(|s| s.rule == Rule::Algebra && s.uses.is_empty())));
        let reason = reasons
            .into_iter()
            .enumerate()
            .fold(Text::new(), |text, (i, reason)| text.say(if i == 0 { "" } else { "; " }).then(reason));
        match lines.last_mut() {
            // What algebra makes of a line takes its place.
            Some(line) if only_algebra => line.rhs = Some(shown.expr(step.rhs)),
            Some(_) => lines.push(Line { label: String::new(), lhs: None, rhs: Some(shown.expr(step.rhs)), reason }),
            None => {
                let (label, lhs) = (label.to_owned(), Some(shown.expr(step.lhs)));
                lines.push(Line { label, lhs, rhs: None, reason: Text::new() });
                lines.push(Line { label: String::new(), lhs: None, rhs: Some(shown.expr(step.rhs)), reason });
            }
        }
    }
    // A single equation stays on one line.
    if let [first, second] = lines.as_mut_slice() {
        first.rhs = second.rhs.take();
        first.reason = std::mem::take(&mut second.reason);
        lines.truncate(1);
    }
    lines
}

/// The rule and the separations it needs.
fn why(shown: &Shown<'_>, step: &Step) -> Text {
    let mut text = Text::new().tone(Tone::Strong, spoken(step.rule));
    for (i, separation) in step.requires.iter().enumerate() {
        text = text.say(if i == 0 { ": " } else { " and " }).math(shown.separation(separation));
    }
    text
}

/// The rule as the language names it.
pub(super) const fn spoken(rule: Rule) -> &'static str {
    match rule {
        Rule::Rule1 => "rule 1",
        Rule::Rule2 => "rule 2",
        Rule::Rule3 => "rule 3",
        Rule::Marginalise => "marginalise",
        Rule::Chain => "chain",
        Rule::Condition => "condition",
        Rule::Algebra => "algebra",
        Rule::Substitute => "substitute",
    }
}
