//! Effects of those who had a treatment, and of those who had not.
//!
//! E[Y(a) | X = g] = Σ_z E[Y | a, z] P(z | g) where Y(a) and X are independent given z and X changes nothing in z. That is
//! more than an adjustment says, so the kernel is asked for both separations: Y ⫫ X | z once the edges out of X are gone,
//! and z ⫫ X once those into X are.

use super::super::{Estimand, Estimate, Options, Work as FromCounts, begin, identified};
use super::adjusted::{Adjusted, Asked, Form};
use super::types::Among;
use crate::answer::Answer;
use crate::data::Counts;
use crate::expr::{Arena, ExprId, Ref, Term, Var};
use crate::graph::{Mutilation, Node};
use crate::kernel;
use crate::problem::Problem;
use crate::proof::{Claim, Evidence, Separation, Statement};
use crate::source::Diagnostic;

/// The level of the treatment of those asked about; None for everybody.
pub(super) fn named(among: Among, asked: &[Asked]) -> Result<Option<String>, String> {
    let mut named: Vec<&String> = Vec::new();
    for mean in asked {
        if !named.contains(&&mean.treatment) {
            named.push(&mean.treatment);
        }
    }
    let (place, option) = match among {
        Among::Everybody => return Ok(None),
        Among::Treated => (0, "treated"),
        Among::Untreated => (1, "untreated"),
    };
    match named.get(place).filter(|_| named.len() == 2) {
        Some(value) => Ok(Some((*value).clone())),
        None => Err(format!(
            "--among {option} needs a question that compares two treatments, such as E[y | do(x = 1)] - E[y | do(x = 0)]"
        )),
    }
}

/// Has the kernel judge whether the adjustment is right among those who had one treatment.
pub(super) fn certify(answer: &Answer, adjusted: &Adjusted, asked: &[Asked]) -> Result<(), String> {
    let graph = &*answer.graph;
    let node = |var: &Var| Node::new(var.index());
    let treatment = graph.set([node(&adjusted.treatment)]);
    let outcomes = graph.set(asked.iter().map(|mean| node(&mean.outcome)));
    let mut set = graph.set(adjusted.set.iter().map(node));
    for mean in asked {
        set.extend(&graph.set(mean.given.iter().map(|(var, _)| node(var))));
    }
    let holds = |x, given, cut| {
        let separation = Separation { x, y: treatment.clone(), given, cut };
        let claim = Claim { statement: Statement::Separated(separation), ..adjusted.certificate.claim().clone() };
        kernel::check(&mut adjusted.arena.clone(), &claim, &Evidence::Separation).is_ok()
    };
    let ignorable = holds(outcomes, set.clone(), Mutilation::under(graph, treatment.clone()));
    let before = set.is_empty() || holds(set.clone(), graph.no_nodes(), Mutilation::over(graph, treatment.clone()));
    if ignorable && before {
        return Ok(());
    }
    let names: Vec<&str> = set.iter().map(|node| graph.name(node)).collect();
    Err(format!(
        "among those who had one treatment this adjustment is not enough: {} would have to account for all that {} and the \
         outcome have in common, and not be changed by the action",
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") },
        graph.name(Node::new(adjusted.treatment.index())),
    ))
}

/// Estimates from counts, of everybody or of those who had one treatment.
///
/// # Errors
/// As [`estimate`](super::super::estimate).
pub fn from_counts(
    problem: &Problem,
    answer: &Answer,
    counts: &Counts,
    options: &Options,
    among: Among,
) -> Result<Estimate, Box<Diagnostic>> {
    if among == Among::Everybody || identified(answer).is_none() {
        return super::super::estimate(problem, answer, counts, options);
    }
    let mut estimate = Estimate { rows: counts.rows, ..begin(answer, options) };
    let found = match tilted(answer, among) {
        Ok(found) => found,
        Err(reason) => return Ok(Estimate { reason: Some(reason), ..estimate }),
    };
    let Some(identified) = identified(answer) else { return Ok(estimate) };
    let estimand = Estimand { arena: &found.arena, query: found.query, expr: found.expr };
    let work = FromCounts { problem, answer, graph: &answer.graph, found: identified, estimand, options };
    work.fill(&mut estimate, counts).map_err(|fault| Box::new(work.diagnostic(counts, &fault)))?;
    estimate.notes.push(whom(answer.graph.name(Node::new(found.treatment.index())), &found.value, among));
    Ok(estimate)
}

/// Of whom an effect is asked, and why it may be.
pub(super) fn whom(treatment: &str, value: &str, among: Among) -> String {
    let place = if among == Among::Treated { "first" } else { "second" };
    format!(
        "Asked of those who had {treatment} = {value}, the value that the question names {place}; that needs more than an \
         effect on everybody, and the graph has it: what is adjusted for accounts for all that {treatment} and the outcome \
         have in common, and the action does not change it"
    )
}

/// An adjustment averaged over those who had one treatment.
struct Tilted {
    arena: Arena,
    query: ExprId,
    expr: ExprId,
    treatment: Var,
    value: String,
}

/// The question with each effect replaced by Σ_z P(y | x, c, z) P(z | g, c), where the kernel allows it.
fn tilted(answer: &Answer, among: Among) -> Result<Tilted, String> {
    let mut adjusted = super::adjusted(answer)?;
    let mut asked = Vec::new();
    // The levels left open are of no account for who is asked about.
    Form::read(&adjusted.arena, adjusted.query, &|_| Some(String::new()), &mut asked)?;
    let value = named(among, &asked)?.unwrap_or_default();
    certify(answer, &adjusted, &asked)?;
    let symbol = adjusted.arena.symbol(&value);
    let group = Ref::value(adjusted.treatment, symbol);
    let set = adjusted.set.clone();
    let expr = adjusted.arena.replace_terms(adjusted.query, &mut |arena, term| {
        let plain = || set.iter().map(|var| Ref::plain(*var));
        let given = term.given().iter().chain(term.do_()).copied().chain(plain());
        let outcome = Term::new(term.of().iter().copied(), given, [])?;
        let outcome = arena.p(outcome);
        if set.is_empty() {
            return Some(outcome);
        }
        let part = Term::new(plain(), term.given().iter().copied().chain([group]), [])?;
        let part = arena.p(part);
        let product = arena.product([outcome, part]);
        Some(arena.sum(plain(), product))
    });
    let Adjusted { arena, query, treatment, .. } = adjusted;
    Ok(Tilted { arena, query, expr, treatment, value })
}
