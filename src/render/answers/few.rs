//! A verdict in a few words, where there is no room for more: above a line in an editor, in a table of contents.

use super::count;
use crate::answer::{Answer, Body, Expected, Verdict};
use crate::render::document::Tone;

/// What has come of a question.
#[must_use]
pub fn in_few_words(answer: &Answer) -> (Tone, String) {
    let listed = |n: usize, more: bool, one: &str, many: &str| {
        let at_least = if more { "at least " } else { "" };
        (Tone::Plain, format!("{at_least}{}", count(n, one, many)))
    };
    match &answer.body {
        Body::Effect { verdict, .. } | Body::Contrast { verdict, .. } => match verdict {
            Verdict::Identifiable(found) => (Tone::Good, format!("identifiable: {}", found.how)),
            Verdict::NotIdentifiable(_) => (Tone::Bad, "not identifiable".to_owned()),
            Verdict::Holds(_) | Verdict::Fails(_) | Verdict::Undetermined(_) => undetermined(),
        },
        Body::Independence { verdict, .. } | Body::Equality { verdict, .. } => match verdict {
            Verdict::Holds(_) => (Tone::Good, "holds".to_owned()),
            Verdict::Fails(_) => (Tone::Bad, "fails".to_owned()),
            Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) | Verdict::Undetermined(_) => undetermined(),
        },
        Body::Proof { verdict, lines, .. } => match verdict {
            Verdict::Holds(_) => (Tone::Good, format!("holds: {}", count(lines.len(), "line follows", "lines follow"))),
            Verdict::Fails(_) => (Tone::Bad, "does not follow".to_owned()),
            Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) | Verdict::Undetermined(_) => undetermined(),
        },
        Body::Adjust { sets, truncated, .. } => listed(sets.len(), *truncated, "set", "sets"),
        Body::Implications { independences, truncated, .. } => {
            listed(independences.len(), *truncated, "independence", "independences")
        }
        Body::Paths { paths, truncated, .. } => listed(paths.len(), *truncated, "path", "paths"),
        Body::Simplify { .. } => (Tone::Plain, "simplified".to_owned()),
        Body::Number { model, .. } => (Tone::Plain, format!("computed in {model}")),
    }
}

/// What has come of an `expect` line.
#[must_use]
pub const fn kept(expected: &Expected) -> (Tone, &'static str) {
    match expected.holds {
        Some(true) => (Tone::Good, "holds"),
        Some(false) => (Tone::Bad, "expected otherwise"),
        None => (Tone::Open, "not confirmed"),
    }
}

fn undetermined() -> (Tone, String) {
    (Tone::Open, "undetermined".to_owned())
}
