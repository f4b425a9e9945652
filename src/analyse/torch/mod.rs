//! torch checkpoints: zip since 1.6, five pickles and raw storages before, tar before that.

pub(super) mod legacy;
mod storage;
