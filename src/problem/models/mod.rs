//! `model` blocks: names, tables, equations and noise → a [`Model`], or what is wrong with it.
//!
//! What the language leaves open is settled here: a variable without a `var` has the values 0 and 1; true is 1, yes or
//! true, and false is 0, no or false; each `noise( )` is a draw of its own; a model whose equations draw from normal
//! distributions is linear, and then all of it is.

mod ask;
mod compare;
mod distribution;
mod equation;
mod linear;
mod quantity;
mod questions;
mod table;
mod value;

pub use value::number;
pub(super) use value::numbers;

use super::diagnostics;
use super::resolver::Resolver;
use crate::expr::BigRational;
use crate::graph::{Graph, Node};
use crate::model::{Mechanism, Model, Network, Role, Variable};
use crate::source::{Diagnostic, Span};
use crate::syntax::tree::{
    self, DistributionKind, EquationKind, ModelBlock, ModelItem, Statement, StatementKind, Tree,
};
use num_traits::{One, Zero};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The most cells that the table of one variable, or that made of its equation, may have.
pub(super) const MAX_CELLS: usize = 1 << 16;
/// The most cells that the tables of a file's models may have together.
const MAX_CELLS_IN_FILE: usize = 1 << 21;

/// A model of a file.
#[derive(Clone, Debug)]
pub struct ModelEntry {
    /// Its name.
    pub name: String,
    /// Where its block stands.
    pub span: Span,
    /// What the `///` lines above it say.
    pub doc: Option<String>,
    /// Position of its graph in [`super::Problem::graphs`].
    pub graph: usize,
    /// The model: the variables of the graph as written, then the exogenous ones.
    pub model: Arc<Model>,
}

/// What is known of a variable while a model is read.
struct Known {
    name: String,
    states: Vec<String>,
    numbers: Option<Vec<BigRational>>,
}

/// A model under construction.
struct Draft {
    source_graph: Arc<Graph>,
    graph_name: String,
    role: Vec<Role>,
    known: Vec<Known>,
    /// Exogenous variables by name.
    exogenous: FxHashMap<String, usize>,
    mechanisms: Vec<Option<Mechanism>>,
    /// By exogenous variable: its children among the graph's, where it is named.
    children: FxHashMap<usize, Vec<(usize, Span)>>,
}

impl Draft {
    /// The variable of that name, of the graph or beside it.
    fn variable(&self, name: &str) -> Option<usize> {
        self.source_graph.node(name).map(Node::index).or_else(|| self.exogenous.get(name).copied())
    }

    fn measured(&self) -> usize {
        self.source_graph.len()
    }
}

impl<'t> Resolver<'t> {
    /// Reads every model of the file, in order. What is wrong is reported, and the model left out.
    pub fn read_models(&mut self, tree: &'t Tree) {
        let mut cells = MAX_CELLS_IN_FILE;
        let mut places: FxHashMap<&str, Span> = FxHashMap::default();
        for (position, statement) in tree.statements.iter().enumerate() {
            let StatementKind::Model(block) = &statement.kind else { continue };
            let name = &block.name;
            if let Some(&first) = places.get(name.value.as_str()) {
                self.findings.push(diagnostics::redefined(
                    &self.findings.source,
                    "model",
                    &name.value,
                    name.span,
                    first,
                ));
                continue;
            }
            places.insert(&name.value, name.span);
            if let Some((_, graph)) = self.graphs.get_key_value(&name.value) {
                let found =
                    diagnostics::model_named_like_graph(&self.findings.source, &name.value, name.span, graph.span);
                self.findings.push(found);
                continue;
            }
            let before = self.findings.errors();
            let graph = self.graph_for(position, name.span, block.graph.as_ref());
            let model = graph.and_then(|graph| Some((graph, self.read_model(statement, block, graph, &mut cells)?)));
            let sound = self.findings.errors() == before;
            let entry = model.filter(|_| sound).map(|(graph, model)| {
                self.models.insert(
                    name.value.clone(),
                    ModelEntry {
                        name: name.value.clone(),
                        span: statement.span,
                        doc: statement.doc.clone(),
                        graph,
                        model: Arc::new(model),
                    },
                );
                self.models.len() - 1
            });
            self.model_names.insert(name.value.clone(), entry);
        }
    }

    fn read_model(
        &mut self,
        statement: &Statement,
        block: &'t ModelBlock,
        graph: usize,
        cells: &mut usize,
    ) -> Option<Model> {
        self.touched.graph(graph);
        let (_, entry) = self.graphs.get_index(graph)?;
        let (source_graph, graph_name) = (Arc::clone(&entry.source), entry.name.clone());
        let role = source_graph
            .nodes()
            .map(|node| if entry.latents.contains(node) { Role::Latent } else { Role::Measured })
            .collect();
        let known = source_graph
            .nodes()
            .map(|node| {
                let domain = entry.variables.get(node.index()).and_then(|info| info.domain.clone());
                let states = domain.unwrap_or_else(|| vec!["0".to_owned(), "1".to_owned()]);
                let name = source_graph.name(node).to_owned();
                Known { name, numbers: value::numbers(&states), states }
            })
            .collect();
        let mechanisms = vec![None; source_graph.len()];
        let mut draft = Draft {
            source_graph,
            graph_name,
            role,
            known,
            exogenous: FxHashMap::default(),
            mechanisms,
            children: FxHashMap::default(),
        };
        let items = self.items(block, &mut draft)?;
        // What stands under a wrong word is not missed as well.
        let mut told = vec![false; draft.measured()];
        for item in &block.items {
            if let Some(node) = draft.source_graph.node(&item.name.value) {
                told[node.index()] = true;
            }
        }
        let missing: Vec<String> =
            (0..draft.measured()).filter(|&node| !told[node]).map(|node| draft.known[node].name.clone()).collect();
        if !missing.is_empty() {
            let found = diagnostics::mechanism_missing(&self.findings.source, block.name.span, &missing);
            self.findings.push(found);
        }
        if block.items.iter().any(draws_normal) {
            return self.linear(&draft, &items).map(Model::Linear);
        }
        for &(variable, item) in &items {
            self.mechanism(&mut draft, variable, item, cells);
        }
        self.common_causes(&draft);
        if *cells == 0 {
            let found = diagnostics::models_too_large(&self.findings.source, statement.span, MAX_CELLS_IN_FILE);
            self.findings.push(found);
            return None;
        }
        if draft.mechanisms.iter().any(Option::is_none) {
            return None;
        }
        let variables =
            draft.known.into_iter().zip(draft.role).zip(draft.mechanisms).map(|((known, role), mechanism)| {
                Some(Variable {
                    name: known.name,
                    states: known.states,
                    numbers: known.numbers,
                    role,
                    mechanism: mechanism?,
                })
            });
        Some(Model::Discrete(Network { variables: variables.collect::<Option<Vec<_>>>()? }))
    }

    /// Which variable each line speaks of; the exogenous ones are added to the draft.
    fn items<'m>(&mut self, block: &'m ModelBlock, draft: &mut Draft) -> Option<Vec<(usize, &'m ModelItem)>> {
        let mut places: FxHashMap<&str, Span> = FxHashMap::default();
        let mut items = Vec::new();
        for item in &block.items {
            let name = &item.name;
            if let Some(&first) = places.get(name.value.as_str()) {
                let found = diagnostics::mechanism_twice(&self.findings.source, &name.value, name.span, first);
                self.findings.push(found);
                continue;
            }
            places.insert(&name.value, name.span);
            let node = draft.source_graph.node(&name.value).map(Node::index);
            match (item.latent, node) {
                (false, Some(node)) => items.push((node, item)),
                (true, Some(_)) => {
                    let graph = &draft.graph_name;
                    let found = diagnostics::latent_in_graph(&self.findings.source, &name.value, name.span, graph);
                    self.findings.push(found);
                }
                (true, None) => {
                    let Some(states) = self.exogenous_states(item) else { continue };
                    let variable = draft.known.len();
                    draft.known.push(Known { name: name.value.clone(), numbers: value::numbers(&states), states });
                    draft.role.push(Role::Exogenous);
                    draft.mechanisms.push(None);
                    draft.exogenous.insert(name.value.clone(), variable);
                    items.push((variable, item));
                }
                (false, None) => {
                    let names = draft.known.iter().map(|known| known.name.as_str());
                    let near = self.nearest.find(&name.value, names);
                    let graph = &draft.graph_name;
                    let found =
                        diagnostics::model_variable(&self.findings.source, &name.value, name.span, graph, &near);
                    self.findings.push(found);
                }
            }
        }
        Some(items)
    }

    /// The mechanism of one variable, put into the draft.
    fn mechanism(&mut self, draft: &mut Draft, variable: usize, item: &ModelItem, cells: &mut usize) {
        let made = match &item.mechanism {
            tree::Mechanism::Equation(equation) => self.equation(draft, variable, equation, item.name.span, cells),
            tree::Mechanism::Distribution(drawn) if item.given.is_empty() => {
                let states = &draft.known[variable].states;
                self.distribution(&draft.known[variable].name, states, drawn)
                    .map(|table| Mechanism { parents: Vec::new(), table })
            }
            tree::Mechanism::Distribution(_) | tree::Mechanism::Table(_) | tree::Mechanism::NoisyOr(_) => {
                self.table(draft, variable, item, cells)
            }
        };
        if variable < draft.measured()
            && let Some(made) = &made
        {
            self.unused_parents(draft, variable, item, &made.parents);
        }
        draft.mechanisms[variable] = made;
    }

    /// Warns of parents that a mechanism does not mention.
    fn unused_parents(&mut self, draft: &Draft, variable: usize, item: &ModelItem, used: &[usize]) {
        let idle: Vec<String> = draft
            .source_graph
            .parents(Node::new(variable))
            .filter(|parent| !used.contains(&parent.index()))
            .map(|parent| draft.source_graph.name(parent).to_owned())
            .collect();
        if !idle.is_empty() {
            let name = &item.name;
            let found = diagnostics::idle_parent(&self.findings.source, &name.value, name.span, &idle);
            self.findings.push(found);
        }
    }

    /// Whether the graph allows a variable as a parent; says so if not.
    fn allowed(&mut self, draft: &mut Draft, variable: usize, parent: usize, span: Span) -> bool {
        let graph = &draft.source_graph;
        let measured = draft.measured();
        let fits =
            parent >= measured || variable < measured && graph.has_directed(Node::new(parent), Node::new(variable));
        if !fits || variable >= measured {
            let parents: Vec<String> = match variable < measured {
                true => graph.parents(Node::new(variable)).map(|parent| graph.name(parent).to_owned()).collect(),
                false => Vec::new(),
            };
            let names = (draft.known[parent].name.as_str(), draft.known[variable].name.as_str());
            let found = diagnostics::not_a_parent(&self.findings.source, span, names, &draft.graph_name, &parents);
            self.findings.push(found);
            return false;
        }
        if parent >= measured && draft.role[parent] == Role::Exogenous {
            let children = draft.children.entry(parent).or_default();
            if children.iter().all(|(child, _)| *child != variable) {
                children.push((variable, span));
            }
        }
        true
    }

    /// Two variables with a common exogenous cause are joined by `<->` in the graph.
    fn common_causes(&mut self, draft: &Draft) {
        let mut causes: Vec<_> = draft.children.iter().collect();
        causes.sort_by_cached_key(|(cause, _)| **cause);
        for (&cause, children) in causes {
            for (i, &(second, span)) in children.iter().enumerate() {
                for &(first, _) in &children[..i] {
                    if !draft.source_graph.has_bidirected(Node::new(first), Node::new(second)) {
                        let names = [cause, first, second].map(|variable| draft.known[variable].name.as_str());
                        let graph = &draft.graph_name;
                        let found = diagnostics::common_cause(&self.findings.source, span, names, graph);
                        self.findings.push(found);
                    }
                }
            }
        }
    }

    /// What a question to a model is asked of: the position of the model, None within where it is broken; None where the
    /// name is no model's.
    pub fn model_named(&self, name: Option<&tree::Name>) -> Option<Option<usize>> {
        self.model_names.get(&name?.value).copied()
    }
}

/// A row that puts everything on one state.
fn certain(states: usize, state: usize) -> impl Iterator<Item = BigRational> {
    (0..states).map(move |other| if other == state { BigRational::one() } else { BigRational::zero() })
}

fn draws_normal(item: &ModelItem) -> bool {
    match &item.mechanism {
        tree::Mechanism::Distribution(drawn) => matches!(drawn.kind, DistributionKind::Normal { .. }),
        tree::Mechanism::Equation(equation) => {
            let mut waiting = vec![equation];
            while let Some(next) = waiting.pop() {
                if let EquationKind::Noise(drawn) = &next.kind
                    && matches!(drawn.kind, DistributionKind::Normal { .. })
                {
                    return true;
                }
                waiting.extend(equation::operands(next));
            }
            false
        }
        tree::Mechanism::Table(_) | tree::Mechanism::NoisyOr(_) => false,
    }
}

impl Resolver<'_> {
    fn say(&mut self, found: Diagnostic) {
        self.findings.push(found);
    }
}
