//! What decompression may still yield.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{HeavyWork, Stop};
use crate::base::Budget;

/// Decoded bytes from which on an analysis counts as heavy work.
const HEAVY: u64 = 512 << 10;

/// Counts the bytes that decompression yields over one whole file, over all members, all levels of
/// nesting and all repetitions (a stream that is read again from its beginning counts again).
pub struct DecompressionAllowance {
    spent: AtomicU64,
    limit: u64,
    /// Called when much is about to be decoded.
    heavy: Option<HeavyWork>,
}

impl fmt::Debug for DecompressionAllowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecompressionAllowance")
            .field("spent", &self.spent)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

impl DecompressionAllowance {
    /// An allowance of `limit` bytes. `heavy` is called when more than a little of it is spent.
    pub fn new(limit: u64, heavy: Option<HeavyWork>) -> Self {
        Self { spent: AtomicU64::new(0), limit, heavy }
    }

    /// The limit in force, in bytes.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// How many bytes may still be yielded.
    pub fn left(&self) -> u64 {
        self.limit.saturating_sub(self.spent.load(Ordering::Relaxed))
    }

    /// Says that what was decoded needs megabytes of memory to be analysed; an error puts it off.
    pub fn before_heavy_work(&self) -> io::Result<()> {
        self.heavy.as_ref().map_or(Ok(()), |heavy| heavy())
    }

    /// Counts `count` bytes that were decoded; fails once the limit is passed, and ever after.
    pub fn spend(&self, count: u64) -> Result<(), Stop> {
        let before = self.spent.fetch_add(count, Ordering::Relaxed);
        let spent = before.saturating_add(count);
        if before <= HEAVY && spent > HEAVY {
            self.before_heavy_work()?;
        }
        if spent > self.limit {
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
        let allowance = DecompressionAllowance::new(10, None);
        assert!(allowance.spend(10).is_ok());
        assert_eq!(allowance.left(), 0);
        assert!(matches!(
            allowance.spend(1),
            Err(Stop::Exhausted { budget: Budget::Decompressed, limit: 10, .. })
        ));
        assert!(allowance.spend(1).is_err());
    }
}
