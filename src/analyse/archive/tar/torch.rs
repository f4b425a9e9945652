//! The checkpoints of torch 0.1: a tar of `storages`, `tensors` and `pickle`.

use crate::analyse::Examination;
use crate::analyse::torch::tar;
use crate::base::ReadAt;
use crate::evidence::Format;

/// Whether these are the members of such a checkpoint.
pub(super) fn is_checkpoint<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    let mut seen = [false; tar::MEMBERS.len()];
    for name in names {
        let name = name.strip_prefix("./").unwrap_or(name);
        for (seen, member) in seen.iter_mut().zip(tar::MEMBERS) {
            *seen |= name == member;
        }
    }
    seen == [true; tar::MEMBERS.len()]
}

/// Examines a member of such a checkpoint.
pub(super) fn examine(
    name: &str,
    bytes: &dyn ReadAt,
    examination: &mut Examination<'_>,
) -> Vec<Format> {
    let plain = name.strip_prefix("./").unwrap_or(name);
    if tar::examine(plain, bytes, examination) {
        return vec![tar::FORMAT];
    }
    examination.nested(name, bytes)
}
