//! `whatif`: a do-calculus prover.

pub mod algebra;
pub mod answer;
pub mod countermodel;
pub mod derive;
pub mod expr;
pub mod graph;
pub mod identify;
pub mod json;
pub mod kernel;
pub mod problem;
pub mod proof;
pub mod reach;
pub mod render;
pub mod source;
pub mod syntax;
