//! Bytes behind a network: what an analysis reads of them, and what is left of its conclusions
//! when a read fails.

use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::sums::{Asked, Summing, Sums};
use super::turns::Turn;
use crate::analyse::{HeavyWork, Siblings};
use crate::base::ReadAt;
use crate::evidence::{
    CoverageFact, Evidence, Fact, FileEvidence, FileFact, Origin, PickleFact, SafetensorsFact,
    Status,
};
use crate::source::{OpenedBytes, RemoteBytes, Snapshot};

/// Bytes that one analysis may read on end of files behind a network before it counts as heavy
/// work. The ends of a file, its headers and glances at its members don't count: what is read on
/// end is what a machine or a decompressor works through, and what it keeps grows with it.
const LIGHT: u64 = 64 << 10;

/// Reads of fewer bytes are of headers and glances.
const LONG: usize = 8 << 10;

/// Bytes at both ends of a file that are looked at to tell what it is.
const ENDS: u64 = 65_557;

/// What the parts of one analysis share: the first failure of the network, after which nothing is
/// read any more, and the turn for heavy work.
#[derive(Debug)]
pub(super) struct Line {
    failure: OnceLock<String>,
    read: Mutex<u64>,
    turn: Option<Arc<Turn>>,
}

impl Line {
    pub(super) fn new(turn: Option<Arc<Turn>>) -> Arc<Self> {
        Arc::new(Self { failure: OnceLock::new(), read: Mutex::new(0), turn })
    }

    /// Why the network failed, if it did.
    pub(super) fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    /// Notes a failed read of `bytes`.
    fn failed(&self, bytes: &dyn RemoteBytes, error: &io::Error) -> io::Error {
        let reason =
            self.failure.get_or_init(|| bytes.failure().unwrap_or_else(|| error.to_string()));
        io::Error::other(reason.clone())
    }

    fn count(&self, bytes: usize) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        *read = read.saturating_add(bytes as u64);
    }

    fn wait_if_heavy(&self) {
        let Some(turn) = &self.turn else { return };
        let read = *self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read > LIGHT {
            turn.take();
        }
    }
}

/// A file behind a network, as one analysis reads it.
///
/// A read that fails fails all that follow: whatever is concluded afterwards, it is concluded from
/// less than the file, and [`only_certain`] says what of it counts. What is read from the first
/// byte on without a gap is summed in passing.
#[derive(Debug)]
pub(super) struct Distant {
    bytes: Arc<dyn RemoteBytes>,
    length: u64,
    line: Arc<Line>,
    summing: Mutex<Option<Summing>>,
}

impl Distant {
    /// The file in `bytes` with `length` bytes.
    pub(super) fn new(
        bytes: Arc<dyn RemoteBytes>,
        length: u64,
        line: Arc<Line>,
        asked: Option<Asked>,
    ) -> Self {
        let summing = asked
            .filter(|asked| asked.sha256 || asked.git_blob)
            .map(|asked| Summing::new(asked, length));
        Self { bytes, length, line, summing: Mutex::new(summing) }
    }

    /// The digests, if all bytes were read.
    pub(super) fn sums(&self) -> Option<Sums> {
        self.summing.lock().unwrap_or_else(PoisonError::into_inner).take()?.finish()
    }

    /// Reads all bytes into memory.
    pub(super) fn read_whole(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = crate::base::read_up_to(self, 0, buffer)?;
        if count as u64 == self.length { Ok(count) } else { Err(self.ended_early()) }
    }

    fn ended_early(&self) -> io::Error {
        let error = io::Error::other("it ended before the last of its bytes");
        self.line.failed(&*self.bytes, &error)
    }
}

impl ReadAt for Distant {
    fn len(&self) -> io::Result<u64> {
        Ok(self.length)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(reason) = self.line.failure() {
            return Err(io::Error::other(reason.to_owned()));
        }
        if buffer.is_empty() || offset >= self.length {
            return Ok(0);
        }
        self.line.wait_if_heavy();
        let count = match self.bytes.read_at(offset, buffer) {
            Ok(0) => return Err(self.ended_early()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => return Err(self.line.failed(&*self.bytes, &error)),
        };
        let at_the_ends = offset < ENDS || offset >= self.length.saturating_sub(ENDS);
        if buffer.len() >= LONG && !at_the_ends {
            self.line.count(count);
        }
        if let Some(summing) = &mut *self.summing.lock().unwrap_or_else(PoisonError::into_inner) {
            summing.update(offset, buffer.get(..count).unwrap_or_default());
        }
        Ok(count)
    }

    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.length == 0)
    }

    fn prefetch(&self, ranges: &[(u64, u64)]) {
        if self.line.failure().is_none() {
            self.bytes.prefetch(ranges);
        }
    }

    fn is_distant(&self) -> bool {
        true
    }
}

/// The other files of a snapshot, for analysers that follow references.
pub(super) struct SnapshotSiblings<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) line: Arc<Line>,
}

impl Siblings for SnapshotSiblings<'_> {
    fn paths(&self) -> Vec<String> {
        self.snapshot.files.iter().map(|file| file.path.clone()).collect()
    }

    fn open(&self, path: &str) -> Option<io::Result<Arc<dyn ReadAt>>> {
        let file = self.snapshot.file(path)?;
        let opened = file.open()?.map_err(|error| match &file.content {
            crate::source::Content::Remote(bytes) => self.line.failed(&**bytes, &error),
            _ => error,
        });
        Some(opened.and_then(|opened| match opened.bytes {
            OpenedBytes::Remote(bytes) => {
                let line = Arc::clone(&self.line);
                Ok(Arc::new(Distant::new(bytes, opened.length, line, None)) as Arc<dyn ReadAt>)
            }
            local @ OpenedBytes::File(_) => local.into_read_at(),
        }))
    }

    fn before_heavy_work(&self) -> Option<HeavyWork> {
        let turn = Arc::clone(self.line.turn.as_ref()?);
        Some(Arc::new(move || turn.take()))
    }
}

/// What counts of an analysis during which a read failed.
///
/// An analyser that meets a failed read may conclude from bytes that it did not see: that a stream
/// is cut off, that a checksum differs, that a directory names nothing, that the file is another
/// format. What counts whatever the missing bytes are is what was carried out with bytes that were
/// read: what pickles import, call, change and ask of the loading program before the failure;
/// machine code, which its first bytes alone tell; a payload that stands in metadata.
pub(super) fn only_certain(mut evidence: FileEvidence, reason: &str) -> FileEvidence {
    evidence.formats.clear();
    evidence.evidence.retain(|piece| is_certain(&piece.fact));
    evidence.status =
        if evidence.evidence.is_empty() { Status::Unreadable } else { Status::Partial };
    evidence.evidence.insert(0, unfetched(reason));
    evidence
}

fn is_certain(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Pickle(
            PickleFact::Import(_)
                | PickleFact::Call(_)
                | PickleFact::Mutation { .. }
                | PickleFact::StateKey { .. }
                | PickleFact::Extension { .. }
                | PickleFact::OutOfBandBuffer
        ) | Fact::File(FileFact::NativeCode { .. })
            | Fact::Safetensors(SafetensorsFact::MetadataPayload { .. })
    )
}

/// The fact that the network did not bring the bytes.
pub(super) fn unfetched(reason: &str) -> Evidence {
    let fact = CoverageFact::Unfetched { reason: reason.to_owned() };
    Evidence { origin: Origin::default(), fact: fact.into() }
}
