//! The judge.
//!
//! In: a claim and its evidence. Out: a [`Checked`], or a [`Refusal`] that says why not. Must never know: how evidence is
//! found. It shares no algorithm with the floors that find it. An equation means:
//! in every structural causal model of the graph whose P(v) is positive, and for every value of its free references, the
//! two sides are equal. Every P-term is positive then, those with actions included.
//!
//! What must be believed for a `Checked` to be true:
//! - the theorems: the three rules (Pearl 1995), the global Markov property of ADMGs (Richardson 2003), latent projection
//!   (Verma & Pearl 1990), hedges (Shpitser & Pearl 2006a) and the exchange of conditions (2006b), for finite domains;
//! - the data: `graph`, `expr` (equal ids are equal expressions; free references and their renaming; a term names a variable
//!   once), `proof`, and the crates beneath: `num-rational`, `num-bigint`, `indexmap`, `smallvec`, `petgraph`'s rows;
//! - what an expression is worth in a model: `proof::meaning`, which only the kernel may name;
//! - the files here.
//!
//! What it does not say: a division by what may be zero never cancels, so equations with one hold where both sides exist;
//! one side with and one without is refused. A model takes a value where `at` puts it, else as the state whose number its
//! text is; a state's numeric value is its number, whatever domain a file declares. Hedges and models are about P(v): where
//! distributions with actions are known they are refused.
//!
//! Nothing here panics or recurses deeper than `DEPTH` of `proof::meaning`. Work is counted in references read, pairs compared, cells
//! summed: evidence that takes more than `WORK`, or a table of more than `CELLS` in `proof::meaning` cells, is refused.

mod checked;
mod hedge;
mod normal;
mod projection;
mod rules;
mod separation;
#[cfg(test)]
mod tests;

pub use checked::Checked;

use crate::expr::{Arena, At, Expr, ExprId, NoRenaming, Ref, Term};
use crate::graph::{Graph, Node, NodeSet};
use crate::proof::meaning::{self, Reason, WORK, Work, require};
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
        self.step.map_or(Ok(()), |step| write!(f, "step {step}: "))?;
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refusal {}

/// The most primes a reference may have; copies beyond are the algebra's own.
const PRIMES: u16 = 1023;

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { step: None, reason }
    }
}

/// Judges evidence for a claim. The arena holds the expressions of both; renaming and normal forms add to it.
///
/// Linear in a derivation's references, and in the graph's edges for each step that needs a separation; a model costs the
/// cells of its largest district's table.
///
/// # Errors
/// Why the evidence does not show the claim, or is not well-formed, or exceeds a limit, named there.
pub fn check(arena: &mut Arena, claim: &Claim, evidence: &Evidence) -> Result<Checked, Refusal> {
    let (graph, mut work) = (&*claim.graph, Work(WORK));
    well_formed(arena, claim, evidence, &mut work)?;
    if let Some(source) = &claim.source {
        projection::check(graph, source, &mut work)?;
    }
    match (&claim.statement, evidence) {
        (
            &(Statement::Identifiable { query: a, estimand: b } | Statement::Equal(a, b)),
            Evidence::Derivation(found),
        ) => {
            rules::derivation(arena, graph, found, &mut work)?;
            rules::conclusion(arena, found, a, b)?;
            let estimand = matches!(claim.statement, Statement::Identifiable { .. }).then_some(b);
            for id in arena.reachable(estimand) {
                let unknown = matches!(arena.get(id), Expr::P(term) if !known(claim, term));
                require(!unknown, "the estimand has a term that no known distribution determines")?;
            }
        }
        (&Statement::NotIdentifiable { query }, Evidence::Hedge(..) | Evidence::CounterModel(_)) => {
            let observed = claim.known.iter().all(|term| term.do_().is_empty());
            require(observed, "where distributions with actions are known, no hedge and no models are accepted")?;
            match (arena.get(query), evidence) {
                (Expr::P(term), Evidence::Hedge(hedge, _)) => hedge::check(graph, term, hedge)?,
                (_, Evidence::Hedge(..)) => return Err(Reason::from("a hedge speaks of a single term").into()),
                _ => {}
            }
            if let Evidence::Hedge(_, Some(models)) | Evidence::CounterModel(models) = evidence {
                meaning::differ(arena, graph, &[query], models, &mut work)?;
            }
        }
        (&Statement::Unequal(a, b), Evidence::CounterModel(models)) => {
            meaning::differ(arena, graph, &[a, b], models, &mut work)?;
        }
        (Statement::Separated(separation), Evidence::Separation) => {
            separation::well_formed(graph, separation)?;
            require(separation::separated(graph, separation), "the separation does not hold")?;
        }
        (Statement::Connected(separation), Evidence::OpenPath(path)) => separation::open(graph, separation, path)?,
        _ => return Err(Reason::from("this kind of evidence does not support this kind of claim").into()),
    }
    Ok(Checked::new(claim, evidence))
}

/// Refuses expressions of another arena, variables that the graph lacks, and numbers that are none.
fn well_formed(arena: &Arena, claim: &Claim, evidence: &Evidence, work: &mut Work) -> Result<(), Reason> {
    let mut roots: Vec<ExprId> = match claim.statement {
        Statement::Identifiable { query: a, estimand: b } | Statement::Equal(a, b) | Statement::Unequal(a, b) => {
            vec![a, b]
        }
        Statement::NotIdentifiable { query } => vec![query],
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
        if !fine {
            let what = "an expression names a variable that the graph lacks";
            return Err(format!("{what}, has over {PRIMES} primes, or is none"));
        }
    }
    Ok(())
}

/// The expression with its free references renamed, refused where a sum of it would catch one.
fn rename(arena: &mut Arena, root: ExprId, at: &[(Ref, Ref)], work: &mut Work) -> Result<ExprId, Reason> {
    arena.rename_within(root, at, &mut work.0).map_err(|why| match why {
        NoRenaming::Captured => "a renamed reference would be captured by a sum of the step used".into(),
        NoRenaming::Twice => "a renaming makes a term name a variable twice".into(),
        NoRenaming::Work => format!("checking takes more than {WORK} units of work"),
    })
}

/// The nodes behind references, all of which are the graph's.
fn variables(graph: &Graph, refs: &[Ref]) -> NodeSet {
    graph.set(refs.iter().map(|reference| Node::new(reference.var.index())))
}

/// Whether some P(b | do(x), c) is known of which the term is a marginal or conditional: P(y | do(x), z) with c within z,
/// y within b, and z within b and c. What is known at copies is known at every value; else the term must be it exactly.
fn known(claim: &Claim, term: &Term) -> bool {
    let sets = |term: &Term| [term.of(), term.given(), term.do_()].map(|refs| variables(&claim.graph, refs));
    let [y, z, x] = sets(term);
    claim.known.iter().any(|known| {
        let [b, c, action] = sets(known);
        let within = action == x && c.is_subset(&z) && y.is_subset(&b) && z.is_subset(&b.union(&c));
        known == term || (within && !known.refs().any(Ref::is_value))
    })
}
