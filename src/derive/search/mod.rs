//! A reader's equation → a derivation of it, by the rules that the reader names or by whatever rules will do.
//!
//! In: two expressions, reasons in order. Out: a derivation, or which separations an application of those rules would
//! have needed, or that nothing was found. Must never know: whether the kernel accepts what is found; a [`Judge`] says
//! whether two expressions are equal by algebra alone.
//!
//! The two expressions are laid side by side (`align`); what differs is searched for from both ends (`meet`); if the
//! parts do not make it, the whole is. Every bound is a constant, counted in moves: the same on every machine.

mod align;
mod factorise;
mod meet;
mod moves;
#[cfg(test)]
mod tests;

pub use factorise::{act, factorise};

use super::board::{Board, Equation, Line};
use crate::expr::{Arena, Expr, ExprId};
use crate::graph::Graph;
use crate::proof::{Derivation, Rule, Separation};
use align::{Aligned, align};
use meet::{Meeting, Way};
pub use meet::{REACHED, REPEATED};
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// The rules that a reader may name, in the order in which they are tried where none is named.
pub const RULES: [Rule; 6] = [Rule::Rule1, Rule::Rule2, Rule::Rule3, Rule::Marginalise, Rule::Condition, Rule::Chain];
/// A line may give at most so many reasons.
pub const REASONS: usize = 8;
/// Two expressions are compared by algebra at most so many times in one search.
pub const COMPARED: usize = 600;
/// The expressions that one search looks at are together at most so long, counted as [`Arena::size`] does.
pub const WRITTEN: u64 = 500_000;
/// Comparing two expressions costs as much as looking at so many of them.
const COMPARING: u64 = 8;
/// Expressions that multiply out to more summands are not compared.
const SUMMANDS: u64 = 512;
/// Nor are those longer than that, counted as [`Arena::size`] does.
const LONGEST: u64 = 20_000;

/// A reason that a reader gives.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The rule.
    pub rule: Rule,
    /// The separation that it is said to need.
    pub separation: Option<&'a Separation>,
}

impl Given<'_> {
    /// A rule with no separation named.
    #[must_use]
    pub fn bare(rule: Rule) -> Self {
        Self { rule, separation: None }
    }
}

/// One application of a reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Used {
    /// Position of the reason among those given or tried.
    reason: usize,
    /// The rule.
    pub rule: Rule,
    /// The separation it needs, where it is a rule of the do-calculus.
    pub requires: Option<Separation>,
}

/// A derivation found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its last step is the equation; without steps where both sides are the same.
    pub derivation: Derivation,
    /// The rules it rests on, in the order of the reasons; none where algebra alone is enough.
    pub used: Vec<Used>,
}

/// Nothing was found; or, where separations were let pass, what would have been needed.
#[derive(Clone, Debug)]
pub struct NotFound {
    /// Whether a bound cut the search short: then nothing follows from its end.
    pub cut: bool,
}

/// Whether two expressions are equal by algebra alone, asked at most a bounded number of times.
pub struct Judge<'a> {
    equal: &'a mut dyn FnMut(&mut Arena, ExprId, ExprId) -> bool,
    stop: &'a dyn Fn() -> bool,
    left: usize,
    /// What may still be written down, in references and operators.
    written: u64,
}

impl<'a> Judge<'a> {
    /// `equal` decides; `stop` says whether the caller wants no more of it.
    pub fn new(equal: &'a mut dyn FnMut(&mut Arena, ExprId, ExprId) -> bool, stop: &'a dyn Fn() -> bool) -> Self {
        Self { equal, stop, left: COMPARED, written: WRITTEN }
    }

    fn stopped(&self) -> bool {
        self.written == 0 || (self.stop)()
    }

    /// Pays for looking at an expression; none is looked at once nothing is left.
    fn pay(&mut self, arena: &Arena, expr: ExprId) {
        self.written = self.written.saturating_sub(1 + arena.size(expr));
    }

    /// None where no more may be asked.
    fn equal(&mut self, arena: &mut Arena, a: ExprId, b: ExprId) -> Option<bool> {
        if a == b {
            return Some(true);
        }
        if self.left == 0 || self.stopped() {
            return None;
        }
        self.left -= 1;
        for side in [a, b] {
            self.written = self.written.saturating_sub(COMPARING.saturating_mul(arena.size(side)));
        }
        Some(comparable(arena, a) && comparable(arena, b) && (self.equal)(arena, a, b))
    }
}

/// Whether comparing an expression by algebra is cheap.
#[must_use]
pub fn comparable(arena: &Arena, root: ExprId) -> bool {
    if arena.size(root) > LONGEST {
        return false;
    }
    let mut summands: rustc_hash::FxHashMap<ExprId, u64> = rustc_hash::FxHashMap::default();
    for id in arena.reachable([root]) {
        let of = |o: &ExprId| summands.get(o).copied().unwrap_or(1);
        let count = match arena.get(id) {
            Expr::Number(_) | Expr::P(_) | Expr::Value(_) => 1,
            Expr::Sum { body, .. } => of(body),
            Expr::Product(all) => all.iter().fold(1_u64, |n, o| n.saturating_mul(of(o))),
            Expr::Quotient(over, under) => of(over).saturating_mul(of(under)),
            Expr::Plus(all) | Expr::Minus(all) => all.iter().fold(0, |n: u64, o| n.saturating_add(of(o))),
        };
        if count > SUMMANDS {
            return false;
        }
        summands.insert(id, count);
    }
    true
}

/// Whether two expressions look as if algebra alone might make one of the other: they have the same terms, copies and
/// the places of sums apart. False also where terms cancel.
#[must_use]
pub fn alike(arena: &Arena, a: ExprId, b: ExprId) -> bool {
    let mut known = rustc_hash::FxHashMap::default();
    meet::signature(arena, a, &mut known) == meet::signature(arena, b, &mut known)
}

/// A derivation of `from = to` in which the reasons are used in their order, each at least once (at one place or at
/// several), algebra wherever it helps.
///
/// # Errors
/// None was found, or the search was cut short.
pub fn by(
    graph: &Graph,
    arena: &mut Arena,
    judge: &mut Judge<'_>,
    reasons: &[Given<'_>],
    from: ExprId,
    to: ExprId,
) -> Result<Found, NotFound> {
    let mut board = Board::new(graph, arena);
    let reasons = named(reasons);
    let required = (1_u32 << reasons.len()) - 1;
    let mut search = Search::new(&mut board, from, to, true);
    let mut cut = false;
    if let Some(found) = search.parts(&mut board, judge, &reasons, required, &mut cut) {
        return Ok(found.tell(board, from, to));
    }
    if !search.in_parts {
        return Err(NotFound { cut });
    }
    match search.whole.find(&mut board, judge, &reasons, required) {
        (Some(way), _) => Ok(Ways::whole(from, to, way).tell(board, from, to)),
        (None, short) => Err(NotFound { cut: cut || short }),
    }
}

/// What [`by`] would have needed: the separations that do not hold, of a way that is right but for them; none where
/// there is no such way.
#[must_use]
pub fn but_for(
    graph: &Graph,
    arena: &mut Arena,
    judge: &mut Judge<'_>,
    reasons: &[Given<'_>],
    from: ExprId,
    to: ExprId,
) -> Vec<(Rule, Separation)> {
    let mut board = Board::new(graph, arena);
    let reasons = named(reasons);
    let required = (1_u32 << reasons.len()) - 1;
    let mut search = Search::new(&mut board, from, to, false);
    if let Some(found) = search.parts(&mut board, judge, &reasons, required, &mut false) {
        return found.ways.iter().flat_map(|(_, _, way)| way.failing()).collect();
    }
    search.whole.find(&mut board, judge, &reasons, required).0.map(|way| way.failing()).unwrap_or_default()
}

/// A derivation of `from = to` by algebra alone, else by one rule, else by two, the rules in the order of [`RULES`],
/// else by a customary composition of three or four.
///
/// # Errors
/// None was found, or the search was cut short.
pub fn any(
    graph: &Graph,
    arena: &mut Arena,
    judge: &mut Judge<'_>,
    from: ExprId,
    to: ExprId,
) -> Result<Found, NotFound> {
    let mut board = Board::new(graph, arena);
    let mut search = Search::new(&mut board, from, to, true);
    let mut cut = false;
    let (summed, divided) = shapes(board.arena, from, to);
    for reasons in compositions(summed, divided) {
        let required = (1_u32 << reasons.len()) - 1;
        if let Some(found) = search.parts(&mut board, judge, &reasons, required, &mut cut) {
            return Ok(found.tell(board, from, to));
        }
        if search.in_parts {
            match search.whole.find(&mut board, judge, &reasons, required) {
                (Some(way), _) => return Ok(Ways::whole(from, to, way).tell(board, from, to)),
                (None, short) => cut |= short,
            }
        }
        if judge.left == 0 || judge.stopped() {
            return Err(NotFound { cut: true });
        }
    }
    Err(NotFound { cut })
}

/// Longer compositions that textbooks use in one line.
const CUSTOMARY: [&[Rule]; 7] = [
    &[Rule::Marginalise, Rule::Chain, Rule::Rule1],
    &[Rule::Marginalise, Rule::Chain, Rule::Rule2],
    &[Rule::Marginalise, Rule::Chain, Rule::Rule3],
    &[Rule::Marginalise, Rule::Chain, Rule::Rule2, Rule::Rule3],
    &[Rule::Marginalise, Rule::Chain, Rule::Rule3, Rule::Rule2],
    &[Rule::Condition, Rule::Marginalise, Rule::Rule3],
    &[Rule::Condition, Rule::Marginalise, Rule::Chain],
];

/// No rule, each rule, each two in either order, and those that are customary.
///
/// Where one side sums over more than the other, that is marginalisation to a reader, though Σ_z P(z | y) = 1 and the
/// chain rule would do; and where neither divides more than the other, it is the chain rule and not the condition rule.
fn compositions(summed: bool, divided: bool) -> Vec<Vec<Given<'static>>> {
    let bare = |rules: &[Rule]| rules.iter().map(|&rule| Given::bare(rule)).collect::<Vec<_>>();
    let mut all = vec![Vec::new()];
    let (chain, rest): (Vec<Rule>, Vec<Rule>) = RULES
        .iter()
        .filter(|&&rule| divided || rule != Rule::Condition)
        .partition(|&&rule| summed && rule == Rule::Chain);
    all.extend(rest.iter().map(|&rule| bare(&[rule])));
    if summed {
        all.push(bare(&[Rule::Marginalise, Rule::Chain]));
        all.push(bare(&[Rule::Chain, Rule::Marginalise]));
    }
    all.extend(chain.iter().map(|&rule| bare(&[rule])));
    if !divided {
        all.push(bare(&[Rule::Condition]));
    }
    let pairs = RULES.iter().flat_map(|&first| RULES.iter().map(move |&second| [first, second]));
    all.extend(pairs.filter(|[a, b]| a != b).map(|pair| bare(&pair)));
    all.extend(CUSTOMARY.iter().map(|rules| bare(rules)));
    all
}

/// Whether one side binds more references by sums than the other, and whether one has more quotients, each node counted
/// once.
fn shapes(arena: &Arena, from: ExprId, to: ExprId) -> (bool, bool) {
    let count = |root: ExprId| {
        arena.reachable([root]).into_iter().fold((0, 0), |(bound, quotients), id| match arena.get(id) {
            Expr::Sum { over, .. } => (bound + over.len(), quotients),
            Expr::Quotient(..) => (bound, quotients + 1),
            Expr::Number(_) | Expr::P(_) | Expr::Value(_) | Expr::Product(_) | Expr::Plus(_) | Expr::Minus(_) => {
                (bound, quotients)
            }
        })
    };
    let (ours, theirs) = (count(from), count(to));
    (ours.0 != theirs.0, ours.1 != theirs.1)
}

/// Algebra need not be named.
fn named<'a>(reasons: &[Given<'a>]) -> Vec<Given<'a>> {
    reasons.iter().filter(|given| given.rule != Rule::Algebra).take(REASONS).copied().collect()
}

/// One line's search.
struct Search {
    sides: Aligned,
    /// One for each pair that differs.
    pairs: Vec<Meeting>,
    /// Of the line as it was written.
    whole: Meeting,
    /// Whether the pairs are less than the whole.
    in_parts: bool,
}

impl Search {
    fn new(board: &mut Board<'_>, from: ExprId, to: ExprId, sound: bool) -> Self {
        let sides = align(board.arena, from, to);
        let pairs = sides.pairs.iter().map(|&(a, b)| Meeting::new(board, a, b, sound)).collect();
        let in_parts = sides.pairs != [(from, to)];
        Self { sides, pairs, whole: Meeting::new(board, from, to, sound), in_parts }
    }

    /// A way for each pair that differs, which together use what is required.
    fn parts(
        &mut self,
        board: &mut Board<'_>,
        judge: &mut Judge<'_>,
        reasons: &[Given<'_>],
        required: u32,
        cut: &mut bool,
    ) -> Option<Ways> {
        let mut used = 0;
        let mut ways = Vec::new();
        // A single pair has to use everything itself.
        let own = if self.pairs.len() == 1 { required } else { 0 };
        for (meeting, &(a, b)) in self.pairs.iter_mut().zip(&self.sides.pairs) {
            let (way, short) = meeting.find(board, judge, reasons, own);
            *cut |= short;
            let way = way?;
            used |= way.used;
            ways.push((a, b, way));
        }
        (used & required == required).then(|| Ways { left: self.sides.left, right: self.sides.right, ways })
    }
}

/// Ways for the pairs in which two expressions of one shape differ.
struct Ways {
    left: ExprId,
    right: ExprId,
    ways: Vec<(ExprId, ExprId, Way)>,
}

impl Ways {
    fn whole(from: ExprId, to: ExprId, way: Way) -> Self {
        Self { left: from, right: to, ways: vec![(from, to, way)] }
    }

    fn tell(self, mut board: Board<'_>, from: ExprId, to: ExprId) -> Found {
        let mut used: Vec<Used> = self.ways.iter().flat_map(|(_, _, way)| way.uses()).collect();
        used.sort_by_cached_key(|used| used.reason);
        let mut distinct: Vec<Used> = Vec::new();
        used.into_iter().for_each(|used| {
            if !distinct.contains(&used) {
                distinct.push(used);
            }
        });
        let line = Line::start(from);
        let line = board.rewrite(line, self.left);
        let line = match &self.ways[..] {
            [(a, b, way)] if (*a, *b) == (from, to) => way.tell(&mut board, from, to),
            ways => {
                let equations: Vec<Equation> =
                    ways.iter().filter_map(|(a, b, way)| way.tell(&mut board, *a, *b).equation()).collect();
                board.walk(line, self.right, &equations)
            }
        };
        let line = board.rewrite(line, to);
        Found { derivation: board.finish(line), used: distinct }
    }
}

fn hash(what: &impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    what.hash(&mut hasher);
    hasher.finish()
}
