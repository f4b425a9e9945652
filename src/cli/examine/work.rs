//! What is left to do, shared by the workers.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::one_file::{self, ToSum};
use super::turns::Turns;
use super::{Done, Task};
use crate::base::Limits;

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
    turns: &'a Arc<Turns>,
    next: AtomicUsize,
    queue: Mutex<Queue>,
    changed: Condvar,
    files: AtomicUsize,
    bytes: AtomicU64,
}

#[derive(Default)]
struct Queue {
    to_sum: VecDeque<(usize, ToSum)>,
    /// Tasks whose analysis is not finished, so that they may still ask for a digest.
    analysing: usize,
    summing: usize,
}

enum Piece {
    Analyse(usize),
    Sum(usize, ToSum),
}

/// How far the work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Counts {
    pub(in crate::cli) files: usize,
    pub(in crate::cli) bytes: u64,
    pub(in crate::cli) finished: bool,
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
    pub(super) fn new(tasks: &'a [Task<'a>], limits: &'a Limits, turns: &'a Arc<Turns>) -> Self {
        let mut order: Vec<usize> = (0..tasks.len()).collect();
        order.sort_by_key(|index| tasks.get(*index).is_some_and(|task| reads_others(task)));
        Self {
            tasks,
            order,
            limits,
            turns,
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
    pub(super) fn wait(&self, time: std::time::Duration) -> Counts {
        let busy = |queue: &mut Queue| {
            queue.analysing > 0 || queue.summing > 0 || !queue.to_sum.is_empty()
        };
        let waited = self.changed.wait_timeout_while(self.queue(), time, busy);
        let (mut queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Counts {
            files: self.files.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            finished: !busy(&mut queue),
        }
    }

    pub(super) fn run(&self) -> Vec<Done> {
        let mut done = Vec::new();
        let mut buffer = Vec::new();
        let progress = |bytes| {
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
        };
        while let Some(piece) = self.take() {
            match piece {
                Piece::Analyse(index) => {
                    let Some(task) = self.tasks.get(index) else { continue };
                    let _finished = Finished(self, |queue| &mut queue.analysing);
                    let sum_at_once = |to_sum| self.push(index, to_sum);
                    let analysed =
                        one_file::analyse(task, self.limits, self.turns, &mut buffer, &sum_at_once);
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

    fn push(&self, index: usize, to_sum: ToSum) {
        self.queue().to_sum.push_back((index, to_sum));
        // All of them: one alone could be the thread that shows progress.
        self.changed.notify_all();
    }

    /// The next piece of work; waits while another worker may still bring one.
    fn take(&self) -> Option<Piece> {
        let mut queue = self.queue();
        loop {
            if let Some((index, to_sum)) = queue.to_sum.pop_front() {
                queue.summing = queue.summing.saturating_add(1);
                return Some(Piece::Sum(index, to_sum));
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
