//! How many threads work.

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::num::NonZeroUsize;
use std::sync::OnceLock;

/// Does the work on a pool of that many threads, or on rayon's own.
pub fn with<T: Send>(jobs: Option<NonZeroUsize>, work: impl FnOnce() -> T + Send) -> T {
    let Some(jobs) = jobs else { return work() };
    match rayon::ThreadPoolBuilder::new().num_threads(jobs.get()).build() {
        Ok(pool) => pool.install(work),
        // No threads to be had: the result is the same without.
        Err(_) => work(),
    }
}

/// What comes of each of `count` pieces of work, in their order, whatever the number of threads.
pub fn map<T: Send + Sync>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    collected(count, work, &each)
}

/// The same on a pool of so many threads, or of one for each processor.
pub fn map_on<T: Send + Sync>(jobs: Option<NonZeroUsize>, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    collected(count, work, &|count, work| each_on(jobs, count, work))
}

type Work<'w> = &'w (dyn Fn(usize) + Sync);

fn collected<T: Send + Sync>(count: usize, work: impl Fn(usize) -> T + Sync, each: &dyn Fn(usize, Work<'_>)) -> Vec<T> {
    let results: Vec<OnceLock<T>> = (0..count).map(|_| OnceLock::new()).collect();
    each(count, &|at| {
        results[at].get_or_init(|| work(at));
    });
    results.into_iter().filter_map(OnceLock::into_inner).collect()
}

// Whatever the work is, the pool's code is compiled only once.

/// Calls `work` once with each number below `count`.
fn each(count: usize, work: Work<'_>) {
    (0..count).into_par_iter().for_each(work);
}

fn each_on(jobs: Option<NonZeroUsize>, count: usize, work: Work<'_>) {
    let jobs = jobs.map_or(0, NonZeroUsize::get);
    let pool = (jobs != 1 && count > 1).then(|| rayon::ThreadPoolBuilder::new().num_threads(jobs).build());
    match pool {
        Some(Ok(pool)) => pool.install(|| each(count, work)),
        // One thread was asked for, or more cannot be had.
        Some(Err(_)) | None => (0..count).for_each(work),
    }
}
