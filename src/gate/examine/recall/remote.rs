//! Files behind a network.

use std::sync::Arc;

use super::kept::{Recall, asked_for, digests, listed};
use super::witness::Witness;
use crate::evidence::{Fact, IntegrityFact, ListedDigest};
use crate::facts_cache::Digests;
use crate::gate::examine::reader::{Analysed, Reader, ToSum};
use crate::gate::examine::sums::{self};
use crate::source::{RemoteBytes, SnapshotFile};

/// Analyses a file behind a network, or finds what an earlier run found. Facts are found before a
/// request for the file is made.
pub(in crate::gate::examine) fn remote(
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
