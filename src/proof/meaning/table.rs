//! Whole numbers for every combination of the states of some keys, the last key varying fastest; products of them, keys
//! summed out one by one.

use super::{Reason, Work};
use num_bigint::BigUint;
use num_traits::{One, Zero};

/// The most cells a table may have.
pub(crate) const CELLS: usize = 1 << 20;

#[derive(Clone)]
pub(super) struct Table {
    pub keys: Vec<usize>,
    pub cells: Vec<BigUint>,
}

/// How many cells a table over these keys has.
pub(super) fn cells(keys: &[usize], sizes: &[usize]) -> Result<usize, Reason> {
    let count = keys.iter().try_fold(1_usize, |count, &key| count.checked_mul(sizes[key]));
    count.filter(|&count| count <= CELLS).ok_or_else(|| format!("a table has more than {CELLS} cells"))
}

/// Does something for each combination of states of some keys; `states` has a place for every key.
pub(super) fn each(
    keys: &[usize],
    sizes: &[usize],
    mut act: impl FnMut(&mut [usize]) -> Result<(), Reason>,
) -> Result<(), Reason> {
    let mut states = vec![0; sizes.len()];
    for _ in 0..cells(keys, sizes)? {
        act(&mut states)?;
        for &key in keys.iter().rev() {
            states[key] = (states[key] + 1) % sizes[key];
            if states[key] > 0 {
                break;
            }
        }
    }
    Ok(())
}

/// The keys of tables, ascending.
pub(super) fn keys<'a>(tables: impl IntoIterator<Item = &'a Table>) -> Vec<usize> {
    let mut keys: Vec<usize> = tables.into_iter().flat_map(|table| table.keys.iter().copied()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

impl Table {
    /// The cell where each key is in the state given for it.
    pub fn cell(&self, states: &[usize], sizes: &[usize]) -> &BigUint {
        &self.cells[self.keys.iter().fold(0, |index, &key| index * sizes[key] + states[key])]
    }

    /// The product of tables, with one key summed out or none.
    fn product(tables: &[Self], gone: Option<usize>, sizes: &[usize], work: &mut Work) -> Result<Self, Reason> {
        let mut keys = keys(tables);
        keys.retain(|&key| Some(key) != gone);
        let summed = gone.map_or(1, |key| sizes[key]);
        let words = |table: &Self| table.cells.iter().map(BigUint::bits).max().unwrap_or(0) / 64 + 1;
        let price = tables.iter().map(words).sum::<u64>().saturating_mul((summed * cells(&keys, sizes)?) as u64);
        work.spend(sizes.len().saturating_add(usize::try_from(price).unwrap_or(usize::MAX)))?;
        let mut product = Vec::new();
        each(&keys, sizes, |states| {
            let mut sum = BigUint::zero();
            for state in 0..summed {
                gone.into_iter().for_each(|key| states[key] = state);
                sum += tables.iter().fold(BigUint::one(), |product, table| product * table.cell(states, sizes));
            }
            product.push(sum);
            Ok(())
        })?;
        Ok(Self { keys, cells: product })
    }

    /// The product of tables, keys summed out, next always the one whose table is smallest.
    pub fn sum(mut tables: Vec<Self>, mut gone: Vec<usize>, sizes: &[usize], work: &mut Work) -> Result<Self, Reason> {
        while !gone.is_empty() {
            work.spend(gone.len() * tables.iter().map(|table| table.keys.len()).sum::<usize>())?;
            let size = |key| cells(&keys(tables.iter().filter(|t| t.keys.contains(&key))), sizes).unwrap_or(usize::MAX);
            let best = (0..gone.len()).min_by_key(|&position| (size(gone[position]), gone[position]));
            let key = gone.swap_remove(best.unwrap_or_default());
            let (inside, outside) = tables.into_iter().partition::<Vec<_>, _>(|table| table.keys.contains(&key));
            tables = outside;
            tables.push(Self::product(&inside, Some(key), sizes, work)?);
        }
        Self::product(&tables, None, sizes, work)
    }
}
