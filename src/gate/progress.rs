//! What somebody who watches a long run is told.

use std::time::Duration;

use crate::source::Activity;

/// Watches the work from a thread of its own.
pub trait Progress: Sync {
    /// Returns when the work is finished. `wait` says how far it is, after the given time or as
    /// soon as it is finished; `activity` is what the network does.
    fn watch(&self, phase: Phase, wait: &dyn Fn(Duration) -> Counts, activity: &Activity);
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Models become lists of files.
    Resolving {
        /// How many.
        models: usize,
    },
    /// Files are read.
    Examining {
        /// How many.
        files: usize,
        /// Of how many models.
        models: usize,
    },
}

/// How far the work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Models resolved, or files examined.
    pub done: usize,
    /// Bytes read.
    pub bytes: u64,
    /// Whether nothing is left.
    pub finished: bool,
}
