//! The cache's folder: where entries lie, how they get there, how they go.
//!
//! ```text
//! CACHEDIR.TAG         backups leave the folder out
//! .gitignore           and git does
//! v1/content/ab/…      entries that mean the same on every machine: what a CI cache keeps
//! v1/machine/ab/…      entries about files of this machine
//! v1/machine/index     digests of files of this machine
//! v1/machine/pruned    when old entries were last looked for
//! ```
//!
//! An entry is written under a name of its own and then renamed, so that whoever reads it reads all
//! of it or nothing, however many runs write and whenever one is killed. Nothing is locked and
//! nothing is synced to disk: what a power failure leaves of an entry does not match its checksum.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::index::KEPT_DAYS;
use super::sealed::MOST;
use crate::base::Digest;

/// <https://bford.info/cachedir/>
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
    # This folder is a cache of weighstation; it can be deleted at any time.\n";

/// A new layout gets a new folder.
const LAYOUT: &str = "v1";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a file that some run has not finished writing is left alone.
const UNFINISHED: Duration = Duration::from_secs(60 * 60);

/// Most bytes of all entries together, 512 MiB. Above it, those go that were not used the longest.
const MOST_IN_ALL: u64 = 512 << 20;

/// Tells apart the files that one process writes at the same time.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// Whether an entry may leave this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shelf {
    /// It means the same everywhere.
    Content,
    /// It is about files of this machine.
    Machine,
}

impl Shelf {
    const ALL: [Self; 2] = [Self::Content, Self::Machine];

    fn name(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Machine => "machine",
        }
    }
}

/// The cache's folder.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at `root`, which is made if it is not there.
    ///
    /// # Errors
    /// It is not there and cannot be made.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let folder = Self { root: root.to_owned() };
        for (name, text) in [("CACHEDIR.TAG", TAG), (".gitignore", "*\n")] {
            let path = root.join(name);
            if fs::symlink_metadata(&path).is_err() {
                // Neither is needed to keep or find facts; a folder that cannot be written to
                // says so with its first entry.
                let _ = replace(&path, text.as_bytes());
            }
        }
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.root
    }

    fn shelf(&self, shelf: Shelf) -> PathBuf {
        self.root.join(LAYOUT).join(shelf.name())
    }

    /// Where an entry lies.
    pub(super) fn entry(&self, shelf: Shelf, name: &Digest) -> PathBuf {
        let name = name.to_string();
        let (front, _) = name.split_at_checked(2).unwrap_or((&name, ""));
        self.shelf(shelf).join(front).join(&name)
    }

    /// Where the index lies.
    pub(super) fn index(&self) -> PathBuf {
        self.shelf(Shelf::Machine).join("index")
    }

    /// What lies at `path`; `None` if nothing does. Notes the use of what was not used for a day.
    /// Reads one byte more than an entry may have, and no more.
    pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        let most = (MOST as u64).saturating_add(1);
        let length = usize::try_from(metadata.len().min(most)).unwrap_or(0);
        let mut bytes = Vec::with_capacity(length);
        (&file).take(most).read_to_end(&mut bytes)?;
        if age(&metadata) > DAY {
            // What cannot be noted is forgotten earlier, and that is all.
            let _ = file.set_modified(SystemTime::now());
        }
        Ok(Some(bytes))
    }

    /// Puts bytes at `path`.
    ///
    /// # Errors
    /// The folder cannot be written to; what was there stays.
    pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
        match replace(path, bytes) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
                replace(path, bytes)
            }
            result => result,
        }
    }

    /// Removes entries that nobody has used for a month, and the oldest until the rest is small
    /// enough; at most once a day.
    pub(super) fn prune(&self) {
        let stamp = self.shelf(Shelf::Machine).join("pruned");
        if fs::metadata(&stamp).is_ok_and(|metadata| age(&metadata) <= DAY) {
            return;
        }
        // First, so that of several runs one does it.
        if Self::write(&stamp, b"").is_ok() {
            self.prune_to(DAY.saturating_mul(u32::try_from(KEPT_DAYS).unwrap_or(1)), MOST_IN_ALL);
        }
    }

    fn prune_to(&self, oldest: Duration, most: u64) {
        let mut kept = Vec::new();
        let mut total = 0_u64;
        for shelf in Shelf::ALL {
            for folder in below(&self.shelf(shelf)).filter(|entry| is_named(entry, 2)) {
                for entry in below(&folder.path()) {
                    // Only what has the name of an entry is ever removed, whatever folder this is.
                    let Ok(metadata) = entry.metadata() else { continue };
                    let age = age(&metadata);
                    let is_entry = is_named(&entry, 64);
                    if !metadata.is_file() || !(is_entry || is_unfinished(&entry)) {
                        continue;
                    }
                    if age > if is_entry { oldest } else { UNFINISHED } {
                        let _ = fs::remove_file(entry.path());
                    } else {
                        total = total.saturating_add(metadata.len());
                        kept.push((age, metadata.len(), entry.path()));
                    }
                }
            }
        }
        kept.sort_unstable_by_key(|(age, ..)| std::cmp::Reverse(*age));
        for (_, length, path) in kept {
            if total <= most {
                break;
            }
            if fs::remove_file(path).is_ok() {
                total = total.saturating_sub(length);
            }
        }
    }
}

/// What a folder holds; nothing if it cannot be read.
fn below(folder: &Path) -> impl Iterator<Item = fs::DirEntry> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten()
}

fn is_named(entry: &fs::DirEntry, digits: usize) -> bool {
    let name = entry.file_name();
    name.len() == digits && name.as_encoded_bytes().iter().all(u8::is_ascii_hexdigit)
}

fn is_unfinished(entry: &fs::DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".new-")
}

fn age(metadata: &fs::Metadata) -> Duration {
    metadata.modified().ok().and_then(|time| time.elapsed().ok()).unwrap_or_default()
}

/// Puts a whole file where one may be.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    // Processes of different machines or containers may have one number and share the folder.
    let name = format!(".new-{}-{number}-{:016x}", std::process::id(), fastrand::u64(..));
    let beside = path.with_file_name(name);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
    let written = file.write_all(bytes);
    drop(file);
    let renamed = written.and_then(|()| fs::rename(&beside, path));
    if renamed.is_err() {
        let _ = fs::remove_file(&beside);
    }
    renamed
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests compute with small numbers")]
mod tests {
    use super::*;

    fn all(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            below(folder).map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn aged(path: &Path, days: u32) {
        let time = SystemTime::now() - DAY * days;
        File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    }

    #[test]
    fn entries_are_put_and_found_and_nothing_else_is_left() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(&root.path().join("a/b")).unwrap();
        assert_eq!(all(folder.path()), [".gitignore", "CACHEDIR.TAG"]);
        let path = folder.entry(Shelf::Content, &Digest::of(b""));
        assert!(path.ends_with(format!("v1/content/e3/{}", Digest::of(b""))), "{path:?}");
        assert_eq!(Folder::read(&path).unwrap(), None);
        for content in [b"one", b"two"] {
            Folder::write(&path, content).unwrap();
            assert_eq!(Folder::read(&path).unwrap().as_deref(), Some(content.as_slice()));
        }
        assert_eq!(all(path.parent().unwrap()).len(), 1);
        assert!(Folder::read(path.parent().unwrap()).is_err());
        assert!(Folder::open(&path).is_err(), "a file is no folder");
    }

    #[test]
    fn no_more_is_read_than_an_entry_may_have() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("long");
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(Folder::read(&path).unwrap().unwrap().len(), MOST + 1);
    }

    #[test]
    fn what_is_used_is_young() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("entry");
        fs::write(&path, "x").unwrap();
        aged(&path, 20);
        Folder::read(&path).unwrap();
        assert!(age(&fs::metadata(&path).unwrap()) < DAY);
    }

    #[test]
    fn old_entries_go_and_what_is_no_entry_stays() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        let entry = |text: &str| folder.entry(Shelf::Machine, &Digest::of(text.as_bytes()));
        for (text, days) in [("old", 31), ("young", 29)] {
            Folder::write(&entry(text), b"x").unwrap();
            aged(&entry(text), days);
        }
        let beside = |name: &str| entry("young").with_file_name(name);
        for name in [".new-1-2-3", ".new-4-5-6", "notes.txt"] {
            fs::write(beside(name), "x").unwrap();
        }
        aged(&beside(".new-1-2-3"), 1);
        aged(&beside("notes.txt"), 99);
        folder.prune();
        assert!(!entry("old").exists() && entry("young").exists());
        assert!(!beside(".new-1-2-3").exists() && beside(".new-4-5-6").exists());
        assert!(beside("notes.txt").exists());
        // Not twice a day.
        aged(&entry("young"), 99);
        folder.prune();
        assert!(entry("young").exists());
    }

    #[test]
    fn above_the_limit_the_oldest_go() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        let entry = |number: u32| folder.entry(Shelf::Content, &Digest::of(&number.to_le_bytes()));
        for number in 0..4 {
            Folder::write(&entry(number), &[0; 100]).unwrap();
            aged(&entry(number), number);
        }
        folder.prune_to(DAY * 30, 250);
        let left: Vec<u32> = (0..4).filter(|number| entry(*number).exists()).collect();
        assert_eq!(left, [0, 1]);
    }
}
