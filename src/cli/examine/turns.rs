//! How many pieces of heavy work there are at once.

use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};

/// A number of turns. Files behind a network are analysed by more threads than there are cores,
/// because most of them wait; but a dense pickle or a decompressor needs megabytes of memory, and
/// only as many of those may be under way as there are turns.
#[derive(Debug)]
pub(super) struct Turns {
    free: Mutex<usize>,
    returned: Condvar,
}

impl Turns {
    pub(super) fn new(count: usize) -> Arc<Self> {
        Arc::new(Self { free: Mutex::new(count.max(1)), returned: Condvar::new() })
    }
}

/// One file's turn: not taken before it is needed, and given back when dropped. Whoever has taken
/// one waits for no other.
#[derive(Debug)]
pub(super) struct Turn {
    turns: Arc<Turns>,
    taken: OnceLock<()>,
}

impl Turn {
    pub(super) fn of(turns: &Arc<Turns>) -> Arc<Self> {
        Arc::new(Self { turns: Arc::clone(turns), taken: OnceLock::new() })
    }

    /// Waits for a turn, unless it was taken before.
    pub(super) fn take(&self) {
        self.taken.get_or_init(|| {
            let free = self.turns.free.lock().unwrap_or_else(PoisonError::into_inner);
            let mut free = self
                .turns
                .returned
                .wait_while(free, |free| *free == 0)
                .unwrap_or_else(PoisonError::into_inner);
            *free = free.saturating_sub(1);
        });
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.taken.get().is_some() {
            let mut free = self.turns.free.lock().unwrap_or_else(PoisonError::into_inner);
            *free = free.saturating_add(1);
            drop(free);
            self.turns.returned.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn there_are_no_more_at_once_than_turns() {
        let turns = Turns::new(2);
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let turn = Turn::of(&turns);
                    turn.take();
                    turn.take();
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert!((1..=2).contains(&most.into_inner()));
        assert_eq!(*turns.free.lock().unwrap(), 2);
    }
}
