//! Independences: why one holds, or the path that breaks it.

use super::{Shown, undetermined};
use crate::answer::Verdict;
use crate::proof::{Evidence, OpenPath, Separation};
use crate::render::document::{Block, Document, Text, Tone};

pub(super) fn independence(document: &mut Document, shown: &Shown<'_>, separation: &Separation, verdict: &Verdict) {
    match verdict {
        Verdict::Holds(_) => {
            let whole = separation.cut.is_none();
            document.say(
                Text::new()
                    .tone(Tone::Good, "Holds")
                    .say(": every path between ")
                    .names(shown.names(&separation.x))
                    .say(" and ")
                    .names(shown.names(&separation.y))
                    .say(if whole {
                        " is blocked, so every distribution of this graph has the independence."
                    } else {
                        " is blocked in the cut graph."
                    }),
            );
        }
        Verdict::Fails(checked) => {
            document.say(Text::new().tone(Tone::Bad, "Fails").say(": the graph does not imply it. A path is open:"));
            if let Evidence::OpenPath(path) = checked.evidence() {
                document.push(Block::Formula { lhs: None, rhs: shown.open_path(path) });
                document.push(Block::List(why_open(shown, separation, path)));
            }
        }
        Verdict::Undetermined(why) => undetermined(document, why),
        Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) => {}
    }
}

/// A point for each node inside the path: why it lets the path through.
fn why_open(shown: &Shown<'_>, separation: &Separation, path: &OpenPath) -> Vec<Text> {
    let inside = path.steps.get(1..path.steps.len().saturating_sub(1)).unwrap_or_default();
    let mut points = Vec::new();
    let passed: Vec<String> =
        inside.iter().filter(|step| !step.is_collider()).map(|step| shown.name(step.node)).collect();
    for step in inside.iter().filter(|step| step.is_collider()) {
        let text = Text::new().name(shown.name(step.node)).say(" is a collider, ");
        points.push(match step.opened_by.as_slice() {
            [_, .., last] => text
                .say("opened by what it leads to: ")
                .name(shown.name(*last))
                .say(" is conditioned on (")
                .math(shown.chain(&step.opened_by))
                .say(")"),
            [_] | [] => text.say("opened by conditioning on it"),
        });
    }
    if inside.is_empty() {
        points.push(Text::of("the two are joined by an edge"));
    } else if !passed.is_empty() {
        let text = Text::new().names(&passed).say(if passed.len() == 1 { " is" } else { " are" });
        points.push(match (passed.len() == 1, separation.given.is_empty()) {
            (true, _) => text.say(" no collider and not conditioned on, so the path goes through"),
            (false, _) => text.say(" no colliders and not conditioned on, so the path goes through"),
        });
    }
    points
}
