//! Whole numbers for every combination of the states of some keys, the last key varying fastest; products of them, keys
//! summed out one by one.

use super::{Reason, Work};
use num_bigint::BigUint;
use num_traits::{One, Zero};

/// The most cells a table may have.
pub(super) const CELLS: usize = 1 << 20;

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

/// Does something for each combination of states of some keys.
pub(super) fn each(
    keys: &[usize],
    sizes: &[usize],
    work: &mut Work,
    mut act: impl FnMut(&mut Vec<usize>) -> Result<(), Reason>,
) -> Result<(), Reason> {
    let mut states = vec![0; sizes.len()];
    work.spend(sizes.len())?;
    for _ in 0..cells(keys, sizes)? {
        work.spend(1)?;
        act(&mut states)?;
        for &key in keys.iter().rev() {
            states[key] += 1;
            if states[key] < sizes[key] {
                break;
            }
            states[key] = 0;
        }
    }
    Ok(())
}

impl Table {
    /// The cell where each key is in the state given for it.
    pub fn cell(&self, states: &[usize], sizes: &[usize]) -> &BigUint {
        &self.cells[self.keys.iter().fold(0, |index, &key| index * sizes[key] + states[key])]
    }

    /// The product of tables, with one key summed out or none.
    pub fn product(tables: &[Self], gone: Option<usize>, sizes: &[usize], work: &mut Work) -> Result<Self, Reason> {
        let mut keys = Self::keys(tables.iter());
        keys.retain(|&key| Some(key) != gone);
        let mut product = Vec::with_capacity(cells(&keys, sizes)?);
        let bits = tables.iter().flat_map(|table| table.cells.iter().map(BigUint::bits).max()).sum::<u64>();
        let words = 1 + usize::try_from(bits / 64).unwrap_or(usize::MAX);
        let price = words.saturating_mul(tables.len()).saturating_mul(gone.map_or(1, |key| sizes[key]));
        let mut paid = Work(work.0);
        each(&keys, sizes, work, |states| {
            paid.spend(price)?;
            let mut sum = BigUint::zero();
            for state in 0..gone.map_or(1, |key| sizes[key]) {
                gone.into_iter().for_each(|key| states[key] = state);
                sum += tables.iter().fold(BigUint::one(), |product, table| product * table.cell(states, sizes));
            }
            product.push(sum);
            Ok(())
        })?;
        work.0 = work.0.min(paid.0);
        Ok(Self { keys, cells: product })
    }

    fn keys<'a>(tables: impl Iterator<Item = &'a Self>) -> Vec<usize> {
        let mut keys: Vec<usize> = tables.flat_map(|table| table.keys.iter().copied()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The product of tables, keys summed out, next always the one whose table is smallest.
    pub fn sum(mut tables: Vec<Self>, mut gone: Vec<usize>, sizes: &[usize], work: &mut Work) -> Result<Self, Reason> {
        while !gone.is_empty() {
            work.spend(gone.len() * tables.iter().map(|table| table.keys.len()).sum::<usize>())?;
            let size = |key: usize| {
                let keys = Self::keys(tables.iter().filter(|table| table.keys.contains(&key)));
                cells(&keys, sizes).unwrap_or(usize::MAX)
            };
            let best = (0..gone.len()).min_by_key(|&position| (size(gone[position]), gone[position])).unwrap_or(0);
            let key = gone.swap_remove(best);
            let (inside, outside) = tables.into_iter().partition::<Vec<_>, _>(|table| table.keys.contains(&key));
            tables = outside;
            tables.push(Self::product(&inside, Some(key), sizes, work)?);
        }
        Self::product(&tables, None, sizes, work)
    }
}
