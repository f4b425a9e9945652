//! Facts kept between runs, as they are asked for and named.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use crate::base::{FileBytes, ReadAt};
use crate::evidence::{Card, FileEvidence, ListedDigest};
use crate::facts_cache::{
    About, Company, Content as Known, Digests, Entry, FactsCache, Questions, Sighting, Stamp,
    listing_digest,
};
use crate::gate::examine::sums::{self, Asked, Sums};
use crate::source::{Content, RemoteBytes, Snapshot, SnapshotFile};

/// Files up to this size are read into memory, so that what is judged and what is summed are the
/// same bytes on every system.
pub(in crate::gate::examine) const WHOLE: u64 = 1 << 20;

/// Files up to this size are found by their digest, which takes some 10 ms to compute.
pub(super) const HASHED: u64 = 16 << 20;

/// Larger files are dense if their analysis reads at least this part of them.
pub(super) const DENSE_PART: u64 = 4;

/// Bytes at both ends of a large file that tell it from others, when the question is only whether
/// it is worth a digest.
pub(super) const OUTLINE: usize = 64 << 10;

/// Facts kept between runs, as they may be used for one file or model.
#[derive(Clone, Copy, Debug)]
pub(in crate::gate) struct Recall<'a> {
    pub(in crate::gate) cache: &'a FactsCache,
    /// Whether digests are computed from bytes that are read now, and facts found by those alone:
    /// that a file is as it was seen is not enough where a lock binds or a waiver is bound to
    /// bytes.
    pub(in crate::gate) from_bytes: bool,
}

impl Recall<'_> {
    /// What an earlier run computed for a file that is as it was.
    pub(in crate::gate::examine) fn digests(&self, seen: Option<&Sighting>) -> Option<Digests> {
        seen.filter(|_| !self.from_bytes).and_then(|seen| self.cache.digests(seen))
    }

    /// What the file at `path` says as a model card.
    pub(in crate::gate::examine) fn card(&self, path: &str, content: Known) -> Option<Card> {
        match self.cache.find(&self.cache.key(About::Card, path, content))? {
            Entry::Card(card) => Some(card),
            _ => None,
        }
    }

    /// Counts bytes that were read.
    pub(in crate::gate::examine) fn count_read(&self, bytes: u64) {
        self.cache.reading().fetch_add(bytes, Ordering::Relaxed);
    }

    /// What names the bytes of a sibling, so that another run can ask for the same; `None` where
    /// nothing does.
    pub(super) fn of_sibling(&self, file: &SnapshotFile) -> Option<(Known, Option<Glance>)> {
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
pub(in crate::gate::examine) fn listed(
    file: &SnapshotFile,
    bytes: &dyn RemoteBytes,
) -> Option<Known> {
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

pub(super) fn is_withheld(file: &SnapshotFile) -> bool {
    matches!(file.content, Content::Withheld)
}

fn paths(snapshot: &Snapshot) -> Vec<String> {
    snapshot.files.iter().map(|file| file.path.clone()).collect()
}

pub(super) fn digests(sums: &Sums) -> Digests {
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
pub(in crate::gate::examine) struct Glance {
    pub(in crate::gate::examine) path: PathBuf,
    pub(in crate::gate::examine) seen: Sighting,
    pub(in crate::gate::examine) moment: Stamp,
}

impl Glance {
    /// The open file at `path`.
    pub(in crate::gate::examine) fn of(path: &Path, file: &File) -> Option<Self> {
        let moment = Stamp::now();
        let seen = Sighting::of(path, &file.metadata().ok()?)?;
        Some(Self { path: path.to_owned(), seen, moment })
    }

    /// Whether all that was read since was read from the same bytes.
    pub(super) fn is_unchanged(&self) -> bool {
        self.seen.is_settled(self.moment) && Sighting::now(&self.path) == Some(self.seen)
    }
}

/// Computes the digests of a large file, and remembers them.
pub(in crate::gate::examine) fn sum(
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
