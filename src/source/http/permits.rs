//! How many requests there are at once.

use std::sync::{Condvar, Mutex, PoisonError};

/// A number of permits; who has one may make one request at a time.
///
/// Order: a permit is taken before any lock of a remote file that is held during a request, never
/// after it. Otherwise those who hold all permits could wait for a lock whose owner waits for a
/// permit.
#[derive(Debug)]
pub(super) struct Permits {
    free: Mutex<usize>,
    returned: Condvar,
}

/// The right to make one request at a time, given back when dropped.
#[derive(Debug)]
pub(super) struct Permit<'a>(&'a Permits);

impl Permits {
    pub(super) fn new(count: usize) -> Self {
        Self { free: Mutex::new(count.max(1)), returned: Condvar::new() }
    }

    /// Waits until one is free.
    pub(super) fn acquire(&self) -> Permit<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self
            .returned
            .wait_while(free, |free| *free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        *free = free.saturating_sub(1);
        Permit(self)
    }

    /// One, if one is free.
    pub(super) fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        *free = free.checked_sub(1)?;
        Some(Permit(self))
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut free = self.0.free.lock().unwrap_or_else(PoisonError::into_inner);
        *free = free.saturating_add(1);
        drop(free);
        self.0.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_there_are_are_given_out_and_all_come_back() {
        let permits = Permits::new(2);
        let (first, second) = (permits.acquire(), permits.try_acquire());
        assert!(second.is_some() && permits.try_acquire().is_none());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| drop(permits.acquire()));
            drop(first);
            waiting.join().unwrap();
        });
        drop(second);
        assert_eq!(*permits.free.lock().unwrap(), 2);
    }
}
