//! What is wrong with a piece that the grammar refuses.

use crate::source::{Diagnostic, Source, Span};
use crate::syntax::tree::Name;
use std::ops::Range;

/// What kind of piece was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// A statement without a block.
    Statement,
    /// `graph NAME {`
    GraphHead,
    /// A line of a graph's body.
    GraphLine,
    /// `proof EXPR {`
    ProofHead,
    /// `= EXPR by …`
    ProofStep,
}

pub(super) fn piece(source: &Source, _kind: Piece, range: Range<usize>, failed: usize) -> Vec<Diagnostic> {
    let at = failed.min(range.end);
    vec![Diagnostic::error("whatif::unexpected", source, "this is not expected here", Span::new(at, range.end), "here")]
}

pub(super) fn names(_source: &Source, _range: Range<usize>) -> Vec<Name> {
    Vec::new()
}
