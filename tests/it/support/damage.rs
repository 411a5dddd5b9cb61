//! Evidence damaged at random: one change at a time, of every kind thought of.

use super::bits::{bit, members, node_set};
use super::queries::Case;
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use whatif::expr::{Arena, BigRational, Expr, ExprId, Ref, Term, Var};
use whatif::graph::{EdgeKind, Mutilation, Node, NodeSet};
use whatif::proof::{CounterModel, Derivation, Hedge, OpenPath, Parent, Rule, Separation};

/// Adds a random node where it is missing, takes it out where it is not.
fn toggle(set: &mut NodeSet, rng: &mut ChaCha8Rng) {
    let node = Node::new(rng.random_range(0..set.capacity()));
    if set.contains(node) {
        set.remove(node);
    } else {
        set.insert(node);
    }
}

pub fn toggle_separation(separation: &mut Separation, rng: &mut ChaCha8Rng) {
    let Separation { x, y, given, cut: Mutilation { no_incoming, no_outgoing } } = separation;
    let sets = [x, y, given, no_incoming, no_outgoing];
    let which = rng.random_range(0..sets.len());
    for (place, set) in sets.into_iter().enumerate() {
        if place == which {
            toggle(set, rng);
        }
    }
}

/// The expression with one of the nodes it is built of replaced.
fn replace(arena: &mut Arena, root: ExprId, old: ExprId, new: ExprId) -> ExprId {
    let mut made = std::collections::BTreeMap::from([(old, new)]);
    for id in arena.reachable([root]) {
        if made.contains_key(&id) {
            continue;
        }
        let of = |id: &ExprId| made[id];
        let expr = arena.get(id).clone();
        let copy = match &expr {
            Expr::Number(_) | Expr::P(_) | Expr::Value(_) => id,
            Expr::Sum { over, body } => arena.sum(over.iter().copied(), of(body)),
            Expr::Product(all) => arena.product(all.iter().map(of)),
            Expr::Plus(all) => arena.plus(all.iter().map(of)),
            Expr::Minus(all) => arena.minus(all.iter().map(of)),
            Expr::Quotient(over, under) => arena.quotient(of(over), of(under)),
        };
        made.insert(id, copy);
    }
    made[&root]
}

/// A term with one reference moved, dropped, primed or added.
fn damaged_term(term: &Term, variables: usize, rng: &mut ChaCha8Rng) -> Option<Term> {
    let mut sides = [term.of().to_vec(), term.given().to_vec(), term.do_().to_vec()];
    let from = rng.random_range(0..3);
    let to = rng.random_range(0..3);
    match rng.random_range(0..4) {
        0 if !sides[from].is_empty() => {
            let at = rng.random_range(0..sides[from].len());
            let moved = sides[from].remove(at);
            sides[to].push(moved);
        }
        1 if !sides[from].is_empty() => {
            let at = rng.random_range(0..sides[from].len());
            sides[from].remove(at);
        }
        2 if !sides[from].is_empty() => {
            let at = rng.random_range(0..sides[from].len());
            sides[from][at] = Ref::copy(sides[from][at].var, rng.random_range(0..3));
        }
        _ => sides[to].push(Ref::plain(Var::new(rng.random_range(0..variables)))),
    }
    let [of, given, do_] = sides;
    Term::new(of, given, do_)
}

/// An expression with one node changed: a term, what a sum binds, an operand gone, a quotient turned over.
fn damaged_expr(arena: &mut Arena, root: ExprId, variables: usize, rng: &mut ChaCha8Rng) -> ExprId {
    let nodes = arena.reachable([root]);
    let old = *nodes.choose(rng).unwrap();
    let new = match arena.get(old).clone() {
        Expr::P(term) => match damaged_term(&term, variables, rng) {
            Some(term) => arena.p(term),
            None => old,
        },
        Expr::Sum { over, body } => {
            let mut over = over.to_vec();
            match rng.random_range(0..3) {
                0 => over.push(Ref::copy(Var::new(rng.random_range(0..variables)), rng.random_range(0..2))),
                1 => over.truncate(over.len() - 1),
                _ => over[0] = Ref::copy(over[0].var, rng.random_range(0..3)),
            }
            arena.sum(over, body)
        }
        Expr::Product(all) => {
            let gone = rng.random_range(0..all.len());
            arena.product(all.iter().enumerate().filter(|&(at, _)| at != gone).map(|(_, &id)| id))
        }
        Expr::Quotient(over, under) => arena.quotient(under, over),
        Expr::Number(_) | Expr::Plus(_) | Expr::Minus(_) | Expr::Value(_) => old,
    };
    replace(arena, root, old, new)
}

/// One random change; the derivation and the estimand it is said to lead to.
pub fn damage_derivation(
    arena: &mut Arena,
    derivation: &mut Derivation,
    sides: &mut (ExprId, ExprId),
    case: &Case,
    rng: &mut ChaCha8Rng,
) {
    let steps = &mut derivation.steps;
    let variables = case.graph.len();
    let at = rng.random_range(0..steps.len());
    let other = steps[rng.random_range(0..steps.len())].clone();
    match rng.random_range(0..14) {
        0 => steps[at].rule = *Rule::ALL.choose(rng).unwrap(),
        1 => steps[at].rhs = other.rhs,
        2 => steps[at].lhs = other.lhs,
        3 => {
            let step = &mut steps[at];
            std::mem::swap(&mut step.lhs, &mut step.rhs);
        }
        4 => {
            if let Some(requires) = steps[at].requires.first_mut() {
                toggle_separation(requires, rng);
            }
        }
        5 => steps[at].requires = other.requires,
        6 => steps[at].uses = other.uses,
        7 => {
            if let Some(used) = steps[at].uses.first_mut() {
                used.step = rng.random_range(0..at + 2);
            }
        }
        8 => {
            let variable = Var::new(rng.random_range(0..variables));
            if let Some(used) = steps[at].uses.first_mut() {
                used.at.push((Ref::plain(variable), Ref::copy(variable, rng.random_range(0..2))));
            }
        }
        9 => {
            steps.remove(at);
        }
        10 => sides.1 = damaged_expr(arena, sides.1, variables, rng),
        11 => {
            // The last step and the claim alike.
            let wrong = damaged_expr(arena, sides.1, variables, rng);
            sides.1 = wrong;
            steps.last_mut().unwrap().rhs = wrong;
        }
        12 => {
            // A term wrong wherever it stands.
            let terms: Vec<ExprId> = arena.reachable(steps.iter().flat_map(|step| [step.lhs, step.rhs]));
            let terms: Vec<ExprId> = terms.into_iter().filter(|&id| matches!(arena.get(id), Expr::P(_))).collect();
            let old = *terms.choose(rng).unwrap();
            let new = damaged_expr(arena, old, variables, rng);
            for step in steps {
                step.lhs = replace(arena, step.lhs, old, new);
                step.rhs = replace(arena, step.rhs, old, new);
            }
            sides.1 = replace(arena, sides.1, old, new);
        }
        _ => {
            let side = if rng.random() { &mut steps[at].lhs } else { &mut steps[at].rhs };
            *side = damaged_expr(arena, *side, variables, rng);
        }
    }
}

pub fn damage_hedge(hedge: &mut Hedge, case: &mut Case, rng: &mut ChaCha8Rng) {
    let node = |rng: &mut ChaCha8Rng| Node::new(rng.random_range(0..case.graph.len()));
    match rng.random_range(0..16) {
        0 => toggle(&mut hedge.root, rng),
        1 => toggle(&mut hedge.outer.nodes, rng),
        2 => toggle(&mut hedge.inner.nodes, rng),
        3 => std::mem::swap(&mut hedge.inner, &mut hedge.outer),
        4 => hedge.inner = hedge.outer.clone(),
        5 => {
            let edges = [&mut hedge.outer, &mut hedge.inner].into_iter().nth(rng.random_range(0..2)).unwrap();
            let list = if rng.random() { &mut edges.directed } else { &mut edges.bidirected };
            if !list.is_empty() {
                list.remove(rng.random_range(0..list.len()));
            }
        }
        6 => {
            let pair = (node(rng), node(rng));
            let edges = [&mut hedge.outer, &mut hedge.inner].into_iter().nth(rng.random_range(0..2)).unwrap();
            if rng.random() { edges.directed.push(pair) } else { edges.bidirected.push(pair) }
        }
        7 => toggle(&mut hedge.exchanged.of, rng),
        8 => toggle(&mut hedge.exchanged.do_, rng),
        9 => toggle(&mut hedge.exchanged.given, rng),
        10 => {
            hedge.exchanged.moved.pop();
        }
        11 => {
            if let Some(moved) = hedge.exchanged.moved.first_mut() {
                toggle_separation(&mut moved.requires, rng);
            }
        }
        12 => {
            if let Some(kept) = hedge.exchanged.kept.first_mut() {
                toggle_separation(&mut kept.requires, rng);
            }
        }
        13 => {
            if let Some(kept) = hedge.exchanged.kept.first_mut() {
                damage_path(&mut kept.open_path, case.graph.len(), rng);
            }
        }
        14 => {
            hedge.exchanged.kept.pop();
        }
        _ => {
            // Another query, with the sets of the exchanged one as they would be if nothing had been moved.
            let free = !(case.y | case.x | case.z) & ((1 << case.graph.len()) - 1);
            let more = members(free).next().map_or(0, bit);
            let side = [&mut case.y, &mut case.x, &mut case.z].into_iter().nth(rng.random_range(0..3)).unwrap();
            *side |= more;
            if rng.random() {
                hedge.exchanged.of = node_set(&case.graph, case.y);
                hedge.exchanged.do_ = node_set(&case.graph, case.x);
                hedge.exchanged.given = node_set(&case.graph, case.z);
            }
        }
    }
}

pub fn damage_path(path: &mut OpenPath, nodes: usize, rng: &mut ChaCha8Rng) {
    let at = rng.random_range(0..path.steps.len());
    let node = Node::new(rng.random_range(0..nodes));
    match rng.random_range(0..6) {
        0 => path.steps[at].node = node,
        1 => path.steps[at].edge = [EdgeKind::Forward, EdgeKind::Backward, EdgeKind::Bidirected].choose(rng).copied(),
        2 => path.steps[at].opened_by.clear(),
        3 => path.steps[at].opened_by.push(node),
        4 => {
            path.steps.remove(at);
        }
        _ => path.steps.reverse(),
    }
}

pub fn damage_models(counter: &mut CounterModel, rng: &mut ChaCha8Rng) {
    let which = rng.random_range(0..counter.models.len());
    let variables = counter.models[which].variables.len();
    let i = rng.random_range(0..variables);
    let small = BigRational::new(1.into(), rng.random_range(2..100).into());
    let both: Vec<usize> = if rng.random_bool(0.3) { vec![0, 1] } else { vec![which] };
    match rng.random_range(0..12) {
        0 => {
            // Moves a little from one state to another in some row, in one model or in both.
            let row = rng.random::<u64>() as usize;
            for which in both {
                let table = &mut counter.models[which].variables[i].table;
                let rows = table.len();
                let moved = table[row % rows][0].clone() * small.clone();
                table[row % rows][0] -= moved.clone();
                table[row % rows][1] += moved;
            }
        }
        1 => counter.models[which].variables[i].table.reverse(),
        2 => counter.models[which].variables[i].table.iter_mut().for_each(|row| row.reverse()),
        3 => counter.models[which].variables[i].parents.reverse(),
        4 => {
            let parent = if rng.random() {
                Parent::Variable(Node::new(rng.random_range(0..variables)))
            } else {
                Parent::Latent(rng.random_range(0..counter.models[which].latents.len().max(1)))
            };
            for which in both {
                let variable = &mut counter.models[which].variables[i];
                variable.parents.push(parent);
                variable.table = variable.table.iter().flat_map(|row| [row.clone(), row.clone()]).collect();
            }
        }
        5 => counter.models[which].variables[i].states += 1,
        6 => {
            if let Some(latent) = counter.models[which].latents.first_mut() {
                latent.probs[0] += small;
            }
        }
        7 => {
            if let Some(latent) = counter.models[which].latents.first_mut() {
                latent.probs.reverse();
                latent.probs[0] -= small.clone();
                latent.probs[1] += small;
            }
        }
        8 => {
            let at = rng.random_range(0..counter.at.len());
            counter.at[at].1 = rng.random_range(0..3);
        }
        9 => {
            counter.at.remove(rng.random_range(0..counter.at.len()));
        }
        10 => counter.values.reverse(),
        _ => counter.values[which] += small,
    }
}
