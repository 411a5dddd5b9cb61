//! Hedge → two exact models that agree on the data and differ on the query; random models and exact evaluation.
//!
//! In: a graph and a hedge. Out: models with rational tables. Must never know: whether the kernel will accept them.
