//! Everything below a folder, without recursion, without following anything out of it.

use std::fs::{self, DirEntry, FileType};
use std::io;
use std::path::{Path, PathBuf};

use super::super::boundary::Boundary;
use super::super::{Content, SnapshotFile, cache};
use super::special;
use crate::evidence::{CoverageFact, Fact, FileFact};

/// A folder that is still to be listed.
struct Folder {
    on_disk: PathBuf,
    /// Its path inside the model, with a `/` at the end unless it is the root.
    inside: String,
    /// Whether a link led here. Links to folders are followed once and not again below, so that
    /// links in circles come to an end.
    linked: bool,
}

struct Walk {
    boundary: Boundary,
    files: Vec<SnapshotFile>,
    pending: Vec<Folder>,
}

/// Lists all files below `root`, sorted by path. Fails only if `root` itself cannot be listed.
pub(in crate::source) fn list(root: &Path, boundary: Boundary) -> io::Result<Vec<SnapshotFile>> {
    let mut walk = Walk { boundary, files: Vec::new(), pending: Vec::new() };
    let top = Folder { on_disk: root.to_owned(), inside: String::new(), linked: false };
    walk.folder(&top)?;
    while let Some(folder) = walk.pending.pop() {
        if let Err(error) = walk.folder(&folder) {
            walk.unreadable(folder.inside, error.to_string());
        }
    }
    walk.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(walk.files)
}

impl Walk {
    fn folder(&mut self, folder: &Folder) -> io::Result<()> {
        for entry in fs::read_dir(&folder.on_disk)? {
            let entry = entry?;
            let name = entry.file_name();
            let inside = format!("{}{}", folder.inside, name.to_string_lossy());
            match entry.file_type() {
                Ok(kind) => self.entry(folder, &entry, inside, kind),
                Err(error) => self.unreadable(inside, error.to_string()),
            }
        }
        Ok(())
    }

    fn entry(&mut self, folder: &Folder, entry: &DirEntry, inside: String, kind: FileType) {
        if kind.is_file() {
            if !cache::is_bookkeeping(&inside) {
                self.push(inside, Content::File(entry.path()), Vec::new());
            }
        } else if kind.is_dir() {
            let on_disk = entry.path();
            if !is_git_folder(&on_disk) {
                self.descend(on_disk, inside, folder.linked);
            }
        } else if kind.is_symlink() {
            self.link(folder, &entry.path(), inside);
        } else {
            self.unreadable(inside, format!("it is {}, which is never opened", special(kind)));
        }
    }

    /// A link: its target is looked at under the link's path if it lies inside the boundary.
    fn link(&mut self, folder: &Folder, on_disk: &Path, inside: String) {
        let written = fs::read_link(on_disk)
            .map_or_else(|_| "?".to_owned(), |target| target.to_string_lossy().into_owned());
        let target = match fs::canonicalize(on_disk) {
            Ok(target) => target,
            Err(error) => {
                // A link that leads nowhere here may lead somewhere on the machine that loads.
                let escapes = Path::new(&written).is_absolute();
                let reason = format!("the link cannot be followed: {error}");
                let facts = vec![
                    FileFact::Link { target: written, escapes }.into(),
                    CoverageFact::Unreadable { reason }.into(),
                ];
                return self.push(inside, Content::Withheld, facts);
            }
        };
        if !self.boundary.holds(&target) {
            let fact = FileFact::Link { target: written, escapes: true };
            return self.push(inside, Content::Withheld, vec![fact.into()]);
        }
        let facts = if self.boundary.is_blob(&target) {
            Vec::new()
        } else {
            vec![Fact::from(FileFact::Link { target: written, escapes: false })]
        };
        match fs::metadata(&target) {
            Ok(metadata) if metadata.is_file() => self.push(inside, Content::File(target), facts),
            Ok(metadata) if metadata.is_dir() => {
                let circular = fs::canonicalize(&folder.on_disk)
                    .map_or(true, |folder| folder.starts_with(&target));
                if circular || folder.linked {
                    self.unreadable(inside, "the link leads in a circle or through another".into());
                } else {
                    self.push(inside.clone(), Content::Withheld, facts);
                    self.descend(target, inside, true);
                }
            }
            Ok(metadata) => {
                let what = special(metadata.file_type());
                self.unreadable(inside, format!("it links to {what}, which is never opened"));
            }
            Err(error) => self.unreadable(inside, error.to_string()),
        }
    }

    fn descend(&mut self, on_disk: PathBuf, mut inside: String, linked: bool) {
        inside.push('/');
        self.pending.push(Folder { on_disk, inside, linked });
    }

    fn unreadable(&mut self, inside: String, reason: String) {
        let fact = CoverageFact::Unreadable { reason };
        self.push(inside, Content::Withheld, vec![fact.into()]);
    }

    fn push(&mut self, path: String, content: Content, facts: Vec<Fact>) {
        self.files.push(SnapshotFile { path, selected: true, content, listing: None, facts });
    }
}

/// Whether a folder is git's own: it has the name and holds a `HEAD`.
fn is_git_folder(on_disk: &Path) -> bool {
    on_disk.file_name().is_some_and(|name| name == ".git") && on_disk.join("HEAD").exists()
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
