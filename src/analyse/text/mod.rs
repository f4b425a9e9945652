//! What people read: text, model cards, pictures and sound; and text that stands for another file.

pub(super) mod card;
pub(super) mod lfs_pointer;
pub(super) mod media;
pub(super) mod plain;
