//! `models.lock` on disk: found beside the manifest, and read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::documents;
use super::exit::Failure;
use crate::lock::Lock;

/// The name of the lock beside a manifest.
const NAME: &str = "models.lock";

/// Where the lock of a manifest is unless the command line says otherwise.
pub(super) fn beside(manifest: &Path) -> PathBuf {
    manifest.with_file_name(NAME)
}

/// Reads and checks a lock.
///
/// # Errors
/// It can't be read, and everything that is wrong in it.
pub(super) fn read(path: &Path) -> Result<Lock, Failure> {
    Lock::parse(documents::read(path, "lock")?).map_err(Failure::of_problems)
}

/// Reads and checks a lock, if there is one. What is there and no file is an error: a lock that
/// cannot be read must not pass for none.
///
/// # Errors
/// It is there and can't be read, and everything that is wrong in it.
pub(super) fn read_if_there(path: &Path) -> Result<Option<Lock>, Failure> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        _ => read(path).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_none_and_what_cannot_be_read_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        assert!(read_if_there(&path).unwrap().is_none());
        fs::create_dir(&path).unwrap();
        assert!(read_if_there(&path).is_err());
    }
}
