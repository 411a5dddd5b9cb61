//! Questions of which little is to be explained: a sentence or two.

use super::super::{Shown, count, sentence};
use super::{agree, known, unsettled};
use crate::answer::{AdjustmentSet, CheckedLine, LineStatus, ListedPath, SetKind, Verdict};
use crate::expr::Term;
use crate::graph::{EdgeKind, Node, NodeSet};
use crate::proof::{CounterModel, Evidence, Separation};
use crate::render::document::{Block, Document, Math, Text};

pub(super) fn independence(document: &mut Document, shown: &Shown<'_>, separation: &Separation, verdict: &Verdict) {
    if unsettled(document, verdict) {
        return;
    }
    let (x, y) = (shown.names(&separation.x), shown.names(&separation.y));
    let cut = !separation.cut.is_none();
    let mut text = Text::of("Does knowing ").names(&x).say(" tell anything about ").names(&y);
    text = known(text, shown, &separation.given).say("? ");
    if cut {
        text = text.say("It is asked of the graph with some arrows taken away, as the rules of do-calculus do. ");
    }
    match verdict {
        Verdict::Holds(_) => {
            text = text.say("No: no path between them lets it through.");
            if !cut {
                text = text.say(" Data in which it does contradict the graph.");
            }
        }
        Verdict::Fails(checked) => {
            text = text.say("The graph lets it: ");
            if let Evidence::OpenPath(path) = checked.evidence() {
                text = text.say("along ").math(shown.open_path(path)).say(".");
                let opened: Vec<String> =
                    path.steps.iter().filter(|step| step.is_collider()).map(|step| shown.name(step.node)).collect();
                if !opened.is_empty() {
                    text = text
                        .say(" What acts on ")
                        .names(&opened)
                        .say(" is tied together there only because of what is known: ");
                    text = text.say("among cases that look alike, one cause more means another less, or the reverse.");
                }
            }
        }
        Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) | Verdict::Undetermined(_) => {}
    }
    document.say(text);
}

pub(super) fn equality(document: &mut Document, shown: &Shown<'_>, verdict: &Verdict) {
    if unsettled(document, verdict) {
        return;
    }
    match verdict {
        Verdict::Holds(_) => document.say(Text::of(
            "The two sides have the same value in every world built as the graph says, whatever its numbers. One may be used \
             for the other.",
        )),
        Verdict::Fails(checked) => {
            let mut text = Text::of("The two sides look alike but are not the same");
            if let Evidence::CounterModel(model) = checked.evidence() {
                text = differ(text, &shown.point(checked.claim(), model), model);
            }
            document.say(text.say(". One may not be used for the other."));
        }
        Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) | Verdict::Undetermined(_) => {}
    }
}

fn differ(text: Text, at: &[Math], model: &CounterModel) -> Text {
    let [left, right] = &model.values[..] else { return text };
    let number = |value: &crate::expr::BigRational| Math::Number(value.to_string());
    let mut text = text.say(": in one world built as the graph says, the left side is ").math(number(left));
    text = text.say(" and the right side ").math(number(right));
    if at.is_empty() { text } else { text.say(" (at ").join(at.iter().cloned(), " and ").say(")") }
}

pub(super) fn adjust(
    document: &mut Document,
    shown: &Shown<'_>,
    term: &Term,
    sets: &[AdjustmentSet],
    why_none: &[String],
) {
    let do_: Vec<String> = term.do_().iter().map(|r| shown.name(Node::new(r.var.index()))).collect();
    let of: Vec<String> = term.of().iter().map(|r| shown.name(Node::new(r.var.index()))).collect();
    let first = |kind: SetKind| sets.iter().find(|set| set.kind == kind);
    let text = Text::of("Which variables must be held fixed, for a comparison of cases with different ");
    document.say(
        text.names(&do_)
            .say(" to show what ")
            .names(&do_)
            .say(agree(do_.len(), " does", " do"))
            .say(" to ")
            .names(&of)
            .say("?"),
    );
    if let Some(set) = first(SetKind::Adjustment) {
        document.say(if set.set.is_empty() {
            Text::of("None: the plain comparison shows it already.")
        } else {
            let text = Text::of("It is enough to compare only cases that agree in ").names(shown.names(&set.set));
            text.say(", and to average over ").say(agree(set.set.len(), "it.", "them."))
        });
        if let Some(best) = sets.iter().find(|other| other.kind == SetKind::Adjustment && other.optimal)
            && best.set != set.set
        {
            let text = Text::of("With ")
                .names(shown.names(&best.set))
                .say(" instead, the estimate varies least from sample to ");
            document.say(text.say("sample, of all such sets (in large samples)."));
        }
    }
    if let Some(set) = first(SetKind::FrontDoor) {
        let text = Text::of("Another way leads through ").names(shown.names(&set.set)).say(", by which ").names(&do_);
        document.say(
            text.say(agree(do_.len(), " acts", " act")).say(": judge its two halves apart and put them together."),
        );
    }
    if let Some(set) = first(SetKind::Instrument) {
        let text = Text::new().names(shown.names(&set.set)).say(agree(
            set.set.len(),
            " is an instrument: what ties it to ",
            " are instruments: what ties them to ",
        ));
        let text = text.names(&of).say(" goes through ").names(&do_).say(" alone");
        let text = match &set.given {
            Some(given) if !given.is_empty() => text.say(", once ").names(shown.names(given)).say(agree(
                given.len(),
                " is held fixed",
                " are held fixed",
            )),
            Some(_) | None => text,
        };
        document.say(text.say(
            ". That alone gives no formula; it takes a further assumption, such as effects that add up (linearity).",
        ));
    }
    for reason in why_none {
        document.say(Text::of(format!("{}.", sentence(reason))));
    }
}

pub(super) fn implications(document: &mut Document, independences: usize, verma: usize) {
    let text = match (independences, verma) {
        (0, 0) => Text::of(
            "Nothing was found that the data must show if this graph is right, so they cannot be used to test it here.",
        ),
        (0, n) => Text::of(format!(
            "If the graph is right, the data must obey {}.",
            count(n, "further constraint", "further constraints")
        )),
        (n, m) => {
            let mut text = Text::of(format!(
                "If the graph is right, the data must show {}",
                count(n, "independence", "independences")
            ));
            if m > 0 {
                text = text.say(format!(" and {}", count(m, "further constraint", "further constraints")));
            }
            text.say(". Where one clearly fails, the graph is wrong; where all hold, another graph may still be the right one.")
        }
    };
    document.say(text);
}

pub(super) fn paths(
    document: &mut Document,
    shown: &Shown<'_>,
    (from, to, given): (&NodeSet, &NodeSet, &NodeSet),
    paths: &[ListedPath],
    truncated: bool,
) {
    let ends = || shown.names(from).into_iter().chain(shown.names(to));
    if paths.is_empty() {
        document.say(Text::of("Nothing connects ").names(ends()).say(" in this graph."));
        return;
    }
    let open: Vec<&ListedPath> = paths.iter().filter(|path| path.open).collect();
    let forward = open.iter().filter(|path| path.edges.iter().all(|&edge| edge == EdgeKind::Forward)).count();
    let mut text = Text::of(if truncated { "Of the paths listed, " } else { "Of all the paths, " });
    text = text.say(format!("{} open", count(open.len(), "is", "are")));
    if !given.is_empty() {
        text =
            text.say(" once ").names(shown.names(given)).say(agree(given.len(), " is held fixed", " are held fixed"));
    }
    text = text.say(": only these carry what is known of one end to the other");
    text = match (forward, open.len() - forward) {
        (0, 0) => Text::of(if truncated { "Of the paths listed, none is open" } else { "No path is open" })
            .say(": along these, knowing one end tells nothing about the other"),
        (1, 0) => text.say(", and it follows the arrows all the way: an effect"),
        (_, 0) => text.say(", and they follow the arrows all the way: an effect"),
        (0, 1) => text.say(", and it does not follow the arrows all the way: no effect of the first on the second"),
        (0, _) => text.say(", and none follows the arrows all the way: no effect of the first on the second"),
        (f, o) => text.say(format!(
            ". {f} {} the arrows all the way, an effect of the first on the second; {o} {} not and {} something else with it",
            agree(f, "follows", "follow"),
            agree(o, "does", "do"),
            agree(o, "mixes", "mix"),
        )),
    };
    document.say(text.say("."));
}

pub(super) fn simplify(document: &mut Document, same: bool) {
    document.say(Text::of(if same {
        "No shorter way to write this was found."
    } else {
        "The same quantity, written shorter: both have the same value in every world built as the graph says."
    }));
}

pub(super) fn number(document: &mut Document, model: &str) {
    document.say(Text::of(format!(
        "This asks the model {model}, not the graph alone: the number follows from the model's tables and equations by exact \
         arithmetic. It says of the world what the model says, and is as right as the model is."
    )));
}

pub(super) fn proof(document: &mut Document, lines: &[CheckedLine], verdict: &Verdict) {
    if unsettled(document, verdict) {
        return;
    }
    let holds = lines.iter().filter(|line| matches!(line.status, LineStatus::Holds { .. })).count();
    let all = count(lines.len(), "line", "lines");
    if holds == lines.len() {
        document.say(Text::of(format!(
            "A derivation written by hand, {all} long. Each line has been checked: it equals the line before it in every world \
             built as the graph says, for the reasons given."
        )));
        return;
    }
    document.say(Text::of(format!(
        "A derivation written by hand, {all} long, of which {holds} {} as written.",
        agree(holds, "follows", "follow")
    )));
    let wrong = |(at, line): (usize, &CheckedLine)| {
        let reason = line.reason.as_deref().filter(|_| !matches!(line.status, LineStatus::Holds { .. }))?;
        Some(Text::of(format!("line {}: {}.", at + 1, sentence(reason))))
    };
    let points: Vec<Text> = lines.iter().enumerate().filter_map(wrong).collect();
    if !points.is_empty() {
        document.push(Block::List(points));
    }
}
