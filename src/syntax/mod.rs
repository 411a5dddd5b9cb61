//! Text ↔ tree: the one parser and the one printer of the `.causal` language.
//!
//! In: a [`Source`](crate::source::Source). Out: a [`tree::Tree`] with spans, and diagnostics of form.
//! Must never know: which names exist, what a graph is, whether a question makes sense (`problem`).

pub mod tree;
