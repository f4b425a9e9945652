//! Which digest a file of this machine has, as long as it is as it was seen.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::sighting::Sighting;
use crate::base::{Digest, GitBlobId};

/// Most files of an index: about 7 MB on disk. Of more, those go that were not asked for the
/// longest.
const MOST: usize = 20_000;

/// Days for which a file is remembered that nobody asks for.
pub(super) const KEPT_DAYS: i64 = 30;

/// The digests of a whole file, as computed from its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// The SHA-256.
    pub sha256: Option<Digest>,
    /// Git's name for the content.
    pub git_blob: Option<GitBlobId>,
}

/// A file and its digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    seen: Sighting,
    digests: Digests,
    /// The day of the last use, counted from 1970.
    used: i64,
}

/// Which digests the files of this machine have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    /// By the digest of the path.
    records: HashMap<Digest, Record>,
    is_changed: bool,
}

/// An index as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenIndex {
    records: Vec<Record>,
}

impl Index {
    pub(super) fn of(written: WrittenIndex) -> Self {
        let records = written.records.into_iter();
        let records = records.map(|record| (record.seen.place, record)).collect();
        Self { records, is_changed: false }
    }

    /// The digests of a file that is as it was when they were computed.
    pub(super) fn digests(&mut self, seen: &Sighting, today: i64) -> Option<Digests> {
        let record = self.records.get_mut(&seen.place).filter(|record| record.seen == *seen)?;
        if record.used != today {
            record.used = today;
            self.is_changed = true;
        }
        Some(record.digests)
    }

    /// Remembers the digests of a file that was settled when it was read.
    pub(super) fn learn(&mut self, seen: Sighting, digests: Digests, today: i64) {
        let known = self.digests(&seen, today).unwrap_or_default();
        let digests = Digests {
            sha256: digests.sha256.or(known.sha256),
            // Of other bytes there is another, so that an id that was known goes with the digest.
            git_blob: digests
                .git_blob
                .or(known.git_blob.filter(|_| known.sha256 == digests.sha256)),
        };
        let record = Record { seen, digests, used: today };
        self.records.insert(seen.place, record);
        self.is_changed = true;
    }

    pub(super) fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// What is to be written: this and what others have written meanwhile. Of a file that both
    /// know, what this run knows counts.
    pub(super) fn merged(mut self, others: Self, today: i64) -> WrittenIndex {
        for (place, record) in others.records {
            self.records.entry(place).or_insert(record);
        }
        let oldest = today.saturating_sub(KEPT_DAYS);
        let mut records: Vec<Record> =
            self.records.into_values().filter(|record| record.used >= oldest).collect();
        records.sort_unstable_by_key(|record| (std::cmp::Reverse(record.used), record.seen.place));
        records.truncate(MOST);
        WrittenIndex { records }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sighting::Stamp;
    use super::*;

    fn seen(name: &str, size: u64) -> Sighting {
        Sighting { place: Digest::of(name.as_bytes()), size, ..Sighting::default() }
    }

    fn digests(text: &str) -> Digests {
        Digests { sha256: Some(Digest::of(text.as_bytes())), git_blob: None }
    }

    #[test]
    fn whatever_differs_of_a_file_makes_its_digest_unknown() {
        let mut index = Index::default();
        let file = seen("a", 1);
        index.learn(file, digests("x"), 10);
        assert_eq!(index.digests(&file, 10), Some(digests("x")));
        let others = [
            seen("b", 1),
            Sighting { size: 2, ..file },
            Sighting { device: 1, ..file },
            Sighting { inode: 1, ..file },
            Sighting { modified: Stamp(0, 1), ..file },
            Sighting { changed: Stamp(0, 1), ..file },
        ];
        for other in others {
            assert_eq!(index.digests(&other, 10), None, "{other:?}");
        }
    }

    #[test]
    fn runs_that_write_one_after_another_keep_what_each_learned() {
        let mut mine = Index::default();
        mine.learn(seen("a", 1), digests("new"), 100);
        mine.learn(seen("old", 1), digests("x"), 60);
        let mut others = Index::default();
        others.learn(seen("a", 2), digests("stale"), 100);
        others.learn(seen("b", 1), digests("theirs"), 99);
        let mut merged = Index::of(mine.merged(others, 100));
        assert!(!merged.is_changed());
        assert_eq!(merged.digests(&seen("a", 1), 100), Some(digests("new")));
        assert_eq!(merged.digests(&seen("b", 1), 99), Some(digests("theirs")));
        assert!(!merged.is_changed());
        assert_eq!(merged.digests(&seen("b", 1), 100), Some(digests("theirs")));
        assert!(merged.is_changed(), "that it was used is worth writing");
        // Nobody asked for it for forty days.
        assert_eq!(merged.digests(&seen("old", 1), 100), None);
    }

    #[test]
    fn an_index_stays_bounded() {
        let mut index = Index::default();
        for number in 0..=MOST {
            index.learn(seen(&number.to_string(), 1), digests("x"), 7);
        }
        index.learn(seen("newest", 1), digests("x"), 8);
        let mut kept = Index::of(index.merged(Index::default(), 8));
        assert_eq!(kept.records.len(), MOST);
        assert!(kept.digests(&seen("newest", 1), 8).is_some());
    }
}
