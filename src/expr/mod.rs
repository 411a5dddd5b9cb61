//! Probability expressions as data: terms, an arena with hash-consing, free references, renaming.
//!
//! In: terms and the constructors of [`Arena`]. Out: [`ExprId`]s, equal exactly where the expressions are equal letter
//! by letter. Must never know: a graph, what a rule allows, or how an expression is simplified (`algebra`) or written
//! (`syntax`). The constructors simplify nothing but trivial arities (a sum over nothing, a product of one).
//!
//! A [`Var`] has the number of the graph node it stands for. Children are always made before their parents, so an
//! ascending walk over ids visits operands first: no pass over an expression needs the call stack.

mod arena;
mod rename;
mod replace;
mod term;

pub use arena::{Arena, Expr, ExprId, Operands};
pub use num_rational::BigRational;
pub use rename::NoRenaming;
pub use term::{At, Ref, Symbol, Term, Var};
