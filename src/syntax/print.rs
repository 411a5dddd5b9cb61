//! The tree → text that parses to the same tree.

use super::grammar;

/// Whether a name stands in quotes in a query.
#[must_use]
pub fn needs_quotes(name: &str) -> bool {
    !grammar::is_bare_name(name)
}
