//! Dense tables over several variables, and the one operation of exact inference: multiply some, sum variables out, into
//! several results at once.
//!
//! The product is never stored. A clique is walked slab by slab, a slab being a run of cells small enough to stay in the
//! nearest cache; each factor is multiplied into the slab, and the slab is added to each result. So the memory needed is
//! that of the factors and the results alone.

/// Cells of a slab at most, unless one variable has more states: 8 KiB of floats.
const SLAB: usize = 1024;
/// A walk over more cells than this is cut into parts along its first variables.
const PART: usize = 1 << 16;
/// Runs shorter than this are read one by one through an index.
const RUN: usize = 4;

/// A table over variables, the last fastest.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Factor {
    pub(super) scope: Vec<u32>,
    pub(super) values: Vec<f64>,
}

impl Factor {
    /// Divides by the largest value and returns it.
    pub(super) fn scale(&mut self) -> f64 {
        let most = self.values.iter().fold(0.0_f64, |a, &b| a.max(b));
        if most > 0.0 {
            let by = 1.0 / most;
            // The inverse of a subnormal is infinite.
            if by.is_finite() {
                self.values.iter_mut().for_each(|value| *value *= by);
            } else {
                self.values.iter_mut().for_each(|value| *value /= most);
            }
        }
        most
    }
}

/// How many joint states some variables have.
pub(super) fn size(scope: &[u32], states: &[u32]) -> f64 {
    scope.iter().map(|&v| f64::from(states[v as usize])).product()
}

/// The distance in a table over `scope` between neighbouring states of each variable of `of`; 0 for those that it lacks.
fn strides(scope: &[u32], of: &[u32], states: &[u32]) -> Vec<usize> {
    let mut strides = vec![0; of.len()];
    let mut step = 1;
    for &v in scope.iter().rev() {
        if let Some(at) = of.iter().position(|&w| w == v) {
            strides[at] = step;
        }
        step *= states[v as usize] as usize;
    }
    strides
}

/// How a factor or a result lies in the slabs.
struct View {
    /// Per outer variable.
    outer: Vec<usize>,
    shape: Shape,
}

enum Shape {
    /// One value for the whole slab.
    Constant,
    /// The slab as it is.
    Whole,
    /// Runs of this length, each the table's own cells from an offset.
    Along(usize, Vec<u32>),
    /// Runs of this length, each one cell of the table.
    Across(usize, Vec<u32>),
    /// A cell of the table for each cell of the slab.
    Each(Vec<u32>),
}

impl View {
    fn new(scope: &[u32], walk: &[u32], sizes: &[usize], inner: usize, states: &[u32]) -> Self {
        let strides = strides(scope, walk, states);
        let (outer, steps) = strides.split_at(inner);
        let sizes = &sizes[inner..];
        let cells: usize = sizes.iter().product();
        // The longest end of the walk that the table either lacks or holds in one piece.
        let lacks = steps.last().is_none_or(|&step| step == 0);
        let (mut run, mut at) = (1, sizes.len());
        while at > 0 && (if lacks { steps[at - 1] == 0 } else { steps[at - 1] == run || sizes[at - 1] == 1 }) {
            run *= sizes[at - 1];
            at -= 1;
        }
        let shape = if run == cells {
            if lacks { Shape::Constant } else { Shape::Whole }
        } else if run >= RUN {
            let offsets = offsets(&steps[..at], &sizes[..at]);
            if lacks { Shape::Across(run, offsets) } else { Shape::Along(run, offsets) }
        } else {
            Shape::Each(offsets(steps, sizes))
        };
        Self { outer: outer.to_vec(), shape }
    }
}

/// Where each cell of a walk lies, relative to the first.
fn offsets(steps: &[usize], sizes: &[usize]) -> Vec<u32> {
    let mut all = vec![0_u32];
    for (&step, &size) in steps.iter().zip(sizes) {
        all = all.iter().flat_map(|&at| (0..size).map(move |i| at + (i * step) as u32)).collect();
    }
    all
}

/// For each cell of a table over `scope`, the place of its cell in a table over `of`, a part of `scope`.
pub(super) fn places(scope: &[u32], of: &[u32], states: &[u32]) -> Vec<u32> {
    let sizes: Vec<usize> = scope.iter().map(|&v| states[v as usize] as usize).collect();
    offsets(&strides(of, scope, states), &sizes)
}

/// Multiplies `factors` over the variables of `walk`, and sums the product into one table for each of `results`.
///
/// Every factor and result ranges over variables of `walk` only; the last variable of `walk` is walked fastest. The same
/// numbers come out for any number of threads. O(cells of the walk × (factors + results)).
pub(super) fn contract(walk: &[u32], factors: &[&Factor], results: &[Vec<u32>], states: &[u32]) -> Vec<Factor> {
    let all = size(walk, states);
    // Parts along the first variables, until they are small enough; a part has at least a slab.
    let mut ahead = 0;
    let mut parts = 1_usize;
    while ahead < walk.len() && all / (parts as f64) > PART as f64 && parts < 16 {
        parts *= states[walk[ahead] as usize] as usize;
        ahead += 1;
    }
    if parts == 1 {
        let values = part(walk, factors, results, states, 0, 0);
        return results.iter().zip(values).map(|(scope, values)| Factor { scope: scope.clone(), values }).collect();
    }
    let mut sums: Vec<Factor> = results
        .iter()
        .map(|scope| Factor { scope: scope.clone(), values: vec![0.0; size(scope, states) as usize] })
        .collect();
    // A few parts at a time, so that their results take little room; added in order, so that threads leave no trace.
    const AT_ONCE: usize = 4;
    for first in (0..parts).step_by(AT_ONCE) {
        let some = first..parts.min(first + AT_ONCE);
        let done = crate::parallel::map(some.clone(), |index| part(walk, factors, results, states, ahead, index));
        for (index, values) in some.zip(done) {
            for (sum, values) in sums.iter_mut().zip(values) {
                add_part(sum, &values, &walk[..ahead], index, states);
            }
        }
    }
    sums
}

/// Adds a part's result, which lacks the variables along which the walk was cut, at their states.
fn add_part(sum: &mut Factor, values: &[f64], cut: &[u32], index: usize, states: &[u32]) {
    let digits = digits(cut, index, states);
    let fixed: usize = strides(&sum.scope, cut, states).iter().zip(&digits).map(|(step, digit)| step * digit).sum();
    let rest: Vec<u32> = sum.scope.iter().copied().filter(|v| !cut.contains(v)).collect();
    let steps = strides(&sum.scope, &rest, states);
    let sizes: Vec<usize> = rest.iter().map(|&v| states[v as usize] as usize).collect();
    // Along the last variables where they lie together.
    let (mut run, mut at) = (1, rest.len());
    while at > 0 && steps[at - 1] == run {
        run *= sizes[at - 1];
        at -= 1;
    }
    let mut counter = Counter::new(&sizes[..at], &[&steps[..at]]);
    for chunk in values.chunks_exact(run) {
        let start = fixed + counter.at[0];
        for (sum, value) in sum.values[start..start + run].iter_mut().zip(chunk) {
            *sum += value;
        }
        counter.step();
    }
}

fn digits(cut: &[u32], mut index: usize, states: &[u32]) -> Vec<usize> {
    let mut digits = vec![0; cut.len()];
    for (digit, &v) in digits.iter_mut().zip(cut).rev() {
        let n = states[v as usize] as usize;
        *digit = index % n;
        index /= n;
    }
    digits
}

/// Counts through outer variables and keeps an offset for each table.
struct Counter {
    sizes: Vec<usize>,
    digits: Vec<usize>,
    steps: Vec<Vec<usize>>,
    at: Vec<usize>,
}

impl Counter {
    fn new(sizes: &[usize], steps: &[&[usize]]) -> Self {
        Self {
            sizes: sizes.to_vec(),
            digits: vec![0; sizes.len()],
            steps: steps.iter().map(|steps| steps.to_vec()).collect(),
            at: vec![0; steps.len()],
        }
    }

    fn step(&mut self) {
        for d in (0..self.sizes.len()).rev() {
            self.digits[d] += 1;
            if self.digits[d] < self.sizes[d] {
                for (at, steps) in self.at.iter_mut().zip(&self.steps) {
                    *at += steps[d];
                }
                return;
            }
            self.digits[d] = 0;
            for (at, steps) in self.at.iter_mut().zip(&self.steps) {
                *at -= steps[d] * (self.sizes[d] - 1);
            }
        }
    }
}

/// One part of a walk: the first `ahead` variables in the states that `index` says.
fn part(
    walk: &[u32],
    factors: &[&Factor],
    results: &[Vec<u32>],
    states: &[u32],
    ahead: usize,
    index: usize,
) -> Vec<Vec<f64>> {
    let digits = digits(&walk[..ahead], index, states);
    let (cut, walk) = walk.split_at(ahead);
    let sizes: Vec<usize> = walk.iter().map(|&v| states[v as usize] as usize).collect();
    let mut inner = walk.len();
    let mut cells = 1;
    // The last variable at least, however many states it has.
    while inner > 0 && (cells == 1 || cells * sizes[inner - 1] <= SLAB) {
        inner -= 1;
        cells *= sizes[inner];
    }
    let outer_cells: usize = sizes[..inner].iter().product();

    let starts: Vec<usize> = factors
        .iter()
        .map(|f| strides(&f.scope, cut, states).iter().zip(&digits).map(|(step, digit)| step * digit).sum())
        .collect();
    let mut views: Vec<View> =
        factors.iter().map(|factor| View::new(&factor.scope, walk, &sizes, inner, states)).collect();
    let scopes: Vec<Vec<u32>> =
        results.iter().map(|scope| scope.iter().copied().filter(|v| !cut.contains(v)).collect()).collect();
    views.extend(scopes.iter().map(|scope| View::new(scope, walk, &sizes, inner, states)));
    let mut values: Vec<Vec<f64>> = scopes.iter().map(|scope| vec![0.0; size(scope, states) as usize]).collect();

    let steps: Vec<&[usize]> = views.iter().map(|view| view.outer.as_slice()).collect();
    let mut counter = Counter::new(&sizes[..inner], &steps);
    let mut slab = vec![0.0; cells];
    for _ in 0..outer_cells {
        let mut constant = 1.0;
        for i in 0..factors.len() {
            if matches!(views[i].shape, Shape::Constant) {
                constant *= factors[i].values[starts[i] + counter.at[i]];
            }
        }
        // Impossible here: nothing to add.
        if constant != 0.0 {
            let mut fresh = true;
            for i in 0..factors.len() {
                let values = &factors[i].values[starts[i] + counter.at[i]..];
                fresh = multiply(&mut slab, values, &views[i].shape, constant, fresh);
            }
            if fresh {
                slab.fill(constant);
            }
            for (r, values) in values.iter_mut().enumerate() {
                let i = factors.len() + r;
                add(&slab, &mut values[counter.at[i]..], &views[i].shape);
            }
        }
        counter.step();
    }
    values
}

/// Multiplies a factor into the slab; the first one (`fresh`) fills it, times the constant. Whether it is still fresh.
fn multiply(slab: &mut [f64], values: &[f64], shape: &Shape, constant: f64, fresh: bool) -> bool {
    match shape {
        Shape::Constant => return fresh,
        Shape::Whole => {
            let values = &values[..slab.len()];
            if fresh {
                slab.iter_mut().zip(values).for_each(|(cell, value)| *cell = constant * value);
            } else {
                slab.iter_mut().zip(values).for_each(|(cell, value)| *cell *= value);
            }
        }
        Shape::Along(run, offsets) => {
            for (cells, &at) in slab.chunks_exact_mut(*run).zip(offsets) {
                let values = &values[at as usize..at as usize + run];
                if fresh {
                    cells.iter_mut().zip(values).for_each(|(cell, value)| *cell = constant * value);
                } else {
                    cells.iter_mut().zip(values).for_each(|(cell, value)| *cell *= value);
                }
            }
        }
        Shape::Across(run, offsets) => {
            for (cells, &at) in slab.chunks_exact_mut(*run).zip(offsets) {
                let value = values[at as usize];
                if fresh {
                    cells.fill(constant * value);
                } else {
                    cells.iter_mut().for_each(|cell| *cell *= value);
                }
            }
        }
        Shape::Each(offsets) => {
            if fresh {
                slab.iter_mut().zip(offsets).for_each(|(cell, &at)| *cell = constant * values[at as usize]);
            } else {
                slab.iter_mut().zip(offsets).for_each(|(cell, &at)| *cell *= values[at as usize]);
            }
        }
    }
    false
}

/// Adds the slab to a result.
fn add(slab: &[f64], values: &mut [f64], shape: &Shape) {
    match shape {
        Shape::Constant => values[0] += sum(slab),
        Shape::Whole => values[..slab.len()].iter_mut().zip(slab).for_each(|(value, cell)| *value += cell),
        Shape::Along(run, offsets) => {
            for (cells, &at) in slab.chunks_exact(*run).zip(offsets) {
                let values = &mut values[at as usize..at as usize + run];
                values.iter_mut().zip(cells).for_each(|(value, cell)| *value += cell);
            }
        }
        Shape::Across(run, offsets) => {
            for (cells, &at) in slab.chunks_exact(*run).zip(offsets) {
                values[at as usize] += sum(cells);
            }
        }
        Shape::Each(offsets) => {
            for (cell, &at) in slab.iter().zip(offsets) {
                values[at as usize] += cell;
            }
        }
    }
}

/// Four sums side by side: the compiler may not reorder additions of floats, so the order is written down.
fn sum(cells: &[f64]) -> f64 {
    let mut lanes = [0.0; 4];
    let chunks = cells.chunks_exact(4);
    let rest: f64 = chunks.remainder().iter().sum();
    for chunk in chunks {
        for (lane, cell) in lanes.iter_mut().zip(chunk) {
            *lane += cell;
        }
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + rest
}
