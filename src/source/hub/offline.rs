//! A repository of the Hub without the network: what the local cache has of it.

use std::path::Path;

use super::super::boundary::Boundary;
use super::super::{
    Completeness, Content, Snapshot, SnapshotFile, SourceError, Wanted, cache, local, selection,
    shown,
};
use super::error::{HubError, HubProblem};
use crate::base::RepoId;
use crate::evidence::CoverageFact;

/// The snapshot of the wanted revision in the cache, with the files that are there.
///
/// The listing that a whole download leaves behind says which files belong to the commit: one
/// that is not there cannot be judged, which its facts say. A cache without that listing has what
/// some program once asked for, and nothing tells what is missing; what is there is judged, as it
/// is what a program without the network would load, and the snapshot says so.
pub(in crate::source) fn resolve(
    id: &RepoId,
    wanted: Wanted<'_>,
    cache_folder: Option<&Path>,
) -> Result<Snapshot, SourceError> {
    let error =
        |problem| SourceError::from(HubError { repository: id.clone(), problem, request_id: None });
    let cache_folder = cache_folder.ok_or_else(|| error(HubProblem::NoCache))?;
    let repository = cache::folder_of(cache_folder, id);
    let found = cache::snapshot_of(&repository, wanted.revision);
    let found = found.map_err(|reason| {
        let reason = reason.to_string();
        error(HubProblem::NoSnapshot { reason })
    })?;
    let Some(found) = found else {
        let folder = shown(&repository);
        return Err(error(HubProblem::NotCached { folder, repository: id.clone() }));
    };
    let trees = repository.join(cache::TREES);
    let tree = cache::read_tree(&trees, &found.commit).map_err(|reason| {
        let path = shown(&trees.join(format!("{}.json", found.commit)));
        error(HubProblem::CachedTree { path, reason })
    })?;

    let mut files = local::list(&found.folder, Boundary::of(&found.folder))
        .map_err(|error| SourceError::Io { path: shown(&found.folder), error })?;
    cache::add_snapshot_listings(&found.folder, tree.as_ref(), &mut files);
    let completeness = if tree.is_some() { Completeness::Whole } else { Completeness::Unproven };
    let mut missing = Vec::new();
    for (path, listing) in tree.into_iter().flatten() {
        if files.binary_search_by(|file| file.path.cmp(&path)).is_err() {
            let reason = "it belongs to the model and is not in the local cache; download it, or \
                          run without `--offline` and `HF_HUB_OFFLINE`";
            missing.push(SnapshotFile {
                path,
                selected: true,
                content: Content::Withheld,
                listing: Some(listing),
                facts: vec![CoverageFact::Unfetched { reason: reason.to_owned() }.into()],
            });
        }
    }
    files.append(&mut missing);
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let mut snapshot = Snapshot {
        files,
        revision: Some(found.commit),
        completeness,
        is_repository: true,
        ..Snapshot::default()
    };
    selection::select(&mut snapshot, wanted.files)?;
    Ok(snapshot)
}
