//! How many threads work.

use std::num::NonZeroUsize;

/// Does the work on a pool of that many threads, or on rayon's own.
pub fn with<T: Send>(jobs: Option<NonZeroUsize>, work: impl FnOnce() -> T + Send) -> T {
    let Some(jobs) = jobs else { return work() };
    match rayon::ThreadPoolBuilder::new().num_threads(jobs.get()).build() {
        Ok(pool) => pool.install(work),
        // No threads to be had: the result is the same without.
        Err(_) => work(),
    }
}
