//! Tables of numbers over named axes, multiplied and summed cell by cell.

/// Visits every combination of states in order, with its offset under each of two lists of strides.
fn walk<K>(axes: &[(K, usize)], strides: [&[usize]; 2], mut visit: impl FnMut([usize; 2])) {
    let mut at = vec![0; axes.len()];
    let mut offsets = [0, 0];
    for _ in 0..axes.iter().map(|(_, states)| states).product() {
        visit(offsets);
        for (i, (_, states)) in axes.iter().enumerate().rev() {
            at[i] += 1;
            offsets = [offsets[0] + strides[0][i], offsets[1] + strides[1][i]];
            if at[i] < *states {
                break;
            }
            at[i] = 0;
            offsets = [offsets[0] - states * strides[0][i], offsets[1] - states * strides[1][i]];
        }
    }
}

/// A number for each combination of states of its axes; axes ascend, the last varies fastest.
#[derive(Clone, PartialEq, Debug)]
pub struct Table<K> {
    axes: Vec<(K, usize)>,
    cells: Vec<f64>,
}

impl<K: Copy + Ord + std::fmt::Debug> Table<K> {
    /// A number that depends on nothing.
    pub fn constant(value: f64) -> Self {
        Self { axes: Vec::new(), cells: vec![value] }
    }

    /// Cells from a function of the states, given in the order of the axes, which must ascend.
    pub fn from_fn(axes: Vec<(K, usize)>, mut value: impl FnMut(&[usize]) -> f64) -> Self {
        assert!(axes.is_sorted_by(|a, b| a.0 < b.0), "axes ascend: {axes:?}");
        let size = axes.iter().map(|&(_, states)| states).product();
        let mut at = vec![0; axes.len()];
        let mut cells = Vec::with_capacity(size);
        for _ in 0..size {
            cells.push(value(&at));
            for (state, &(_, states)) in at.iter_mut().zip(&axes).rev() {
                *state += 1;
                if *state < states {
                    break;
                }
                *state = 0;
            }
        }
        Self { axes, cells }
    }

    pub fn axes(&self) -> &[(K, usize)] {
        &self.axes
    }

    pub fn cells(&self) -> &[f64] {
        &self.cells
    }

    /// Steps in `cells` for each axis of `axes`; none where this table does not depend on it.
    fn strides(&self, axes: &[(K, usize)]) -> Vec<usize> {
        let mut own = vec![0; self.axes.len()];
        let mut step = 1;
        for (i, &(_, states)) in self.axes.iter().enumerate().rev() {
            own[i] = step;
            step *= states;
        }
        let stride = |key: &K| self.axes.binary_search_by(|(own, _)| own.cmp(key)).map_or(0, |i| own[i]);
        axes.iter().map(|(key, _)| stride(key)).collect()
    }

    /// Both together, cell by cell; an axis that one lacks is an axis it does not depend on.
    pub fn zip(&self, other: &Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut axes = self.axes.clone();
        for &(key, states) in &other.axes {
            match axes.binary_search_by(|(own, _)| own.cmp(&key)) {
                Ok(at) => assert_eq!(axes[at].1, states, "{key:?} has one number of states"),
                Err(at) => axes.insert(at, (key, states)),
            }
        }
        let mut cells = Vec::with_capacity(axes.iter().map(|&(_, states)| states).product());
        walk(&axes, [&self.strides(&axes), &other.strides(&axes)], |[left, right]| {
            cells.push(f(self.cells[left], other.cells[right]));
        });
        Self { axes, cells }
    }

    pub fn times(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a * b)
    }

    pub fn map(mut self, f: impl Fn(f64) -> f64) -> Self {
        for cell in &mut self.cells {
            *cell = f(*cell);
        }
        self
    }

    /// Sums over the axes that `gone` names.
    pub fn sum_out(&self, gone: impl Fn(K) -> bool) -> Self {
        let axes: Vec<_> = self.axes.iter().copied().filter(|&(key, _)| !gone(key)).collect();
        let mut sum = Self::from_fn(axes, |_| 0.0);
        let strides = sum.strides(&self.axes);
        walk(&self.axes, [&self.strides(&self.axes), &strides], |[own, kept]| sum.cells[kept] += self.cells[own]);
        sum
    }

    /// The cells at one state of an axis, which the result lacks.
    pub fn at(&self, key: K, state: usize) -> Self {
        let Ok(place) = self.axes.binary_search_by(|(own, _)| own.cmp(&key)) else {
            return self.clone();
        };
        assert!(state < self.axes[place].1, "{key:?} has no state {state}");
        let mut axes = self.axes.clone();
        axes.remove(place);
        let strides = self.strides(&self.axes);
        Self::from_fn(axes, |at| {
            let states = at[..place].iter().chain([&state]).chain(&at[place..]);
            self.cells[strides.iter().zip(states).map(|(s, a)| s * a).sum::<usize>()]
        })
    }

    /// The same cells with other names for the axes, each its own.
    pub fn renamed<L: Copy + Ord + std::fmt::Debug>(&self, name: impl Fn(K) -> L) -> Table<L> {
        let mut places: Vec<(L, usize)> = self.axes.iter().enumerate().map(|(i, &(key, _))| (name(key), i)).collect();
        places.sort_unstable();
        let own = self.strides(&self.axes);
        let axes = places.iter().map(|&(key, i)| (key, self.axes[i].1)).collect();
        Table::from_fn(axes, |at| self.cells[places.iter().zip(at).map(|(&(_, i), a)| own[i] * a).sum::<usize>()])
    }

    /// The largest difference to another table, relative to what is compared.
    pub fn distance(&self, other: &Self) -> f64 {
        let apart = |a: f64, b: f64| {
            let size = a.abs().max(b.abs()).max(1e-3);
            if a.is_finite() && b.is_finite() { (a - b).abs() / size } else { f64::INFINITY }
        };
        self.zip(other, apart).cells.into_iter().fold(0.0, f64::max)
    }
}
