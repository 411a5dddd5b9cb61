//! Effects of those who had a treatment, and of those who had not.
//!
//! E[Y(a) | X = g] = Σ_z E[Y | a, z] P(z | g) where Y(a) and X are independent given z and X changes nothing in z. That is
//! more than an adjustment says, so the kernel is asked for both separations: Y ⫫ X | z once the edges out of X are gone,
//! and z ⫫ X once those into X are.

use super::adjusted::Asked;
use super::types::Among;
use super::{Fault, Work, told};
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::kernel;
use crate::proof::{Claim, Evidence, Separation, Statement};

/// The treatment of those asked about; None for everybody.
pub(super) fn group(work: &Work<'_>, asked: &[Asked]) -> Result<Option<usize>, Fault> {
    let mut named: Vec<&str> = Vec::new();
    for mean in asked {
        if !named.contains(&mean.treatment.as_str()) {
            named.push(&mean.treatment);
        }
    }
    let (place, option) = match work.settings.among {
        Among::Everybody => return Ok(None),
        Among::Treated => (0, "treated"),
        Among::Untreated => (1, "untreated"),
    };
    let Some(value) = named.get(place).filter(|_| named.len() == 2) else {
        return Err(Fault::Reason(format!(
            "--among {option} needs a question that compares two treatments, such as E[y | do(x = 1)] - E[y | do(x = 0)]"
        )));
    };
    certify(work, asked)?;
    Ok(Some(work.level(work.adjusted.treatment, value, told::ACTED)?))
}

fn certify(work: &Work<'_>, asked: &[Asked]) -> Result<(), Fault> {
    let graph = &*work.answer.graph;
    let node = |var: &crate::expr::Var| Node::new(var.index());
    let treatment = graph.set([node(&work.adjusted.treatment)]);
    let outcomes = graph.set(asked.iter().map(|mean| node(&mean.outcome)));
    let mut set = graph.set(work.adjusted.set.iter().map(node));
    for mean in asked {
        set.extend(&graph.set(mean.given.iter().map(|(var, _)| node(var))));
    }
    let nothing = graph.no_nodes();
    let ignorable = Separation {
        x: outcomes,
        y: treatment.clone(),
        given: set.clone(),
        cut: Mutilation::under(graph, treatment.clone()),
    };
    let before =
        Separation { x: set.clone(), y: treatment.clone(), given: nothing, cut: Mutilation::over(graph, treatment) };
    if holds(work, ignorable) && (set.is_empty() || holds(work, before)) {
        return Ok(());
    }
    Err(Fault::Reason(format!(
        "among those who had one treatment this adjustment is not enough: {} would have to account for all that {} and the \
         outcome have in common, and not be changed by the action",
        if set.is_empty() { "nothing".to_owned() } else { listed(graph, &set) },
        work.name(work.adjusted.treatment),
    )))
}

/// Whether the kernel accepts a separation.
fn holds(work: &Work<'_>, separation: Separation) -> bool {
    let of = work.adjusted.certificate.claim();
    let claim = Claim { statement: Statement::Separated(separation), ..of.clone() };
    kernel::check(&mut work.adjusted.arena.clone(), &claim, &Evidence::Separation).is_ok()
}

fn listed(graph: &Graph, set: &NodeSet) -> String {
    set.iter().map(|node| graph.name(node)).collect::<Vec<_>>().join(", ")
}
