//! Where a name is made, where it stands, and how it is changed everywhere.

use super::{File, touch, written};
use crate::source::Span;
use crate::syntax::names::{Naming, Occurrence};

/// What a name means in a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Entity {
    /// A graph.
    Graph,
    /// A model.
    Model,
    /// A table of data.
    Table,
    /// A variable.
    Variable,
    /// A `let` or a named question.
    Expression,
}

/// Why a name cannot be changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoRename {
    /// No name stands there.
    NoName,
    /// The new name is empty or has a line end.
    Malformed,
    /// Something else of the file has it.
    Taken(String),
    /// The file has errors, so a place might be missed.
    Errors,
}

impl File {
    /// What a name means; None for a value in an equation.
    pub(super) fn entity(&self, name: &Occurrence) -> Option<Entity> {
        Some(match name.naming {
            Naming::Graph => Entity::Graph,
            Naming::Model => Entity::Model,
            Naming::Asked if self.problem.graphs.contains_key(&name.name) => Entity::Graph,
            Naming::Asked => Entity::Model,
            Naming::Table => Entity::Table,
            Naming::Variable => Entity::Variable,
            Naming::Expression => Entity::Expression,
            Naming::Bare if self.makes_expression(&name.name) => Entity::Expression,
            Naming::Bare => Entity::Variable,
            Naming::Operand if self.is_variable(&name.name) => Entity::Variable,
            Naming::Operand => return None,
        })
    }

    fn makes_expression(&self, name: &str) -> bool {
        self.names.iter().any(|other| other.naming == Naming::Expression && other.name == name)
    }

    fn is_variable(&self, name: &str) -> bool {
        self.names.iter().any(|other| other.naming == Naming::Variable && other.name == name)
    }

    /// The name at a place, with what it means.
    #[must_use]
    pub fn name_at(&self, at: usize) -> Option<(Span, &str, Entity)> {
        let found = self.names.iter().filter(|name| touch(name.span, Span::new(at, at)));
        // Between two names without a blank, the one that begins here.
        let found = found.max_by_key(|name| name.span.start)?;
        Some((found.span, &*found.name, self.entity(found)?))
    }

    /// All places of the name at a place, in order.
    #[must_use]
    pub fn references(&self, at: usize) -> Vec<Span> {
        let Some((_, name, entity)) = self.name_at(at) else { return Vec::new() };
        let same = |other: &&Occurrence| other.name == name && self.entity(other) == Some(entity);
        self.names.iter().filter(same).map(|other| other.span).collect()
    }

    /// Where the name at a place is made: at the head of its block, in its `var` line, before its question; else where it
    /// stands first.
    #[must_use]
    pub fn definition(&self, at: usize) -> Option<Span> {
        let (_, name, entity) = self.name_at(at)?;
        let same = |other: &&Occurrence| other.name == name && self.entity(other) == Some(entity);
        // A variable is made by its graph, even where a `var` line stands above it.
        let graph =
            self.graph_at(at).and_then(|graph| self.problem.graphs.get_index(graph)).map(|(_, entry)| entry.span);
        let inside = |other: &&Occurrence| {
            graph.is_some_and(|graph| graph.start <= other.span.start && other.span.end <= graph.end)
        };
        let places = || self.names.iter().filter(same);
        let first = if entity == Entity::Variable {
            places().filter(inside).find(|other| other.makes).or_else(|| places().find(inside))
        } else {
            None
        };
        first.or_else(|| places().find(|other| other.makes)).or_else(|| places().next()).map(|other| other.span)
    }

    /// Every place of the name at a place, with what stands there after it is called otherwise.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn rename(&self, at: usize, new: &str) -> Result<Vec<(Span, String)>, NoRename> {
        let (_, old, entity) = self.name_at(at).ok_or(NoRename::NoName)?;
        let new = new.trim().trim_matches('"');
        if new.is_empty() || new.contains(['\n', '\r', '"', '\\']) {
            return Err(NoRename::Malformed);
        }
        if !self.is_sound() {
            return Err(NoRename::Errors);
        }
        let kin = |other: Entity| {
            other == entity || matches!((other, entity), (Entity::Graph | Entity::Model, Entity::Graph | Entity::Model))
        };
        let taken = |other: &Occurrence| {
            let bare = |entity: Entity| matches!(entity, Entity::Variable | Entity::Expression);
            other.name == new
                && self.entity(other).is_some_and(|meaning| kin(meaning) || (bare(meaning) && bare(entity)))
        };
        if new != old && self.names.iter().any(taken) {
            return Err(NoRename::Taken(new.to_owned()));
        }
        Ok(self.references(at).into_iter().map(|span| (span, written(new))).collect())
    }
}
