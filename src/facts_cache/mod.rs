//! Facts that outlive a run: what an analysis found is found again under what it depends on.
//!
//! Two things are kept. **Entries** hold facts under a [`Key`], which has everything that they
//! depend on, the content's digest first; a key never means two things, so that nothing is ever
//! invalidated. The **index** tells which digest a file of this machine has as long as it is as it
//! was seen, so that an unchanged file is not even read ([`Sighting`]).
//!
//! A cache makes a run faster and never another: what cannot be read, is damaged or belongs
//! elsewhere is passed over as if it were not there, and [`Closed::complaints`] says so. What failed
//! for reasons outside the bytes is never kept. Runs share a folder without locks.
//!
//! Whoever can write the folder decides what a run believes: `docs/cache.md` says what follows.
//!
//! `folder.rs` and `sighting.rs` touch the file system; keys, entries and the index are values.

mod entry;
mod folder;
mod index;
mod key;
mod sealed;
mod sighting;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use entry::Entry;
pub use index::Digests;
pub use key::{About, Company, Content, Key, Questions, listing_digest};
pub use sealed::{Broken, seal, unseal};
pub use sighting::{Sighting, Stamp};

use self::folder::{Folder, Shelf};
use self::index::{Index, WrittenIndex};
use self::key::Build;
use crate::base::{Digest, Limits, Sha256Hasher, Untrusted};

/// Complaints of one run that are told one by one.
const TOLD: usize = 5;

/// The longest that a run waits at its end for the clock of the file system.
const PATIENCE: Duration = Duration::from_millis(25);

/// Most bytes that are read again at the end of a run, of files that were changed a moment before
/// it.
const READ_AGAIN: u64 = 64 << 20;

/// The key under which the index is sealed; the layout's version is the folder's.
const INDEX: &str = "index";

/// Facts that earlier runs found and this one finds. Shared by the threads of a run.
#[derive(Debug)]
pub struct FactsCache {
    folder: Folder,
    build: Build,
    index: Mutex<Index>,
    /// Files that had been changed a moment before they were read.
    unsettled: Mutex<Vec<Unsettled>>,
    complaints: Mutex<Complaints>,
    today: i64,
    read: Arc<AtomicU64>,
    files: AtomicU64,
    known: AtomicU64,
}

#[derive(Debug)]
struct Unsettled {
    path: PathBuf,
    seen: Sighting,
    digests: Digests,
}

#[derive(Debug, Default)]
struct Complaints {
    told: Vec<String>,
    untold: usize,
    /// Whether it was said that nothing can be written.
    unwritable: bool,
}

/// What a run made of its cache.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    /// The folder.
    pub folder: PathBuf,
    /// What was passed over or could not be kept, each in a sentence without a full stop.
    pub complaints: Vec<String>,
    /// Files that were looked for.
    pub files: u64,
    /// Those whose facts were there.
    pub known: u64,
    /// Bytes of models that were read.
    pub read: u64,
}

impl FactsCache {
    /// The cache in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// The folder is not there and cannot be made.
    pub fn open(folder: &Path, limits: &Limits) -> std::io::Result<Self> {
        let folder = Folder::open(folder)?;
        let cache = Self {
            folder,
            build: Build::with(limits),
            index: Mutex::default(),
            unsettled: Mutex::default(),
            complaints: Mutex::default(),
            today: Stamp::now().0.div_euclid(24 * 60 * 60),
            read: Arc::default(),
            files: AtomicU64::new(0),
            known: AtomicU64::new(0),
        };
        let index = cache.written_index(true);
        *cache.index() = index;
        Ok(cache)
    }

    /// The key of what is known about a file of this content at this path inside the model,
    /// whatever the model's other files are.
    pub fn key(&self, about: About, path: &str, content: Content) -> Key {
        self.build.key(about, path, content)
    }

    /// What was kept under a key. What is damaged is passed over and complained of.
    pub fn find(&self, key: &Key) -> Option<Entry> {
        let path = self.place(key);
        let entry = match Folder::read(&path) {
            Ok(bytes) => unseal::<Key, Entry>(key, &bytes?).map_err(|broken| broken.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match entry {
            Ok(entry) if entry.answers(key) => Some(entry),
            Ok(_) => self.passed_over(&path, "it holds what it was not asked for"),
            Err(why) => self.passed_over(&path, &why),
        }
    }

    /// Keeps something under a key. What is too long is not kept, and no word is lost on it.
    pub fn keep(&self, key: &Key, entry: &Entry) {
        if let Some(bytes) = seal(key, entry) {
            self.write(&self.place(key), &bytes);
        }
    }

    /// The digests of a file that is as it was when they were computed.
    pub fn digests(&self, seen: &Sighting) -> Option<Digests> {
        self.index().digests(seen, self.today)
    }

    /// Remembers the digests that were computed from the bytes of the file at `path` after it was
    /// `seen` at `moment`, unless it was changed since or cannot be told from one that was.
    ///
    /// `again` allows that the file is read once more at the end of the run if it was changed too
    /// shortly before to tell.
    pub fn learn(&self, path: &Path, seen: Sighting, moment: Stamp, digests: Digests, again: bool) {
        if seen.is_settled(moment) {
            if Sighting::now(path) == Some(seen) {
                self.index().learn(seen, digests, self.today);
            }
        } else if again {
            let unsettled = Unsettled { path: path.to_owned(), seen, digests };
            locked(&self.unsettled).push(unsettled);
        }
    }

    /// Where bytes of models that are read are counted.
    pub fn reading(&self) -> &Arc<AtomicU64> {
        &self.read
    }

    /// Counts a file that was looked for.
    pub fn count(&self, is_known: bool) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.known.fetch_add(u64::from(is_known), Ordering::Relaxed);
    }

    /// Writes down what was learned, removes what is old, and says how it went.
    pub fn close(self) -> Closed {
        self.settle();
        let index = std::mem::take(&mut *self.index());
        if index.is_changed() {
            // What other runs wrote meanwhile is kept. Two that write in the same moment may lose
            // what one of them learned: a file is read once more, and its facts are found by its
            // digest.
            let written = index.merged(self.written_index(false), self.today);
            if let Some(bytes) = seal(&INDEX.to_owned(), &written) {
                self.write(&self.folder.index(), &bytes);
            }
        }
        self.folder.prune();
        let complaints = self.complaints.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Complaints { told: mut complaints, untold, .. } = complaints;
        if untold > 0 {
            complaints.push(format!("{untold} more entries of the cache were passed over"));
        }
        Closed {
            folder: self.folder.path().to_owned(),
            complaints,
            files: self.files.into_inner(),
            known: self.known.into_inner(),
            read: self.read.load(Ordering::Relaxed),
        }
    }

    /// Looks once more at files that were changed a moment before they were read: once the clock
    /// of the file system has moved on, what they hold now is what they hold as long as their times
    /// are what they are. Without this, a run right after a checkout would remember next to none of
    /// its small files.
    fn settle(&self) {
        let unsettled = std::mem::take(&mut *locked(&self.unsettled));
        let now = Stamp::now();
        let wait = |file: &Unsettled| file.seen.unsettled_for(now).unwrap_or_default();
        let unsettled: Vec<Unsettled> =
            unsettled.into_iter().filter(|file| wait(file) <= PATIENCE).collect();
        let Some(longest) = unsettled.iter().map(wait).max() else { return };
        sighting::let_pass(longest);
        let mut left = READ_AGAIN;
        for file in unsettled {
            let Some(rest) = left.checked_sub(file.seen.size) else { return };
            left = rest;
            let moment = Stamp::now();
            if Sighting::now(&file.path) != Some(file.seen) {
                continue;
            }
            let sha256 = digest_of(&file.path, file.seen.size);
            self.read.fetch_add(file.seen.size, Ordering::Relaxed);
            if sha256.is_some() && sha256 == file.digests.sha256 {
                self.learn(&file.path, file.seen, moment, file.digests, false);
            }
        }
    }

    fn place(&self, key: &Key) -> PathBuf {
        let shelf = if key.travels() { Shelf::Content } else { Shelf::Machine };
        self.folder.entry(shelf, &key.name())
    }

    fn written_index(&self, complain: bool) -> Index {
        let path = self.folder.index();
        let read = match Folder::read(&path) {
            Ok(None) => return Index::default(),
            Ok(Some(bytes)) => unseal::<String, WrittenIndex>(&INDEX.to_owned(), &bytes)
                .map_err(|broken| broken.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match read {
            Ok(written) => Index::of(written),
            Err(why) if complain => self.passed_over(&path, &why).unwrap_or_default(),
            Err(_) => Index::default(),
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) {
        if let Err(error) = Folder::write(path, bytes) {
            let mut complaints = locked(&self.complaints);
            if !std::mem::replace(&mut complaints.unwritable, true) {
                let path = shown(path);
                complaints.told.push(format!("`{path}` cannot be written: {error}"));
            }
        }
    }

    /// Notes that something of the cache was not used.
    fn passed_over<T>(&self, path: &Path, why: &str) -> Option<T> {
        let mut complaints = locked(&self.complaints);
        if complaints.told.len() < TOLD {
            let why = Untrusted(why);
            complaints.told.push(format!("`{}` was passed over: {why:.200}", shown(path)));
        } else {
            complaints.untold = complaints.untold.saturating_add(1);
        }
        None
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        locked(&self.index)
    }
}

/// What threads change under a lock is never left half changed.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn shown(path: &Path) -> String {
    Untrusted(&path.to_string_lossy()).to_string()
}

/// The digest of the file at `path`, if it has that many bytes.
fn digest_of(path: &Path, size: u64) -> Option<Digest> {
    let bytes = crate::base::FileBytes::open(path).ok()?;
    let mut chunk = vec![0; 64 << 10];
    let mut hasher = Sha256Hasher::default();
    let mut at = 0_u64;
    loop {
        let count = crate::base::read_up_to(&bytes, at, &mut chunk).ok()?;
        hasher.update(chunk.get(..count)?);
        at = at.saturating_add(count as u64);
        if count < chunk.len() || at > size {
            return (at == size).then(|| hasher.finish());
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests compute with small numbers")]
mod tests;
