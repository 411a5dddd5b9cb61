//! Every estimand once more, in numbers: against the query itself, by mutilation, in random models.

use super::context::{Context, Stage};
use super::{Identified, SelfCheck, SelfChecks, Undetermined, Verdict, words};
use crate::countermodel::{MODELS, Threefold, compare_threefold};
use crate::expr::{Arena, ExprId};
use crate::graph::{Graph, Node};
use crate::proof::Evidence;

/// The verdict as it stands, where no estimand of it is found to differ from the query; else undetermined.
///
/// Independent of the kernel and of the derivation: only the query, the estimand and the graph are read.
pub(super) fn self_check(
    context: &Context<'_>,
    arena: &Arena,
    query: ExprId,
    verdict: Verdict,
) -> (Verdict, Option<SelfCheck>) {
    let limits = context.options.limits;
    if context.options.self_check == SelfChecks::Never {
        return (verdict, None);
    }
    let Verdict::Identifiable(found) = &verdict else { return (verdict, None) };
    let (mut largest, mut checked, mut omitted) = (0, 0, None);
    for found in std::iter::once(&**found).chain(&found.alternatives) {
        let estimand = found.estimand;
        let limit = match context.options.self_check {
            SelfChecks::Small => limits.self_check.saturating_mul(steps(found)).min(limits.cells),
            SelfChecks::Always | SelfChecks::Never => limits.cells,
        };
        let compared =
            context.timed(Stage::SelfCheck, || compare_threefold(context.graph(), arena, (query, estimand), limit));
        match compared {
            Threefold::Equal { cells } => {
                largest = largest.max(cells);
                checked += 1;
            }
            Threefold::TooLarge { .. } => omitted = omitted.or(Some(limit)),
            Threefold::Differ { model, at, values } => {
                let reason = differs(context.graph(), model, &at, values);
                let undetermined = Undetermined { reason: reason.clone(), refused: None, self_check: true };
                return (Verdict::Undetermined(undetermined), Some(SelfCheck::Failed { reason }));
            }
        }
    }
    let outcome = match omitted {
        Some(limit) => SelfCheck::Omitted { limit },
        None => SelfCheck::Held { estimands: checked, models: MODELS, cells: largest },
    };
    (verdict, Some(outcome))
}

/// How long the derivation is, which a self-check must not take longer than.
fn steps(found: &Identified) -> usize {
    match found.checked.evidence() {
        Evidence::Derivation(derivation) => derivation.steps.len().max(1),
        Evidence::Hedge(..) | Evidence::CounterModel(_) | Evidence::Separation | Evidence::OpenPath(_) => 1,
    }
}

/// “the self-check failed: in random model 1 the formula is 0.25 and the query 0.5 at y = 0, x = 1”
fn differs(graph: &Graph, model: usize, at: &[(crate::expr::Ref, usize)], values: [f64; 2]) -> String {
    let at: Vec<String> =
        at.iter().map(|(r, state)| format!("{} = {state}", graph.name(Node::new(r.var.index())))).collect();
    let at = if at.is_empty() { String::new() } else { format!(" at {}", words::listed(&at)) };
    format!(
        "the self-check failed: in random model {} the formula is {:.6} and the query {:.6}{at}",
        model + 1,
        values[1],
        values[0]
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Body, Options, Prover};
    use crate::problem;
    use crate::source::Source;

    fn asked(text: &str, options: &Options<'_>, wrong: Option<&str>) -> (Verdict, Option<SelfCheck>) {
        let lines = wrong.map(|wrong| format!("simplify {wrong}\n")).unwrap_or_default();
        let (problem, _) = problem::read(&Source::new("t.causal", format!("{text}\n{lines}")));
        let prover = Prover::new(&problem).unwrap();
        let answer = prover.answer(0, options);
        let Body::Effect { term, verdict } = &answer.body else { panic!("an effect was asked for") };
        let mut arena = answer.arena.clone();
        let mut verdict = verdict.clone();
        if wrong.is_some() {
            let Body::Simplify { expr, .. } = &prover.answer(1, options).body else { panic!() };
            let other = &problem.queries[1].arena;
            // Made again in the answer's arena: a term, which is what the tests below hand in.
            let crate::expr::Expr::P(wrong) = other.get(*expr) else { panic!() };
            let Verdict::Identifiable(found) = &mut verdict else { panic!() };
            found.estimand = arena.p(wrong.clone());
        }
        let query = arena.p(term.clone());
        let context = Context::new(&prover.graphs[0], options);
        self_check(&context, &arena, query, verdict)
    }

    const BACK_DOOR: &str = "graph { z -> x -> y; z -> y }\nP(y | do(x))";

    #[test]
    fn what_is_right_stands() {
        let (verdict, check) = asked(BACK_DOOR, &Options::default(), None);
        assert!(matches!(verdict, Verdict::Identifiable(_)));
        assert_eq!(check, Some(SelfCheck::Held { estimands: 1, models: 3, cells: 8 }));
    }

    #[test]
    fn what_is_wrong_is_caught_whatever_the_kernel_said() {
        let (verdict, check) = asked(BACK_DOOR, &Options::default(), Some("P(y | x)"));
        let Verdict::Undetermined(why) = verdict else { panic!("{verdict:?}") };
        assert!(why.self_check && why.refused.is_none());
        assert!(why.reason.starts_with("the self-check failed: in random model 1 the formula is "), "{}", why.reason);
        assert!(why.reason.ends_with("at x = 0 and y = 0"), "{}", why.reason);
        assert!(matches!(check, Some(SelfCheck::Failed { .. })));
    }

    #[test]
    fn it_can_be_left_out_and_stops_at_its_limit() {
        let never = Options { self_check: SelfChecks::Never, ..Options::default() };
        assert!(matches!(asked(BACK_DOOR, &never, Some("P(y | x)")), (Verdict::Identifiable(_), None)));
        let mut small = Options::default();
        small.limits.self_check = 1;
        assert_eq!(asked(BACK_DOOR, &small, None).1, Some(SelfCheck::Omitted { limit: 7 }));
        let always = Options { self_check: SelfChecks::Always, ..small };
        assert!(matches!(asked(BACK_DOOR, &always, None).1, Some(SelfCheck::Held { .. })));
    }
}
