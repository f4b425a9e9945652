//! What earlier runs found out about a file, and what this one leaves for the next.
//!
//! | file on this machine | found under | read for it |
//! | --- | --- | --- |
//! | as it was when its digest was computed | its digest | nothing |
//! | up to 1 MiB | its digest | all of it, once: what is judged is what is summed |
//! | up to 16 MiB, or dense | its digest | all of it |
//! | larger | as it was seen | nothing |
//!
//! A digest of gigabytes takes longer than most analyses, which read headers and leave the tensors
//! alone. So large files are found by their digest only where an earlier run saw that their analysis
//! reads a good part of them (they are *dense*), and otherwise as long as they are as they were seen.
//!
//! Of a file behind a network facts are kept under what its listing says, for that Hub alone.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::distant::SnapshotSiblings;
use super::one_file::{Analysed, Reader, SMALL, ToSum, Unsummed, unread, unsummed};
use super::sums::{self, Asked, Sums};
use crate::analyse::{HeavyWork, Siblings};
use crate::base::{FileBytes, ReadAt, Sha256Hasher, read_up_to};
use crate::evidence::{Card, Fact, FileEvidence, IntegrityFact, ListedDigest};
use crate::facts_cache::{
    About, Company, Content as Known, Digests, Entry, FactsCache, Key, Questions, Sighting, Stamp,
    listing_digest,
};
use crate::source::{Content, RemoteBytes, Snapshot, SnapshotFile};

/// Files up to this size are read into memory, so that what is judged and what is summed are the
/// same bytes on every system.
pub(super) const WHOLE: u64 = 1 << 20;

/// Files up to this size are found by their digest, which takes some 10 ms to compute.
const HASHED: u64 = 16 << 20;

/// Larger files are dense if their analysis reads at least this part of them.
const DENSE_PART: u64 = 4;

/// Bytes at both ends of a large file that tell it from others, when the question is only whether
/// it is worth a digest.
const OUTLINE: usize = 64 << 10;

/// Facts kept between runs, as they may be used for one file or model.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Recall<'a> {
    pub(in crate::cli) cache: &'a FactsCache,
    /// Whether digests are computed from bytes that are read now, and facts found by those alone:
    /// that a file is as it was seen is not enough where a lock binds or a waiver is bound to
    /// bytes.
    pub(in crate::cli) from_bytes: bool,
}

impl Recall<'_> {
    /// What an earlier run computed for a file that is as it was.
    pub(super) fn digests(&self, seen: Option<&Sighting>) -> Option<Digests> {
        seen.filter(|_| !self.from_bytes).and_then(|seen| self.cache.digests(seen))
    }

    /// What the file at `path` says as a model card.
    pub(super) fn card(&self, path: &str, content: Known) -> Option<Card> {
        match self.cache.find(&self.cache.key(About::Card, path, content))? {
            Entry::Card(card) => Some(card),
            _ => None,
        }
    }

    /// Counts bytes that were read.
    pub(super) fn count_read(&self, bytes: u64) {
        self.cache.reading().fetch_add(bytes, Ordering::Relaxed);
    }

    /// What names the bytes of a sibling, so that another run can ask for the same; `None` where
    /// nothing does.
    fn of_sibling(&self, file: &SnapshotFile) -> Option<(Known, Option<Glance>)> {
        match &file.content {
            Content::Withheld => None,
            Content::Remote(bytes) => Some((listed(file, &**bytes)?, None)),
            Content::File(path) => {
                let moment = Stamp::now();
                let seen = Sighting::now(path)?;
                let glance = Glance { path: path.clone(), seen, moment };
                if seen.size() > HASHED {
                    return (!self.from_bytes).then_some((Known::Seen(seen), Some(glance)));
                }
                let sha256 = match self.digests(Some(&seen)).and_then(|known| known.sha256) {
                    Some(sha256) => sha256,
                    None => {
                        let asked = Asked { sha256: true, git_blob: false, to_the_end: true };
                        let bytes = FileBytes::open(path).ok()?;
                        let sums = sums::of_file(&bytes, asked, &|count| self.count_read(count));
                        let sums = sums.ok()?;
                        self.cache.learn(path, seen, moment, digests(&sums), false);
                        sums.sha256?
                    }
                };
                Some((Known::Sha256(sha256), Some(glance)))
            }
        }
    }

    /// What the model's other files answer now; `None` where that cannot be told.
    fn answers(&self, questions: &Questions, snapshot: &Snapshot) -> Option<Company> {
        let mut company = Company::default();
        if questions.listing {
            company.listing = Some(listing_digest(&paths(snapshot)));
        }
        for path in &questions.opened {
            let content = match snapshot.file(path).filter(|file| !is_withheld(file)) {
                Some(file) => Some(self.of_sibling(file)?.0),
                None => None,
            };
            company.opened.push((path.clone(), content));
        }
        Some(company)
    }

    /// The facts about the file at `path`, which has `length` bytes.
    pub(super) fn facts(
        &self,
        path: &str,
        length: u64,
        content: Known,
        snapshot: &Snapshot,
    ) -> Option<(FileEvidence, Option<Digests>)> {
        let key = self.cache.key(About::File, path, content);
        let entry = match self.cache.find(&key)? {
            Entry::Asks(questions) => {
                let company = self.answers(&questions, snapshot)?;
                self.cache.find(&key.in_company(company))?
            }
            entry => entry,
        };
        match entry {
            Entry::Facts { evidence, digests } if evidence.size == length => {
                Some((evidence, digests))
            }
            _ => None,
        }
    }
}

/// What names the bytes of a file behind a network, if its listing does: for this endpoint alone,
/// because nobody may have held the bytes against it.
pub(super) fn listed(file: &SnapshotFile, bytes: &dyn RemoteBytes) -> Option<Known> {
    let listing = file.listing.as_ref()?;
    let crate::source::Provenance { endpoint, repository, commit } = bytes.provenance()?;
    let size = listing.size;
    match listing.digest {
        ListedDigest::Sha256(sha256) => Some(Known::Listed { endpoint, size, sha256 }),
        ListedDigest::GitBlob(git_blob) => {
            Some(Known::Committed { endpoint, repository, commit, size, git_blob })
        }
        ListedDigest::Unknown => None,
    }
}

fn is_withheld(file: &SnapshotFile) -> bool {
    matches!(file.content, Content::Withheld)
}

fn paths(snapshot: &Snapshot) -> Vec<String> {
    snapshot.files.iter().map(|file| file.path.clone()).collect()
}

fn digests(sums: &Sums) -> Digests {
    Digests { sha256: sums.sha256, git_blob: sums.git_blob }
}

/// Of digests those that were asked for, if all of these are there. Reports are the same with and
/// without a cache.
pub(super) fn asked_for(asked: Asked, known: &Digests) -> Option<Sums> {
    let missing =
        (asked.sha256 && known.sha256.is_none()) || (asked.git_blob && known.git_blob.is_none());
    let sums = Sums {
        sha256: known.sha256.filter(|_| asked.sha256),
        git_blob: known.git_blob.filter(|_| asked.git_blob),
    };
    (!missing).then_some(sums)
}

/// A file of this machine as it was when it began to be read.
#[derive(Clone, Debug)]
pub(super) struct Glance {
    pub(super) path: PathBuf,
    pub(super) seen: Sighting,
    pub(super) moment: Stamp,
}

impl Glance {
    /// The open file at `path`.
    pub(super) fn of(path: &Path, file: &File) -> Option<Self> {
        let moment = Stamp::now();
        let seen = Sighting::of(path, &file.metadata().ok()?)?;
        Some(Self { path: path.to_owned(), seen, moment })
    }

    /// Whether all that was read since was read from the same bytes.
    fn is_unchanged(&self) -> bool {
        self.seen.is_settled(self.moment) && Sighting::now(&self.path) == Some(self.seen)
    }
}

/// How much was read, and whether a read failed.
#[derive(Debug)]
struct Watch {
    all: Arc<AtomicU64>,
    read: AtomicU64,
    failed: AtomicBool,
}

/// Bytes whose reads are watched.
struct Watched<B>(B, Arc<Watch>);

impl<B> ReadAt for Watched<B>
where
    B: Deref + Send + Sync,
    B::Target: ReadAt,
{
    fn len(&self) -> io::Result<u64> {
        self.0.len().inspect_err(|_| self.1.failed.store(true, Ordering::Relaxed))
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read_at(offset, buffer) {
            Ok(count) => {
                self.1.read.fetch_add(count as u64, Ordering::Relaxed);
                self.1.all.fetch_add(count as u64, Ordering::Relaxed);
                Ok(count)
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::Interrupted {
                    self.1.failed.store(true, Ordering::Relaxed);
                }
                Err(error)
            }
        }
    }

    fn is_empty(&self) -> io::Result<bool> {
        self.0.is_empty()
    }

    fn prefetch(&self, ranges: &[(u64, u64)]) {
        self.0.prefetch(ranges);
    }

    fn is_distant(&self) -> bool {
        self.0.is_distant()
    }

    fn seeks_cheaply(&self) -> bool {
        self.0.seeks_cheaply()
    }

    fn before_heavy_work(&self) -> io::Result<()> {
        self.0.before_heavy_work()
    }
}

/// The model's other files, with a note of what an analysis asks them and is told.
struct Witness<'a> {
    recall: Recall<'a>,
    siblings: &'a SnapshotSiblings<'a>,
    watch: Arc<Watch>,
    testimony: Mutex<Testimony>,
}

#[derive(Debug, Default)]
struct Testimony {
    company: Company,
    glances: Vec<Glance>,
    /// Whether something was asked whose answer has no name.
    unsure: bool,
}

impl<'a> Witness<'a> {
    fn new(recall: Recall<'a>, siblings: &'a SnapshotSiblings<'a>) -> Self {
        let all = Arc::clone(recall.cache.reading());
        let (read, failed) = (AtomicU64::new(0), AtomicBool::new(false));
        let watch = Arc::new(Watch { all, read, failed });
        Self { recall, siblings, watch, testimony: Mutex::default() }
    }

    fn testimony<R>(&self, note: impl FnOnce(&mut Testimony) -> R) -> R {
        note(&mut self.testimony.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps the facts that were found in bytes of this name, unless a read failed, the network
    /// did, or one of the files that were read was changed meanwhile.
    fn keep(self, path: &str, content: Known, evidence: &FileEvidence, digests: Option<Digests>) {
        let line = &self.siblings.line;
        let failed = self.watch.failed.load(Ordering::Relaxed) || line.failure().is_some();
        if failed || line.is_put_off() {
            return;
        }
        let testimony = self.testimony.into_inner().unwrap_or_else(PoisonError::into_inner);
        if testimony.unsure || !testimony.glances.iter().all(Glance::is_unchanged) {
            return;
        }
        let Some(entry) = Entry::of_facts(evidence, digests) else { return };
        let cache = self.recall.cache;
        let key: Key = cache.key(About::File, path, content);
        let company = testimony.company;
        if company == Company::default() {
            cache.keep(&key, &entry);
        } else {
            let opened = company.opened.iter().map(|(path, _)| path.clone()).collect();
            let questions = Questions { listing: company.listing.is_some(), opened };
            cache.keep(&key.in_company(company), &entry);
            cache.keep(&key, &Entry::Asks(questions));
        }
    }
}

impl Siblings for Witness<'_> {
    fn paths(&self) -> Vec<String> {
        let paths = self.siblings.paths();
        self.testimony(|it| it.company.listing = Some(listing_digest(&paths)));
        paths
    }

    fn open(&self, path: &str) -> Option<io::Result<Arc<dyn ReadAt>>> {
        let file = self.siblings.snapshot.file(path).filter(|file| !is_withheld(file));
        // Named before it is read: if it is the same afterwards, it was the same in between.
        let named = file.map(|file| self.recall.of_sibling(file));
        self.testimony(|it| {
            let (content, glance) = match named {
                None => (None, None),
                Some(Some((content, glance))) => (Some(content), glance),
                Some(None) => {
                    it.unsure = true;
                    return;
                }
            };
            it.glances.extend(glance);
            if !it.company.opened.iter().any(|(known, _)| known == path) {
                it.company.opened.push((path.to_owned(), content));
            }
        });
        let opened = self.siblings.open(path)?;
        if opened.is_err() {
            self.testimony(|it| it.unsure = true);
        }
        let watched = |bytes| Arc::new(Watched(bytes, Arc::clone(&self.watch))) as Arc<dyn ReadAt>;
        Some(opened.map(watched))
    }

    fn before_heavy_work(&self) -> Option<HeavyWork> {
        self.siblings.before_heavy_work()
    }
}

/// A file of this machine, with what is known of it.
pub(super) struct Local<'a> {
    reader: &'a Reader<'a>,
    recall: Recall<'a>,
    glance: Option<Glance>,
}

impl<'a> Local<'a> {
    /// The open file of a task.
    pub(super) fn new(reader: &'a Reader<'a>, recall: Recall<'a>, file: &File) -> Self {
        let glance = match &reader.task.file.content {
            Content::File(path) => Glance::of(path, file),
            Content::Remote(_) | Content::Withheld => None,
        };
        Self { reader, recall, glance }
    }

    /// Finds out what there is to know of the file, with as few reads as possible.
    pub(super) fn examine(
        &self,
        file: File,
        buffer: &mut Vec<u8>,
        sum_at_once: &dyn Fn(ToSum),
    ) -> Analysed {
        let Reader { task, length, .. } = *self.reader;
        let asked = task.asked;
        let seen = self.glance.as_ref().map(|glance| glance.seen);
        let known = self.recall.digests(seen.as_ref());
        let sums = known.as_ref().and_then(|known| asked_for(asked, known));
        let found = known
            .and_then(|known| known.sha256)
            .and_then(|sha256| self.facts(Known::Sha256(sha256)))
            .or_else(|| {
                let large = length > HASHED && !self.recall.from_bytes;
                self.facts(Known::Seen(seen.filter(|_| large)?))
            });
        let needs_sums = asked.sha256 || asked.git_blob;
        if let Some(evidence) = &found
            && (sums.is_some() || !needs_sums)
        {
            self.recall.cache.count(true);
            return self.told(evidence.clone(), sums.as_ref(), 0);
        }
        if length <= WHOLE {
            return self.whole(&file, buffer, found);
        }
        let bytes = match crate::source::OpenedBytes::File(file).into_read_at() {
            Ok(bytes) => bytes,
            Err(error) => {
                return Analysed::without_reading(unread(self.reader.task.file, &error));
            }
        };
        let outline = (found.is_none() && length > HASHED).then(|| self.outline(&*bytes)).flatten();
        let is_dense = || outline.as_ref().is_some_and(|key| self.recall.cache.find(key).is_some());
        // Without a glance nothing tells whether both passes see the same bytes, so that nothing
        // of so large a file is kept.
        let named = self.glance.is_some() && (length <= HASHED || is_dense());
        if found.is_none() && named {
            return self.summed_first(&*bytes);
        }
        let to_sum = needs_sums && sums.is_none();
        if to_sum {
            sum_at_once(ToSum::File(Arc::clone(&bytes), self.glance.clone()));
        }
        self.recall.cache.count(found.is_some());
        let evidence = found.unwrap_or_else(|| self.sparse(&*bytes, outline.as_ref()));
        self.told(evidence, sums.as_ref(), if to_sum { 0 } else { length })
    }

    fn facts(&self, content: Known) -> Option<FileEvidence> {
        let Reader { task, length, .. } = *self.reader;
        self.recall.facts(&task.file.path, length, content, task.snapshot).map(|(facts, _)| facts)
    }

    fn told(&self, mut evidence: FileEvidence, sums: Option<&Sums>, bytes: u64) -> Analysed {
        self.reader.compare(&mut evidence, sums);
        Analysed { evidence, bytes, to_sum: None }
    }

    /// A file that is read into memory: its digest and its facts are of the same bytes.
    fn whole(&self, file: &File, buffer: &mut Vec<u8>, found: Option<FileEvidence>) -> Analysed {
        let Reader { task, length, .. } = *self.reader;
        // The buffer that is used again stays small.
        let mut larger = Vec::new();
        let buffer = if length <= SMALL as u64 { buffer } else { &mut larger };
        let content = match read_whole(file, buffer, length) {
            Ok(content) => content,
            Err(error) => return Analysed::without_reading(unread(task.file, &error)),
        };
        self.recall.count_read(length);
        let sums = sums::of_memory(content, Asked { sha256: true, ..task.asked });
        let computed = sums.as_ref().map(digests).unwrap_or_default();
        self.learn(computed);
        let name = computed.sha256.map(Known::Sha256);
        // What was found before is kept where the index lacked a digest that was asked for.
        let found = found.or_else(|| self.facts(name.clone()?));
        self.recall.cache.count(found.is_some());
        let evidence = found.unwrap_or_else(|| {
            let witness = Witness::new(self.recall, &self.reader.siblings);
            let evidence = self.reader.analysed_among(&content, &witness);
            if let Some(name) = name {
                witness.keep(&task.file.path, name, &evidence, None);
            }
            evidence
        });
        self.told(evidence, asked_for(task.asked, &computed).as_ref(), length)
    }

    /// A file whose digest is computed before it is analysed, by which its facts may be found.
    fn summed_first(&self, bytes: &dyn ReadAt) -> Analysed {
        let task = self.reader.task;
        let asked = Asked { sha256: true, ..task.asked };
        let sums = sums::of_file(bytes, asked, &|count| self.recall.count_read(count));
        let computed = sums.as_ref().map(digests).unwrap_or_default();
        self.learn(computed);
        let name = computed.sha256.map(Known::Sha256);
        let found = name.clone().and_then(|name| self.facts(name));
        self.recall.cache.count(found.is_some());
        let evidence = found.unwrap_or_else(|| {
            let (evidence, witness) = self.analysed(bytes);
            if let Some(name) = name
                && self.is_unchanged()
            {
                witness.keep(&task.file.path, name, &evidence, None);
            }
            evidence
        });
        let needs_sums = task.asked.sha256 || task.asked.git_blob;
        let sums_asked = asked_for(task.asked, &computed).filter(|_| needs_sums);
        let mut told = self.told(evidence, sums_asked.as_ref(), self.reader.length);
        if let (Err(error), true) = (sums, needs_sums) {
            unsummed(&mut told.evidence, &Unsummed::Unreadable(error));
        }
        told
    }

    /// A large file that is analysed without being read whole.
    fn sparse(&self, bytes: &dyn ReadAt, outline: Option<&Key>) -> FileEvidence {
        let (evidence, witness) = self.analysed(bytes);
        let read = witness.watch.read.load(Ordering::Relaxed);
        let Some(glance) = self.glance.as_ref().filter(|_| self.is_unchanged()) else {
            return evidence;
        };
        let path = &self.reader.task.file.path;
        let is_dense = read >= self.reader.length.checked_div(DENSE_PART).unwrap_or(u64::MAX);
        if let Some(outline) = outline.filter(|_| is_dense) {
            // It was read and is at hand: the next run, which may see another file with the same
            // bytes, finds it by its digest.
            let asked = Asked { sha256: true, git_blob: false, to_the_end: true };
            let sums = sums::of_file(bytes, asked, &|count| self.recall.count_read(count));
            if let Ok(sums) = sums
                && let Some(sha256) = sums.sha256
                && self.is_unchanged()
            {
                self.learn(digests(&sums));
                witness.keep(path, Known::Sha256(sha256), &evidence, None);
                self.recall.cache.keep(outline, &Entry::Dense);
            }
        } else {
            witness.keep(path, Known::Seen(glance.seen), &evidence, None);
        }
        evidence
    }

    fn analysed(&self, bytes: &dyn ReadAt) -> (FileEvidence, Witness<'_>) {
        let witness = Witness::new(self.recall, &self.reader.siblings);
        let watched = Watched(bytes, Arc::clone(&witness.watch));
        let evidence = self.reader.analysed_among(&watched, &witness);
        (evidence, witness)
    }

    fn learn(&self, digests: Digests) {
        if let Some(Glance { path, seen, moment }) = &self.glance {
            let again = seen.size() <= WHOLE;
            self.recall.cache.learn(path, *seen, *moment, digests, again);
        }
    }

    fn is_unchanged(&self) -> bool {
        self.glance.as_ref().is_some_and(Glance::is_unchanged)
    }

    /// The key under which it is noted that a large file is dense.
    fn outline(&self, bytes: &dyn ReadAt) -> Option<Key> {
        let length = self.reader.length;
        let mut hasher = Sha256Hasher::default();
        hasher.update(&length.to_le_bytes());
        let mut end = vec![0; OUTLINE];
        for offset in [0, length.saturating_sub(OUTLINE as u64)] {
            let count = read_up_to(bytes, offset, &mut end).ok()?;
            self.recall.count_read(count as u64);
            hasher.update(end.get(..count)?);
        }
        let content = Known::Sha256(hasher.finish());
        Some(self.recall.cache.key(About::Density, &self.reader.task.file.path, content))
    }
}

/// Computes the digests of a large file, and remembers them.
pub(super) fn sum(
    recall: Recall<'_>,
    glance: Option<&Glance>,
    bytes: &dyn ReadAt,
    asked: Asked,
    progress: &dyn Fn(u64),
) -> io::Result<Sums> {
    let both = |count| {
        progress(count);
        recall.count_read(count);
    };
    let sums = sums::of_file(bytes, Asked { sha256: true, ..asked }, &both)?;
    if let Some(Glance { path, seen, moment }) = glance {
        recall.cache.learn(path, *seen, *moment, digests(&sums), false);
    }
    Ok(asked_for(asked, &digests(&sums)).unwrap_or(sums))
}

/// Analyses a file behind a network, or finds what an earlier run found. Facts are found before a
/// request for the file is made.
pub(super) fn remote(
    reader: &Reader<'_>,
    recall: Recall<'_>,
    bytes: Arc<dyn RemoteBytes>,
    buffer: &mut Vec<u8>,
) -> Analysed {
    let Reader { task, length, .. } = *reader;
    let path = &task.file.path;
    let name = listed(task.file, &*bytes);
    let found = name
        .clone()
        .and_then(|name| recall.facts(path, length, name, task.snapshot))
        .filter(|(_, kept)| !recall.from_bytes || is_as_listed(task.file, kept.as_ref()));
    if let Some((mut evidence, kept)) = found {
        recall.cache.count(true);
        // What has to be computed from the bytes is.
        let to_the_end = task.asked.to_the_end;
        let sums = kept.filter(|_| !to_the_end).and_then(|kept| asked_for(task.asked, &kept));
        reader.compare(&mut evidence, sums.as_ref());
        let to_sum = to_the_end.then_some(ToSum::Remote(bytes, length));
        return Analysed { evidence, bytes: 0, to_sum };
    }
    let witness = Witness::new(recall, &reader.siblings);
    let read = reader.read_remote(&bytes, buffer, &witness);
    if !reader.siblings.line.is_put_off() {
        recall.cache.count(false);
        recall.count_read(read.bytes);
    }
    let listing = task.file.listing.as_ref();
    let other = listing.is_some_and(|listing| {
        let differs = |sums| {
            let fact = sums::compare_digest(listing, sums);
            matches!(fact, Some(Fact::Integrity(IntegrityFact::Mismatch { .. })))
        };
        sums::compare_size(listing, length).is_some() || read.sums.as_ref().is_some_and(differs)
    });
    if let Some(name) = name
        && read.failure.is_none()
        && !other
    {
        witness.keep(path, name, &read.evidence, read.sums.as_ref().map(digests));
    }
    reader.conclude(read, bytes)
}

/// Whether facts were found in bytes that are those of the listing: all of them were read then, and
/// summed. What was read by range is the word of whoever sent it.
fn is_as_listed(file: &SnapshotFile, kept: Option<&Digests>) -> bool {
    let (Some(listing), Some(kept)) = (&file.listing, kept) else { return false };
    match listing.digest {
        ListedDigest::Sha256(listed) => kept.sha256 == Some(listed),
        ListedDigest::GitBlob(listed) => kept.git_blob == Some(listed),
        ListedDigest::Unknown => false,
    }
}

/// Reads a file of a known length into the buffer.
pub(super) fn read_whole<'b>(
    file: &File,
    buffer: &'b mut Vec<u8>,
    length: u64,
) -> io::Result<&'b [u8]> {
    use std::io::Read as _;
    let mut file = file;
    let wanted = usize::try_from(length).unwrap_or(usize::MAX).min(WHOLE as usize);
    buffer.resize(wanted.max(SMALL), 0);
    let content = buffer.get_mut(..wanted).unwrap_or_default();
    match file.read_exact(content) {
        Ok(()) => Ok(content),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(io::Error::other("it became shorter while it was read"))
        }
        Err(error) => Err(error),
    }
}
