//! The arena: one node for each distinct expression, behind a copyable id.

use super::{At, BigRational, Ref, Symbol, Term, Var};
use indexmap::IndexSet;
use num_traits::{One, Zero};
use rustc_hash::FxBuildHasher;
use smallvec::{SmallVec, smallvec};
use std::collections::BinaryHeap;
use std::sync::Arc;

/// Expressions that a new arena has room for.
const ROOM: usize = 112;

/// An expression in an [`Arena`]. Two ids of one arena are equal exactly when the expressions are, letter by letter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ExprId(u32);

impl ExprId {
    /// Position in its arena: operands always come before what is built of them.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One node of an expression.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Expr {
    /// A rational number; 0 and 1 among them.
    Number(BigRational),
    /// A distribution at the referenced values.
    P(Term),
    /// The sum over all values of each bound reference (ascending, no fixed value among them).
    Sum {
        /// What is bound.
        over: Box<[Ref]>,
        /// What is summed.
        body: ExprId,
    },
    /// The product of two or more, in the order given.
    Product(Box<[ExprId]>),
    /// Numerator, then denominator.
    Quotient(ExprId, ExprId),
    /// The sum of two or more.
    Plus(Box<[ExprId]>),
    /// The first less each of the others; two or more.
    Minus(Box<[ExprId]>),
    /// The numeric value of a variable, as `y` in `Σ_{y} y P(y)`.
    Value(Ref),
}

impl Expr {
    /// The operands, in order.
    #[must_use]
    #[inline]
    pub fn operands(&self) -> Operands {
        match self {
            Self::Number(_) | Self::P(_) | Self::Value(_) => Operands::new(),
            Self::Sum { body, .. } => smallvec![*body],
            Self::Product(all) | Self::Plus(all) | Self::Minus(all) => Operands::from_slice(all),
            Self::Quotient(over, under) => smallvec![*over, *under],
        }
    }
}

/// The operands of one node; few as a rule, and then held in place.
pub type Operands = SmallVec<[ExprId; 4]>;

/// Facts about a node that every pass asks for, kept beside it.
#[derive(Clone, Debug)]
struct Facts {
    depth: u32,
    size: u64,
    free: SmallVec<[Ref; 4]>,
}

/// Expressions of one problem or answer, hash-consed: equal subexpressions are one node.
///
/// Building a node takes time linear in it and in its free references. Nothing is ever removed.
#[derive(Clone, Default, Debug)]
pub struct Arena {
    nodes: IndexSet<Expr, FxBuildHasher>,
    facts: Vec<Facts>,
    symbols: IndexSet<Arc<str>, FxBuildHasher>,
}

impl Arena {
    /// An arena without expressions, with room for what an ordinary question takes to answer.
    #[must_use]
    pub fn new() -> Self {
        let mut arena = Self::default();
        arena.make_room();
        arena
    }

    /// Makes room for what answering an ordinary question adds, so that it does not grow the tables again and again. A file
    /// of many questions keeps an arena for each, so those have none before.
    pub fn make_room(&mut self) {
        self.nodes.reserve(ROOM);
        self.facts.reserve(ROOM);
    }

    /// The node behind an id of this arena.
    #[must_use]
    #[inline]
    pub fn get(&self, id: ExprId) -> &Expr {
        &self.nodes[id.index()]
    }

    /// Number of nodes made so far.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing has been made yet.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Interns a value's text.
    pub fn symbol(&mut self, text: &str) -> Symbol {
        if let Some(index) = self.symbols.get_index_of(text) {
            return Symbol(index as u32);
        }
        Symbol(self.symbols.insert_full(Arc::from(text)).0 as u32)
    }

    /// The symbol of a text, where it has been interned.
    #[must_use]
    pub fn find_symbol(&self, text: &str) -> Option<Symbol> {
        self.symbols.get_index_of(text).map(|index| Symbol(index as u32))
    }

    /// The text of a symbol of this arena.
    #[must_use]
    pub fn text(&self, symbol: Symbol) -> &str {
        &self.symbols[symbol.0 as usize]
    }

    /// The text of a symbol, where it is one of this arena.
    #[must_use]
    pub fn find_text(&self, symbol: Symbol) -> Option<&str> {
        self.symbols.get_index(symbol.0 as usize).map(|text| &**text)
    }

    /// A distribution; of nothing it is 1.
    pub fn p(&mut self, term: Term) -> ExprId {
        if term.of().is_empty() {
            return self.one();
        }
        self.intern(Expr::P(term))
    }

    /// A number.
    pub fn number(&mut self, value: BigRational) -> ExprId {
        self.intern(Expr::Number(value))
    }

    /// 0
    pub fn zero(&mut self) -> ExprId {
        self.number(BigRational::zero())
    }

    /// 1
    pub fn one(&mut self) -> ExprId {
        self.number(BigRational::one())
    }

    /// Whether it is the number 1.
    #[must_use]
    #[inline]
    pub fn is_one(&self, id: ExprId) -> bool {
        matches!(self.get(id), Expr::Number(value) if value.is_one())
    }

    /// The numeric value of a variable.
    pub fn value(&mut self, of: Ref) -> ExprId {
        self.intern(Expr::Value(of))
    }

    /// A sum; over nothing it is the body itself. References at fixed values bind nothing and are left out.
    pub fn sum(&mut self, over: impl IntoIterator<Item = Ref>, body: ExprId) -> ExprId {
        self.sum_over(over.into_iter().collect(), body)
    }

    fn sum_over(&mut self, mut over: Vec<Ref>, body: ExprId) -> ExprId {
        over.retain(|r| !r.is_value());
        over.sort_unstable();
        over.dedup();
        if over.is_empty() {
            return body;
        }
        self.intern(Expr::Sum { over: over.into_boxed_slice(), body })
    }

    /// A product in the given order; of nothing it is 1, of one factor that factor.
    pub fn product(&mut self, factors: impl IntoIterator<Item = ExprId>) -> ExprId {
        let factors: Box<[ExprId]> = factors.into_iter().collect();
        match *factors {
            [] => self.one(),
            [factor] => factor,
            _ => self.intern(Expr::Product(factors)),
        }
    }

    /// A quotient.
    pub fn quotient(&mut self, numerator: ExprId, denominator: ExprId) -> ExprId {
        self.intern(Expr::Quotient(numerator, denominator))
    }

    /// A sum of the given; of nothing it is 0, of one that one.
    pub fn plus(&mut self, terms: impl IntoIterator<Item = ExprId>) -> ExprId {
        let terms: Box<[ExprId]> = terms.into_iter().collect();
        match *terms {
            [] => self.zero(),
            [term] => term,
            _ => self.intern(Expr::Plus(terms)),
        }
    }

    /// The first less the others; of nothing it is 0, of one that one.
    pub fn minus(&mut self, terms: impl IntoIterator<Item = ExprId>) -> ExprId {
        let terms: Box<[ExprId]> = terms.into_iter().collect();
        match *terms {
            [] => self.zero(),
            [term] => term,
            _ => self.intern(Expr::Minus(terms)),
        }
    }

    /// The references that no sum inside the expression binds, ascending. Fixed values are not among them.
    #[must_use]
    #[inline]
    pub fn free(&self, id: ExprId) -> &[Ref] {
        &self.facts[id.index()].free
    }

    /// Whether a reference occurs free.
    #[must_use]
    #[inline]
    pub fn is_free_in(&self, reference: Ref, id: ExprId) -> bool {
        self.free(id).binary_search(&reference).is_ok()
    }

    /// Nesting: 1 for a leaf.
    #[must_use]
    #[inline]
    pub fn depth(&self, id: ExprId) -> usize {
        self.facts[id.index()].depth as usize
    }

    /// Length as written out without sharing: references and operators, saturating.
    #[must_use]
    #[inline]
    pub fn size(&self, id: ExprId) -> u64 {
        self.facts[id.index()].size
    }

    /// Every node the expression is built of, itself included, operands before what is built of them, each once.
    /// O(operands read, log for the order).
    #[must_use]
    pub fn reachable(&self, roots: impl IntoIterator<Item = ExprId>) -> Vec<ExprId> {
        self.below(roots.into_iter().collect())
    }

    fn below(&self, mut waiting: BinaryHeap<ExprId>) -> Vec<ExprId> {
        // What is built of a node has a larger id, so by descending ids a node's parents all come before it, and it once more
        // for each of them in a row.
        let mut all = Vec::with_capacity(waiting.len());
        while let Some(id) = waiting.pop() {
            if all.last() != Some(&id) {
                all.push(id);
                waiting.extend(self.get(id).operands());
            }
        }
        all.reverse();
        all
    }

    /// The variables that expressions name, bound ones too, ascending. O(expressions, log for the order).
    #[must_use]
    pub fn variables(&self, roots: impl IntoIterator<Item = ExprId>) -> Vec<Var> {
        let mut variables = Vec::new();
        for id in self.reachable(roots) {
            match self.get(id) {
                Expr::P(term) => variables.extend(term.refs().map(|r| r.var)),
                Expr::Value(r) => variables.push(r.var),
                Expr::Sum { over, .. } => variables.extend(over.iter().map(|r| r.var)),
                Expr::Number(_) | Expr::Product(_) | Expr::Quotient(..) | Expr::Plus(_) | Expr::Minus(_) => {}
            }
        }
        variables.sort_unstable();
        variables.dedup();
        variables
    }

    /// The node for an expression whose operands are in this arena already.
    fn intern(&mut self, expr: Expr) -> ExprId {
        let (index, new) = self.nodes.insert_full(expr);
        if new {
            let facts = self.compute(&self.nodes[index]);
            self.facts.push(facts);
        }
        ExprId(index as u32)
    }

    fn compute(&self, expr: &Expr) -> Facts {
        let operands = expr.operands();
        let depth = operands.iter().map(|&id| self.facts[id.index()].depth).max().unwrap_or(0).saturating_add(1);
        let mut size = operands.iter().fold(1_u64, |sum, &id| sum.saturating_add(self.size(id)));
        let mut free: SmallVec<[Ref; 4]> = match expr {
            Expr::P(term) => term.refs().filter(|r| !r.is_value()).collect(),
            Expr::Value(reference) if !reference.is_value() => smallvec![*reference],
            Expr::Number(_) | Expr::Value(_) => SmallVec::new(),
            Expr::Sum { over, body } => {
                self.free(*body).iter().copied().filter(|r| over.binary_search(r).is_err()).collect()
            }
            Expr::Product(_) | Expr::Quotient(..) | Expr::Plus(_) | Expr::Minus(_) => {
                union(operands.iter().map(|&id| self.free(id)))
            }
        };
        if let Expr::P(term) = expr {
            size = size.saturating_add(term.refs().count() as u64);
        }
        if let Expr::Sum { over, .. } = expr {
            size = size.saturating_add(over.len() as u64);
        }
        if !free.is_sorted() {
            free.sort_unstable();
        }
        Facts { depth, size, free }
    }
}

/// The references in any of the lists, each ascending, in ascending order.
///
/// In a chain of conditionals the last factor names all that the others do, so what the longest list has is left out
/// before anything is sorted.
fn union<'a>(lists: impl Iterator<Item = &'a [Ref]> + Clone) -> SmallVec<[Ref; 4]> {
    let Some(longest) = lists.clone().max_by_key(|list| list.len()) else { return SmallVec::new() };
    let mut all = SmallVec::from_slice(longest);
    for list in lists {
        if list.len() * 16 < longest.len() {
            all.extend(list.iter().copied().filter(|r| longest.binary_search(r).is_err()));
            continue;
        }
        let mut rest = longest;
        for r in list {
            while let Some((_, after)) = rest.split_first().filter(|(first, _)| *first < r) {
                rest = after;
            }
            if rest.first() != Some(r) {
                all.push(*r);
            }
        }
    }
    if all.len() > longest.len() {
        all.sort_unstable();
        all.dedup();
    }
    all
}

/// Helps a reader of debug output.
impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Copy(primes) => f.write_str(&"'".repeat(usize::from(*primes))),
            Self::Value(symbol) => write!(f, "=#{}", symbol.0),
        }
    }
}
