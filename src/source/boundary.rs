//! How far links may lead.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};

use super::cache;

/// The folders that a link may lead into. Worked out only when a link is met: most models have
/// none.
pub(super) struct Boundary {
    root: PathBuf,
    folders: OnceCell<Vec<PathBuf>>,
}

impl Boundary {
    /// What belongs to the folder `root`: itself, and for a snapshot in a cache the blobs of its
    /// repository and those that repositories share.
    pub(super) fn of(root: &Path) -> Self {
        Self { root: root.to_owned(), folders: OnceCell::new() }
    }

    fn folders(&self) -> &[PathBuf] {
        self.folders.get_or_init(|| {
            let Ok(root) = fs::canonicalize(&self.root) else { return Vec::new() };
            let mut folders = Vec::new();
            if let Some(repository) = cache::repository_of_snapshot(&root) {
                folders.push(repository.join("blobs"));
                folders.extend(cache::shared_store(&repository));
            }
            folders.push(root);
            folders
        })
    }

    pub(super) fn holds(&self, target: &Path) -> bool {
        self.folders().iter().any(|folder| target.starts_with(folder))
    }

    /// Whether the target is a blob of a cache, to which every file of a snapshot links.
    pub(super) fn is_blob(&self, target: &Path) -> bool {
        let blobs = self.folders().split_last().map_or(&[][..], |(_, blobs)| blobs);
        blobs.iter().any(|folder| target.starts_with(folder))
    }
}
