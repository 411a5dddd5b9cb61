//! Graph algorithms: ancestors, districts, latent projection, m-separation, open paths, separators.
//!
//! In: a graph, node sets, a mutilation. Out: node sets, graphs, paths. Must never know: expressions, proofs, the kernel.
