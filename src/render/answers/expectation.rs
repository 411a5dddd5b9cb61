//! What a file expects and how it came out.

use super::{count, place, sentence};
use crate::answer::Expected;
use crate::problem::Problem;
use crate::render::document::{Block, Document, Math, Text, Tone};

/// The expectations of a file: those that did not hold, each with its reason, then how many did. Nothing is said where
/// the file expects nothing.
#[must_use]
pub fn expectations(problem: &Problem, expected: &[Expected]) -> Document {
    let mut document = Document::default();
    for one in expected.iter().filter(|one| one.holds != Some(true)) {
        document.push(Block::Question { query: Math::Code(one.text.clone()), place: place(problem, one.span) });
        let why = one.reason.as_deref().map(|why| format!(": {}", sentence(why))).unwrap_or_default();
        document.say(match one.holds {
            None => Text::new().tone(Tone::Open, "Not confirmed").say(format!("{why}.")),
            Some(_) => Text::new().tone(Tone::Bad, "Expected otherwise").say(format!("{why}.")),
        });
        if let Some(refusal) = &one.refused {
            let step = refusal.step.map(|step| format!(" (step {step})")).unwrap_or_default();
            document.say(Text::of(format!("The kernel refused a certificate{step}: {}.", sentence(&refusal.reason))));
        }
    }
    let held = expected.iter().filter(|one| one.holds == Some(true)).count();
    let failed = expected.len() - held;
    if held > 0 || failed > 0 {
        let name = problem.source.name();
        let mut text = if name.is_empty() { Text::new() } else { Text::of(format!("{name}: ")) };
        if failed > 0 {
            text = text.tone(Tone::Bad, count(failed, "expectation", "expectations")).say(" did not hold, ");
            text = text.say(format!("{held} did."));
        } else {
            text = text.tone(Tone::Good, count(held, "expectation", "expectations")).say(" held.");
        }
        document.push(Block::Remark(text));
    }
    document
}
