//! A repository on the Hugging Face Hub becomes a snapshot.
//!
//! One request (`info`) turns the revision into a commit and lists the files with their sizes and
//! digests. Everything else is asked for at that commit, at the same time: the tree with what the
//! Hub's scanners say of each file, the latest commits, and, for another revision than the default
//! branch, the history of that branch.

mod address;
mod ask;
mod branch;
mod commits;
mod entry;
mod error;
mod files;
mod info;
mod offline;
mod on_demand;
mod refusal;
mod scan;
mod tree;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use address::Addresses;
use ask::{Answer, Model};
use commits::History;
pub use error::{Access, HubError, HubProblem};
use files::{Files, RepositoryFile};
pub(super) use offline::resolve as resolve_offline;
use on_demand::{FileOnDemand, Location};

use super::http::Client;
use super::{Content, Listing, Snapshot, SnapshotFile, SourceError, Wanted, cache, selection};
use crate::base::{Commit, RepoId};
use crate::evidence::{Authority, ListedDigest, ListedFile, Repository, RepositoryCommit};

/// More files than this have their tree listed without what scanners say of each: such replies
/// come in pages of 50, and a run would ask for nothing else. The summary of the scanners, which
/// names the files they have an issue with, is there all the same.
const MOST_EXPANDED: usize = 5000;

/// The Hub, or a mirror of it. Used from several threads at once.
#[derive(Debug)]
pub(super) struct Hub {
    client: Arc<Client>,
    addresses: Addresses,
    /// The folder in which downloaded files are kept.
    cache: Option<PathBuf>,
    /// How many of the latest commits are wanted.
    recent_commits: u64,
}

impl Hub {
    pub(super) fn new(client: Arc<Client>, cache: Option<PathBuf>, recent_commits: u64) -> Self {
        let addresses = Addresses::new(client.endpoint());
        Self { client, addresses, cache, recent_commits }
    }

    /// Resolves a model to a commit and lists its files. No file's bytes are read.
    pub(super) fn resolve(&self, id: &RepoId, wanted: Wanted<'_>) -> Result<Snapshot, SourceError> {
        let asked = Model { hub: self, id, asked: id, revision: wanted.revision };
        let (info, commit) = asked.info()?;
        // From here on under its canonical name, so that no request is redirected.
        let canonical = asked.canonical(&info)?;
        let model = Model { id: &canonical, ..asked };

        let mut files = Files::of_listing(info.siblings).map_err(|problem| asked.error(problem))?;
        let expand = files.expected().is_none_or(|count| count <= MOST_EXPANDED);
        let (tree, history, branch) = thread::scope(|scope| {
            let tree = scope.spawn(|| model.add_tree(&commit, expand, &mut files));
            let history = scope.spawn(|| model.history(&commit, self.recent_commits));
            let branch = model.branch(&commit);
            (joined(tree), joined(history), branch)
        });
        let (is_served, history, branch) = (tree?, history?, branch?);
        if files.expected().is_none() && is_served == Answer::NotServed {
            let reason = "it lists no files".to_owned();
            return Err(asked.error(HubProblem::NotUnderstood { what: "the model", reason }));
        }
        let files = files.finish(info.issues).map_err(|problem| asked.error(problem))?;

        let History { mut commits, count } = history;
        note_changes(&mut commits, &files);
        let repository = Repository {
            asked: id.as_str().to_owned(),
            id: info.id,
            revision: wanted.revision.map(str::to_owned),
            commit: commit.clone(),
            branch,
            downloads: info.downloads,
            likes: info.likes,
            gate: info.gate,
            private: info.private,
            card_data: info.card_data,
            commit_count: count,
            commits,
            scans: info.scans,
            listing: files
                .iter()
                .map(|file| ListedFile {
                    path: file.path.clone(),
                    size: file.size,
                    digest: file.digest,
                })
                .collect(),
        };
        let mut snapshot = Snapshot {
            files: self.snapshot_files(model, &commit, files),
            revision: Some(commit),
            repository: Some(repository),
            is_repository: true,
            ..Snapshot::default()
        };
        selection::select(&mut snapshot, wanted.files)?;
        Ok(snapshot)
    }

    /// The commit at which a revision stands now, and nothing else of it.
    pub(super) fn commit_of(
        &self,
        id: &RepoId,
        revision: Option<&str>,
    ) -> Result<Commit, SourceError> {
        let asked = Model { hub: self, id, asked: id, revision };
        asked.info().map(|(_, commit)| commit)
    }

    fn snapshot_files(
        &self,
        model: Model<'_>,
        commit: &Commit,
        files: Vec<RepositoryFile>,
    ) -> Vec<SnapshotFile> {
        let location = Arc::new(Location {
            client: Arc::clone(&self.client),
            addresses: self.addresses.clone(),
            id: model.id.clone(),
            commit: commit.clone(),
        });
        let cached = self.cache.as_deref().and_then(|cache| cached(cache, model, commit));
        let mut snapshot = Vec::with_capacity(files.len());
        for file in files {
            let RepositoryFile { path, size, mut digest, scan, .. } = file;
            let mut authority = Authority::Hub;
            let on_disk = cached.as_ref().and_then(|cached| cached.find(&path, size));
            let content = match (on_disk, &cached) {
                (Some(on_disk), Some(cached)) => {
                    if digest == ListedDigest::Unknown {
                        (digest, authority) = (cached.digest(&path), Authority::Cache);
                    }
                    Content::File(on_disk)
                }
                _ => Content::Remote(Arc::new(FileOnDemand::new(&location, &path, size, digest))),
            };
            snapshot.push(SnapshotFile {
                path,
                selected: true,
                content,
                listing: Some(Listing { size, digest, authority }),
                facts: scan.map(|scan| (*scan).into()).into_iter().collect(),
            });
        }
        snapshot
    }
}

/// The files of the commit that were downloaded before, under the name that was asked for or the
/// canonical one.
fn cached(cache: &Path, model: Model<'_>, commit: &Commit) -> Option<cache::CachedFiles> {
    let of = |id: &RepoId| {
        let repository = cache::folder_of(cache, id);
        cache::CachedFiles::of(cache::snapshot_folder(&repository, commit))
    };
    of(model.id).or_else(|| (model.asked != model.id).then(|| of(model.asked)).flatten())
}

/// Notes for each commit the files that it was the last to change.
fn note_changes(commits: &mut [RepositoryCommit], files: &[RepositoryFile]) {
    let at: HashMap<Commit, usize> =
        commits.iter().enumerate().map(|(at, commit)| (commit.id.clone(), at)).collect();
    for file in files {
        let commit = file.last_commit.as_ref().and_then(|id| at.get(id));
        if let Some(commit) = commit.and_then(|at| commits.get_mut(*at)) {
            commit.changed.push(file.path.clone());
        }
    }
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
