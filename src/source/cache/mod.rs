//! The folders that Hugging Face's libraries keep on disk, and the books in them.
//!
//! The books say what was downloaded: that a file still is what it was. They do not say where it
//! came from, because whoever can write the file can write them.

mod download;
mod layout;
mod record;
mod tree;

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::boundary::Boundary;
use super::listing::named;
use super::snapshot::{Content, Listing, SnapshotFile};
use crate::base::Commit;
use crate::evidence::{Authority, ListedDigest};

pub(super) use layout::{
    commit_of_snapshot_folder, folder_of, is_bookkeeping, repository_of_snapshot, shared_store,
    snapshot_folder, snapshot_of,
};
pub(super) use tree::{Tree, read as read_tree};

/// The folder in a repository's folder that holds the listings of its commits.
pub(super) const TREES: &str = "trees";

/// Where `hf download --local-dir` keeps its books, from the folder of the download.
const DOWNLOAD_BOOKS: &str = ".cache/huggingface";

/// Adds to the files of a folder what its books say of them, if it is a snapshot of a cache or a
/// `--local-dir` download, and tells the commit that they agree on.
///
/// Books that make no sense are left alone: in a folder that somebody else made they are just
/// further files.
pub(super) fn add_listings(
    root: &Path,
    commit: Option<Commit>,
    files: &mut [SnapshotFile],
) -> Option<Commit> {
    if let Some(commit) = commit {
        let repository = repository_of_snapshot(root);
        let trees = repository.map(|repository| repository.join(TREES));
        let tree = trees.and_then(|trees| read_tree(&trees, &commit).ok()?);
        add_snapshot_listings(root, tree.as_ref(), files);
        return Some(commit);
    }
    let books = root.join(DOWNLOAD_BOOKS);
    let notes = books.join("download");
    if notes.is_dir() { add_download_listings(&books, &notes, files) } else { None }
}

/// Adds what is known of the files of a snapshot: its tree, else the names of their blobs, which
/// are the digests of their contents.
pub(super) fn add_snapshot_listings(root: &Path, tree: Option<&Tree>, files: &mut [SnapshotFile]) {
    for file in files {
        let in_tree = tree.and_then(|tree| tree.get(&file.path).copied());
        file.listing = in_tree.or_else(|| {
            let digest = blob_digest(&root.join(&file.path));
            let known = digest != ListedDigest::Unknown;
            known.then(|| as_long_as_it_is(&file.content, digest)).flatten()
        });
    }
}

fn add_download_listings(books: &Path, notes: &Path, files: &mut [SnapshotFile]) -> Option<Commit> {
    let mut agreed: Option<Commit> = None;
    let mut contradicted = false;
    for file in files.iter_mut() {
        let Some(note) = download::note(notes, &file.path) else { continue };
        contradicted |= agreed.as_ref().is_some_and(|commit| *commit != note.commit);
        agreed = Some(note.commit);
        file.listing = as_long_as_it_is(&file.content, note.digest);
    }
    let commit = agreed.filter(|_| !contradicted)?;
    // The tree knows the sizes as well; the notes, being newer, decide what the content is.
    if let Ok(Some(tree)) = read_tree(&books.join(TREES), &commit) {
        for file in files {
            if let (Some(listing), Some(listed)) = (&mut file.listing, tree.get(&file.path))
                && listing.digest == listed.digest
            {
                listing.size = listed.size;
            }
        }
    }
    Some(commit)
}

/// A listing by a book that knows a file's digest and not its size: the digest alone is compared.
fn as_long_as_it_is(content: &Content, digest: ListedDigest) -> Option<Listing> {
    let Content::File(path) = content else { return None };
    let size = fs::metadata(path).ok()?.len();
    Some(Listing { size, digest, authority: Authority::Cache })
}

/// The digest in the name of the blob that a file of a snapshot links to. The link itself is
/// looked at, not where it ends: in the store that repositories share, blobs have other names.
fn blob_digest(link: &Path) -> ListedDigest {
    let Ok(target) = fs::read_link(link) else { return ListedDigest::Unknown };
    let mut parts = target.components().rev();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(name)), Some(Component::Normal(folder))) if folder == "blobs" => {
            named(&name.to_string_lossy())
        }
        _ => ListedDigest::Unknown,
    }
}

/// The files of a snapshot in the cache, one by one.
pub(super) struct CachedFiles {
    folder: PathBuf,
    boundary: Boundary,
}

impl CachedFiles {
    /// The files of a snapshot; `None` if the cache does not have it.
    pub(super) fn of(folder: PathBuf) -> Option<Self> {
        folder.is_dir().then(|| Self { boundary: Boundary::of(&folder), folder })
    }

    /// The ordinary file at `path`, which must be one that a listing may hold, if the cache has
    /// it with this many bytes. A link is followed as far as the blobs of the cache.
    pub(super) fn find(&self, path: &str, size: u64) -> Option<PathBuf> {
        let target = fs::canonicalize(self.folder.join(path)).ok()?;
        let metadata = fs::metadata(&target).ok()?;
        let whole = metadata.is_file() && metadata.len() == size;
        (whole && self.boundary.holds(&target)).then_some(target)
    }

    /// What the name of the blob says of the file's content.
    pub(super) fn digest(&self, path: &str) -> ListedDigest {
        blob_digest(&self.folder.join(path))
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
