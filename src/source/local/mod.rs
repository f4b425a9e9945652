//! Models on this machine: a file, a folder, a Hugging Face cache folder.

mod walk;

use std::fs::{self, FileType};
use std::io;
use std::path::Path;

use super::boundary::Boundary;
use super::{Content, Snapshot, SnapshotFile, SourceError, Wanted, cache, selection, shown};

pub(super) use walk::list;

/// Lists what is at `path`.
///
/// - A file is a model of one file, under its own name.
/// - A folder is listed with everything below it, hidden files included. Left out is what only
///   keeps books: `.git` folders, and the `.cache/huggingface` folder's metadata that
///   `hf download --local-dir` leaves behind.
/// - A `models--owner--name` folder of a Hugging Face cache is resolved to the snapshot of the
///   wanted revision, else of `refs/main`, else to the only one there is.
///
/// What a cache or a `--local-dir` download notes of its files becomes their listing.
///
/// Links are followed as far as they stay inside the folder (in a cache: inside the repository's
/// folder and the store that repositories share), and nothing but ordinary files is opened.
pub(super) fn resolve(path: &Path, wanted: Wanted<'_>) -> Result<Snapshot, SourceError> {
    let metadata = fs::metadata(path).map_err(|error| refused(path, error))?;
    let mut snapshot = if metadata.is_dir() {
        folder(path, wanted.revision)?
    } else if metadata.is_file() {
        single(path)
    } else {
        let what = special(metadata.file_type());
        return Err(SourceError::Special { path: shown(path), what });
    };
    selection::select(&mut snapshot, wanted.files)?;
    Ok(snapshot)
}

fn single(path: &Path) -> Snapshot {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let file = SnapshotFile {
        path: name.to_string_lossy().into_owned(),
        selected: true,
        content: Content::File(path.to_owned()),
        listing: None,
        facts: Vec::new(),
    };
    Snapshot { files: vec![file], ..Snapshot::default() }
}

fn folder(path: &Path, revision: Option<&str>) -> Result<Snapshot, SourceError> {
    let (root, commit) = match cache::snapshot_of(path, revision)? {
        Some(found) => (found.folder, Some(found.commit)),
        None => (path.to_owned(), cache::commit_of_snapshot_folder(path)),
    };
    let mut files = list(&root, Boundary::of(&root))
        .map_err(|error| SourceError::Io { path: shown(&root), error })?;
    let revision = cache::add_listings(&root, commit, &mut files);
    Ok(Snapshot { files, revision, is_repository: true, ..Snapshot::default() })
}

fn refused(path: &Path, error: io::Error) -> SourceError {
    let path = shown(path);
    match error.kind() {
        io::ErrorKind::NotFound => SourceError::NotFound { path },
        _ => SourceError::Io { path, error },
    }
}

/// What something is that is neither file, folder nor link.
#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    if kind.is_fifo() {
        "a fifo"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_block_device() || kind.is_char_device() {
        "a device"
    } else {
        "a special file"
    }
}

/// What something is that is neither file, folder nor link.
#[cfg(not(unix))]
fn special(_kind: FileType) -> &'static str {
    "a special file"
}
