//! Effects and contrasts: what could go wrong, and what is done about it.

use super::super::Shown;
use super::{agree, formula, found, known, mixing, never, part, unsettled};
use crate::answer::{Absent, Account, Identified, Reading, Support, Verdict};
use crate::expr::Term;
use crate::proof::Separation;
use crate::render::document::{Block, Document, Math, Text};

/// Assumptions that are spelt out.
const SHOWN: usize = 5;

pub(super) fn tell(
    document: &mut Document,
    shown: &Shown<'_>,
    asked: (&Math, Option<&Term>),
    verdict: &Verdict,
    accounts: &[Account],
    support: &Support,
    alone: bool,
) {
    if unsettled(document, verdict) {
        return;
    }
    for account in accounts {
        if accounts.len() > 1
            && let Some(term) = account.term()
        {
            document.push(Block::Part(Text::of("About ").math(shown.term(&term)).say(":")));
        }
        mixing::tell(document, shown, account);
        match (&account.reading, verdict) {
            (Reading::Found { moves, route, districts }, _) => {
                found::tell(document, shown, account, moves, route, districts);
            }
            // The hedge of one effect in a whole that has an answer all the same: two such effects cancel.
            (Reading::Hedge(_), Verdict::Identifiable(_)) => document.push(part(
                "What the formula does.",
                Text::of("This effect by itself has no formula; in the whole it cancels."),
            )),
            (Reading::Hedge(hedge), _) => never::why(document, shown, hedge),
        }
    }
    match verdict {
        Verdict::Identifiable(identified) => {
            if alone {
                formula(document, shown, asked.0, identified);
            }
            free(document, shown, identified);
            if !accounts.is_empty() {
                assumed(document, shown, identified, support);
            }
        }
        Verdict::NotIdentifiable(checked) => {
            never::worlds(document, shown, asked.1, (checked.claim(), checked.evidence()), alone);
            if let (Some(advice), Some(term), true) = (&support.advice, asked.1, alone) {
                super::super::advice::advice(document, shown, term, advice);
            }
        }
        Verdict::Holds(_) | Verdict::Fails(_) | Verdict::Undetermined(_) => {}
    }
}

fn free(document: &mut Document, shown: &Shown<'_>, identified: &Identified) {
    if identified.free.is_empty() {
        return;
    }
    let n = identified.free.len();
    let text = Text::new().join(identified.free.iter().map(|&r| shown.reference(r)), " and ");
    document.say(
        text.say(agree(n, " stands", " stand"))
            .say(" in the formula, though not in the question: any value may be put in, and all must give the same answer. ")
            .say("If in the data they do not, the graph is wrong."),
    );
}

/// What of the graph the derivation uses, as far as it was looked at, and what the data must hold.
fn assumed(document: &mut Document, shown: &Shown<'_>, identified: &Identified, support: &Support) {
    let mut text = Text::of("The graph is taken to be right.");
    let mut points = Vec::new();
    if let Some(ledger) = &support.rests_on {
        let all = ledger.counts[0] + ledger.counts[1];
        let causes = ledger.common_causes.iter().map(|absent| {
            let ends = [shown.name(absent.a), shown.name(absent.b)];
            Text::of("nothing unmeasured acts on both ").names(ends)
        });
        let arrows = ledger.arrows.iter().map(|absent| {
            Text::new().name(shown.name(absent.a)).say(" does not act on ").name(shown.name(absent.b)).say(" directly")
        });
        points.extend(causes.chain(arrows).take(SHOWN));
        let left = all.saturating_sub(points.len());
        if left > 0 {
            points.push(Text::of(format!("and {left} more of this kind")));
        }
        if !points.is_empty() {
            text = text.say(" What this formula needs of it is what is not drawn:");
        }
    }
    document.push(part("What is assumed.", text));
    if !points.is_empty() {
        document.push(Block::List(points));
    }
    if let Some(ledger) = &support.rests_on {
        let listed: Vec<&Absent> = ledger.common_causes.iter().chain(&ledger.arrows).collect();
        let mut tests: Vec<&Separation> = Vec::new();
        for test in listed.iter().filter_map(|absent| absent.testable.as_ref()) {
            if !tests.contains(&&test.separation) {
                tests.push(&test.separation);
            }
        }
        let whole = ledger.tested
            && ledger.looked_at == ledger.separations
            && listed.len() == ledger.counts[0] + ledger.counts[1];
        if let Some(first) = tests.first() {
            let text = Text::of("Some of this can be tested: the data must show that ").names(shown.names(&first.x));
            let text =
                text.say(agree(first.x.len(), " tells", " tell")).say(" nothing about ").names(shown.names(&first.y));
            let text = known(text, shown, &first.given);
            document.say(match tests.len() {
                1 => text.say("."),
                n => text.say(format!(" (and {} more of this kind).", n - 1)),
            });
        } else if whole && !listed.is_empty() {
            document.say(Text::of(
                "No independence that the data must show would give any of it away: it has to come from knowledge of the \
                 matter.",
            ));
        }
    }
    if !identified.assumes_positive.is_empty() {
        let terms = identified.assumes_positive.iter().map(|term| shown.term(term));
        document.say(
            Text::of("The data must hold cases of every kind that the formula compares: ")
                .join(terms, " and ")
                .say(" above zero, whatever the values."),
        );
    }
}
