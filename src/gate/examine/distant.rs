//! Bytes behind a network: what an analysis reads of them, and what is left of its conclusions
//! when a read fails.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::sums::{Asked, Summing, Sums};
use crate::analyse::{HeavyWork, Siblings};
use crate::base::ReadAt;
use crate::evidence::{
    CoverageFact, Evidence, Fact, FileEvidence, FileFact, Origin, PickleFact, SafetensorsFact,
    Status, TemplateFact, TorchFact,
};
use crate::source::{OpenedBytes, RemoteBytes, Snapshot};

/// Bytes that one analysis may read of files behind a network before it counts as heavy work:
/// more than the ends and the headers of a checkpoint.
const LIGHT: u64 = 512 << 10;

/// Whether an analysis may do heavy work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heavy {
    /// It may.
    Allowed,
    /// It is put off when it comes to that.
    PutOff,
}

/// What the parts of one analysis share: the first failure of the network, after which nothing is
/// read any more, and whether it was put off.
#[derive(Debug)]
pub(super) struct Line {
    failure: OnceLock<String>,
    read: AtomicU64,
    heavy: Heavy,
    put_off: AtomicBool,
}

impl Line {
    pub(super) fn new(heavy: Heavy) -> Arc<Self> {
        let put_off = AtomicBool::new(false);
        Arc::new(Self { failure: OnceLock::new(), read: AtomicU64::new(0), heavy, put_off })
    }

    /// Whether the analysis came to heavy work that it may not do: then it is to begin anew where
    /// it may, and nothing counts of what it found.
    pub(super) fn is_put_off(&self) -> bool {
        self.put_off.load(Ordering::Relaxed)
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

    /// Before a read: heavy is also what has read much.
    fn before_reading(&self) -> io::Result<()> {
        if let Some(reason) = self.failure() {
            return Err(io::Error::other(reason.to_owned()));
        }
        if self.is_put_off() || self.read.load(Ordering::Relaxed) > LIGHT {
            self.before_heavy_work()
        } else {
            Ok(())
        }
    }

    fn before_heavy_work(&self) -> io::Result<()> {
        match self.heavy {
            Heavy::Allowed => Ok(()),
            Heavy::PutOff => {
                self.put_off.store(true, Ordering::Relaxed);
                Err(io::Error::other("the analysis is put off"))
            }
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
        self.line.before_reading()?;
        if buffer.is_empty() || offset >= self.length {
            return Ok(0);
        }
        let count = match self.bytes.read_at(offset, buffer) {
            Ok(0) => return Err(self.ended_early()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => return Err(self.line.failed(&*self.bytes, &error)),
        };
        self.line.read.fetch_add(count as u64, Ordering::Relaxed);
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

    fn before_heavy_work(&self) -> io::Result<()> {
        self.line.before_heavy_work()
    }
}

/// A small file that was read whole.
pub(super) struct InMemory<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) line: &'a Line,
}

impl ReadAt for InMemory<'_> {
    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.bytes.read_at(offset, buffer)
    }

    fn before_heavy_work(&self) -> io::Result<()> {
        self.line.before_heavy_work()
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
        let line = Arc::clone(&self.line);
        Some(Arc::new(move || line.before_heavy_work()))
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

/// Whether a fact holds whatever the bytes are that were not read. Every kind of fact is named, so
/// that a new one is decided on and not dropped unseen.
fn is_certain(fact: &Fact) -> bool {
    match fact {
        Fact::Pickle(fact) => match fact {
            PickleFact::Import(_)
            | PickleFact::Attribute(_)
            | PickleFact::Call(_)
            | PickleFact::ImplicitCall { .. }
            | PickleFact::StateValue { .. }
            | PickleFact::LoadCost { .. }
            | PickleFact::Mutation { .. }
            | PickleFact::StateKey { .. }
            | PickleFact::Extension { .. }
            | PickleFact::OutOfBandBuffer => true,
            PickleFact::Stream(_)
            | PickleFact::PersistentId { .. }
            | PickleFact::NestedPayload { .. }
            | PickleFact::Divergence { .. }
            | PickleFact::TrailingBytes { .. } => false,
        },
        Fact::File(fact) => match fact {
            FileFact::NativeCode { .. } => true,
            FileFact::Script { .. }
            | FileFact::ExecutablePermission { .. }
            | FileFact::NameMismatch { .. }
            | FileFact::Polyglot { .. }
            | FileFact::Link { .. }
            | FileFact::ObjectArray => false,
        },
        Fact::Safetensors(fact) => match fact {
            SafetensorsFact::MetadataPayload { .. } => true,
            SafetensorsFact::Header { .. }
            | SafetensorsFact::Index { .. }
            | SafetensorsFact::Defect { .. } => false,
        },
        Fact::Template(fact) => match fact {
            TemplateFact::Hazard { .. } => true,
            TemplateFact::Template { .. } => false,
        },
        Fact::Torch(fact) => match fact {
            TorchFact::TorchScriptOperator { .. } => true,
            TorchFact::TorchScript
            | TorchFact::Package
            | TorchFact::ExportedProgram
            | TorchFact::LegacyTar
            | TorchFact::ModuleSource { .. }
            | TorchFact::Defect { .. } => false,
        },
        Fact::Archive(_)
        | Fact::Weights(_)
        | Fact::Coverage(_)
        | Fact::Integrity(_)
        | Fact::Reference(_)
        | Fact::HubScan(_) => false,
    }
}

/// The fact that the network did not bring the bytes.
pub(super) fn unfetched(reason: &str) -> Evidence {
    let fact = CoverageFact::Unfetched { reason: reason.to_owned() };
    Evidence { origin: Origin::default(), fact: fact.into() }
}
