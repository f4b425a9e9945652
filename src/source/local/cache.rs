//! The folders that Hugging Face's libraries keep on disk.
//!
//! A cache holds a repository as `models--owner--name/` with `refs/<name>` (a commit),
//! `snapshots/<commit>/…` (links) and `blobs/` (contents); since `huggingface_hub` 2 a blob may
//! itself be a link into a store that all repositories of the cache share. `hf download
//! --local-dir` writes the files in place and keeps its books in `.cache/huggingface/`.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::SourceError;
use super::shown;

/// A snapshot in a cache.
pub(super) struct CachedSnapshot {
    pub(super) folder: PathBuf,
    pub(super) commit: String,
}

const KINDS: [&str; 3] = ["models--", "datasets--", "spaces--"];

/// Whether the folder has the name and layout of a repository in a cache.
fn is_repository_folder(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| KINDS.iter().any(|kind| name.starts_with(kind)))
        && path.join("snapshots").is_dir()
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// If `path` is a repository's folder in a cache, the snapshot of `revision` in it, else of
/// `refs/main`, else the only one there is.
pub(super) fn snapshot_of(
    path: &Path,
    revision: Option<&str>,
) -> Result<Option<CachedSnapshot>, SourceError> {
    // `models--x/.` and `.` inside the folder name it as well.
    let named = if path.file_name().is_some() {
        path.to_owned()
    } else {
        fs::canonicalize(path).map_err(|error| SourceError::Io { path: shown(path), error })?
    };
    if !is_repository_folder(&named) {
        return Ok(None);
    }
    let present = commits(&named);
    let commit = match revision {
        Some(revision) if is_commit(revision) => Some(revision.to_ascii_lowercase()),
        Some(revision) => referenced(&named, revision),
        None => referenced(&named, "main").or_else(|| match present.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }),
    };
    match commit.filter(|commit| present.contains(commit)) {
        Some(commit) => {
            let folder = path.join("snapshots").join(&commit);
            Ok(Some(CachedSnapshot { folder, commit }))
        }
        None => {
            let path = shown(path);
            Err(match revision {
                Some(revision) => {
                    SourceError::Revision { path, revision: revision.to_owned(), present }
                }
                None => SourceError::Ambiguous { path, present },
            })
        }
    }
}

/// The commits of which the cache holds a snapshot, sorted.
fn commits(repository: &Path) -> Vec<String> {
    let entries = fs::read_dir(repository.join("snapshots")).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut commits: Vec<String> = names.filter(|name| is_commit(name)).collect();
    commits.sort();
    commits
}

/// The commit that `refs/<name>` holds. What is no commit is no reference: it would otherwise
/// become part of a path.
fn referenced(repository: &Path, name: &str) -> Option<String> {
    let plain = name.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    if !plain || name.contains('\\') {
        return None;
    }
    let text = fs::read_to_string(repository.join("refs").join(name)).ok()?;
    let commit = text.trim();
    is_commit(commit).then(|| commit.to_ascii_lowercase())
}

/// The commit, if the folder is `models--…/snapshots/<commit>` of a cache.
pub(super) fn commit_of_snapshot_folder(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    (is_commit(&name) && repository_of_snapshot(path).is_some()).then_some(name)
}

/// The repository's folder in a cache, if `path` is one of its snapshots.
pub(super) fn repository_of_snapshot(path: &Path) -> Option<PathBuf> {
    let snapshots = path.parent()?;
    let repository = snapshots.parent()?;
    (snapshots.file_name()? == "snapshots" && is_repository_folder(repository))
        .then(|| repository.to_owned())
}

/// The store that all repositories of the cache share, if this cache has one.
pub(super) fn shared_store(repository: &Path) -> Option<PathBuf> {
    let store = repository.parent()?.join("blobs");
    store.join(".huggingface-shared-blobs").is_file().then_some(store)
}

/// Whether a path inside a `--local-dir` download is bookkeeping and no part of the model. Only
/// what the library itself writes there counts: anything else in that folder is looked at.
pub(super) fn is_bookkeeping(path: &str) -> bool {
    let Some(rest) = path.strip_prefix(".cache/huggingface/") else { return false };
    let has_extension =
        |wanted: &[&str]| rest.rsplit_once('.').is_some_and(|(_, is)| wanted.contains(&is));
    match rest.split_once('/') {
        None => matches!(rest, ".gitignore" | ".gitignore.lock" | "CACHEDIR.TAG"),
        Some(("download", _)) => has_extension(&["metadata", "lock", "incomplete"]),
        Some(("trees", _)) => has_extension(&["json"]),
        Some(_) => false,
    }
}
