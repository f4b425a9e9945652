//! An open file: read, analysed, digested, compared with its listing.

use std::io::{self, Read as _};
use std::sync::Arc;

use super::distant::{Distant, InMemory, SnapshotSiblings, only_certain, unfetched};
use super::recall::{self, Glance};
use super::sums::{self, Sums};
use super::task::Task;
use crate::analyse::{Siblings, analyse_file};
use crate::base::{Limits, ReadAt};
use crate::evidence::{
    CoverageFact, Evidence, Fact, FileEvidence, IntegrityFact, Listed, Origin, Status,
};
use crate::source::{Content, OpenedBytes, RemoteBytes, SnapshotFile};

/// Files up to this size are read whole, with one read into a buffer that is used again.
pub(super) const SMALL: usize = 64 << 10;

/// The result of an analysis.
pub(super) struct Analysed {
    pub(super) evidence: FileEvidence,
    /// Bytes that were read, as far as it matters for the progress.
    pub(super) bytes: u64,
    /// What is still to be read to its end for its digest.
    pub(super) to_sum: Option<ToSum>,
}

/// An open file whose digest is wanted.
#[derive(Clone)]
pub(super) enum ToSum {
    /// On this machine, with how it was seen if that is remembered.
    File(Arc<dyn ReadAt>, Option<Glance>),
    Remote(Arc<dyn RemoteBytes>, u64),
}

/// Why there is no digest.
pub(super) enum Unsummed {
    Unreadable(io::Error),
    Unfetched(String),
}

impl ToSum {
    /// Reads the file to its end.
    pub(super) fn sum(&self, task: &Task<'_>, progress: &dyn Fn(u64)) -> Result<Sums, Unsummed> {
        match self {
            Self::File(bytes, glance) => match task.recall {
                Some(kept) => recall::sum(kept, glance.as_ref(), &**bytes, task.asked, progress),
                None => sums::of_file(&**bytes, task.asked, progress),
            }
            .map_err(Unsummed::Unreadable),
            Self::Remote(bytes, length) => bytes
                .stream()
                .and_then(|mut stream| sums::of_stream(&mut *stream, *length, task.asked, progress))
                .map_err(|error| {
                    Unsummed::Unfetched(bytes.failure().unwrap_or_else(|| error.to_string()))
                }),
        }
    }
}

pub(super) struct Reader<'a> {
    pub(super) task: &'a Task<'a>,
    pub(super) limits: &'a Limits,
    pub(super) siblings: SnapshotSiblings<'a>,
    pub(super) length: u64,
}

/// What was found in a file behind a network, not yet held against its listing.
pub(super) struct ReadRemote {
    pub(super) evidence: FileEvidence,
    /// The digests, if all of its bytes were read.
    pub(super) sums: Option<Sums>,
    /// Bytes that were read, as far as it matters for the progress.
    pub(super) bytes: u64,
    /// Why a read failed.
    pub(super) failure: Option<String>,
}

impl Reader<'_> {
    pub(super) fn local(
        &self,
        file: std::fs::File,
        buffer: &mut Vec<u8>,
        sum_at_once: &dyn Fn(ToSum),
    ) -> Analysed {
        let asked = self.task.asked;
        if self.length <= SMALL as u64 {
            buffer.resize(SMALL, 0);
            return match read_small(&file, buffer, self.length) {
                Ok(content) => self.in_memory(content),
                Err(error) => Analysed::without_reading(unread(self.task.file, &error)),
            };
        }
        let bytes = match OpenedBytes::File(file).into_read_at() {
            Ok(bytes) => bytes,
            Err(error) => return Analysed::without_reading(unread(self.task.file, &error)),
        };
        if asked.to_the_end {
            sum_at_once(ToSum::File(Arc::clone(&bytes), None));
        }
        let mut evidence = self.analysed(&*bytes);
        self.compare(&mut evidence, None);
        let bytes = if asked.to_the_end { 0 } else { self.length };
        Analysed { evidence, bytes, to_sum: None }
    }

    /// Analyses a file behind a network.
    pub(super) fn read_remote(
        &self,
        bytes: &Arc<dyn RemoteBytes>,
        buffer: &mut Vec<u8>,
        siblings: &dyn Siblings,
    ) -> ReadRemote {
        let (asked, line) = (self.task.asked, &self.siblings.line);
        let distant = Distant::new(Arc::clone(bytes), self.length, Arc::clone(line), Some(asked));
        let (evidence, sums, count) = if self.length <= self.task.read_whole {
            buffer.resize(SMALL, 0);
            let wanted = usize::try_from(self.length).unwrap_or(SMALL);
            match distant.read_whole(buffer.get_mut(..wanted).unwrap_or_default()) {
                Ok(count) => {
                    let content = buffer.get(..count).unwrap_or_default();
                    let sums = (asked.sha256 || asked.git_blob)
                        .then(|| sums::of_memory(content, asked))
                        .flatten();
                    (
                        self.analysed_among(&InMemory { bytes: content, line }, siblings),
                        sums,
                        count as u64,
                    )
                }
                // The line tells what happened.
                Err(_) => {
                    let path = &*self.task.file.path;
                    (FileEvidence::new(path, self.length, Status::Unreadable), None, 0)
                }
            }
        } else {
            let evidence = self.analysed_among(&distant, siblings);
            (evidence, distant.sums(), self.length)
        };
        // A failure that this analysis did not meet may be one of another part of the file that is
        // read at the same time; to be careful it counts as well.
        let failure = line.failure().map(str::to_owned).or_else(|| bytes.failure());
        ReadRemote { evidence, sums, bytes: count, failure }
    }

    /// Holds what was found behind a network against the listing.
    pub(super) fn conclude(&self, read: ReadRemote, bytes: Arc<dyn RemoteBytes>) -> Analysed {
        let ReadRemote { mut evidence, sums, bytes: count, failure } = read;
        self.compare(&mut evidence, sums.as_ref());
        if let Some(reason) = failure {
            evidence = only_certain(evidence, &reason);
            evidence.listed = self.task.file.listing.map(|listing| listing.digest);
            return Analysed { evidence, bytes: count, to_sum: None };
        }
        let to_sum = (sums.is_none() && self.task.asked.to_the_end)
            .then_some(ToSum::Remote(bytes, self.length));
        Analysed { evidence, bytes: count, to_sum }
    }

    fn in_memory(&self, content: &[u8]) -> Analysed {
        let bytes = InMemory { bytes: content, line: &self.siblings.line };
        let mut evidence = self.analysed(&bytes);
        let asked = self.task.asked;
        if asked.sha256 || asked.git_blob {
            self.compare(&mut evidence, sums::of_memory(content, asked).as_ref());
        } else {
            self.compare(&mut evidence, None);
        }
        Analysed { evidence, bytes: content.len() as u64, to_sum: None }
    }

    fn analysed(&self, bytes: &dyn ReadAt) -> FileEvidence {
        self.analysed_among(bytes, &self.siblings)
    }

    /// The facts about bytes under the task's path, with these as the model's other files.
    pub(super) fn analysed_among(
        &self,
        bytes: &dyn ReadAt,
        siblings: &dyn Siblings,
    ) -> FileEvidence {
        analyse_file(&self.task.file.path, bytes, siblings, self.limits)
    }

    /// Puts down what the listing says, and what comparing with it tells.
    pub(super) fn compare(&self, evidence: &mut FileEvidence, sums: Option<&Sums>) {
        if let Some(listing) = &self.task.file.listing {
            evidence.listed = Some(listing.digest);
            evidence.evidence.extend(sums::compare_size(listing, self.length).map(piece));
        }
        if let Some(sums) = sums {
            summed(evidence, self.task, sums);
        }
    }
}

/// Puts down a file's digests, and what comparing them with the listing tells.
pub(super) fn summed(evidence: &mut FileEvidence, task: &Task<'_>, sums: &Sums) {
    evidence.sha256 = sums.sha256;
    let other_size = |piece: &Evidence| {
        let what = Listed::Size;
        matches!(&piece.fact, Fact::Integrity(IntegrityFact::Mismatch { what: it, .. }) if *it == what)
    };
    // Of a file of another length the digest is no news.
    if let Some(listing) = &task.file.listing
        && !evidence.evidence.iter().any(other_size)
    {
        evidence.evidence.extend(sums::compare_digest(listing, sums).map(piece));
    }
}

/// Puts down why there is no digest.
pub(super) fn unsummed(evidence: &mut FileEvidence, why: &Unsummed) {
    evidence.evidence.push(match why {
        Unsummed::Unreadable(error) => piece(unreadable(error)),
        Unsummed::Unfetched(reason) => unfetched(reason),
    });
    evidence.status = evidence.status.max(Status::Partial);
}

impl Analysed {
    pub(super) fn without_reading(evidence: FileEvidence) -> Self {
        Self { evidence, bytes: 0, to_sum: None }
    }
}

/// Reads a file of at most [`SMALL`] bytes into the buffer.
fn read_small<'b>(
    mut file: &std::fs::File,
    buffer: &'b mut [u8],
    length: u64,
) -> io::Result<&'b [u8]> {
    let mut filled = 0_usize;
    let wanted = usize::try_from(length).unwrap_or(SMALL).min(SMALL);
    while let Some(rest) = buffer.get_mut(filled..wanted).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => return Err(io::Error::other("it became shorter while it was read")),
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(buffer.get(..filled).unwrap_or_default())
}

/// Reads a file of a known length into the buffer.
pub(super) fn read_whole<'b>(
    file: &std::fs::File,
    buffer: &'b mut Vec<u8>,
    length: u64,
) -> io::Result<&'b [u8]> {
    let mut file = file;
    let wanted = usize::try_from(length).unwrap_or(usize::MAX).min(recall::WHOLE as usize);
    buffer.resize(wanted.max(SMALL), 0);
    let content = buffer.get_mut(..wanted).unwrap_or_default();
    match file.read_exact(content) {
        Ok(()) => Ok(content),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(io::Error::other("it became shorter while it was read"))
        }
        Err(error) => Err(error),
    }
}

/// A file that could not be opened.
pub(super) fn unopened(file: &SnapshotFile, error: &io::Error) -> FileEvidence {
    with_facts(unread(file, error), file.facts.iter().cloned())
}

/// A file of which no worker said anything: it counts as unreadable.
pub(super) fn left_out(file: &SnapshotFile) -> FileEvidence {
    unopened(file, &io::Error::other("it was left out of the examination"))
}

/// A file that could not be opened or read: on this machine that is told of the file, behind a
/// network of the network.
pub(super) fn unread(file: &SnapshotFile, error: &io::Error) -> FileEvidence {
    let why = match &file.content {
        Content::Remote(bytes) => unfetched(&bytes.failure().unwrap_or_else(|| error.to_string())),
        Content::File(_) | Content::Withheld => piece(unreadable(error)),
    };
    FileEvidence {
        listed: file.listing.map(|listing| listing.digest),
        evidence: vec![why],
        ..FileEvidence::new(&*file.path, 0, Status::Unreadable)
    }
}

fn unreadable(error: &io::Error) -> Fact {
    CoverageFact::Unreadable { reason: error.to_string() }.into()
}

fn piece(fact: Fact) -> Evidence {
    Evidence { origin: Origin::default(), fact }
}

/// Puts facts about the file as such in front of those about its bytes.
pub(super) fn with_facts(
    mut evidence: FileEvidence,
    facts: impl Iterator<Item = Fact>,
) -> FileEvidence {
    evidence.evidence.splice(0..0, facts.map(piece));
    evidence
}
