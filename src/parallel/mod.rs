//! Work on several things at once, where the caller has threads to lend: with the feature `parallel`, on rayon's pool.
//!
//! In: how many pieces of work there are, and what one of them is. Out: one result for each, in their order, whoever
//! worked on them; so no answer depends on the number of threads.
//! Must never know: what the work is about; whose the threads are.

use std::ops::Range;

/// How many threads are lent: those of the rayon pool that this is called in, or 1 outside of any. For work that takes
/// preparation to be done at once.
#[must_use]
pub fn threads() -> usize {
    #[cfg(feature = "parallel")]
    if rayon_core::current_thread_index().is_some() {
        return rayon_core::current_num_threads();
    }
    1
}

/// One result for each index, in their order.
#[cfg(feature = "parallel")]
pub fn map<T: Send + Sync>(indices: Range<usize>, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    use std::sync::OnceLock;
    if indices.len() < 2 {
        return indices.map(work).collect();
    }
    let start = indices.start;
    let results: Vec<OnceLock<T>> = indices.map(|_| OnceLock::new()).collect();
    each(results.len(), &|at| {
        results[at].get_or_init(|| work(start + at));
    });
    results.into_iter().filter_map(OnceLock::into_inner).collect()
}

/// Calls `work` once with each number below `count`. Whatever the work is, the pool's code is compiled only once.
#[cfg(feature = "parallel")]
fn each(count: usize, work: &(dyn Fn(usize) + Sync)) {
    fn halves(range: Range<usize>, work: &(dyn Fn(usize) + Sync)) {
        if range.len() < 2 {
            return range.for_each(work);
        }
        let middle = range.start + range.len() / 2;
        rayon_core::join(|| halves(range.start..middle, work), || halves(middle..range.end, work));
    }
    halves(0..count, work);
}

/// One result for each index, in their order.
#[cfg(not(feature = "parallel"))]
pub fn map<T>(indices: Range<usize>, work: impl Fn(usize) -> T) -> Vec<T> {
    indices.map(work).collect()
}
