//! `proof … { }`: a reader's own derivation, each line checked against the one before it.
//!
//! A line is proved by the reasons it gives, or by some that are found where it gives none. What goes wrong is told
//! apart: the rule does not apply (an open path), the two sides differ (a model), the line is true but not by those
//! reasons (the reasons that would do), or not with the separation named. Where a search ended at a bound nothing is
//! concluded from its end.

use super::context::{Context, Stage, undetermined};
use super::differ::{self, Compared};
use super::joined::Shown;
use super::{Because, Body, CheckedLine, LineStatus, Undetermined, Verdict, equality, words};
use crate::derive::search::{self, Found, Given, Judge, REASONS};
use crate::expr::{Arena, ExprId};
use crate::identify;
use crate::kernel::Checked;
use crate::problem::ProofLine;
use crate::proof::{Derivation, Evidence, Rule, Statement};

/// Checks every line, those after a wrong one too.
pub(super) fn proof(context: &Context<'_>, arena: &mut Arena, start: ExprId, lines: &[ProofLine]) -> Body {
    let mut checked = Vec::with_capacity(lines.len());
    let mut before = start;
    for line in lines {
        let status = Line { context, before, line }.status(arena);
        let reason = reason(context, line, &status);
        let given = line.reasons.iter().map(|r| Because { rule: r.rule, separation: r.separation.clone() }).collect();
        checked.push(CheckedLine { span: line.span, expr: line.expr, given, status, reason });
        before = line.expr;
    }
    let verdict = verdict(context, arena, start, &checked);
    Body::Proof { start, lines: checked, verdict }
}

/// All lines together: one derivation from the first expression to the last; or a certificate that was refused, else the
/// first line that is wrong, else the first that is not decided.
fn verdict(context: &Context<'_>, arena: &mut Arena, start: ExprId, lines: &[CheckedLine]) -> Verdict {
    let mut first_open: Option<Undetermined> = None;
    let mut wrong = None;
    let mut shown = Shown::start(start);
    for (position, line) in lines.iter().enumerate() {
        match &line.status {
            LineStatus::Holds { checked, .. } => {
                if let Evidence::Derivation(derivation) = checked.evidence() {
                    shown = shown.then(line.expr, derivation.clone());
                }
            }
            LineStatus::RuleFails { open, differs, .. } => {
                wrong.get_or_insert(differs.as_ref().unwrap_or(open));
            }
            LineStatus::Differs { checked }
            | LineStatus::OtherReason { checked, .. }
            | LineStatus::OtherSeparation { checked, .. } => {
                wrong.get_or_insert(checked);
            }
            LineStatus::Undetermined(why) => {
                let reason = format!("line {}: {}", position + 1, why.reason);
                let open = Undetermined { reason, ..why.clone() };
                if open.refused.is_some() {
                    return Verdict::Undetermined(open);
                }
                first_open.get_or_insert(open);
            }
        }
    }
    if let Some(evidence) = wrong {
        return Verdict::Fails(evidence.clone());
    }
    if let Some(open) = first_open {
        return Verdict::Undetermined(open);
    }
    let end = shown.expr;
    match context.settle(arena, Statement::Equal(start, end), &Evidence::Derivation(shown.derivation)) {
        Ok(checked) => Verdict::Holds(Box::new(checked)),
        Err(refused) => Verdict::Undetermined(refused),
    }
}

/// A line with what it is to follow from.
struct Line<'a> {
    context: &'a Context<'a>,
    before: ExprId,
    line: &'a ProofLine,
}

/// A true line.
struct Proved {
    checked: Box<Checked>,
    by: Vec<Because>,
}

impl Line<'_> {
    fn status(&self, arena: &mut Arena) -> LineStatus {
        if let Some(stopped) = self.stopped() {
            return stopped;
        }
        if self.line.reasons.len() > REASONS {
            return open(format!("a line may give at most {REASONS} reasons: put some of them on a line of their own"));
        }
        if equality::doubtful(arena, self.before) != equality::doubtful(arena, self.line.expr) {
            return open("one side alone divides by what may be zero, so the two are not compared");
        }
        let reasons: Vec<Given<'_>> =
            self.line.reasons.iter().map(|r| Given { rule: r.rule, separation: r.separation.as_ref() }).collect();
        if reasons.is_empty() { self.unexplained(arena) } else { self.explained(arena, &reasons) }
    }

    /// A line without reasons.
    fn unexplained(&self, arena: &mut Arena) -> LineStatus {
        let (found, cut) = split(self.search(arena, |line, arena, judge| line.any(arena, judge)));
        if let Some(found) = found {
            return self.holds(arena, found);
        }
        match differ::compare(self.context, arena, self.before, self.line.expr) {
            Compared::Differ(checked) => LineStatus::Differs { checked },
            compared @ (Compared::Agree(_) | Compared::TooLarge) => match self.reduced(arena) {
                Some(Ok(Proved { checked, by })) => LineStatus::Holds { checked, by },
                Some(Err(refused)) => *refused,
                None => self.stopped().unwrap_or_else(|| self.nothing(arena, cut, &compared)),
            },
        }
    }

    /// A line with reasons.
    fn explained(&self, arena: &mut Arena, reasons: &[Given<'_>]) -> LineStatus {
        let (found, cut) = split(self.search(arena, |line, arena, judge| line.by(arena, judge, reasons)));
        if let Some(found) = found {
            return self.holds(arena, found);
        }
        if let Some(stopped) = self.stopped() {
            return stopped;
        }
        let compared = differ::compare(self.context, arena, self.before, self.line.expr);
        let bare: Vec<Given<'_>> = reasons.iter().map(|given| Given::bare(given.rule)).collect();
        let named = reasons.iter().any(|given| given.separation.is_some());
        if let Compared::Differ(checked) = compared {
            let failing = self.failing(arena, reasons).or_else(|| named.then(|| self.failing(arena, &bare)).flatten());
            return match failing {
                Some((needs, open)) => LineStatus::RuleFails { needs, open, differs: Some(checked), otherwise: None },
                None => LineStatus::Differs { checked },
            };
        }
        if named && let Some(found) = split(self.search(arena, |line, arena, judge| line.by(arena, judge, &bare))).0 {
            return match self.prove(arena, found) {
                Ok(Proved { checked, by }) => LineStatus::OtherSeparation { checked, by },
                Err(refused) => *refused,
            };
        }
        let failing = self.failing(arena, reasons).or_else(|| named.then(|| self.failing(arena, &bare)).flatten());
        let (found, cut_too) = split(self.search(arena, |line, arena, judge| line.any(arena, judge)));
        let other = match found {
            Some(found) => Some(self.prove(arena, found)),
            None => self.reduced(arena),
        };
        match (failing, other) {
            (Some((needs, open)), other) => {
                let otherwise = other.and_then(Result::ok).map(|proved| proved.checked);
                LineStatus::RuleFails { needs, open, differs: None, otherwise }
            }
            (None, Some(Err(refused))) => *refused,
            (None, Some(Ok(Proved { by, .. }))) if cut => open(format!(
                "it is true, by {}; whether also by {} was not decided{}",
                list(self.context, &by),
                rules(reasons),
                bound()
            )),
            (None, Some(Ok(Proved { checked, by }))) => LineStatus::OtherReason { checked, by },
            (None, None) => self.stopped().unwrap_or_else(|| self.nothing(arena, cut || cut_too, &compared)),
        }
    }

    fn stopped(&self) -> Option<LineStatus> {
        self.context.stopped().then(|| open("the search was stopped"))
    }

    /// Runs a search with a judge of its own.
    fn search<T>(&self, arena: &mut Arena, run: impl FnOnce(&Self, &mut Arena, &mut Judge<'_>) -> T) -> T {
        let mut equal = |arena: &mut Arena, a, b| equality::same(self.context, arena, a, b);
        let stop = || self.context.stopped();
        run(self, arena, &mut Judge::new(&mut equal, &stop))
    }

    fn by(&self, arena: &mut Arena, judge: &mut Judge<'_>, reasons: &[Given<'_>]) -> Result<Found, search::NotFound> {
        search::by(self.context.graph(), arena, judge, reasons, self.before, self.line.expr)
    }

    fn any(&self, arena: &mut Arena, judge: &mut Judge<'_>) -> Result<Found, search::NotFound> {
        search::any(self.context.graph(), arena, judge, self.before, self.line.expr)
    }

    /// The first rule of a way by these reasons whose separation fails, with the kernel's word for it.
    fn failing(&self, arena: &mut Arena, reasons: &[Given<'_>]) -> Option<(Because, Box<Checked>)> {
        let graph = self.context.graph();
        let failing = self.search(arena, |line, arena, judge| {
            search::but_for(graph, arena, judge, reasons, line.before, line.line.expr)
        });
        failing.into_iter().find_map(|(rule, separation)| {
            let path = identify::open_path(graph, &separation)?;
            let statement = Statement::Connected(separation.clone());
            let checked = self.context.settle(arena, statement, &Evidence::OpenPath(path)).ok()?;
            Some((Because { rule, separation: Some(separation) }, Box::new(checked)))
        })
    }

    fn holds(&self, arena: &mut Arena, found: Found) -> LineStatus {
        match self.prove(arena, found) {
            Ok(Proved { checked, by }) => LineStatus::Holds { checked, by },
            Err(refused) => *refused,
        }
    }

    fn prove(&self, arena: &mut Arena, found: Found) -> Result<Proved, Box<LineStatus>> {
        let by = found.used.into_iter().map(|used| Because { rule: used.rule, separation: used.requires }).collect();
        self.settled(arena, found.derivation, by)
    }

    /// Both sides brought to one expression, as an equality is proved.
    fn reduced(&self, arena: &mut Arena) -> Option<Result<Proved, Box<LineStatus>>> {
        let (left, right) = equality::prove(self.context, arena, self.before, self.line.expr)?;
        let derivation = self.context.timed(Stage::Derive, || left.meet(right));
        let mut by: Vec<Because> = Vec::new();
        for step in &derivation.steps {
            let because = Because { rule: step.rule, separation: step.requires.first().cloned() };
            if !matches!(step.rule, Rule::Algebra | Rule::Substitute) && !by.contains(&because) {
                by.push(because);
            }
        }
        Some(self.settled(arena, derivation, by))
    }

    fn settled(&self, arena: &mut Arena, derivation: Derivation, by: Vec<Because>) -> Result<Proved, Box<LineStatus>> {
        let statement = Statement::Equal(self.before, self.line.expr);
        match self.context.settle(arena, statement, &Evidence::Derivation(derivation)) {
            Ok(checked) => Ok(Proved { checked: Box::new(checked), by }),
            Err(refused) => Err(Box::new(LineStatus::Undetermined(refused))),
        }
    }

    fn nothing(&self, arena: &mut Arena, cut: bool, compared: &Compared) -> LineStatus {
        let why = equality::why_not(self.context, arena, self.before, self.line.expr, compared);
        let bound = if cut { bound() } else { String::new() };
        open(format!("no single rule, no two in a row and no customary composition of more lead there{bound}; {why}"))
    }
}

/// Where a search stopped.
fn bound() -> String {
    format!(
        ", the search having stopped at a bound (each reason {} times in a row, {} expressions for each, {} comparisons)",
        search::REPEATED,
        search::REACHED,
        search::COMPARED
    )
}

fn split(result: Result<Found, search::NotFound>) -> (Option<Found>, bool) {
    match result {
        Ok(found) => (Some(found), false),
        Err(not) => (None, not.cut),
    }
}

fn open(reason: impl Into<String>) -> LineStatus {
    match undetermined(reason) {
        Verdict::Undetermined(why) => LineStatus::Undetermined(why),
        Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) | Verdict::Holds(_) | Verdict::Fails(_) => {
            LineStatus::Undetermined(Undetermined { reason: String::new(), refused: None, self_check: false })
        }
    }
}

/// What a line's reader is told.
fn reason(context: &Context<'_>, line: &ProofLine, status: &LineStatus) -> Option<String> {
    let given: Vec<Given<'_>> =
        line.reasons.iter().map(|r| Given { rule: r.rule, separation: r.separation.as_ref() }).collect();
    let graph = context.graph();
    Some(match status {
        LineStatus::Holds { by, .. } if given.is_empty() => format!("by {}", list(context, by)),
        LineStatus::Holds { .. } => return None,
        LineStatus::RuleFails { needs, open, differs, otherwise } => {
            let separation = needs.separation.as_ref().map_or_else(String::new, |s| words::separation(graph, s));
            let mut text = format!("{} would need {separation}", words::rule(needs.rule));
            if let Evidence::OpenPath(path) = open.evidence() {
                text += &format!(", but {} is open", words::open_path(graph, path));
            }
            if let Some(model) = differs {
                text += &format!("; and the two sides differ: {}", differ::told(graph, model));
            }
            if otherwise.is_some() {
                text += "; the line is true all the same, by other rules";
            }
            text
        }
        LineStatus::Differs { checked } => format!("the two sides differ: {}", differ::told(graph, checked)),
        LineStatus::OtherReason { by, .. } => {
            format!("true, but not by {}: by {}", rules(&given), list(context, by))
        }
        LineStatus::OtherSeparation { by, .. } => {
            format!("true, but the separation needed is another: by {}", list(context, by))
        }
        LineStatus::Undetermined(why) => why.reason.clone(),
    })
}

/// “rule 2 { y _||_ x | z in [under x] }, rule 3 { … }”, as a line may give them; long lists by their rules alone.
fn list(context: &Context<'_>, by: &[Because]) -> String {
    if by.is_empty() {
        return words::rule(Rule::Algebra).to_owned();
    }
    let short = by.len() <= 3;
    let mut told: Vec<String> = Vec::new();
    for because in by {
        let rule = words::rule(because.rule);
        let text = match &because.separation {
            Some(separation) if short => format!("{rule} {{ {} }}", words::separation(context.graph(), separation)),
            _ => rule.to_owned(),
        };
        if !told.contains(&text) {
            told.push(text);
        }
    }
    if short { told.join(", ") } else { format!("several steps that use {}", told.join(", ")) }
}

/// “rule 2” or “marginalise, chain”.
fn rules(given: &[Given<'_>]) -> String {
    given.iter().map(|given| words::rule(given.rule)).collect::<Vec<_>>().join(", ")
}
