//! Every identifiable query has a derivation that the kernel accepts, for every strategy; every other has a hedge and
//! two models that it accepts.

use crate::support::queries::{Case, mixed};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use whatif::countermodel::witness;
use whatif::derive::derive;
use whatif::expr::{Arena, Ref, Term, Var};
use whatif::identify::{Identification, identify};
use whatif::kernel;
use whatif::proof::{Claim, Evidence, Statement};

fn settle(case: &Case) -> Result<(), String> {
    let graph = Arc::new(case.graph.clone());
    let effect = case.effect();
    let mut arena = Arena::new();
    let query = arena.p(case.term());
    let known: Arc<[Term]> =
        Arc::new([Term::new(graph.nodes().map(|n| Ref::plain(Var::new(n.index()))), [], []).unwrap()]);
    let claim = |statement| Claim { graph: graph.clone(), source: None, known: Arc::clone(&known), statement };
    match identify(&graph, &effect, &mut arena, true) {
        Identification::Identifiable(estimands) => {
            for estimand in estimands {
                let derivation = derive(&graph, &effect, &estimand, &mut arena);
                let claim = claim(Statement::Identifiable { query, estimand: estimand.expr });
                kernel::check(&mut arena, &claim, &Evidence::Derivation(derivation.clone())).map_err(|refusal| {
                    let step = refusal.step.and_then(|step| derivation.steps.get(step - 1));
                    let sides =
                        step.map(|s| format!("{:?}\n  {}\n  {}", s.rule, show(&arena, s.lhs), show(&arena, s.rhs)));
                    format!(
                        "{}: {refusal}\n{}\n{:?}",
                        estimand.strategy(),
                        sides.unwrap_or_default(),
                        step.map(|s| &s.requires)
                    )
                })?;
            }
        }
        Identification::NotIdentifiable(hedge) => {
            let models = witness(&graph, &effect, &hedge, 1 << 16).map_err(|why| format!("no models: {why:?}"))?;
            let evidence = Evidence::Hedge(hedge, Some(Box::new(models)));
            kernel::check(&mut arena, &claim(Statement::NotIdentifiable { query }), &evidence)
                .map_err(|refusal| format!("hedge: {refusal}"))?;
        }
    }
    Ok(())
}

fn show(arena: &Arena, id: whatif::expr::ExprId) -> String {
    use whatif::expr::Expr;
    let r = |r: &Ref| format!("v{}{}", r.var.index(), r.at);
    let rs = |all: &[Ref]| all.iter().map(r).collect::<Vec<_>>().join(",");
    match arena.get(id) {
        Expr::P(t) => format!("P({}|do({}),{})", rs(t.of()), rs(t.do_()), rs(t.given())),
        Expr::Number(n) => n.to_string(),
        Expr::Value(v) => r(v),
        Expr::Sum { over, body } => format!("S_{{{}}}[{}]", rs(over), show(arena, *body)),
        Expr::Product(all) => all.iter().map(|&f| show(arena, f)).collect::<Vec<_>>().join(" "),
        Expr::Quotient(a, b) => format!("[{} / {}]", show(arena, *a), show(arena, *b)),
        Expr::Plus(all) | Expr::Minus(all) => all.iter().map(|&f| show(arena, f)).collect::<Vec<_>>().join(" +- "),
    }
}

#[test]
fn random_queries_have_evidence_that_the_kernel_accepts() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut failures = Vec::new();
    for number in 0..6000 {
        let case = mixed(3 + number % 7, &mut rng);
        if let Err(why) = settle(&case) {
            failures.push(format!("{number} {case}\n{why}"));
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures, the first:\n{}",
        failures.len(),
        failures[..failures.len().min(4)].join("\n\n")
    );
}

#[test]
fn ladders_of_napkins_have_derivations() {
    for depth in 1..9 {
        let graph = crate::support::graphs::napkin_ladder(depth);
        let node = |name| 1 << graph.node(name).unwrap().index();
        let case = Case { y: node("y"), x: node("x"), z: 0, graph };
        settle(&case).map_err(|why| format!("{depth}: {why}")).unwrap();
    }
}
