//! One model at one moment: which files there are, and how to open them.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::evidence::{Fact, FileFact};

/// One model at one moment: an immutable list of files.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Every file of the model, sorted by path, whether or not `files:` selects it.
    pub files: Vec<SnapshotFile>,
    /// The 40-hex commit, where the source knows one.
    pub revision: Option<String>,
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
    /// What the source itself found out.
    pub facts: Vec<Fact>,
}

/// The bytes of a file of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// An ordinary file at this path of this machine.
    File(PathBuf),
    /// Never opened: the facts say why.
    Withheld,
}

/// An open file of a snapshot.
#[derive(Debug)]
pub struct Opened {
    /// The file, at its beginning.
    pub file: File,
    /// Bytes at the moment of opening.
    pub length: u64,
    /// What opening it found out.
    pub fact: Option<Fact>,
}

impl SnapshotFile {
    /// Opens the file; `None` if it must not be opened.
    pub fn open(&self) -> Option<io::Result<Opened>> {
        match &self.content {
            Content::File(path) => Some(open(path)),
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
    Ok(Opened { length: metadata.len(), fact: executable(&metadata), file })
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
