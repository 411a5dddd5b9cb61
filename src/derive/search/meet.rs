//! From both ends: what the first reasons make of one side and the last ones of the other, until the two meet.

use super::moves::{Hints, Move, moves};
use super::{Given, Judge, Used};
use crate::derive::board::{Board, Line};
use crate::expr::{Arena, Expr, ExprId};
use crate::proof::{Rule, Separation};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// A reason is applied at most so many times in a row.
pub const REPEATED: usize = 3;
/// At most so many expressions are reached by one more reason.
pub const REACHED: usize = 96;
/// Pairs that do not look equal are compared only so many times in one search.
const UNLIKELY: usize = 12;

/// An expression reached, and how.
struct State {
    expr: ExprId,
    /// The state it came from, and the move.
    from: Option<(usize, Move)>,
    /// The reason that the move was made by.
    reason: usize,
    /// Which reasons were used so far, one bit for each.
    used: u32,
    /// Moves on the way whose separation does not hold.
    failing: usize,
}

/// One side's expressions, layer after layer.
struct Side {
    states: Vec<State>,
    /// The states reached with the first n reasons, for each n.
    layers: Vec<Vec<usize>>,
}

/// A way from one expression to another: moves from the left, then moves from the right, in the order in which they
/// were made there.
pub(super) struct Way {
    left: Vec<(usize, Move)>,
    right: Vec<(usize, Move)>,
    middle: ExprId,
    pub(super) used: u32,
}

impl Way {
    /// Where each reason was used and what it needed, in the order of the reasons.
    pub(super) fn uses(&self) -> Vec<Used> {
        let moves = self.left.iter().chain(self.right.iter().rev());
        let all = moves.map(|(reason, m)| Used { reason: *reason, rule: m.rule, requires: m.requires.clone() });
        let mut uses: Vec<Used> = all.collect();
        uses.sort_by_cached_key(|used| used.reason);
        uses
    }

    /// The separations that it needs and that do not hold.
    pub(super) fn failing(&self) -> Vec<(Rule, Separation)> {
        let moves = self.left.iter().chain(self.right.iter().rev()).map(|(_, m)| m);
        moves.filter(|m| !m.sound).filter_map(|m| Some((m.rule, m.requires.clone()?))).collect()
    }

    /// Writes it down: from the left expression to the right one.
    pub(super) fn tell(&self, board: &mut Board<'_>, left: ExprId, right: ExprId) -> Line {
        let line = told(board, left, &self.left);
        let line = board.rewrite(line, self.middle);
        let back = told(board, right, &self.right);
        match back.equation() {
            Some(equation) => board.advance(line, &[equation.reversed()]),
            None => line,
        }
    }
}

fn told(board: &mut Board<'_>, start: ExprId, moves: &[(usize, Move)]) -> Line {
    let mut line = Line::start(start);
    for (_, m) in moves {
        if m.node != m.pre {
            let arranged = board.algebra(m.node, m.pre);
            line = board.advance(line, &[arranged]);
        }
        let requires = m.requires.iter().cloned().collect();
        let equation = board.push(m.rule, m.from, m.to, Vec::new(), requires);
        line = board.advance(line, &[equation]);
    }
    line
}

/// Moves, each with the expression that it leads to.
type Outcomes = Vec<(Move, ExprId)>;

/// What moves lead to, remembered for one pair of ends.
pub(super) struct Meeting {
    left: ExprId,
    right: ExprId,
    hints: [Hints; 2],
    sound: bool,
    /// By end, expression and rule; moves with a separation stated are not kept.
    known: FxHashMap<(bool, ExprId, Rule), Rc<Outcomes>>,
    signatures: FxHashMap<ExprId, u64>,
}

impl Meeting {
    /// With `sound`, only by moves whose separation holds.
    pub(super) fn new(board: &Board<'_>, left: ExprId, right: ExprId, sound: bool) -> Self {
        let hints = [Hints::of(board.arena, right), Hints::of(board.arena, left)];
        Self { left, right, hints, sound, known: FxHashMap::default(), signatures: FxHashMap::default() }
    }

    /// A way by the reasons in their order, each made use of at least once if it is among `required`.
    /// The flag says whether a bound cut the search short.
    pub(super) fn find(
        &mut self,
        board: &mut Board<'_>,
        judge: &mut Judge<'_>,
        reasons: &[Given<'_>],
        required: u32,
    ) -> (Option<Way>, bool) {
        let mut cut = false;
        let forward: Vec<(usize, &Given<'_>)> = reasons.iter().enumerate().collect();
        let backward: Vec<(usize, &Given<'_>)> = forward.iter().rev().copied().collect();
        let ours = self.side(board, judge, false, &forward, &mut cut);
        let theirs = self.side(board, judge, true, &backward, &mut cut);
        let meets = |a: &State, b: &State| (a.used | b.used) & required == required;
        let mut likely = Vec::new();
        let mut unlikely = Vec::new();
        for (split, ours_here) in ours.layers.iter().enumerate() {
            let Some(theirs_here) = reasons.len().checked_sub(split).and_then(|rest| theirs.layers.get(rest)) else {
                continue;
            };
            let mut by_signature: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
            for &b in theirs_here {
                if let Some(state) = theirs.states.get(b) {
                    by_signature.entry(self.signature(board, state.expr)).or_default().push(b);
                }
            }
            for &a in ours_here {
                let Some(left) = ours.states.get(a) else { continue };
                let signature = self.signature(board, left.expr);
                for &b in by_signature.get(&signature).into_iter().flatten() {
                    if let Some(right) = theirs.states.get(b).filter(|right| meets(left, right)) {
                        likely.push((left.failing + right.failing, likely.len(), a, b));
                    }
                }
                for &b in theirs_here.iter().take(UNLIKELY) {
                    if unlikely.len() >= UNLIKELY {
                        break;
                    }
                    if theirs.states.get(b).is_some_and(|right| meets(left, right)) {
                        unlikely.push((0, unlikely.len(), a, b));
                    }
                }
            }
        }
        likely.sort_unstable();
        let mut compared = FxHashSet::default();
        for (_, _, a, b) in likely.into_iter().chain(unlikely) {
            let (Some(left), Some(right)) = (ours.states.get(a), theirs.states.get(b)) else { continue };
            if !compared.insert((left.expr, right.expr)) {
                continue;
            }
            match judge.equal(board.arena, left.expr, right.expr) {
                Some(true) => {
                    let used = left.used | right.used;
                    return (Some(Way { left: ours.way(a), right: theirs.way(b), middle: right.expr, used }), cut);
                }
                Some(false) => {}
                None => return (None, true),
            }
        }
        (None, cut)
    }

    /// Everything reached from one end with the first reason, the first two, …
    fn side(
        &mut self,
        board: &mut Board<'_>,
        judge: &mut Judge<'_>,
        back: bool,
        reasons: &[(usize, &Given<'_>)],
        cut: &mut bool,
    ) -> Side {
        let start = if back { self.right } else { self.left };
        let first = State { expr: start, from: None, reason: 0, used: 0, failing: 0 };
        let mut side = Side { states: vec![first], layers: vec![vec![0]] };
        for &(number, given) in reasons {
            // What was reached without this reason stays within reach: it may be used on the other side.
            let mut layer = side.layers.last().cloned().unwrap_or_default();
            let mut seen: FxHashSet<(ExprId, u32)> =
                layer.iter().filter_map(|&i| side.states.get(i)).map(|state| (state.expr, state.used)).collect();
            let mut fresh = layer.clone();
            'reason: for _ in 0..REPEATED {
                let mut next = Vec::new();
                for at in fresh {
                    if judge.stopped() {
                        *cut = true;
                        break 'reason;
                    }
                    let Some(&State { expr, used, failing, .. }) = side.states.get(at) else { continue };
                    for &(ref m, to) in self.moves(board, judge, back, expr, given).iter() {
                        let used = used | 1 << number.min(31);
                        // There and back is no use of a reason.
                        if side.passes(at, to) || !seen.insert((to, used)) {
                            continue;
                        }
                        if layer.len() + next.len() >= REACHED {
                            *cut = true;
                            layer.append(&mut next);
                            break 'reason;
                        }
                        let failing = failing + usize::from(!m.sound);
                        let from = Some((at, m.clone()));
                        side.states.push(State { expr: to, from, reason: number, used, failing });
                        next.push(side.states.len() - 1);
                    }
                }
                layer.extend(&next);
                fresh = next;
            }
            side.layers.push(layer);
        }
        side
    }

    fn moves(
        &mut self,
        board: &mut Board<'_>,
        judge: &mut Judge<'_>,
        back: bool,
        expr: ExprId,
        given: &Given<'_>,
    ) -> Rc<Outcomes> {
        let key = (back, expr, given.rule);
        if given.separation.is_none()
            && let Some(known) = self.known.get(&key)
        {
            return Rc::clone(known);
        }
        let hints = &self.hints[usize::from(back)];
        let found = moves(board, expr, given.rule, hints, self.sound, given.separation);
        let outcome = |m| {
            let to = applied(board, expr, &m);
            judge.pay(board.arena, to);
            (m, to)
        };
        let found: Rc<Outcomes> = Rc::new(found.into_iter().map(outcome).collect());
        if given.separation.is_none() {
            self.known.insert(key, Rc::clone(&found));
        }
        found
    }

    fn signature(&mut self, board: &Board<'_>, root: ExprId) -> u64 {
        signature(board.arena, root, &mut self.signatures)
    }
}

/// A number that is the same for expressions that differ by the order of factors, the names of copies, and where their
/// sums stand. `known` holds those of the expressions met before.
pub(super) fn signature(arena: &Arena, root: ExprId, known: &mut FxHashMap<ExprId, u64>) -> u64 {
    if let Some(&known) = known.get(&root) {
        return known;
    }
    for id in arena.reachable([root]) {
        if known.contains_key(&id) {
            continue;
        }
        let of = |o: &ExprId| known.get(o).copied().unwrap_or(0);
        let expr = arena.get(id);
        let signature = match expr {
            Expr::P(term) => super::hash(
                &[term.of(), term.given(), term.do_()]
                    .map(|refs| refs.iter().map(|r| (r.var, r.is_value().then_some(r.at))).collect::<Vec<_>>()),
            ),
            Expr::Value(r) => super::hash(&(r.var, r.is_value())),
            Expr::Number(number) => super::hash(number),
            Expr::Sum { body, .. } => of(body),
            Expr::Product(all) => all.iter().fold(0_u64, |sum, o| sum.wrapping_add(of(o))),
            Expr::Quotient(over, under) => of(over).wrapping_sub(of(under)),
            Expr::Plus(all) | Expr::Minus(all) => {
                let mut all: Vec<u64> = all.iter().map(of).collect();
                if let Expr::Plus(_) = expr {
                    all.sort_unstable();
                }
                super::hash(&all)
            }
        };
        known.insert(id, signature);
    }
    known.get(&root).copied().unwrap_or(0)
}

impl Side {
    /// Whether an expression stands on the way to a state, the state included.
    fn passes(&self, mut at: usize, expr: ExprId) -> bool {
        while let Some(state) = self.states.get(at) {
            if state.expr == expr {
                return true;
            }
            match &state.from {
                Some((before, _)) => at = *before,
                None => return false,
            }
        }
        false
    }

    /// The moves to a state, from the end on.
    fn way(&self, mut at: usize) -> Vec<(usize, Move)> {
        let mut moves = Vec::new();
        while let Some(State { from: Some((before, m)), reason, .. }) = self.states.get(at) {
            moves.push((*reason, m.clone()));
            at = *before;
        }
        moves.reverse();
        moves
    }
}

/// The expression after a move, as the board's lines go on.
fn applied(board: &mut Board<'_>, expr: ExprId, m: &Move) -> ExprId {
    let arranged = board.replace(expr, &mut |id| (id == m.node).then_some(m.pre));
    board.replace(arranged, &mut |id| (id == m.from).then_some(m.to))
}
