//! Identification → derivation: each move told in the three rules.
//!
//! In: a graph, a query and the route by which its estimand was found. Out: a derivation from the query to that
//! estimand. Must never know: whether the kernel will accept it.
//!
//! Steps are equations that hold on their own. `board::Board` writes them; `textbook` tells the short routes,
//! `general` the ID algorithm, `finish` the simplification. Equal subproblems are one lemma: a board never writes an
//! equation twice. The number of steps is O(districts · blocks), each as long as its terms: polynomial in the graph.

mod board;
mod district;
mod finish;
mod general;
pub mod search;
mod textbook;

use crate::expr::{Arena, ExprId, Ref, Term};
use crate::graph::Graph;
use crate::identify::{Effect, Estimand, Route};
use crate::proof::{Derivation, Rule, Use};
use board::{Board, Line};

/// Derives `estimand` from P(of | do(do_), given), each variable at its current value. The last step is that equation;
/// there is no step where both sides are the same expression.
///
/// `estimand` must be one that [`identify`](crate::identify::identify) returned for the same graph and query.
#[must_use]
pub fn derive(graph: &Graph, effect: &Effect, estimand: &Estimand, arena: &mut Arena) -> Derivation {
    let mut board = Board::new(graph, arena);
    let query = board.term(&effect.of, &effect.do_, &effect.given);
    let mut line = Line::start(query);
    let mut left = effect.clone();
    for rule_move in &estimand.moves {
        let equation = textbook::rule_move(&mut board, &mut left, rule_move);
        line = board.advance(line, &[equation]);
    }
    line = match &estimand.route {
        Route::Rules => line,
        Route::Adjustment { set } => textbook::adjustment(&mut board, line, &left, set),
        Route::FrontDoor { set } => textbook::front_door(&mut board, line, &left, set),
        Route::General { moved } => {
            let line = general::tell(&mut board, line, &left, moved, estimand.workings.is_none());
            if let Some(workings) = &estimand.workings {
                let line = finish::replay(&mut board, line, workings.raw, &workings.log, estimand.expr);
                return board.finish(line);
            }
            line
        }
    };
    let line = finish::rearrange(&mut board, line, estimand.expr);
    board.finish(line)
}

/// A term of an expression: its derivation at current values, and from there to where it stands.
pub type Part = (Term, Derivation, Vec<(Ref, Ref)>);

/// Derivations of several terms put together into one of an expression that holds them.
///
/// `parts` gives for each distinct term of `query` its reading at current values, with the derivation of that reading,
/// its estimand, and the values or copies at which the term itself stands. `target` must equal the expression with
/// each term replaced by its renamed estimand up to algebra.
#[must_use]
pub fn combine(graph: &Graph, arena: &mut Arena, query: ExprId, parts: &[Part], target: ExprId) -> Derivation {
    let mut board = Board::new(graph, arena);
    let mut equations = Vec::new();
    for (term, derivation, at) in parts {
        let Some(last) = board.adopt(derivation) else { continue };
        let lhs = board.arena.p(term.clone());
        if at.is_empty() {
            equations.push(last);
            continue;
        }
        if let Some(rhs) = board.arena.rename(last.to, at) {
            let uses = vec![Use { step: last.step, at: at.clone() }];
            equations.push(board.push(Rule::Substitute, lhs, rhs, uses, Vec::new()));
        }
    }
    let line = board.advance(Line::start(query), &equations);
    let line = finish::rearrange(&mut board, line, target);
    board.finish(line)
}
