//! One model at one moment: which files there are, and how to open them.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::{Commit, FileBytes, ReadAt};
use crate::evidence::{Authority, Fact, FileFact, ListedDigest, Repository};

/// One model at one moment: an immutable list of files.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Every file of the model, sorted by path, whether or not `files:` selects it.
    pub files: Vec<SnapshotFile>,
    /// The commit, where the source knows one.
    pub revision: Option<Commit>,
    /// What the Hub says of the model; `None` for a model on this machine.
    pub repository: Option<Repository>,
    /// Whether `files` is known to be all of the model.
    pub completeness: Completeness,
    /// Whether the source is a folder or repository, which should have a model card, and not one
    /// file.
    pub is_repository: bool,
    /// The globs of `files:` that select nothing.
    pub unmatched: Vec<String>,
}

impl Snapshot {
    /// The files that the project loads.
    pub fn selected(&self) -> impl Iterator<Item = &SnapshotFile> {
        self.files.iter().filter(|file| file.selected)
    }

    /// The file at exactly this path inside the model.
    pub fn file(&self, path: &str) -> Option<&SnapshotFile> {
        let index = self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        self.files.get(index)
    }
}

/// Whether a snapshot is known to have every file of the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Completeness {
    /// It has: the source is the model, or listed all of it.
    #[default]
    Whole,
    /// A local cache without a listing of the commit: it has what some program once asked for,
    /// and nothing tells what is missing. Only a lock can.
    Unproven,
}

/// One file of a snapshot.
#[derive(Clone, Debug)]
pub struct SnapshotFile {
    /// The path inside the model, `/`-separated (untrusted). A name that is no Unicode is shown
    /// with replacement characters; it is opened under its real one.
    pub path: String,
    /// Whether `files:` selects it.
    pub selected: bool,
    /// Its bytes, or why there are none.
    pub content: Content,
    /// What its source lists for it, if it lists anything.
    pub listing: Option<Listing>,
    /// What the source itself found out.
    pub facts: Vec<Fact>,
}

/// What a source lists for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Bytes.
    pub size: u64,
    /// The digest of the content.
    pub digest: ListedDigest,
    /// Who says so.
    pub authority: Authority,
}

/// Bytes behind a network.
pub trait RemoteBytes: ReadAt + fmt::Debug {
    /// All bytes from the first to the last, in one pass and as few requests as possible; a
    /// broken connection is taken up again where it broke.
    fn stream(&self) -> io::Result<Box<dyn io::Read + Send + '_>>;

    /// Why a read has failed although the bytes may well be there: the network, the server, a
    /// file that changed meanwhile. Once there is a reason, nothing that was concluded from a
    /// failed read counts.
    fn failure(&self) -> Option<String>;

    /// Whose word it is what the bytes are; `None` if nobody's that could be asked again.
    fn provenance(&self) -> Option<Provenance> {
        None
    }
}

/// Who serves a file, and of what it is a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The address of the Hub or mirror.
    pub endpoint: String,
    /// `organisation/name`.
    pub repository: String,
    /// The full commit.
    pub commit: String,
}

/// The bytes of a file of a snapshot.
#[derive(Clone, Debug)]
pub enum Content {
    /// An ordinary file at this path of this machine.
    File(PathBuf),
    /// A file on the Hub.
    Remote(Arc<dyn RemoteBytes>),
    /// Never opened: the facts say why.
    Withheld,
}

/// An open file of a snapshot.
#[derive(Debug)]
pub struct Opened {
    /// Its bytes.
    pub bytes: OpenedBytes,
    /// Bytes at the moment of opening.
    pub length: u64,
    /// What opening it found out.
    pub fact: Option<Fact>,
}

/// The bytes of an open file.
#[derive(Debug)]
pub enum OpenedBytes {
    /// A file on this machine, at its beginning.
    File(File),
    /// A file on the Hub.
    Remote(Arc<dyn RemoteBytes>),
}

impl OpenedBytes {
    /// The bytes for reading at any offset.
    ///
    /// # Errors
    /// The operating system does not tell the length of a file on this machine.
    pub fn into_read_at(self) -> io::Result<Arc<dyn ReadAt>> {
        match self {
            Self::File(file) => Ok(Arc::new(FileBytes::new(file)?)),
            Self::Remote(bytes) => Ok(bytes),
        }
    }
}

impl SnapshotFile {
    /// Opens the file; `None` if it must not be opened.
    pub fn open(&self) -> Option<io::Result<Opened>> {
        match &self.content {
            Content::File(path) => Some(open(path)),
            Content::Remote(bytes) => Some(bytes.len().map(|length| Opened {
                bytes: OpenedBytes::Remote(Arc::clone(bytes)),
                length,
                fact: None,
            })),
            Content::Withheld => None,
        }
    }
}

fn open(path: &Path) -> io::Result<Opened> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it was an ordinary file a moment ago and is none now"));
    }
    let (length, fact) = (metadata.len(), executable(&metadata));
    Ok(Opened { bytes: OpenedBytes::File(file), length, fact })
}

#[cfg(unix)]
fn executable(metadata: &std::fs::Metadata) -> Option<Fact> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o7777;
    (mode & 0o111 != 0).then_some(Fact::File(FileFact::ExecutablePermission { mode }))
}

#[cfg(not(unix))]
fn executable(_metadata: &std::fs::Metadata) -> Option<Fact> {
    None
}
