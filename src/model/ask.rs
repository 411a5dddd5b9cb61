//! What a model is asked.

use super::Mechanism;
use crate::expr::BigRational;
use std::sync::Arc;

/// An expression of probabilities and expectations, perhaps with values left free.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// The values that vary: those that a sum binds, and those left free.
    pub slots: Vec<Slot>,
    /// The free ones, in the order in which they are shown: the first varies slowest.
    pub free: Vec<usize>,
    /// What is asked.
    pub ask: Ask,
}

/// A value that varies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slot {
    /// Of this variable.
    pub variable: usize,
    /// As written: the variable, with primes where there are several.
    pub name: String,
}

/// An expression. Nesting is bounded by whoever builds it; everything here recurses with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ask {
    /// A number.
    Number(BigRational),
    /// A probability or an expectation.
    Term(Term),
    /// The numeric value of a slot.
    Value(usize),
    /// A sum over all values of the slots.
    Sum(Vec<usize>, Box<Ask>),
    /// All added up.
    Plus(Vec<Ask>),
    /// The first less the others.
    Minus(Vec<Ask>),
    /// All multiplied.
    Product(Vec<Ask>),
    /// The first divided by the second.
    Quotient(Box<Ask>, Box<Ask>),
}

/// `P(of | given)` or `E[of | given]`, each variable in its world.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Term {
    /// What it is of.
    pub of: Of,
    /// What is known.
    pub given: Vec<(Atom, Point)>,
}

/// What a term is of.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Of {
    /// These variables take these values.
    Event(Vec<(Atom, Point)>),
    /// The expected value of this variable.
    Mean(Atom),
}

/// A variable in a world: what it would be there.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Atom {
    /// The variable.
    pub variable: usize,
    /// What is set there, ascending by variable, each once; nothing in the actual world.
    pub world: Vec<Setting>,
}

/// One thing that is set in a world.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Setting {
    /// The variable.
    pub variable: usize,
    /// To what.
    pub to: To,
}

impl Setting {
    /// Brings what is set in a world into its order: ascending by variable.
    pub fn sort(world: &mut [Self]) {
        world.sort_by_cached_key(|setting| setting.variable);
    }
}

/// What a variable is set to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum To {
    /// A value.
    Point(Point),
    /// What the same variable would be in another world.
    Response(Atom),
    /// It comes about by another mechanism: a soft intervention.
    Policy(Policy),
}

/// Another mechanism for a variable.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Unlike that of any other policy of the question.
    pub id: usize,
    /// The mechanism: a table, or the equation of a linear model.
    pub mechanism: Replacement,
}

/// What a policy puts in a mechanism's place.
#[derive(Clone, Debug)]
pub enum Replacement {
    /// In a network.
    Table(Arc<Mechanism>),
    /// In a linear model.
    Linear(Arc<super::LinearMechanism>),
}

impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Policy {}

impl std::hash::Hash for Policy {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

/// A value, or where to find it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Point {
    /// A state of a finite variable.
    State(usize),
    /// A value of a real variable.
    Number(BigRational),
    /// What the slot holds.
    Slot(usize),
}

impl Ask {
    /// Calls `f` with every term, from left to right.
    pub fn each_term<'a>(&'a self, f: &mut impl FnMut(&'a Term)) {
        match self {
            Self::Number(_) | Self::Value(_) => {}
            Self::Term(term) => f(term),
            Self::Sum(_, body) => body.each_term(f),
            Self::Plus(all) | Self::Minus(all) | Self::Product(all) => all.iter().for_each(|each| each.each_term(f)),
            Self::Quotient(over, under) => {
                over.each_term(f);
                under.each_term(f);
            }
        }
    }
}
