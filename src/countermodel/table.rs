//! Dense tables over named axes: products, sums, slices. Written by hand: no package offers named axes over exact
//! rationals, and a model's tables are small.

use super::TooLarge;
use num_traits::Num;

/// A function of a few discrete variables. Axes ascend by key; the last varies fastest.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Table<T> {
    axes: Vec<(u64, usize)>,
    cells: Vec<T>,
}

impl<T: Num + Clone> Table<T> {
    /// A number.
    pub(super) fn constant(value: T) -> Self {
        Self { axes: Vec::new(), cells: vec![value] }
    }

    /// A table from its axes in any order and a function of the states in that order.
    pub(super) fn from_fn(axes: &[(u64, usize)], limit: usize, f: &dyn Fn(&[usize]) -> T) -> Result<Self, TooLarge> {
        let mut sorted = axes.to_vec();
        sorted.sort_unstable();
        size_of(&sorted, limit)?;
        let place: Vec<usize> =
            axes.iter().map(|axis| sorted.iter().position(|other| other == axis).unwrap_or(0)).collect();
        let mut given = vec![0; axes.len()];
        let cells = states(&sorted)
            .map(|state| {
                for (slot, &place) in given.iter_mut().zip(&place) {
                    *slot = state[place];
                }
                f(&given)
            })
            .collect();
        Ok(Self { axes: sorted, cells })
    }

    pub(super) fn axes(&self) -> &[(u64, usize)] {
        &self.axes
    }

    /// The states of every cell with its value, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Vec<usize>, &T)> + '_ {
        states(&self.axes).zip(&self.cells)
    }

    /// The value of a table without axes, or the first cell.
    pub(super) fn scalar(&self) -> Option<&T> {
        self.cells.first()
    }

    /// Another number in each cell.
    pub(super) fn map<U>(&self, f: impl Fn(&T) -> U) -> Table<U> {
        Table { axes: self.axes.clone(), cells: self.cells.iter().map(f).collect() }
    }

    /// Combines two tables cell by cell over the union of their axes.
    pub(super) fn zip(&self, other: &Self, limit: usize, f: impl Fn(&T, &T) -> T) -> Result<Self, TooLarge> {
        let axes = union(&self.axes, &other.axes);
        size_of(&axes, limit)?;
        let (left, right) =
            (places(&axes, &strides_in(&self.axes, &axes)), places(&axes, &strides_in(&other.axes, &axes)));
        let cells = left.iter().zip(right).map(|(&left, right)| f(&self.cells[left], &other.cells[right])).collect();
        Ok(Self { axes, cells })
    }

    /// Sums an axis out; a table without it is returned as it is.
    pub(super) fn sum_out(&self, key: u64) -> Self {
        let Some(position) = self.axes.iter().position(|(axis, _)| *axis == key) else { return self.clone() };
        let size = self.axes[position].1;
        let inner: usize = self.axes[position + 1..].iter().map(|(_, size)| size).product();
        let mut axes = self.axes.clone();
        axes.remove(position);
        let outer: usize = axes[..position].iter().map(|(_, size)| size).product();
        let mut cells = Vec::with_capacity(outer * inner);
        for o in 0..outer {
            for i in 0..inner {
                let cell = |state: usize| self.cells[(o * size + state) * inner + i].clone();
                cells.push((0..size).fold(T::zero(), |sum, state| sum + cell(state)));
            }
        }
        Self { axes, cells }
    }

    /// Fixes an axis at a state; a table without it is returned as it is. None where there is no such state.
    pub(super) fn slice(&self, key: u64, state: usize) -> Option<Self> {
        let Some(position) = self.axes.iter().position(|(axis, _)| *axis == key) else { return Some(self.clone()) };
        let size = self.axes[position].1;
        if state >= size {
            return None;
        }
        let inner: usize = self.axes[position + 1..].iter().map(|(_, size)| size).product();
        let mut axes = self.axes.clone();
        axes.remove(position);
        let cells = self.cells.chunks(size * inner).flat_map(|c| c[state * inner..(state + 1) * inner].to_vec());
        Some(Self { axes, cells: cells.collect() })
    }

    /// The same table with its axes renamed; new keys must be distinct.
    pub(super) fn rename(&self, to: &dyn Fn(u64) -> u64) -> Self {
        let (axes, strides) = renamed(&self.axes, to);
        let cells = places(&axes, &strides).into_iter().map(|place| self.cells[place].clone()).collect();
        Self { axes, cells }
    }
}

// What follows concerns axes only, whatever the cells are.

/// The axes of two tables, ascending, each once.
fn union(one: &[(u64, usize)], other: &[(u64, usize)]) -> Vec<(u64, usize)> {
    let mut axes = one.to_vec();
    axes.extend(other.iter().filter(|axis| !one.contains(axis)));
    axes.sort_unstable();
    axes
}

/// The axes renamed and ascending, with their strides in the table as it was.
fn renamed(axes: &[(u64, usize)], to: &dyn Fn(u64) -> u64) -> (Vec<(u64, usize)>, Vec<usize>) {
    let mut order: Vec<(u64, usize)> = axes.iter().enumerate().map(|(i, &(key, _))| (to(key), i)).collect();
    order.sort_unstable();
    let strides = strides(axes);
    order.into_iter().map(|(key, i)| ((key, axes[i].1), strides[i])).unzip()
}

/// Stride of each of `axes` in a table with its `own`; 0 where it lacks the axis.
fn strides_in(own: &[(u64, usize)], axes: &[(u64, usize)]) -> Vec<usize> {
    let strides = strides(own);
    axes.iter().map(|axis| own.iter().position(|other| other == axis).map_or(0, |p| strides[p])).collect()
}

/// For every combination of states, in order, its cell in a table in which the axes have these strides.
fn places(axes: &[(u64, usize)], strides: &[usize]) -> Vec<usize> {
    let mut places = vec![0];
    for (&(_, size), stride) in axes.iter().zip(strides) {
        places = places.iter().flat_map(|place| (0..size).map(move |state| place + state * stride)).collect();
    }
    places
}

fn strides(axes: &[(u64, usize)]) -> Vec<usize> {
    let mut strides = vec![1; axes.len()];
    for i in (0..axes.len().saturating_sub(1)).rev() {
        strides[i] = strides[i + 1] * axes[i + 1].1;
    }
    strides
}

/// Number of cells, or how many there would be.
pub(super) fn size_of(axes: &[(u64, usize)], limit: usize) -> Result<usize, TooLarge> {
    let cells = axes.iter().fold(1_usize, |cells, (_, size)| cells.saturating_mul(*size));
    if cells > limit { Err(TooLarge { cells }) } else { Ok(cells) }
}

/// Every combination of states, the last axis varying fastest.
fn states(axes: &[(u64, usize)]) -> impl Iterator<Item = Vec<usize>> + use<> {
    let sizes: Vec<usize> = axes.iter().map(|(_, size)| *size).collect();
    let mut next = (!sizes.contains(&0)).then(|| vec![0; sizes.len()]);
    std::iter::from_fn(move || {
        let current = next.clone()?;
        let state = next.as_mut()?;
        let mut position = sizes.len();
        loop {
            if position == 0 {
                next = None;
                break;
            }
            position -= 1;
            state[position] += 1;
            if state[position] < sizes[position] {
                break;
            }
            state[position] = 0;
        }
        Some(current)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_sums_and_slices() {
        let a = Table::from_fn(&[(2, 2), (1, 3)], 100, &|s| (10 * s[0] + s[1]) as f64).unwrap();
        assert_eq!(a.axes(), [(1, 3), (2, 2)]);
        assert_eq!(a.slice(2, 1).unwrap().sum_out(1).scalar(), Some(&33.0));
        assert_eq!(a.slice(2, 2), None);
        let b = Table::from_fn(&[(1, 3)], 100, &|s| s[0] as f64).unwrap();
        let c = a.zip(&b, 100, |x, y| x * y).unwrap();
        assert_eq!(c.sum_out(1).sum_out(2).scalar(), Some(&(5.0 + 35.0)));
        assert_eq!(a.zip(&b, 5, |x, y| x * y), Err(TooLarge { cells: 6 }));
        assert_eq!(a.rename(&|k| 3 - k).slice(1, 1).unwrap().sum_out(2).scalar(), Some(&33.0));
    }
}
