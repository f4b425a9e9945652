//! Rules on whether models are those that were accepted.

mod lock_mismatch;
mod stale_lock;
mod unlocked_model;

pub(super) use lock_mismatch::LockMismatch;
pub use stale_lock::StaleLock;
pub use unlocked_model::UnlockedModel;

use crate::lock::LockedModel;
use crate::manifest::Entry;

/// What of an entry's text is another than in the lock, in words: `source` and `files`.
fn changed(entry: &Entry, model: &LockedModel) -> String {
    let keys = [
        ("`source`", entry.source != model.source),
        ("`revision`", entry.revision != model.revision),
        ("`files`", entry.files != model.globs),
    ];
    let keys: Vec<&str> = keys.iter().filter(|(_, is)| *is).map(|(key, _)| *key).collect();
    match keys.as_slice() {
        [] => "nothing".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
