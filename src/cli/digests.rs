//! The SHA-256 of every file that the project loads, for the lock.

use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::base::{Digest, GitBlobHasher, Sha256Hasher, quoted};
use crate::evidence::{Authority, CoverageFact, Fact, FileFact, ListedDigest};
use crate::source::{Content, Listing, OpenedBytes, Snapshot, SnapshotFile};

/// Bytes that are hashed at a time.
const CHUNK: usize = 256 << 10;

/// A file with its digest.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Digested {
    /// The path inside the model.
    pub(super) path: String,
    /// Bytes.
    pub(super) size: u64,
    /// Of its content.
    pub(super) sha256: Digest,
}

/// What was found out about the files of a snapshot.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Those that the project loads, in the order of the snapshot.
    pub(super) files: Vec<Digested>,
    /// Why some are not among them, each in a sentence without a full stop.
    pub(super) problems: Vec<String>,
}

/// The digests of all files that the project loads, computed on several threads.
///
/// The word of the Hub is taken for a file of its own that it lists with a SHA-256. Every other
/// file is read from its first byte to its last, and what its source lists for it must be true.
pub(super) fn digests(snapshot: &Snapshot, jobs: Option<NonZeroUsize>) -> Files {
    let files: Vec<&SnapshotFile> =
        snapshot.selected().filter(|file| !is_link_to_folder(file)).collect();
    let available = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = jobs.map_or_else(available, NonZeroUsize::get).min(files.len());
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(files.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut buffer = vec![0; CHUNK];
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(file) = files.get(index) else { break };
                    let result = digest(file, &mut buffer);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    let mut all = Files::default();
    for (_, result) in results {
        match result {
            Ok(digested) => all.files.push(digested),
            Err(problem) => all.problems.push(problem),
        }
    }
    all
}

/// A link to a folder of the model: the files behind it stand for themselves.
fn is_link_to_folder(file: &SnapshotFile) -> bool {
    let harmless = |fact: &Fact| matches!(fact, Fact::File(FileFact::Link { escapes: false, .. }));
    matches!(file.content, Content::Withheld)
        && !file.facts.is_empty()
        && file.facts.iter().all(harmless)
}

fn digest(file: &SnapshotFile, buffer: &mut [u8]) -> Result<Digested, String> {
    let path = file.path.clone();
    if let (Content::Remote(_), Some(listing)) = (&file.content, file.listing)
        && listing.authority == Authority::Hub
        && let ListedDigest::Sha256(sha256) = listing.digest
    {
        return Ok(Digested { path, size: listing.size, sha256 });
    }
    let name = quoted(&file.path);
    let Some(opened) = file.open() else {
        return Err(format!("`{name}` is not read: {}", why_withheld(file)));
    };
    let unreadable = |error: io::Error| format!("`{name}` cannot be read: {error}");
    let opened = opened.map_err(unreadable)?;
    let length = opened.length;
    let read = match opened.bytes {
        OpenedBytes::File(file) => hash(file, length, buffer),
        OpenedBytes::Remote(bytes) => {
            let read = bytes.stream().and_then(|stream| hash(stream, length, buffer));
            if let Some(reason) = bytes.failure() {
                return Err(format!("`{name}` cannot be fetched: {reason}"));
            }
            read
        }
    };
    let hashed = read.map_err(unreadable)?;
    if hashed.size != length {
        return Err(format!("`{name}` changed its length while it was read"));
    }
    if let Some(listing) = file.listing {
        compare(&name, listing, &hashed)?;
    }
    Ok(Digested { path, size: hashed.size, sha256: hashed.sha256 })
}

fn why_withheld(file: &SnapshotFile) -> String {
    let reasons = file.facts.iter().filter_map(|fact| match fact {
        Fact::Coverage(
            CoverageFact::Unreadable { reason } | CoverageFact::Unfetched { reason },
        ) => Some(reason.clone()),
        Fact::File(FileFact::Link { target, escapes: true }) => {
            Some(format!("it links to `{}`, outside the model", quoted(target)))
        }
        _ => None,
    });
    reasons.last().unwrap_or_else(|| "its source holds it back".to_owned())
}

/// What the bytes are.
struct Hashed {
    size: u64,
    sha256: Digest,
    /// Of the announced length; means something only if that is the size.
    git_blob: crate::base::GitBlobId,
}

/// Reads everything once. No more is read than was announced, and one byte to see that there is no
/// more.
fn hash(bytes: impl Read, length: u64, buffer: &mut [u8]) -> io::Result<Hashed> {
    let mut bytes = bytes.take(length.saturating_add(1));
    let (mut sha256, mut git_blob) = (Sha256Hasher::default(), GitBlobHasher::new(length));
    let mut size: u64 = 0;
    loop {
        let count = match bytes.read(buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let chunk = buffer.get(..count).unwrap_or_default();
        sha256.update(chunk);
        git_blob.update(chunk);
        size = size.saturating_add(count as u64);
    }
    Ok(Hashed { size, sha256: sha256.finish(), git_blob: git_blob.finish() })
}

/// The listing must be true. What it withholds says nothing.
fn compare(name: &str, listing: Listing, hashed: &Hashed) -> Result<(), String> {
    let who = match listing.authority {
        Authority::Hub => "the Hub lists",
        Authority::Cache => "the books of the cache list",
    };
    let differs = |what: &str, found: String, listed: String| {
        Err(format!("`{name}` has {what} {found}, and {who} {listed}"))
    };
    if hashed.size != listing.size {
        return differs("a length of", hashed.size.to_string(), listing.size.to_string());
    }
    match listing.digest {
        ListedDigest::Sha256(listed) if listed != hashed.sha256 => {
            differs("SHA-256", hashed.sha256.to_string(), listed.to_string())
        }
        ListedDigest::GitBlob(listed) if listed != hashed.git_blob => {
            differs("git blob id", hashed.git_blob.to_string(), listed.to_string())
        }
        ListedDigest::Sha256(_) | ListedDigest::GitBlob(_) | ListedDigest::Unknown => Ok(()),
    }
}
