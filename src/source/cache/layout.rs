//! Where a cache keeps what.
//!
//! A cache holds a repository as `models--owner--name/` with `refs/<name>` (a commit),
//! `snapshots/<commit>/…` (links) and `blobs/` (contents); since `huggingface_hub` 2 a blob may
//! itself be a link into a store that all repositories of the cache share. `hf download
//! --local-dir` writes the files in place and keeps its books in `.cache/huggingface/`.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::{SourceError, shown};
use super::record;
use crate::base::{Commit, RepoId};

/// Longest file that can hold a reference: a commit, and a line end from other tools.
const LONGEST_REFERENCE: u64 = 256;

/// A snapshot in a cache.
#[derive(Debug)]
pub(in crate::source) struct CachedSnapshot {
    pub(in crate::source) folder: PathBuf,
    pub(in crate::source) commit: Commit,
}

const KINDS: [&str; 3] = ["models--", "datasets--", "spaces--"];

/// The folder of a model in the cache. `--` stands for the `/`, and no id holds it otherwise.
pub(in crate::source) fn folder_of(cache: &Path, id: &RepoId) -> PathBuf {
    cache.join(format!("models--{}", id.as_str().replace('/', "--")))
}

/// The folder of a model's snapshot, whether or not it is there.
pub(in crate::source) fn snapshot_folder(repository: &Path, commit: &Commit) -> PathBuf {
    repository.join("snapshots").join(commit.as_str())
}

/// Whether the folder has the name and layout of a repository in a cache.
fn is_repository_folder(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| KINDS.iter().any(|kind| name.starts_with(kind)))
        && path.join("snapshots").is_dir()
}

/// If `path` is a repository's folder in a cache, the snapshot of `revision` in it, else of
/// `refs/main`, else the only one there is.
pub(in crate::source) fn snapshot_of(
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
        Some(revision) => revision.parse().ok().or_else(|| referenced(&named, revision)),
        None => referenced(&named, "main").or_else(|| match present.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }),
    };
    match commit.filter(|commit| present.contains(commit)) {
        Some(commit) => Ok(Some(CachedSnapshot { folder: snapshot_folder(path, &commit), commit })),
        None => {
            let path = shown(path);
            let present = present.iter().map(Commit::to_string).collect();
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
fn commits(repository: &Path) -> Vec<Commit> {
    let entries = fs::read_dir(repository.join("snapshots")).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut commits: Vec<Commit> = names.filter_map(|name| commit_named(&name)).collect();
    commits.sort();
    commits
}

/// The commit that is a folder's name, exactly as it is written.
fn commit_named(name: &str) -> Option<Commit> {
    name.parse().ok().filter(|commit: &Commit| commit.as_str() == name)
}

/// The commit that `refs/<name>` holds. What is no commit is no reference: it would otherwise
/// become part of a path.
fn referenced(repository: &Path, name: &str) -> Option<Commit> {
    let plain = name.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    if !plain || name.contains('\\') {
        return None;
    }
    let text = record::read(&repository.join("refs").join(name), LONGEST_REFERENCE).ok()??;
    std::str::from_utf8(&text).ok()?.trim().parse().ok()
}

/// The commit, if the folder is `models--…/snapshots/<commit>` of a cache.
pub(in crate::source) fn commit_of_snapshot_folder(path: &Path) -> Option<Commit> {
    let commit = commit_named(path.file_name()?.to_str()?)?;
    repository_of_snapshot(path).is_some().then_some(commit)
}

/// The repository's folder in a cache, if `path` is one of its snapshots.
pub(in crate::source) fn repository_of_snapshot(path: &Path) -> Option<PathBuf> {
    let snapshots = path.parent()?;
    let repository = snapshots.parent()?;
    (snapshots.file_name()? == "snapshots" && is_repository_folder(repository))
        .then(|| repository.to_owned())
}

/// The store that all repositories of the cache share, if this cache has one.
pub(in crate::source) fn shared_store(repository: &Path) -> Option<PathBuf> {
    let store = repository.parent()?.join("blobs");
    store.join(".huggingface-shared-blobs").is_file().then_some(store)
}

/// Whether a path inside a `--local-dir` download is bookkeeping and no part of the model. Only
/// what the library itself writes there counts: anything else in that folder is looked at.
pub(in crate::source) fn is_bookkeeping(path: &str) -> bool {
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
