//! Files on this machine.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::kept::{DENSE_PART, Glance, HASHED, OUTLINE, Recall, WHOLE, asked_for, digests};
use super::witness::{Watched, Witness};
use crate::base::{ReadAt, Sha256Hasher, read_up_to};
use crate::evidence::FileEvidence;
use crate::facts_cache::{About, Content as Known, Digests, Entry, Key};
use crate::gate::examine::reader::{
    Analysed, Reader, SMALL, ToSum, Unsummed, read_whole, unread, unsummed,
};
use crate::gate::examine::sums::{self, Asked, Sums};
use crate::source::Content;

/// A file of this machine, with what is known of it.
pub(in crate::gate::examine) struct Local<'a> {
    reader: &'a Reader<'a>,
    recall: Recall<'a>,
    glance: Option<Glance>,
}

impl<'a> Local<'a> {
    /// The open file of a task.
    pub(in crate::gate::examine) fn new(
        reader: &'a Reader<'a>,
        recall: Recall<'a>,
        file: &File,
    ) -> Self {
        let glance = match &reader.task.file.content {
            Content::File(path) => Glance::of(path, file),
            Content::Remote(_) | Content::Withheld => None,
        };
        Self { reader, recall, glance }
    }

    /// Finds out what there is to know of the file, with as few reads as possible.
    pub(in crate::gate::examine) fn examine(
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
