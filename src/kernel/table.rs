//! Numbers for every combination of the states of some keys, the last key varying fastest.

use super::{Reason, Work, require};
use std::ops::AddAssign;

/// The most cells a table may have.
pub(super) const CELLS: usize = 1 << 20;

#[derive(Clone)]
pub(super) struct Table<T> {
    pub keys: Vec<usize>,
    pub cells: Vec<T>,
}

/// How many cells a table over these keys has.
pub(super) fn cells(keys: &[usize], sizes: &[usize]) -> Result<usize, Reason> {
    let count = keys.iter().try_fold(1_usize, |count, &key| count.checked_mul(sizes[key]));
    count.filter(|&count| count <= CELLS).ok_or_else(|| format!("a table has more than {CELLS} cells"))
}

impl<T> Table<T> {
    /// Cell by cell with another, over the keys of both.
    pub fn with<U, V>(
        &self,
        other: &Table<U>,
        sizes: &[usize],
        work: &mut Work,
        op: impl Fn(&T, &U) -> Result<V, Reason>,
    ) -> Result<Table<V>, Reason> {
        let mut keys = self.keys.clone();
        keys.extend(other.keys.iter().filter(|key| !self.keys.contains(key)));
        let count = cells(&keys, sizes)?;
        work.spend(count)?;
        let (left, right) = (strides(&self.keys, &keys, sizes), strides(&other.keys, &keys, sizes));
        let (mut states, mut i, mut j) = (vec![0; keys.len()], 0, 0);
        let mut result = Vec::with_capacity(count);
        for _ in 0..count {
            result.push(op(&self.cells[i], &other.cells[j])?);
            for (position, &key) in keys.iter().enumerate().rev() {
                (states[position], i, j) = (states[position] + 1, i + left[position], j + right[position]);
                if states[position] < sizes[key] {
                    break;
                }
                (i, j) = (i - sizes[key] * left[position], j - sizes[key] * right[position]);
                states[position] = 0;
            }
        }
        Ok(Table { keys, cells: result })
    }

    /// Without a key: each cell made of those for all its states, in order.
    fn along(&self, at: usize, sizes: &[usize], make: impl Fn(&mut dyn Iterator<Item = &T>) -> Option<T>) -> Self {
        let inner: usize = self.keys[at + 1..].iter().map(|&key| sizes[key]).product();
        let block = inner * sizes[self.keys[at]];
        let starts = (0..self.cells.len()).step_by(block).flat_map(|start| start..start + inner);
        let cells = starts.filter_map(|start| make(&mut self.cells[start..].iter().step_by(inner).take(block / inner)));
        Table { cells: cells.collect(), keys: [&self.keys[..at], &self.keys[at + 1..]].concat() }
    }

    /// At one state of a key.
    pub fn at(&self, key: usize, state: usize, sizes: &[usize]) -> Self
    where
        T: Clone,
    {
        match self.keys.iter().position(|&k| k == key) {
            Some(at) => self.along(at, sizes, |cells| cells.nth(state).cloned()),
            None => self.clone(),
        }
    }

    /// Summed over all states of a key; where it does not depend on the key, multiplied by their number.
    pub fn sum(&self, key: usize, sizes: &[usize]) -> Self
    where
        T: Clone + for<'a> AddAssign<&'a T>,
    {
        let add = |mut sum: T, cell: &T| {
            sum += cell;
            sum
        };
        let total = |cells: &mut dyn Iterator<Item = &T>| cells.next().cloned().map(|first| cells.fold(first, add));
        match self.keys.iter().position(|&k| k == key) {
            Some(at) => self.along(at, sizes, total),
            None => {
                let cells = self.cells.iter().filter_map(|cell| total(&mut std::iter::repeat_n(cell, sizes[key])));
                Table { keys: self.keys.clone(), cells: cells.collect() }
            }
        }
    }
}

/// How far each of `keys` moves in a table over `own`.
fn strides(own: &[usize], keys: &[usize], sizes: &[usize]) -> Vec<usize> {
    let after = |at: usize| own[at + 1..].iter().map(|&key| sizes[key]).product();
    keys.iter().map(|key| own.iter().position(|k| k == key).map_or(0, after)).collect()
}

/// The product of tables, some keys summed out: at each turn the one whose table is smallest.
pub(super) fn eliminate<T>(
    mut tables: Vec<Table<T>>,
    mut gone: Vec<usize>,
    one: T,
    sizes: &[usize],
    work: &mut Work,
) -> Result<Table<T>, Reason>
where
    T: Clone + for<'a> AddAssign<&'a T>,
    for<'a> &'a T: std::ops::Mul<Output = T>,
{
    let product = |tables: Vec<Table<T>>, work: &mut Work| {
        let start = Table { keys: Vec::new(), cells: vec![one.clone()] };
        tables.iter().try_fold(start, |all, table| all.with(table, sizes, work, |a, b| Ok(a * b)))
    };
    while !gone.is_empty() {
        let mut best = (usize::MAX, 0);
        for (position, key) in gone.iter().enumerate() {
            let mut keys: Vec<usize> = tables
                .iter()
                .filter(|table| table.keys.contains(key))
                .flat_map(|table| table.keys.iter().copied())
                .collect();
            keys.sort_unstable();
            keys.dedup();
            work.spend(tables.len() + keys.len())?;
            best = best.min((cells(&keys, sizes).unwrap_or(usize::MAX), position));
        }
        let key = gone.swap_remove(best.1);
        let (inside, outside) = tables.into_iter().partition(|table: &Table<T>| table.keys.contains(&key));
        tables = outside;
        tables.push(product(inside, work)?.sum(key, sizes));
    }
    require(tables.len() <= CELLS, format!("a product has more than {CELLS} factors"))?;
    product(tables, work)
}
