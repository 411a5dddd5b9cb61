//! From an expression to a tape: each subexpression is a table over its free references.
//!
//! Sums of products are summed variable by variable, the one with the smallest product first, so that no table is larger
//! than it has to be. A term is one marginal of the data over another.

use super::Fault;
use super::moments::{Kind, Moments};
use super::tape::{NOWHERE, Op, Table, Tape};
use crate::data::Counts;
use crate::expr::{Arena, At, Expr, ExprId, Ref, Term, Var};
use num_traits::ToPrimitive;
use rustc_hash::FxHashMap;

/// Cells walked over in one evaluation, at most.
const MOST: usize = 1 << 24;

/// A table with the references it ranges over, ascending; the last varies fastest.
#[derive(Clone, Debug)]
struct Ranged {
    table: Table,
    over: Vec<Ref>,
}

/// What a missing condition or denominator is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Below {
    /// The references that the quotient's cells range over.
    pub(super) walk: Vec<Ref>,
    /// Those that what is below depends on, values among them.
    pub(super) named: Vec<Ref>,
}

/// An expression made ready for the data.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) tape: Tape,
    /// For each quotient, by operation, what stands below.
    pub(super) below: FxHashMap<usize, Below>,
    /// Cells that one evaluation walks over.
    pub(super) walked: usize,
}

/// Which column each variable of an expression is read from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Data<'a> {
    pub(super) counts: &'a Counts,
    /// By number of the variable.
    pub(super) columns: &'a [Option<usize>],
    /// The variable that is summed up instead of counted by.
    pub(super) numeric: Option<Var>,
}

impl Data<'_> {
    pub(super) fn column(&self, var: Var) -> Result<usize, Fault> {
        self.columns.get(var.index()).copied().flatten().ok_or(Fault::NoColumn(var))
    }

    pub(super) fn levels(&self, var: Var) -> Result<&[String], Fault> {
        let column = self.column(var)?;
        Ok(&self.counts.columns[column].levels)
    }

    fn size(&self, over: &[Ref]) -> Result<usize, Fault> {
        let mut size = 1_usize;
        for reference in over {
            size = size.saturating_mul(self.levels(reference.var)?.len());
        }
        if size > MOST { Err(Fault::TooLarge) } else { Ok(size) }
    }

    /// The level that a value names.
    pub(super) fn level(&self, arena: &Arena, reference: Ref) -> Result<usize, Fault> {
        let At::Value(symbol) = reference.at else { return Err(Fault::NoColumn(reference.var)) };
        let text = arena.text(symbol);
        let levels = self.levels(reference.var)?;
        // A value written 1 is the level 1.0.
        let number = text.parse::<f64>().ok();
        let place = levels.iter().position(|level| level == text).or_else(|| {
            let number = number?;
            levels.iter().position(|level| level.parse() == Ok(number))
        });
        place.ok_or_else(|| Fault::NoLevel { var: reference.var, value: text.to_owned() })
    }
}

/// Makes an expression ready: its result ranges over `over`; references in `at` stand at a level. What else is free is
/// not allowed.
pub(super) fn compile(
    data: Data<'_>,
    arena: &Arena,
    root: ExprId,
    over: &[Ref],
    at: &[(Ref, u32)],
) -> Result<Program, Fault> {
    let moments = Moments::of(arena, root, data.numeric).map_err(|()| Fault::Distribution)?;
    let program = Program { tape: Tape::default(), below: FxHashMap::default(), walked: 0 };
    let (leaves, done) = (FxHashMap::default(), FxHashMap::default());
    let mut compiler = Compiler { data, arena, moments, program, leaves, done, walked: 0 };
    let result = compiler.all(root)?;
    compiler.place(&result, over, at)?;
    compiler.program.walked = compiler.walked;
    Ok(compiler.program)
}

struct Compiler<'a> {
    data: Data<'a>,
    arena: &'a Arena,
    moments: Moments,
    program: Program,
    leaves: FxHashMap<(Vec<Ref>, bool), Ranged>,
    done: FxHashMap<(ExprId, Kind), Ranged>,
    walked: usize,
}

impl Compiler<'_> {
    /// Every subexpression, operands first; no recursion.
    fn all(&mut self, root: ExprId) -> Result<Ranged, Fault> {
        let start = (root, self.moments.kind(root, Kind::Mass));
        let mut waiting = vec![(start, false)];
        while let Some((key, ready)) = waiting.pop() {
            if self.done.contains_key(&key) {
                continue;
            }
            let operands = self.operands(key);
            if !ready {
                waiting.push((key, true));
                waiting.extend(operands.iter().map(|&operand| (operand, false)));
                continue;
            }
            let operands: Vec<Ranged> = operands.iter().filter_map(|key| self.done.get(key).cloned()).collect();
            let ranged = self.one(key, operands)?;
            self.done.insert(key, ranged);
        }
        self.done.get(&start).cloned().ok_or(Fault::TooLarge)
    }

    /// What a node is made of: below a sum, the factors of the product.
    fn operands(&self, (id, kind): (ExprId, Kind)) -> Vec<(ExprId, Kind)> {
        let (ids, kind) = match self.arena.get(id) {
            Expr::Sum { body, .. } => {
                let mut factors = Vec::new();
                self.factors(*body, &mut factors);
                (factors, self.moments.inside(id, kind))
            }
            Expr::Product(_) => {
                let mut factors = Vec::new();
                self.factors(id, &mut factors);
                (factors, kind)
            }
            other @ (Expr::Number(_)
            | Expr::P(_)
            | Expr::Quotient(..)
            | Expr::Plus(_)
            | Expr::Minus(_)
            | Expr::Value(_)) => (other.operands().to_vec(), kind),
        };
        ids.into_iter().map(|id| (id, self.moments.kind(id, kind))).collect()
    }

    /// The factors of a product, those of products inside included.
    fn factors(&self, id: ExprId, into: &mut Vec<ExprId>) {
        let mut waiting = vec![id];
        while let Some(id) = waiting.pop() {
            match self.arena.get(id) {
                Expr::Product(all) => waiting.extend(all.iter().rev()),
                Expr::Number(_)
                | Expr::P(_)
                | Expr::Sum { .. }
                | Expr::Quotient(..)
                | Expr::Plus(_)
                | Expr::Minus(_)
                | Expr::Value(_) => into.push(id),
            }
        }
    }

    fn one(&mut self, (id, kind): (ExprId, Kind), operands: Vec<Ranged>) -> Result<Ranged, Fault> {
        match self.arena.get(id) {
            Expr::Number(number) => Ok(self.constant(vec![number.to_f64().unwrap_or(f64::NAN)], Vec::new())),
            Expr::Value(reference) => self.value(*reference),
            Expr::P(term) => self.term(term, kind),
            Expr::Product(_) => {
                let over = union(&operands);
                self.contract(&operands, over, 1.0)
            }
            Expr::Sum { over, .. } => self.sum(over, operands),
            Expr::Quotient(..) => match &operands[..] {
                [over, under] => self.quotient(over, under, &[]),
                _ => Err(Fault::TooLarge),
            },
            Expr::Plus(_) => self.linear(&operands, 1.0),
            Expr::Minus(_) => self.linear(&operands, -1.0),
        }
    }

    fn constant(&mut self, numbers: Vec<f64>, over: Vec<Ref>) -> Ranged {
        let cells = numbers.len();
        Ranged { table: self.program.tape.push(Op::Constant(numbers), cells), over }
    }

    fn value(&mut self, reference: Ref) -> Result<Ranged, Fault> {
        if Some(reference.var) == self.data.numeric {
            // The number itself is in the sums of the leaf beside it.
            return Ok(self.constant(vec![1.0], Vec::new()));
        }
        let number = |text: &str| {
            let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
            number.ok_or_else(|| Fault::NoNumber { var: reference.var, value: text.to_owned() })
        };
        if let At::Value(symbol) = reference.at {
            let number = number(self.arena.text(symbol))?;
            return Ok(self.constant(vec![number], Vec::new()));
        }
        let numbers = self.data.levels(reference.var)?.iter().map(|level| number(level)).collect::<Result<_, _>>()?;
        Ok(self.constant(numbers, vec![reference]))
    }

    /// A term without actions: neither an estimand nor a naive answer has any other.
    fn term(&mut self, term: &Term, kind: Kind) -> Result<Ranged, Fault> {
        let mut all: Vec<Ref> = term.of().iter().chain(term.given()).copied().collect();
        all.sort_unstable();
        let moment = kind == Kind::Moment && all.iter().any(|r| Some(r.var) == self.data.numeric);
        let over = self.leaf(&all, moment)?;
        if term.given().is_empty() {
            return Ok(over);
        }
        let under = self.leaf(term.given(), false)?;
        let fixed: Vec<Ref> = term.given().iter().copied().filter(|r| r.is_value()).collect();
        self.quotient(&over, &under, &fixed)
    }

    /// A marginal of the data.
    fn leaf(&mut self, refs: &[Ref], moment: bool) -> Result<Ranged, Fault> {
        let refs: Vec<Ref> = refs.iter().copied().filter(|r| Some(r.var) != self.data.numeric).collect();
        let key = (refs, moment);
        if let Some(known) = self.leaves.get(&key) {
            return Ok(known.clone());
        }
        let refs = &key.0;
        let over: Vec<Ref> = refs.iter().copied().filter(|r| !r.is_value()).collect();
        let cells = self.spend(self.data.size(&over)?)?;
        let strides = self.strides(&over, &over)?;
        let mut steps = Vec::new();
        let mut share = 1.0;
        for &reference in refs {
            let column = self.data.column(reference.var)?;
            share /= self.data.counts.columns[column].levels.len() as f64;
            match over.iter().position(|&own| own == reference) {
                Some(at) => steps.push((column, Err(strides[at]))),
                None => steps.push((column, Ok(self.data.level(self.arena, reference)? as u32))),
            }
        }
        let places = self.data.counts.cells.iter().map(|cell| {
            let mut place = 0;
            for &(column, step) in &steps {
                match step {
                    Ok(level) if cell.at[column] != level => return NOWHERE,
                    Ok(_) => {}
                    Err(stride) => place += cell.at[column] as usize * stride,
                }
            }
            place as u32
        });
        let op = Op::Leaf { places: places.collect(), moment, share };
        let ranged = Ranged { table: self.program.tape.push(op, cells), over };
        self.leaves.insert(key, ranged.clone());
        Ok(ranged)
    }

    /// Sums variables out one by one, the one with the smallest product first.
    fn sum(&mut self, over: &[Ref], mut factors: Vec<Ranged>) -> Result<Ranged, Fault> {
        let mut scale = 1.0;
        let mut bound: Vec<Ref> = Vec::new();
        for &reference in over.iter().filter(|r| Some(r.var) != self.data.numeric) {
            if factors.iter().any(|factor| factor.over.contains(&reference)) {
                bound.push(reference);
            } else {
                scale *= self.data.levels(reference.var)?.len() as f64;
            }
        }
        while !bound.is_empty() {
            let mut best: Option<(usize, usize)> = None;
            for (at, reference) in bound.iter().enumerate() {
                let with: Vec<Ranged> = factors.iter().filter(|f| f.over.contains(reference)).cloned().collect();
                let Ok(size) = self.data.size(&union(&with)) else { continue };
                if best.is_none_or(|(_, least)| size < least) {
                    best = Some((at, size));
                }
            }
            let Some((at, _)) = best else { return Err(Fault::TooLarge) };
            let reference = bound.remove(at);
            let (with, without): (Vec<Ranged>, Vec<Ranged>) =
                factors.into_iter().partition(|factor| factor.over.contains(&reference));
            let mut left = union(&with);
            left.retain(|r| *r != reference);
            factors = without;
            factors.push(self.contract(&with, left, 1.0)?);
        }
        let all = union(&factors);
        self.contract(&factors, all, scale)
    }

    fn contract(&mut self, factors: &[Ranged], left: Vec<Ref>, scale: f64) -> Result<Ranged, Fault> {
        if let [only] = factors
            && scale == 1.0
            && only.over == left
        {
            return Ok(only.clone());
        }
        let walk = union(factors);
        let cells = self.data.size(&walk)?;
        self.spend(cells.saturating_mul(factors.len() + 1))?;
        let inputs = factors
            .iter()
            .map(|factor| Ok((factor.table, self.places(&walk, &factor.over)?)))
            .collect::<Result<Vec<_>, Fault>>()?;
        let to = self.places(&walk, &left)?;
        let size = self.data.size(&left)?;
        Ok(Ranged { table: self.program.tape.push(Op::Contract { inputs, to, scale }, size), over: left })
    }

    fn quotient(&mut self, over: &Ranged, under: &Ranged, fixed: &[Ref]) -> Result<Ranged, Fault> {
        let walk = union(&[over.clone(), under.clone()]);
        let cells = self.data.size(&walk)?;
        self.spend(cells.saturating_mul(3))?;
        let op = Op::Quotient {
            over: (over.table, self.places(&walk, &over.over)?),
            under: (under.table, self.places(&walk, &under.over)?),
        };
        let table = self.program.tape.push(op, cells);
        // Only what stands below is missing, at whatever values of the rest.
        let named = fixed.iter().chain(&under.over).copied().collect();
        self.program.below.insert(table, Below { walk: walk.clone(), named });
        Ok(Ranged { table, over: walk })
    }

    fn linear(&mut self, operands: &[Ranged], sign: f64) -> Result<Ranged, Fault> {
        let walk = union(operands);
        let cells = self.data.size(&walk)?;
        self.spend(cells.saturating_mul(operands.len() + 1))?;
        let terms = operands
            .iter()
            .enumerate()
            .map(|(at, operand)| {
                Ok((if at == 0 { 1.0 } else { sign }, operand.table, self.places(&walk, &operand.over)?))
            })
            .collect::<Result<Vec<_>, Fault>>()?;
        Ok(Ranged { table: self.program.tape.push(Op::Linear(terms), cells), over: walk })
    }

    /// The result in the order asked for, what stands at a level taken there.
    fn place(&mut self, result: &Ranged, over: &[Ref], at: &[(Ref, u32)]) -> Result<(), Fault> {
        let cells = self.spend(self.data.size(over)?)?;
        let strides = self.strides(&result.over, &result.over)?;
        let mut offset = 0;
        let mut steps = vec![0; over.len()];
        for (reference, stride) in result.over.iter().zip(strides) {
            if let Some(place) = over.iter().position(|own| own == reference) {
                steps[place] = stride;
            } else if let Some((_, level)) = at.iter().find(|(own, _)| own == reference) {
                offset += *level as usize * stride;
            } else {
                return Err(Fault::Distribution);
            }
        }
        let places = walk(&steps, &self.sizes(over)?).into_iter().map(|place| place + offset as u32).collect();
        self.program.tape.push(Op::Linear(vec![(1.0, result.table, places)]), cells);
        Ok(())
    }

    fn spend(&mut self, cells: usize) -> Result<usize, Fault> {
        self.walked = self.walked.saturating_add(cells);
        if self.walked > MOST { Err(Fault::TooLarge) } else { Ok(cells) }
    }

    fn sizes(&self, over: &[Ref]) -> Result<Vec<usize>, Fault> {
        over.iter().map(|r| Ok(self.data.levels(r.var)?.len())).collect()
    }

    /// The distance in a table over `of` between neighbouring levels of each of `walk`; 0 for those it lacks.
    fn strides(&self, walk: &[Ref], of: &[Ref]) -> Result<Vec<usize>, Fault> {
        let sizes = self.sizes(of)?;
        let mut own = vec![1; of.len()];
        for at in (0..of.len().saturating_sub(1)).rev() {
            own[at] = own[at + 1] * sizes[at + 1];
        }
        Ok(walk.iter().map(|r| of.iter().position(|other| other == r).map_or(0, |at| own[at])).collect())
    }

    /// For each cell of a walk, the place of its cell in a table over `of`.
    fn places(&self, over: &[Ref], of: &[Ref]) -> Result<Vec<u32>, Fault> {
        Ok(walk(&self.strides(over, of)?, &self.sizes(over)?))
    }
}

fn walk(steps: &[usize], sizes: &[usize]) -> Vec<u32> {
    let mut all = vec![0_u32];
    for (&step, &size) in steps.iter().zip(sizes) {
        all = all.iter().flat_map(|&at| (0..size).map(move |i| at + (i * step) as u32)).collect();
    }
    all
}

fn union(factors: &[Ranged]) -> Vec<Ref> {
    let mut all: Vec<Ref> = factors.iter().flat_map(|factor| factor.over.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all
}
