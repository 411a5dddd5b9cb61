//! Normal form, simplification and equality of expressions.
//!
//! In: an expression in an arena. Out: an equal one, with the local equations that lead there. Must never know: proofs,
//! nor which separations a graph implies: it reads only the order of a graph's nodes.
