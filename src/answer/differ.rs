//! A model in which two expressions differ.

use super::context::{Context, Stage};
use crate::countermodel::{Reading, TooLarge, differing_models, differing_point, random_model_on};
use crate::expr::{Arena, At, BigRational, Expr, ExprId, Ref, Symbol, Var};
use crate::graph::{Graph, Node};
use crate::kernel::Checked;
use crate::proof::{CounterModel, Evidence, Model, Statement};
use crate::reach;
use num_bigint::BigInt;
use num_integer::Integer;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Random models tried, seeds from 0. Two expressions that are not equal in all models differ in almost every one.
const MODELS: u64 = 4;
/// And where those are too large, so many in which each variable heeds two or three causes at most.
const SPARSE: u64 = 16;
/// Variables get no more states than this, whatever values the expressions name.
const STATES: usize = 6;

/// What comparing two expressions in random models came to.
pub(super) enum Compared {
    /// They differ; the kernel has accepted the model.
    Differ(Box<Checked>),
    /// They agree everywhere, in so many models.
    Agree(u64),
    /// No model was small enough.
    TooLarge,
}

/// Compares two expressions in a few random models with fixed seeds, the last of them with more states, exactly where
/// they seem to differ. Where such models are too large, in sparse ones: those may agree on what others tell apart.
pub(super) fn compare(context: &Context<'_>, arena: &mut Arena, lhs: ExprId, rhs: ExprId) -> Compared {
    let graph = context.graph();
    let Some(values) = Values::of(arena, lhs, rhs) else { return Compared::TooLarge };
    let relevant = reach::ancestors(graph, &values.variables(graph));
    let dense = (0..MODELS).map(|seed| (seed, usize::MAX));
    let sparse = (0..SPARSE).map(|seed| (seed, if seed % 2 == 0 { 2 } else { 3 }));
    let mut agree = 0;
    for (seed, most) in dense.chain(sparse) {
        if context.stopped() || most != usize::MAX && agree == MODELS {
            break;
        }
        let more = usize::from(most == usize::MAX && seed + 1 == MODELS);
        let limit = context.options.limits.cells;
        let found = context.timed(Stage::Derive, || {
            let states = |node: Node| (values.states(node) + more).min(STATES);
            let model = random_model_on(graph, &relevant, most, states, seed, limit)?;
            differ_in(graph, arena, lhs, rhs, &values, model, limit)
        });
        match found {
            Ok(Some(model)) => {
                // A denominator that is zero somewhere makes a model no evidence; then the next may be.
                let evidence = Evidence::CounterModel(Box::new(model));
                if let Ok(checked) = context.settle(arena, Statement::Unequal(lhs, rhs), &evidence) {
                    return Compared::Differ(Box::new(checked));
                }
            }
            Ok(None) => agree += 1,
            Err(_) => {}
        }
    }
    if agree == 0 { Compared::TooLarge } else { Compared::Agree(agree) }
}

fn differ_in(
    graph: &Graph,
    arena: &Arena,
    lhs: ExprId,
    rhs: ExprId,
    values: &Values,
    model: Model,
    limit: usize,
) -> Result<Option<CounterModel>, TooLarge> {
    let found = differing_point(graph, &model, arena, (lhs, rhs), &values.reading, limit)?;
    Ok(found.map(|(at, sides)| CounterModel { at: values.at(&at), values: sides.to_vec(), models: vec![model] }))
}

/// A variable's free copies, and its values with their texts.
type Named = (Vec<Ref>, Vec<(String, Ref)>);

/// Two models that agree on the data and differ on an expression of several terms, from two that differ on one of them:
/// what the others add may undo the difference, so it is computed. None where it does, or where a value has no state.
pub(super) fn whole(context: &Context<'_>, arena: &Arena, expr: ExprId, models: Vec<Model>) -> Option<CounterModel> {
    let values = Values::of(arena, expr, expr)?;
    let [first, second] = &models[..] else { return None };
    let fits = |node: &usize| first.variables.get(*node).is_some_and(|v| values.states(Node::new(*node)) <= v.states);
    if !values.named.keys().all(fits) {
        return None;
    }
    let limit = context.options.limits.cells;
    let found = differing_models(context.graph(), [first, second], arena, expr, &values.reading, limit).ok()??;
    Some(CounterModel { at: values.at(&found.0), values: found.1.to_vec(), models })
}

/// The references of two expressions, and the states that stand for values.
struct Values {
    /// By variable: the free copies in order, then the values in the order of their texts.
    named: BTreeMap<usize, Named>,
    reading: Reading,
}

impl Values {
    /// None where a value needs more states than a model is given.
    fn of(arena: &Arena, lhs: ExprId, rhs: ExprId) -> Option<Self> {
        let mut named: BTreeMap<usize, Named> = BTreeMap::new();
        let mut numeric = Vec::new();
        for id in arena.reachable([lhs, rhs]) {
            let refs: Vec<Ref> = match arena.get(id) {
                Expr::P(term) => term.refs().collect(),
                Expr::Value(r) => {
                    numeric.push(r.var.index());
                    vec![*r]
                }
                Expr::Sum { over, .. } => over.to_vec(),
                Expr::Number(_) | Expr::Product(_) | Expr::Quotient(..) | Expr::Plus(_) | Expr::Minus(_) => Vec::new(),
            };
            for r in refs {
                let (copies, values) = named.entry(r.var.index()).or_default();
                match r.at {
                    At::Value(symbol) => values.push((arena.text(symbol).to_owned(), r)),
                    At::Copy(_) if arena.is_free_in(r, lhs) || arena.is_free_in(r, rhs) => copies.push(r),
                    At::Copy(_) => {}
                }
            }
        }
        let mut states: FxHashMap<(Var, Symbol), usize> = FxHashMap::default();
        for (variable, (copies, values)) in &mut named {
            copies.sort_unstable();
            copies.dedup();
            values.sort_unstable();
            values.dedup();
            let numbers: Option<Vec<usize>> = values.iter().map(|(text, _)| text.parse().ok()).collect();
            let numbers = match numbers.filter(|numbers| numbers.iter().all(|&n| n < STATES)) {
                Some(numbers) => numbers,
                None if numeric.contains(variable) || values.len() > STATES => return None,
                None => (0..values.len()).collect(),
            };
            for ((_, r), state) in values.iter().zip(numbers) {
                if let At::Value(symbol) = r.at {
                    states.insert((r.var, symbol), state);
                }
            }
        }
        Some(Self { named, reading: Reading { states, numbers: FxHashMap::default() } })
    }

    fn variables(&self, graph: &Graph) -> crate::graph::NodeSet {
        graph.set(self.named.keys().map(|&variable| Node::new(variable)))
    }

    fn state(&self, r: Ref) -> usize {
        match r.at {
            At::Value(symbol) => self.reading.states.get(&(r.var, symbol)).copied().unwrap_or_default(),
            At::Copy(_) => 0,
        }
    }

    /// How many states a variable needs.
    fn states(&self, node: Node) -> usize {
        let values = self.named.get(&node.index()).map_or(&[][..], |(_, values)| values);
        values.iter().map(|(_, r)| self.state(*r) + 1).max().unwrap_or(2).max(2)
    }

    /// The state of every free reference and of every value, as the kernel reads them.
    fn at(&self, point: &[(Ref, usize)]) -> Vec<(Node, usize)> {
        let free = |r: &Ref| point.iter().find(|(known, _)| known == r).map_or(0, |(_, state)| *state);
        let all = self.named.iter().flat_map(|(&variable, (copies, values))| {
            let states = copies.iter().map(free).chain(values.iter().map(|(_, r)| self.state(*r)));
            states.map(move |state| (Node::new(variable), state)).collect::<Vec<_>>()
        });
        all.collect()
    }
}

/// “in a model of the graph they are 1/2 and 5/8 at y = 1, x = 0”
pub(super) fn told(graph: &Graph, checked: &Checked) -> String {
    let Evidence::CounterModel(model) = checked.evidence() else { return String::new() };
    let at: Vec<String> = model.at.iter().map(|(node, state)| format!("{} = {state}", graph.name(*node))).collect();
    let at = if at.is_empty() { String::new() } else { format!(" at {}", at.join(", ")) };
    let values: Vec<String> = model.values.iter().map(number).collect();
    format!("in a model of the graph they are {}{at}", values.join(" and "))
}

/// Exact where that is short to read.
fn number(value: &BigRational) -> String {
    let exact = value.to_string();
    if exact.len() <= 12 {
        return exact;
    }
    let scaled = value * BigRational::from_integer(BigInt::from(10_000));
    let rounded = scaled.round().to_integer();
    let (whole, rest) = rounded.div_rem(&BigInt::from(10_000));
    let sign = if rounded < BigInt::from(0) { "-" } else { "" };
    format!("about {sign}{}.{:04}", whole.magnitude(), rest.magnitude())
}
