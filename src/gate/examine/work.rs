//! What is left to do, shared by the workers.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::distant::Heavy;
use super::one_file;
use super::reader::{ToSum, Unsummed};
use super::sums::Sums;
use super::task::Task;
use crate::base::Limits;
use crate::evidence::FileEvidence;
use crate::gate::progress::Counts;

/// What is left to do.
///
/// A large file's digest is a piece of work of its own, which goes first: it keeps the file open,
/// so that what was judged and what was summed are the same bytes, and no more files are open
/// than there are workers.
pub(super) struct Work<'a> {
    tasks: &'a [Task<'a>],
    /// The order in which tasks are begun: files that read others come last, when what they read
    /// has been read.
    order: Vec<usize>,
    limits: &'a Limits,
    next: AtomicUsize,
    queue: Mutex<Queue>,
    changed: Condvar,
    files: AtomicUsize,
    bytes: AtomicU64,
}

/// What a worker may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// Everything.
    Any,
    /// What is heavy it leaves to the others.
    Light,
}

#[derive(Default)]
struct Queue {
    to_sum: VecDeque<(usize, ToSum)>,
    /// Tasks that only [`Lane::Any`] may do: their analysis was put off, or they need a core and
    /// not the network from the beginning.
    heavy: VecDeque<usize>,
    /// Tasks whose analysis is not finished, so that they may still ask for a digest.
    analysing: usize,
    summing: usize,
}

/// A result, by the number of its task.
pub(super) enum Done {
    Analysed(usize, FileEvidence),
    Summed(usize, Result<Sums, Unsummed>),
}

enum Piece {
    Analyse(usize),
    Sum(usize, ToSum),
}

/// Counts a piece of work as finished when it is dropped, a panic included: the others must not
/// wait for it.
struct Finished<'a>(&'a Work<'a>, fn(&mut Queue) -> &mut usize);

impl Drop for Finished<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        let count = (self.1)(&mut queue);
        *count = count.saturating_sub(1);
        if queue.analysing == 0 && queue.to_sum.is_empty() {
            self.0.changed.notify_all();
        }
    }
}

impl<'a> Work<'a> {
    /// The work on all tasks. `has_light` says whether there are workers of [`Lane::Light`], more
    /// than cores: then files on this machine are for the others.
    pub(super) fn new(tasks: &'a [Task<'a>], limits: &'a Limits, has_light: bool) -> Self {
        let is = |index: usize, what: fn(&Task<'a>) -> bool| tasks.get(index).is_some_and(what);
        let waits = |index: &usize| !has_light || is(*index, Task::is_remote);
        let (mut order, heavy): (Vec<usize>, Vec<usize>) = (0..tasks.len()).partition(waits);
        order.sort_by_key(|index| is(*index, reads_others));
        let heavy = VecDeque::from(heavy);
        Self {
            tasks,
            order,
            limits,
            next: AtomicUsize::new(0),
            queue: Mutex::new(Queue { analysing: tasks.len(), heavy, ..Queue::default() }),
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
    pub(super) fn wait(&self, time: std::time::Duration) -> Counts {
        let busy = |queue: &mut Queue| {
            queue.analysing > 0 || queue.summing > 0 || !queue.to_sum.is_empty()
        };
        let waited = self.changed.wait_timeout_while(self.queue(), time, busy);
        let (mut queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Counts {
            done: self.files.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            finished: !busy(&mut queue),
        }
    }

    /// Works until nothing is left that this worker may do.
    pub(super) fn run(&self, lane: Lane) -> Vec<Done> {
        let heavy = match lane {
            Lane::Any => Heavy::Allowed,
            Lane::Light => Heavy::PutOff,
        };
        let mut done = Vec::new();
        let mut buffer = Vec::new();
        let progress = |bytes| {
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
        };
        while let Some(piece) = self.take(lane) {
            match piece {
                Piece::Analyse(index) => {
                    let Some(task) = self.tasks.get(index) else { continue };
                    let _finished = Finished(self, |queue| &mut queue.analysing);
                    let sum_at_once = |to_sum| self.push(index, to_sum);
                    let analysed =
                        one_file::analyse(task, self.limits, heavy, &mut buffer, &sum_at_once);
                    let Some(analysed) = analysed else {
                        self.put_off(index);
                        continue;
                    };
                    if let Some(to_sum) = analysed.to_sum {
                        self.push(index, to_sum);
                    } else {
                        progress(analysed.bytes);
                    }
                    self.files.fetch_add(1, Ordering::Relaxed);
                    done.push(Done::Analysed(index, analysed.evidence));
                }
                Piece::Sum(index, to_sum) => {
                    let Some(task) = self.tasks.get(index) else { continue };
                    let _finished = Finished(self, |queue| &mut queue.summing);
                    done.push(Done::Summed(index, to_sum.sum(task, &progress)));
                }
            }
        }
        done
    }

    /// Leaves a task to those who may do heavy work; it counts as one more to be analysed.
    fn put_off(&self, index: usize) {
        let mut queue = self.queue();
        queue.heavy.push_back(index);
        queue.analysing = queue.analysing.saturating_add(1);
        drop(queue);
        self.changed.notify_all();
    }

    fn push(&self, index: usize, to_sum: ToSum) {
        self.queue().to_sum.push_back((index, to_sum));
        // All of them: one alone could be the thread that shows progress.
        self.changed.notify_all();
    }

    /// The next piece of work; waits while another worker may still bring one.
    fn take(&self, lane: Lane) -> Option<Piece> {
        let mut queue = self.queue();
        loop {
            if let Some((index, to_sum)) = queue.to_sum.pop_front() {
                queue.summing = queue.summing.saturating_add(1);
                return Some(Piece::Sum(index, to_sum));
            }
            if lane == Lane::Any
                && let Some(index) = queue.heavy.pop_front()
            {
                return Some(Piece::Analyse(index));
            }
            if let Some(index) = self.order.get(self.next.load(Ordering::Relaxed)) {
                self.next.fetch_add(1, Ordering::Relaxed);
                return Some(Piece::Analyse(*index));
            }
            if queue.analysing == 0 {
                return None;
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Whether the analysis of a file behind a network reads other files of the model: an index reads
/// its shards.
fn reads_others(task: &Task<'_>) -> bool {
    task.is_remote() && task.file.path.ends_with(".json") && task.file.path.contains(".index")
}
