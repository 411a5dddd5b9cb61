//! From an estimand as it was derived to the one that is printed: the simplifier's moves, one by one.

use super::board::{Board, Line};
use crate::algebra::{self, Law, Rewrite};
use crate::expr::ExprId;
use crate::proof::Rule;

/// Brings the right side of a line to `target`, by what the simplifier does where its outcome is the target, and by
/// algebra for the rest.
pub(super) fn rearrange(board: &mut Board<'_>, line: Line, target: ExprId) -> Line {
    if line.rhs == target {
        return line;
    }
    let mut log = Vec::new();
    let simple = algebra::simplify(board.arena, board.graph, line.rhs, &mut log);
    let tidy = algebra::tidy(board.arena, board.graph, simple);
    if tidy == target { replay(board, line, line.rhs, &log, target) } else { board.rewrite(line, target) }
}

/// Each rewrite of what `raw` was, applied to all its places at once; those by algebra in a row are one, the last of which
/// ends at `target`. The right side of the line equals `raw` by algebra.
pub(super) fn replay(board: &mut Board<'_>, mut line: Line, raw: ExprId, log: &[Rewrite], target: ExprId) -> Line {
    let mut moved = raw;
    for rewrite in log {
        let rule = match rewrite.law {
            Law::Marginalise => Rule::Marginalise,
            Law::Chain => Rule::Chain,
            Law::Condition => Rule::Condition,
            Law::Algebra => {
                moved = board.replace(moved, &mut |id| (id == rewrite.from).then_some(rewrite.to));
                continue;
            }
        };
        line = board.rewrite(line, moved);
        let equation = board.push(rule, rewrite.from, rewrite.to, Vec::new(), Vec::new());
        line = board.advance(line, &[equation]);
        moved = line.rhs;
    }
    board.rewrite(line, target)
}
