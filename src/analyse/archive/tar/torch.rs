//! The checkpoints of torch 0.1: a tar of `storages`, `tensors` and `pickle`.

use crate::analyse::Examination;
use crate::base::ReadAt;
use crate::evidence::Format;

/// The members that torch reads: the first two it extracts to a temporary folder first.
const MEMBERS: [&str; 3] = ["storages", "tensors", "pickle"];

/// Whether these are the members of such a checkpoint.
pub(super) fn is_checkpoint<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    let mut seen = [false; MEMBERS.len()];
    for name in names {
        let name = name.strip_prefix("./").unwrap_or(name);
        for (seen, member) in seen.iter_mut().zip(MEMBERS) {
            *seen |= name == member;
        }
    }
    seen == [true; MEMBERS.len()]
}

/// Examines a member of such a checkpoint. `storages` and `tensors` are pickles with raw numbers
/// between them; each begins with a pickle, and is examined by content like any member.
pub(super) fn examine(
    name: &str,
    bytes: &dyn ReadAt,
    examination: &mut Examination<'_>,
) -> Vec<Format> {
    examination.nested(name, bytes)
}
