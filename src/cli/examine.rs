//! Every file of every model through the analysers, on several threads, results in order.

use std::collections::VecDeque;
use std::io::{self, Read as _};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::progress::Progress;
use crate::analyse::{Siblings, analyse_file};
use crate::base::{Digest, Limits, ReadAt, Sha256Hasher, read_up_to};
use crate::evidence::{CoverageFact, Evidence, Fact, FileEvidence, FileFact, Origin, Status};
use crate::source::{Opened, OpenedBytes, Snapshot, SnapshotFile};

/// Files up to this size are read whole, with one read into a buffer that is used again.
const SMALL: usize = 64 << 10;

/// Bytes that are hashed at a time.
const CHUNK: usize = 256 << 10;

/// A snapshot to look at.
pub(super) struct Look<'a> {
    pub(super) snapshot: &'a Snapshot,
    /// Whether the digest of the file at this path is needed.
    pub(super) wants_digest: Box<dyn Fn(&str) -> bool + 'a>,
}

/// Analyses the selected files of all snapshots; the results are in their order.
pub(super) fn examine(
    looks: &[Look<'_>],
    limits: &Limits,
    jobs: Option<NonZeroUsize>,
    progress: bool,
) -> Vec<Vec<FileEvidence>> {
    let siblings: Vec<SnapshotSiblings<'_>> =
        looks.iter().map(|look| SnapshotSiblings(look.snapshot)).collect();
    let mut tasks = Vec::new();
    for (model, (look, siblings)) in looks.iter().zip(&siblings).enumerate() {
        for file in look.snapshot.selected() {
            let sha256 = (look.wants_digest)(&file.path);
            tasks.push(Task { model, file, siblings, sha256 });
        }
    }
    let available = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = jobs.map_or_else(available, NonZeroUsize::get).min(tasks.len().max(1));
    let work = Work::new(&tasks, limits);

    let mut results: Vec<Done> = Vec::with_capacity(tasks.len());
    let progress = Progress::wanted(progress);
    // With progress to show, this thread watches; without, it works with the others.
    let spawned = if progress { threads } else { threads.saturating_sub(1) };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..spawned).map(|_| scope.spawn(|| work.run())).collect();
        if progress {
            Progress::watch(|wait| work.wait(wait), tasks.len(), looks.len());
        } else {
            results.append(&mut work.run());
        }
        for worker in workers {
            match worker.join() {
                Ok(mut done) => results.append(&mut done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    in_order(results, &tasks, looks.len())
}

/// One file to be analysed.
struct Task<'a> {
    model: usize,
    file: &'a SnapshotFile,
    siblings: &'a SnapshotSiblings<'a>,
    sha256: bool,
}

/// A result, by the number of its task.
enum Done {
    Analysed(usize, FileEvidence),
    Hashed(usize, io::Result<Digest>),
}

fn in_order(results: Vec<Done>, tasks: &[Task<'_>], models: usize) -> Vec<Vec<FileEvidence>> {
    let mut slots: Vec<FileEvidence> = tasks.iter().map(|_| FileEvidence::default()).collect();
    let mut digests = Vec::new();
    for result in results {
        match result {
            Done::Analysed(index, evidence) => {
                if let Some(slot) = slots.get_mut(index) {
                    *slot = evidence;
                }
            }
            Done::Hashed(index, digest) => digests.push((index, digest)),
        }
    }
    for (index, digest) in digests {
        let Some(slot) = slots.get_mut(index) else { continue };
        match digest {
            Ok(digest) => slot.sha256 = Some(digest),
            Err(error) => {
                slot.evidence.push(piece(unreadable(&error)));
                slot.status = slot.status.max(Status::Partial);
            }
        }
    }
    let mut models: Vec<Vec<FileEvidence>> = (0..models).map(|_| Vec::new()).collect();
    for (task, evidence) in tasks.iter().zip(slots) {
        if let Some(files) = models.get_mut(task.model) {
            files.push(evidence);
        }
    }
    models
}

/// What is left to do, shared by the workers.
///
/// A large file's digest is a piece of work of its own, which goes first: it keeps the file open,
/// so that what was judged and what was hashed are the same bytes, and no more files are open
/// than there are workers.
struct Work<'a> {
    tasks: &'a [Task<'a>],
    limits: &'a Limits,
    next: AtomicUsize,
    queue: Mutex<Queue>,
    changed: Condvar,
    files: AtomicUsize,
    bytes: AtomicU64,
}

#[derive(Default)]
struct Queue {
    digests: VecDeque<(usize, Arc<dyn ReadAt>)>,
    /// Tasks whose analysis is not finished, so that they may still ask for a digest.
    analysing: usize,
    hashing: usize,
}

enum Piece {
    Analyse(usize),
    Hash(usize, Arc<dyn ReadAt>),
}

/// How far the work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) files: usize,
    pub(super) bytes: u64,
    pub(super) finished: bool,
}

/// Counts a piece of work as finished when it is dropped, a panic included: the others must not
/// wait for it.
struct Finished<'a>(&'a Work<'a>, fn(&mut Queue) -> &mut usize);

impl Drop for Finished<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        let count = (self.1)(&mut queue);
        *count = count.saturating_sub(1);
        if queue.analysing == 0 && queue.digests.is_empty() {
            self.0.changed.notify_all();
        }
    }
}

impl<'a> Work<'a> {
    fn new(tasks: &'a [Task<'a>], limits: &'a Limits) -> Self {
        Self {
            tasks,
            limits,
            next: AtomicUsize::new(0),
            queue: Mutex::new(Queue { analysing: tasks.len(), ..Queue::default() }),
            changed: Condvar::new(),
            files: AtomicUsize::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// A worker that panicked has ended the run; the queue itself is never left half changed.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the work is finished or the time is over.
    fn wait(&self, time: std::time::Duration) -> Counts {
        let busy = |queue: &mut Queue| {
            queue.analysing > 0 || queue.hashing > 0 || !queue.digests.is_empty()
        };
        let waited = self.changed.wait_timeout_while(self.queue(), time, busy);
        let (mut queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Counts {
            files: self.files.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            finished: !busy(&mut queue),
        }
    }

    fn run(&self) -> Vec<Done> {
        let mut done = Vec::new();
        let mut buffer = Vec::new();
        while let Some(piece) = self.take() {
            match piece {
                Piece::Analyse(index) => {
                    let Some(task) = self.tasks.get(index) else { continue };
                    let _finished = Finished(self, |queue| &mut queue.analysing);
                    let evidence = self.analyse(index, task, &mut buffer);
                    self.files.fetch_add(1, Ordering::Relaxed);
                    done.push(Done::Analysed(index, evidence));
                }
                Piece::Hash(index, bytes) => {
                    let _finished = Finished(self, |queue| &mut queue.hashing);
                    done.push(Done::Hashed(index, self.hash(&*bytes)));
                }
            }
        }
        done
    }

    /// The next piece of work; waits while another worker may still bring one.
    fn take(&self) -> Option<Piece> {
        let mut queue = self.queue();
        loop {
            if let Some((index, bytes)) = queue.digests.pop_front() {
                queue.hashing = queue.hashing.saturating_add(1);
                return Some(Piece::Hash(index, bytes));
            }
            if self.next.load(Ordering::Relaxed) < self.tasks.len() {
                return Some(Piece::Analyse(self.next.fetch_add(1, Ordering::Relaxed)));
            }
            if queue.analysing == 0 {
                return None;
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn analyse(&self, index: usize, task: &Task<'_>, buffer: &mut Vec<u8>) -> FileEvidence {
        let path = task.file.path.as_str();
        let opened = match task.file.open() {
            None => return withheld(task.file),
            Some(Err(error)) => return unopened(task.file, &error),
            Some(Ok(opened)) => opened,
        };
        let Opened { mut bytes, length, fact } = opened;
        let facts = task.file.facts.iter().cloned().chain(fact);
        if length <= SMALL as u64 {
            buffer.resize(SMALL, 0);
            let content = match read_small(&mut bytes, buffer, length) {
                Ok(content) => content,
                Err(error) => return unopened(task.file, &error),
            };
            let mut evidence = analyse_file(path, &content, task.siblings, self.limits);
            evidence.sha256 = task.sha256.then(|| Digest::of(content));
            self.bytes.fetch_add(content.len() as u64, Ordering::Relaxed);
            return with_facts(evidence, facts);
        }
        let bytes = match bytes.into_read_at() {
            Ok(bytes) => bytes,
            Err(error) => return unopened(task.file, &error),
        };
        if task.sha256 {
            self.queue().digests.push_back((index, Arc::clone(&bytes)));
            // All of them: one alone could be the thread that shows progress.
            self.changed.notify_all();
        }
        let evidence = analyse_file(path, &*bytes, task.siblings, self.limits);
        if !task.sha256 {
            self.bytes.fetch_add(length, Ordering::Relaxed);
        }
        with_facts(evidence, facts)
    }

    fn hash(&self, bytes: &dyn ReadAt) -> io::Result<Digest> {
        let mut chunk = vec![0; CHUNK];
        let mut hasher = Sha256Hasher::default();
        let mut offset = 0_u64;
        loop {
            let count = read_up_to(bytes, offset, &mut chunk)?;
            hasher.update(chunk.get(..count).unwrap_or_default());
            offset = offset.saturating_add(count as u64);
            self.bytes.fetch_add(count as u64, Ordering::Relaxed);
            if count < CHUNK {
                break;
            }
        }
        if offset == bytes.len()? {
            Ok(hasher.finish())
        } else {
            Err(io::Error::other("its length changed while it was read"))
        }
    }
}

/// Reads a file of at most [`SMALL`] bytes into the buffer.
fn read_small<'b>(
    bytes: &mut OpenedBytes,
    buffer: &'b mut [u8],
    length: u64,
) -> io::Result<&'b [u8]> {
    let mut filled = 0_usize;
    let wanted = usize::try_from(length).unwrap_or(SMALL).min(SMALL);
    while let Some(rest) = buffer.get_mut(filled..wanted).filter(|rest| !rest.is_empty()) {
        let count = match bytes {
            OpenedBytes::File(file) => file.read(rest),
            OpenedBytes::Remote(bytes) => bytes.read_at(filled as u64, rest),
        };
        match count {
            Ok(0) => return Err(io::Error::other("it became shorter while it was read")),
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(buffer.get(..filled).unwrap_or_default())
}

/// A file that the source found and that must not be opened.
fn withheld(file: &SnapshotFile) -> FileEvidence {
    let unseen = |fact: &Fact| {
        matches!(fact, Fact::Coverage(_) | Fact::File(FileFact::Link { escapes: true, .. }))
    };
    let status = if file.facts.iter().any(unseen) { Status::Unreadable } else { Status::Analysed };
    let evidence = FileEvidence { path: file.path.clone(), status, ..FileEvidence::default() };
    with_facts(evidence, file.facts.iter().cloned())
}

/// A file that could not be opened or read.
fn unopened(file: &SnapshotFile, error: &io::Error) -> FileEvidence {
    let evidence = FileEvidence {
        path: file.path.clone(),
        status: Status::Unreadable,
        ..FileEvidence::default()
    };
    with_facts(evidence, file.facts.iter().cloned().chain([unreadable(error)]))
}

fn unreadable(error: &io::Error) -> Fact {
    CoverageFact::Unreadable { reason: error.to_string() }.into()
}

fn piece(fact: Fact) -> Evidence {
    Evidence { origin: Origin::default(), fact }
}

/// Puts facts about the file as such in front of those about its bytes.
fn with_facts(mut evidence: FileEvidence, facts: impl Iterator<Item = Fact>) -> FileEvidence {
    evidence.evidence.splice(0..0, facts.map(piece));
    evidence
}

/// The other files of a snapshot, for analysers that follow references.
struct SnapshotSiblings<'a>(&'a Snapshot);

impl Siblings for SnapshotSiblings<'_> {
    fn paths(&self) -> Vec<String> {
        self.0.files.iter().map(|file| file.path.clone()).collect()
    }

    fn open(&self, path: &str) -> Option<io::Result<Arc<dyn ReadAt>>> {
        let opened = self.0.file(path)?.open()?;
        Some(opened.and_then(|opened| opened.bytes.into_read_at()))
    }
}

/// The facts about one file, with its digest if it is wanted: for `inspect`.
pub(super) fn examine_one(snapshot: &Snapshot, sha256: bool) -> Option<FileEvidence> {
    let look = Look { snapshot, wants_digest: Box::new(move |_| sha256) };
    let evidence = examine(&[look], &Limits::default(), None, false);
    evidence.into_iter().flatten().next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Wanted, resolve_path};

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(root.path().join(name), content).unwrap();
        }
        root
    }

    fn look_at(root: &std::path::Path, sha256: bool, threads: usize) -> Vec<FileEvidence> {
        let snapshot = resolve_path(root, Wanted::default()).unwrap();
        let look = Look { snapshot: &snapshot, wants_digest: Box::new(move |_| sha256) };
        let jobs = NonZeroUsize::new(threads);
        examine(&[look], &Limits::default(), jobs, false).remove(0)
    }

    #[test]
    fn digests_are_those_of_the_whole_file_whatever_its_size_and_however_many_threads() {
        let large = vec![7; CHUNK * 2 + 5];
        let exact = vec![8; CHUNK];
        let root = folder(&[("a", b"abc"), ("b", &large), ("c", &exact), ("d", b"")]);
        for threads in [1, 2, 5] {
            let files = look_at(root.path(), true, threads);
            let digests: Vec<_> =
                files.iter().map(|file| (file.path.as_str(), file.size, file.sha256)).collect();
            assert_eq!(
                digests,
                [
                    ("a", 3, Some(Digest::of(b"abc"))),
                    ("b", large.len() as u64, Some(Digest::of(&large))),
                    ("c", CHUNK as u64, Some(Digest::of(&exact))),
                    ("d", 0, Some(Digest::of(b""))),
                ]
            );
        }
    }

    #[test]
    fn without_need_there_is_no_digest() {
        let root = folder(&[("a", b"abc"), ("b", &[0; CHUNK])]);
        assert!(look_at(root.path(), false, 2).iter().all(|file| file.sha256.is_none()));
    }

    #[test]
    fn many_files_come_back_in_order() {
        let names: Vec<String> = (0..300).map(|number| format!("{number:03}")).collect();
        let files: Vec<(&str, &[u8])> =
            names.iter().map(|name| (name.as_str(), name.as_bytes())).collect();
        let root = folder(&files);
        let paths: Vec<String> =
            look_at(root.path(), true, 4).into_iter().map(|file| file.path).collect();
        assert_eq!(paths, names);
    }

    #[test]
    fn a_file_that_vanishes_is_unreadable_and_the_others_are_not() {
        let root = folder(&[("a", b"abc"), ("b", b"abc")]);
        let snapshot = resolve_path(root.path(), Wanted::default()).unwrap();
        std::fs::remove_file(root.path().join("a")).unwrap();
        let look = Look { snapshot: &snapshot, wants_digest: Box::new(|_| false) };
        let files = examine(&[look], &Limits::default(), None, false).remove(0);
        let reasons = |file: &FileEvidence| {
            let unreadable =
                |p: &&Evidence| matches!(p.fact, Fact::Coverage(CoverageFact::Unreadable { .. }));
            file.evidence.iter().filter(unreadable).count()
        };
        assert_eq!((files[0].status, reasons(&files[0])), (Status::Unreadable, 1));
        assert_eq!(reasons(&files[1]), 0);
    }
}
