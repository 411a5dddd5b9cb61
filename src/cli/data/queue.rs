//! Parts counted by several threads, and taken together in their order.

use super::super::output::Progress;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use whatif::data::Tally;

/// How far reading is.
pub struct Reading {
    /// Bytes read.
    pub passed: Arc<AtomicU64>,
    /// Of how many, where that is known.
    pub whole: Option<u64>,
}

/// What has been counted so far.
pub struct Queue<'s> {
    state: Mutex<State<'s>>,
    turn: Condvar,
    threads: u64,
}

struct State<'s> {
    total: Tally<'s>,
    next: u64,
    /// Those ahead of their turn: few, as `add` waits.
    waiting: Vec<(u64, Tally<'s>)>,
}

/// A thread that panicked has left nothing half done that is used.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'s> Queue<'s> {
    /// Parts will be added to `total`.
    pub const fn new(total: Tally<'s>, threads: usize) -> Self {
        let state = State { total, next: 0, waiting: Vec::new() };
        Self { state: Mutex::new(state), turn: Condvar::new(), threads: threads as u64 }
    }

    /// A part to be counted, which knows the levels met so far.
    pub fn part(&self) -> Tally<'s> {
        lock(&self.state).total.part()
    }

    /// Adds a part when all before it have been added. Waits where too many are ahead, so that memory stays bounded. False
    /// once nothing further is of use.
    pub fn add(&self, index: u64, part: Tally<'s>) -> bool {
        let mut state = lock(&self.state);
        while index > state.next + 2 * self.threads && !state.total.is_stopped() {
            state = self.turn.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting.push((index, part));
        let State { total, next, waiting } = &mut *state;
        while !total.is_stopped() {
            let Some(at) = waiting.iter().position(|(index, _)| index == next) else { break };
            total.merge(waiting.swap_remove(at).1);
            *next += 1;
        }
        self.turn.notify_all();
        !state.total.is_stopped()
    }

    /// All of it.
    pub fn into_total(self) -> Tally<'s> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).total
    }
}

/// Has so many threads work, and shows how far reading is.
pub fn work(threads: usize, reading: &Reading, one: &(dyn Fn(&dyn Fn()) + Sync)) {
    let progress = Progress::new(reading.whole.map_or(0, mebibytes));
    let show = || progress.reach(mebibytes(reading.passed.load(Ordering::Relaxed)));
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| one(&show));
        }
        one(&show);
    });
    progress.end();
}

const fn mebibytes(bytes: u64) -> usize {
    (bytes >> 20) as usize
}
