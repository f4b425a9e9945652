//! torch checkpoints: zip since 1.6, five pickles and raw storages before, tar before that.

pub(super) mod legacy;
mod script;
mod storage;
pub(super) mod tar;
pub(super) mod zip;
