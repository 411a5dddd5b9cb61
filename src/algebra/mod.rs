//! Normal form, simplification and equality of expressions.
//!
//! In: an expression in an arena. Out: an equal one, with the local equations that lead there. Must never know: proofs,
//! nor which separations a graph implies: it reads only the order of a graph's nodes.
//!
//! Every probability is taken to be positive, so a quotient of equal terms is 1. Whatever holds here holds in every
//! positive distribution of the variables; nothing is known of independences.

mod atoms;
mod cost;
mod definitions;
mod linear;
mod monomial;
mod normal;
mod order;
mod polynomial;
mod positivity;
mod rename;
mod rewrite;
mod signs;
mod simplify;
mod sums;
mod terms;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tidy;

pub use cost::length;
pub use definitions::definitions;
pub use normal::{equal, normal};
pub use positivity::assumes_positive;
pub use rewrite::{Law, Rewrite};
pub use simplify::simplify;
pub use tidy::tidy;
