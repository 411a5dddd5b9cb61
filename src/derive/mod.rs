//! Identification → derivation: each move told in the three rules.
//!
//! In: a graph, a query and the route by which its estimand was found. Out: a derivation. Must never know: whether the
//! kernel will accept it.
