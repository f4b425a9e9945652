//! What decompression may still yield.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Stop;
use crate::base::Budget;

/// Counts the bytes that decompression yields over one whole file, over all members, all levels of
/// nesting and all repetitions (a stream that is read again from its beginning counts again).
#[derive(Debug)]
pub struct DecompressionAllowance {
    spent: AtomicU64,
    limit: u64,
}

impl DecompressionAllowance {
    /// An allowance of `limit` bytes.
    pub fn new(limit: u64) -> Self {
        Self { spent: AtomicU64::new(0), limit }
    }

    /// The limit in force, in bytes.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// How many bytes may still be yielded.
    pub fn left(&self) -> u64 {
        self.limit.saturating_sub(self.spent.load(Ordering::Relaxed))
    }

    /// Counts `count` bytes that were decoded; fails once the limit is passed, and ever after.
    pub fn spend(&self, count: u64) -> Result<(), Stop> {
        let before = self.spent.fetch_add(count, Ordering::Relaxed);
        if before.saturating_add(count) > self.limit {
            return Err(Stop::Exhausted {
                budget: Budget::Decompressed,
                limit: self.limit,
                offset: None,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_runs_out_and_stays_out() {
        let allowance = DecompressionAllowance::new(10);
        assert!(allowance.spend(10).is_ok());
        assert_eq!(allowance.left(), 0);
        assert!(matches!(
            allowance.spend(1),
            Err(Stop::Exhausted { budget: Budget::Decompressed, limit: 10, .. })
        ));
        assert!(allowance.spend(1).is_err());
    }
}
