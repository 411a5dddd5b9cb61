//! `proof … { }`: a reader's own derivation.

use super::context::{Context, Stage, undetermined};
use super::joined::Shown;
use super::{Body, Verdict, equality};
use crate::expr::{Arena, ExprId};
use crate::problem::ProofLine;
use crate::proof::{Evidence, Statement};

/// Proves each line from the one before as an equality is proved. A proof whose every line gives no reason holds when
/// each line was proved; where a line names its rule, the rule is not judged, and nothing is claimed.
pub(super) fn proof(context: &Context<'_>, arena: &mut Arena, start: ExprId, lines: &[ProofLine]) -> Body {
    let verdict = verdict(context, arena, start, lines);
    Body::Proof { start, lines: lines.iter().map(|line| line.expr).collect(), verdict }
}

fn verdict(context: &Context<'_>, arena: &mut Arena, start: ExprId, lines: &[ProofLine]) -> Verdict {
    let mut shown = Shown::start(start);
    for (position, line) in lines.iter().enumerate() {
        if let Some(stopped) = context.stopped_verdict() {
            return stopped;
        }
        let before = shown.expr;
        let Some((left, right)) = equality::prove(context, arena, before, line.expr) else {
            let why = equality::why_not(context, arena, before, line.expr);
            return undetermined(format!("line {}: {why}", position + 1));
        };
        shown = context.timed(Stage::Derive, || shown.then(line.expr, left.meet(right)));
    }
    if lines.iter().any(|line| !line.reasons.is_empty()) {
        return undetermined("every line follows, but whether by the rules named was not judged");
    }
    let statement = Statement::Equal(start, shown.expr);
    match context.settle(arena, statement, &Evidence::Derivation(shown.derivation)) {
        Ok(checked) => Verdict::Holds(Box::new(checked)),
        Err(refused) => Verdict::Undetermined(refused),
    }
}
