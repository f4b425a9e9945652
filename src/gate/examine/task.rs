//! What is to be done with one file.

use super::recall::Recall;
use super::sums::Asked;
use crate::source::{Content, Snapshot, SnapshotFile};

/// One file to be analysed.
pub(super) struct Task<'a> {
    pub(super) model: usize,
    pub(super) file: &'a SnapshotFile,
    pub(super) snapshot: &'a Snapshot,
    pub(super) asked: Asked,
    /// Up to how many bytes the file is read whole if it is behind a network.
    pub(super) read_whole: u64,
    pub(super) recall: Option<Recall<'a>>,
}

impl Task<'_> {
    pub(super) fn is_remote(&self) -> bool {
        matches!(self.file.content, Content::Remote(_))
    }
}
