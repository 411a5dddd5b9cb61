//! Models with exact tables.

use super::expression::rational;
use super::{Reader, Reason, list, needed, number, text};
use crate::expr::BigRational;
use crate::proof::{CounterModel, Latent, Model, ModelVariable, Parent};
use rustc_hash::FxHashMap;
use serde_json::Value;

impl Reader {
    /// `{"models", "at", "values"}`
    pub(in crate::json) fn witness(&mut self, value: &Value) -> Result<CounterModel, Reason> {
        let models = list(value, "models")?.iter().map(|one| self.model(one)).collect::<Result<_, _>>()?;
        self.differs(value, models)
    }

    /// `{"model", "at", "values"}`
    pub(in crate::json) fn countermodel(&mut self, value: &Value) -> Result<CounterModel, Reason> {
        let model = self.model(needed(value, "model")?)?;
        self.differs(value, vec![model])
    }

    fn differs(&mut self, value: &Value, models: Vec<Model>) -> Result<CounterModel, Reason> {
        let at = list(value, "at")?.iter().map(|state| self.state(state)).collect::<Result<_, _>>()?;
        Ok(CounterModel { models, at, values: rationals(list(value, "values")?)? })
    }

    fn model(&mut self, value: &Value) -> Result<Model, Reason> {
        let mut latents = Vec::new();
        let mut positions = FxHashMap::default();
        for latent in list(value, "latents")? {
            let name = text(latent, "name")?;
            let probs = rationals(list(latent, "probs")?)?;
            if number(needed(latent, "states")?)? != probs.len() {
                return Err(format!("{name} has another number of states than probabilities"));
            }
            if positions.insert(name, latents.len()).is_some() || self.graph.node(name).is_some() {
                return Err(format!("two variables of a model have the name {name}"));
            }
            latents.push(Latent { name: name.to_owned(), probs });
        }
        let all = list(value, "variables")?;
        if all.len() != self.graph.len() {
            return Err("a model has another number of variables than the graph".to_owned());
        }
        let mut variables: Vec<Option<ModelVariable>> = vec![None; self.graph.len()];
        for variable in all {
            let node = self.node(needed(variable, "name")?)?;
            let parent = |name: &Value| match name.as_str().and_then(|name| positions.get(name)) {
                Some(&latent) => Ok(Parent::Latent(latent)),
                None => self.node(name).map(Parent::Variable),
            };
            let row = |row: &Value| rationals(row.as_array().ok_or("a row of a table is no list")?);
            let read = ModelVariable {
                states: number(needed(variable, "states")?)?,
                parents: list(variable, "parents")?.iter().map(parent).collect::<Result<_, _>>()?,
                table: list(variable, "table")?.iter().map(row).collect::<Result<_, Reason>>()?,
            };
            if let Some(slot) = variables.get_mut(node.index()) {
                *slot = Some(read);
            }
        }
        let variables: Option<Vec<ModelVariable>> = variables.into_iter().collect();
        Ok(Model { latents, variables: variables.ok_or("a model gives a variable twice")? })
    }
}

fn rationals(values: &[Value]) -> Result<Vec<BigRational>, Reason> {
    values.iter().map(rational).collect()
}
