//! Text ↔ tree: the one parser and the one printer of the `.causal` language.
//!
//! In: a [`Source`]. Out: a [`tree::Tree`] with spans, and diagnostics of form.
//! Must never know: which names exist, what a graph is, whether a question makes sense (`problem`).
//!
//! | module | from | to |
//! |---|---|---|
//! | `cut` | the text | pieces: a statement, a line of a graph or a proof, by strings, comments and brackets alone |
//! | `depth` | a piece | whether it nests too deep for the rest |
//! | `grammar` | a piece | pest's pairs, by `grammar/causal.pest` |
//! | `build` | pairs | the tree |
//! | `diagnose` | a piece that the grammar refuses | what is wrong there, in the words of `diagnostics` |
//! | `read` | a file | all of it: cut, build, recover at the next statement; a long one in parts, where threads are lent |
//! | `outline` | a text, finished or not | what an editor asks of it |
//! | `typing` | a text, finished or not | the role of each word and sign, and what can follow |
//! | `names` | the tree | every name with its place, and what it names |
//! | `print` | the tree | text that parses to the same tree |
//! | `format` | a file | the same file in the one style, comments and all |
//!
//! Time is linear in the text. Nothing typed can overflow the stack: the nesting of brackets, open sums and signs is
//! counted before pest sees a piece, and each level of it is at most three levels of the tree.

mod build;
mod cut;
mod depth;
mod diagnose;
mod diagnostics;
mod format;
mod grammar;
pub mod names;
pub mod outline;
pub mod print;
mod read;
pub mod tree;
pub mod typing;

pub use format::format;
pub use print::needs_quotes;

use crate::source::{Diagnostic, Source};

/// The longest text that is read, in bytes.
pub const MAX_FILE: usize = 16 << 20;

/// How deep brackets, open sums and prefix signs may stand in each other, together.
pub const MAX_NESTING: usize = 100;

/// The longest statement, line of a graph's body or line of a proof, in bytes. (A graph may have any number of lines.)
pub const MAX_STATEMENT: usize = 256 << 10;

/// How many statements, lines of graphs' bodies and lines of proofs one file may have, together.
pub const MAX_ITEMS: usize = 1_000_000;

/// How many errors of form are reported for one file; then reading stops with a note.
pub const MAX_ERRORS: usize = 100;

/// How many primes a variable may carry.
pub const MAX_PRIMES: usize = 100;

/// Reads a text. What could be read is in the tree, whatever else is wrong; the diagnostics are in the order of the
/// text. O(length). Called in a rayon pool, it reads parts of a long text at once, with the same result.
#[must_use]
pub fn parse(source: &Source) -> (tree::Tree, Vec<Diagnostic>) {
    read::file(source)
}

#[cfg(test)]
mod tests;
