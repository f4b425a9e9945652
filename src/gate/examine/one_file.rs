//! The way of one file: opened, its facts recalled or found, compared with its listing, kept.

use super::distant::{Heavy, Line, SnapshotSiblings};
use super::reader::{Analysed, Reader, ToSum, unopened, with_facts};
use super::recall::{self, Local};
use super::task::Task;
use crate::base::Limits;
use crate::evidence::{Fact, FileEvidence, FileFact, Status};
use crate::source::{Opened, OpenedBytes, SnapshotFile};

/// Analyses one file. `sum_at_once` is handed what a file on this machine still needs, before the
/// analysis: another thread may begin with it. `None` if the analysis is put off.
pub(super) fn analyse(
    task: &Task<'_>,
    limits: &Limits,
    heavy: Heavy,
    buffer: &mut Vec<u8>,
    sum_at_once: &dyn Fn(ToSum),
) -> Option<Analysed> {
    let opened = match task.file.open() {
        None => return Some(Analysed::without_reading(withheld(task.file))),
        Some(Err(error)) => return Some(Analysed::without_reading(unopened(task.file, &error))),
        Some(Ok(opened)) => opened,
    };
    let Opened { bytes, length, fact } = opened;
    let siblings = SnapshotSiblings { snapshot: task.snapshot, line: Line::new(heavy) };
    let reader = Reader { task, limits, siblings, length };
    let analysed = match bytes {
        OpenedBytes::File(file) => match task.recall {
            Some(kept) => Local::new(&reader, kept, &file).examine(file, buffer, sum_at_once),
            None => reader.local(file, buffer, sum_at_once),
        },
        OpenedBytes::Remote(bytes) => match task.recall {
            Some(kept) => recall::remote(&reader, kept, bytes, buffer),
            None => {
                let read = reader.read_remote(&bytes, buffer, &reader.siblings);
                reader.conclude(read, bytes)
            }
        },
    };
    if reader.siblings.line.is_put_off() {
        return None;
    }
    let facts = task.file.facts.iter().cloned().chain(fact);
    Some(Analysed { evidence: with_facts(analysed.evidence, facts), ..analysed })
}

/// A file that the source found and that must not be opened.
fn withheld(file: &SnapshotFile) -> FileEvidence {
    let unseen = |fact: &Fact| {
        matches!(fact, Fact::Coverage(_) | Fact::File(FileFact::Link { escapes: true, .. }))
    };
    let status = if file.facts.iter().any(unseen) { Status::Unreadable } else { Status::Analysed };
    let evidence = FileEvidence {
        listed: file.listing.map(|listing| listing.digest),
        ..FileEvidence::new(&*file.path, 0, status)
    };
    with_facts(evidence, file.facts.iter().cloned())
}
