//! How many threads work.

use std::num::NonZeroUsize;
use whatif::parallel;

/// Does the work on a pool of that many threads, or on rayon's own.
pub fn with<T: Send>(jobs: Option<NonZeroUsize>, work: impl FnOnce() -> T + Send) -> T {
    let Some(jobs) = jobs else { return work() };
    match rayon_core::ThreadPoolBuilder::new().num_threads(jobs.get()).build() {
        Ok(pool) => pool.install(work),
        // No threads to be had: the result is the same without.
        Err(_) => work(),
    }
}

/// Does the work on a text of so many bytes: with one thread for each processor where it is long enough to be read in parts.
pub fn read<T: Send>(bytes: usize, work: impl FnOnce() -> T + Send) -> T {
    /// To start threads takes about as long as to read a tenth of this.
    const LONG: usize = 128 << 10;
    // Whoever has threads already reads with those.
    if bytes < LONG || rayon_core::current_thread_index().is_some() {
        return work();
    }
    match rayon_core::ThreadPoolBuilder::new().build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// What comes of each of `count` pieces of work, in their order: on a pool of so many threads, or of one for each processor.
pub fn map<T: Send + Sync>(jobs: Option<NonZeroUsize>, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let jobs = jobs.map_or(0, NonZeroUsize::get);
    let pool = (jobs != 1 && count > 1).then(|| rayon_core::ThreadPoolBuilder::new().num_threads(jobs).build());
    match pool {
        Some(Ok(pool)) => pool.install(|| parallel::map(0..count, &work)),
        // One thread was asked for, or more cannot be had.
        Some(Err(_)) | None => (0..count).map(work).collect(),
    }
}
