//! `models.lock` on disk: found beside the manifest, read, written in one step.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
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

/// Puts a text where a file may be, so that at every moment either the old or the new text is
/// there, whole. A link keeps pointing where it points.
///
/// # Errors
/// The folder cannot be written to; what was there stays.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let target = match fs::canonicalize(path) {
        Ok(target) => target,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = target.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = write_new(&beside, text).and_then(|()| fs::rename(&beside, &target));
    if written.is_err() {
        // It is ours, or it is not there.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        for text in ["one", "two"] {
            replace(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(replace(&folder.path().join("no/such/folder"), "x").is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_link_keeps_pointing_where_it_points() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("real"), "old").unwrap();
        let link = folder.path().join(NAME);
        std::os::unix::fs::symlink("real", &link).unwrap();
        replace(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("real")).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn none_is_none_and_what_cannot_be_read_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        assert!(read_if_there(&path).unwrap().is_none());
        fs::create_dir(&path).unwrap();
        assert!(read_if_there(&path).is_err());
    }
}
