//! Separations, open paths, derivations and hedges.

use super::{Reader, Reason, list, needed, number, pairs, some, text};
use crate::answer::Refusal;
use crate::expr::ExprId;
use crate::graph::{EdgeKind, Mutilation, NodeSet};
use crate::proof::{
    Derivation, ExchangedQuery, Hedge, KeptCondition, MovedCondition, OpenPath, PathStep, Rule, Separation, Step,
    Subgraph, Use,
};
use serde_json::Value;

impl Reader {
    /// As in `requires`.
    pub(in crate::json) fn separation(&mut self, value: &Value) -> Result<Separation, Reason> {
        self.separation_in(value, needed(value, "graph")?)
    }

    /// The three sets of one object with the cuts of another.
    pub(in crate::json) fn separation_in(&mut self, value: &Value, graph: &Value) -> Result<Separation, Reason> {
        Ok(Separation {
            x: self.set(value, "x")?,
            y: self.set(value, "y")?,
            given: self.set(value, "given")?,
            cut: Mutilation {
                no_incoming: self.set(graph, "no_incoming")?,
                no_outgoing: self.set(graph, "no_outgoing")?,
            },
        })
    }

    /// `[{"node", "edge", "collider", "opened_by"}]`
    pub(in crate::json) fn open_path(&mut self, object: &Value, field: &str) -> Result<OpenPath, Reason> {
        let mut steps = Vec::new();
        for step in list(object, field)? {
            let edge = match some(step, "edge") {
                None => None,
                Some(edge) => {
                    let kinds = [EdgeKind::Forward, EdgeKind::Backward, EdgeKind::Bidirected];
                    let kind = kinds.into_iter().find(|kind| edge.as_str() == Some(kind.arrow()));
                    Some(kind.ok_or_else(|| format!("{edge} is no edge"))?)
                }
            };
            let opened_by = list(step, "opened_by")?.iter().map(|node| self.node(node)).collect::<Result<_, _>>()?;
            let read = PathStep { node: self.node(needed(step, "node")?)?, edge, opened_by };
            if some(step, "collider").is_some_and(|told| told.as_bool() != Some(read.is_collider())) {
                return Err("a path says another thing of a collider than of what opens it".to_owned());
            }
            steps.push(read);
        }
        Ok(OpenPath { steps })
    }

    /// The steps of a derivation, whose conclusion must be these two sides.
    pub(in crate::json) fn derivation(
        &mut self,
        value: &Value,
        lhs: ExprId,
        rhs: ExprId,
    ) -> Result<Derivation, Refusal> {
        let whole = |reason: Reason| Refusal { step: None, reason };
        let mut steps = Vec::new();
        for (position, step) in list(value, "steps").map_err(whole)?.iter().enumerate() {
            let read = self.step(position, step);
            steps.push(read.map_err(|reason| Refusal { step: Some(position + 1), reason })?);
        }
        let conclusion = needed(value, "conclusion").map_err(whole)?;
        for (field, side) in [("lhs", lhs), ("rhs", rhs)] {
            if needed(conclusion, field).and_then(|side| self.expr(side)).map_err(whole)? != side {
                return Err(whole("the derivation concludes something else than what is answered".to_owned()));
            }
        }
        Ok(Derivation { steps })
    }

    fn step(&mut self, position: usize, value: &Value) -> Result<Step, Reason> {
        if some(value, "n").is_some_and(|n| number(n) != Ok(position + 1)) {
            return Err("the steps are not numbered 1, 2, 3, …".to_owned());
        }
        let name = text(value, "rule")?;
        Ok(Step {
            rule: Rule::from_name(name).ok_or_else(|| format!("{name} is no rule known here"))?,
            lhs: self.expr(needed(value, "lhs")?)?,
            rhs: self.expr(needed(value, "rhs")?)?,
            uses: list(value, "uses")?.iter().map(|used| self.used(used)).collect::<Result<_, _>>()?,
            requires: list(value, "requires")?.iter().map(|one| self.separation(one)).collect::<Result<_, _>>()?,
        })
    }

    /// `3`, or `{"step": 3, "at": {"x": "x'"}}`
    fn used(&mut self, value: &Value) -> Result<Use, Reason> {
        let step = if value.is_object() { needed(value, "step")? } else { value };
        let step = number(step)?.checked_sub(1).ok_or("steps are counted from 1")?;
        let mut at = Vec::new();
        if let Some(renamed) = some(value, "at") {
            for (from, to) in renamed.as_object().ok_or("`at` is no object")? {
                let to = to.as_str().ok_or("a reference is a text")?;
                at.push((self.reference_text(from)?, self.reference_text(to)?));
            }
        }
        Ok(Use { step, at })
    }

    fn subgraph(&mut self, value: &Value) -> Result<Subgraph, Reason> {
        let nodes = self.set(value, "nodes")?;
        let mut directed = pairs(&self.graph, list(value, "directed")?)?;
        let mut bidirected = pairs(&self.graph, list(value, "bidirected")?)?;
        for (a, b) in &mut bidirected {
            (*a, *b) = ((*a).min(*b), (*a).max(*b));
        }
        for edges in [&mut directed, &mut bidirected] {
            edges.sort_unstable();
            edges.dedup();
        }
        Ok(Subgraph { nodes, directed, bidirected })
    }

    /// A hedge; where nothing is said of an exchange, that of the query asked.
    pub(in crate::json) fn hedge(&mut self, value: &Value, [of, do_, given]: [NodeSet; 3]) -> Result<Hedge, Reason> {
        let exchanged = if ["of", "do", "given", "moved", "kept"].iter().any(|&field| some(value, field).is_some()) {
            let (mut moved, mut kept) = (Vec::new(), Vec::new());
            for one in list(value, "moved")? {
                let requires = self.separation(needed(one, "requires")?)?;
                moved.push(MovedCondition { z: self.node(needed(one, "z")?)?, requires });
            }
            for one in list(value, "kept")? {
                let requires = self.separation(needed(one, "requires")?)?;
                let open_path = self.open_path(one, "open_path")?;
                kept.push(KeptCondition { z: self.node(needed(one, "z")?)?, requires, open_path });
            }
            let (of, do_, given) = (self.set(value, "of")?, self.set(value, "do")?, self.set(value, "given")?);
            ExchangedQuery { of, do_, given, moved, kept }
        } else {
            ExchangedQuery { of, do_, given, moved: Vec::new(), kept: Vec::new() }
        };
        Ok(Hedge {
            root: self.set(value, "root")?,
            outer: self.subgraph(needed(value, "outer")?)?,
            inner: self.subgraph(needed(value, "inner")?)?,
            exchanged,
        })
    }
}
