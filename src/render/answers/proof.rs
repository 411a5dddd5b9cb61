//! A reader's own derivation: its lines with their reasons, and what is wrong with a line.

use super::derivation::spoken;
use super::{Shown, undetermined};
use crate::answer::{Because, CheckedLine, LineStatus, Verdict};
use crate::expr::ExprId;
use crate::proof::{Evidence, Separation};
use crate::render::document::{Block, Document, Line, Text, Tone};
use crate::render::models;

/// The verdict, the lines as on a board, then a paragraph for each line that does not stand as it was written.
pub(super) fn proof(
    document: &mut Document,
    shown: &Shown<'_>,
    start: ExprId,
    lines: &[CheckedLine],
    verdict: &Verdict,
) {
    let wrong: Vec<usize> = (1..=lines.len()).filter(|&n| is_wrong(&lines[n - 1].status)).collect();
    match verdict {
        Verdict::Holds(_) => document.say(Text::new().tone(Tone::Good, "Holds").say(": every line follows.")),
        Verdict::Fails(_) => {
            let which: Vec<String> = wrong.iter().map(ToString::to_string).collect();
            let which = match which.split_last() {
                Some((last, rest @ [_, ..])) => format!("lines {} and {last} do not follow", rest.join(", ")),
                Some((only, _)) => format!("line {only} does not follow"),
                None => "a line does not follow".to_owned(),
            };
            document.say(Text::new().tone(Tone::Bad, "Fails").say(format!(": {which} as it is written.")));
        }
        Verdict::Undetermined(why) => undetermined(document, why),
        Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) => {}
    }
    shown.define(document, std::iter::once(start).chain(lines.iter().map(|line| line.expr)));
    let first = Line { label: String::new(), lhs: Some(shown.expr(start)), rhs: None, reason: Text::new() };
    let rest = lines.iter().enumerate().map(|(at, line)| Line {
        label: format!("({})", at + 1),
        lhs: None,
        rhs: Some(shown.expr(line.expr)),
        reason: reason(shown, line),
    });
    document.push(Block::Board(std::iter::once(first).chain(rest).collect()));
    for (at, line) in lines.iter().enumerate() {
        explain(document, shown, at + 1, line);
    }
}

const fn is_wrong(status: &LineStatus) -> bool {
    match status {
        LineStatus::RuleFails { .. }
        | LineStatus::Differs { .. }
        | LineStatus::OtherReason { .. }
        | LineStatus::OtherSeparation { .. } => true,
        LineStatus::Holds { .. } | LineStatus::Undetermined(_) => false,
    }
}

/// What stands at the right of a line: its reasons, with a mark where they do not carry it.
fn reason(shown: &Shown<'_>, line: &CheckedLine) -> Text {
    let text = match &line.status {
        LineStatus::Holds { by, .. } => return list(shown, by),
        LineStatus::RuleFails { .. }
        | LineStatus::Differs { .. }
        | LineStatus::OtherReason { .. }
        | LineStatus::OtherSeparation { .. } => Text::new().tone(Tone::Bad, "does not follow"),
        LineStatus::Undetermined(_) => Text::new().tone(Tone::Open, "not decided"),
    };
    if line.given.is_empty() { text } else { text.say(" by ").then(list(shown, &line.given)) }
}

/// Rules with what they need; many of them by their names alone.
fn list(shown: &Shown<'_>, by: &[Because]) -> Text {
    if by.is_empty() {
        return Text::new().tone(Tone::Strong, "algebra");
    }
    let short = by.len() <= 3;
    let mut told: Vec<Text> = Vec::new();
    for because in by {
        let text = Text::new().tone(Tone::Strong, spoken(because.rule));
        let text = match &because.separation {
            Some(separation) if short => text.say(": ").math(shown.separation(separation)),
            _ => text,
        };
        if !told.contains(&text) {
            told.push(text);
        }
    }
    let joined = told.into_iter().enumerate().fold(Text::new(), |all, (at, text)| {
        let between = if at == 0 { "" } else { ", " };
        all.say(between).then(text)
    });
    if short { joined } else { Text::of("several steps: ").then(joined) }
}

/// What is wrong with a line, and what would be right.
fn explain(document: &mut Document, shown: &Shown<'_>, n: usize, line: &CheckedLine) {
    let text = Text::new().tone(Tone::Strong, format!("Line {n}"));
    match &line.status {
        LineStatus::Holds { .. } => return,
        LineStatus::RuleFails { needs, open, otherwise, .. } => {
            let text = text.say(": ").say(spoken(needs.rule)).say(" does not apply. ");
            let text = match &needs.separation {
                Some(separation) => needed(shown, text, separation),
                None => text.say("A path is open:"),
            };
            document.say(text);
            if let Evidence::OpenPath(path) = open.evidence() {
                document.push(Block::Formula { lhs: None, rhs: shown.open_path(path) });
            }
            if otherwise.is_some() {
                document.say(Text::of("The two sides are equal all the same, by other rules."));
            }
        }
        LineStatus::Differs { .. } => document.say(text.say(": the two sides are not equal.")),
        LineStatus::OtherReason { by, .. } => {
            document.say(text.say(": true, but not by that reason. This would do: ").then(list(shown, by)).say("."));
        }
        LineStatus::OtherSeparation { by, .. } => {
            let text = text.say(": true, but another separation is needed than the one named: ");
            document.say(text.then(list(shown, by)).say("."));
        }
        LineStatus::Undetermined(why) => {
            document.say(text.say(format!(": not decided: {}.", super::sentence(&why.reason))));
        }
    }
    if let Some(checked) = line.status.countermodel()
        && let Evidence::CounterModel(model) = checked.evidence()
    {
        models::one(document, shown.graph, model, shown.point(checked.claim(), model));
    }
}

fn needed(shown: &Shown<'_>, text: Text, separation: &Separation) -> Text {
    text.say("Here it needs ").math(shown.separation(separation)).say(", but this path is open:")
}
