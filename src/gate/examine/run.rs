//! Every file of every model through the analysers, on several threads, results in order.

use std::num::NonZeroUsize;

use super::reader::{self, SMALL, Unsummed};
use super::recall::Recall;
use super::sums::{Asked, DigestNeed, Sums};
use super::task::Task;
use super::work::{Done, Lane, Work};
use crate::base::Limits;
use crate::evidence::FileEvidence;
use crate::gate::progress::{Phase, Progress};
use crate::policy::Verify;
use crate::source::{Activity, Snapshot};

/// Files behind a network that are analysed at once, unless `--jobs` says otherwise: most of the
/// time each waits.
const REMOTE_AT_ONCE: usize = 16;

/// Threads that do heavy work, where files behind a network are analysed by more threads than
/// there are cores: a dense pickle or a decompressor needs megabytes, and an allocator keeps for
/// each thread what it once needed. This is what bounds the memory of the process.
const HEAVY_AT_ONCE: usize = 2;

/// A snapshot to look at.
pub(in crate::gate) struct ScanRequest<'a> {
    pub(in crate::gate) snapshot: &'a Snapshot,
    /// Whether the digest of the file at this path is needed.
    pub(in crate::gate) needs_digest: Box<dyn Fn(&str) -> DigestNeed + 'a>,
    /// How much is compared with its listed digest.
    pub(in crate::gate) verify: Verify,
    /// Facts of earlier runs, if they are asked for.
    pub(in crate::gate) recall: Option<Recall<'a>>,
}

/// Analyses the selected files of all snapshots; the results are in their order. `progress` is who
/// watches, if somebody does, and what the network does meanwhile.
pub(in crate::gate) fn examine(
    requests: &[ScanRequest<'_>],
    limits: &Limits,
    jobs: Option<NonZeroUsize>,
    progress: Option<(&dyn Progress, &Activity)>,
) -> Vec<Vec<FileEvidence>> {
    run(tasks(requests), requests.len(), limits, jobs, progress)
}

/// Analyses the files of so many models.
pub(super) fn run(
    tasks: Vec<Task<'_>>,
    models: usize,
    limits: &Limits,
    jobs: Option<NonZeroUsize>,
    progress: Option<(&dyn Progress, &Activity)>,
) -> Vec<Vec<FileEvidence>> {
    let cores = jobs.or_else(|| std::thread::available_parallelism().ok());
    let cores = cores.map_or(1, NonZeroUsize::get);
    let is_remote = tasks.iter().any(Task::is_remote);
    let most = if is_remote && jobs.is_none() { REMOTE_AT_ONCE.max(cores) } else { cores };
    let threads = most.min(tasks.len().max(1));
    let heavy = if is_remote { cores.min(HEAVY_AT_ONCE) } else { threads };
    let lane = |number| if number < heavy { Lane::Any } else { Lane::Light };
    let work = Work::new(&tasks, limits, heavy < threads);

    let mut results: Vec<Done> = Vec::with_capacity(tasks.len());
    // With progress to show, this thread watches; without, it works with the others.
    let first = if progress.is_some() { 0 } else { 1 };
    std::thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> =
            (first..threads).map(|number| scope.spawn(move || work.run(lane(number)))).collect();
        if let Some((progress, activity)) = progress {
            let phase = Phase::Examining { files: tasks.len(), models };
            progress.watch(phase, &|wait| work.wait(wait), activity);
        } else {
            results.append(&mut work.run(lane(0)));
        }
        for worker in workers {
            match worker.join() {
                Ok(mut done) => results.append(&mut done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    drop(work);
    in_order(results, &tasks, models)
}

pub(super) fn tasks<'a>(requests: &[ScanRequest<'a>]) -> Vec<Task<'a>> {
    let mut tasks = Vec::new();
    for (model, request) in requests.iter().enumerate() {
        for file in request.snapshot.selected() {
            let need = (request.needs_digest)(&file.path);
            let asked = Asked::of(file, need, request.verify);
            let recall = request.recall.map(|recall| Recall {
                from_bytes: recall.from_bytes || need == DigestNeed::Bound,
                ..recall
            });
            let snapshot = request.snapshot;
            tasks.push(Task { model, file, snapshot, asked, read_whole: SMALL as u64, recall });
        }
    }
    tasks
}

/// The evidence of every model's files, in the order of the tasks. Every task fills its slot: a file
/// that nothing was said of must not pass for one in which nothing was found.
fn in_order(results: Vec<Done>, tasks: &[Task<'_>], models: usize) -> Vec<Vec<FileEvidence>> {
    let mut analysed: Vec<Option<FileEvidence>> = tasks.iter().map(|_| None).collect();
    let mut digests: Vec<Option<Result<Sums, Unsummed>>> = tasks.iter().map(|_| None).collect();
    for result in results {
        let is_new = match result {
            Done::Analysed(index, evidence) => fill(&mut analysed, index, evidence),
            Done::Summed(index, sums) => fill(&mut digests, index, sums),
        };
        debug_assert!(is_new, "a task has one result");
    }
    let slots = tasks.iter().zip(analysed.into_iter().zip(digests)).map(|(task, slot)| {
        let (Some(mut evidence), sums) = slot else { return reader::left_out(task.file) };
        match sums {
            Some(Ok(sums)) => reader::summed(&mut evidence, task, &sums),
            Some(Err(why)) => reader::unsummed(&mut evidence, &why),
            None => {}
        }
        evidence
    });
    let mut models: Vec<Vec<FileEvidence>> = (0..models).map(|_| Vec::new()).collect();
    for (task, evidence) in tasks.iter().zip(slots) {
        if let Some(files) = models.get_mut(task.model) {
            files.push(evidence);
        }
    }
    models
}

/// Whether the slot was there and empty.
fn fill<T>(slots: &mut [Option<T>], index: usize, value: T) -> bool {
    slots.get_mut(index).is_some_and(|slot| slot.replace(value).is_none())
}

/// The facts about one file, with its digest if it is wanted: for `inspect`.
pub fn examine_file(snapshot: &Snapshot, sha256: bool) -> Option<FileEvidence> {
    let need = if sha256 { DigestNeed::Shown } else { DigestNeed::None };
    let needs_digest = Box::new(move |_: &str| need);
    let request = ScanRequest { snapshot, needs_digest, verify: Verify::Listed, recall: None };
    let evidence = examine(&[request], &Limits::default(), None, None);
    evidence.into_iter().flatten().next()
}

#[cfg(test)]
mod tests {
    use super::super::sums::CHUNK;
    use super::*;
    use crate::base::Digest;
    use crate::evidence::{CoverageFact, Evidence, Fact, Status};
    use crate::source::{Wanted, resolve_path};

    fn request(snapshot: &Snapshot, sha256: bool) -> ScanRequest<'_> {
        let need = if sha256 { DigestNeed::Shown } else { DigestNeed::None };
        ScanRequest {
            snapshot,
            needs_digest: Box::new(move |_| need),
            verify: Verify::Listed,
            recall: None,
        }
    }

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(root.path().join(name), content).unwrap();
        }
        root
    }

    fn look_at(root: &std::path::Path, sha256: bool, threads: usize) -> Vec<FileEvidence> {
        let snapshot = resolve_path(root, Wanted::default()).unwrap();
        let request = request(&snapshot, sha256);
        let jobs = NonZeroUsize::new(threads);
        examine(&[request], &Limits::default(), jobs, None).remove(0)
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
        let request = request(&snapshot, false);
        let files = examine(&[request], &Limits::default(), None, None).remove(0);
        let reasons = |file: &FileEvidence| {
            let unreadable =
                |p: &&Evidence| matches!(p.fact, Fact::Coverage(CoverageFact::Unreadable { .. }));
            file.evidence.iter().filter(unreadable).count()
        };
        assert_eq!((files[0].status, reasons(&files[0])), (Status::Unreadable, 1));
        assert_eq!(reasons(&files[1]), 0);
    }
}
