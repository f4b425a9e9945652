//! What an analysis reads, asks of the other files of the model, and is told.

use std::io;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::kept::{Glance, Recall, is_withheld};
use crate::analyse::{HeavyWork, Siblings};
use crate::base::ReadAt;
use crate::evidence::FileEvidence;
use crate::facts_cache::{
    About, Company, Content as Known, Digests, Entry, Key, Questions, listing_digest,
};
use crate::gate::examine::distant::SnapshotSiblings;

/// How much was read, and whether a read failed.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) all: Arc<AtomicU64>,
    pub(super) read: AtomicU64,
    pub(super) failed: AtomicBool,
}

/// Bytes whose reads are watched.
pub(super) struct Watched<B>(pub(super) B, pub(super) Arc<Watch>);

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
pub(super) struct Witness<'a> {
    pub(super) recall: Recall<'a>,
    pub(super) siblings: &'a SnapshotSiblings<'a>,
    pub(super) watch: Arc<Watch>,
    pub(super) testimony: Mutex<Testimony>,
}

#[derive(Debug, Default)]
pub(super) struct Testimony {
    company: Company,
    glances: Vec<Glance>,
    /// Whether something was asked whose answer has no name.
    unsure: bool,
}

impl<'a> Witness<'a> {
    pub(super) fn new(recall: Recall<'a>, siblings: &'a SnapshotSiblings<'a>) -> Self {
        let all = Arc::clone(recall.cache.reading());
        let (read, failed) = (AtomicU64::new(0), AtomicBool::new(false));
        let watch = Arc::new(Watch { all, read, failed });
        Self { recall, siblings, watch, testimony: Mutex::default() }
    }

    pub(super) fn testimony<R>(&self, note: impl FnOnce(&mut Testimony) -> R) -> R {
        note(&mut self.testimony.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps the facts that were found in bytes of this name, unless a read failed, the network
    /// did, or one of the files that were read was changed meanwhile.
    pub(super) fn keep(
        self,
        path: &str,
        content: Known,
        evidence: &FileEvidence,
        digests: Option<Digests>,
    ) {
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
