//! Rules on whether models are those that were accepted.

pub(crate) mod lock_mismatch;
pub(crate) mod stale_lock;
pub(crate) mod unlocked_model;

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
