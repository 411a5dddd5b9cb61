//! Work on several things at once, where the caller has threads to lend: with the feature `parallel`, on rayon's pool.
//!
//! In: how many pieces of work there are, and what one of them is. Out: one result for each, in their order, whoever
//! worked on them; so no answer depends on the number of threads.
//! Must never know: what the work is about; whether there are threads, or whose.

use std::ops::Range;

/// One result for each index.
#[cfg(feature = "parallel")]
pub(crate) fn map<T: Send>(indices: Range<usize>, work: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    use rayon::iter::{IntoParallelIterator, ParallelIterator};
    if indices.len() < 2 {
        return indices.map(work).collect();
    }
    indices.into_par_iter().map(work).collect()
}

/// One result for each index.
#[cfg(not(feature = "parallel"))]
pub(crate) fn map<T>(indices: Range<usize>, work: impl Fn(usize) -> T) -> Vec<T> {
    indices.map(work).collect()
}
