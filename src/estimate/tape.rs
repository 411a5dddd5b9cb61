//! A formula as a list of operations on dense tables, evaluated forwards and differentiated backwards.
//!
//! A table ranges over references of the formula; where its cells lie in the tables it is made of is worked out once, so
//! that evaluating it again, for the next bootstrap replicate or the next derivative, only reads and multiplies.

use std::ops::Range;

/// The place of a cell of data that a leaf leaves out.
pub(super) const NOWHERE: u32 = u32::MAX;
/// What stands in for a quotient by nothing, while it is looked at whether anything depends on it.
const STAND_INS: [f64; 2] = [0.5, 0.3];

/// A table, by position on its tape.
pub(super) type Table = usize;

/// One operation; its result is one table.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// Numbers that no data change.
    Constant(Vec<f64>),
    /// The probability of some columns being where the table says, or the mean of the numeric variable there.
    Leaf {
        /// For each cell of data the table's cell it is added to.
        places: Vec<u32>,
        /// Whether the numeric variable is summed up, and not the probability.
        moment: bool,
        /// What part of a count added to every combination of levels falls into each cell here.
        share: f64,
    },
    /// A sum of products, by a scale.
    Contract {
        /// The factors: each cell walked over reads there.
        inputs: Vec<(Table, Vec<u32>)>,
        /// The cell that each adds to.
        to: Vec<u32>,
        /// All is multiplied by this.
        scale: f64,
    },
    /// A quotient, cell by cell.
    Quotient {
        /// Above, and where each cell reads.
        over: (Table, Vec<u32>),
        /// Below.
        under: (Table, Vec<u32>),
    },
    /// A sum with signs, cell by cell.
    Linear(Vec<(f64, Table, Vec<u32>)>),
}

/// The operations, operands first; the last one's result is the formula's.
#[derive(Clone, Debug, Default)]
pub(super) struct Tape {
    ops: Vec<Op>,
    cells: Vec<Range<usize>>,
}

/// Where the data stand: for each cell its probability, and the sum of the numeric variable there over all rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point<'a> {
    pub(super) mass: &'a [f64],
    pub(super) moment: &'a [f64],
    /// Added to every combination of levels, as a probability, and what the numeric variable is taken to be there.
    pub(super) smooth: (f64, f64),
}

/// Everything that a tape computed at one point.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    all: Vec<f64>,
    /// Quotients by nothing: operation and cell.
    missing: Vec<(usize, usize)>,
}

/// How a result depends on the data: by cell, the derivatives by its probability and by its sum.
#[derive(Clone, Debug, Default)]
pub(super) struct Gradient {
    pub(super) mass: Vec<f64>,
    pub(super) moment: Vec<f64>,
    adjoint: Vec<f64>,
}

impl Tape {
    /// Adds an operation with so many cells.
    pub(super) fn push(&mut self, op: Op, cells: usize) -> Table {
        let start = self.len();
        self.ops.push(op);
        self.cells.push(start..start + cells);
        self.ops.len() - 1
    }

    /// Cells of all tables together.
    pub(super) fn len(&self) -> usize {
        self.cells.last().map_or(0, |last| last.end)
    }

    /// Cells of the result.
    pub(super) fn results(&self) -> usize {
        self.cells.last().map_or(0, Range::len)
    }

    /// Computes every table. O(cells walked over).
    pub(super) fn forward(&self, at: Point<'_>, values: &mut Values) {
        self.forward_with(at, values, STAND_INS[0]);
    }

    fn forward_with(&self, at: Point<'_>, values: &mut Values, stand_in: f64) {
        values.missing.clear();
        values.all.resize(self.len(), 0.0);
        for (index, op) in self.ops.iter().enumerate() {
            let (before, rest) = values.all.split_at_mut(self.cells[index].start);
            let own = &mut rest[..self.cells[index].len()];
            let read = |table: &Table| &before[self.cells[*table].clone()];
            match op {
                Op::Constant(numbers) => own.copy_from_slice(numbers),
                Op::Leaf { places, moment, share } => {
                    let added = at.smooth.0 * share;
                    own.fill(if *moment { added * at.smooth.1 } else { added });
                    let from = if *moment { at.moment } else { at.mass };
                    for (&place, &value) in places.iter().zip(from) {
                        if place != NOWHERE {
                            own[place as usize] += value;
                        }
                    }
                }
                Op::Contract { inputs, to, scale } => {
                    own.fill(0.0);
                    match &inputs[..] {
                        [(a, of_a)] => {
                            let a = read(a);
                            for (&to, &x) in to.iter().zip(of_a) {
                                own[to as usize] += a[x as usize];
                            }
                        }
                        [(a, of_a), (b, of_b)] => {
                            let (a, b) = (read(a), read(b));
                            for ((&to, &x), &y) in to.iter().zip(of_a).zip(of_b) {
                                own[to as usize] += a[x as usize] * b[y as usize];
                            }
                        }
                        _ => {
                            for (cell, &to) in to.iter().enumerate() {
                                let all = inputs.iter().map(|(table, places)| read(table)[places[cell] as usize]);
                                own[to as usize] += all.product::<f64>();
                            }
                        }
                    }
                    if *scale != 1.0 {
                        own.iter_mut().for_each(|value| *value *= scale);
                    }
                }
                Op::Quotient { over: (over, of_over), under: (under, of_under) } => {
                    let (over, under) = (read(over), read(under));
                    for (cell, own) in own.iter_mut().enumerate() {
                        let below = under[of_under[cell] as usize];
                        *own = if below == 0.0 {
                            values.missing.push((index, cell));
                            stand_in
                        } else {
                            over[of_over[cell] as usize] / below
                        };
                    }
                }
                Op::Linear(terms) => {
                    own.fill(0.0);
                    for (sign, table, places) in terms {
                        let table = read(table);
                        for (own, &place) in own.iter_mut().zip(places) {
                            *own += sign * table[place as usize];
                        }
                    }
                }
            }
        }
    }

    /// What the formula is worth, cell by cell.
    pub(super) fn result<'a>(&self, values: &'a Values) -> &'a [f64] {
        self.cells.last().map_or(&[], |last| &values.all[last.clone()])
    }

    /// The same, NaN where it depends on a quotient by nothing. `spare` is room for a second evaluation.
    pub(super) fn evaluate(&self, at: Point<'_>, values: &mut Values, spare: &mut Values, into: &mut Vec<f64>) {
        self.forward(at, values);
        into.clear();
        into.extend_from_slice(self.result(values));
        if !values.missing.is_empty() {
            self.forward_with(at, spare, STAND_INS[1]);
            for (own, &other) in into.iter_mut().zip(self.result(spare)) {
                if (*own - other).abs() > 1e-12 * own.abs().max(1.0) {
                    *own = f64::NAN;
                }
            }
        }
        into.iter_mut().filter(|value| !value.is_finite()).for_each(|value| *value = f64::NAN);
    }

    /// Derivatives of one cell of the result by reverse mode, and the quotients by nothing that it depends on.
    /// O(cells walked over).
    pub(super) fn backward(
        &self,
        values: &Values,
        cell: usize,
        data: usize,
        into: &mut Gradient,
    ) -> Vec<(usize, usize)> {
        let Gradient { mass, moment, adjoint } = into;
        mass.clear();
        mass.resize(data, 0.0);
        moment.clear();
        moment.resize(data, 0.0);
        adjoint.clear();
        adjoint.resize(self.len(), 0.0);
        if let Some(last) = self.cells.last() {
            adjoint[last.start + cell] = 1.0;
        }
        let mut needed = Vec::new();
        let mut missing = values.missing.iter().rev().peekable();
        for (index, op) in self.ops.iter().enumerate().rev() {
            let (before, rest) = adjoint.split_at_mut(self.cells[index].start);
            let own = &rest[..self.cells[index].len()];
            let start = |table: Table| self.cells[table].start;
            match op {
                Op::Constant(_) => {}
                Op::Leaf { places, moment: is_moment, .. } => {
                    let to = if *is_moment { &mut *moment } else { &mut *mass };
                    for (&place, to) in places.iter().zip(to) {
                        if place != NOWHERE {
                            *to += own[place as usize];
                        }
                    }
                }
                Op::Contract { inputs, to, scale } => {
                    for (walked, &to) in to.iter().enumerate() {
                        let by = own[to as usize] * scale;
                        if by == 0.0 {
                            continue;
                        }
                        for (at, (table, places)) in inputs.iter().enumerate() {
                            let others = inputs.iter().enumerate().filter(|(other, _)| *other != at);
                            let others =
                                others.map(|(_, (other, places))| values.all[start(*other) + places[walked] as usize]);
                            before[start(*table) + places[walked] as usize] += by * others.product::<f64>();
                        }
                    }
                }
                Op::Quotient { over: (over, of_over), under: (under, of_under) } => {
                    for (cell, &by) in own.iter().enumerate().rev() {
                        let is_missing = missing.next_if(|&&at| at == (index, cell)).is_some();
                        if by == 0.0 {
                            continue;
                        }
                        if is_missing {
                            if by.abs() > 1e-12 {
                                needed.push((index, cell));
                            }
                            continue;
                        }
                        let below = values.all[start(*under) + of_under[cell] as usize];
                        let value = values.all[self.cells[index].start + cell];
                        before[start(*over) + of_over[cell] as usize] += by / below;
                        before[start(*under) + of_under[cell] as usize] -= by * value / below;
                    }
                }
                Op::Linear(terms) => {
                    for (sign, table, places) in terms {
                        for (&by, &place) in own.iter().zip(places) {
                            before[start(*table) + place as usize] += by * sign;
                        }
                    }
                }
            }
        }
        needed.reverse();
        needed
    }
}
