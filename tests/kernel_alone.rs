//! The kernel with the three nouns it may name and nothing else: a dependency on any other floor would not compile here.
//! `cfg(test)` is set, so the unit tests inside these floors are held to the same.
#![allow(dead_code, unused_imports, missing_docs)]

#[path = "../src/expr/mod.rs"]
mod expr;
#[path = "../src/graph/mod.rs"]
mod graph;
#[path = "../src/kernel/mod.rs"]
mod kernel;
#[path = "../src/proof/mod.rs"]
mod proof;
