//! Graph algorithms: ancestors, districts, latent projection, m-separation, open paths, separators.
//!
//! In: a graph, node sets, a mutilation. Out: node sets, graphs, paths. Must never know: expressions, proofs, the kernel.
//!
//! A mutilation is read while walking, edge by edge; no graph is copied. All results are deterministic: sets do not
//! depend on the order of visits, and where one of several paths or separators is chosen, the choice is stated.
//! Members of a set that are no nodes of the graph are ignored.

mod absent;
mod ancestry;
mod district;
mod inducing;
mod listing;
mod path;
mod projection;
mod separation;
mod separator;

pub use absent::{Connecting, connecting_edges};
pub use ancestry::{ancestors, ancestors_cut, ancestors_within, descendants, descendants_cut, descendants_within};
pub use district::{district_of, districts};
pub use inducing::inducing_path;
pub use listing::{ListedPath, Paths, paths};
pub use path::{Path, open_path};
pub use projection::latent_projection;
pub use separation::{connected_to, separated};
pub use separator::{MinimalSeparators, minimal_separator, minimal_separators, minimum_separator};

#[cfg(test)]
mod brute;
