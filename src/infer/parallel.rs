//! Work on several things at once, where the caller has threads to lend: with the feature `parallel`, on rayon's pool.
//! Results come in the order of the indices, whoever worked on them.

use std::ops::Range;

/// One result for each index.
#[cfg(feature = "parallel")]
pub(super) fn map<T: Send>(indices: Range<usize>, work: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    use rayon::iter::{IntoParallelIterator, ParallelIterator};
    if indices.len() < 2 {
        return indices.map(work).collect();
    }
    indices.into_par_iter().map(work).collect()
}

/// One result for each index.
#[cfg(not(feature = "parallel"))]
pub(super) fn map<T>(indices: Range<usize>, work: impl Fn(usize) -> T) -> Vec<T> {
    indices.map(work).collect()
}
