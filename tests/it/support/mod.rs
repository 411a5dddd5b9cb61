//! What the tests know without asking the library: separations, verdicts, models and numbers of their own.
//!
//! Only nouns of the library (graph, expr, proof, problem) are named here, never one of its algorithms: a bug shared by
//! both sides would show on neither.

pub mod bits;
pub mod damage;
pub mod evaluate;
pub mod folder;
pub mod graphs;
pub mod hedges;
pub mod queries;
pub mod scm;
pub mod table;
pub mod tian;
