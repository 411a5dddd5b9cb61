//! The judge: a claim and its evidence in, a [`Checked`] or a [`Refusal`] out.
//!
//! It must never know how evidence is found, and it shares no algorithm with the floors that find it. An equation means:
//! in every structural causal model of the graph whose P(v) is positive, and for every value of its free references, the
//! two sides are equal. Every P-term is positive then, those with actions included.
//!
//! What must be believed for a `Checked` to be true:
//! - the theorems: the three rules (Pearl 1995), the global Markov property of ADMGs (Richardson 2003), latent projection
//!   (Verma & Pearl 1990), hedges (Shpitser & Pearl 2006a) and the exchange of conditions (2006b), for finite domains;
//! - the data: `graph` (edges as built, no cycle), `expr` (equal ids are equal expressions, free references, a term names
//!   each variable once) and `proof`; `num-rational`, `num-bigint`, `indexmap`, `fixedbitset`, `petgraph`'s rows;
//! - the files here: `separation`, `projection`, `hedge`, `rules` with `rename`, `normal`, `table` with `model`.
//!
//! What it does not say: a division by what may be zero stays as written and never cancels, so equations with one hold
//! wherever both sides exist; a side that has one beside a side that has none is refused. Models take a declared domain's
//! values as states of their own: a value of the query goes where `at` puts it, else to the state whose number its text
//! is; the numeric value of a state is its number. Known distributions with actions support derivations only, no models.
//!
//! Nothing here panics or recurses deeper than [`normal::HEIGHT`]. Work is counted, and evidence that takes more than
//! [`WORK`] units (references read, pairs compared, cells summed), or a table beyond [`table::CELLS`], is refused.

mod checked;
mod hedge;
mod model;
mod normal;
mod projection;
mod rename;
mod rules;
mod separation;
mod table;
#[cfg(test)]
mod tests;

pub use checked::Checked;

use crate::expr::{Arena, At, Expr, ExprId, Ref, Term};
use crate::graph::{Graph, Node, NodeSet};
use crate::proof::{Claim, Evidence, Statement};
use num_traits::Zero;
use std::fmt;

/// Why evidence was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The step of a derivation, from 1, where it is one.
    pub step: Option<usize>,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            Some(step) => write!(f, "step {step}: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

impl std::error::Error for Refusal {}

/// The most primes a reference may have; copies beyond are the algebra's own.
const PRIMES: u16 = 1023;
/// The most units of work that one piece of evidence may take.
const WORK: usize = 1 << 26;

type Reason = String;

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { step: None, reason }
    }
}

fn require(holds: bool, reason: impl Into<Reason>) -> Result<(), Reason> {
    if holds { Ok(()) } else { Err(reason.into()) }
}

/// Work that is left.
struct Work(usize);

impl Work {
    fn spend(&mut self, units: usize) -> Result<(), Reason> {
        self.0 = self.0.checked_sub(units).ok_or_else(|| format!("checking takes more than {WORK} units of work"))?;
        Ok(())
    }
}

/// Judges evidence for a claim. The arena holds the expressions of both; it only ever grows.
///
/// Linear in a derivation's references, times the edges of the graph for each step that needs a separation; a model costs
/// the cells of its largest district's table.
///
/// # Errors
/// Why the evidence does not show the claim, or that it is not well-formed, or that it exceeds a limit named there.
pub fn check(arena: &mut Arena, claim: &Claim, evidence: &Evidence) -> Result<Checked, Refusal> {
    let graph = &*claim.graph;
    let mut work = Work(WORK);
    well_formed(arena, claim, evidence, &mut work)?;
    if let Some(source) = &claim.source {
        projection::check(graph, source)?;
    }
    match (&claim.statement, evidence) {
        (&Statement::Identifiable { query, estimand }, Evidence::Derivation(derivation)) => {
            rules::derivation(arena, graph, derivation, &mut work)?;
            rules::conclusion(arena, derivation, query, estimand)?;
            known(arena, claim, estimand)?;
        }
        (&Statement::Equal(a, b), Evidence::Derivation(derivation)) => {
            rules::derivation(arena, graph, derivation, &mut work)?;
            rules::conclusion(arena, derivation, a, b)?;
        }
        (&Statement::NotIdentifiable { query }, Evidence::Hedge(hedge, models)) => {
            observed_only(claim)?;
            let Expr::P(term) = arena.get(query) else {
                return Err(Reason::from("a hedge speaks of a single term").into());
            };
            hedge::check(graph, term, hedge)?;
            if let Some(models) = models {
                model::check(arena, graph, &[query], models, &mut work)?;
            }
        }
        (&Statement::NotIdentifiable { query }, Evidence::CounterModel(models)) => {
            observed_only(claim)?;
            model::check(arena, graph, &[query], models, &mut work)?;
        }
        (&Statement::Unequal(a, b), Evidence::CounterModel(models)) => {
            model::check(arena, graph, &[a, b], models, &mut work)?;
        }
        (Statement::Separated(separation), Evidence::Separation) => {
            separation::well_formed(graph, separation)?;
            require(separation::separated(graph, separation), "the separation does not hold")?;
        }
        (Statement::Connected(separation), Evidence::OpenPath(path)) => {
            separation::well_formed(graph, separation)?;
            separation::open(graph, separation, path)?;
        }
        _ => return Err(Reason::from("this kind of evidence does not support this kind of claim").into()),
    }
    Ok(Checked::new(claim, evidence))
}

/// Refuses expressions of another arena, variables that the graph lacks, and numbers that are none.
fn well_formed(arena: &Arena, claim: &Claim, evidence: &Evidence, work: &mut Work) -> Result<(), Reason> {
    let mut roots: Vec<ExprId> = match &claim.statement {
        &Statement::Identifiable { query: a, estimand: b } | &Statement::Equal(a, b) | &Statement::Unequal(a, b) => {
            vec![a, b]
        }
        Statement::NotIdentifiable { query } => vec![*query],
        Statement::Separated(_) | Statement::Connected(_) => Vec::new(),
    };
    if let Evidence::Derivation(derivation) = evidence {
        roots.extend(derivation.steps.iter().flat_map(|step| [step.lhs, step.rhs]));
    }
    require(roots.iter().all(|id| id.index() < arena.len()), "an expression is not in the arena")?;
    let copy = |reference: &Ref| matches!(reference.at, At::Value(_) | At::Copy(..=PRIMES));
    let inside = |reference: &Ref| reference.var.index() < claim.graph.len() && copy(reference);
    let known = claim.known.iter().all(|term| term.refs().all(|reference| inside(&reference)));
    require(known, "a known distribution names a variable that the graph lacks")?;
    for id in arena.reachable(roots) {
        let fine = match arena.get(id) {
            Expr::P(term) => {
                work.spend(term.refs().count())?;
                !term.of().is_empty() && term.refs().all(|reference| inside(&reference))
            }
            Expr::Value(reference) => inside(reference),
            Expr::Sum { over, .. } => !over.is_empty() && over.iter().all(|r| inside(r) && !r.is_value()),
            Expr::Number(number) => !number.denom().is_zero(),
            Expr::Product(_) | Expr::Quotient(..) | Expr::Plus(_) | Expr::Minus(_) => true,
        };
        require(fine, "an expression names a variable that the graph lacks, or is none")?;
    }
    Ok(())
}

/// The nodes behind references, all of which are the graph's.
fn variables(graph: &Graph, refs: &[Ref]) -> NodeSet {
    graph.set(refs.iter().map(|reference| Node::new(reference.var.index())))
}

/// Hedges and models speak of what P(v) determines.
fn observed_only(claim: &Claim) -> Result<(), Reason> {
    let without = claim.known.iter().all(|term| term.do_().is_empty());
    require(without, "no evidence of this kind is accepted where distributions with actions are known")
}

/// Refuses an estimand with a term that no known distribution determines as its marginal or conditional.
fn known(arena: &Arena, claim: &Claim, estimand: ExprId) -> Result<(), Reason> {
    for id in arena.reachable([estimand]) {
        if let Expr::P(term) = arena.get(id) {
            require(
                claim.known.iter().any(|known| determines(known, term)),
                "the estimand has a term that is not known",
            )?;
        }
    }
    Ok(())
}

/// Whether P(b | do(c), d) determines P(y | do(x), z): x = c, d within z, and y and the rest of z within b. What is known
/// at a copy is known at every value, so it matches any reference; at a value it matches that value, and an outcome so
/// known cannot be summed out.
fn determines(known: &Term, term: &Term) -> bool {
    let matches = |wide: &Ref, narrow: &Ref| wide.var == narrow.var && (!wide.is_value() || wide == narrow);
    let within = |narrow: &Ref, wide: &[Ref]| {
        wide.binary_search_by_key(&narrow.var, |r| r.var).is_ok_and(|i| wide.get(i).is_some_and(|r| matches(r, narrow)))
    };
    let same = |a: &[Ref], b: &[Ref]| a.len() == b.len() && b.iter().all(|reference| within(reference, a));
    let whole = same(known.of(), term.of()) && same(known.given(), term.given());
    let fixed = known.of().iter().any(|reference| reference.is_value());
    let conditions = term.given().iter().filter(|r| within(r, known.given())).count();
    let rest = term.given().iter().filter(|r| known.given().binary_search_by_key(&r.var, |k| k.var).is_err());
    let part = !fixed
        && conditions == known.given().len()
        && term.of().iter().chain(rest).all(|reference| within(reference, known.of()));
    same(known.do_(), term.do_()) && (whole || part)
}
