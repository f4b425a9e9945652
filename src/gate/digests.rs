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
pub struct Digested {
    /// The path inside the model.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Of its content.
    pub sha256: Digest,
}

/// What was found out about the files of a snapshot.
#[derive(Debug, Default)]
pub struct Files {
    /// Those that the project loads, in the order of the snapshot.
    pub files: Vec<Digested>,
    /// Why some are not among them, each in a sentence without a full stop.
    pub problems: Vec<String>,
}

/// The digests of all files that the project loads, computed on several threads.
///
/// The word of the Hub is taken for a file of its own that it lists with a SHA-256. Every other
/// file is read from its first byte to its last, and what its source lists for it must be true.
pub fn digests(snapshot: &Snapshot, jobs: Option<NonZeroUsize>) -> Files {
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
    let mut reasons = file.facts.iter().filter_map(|fact| match fact {
        Fact::Coverage(
            CoverageFact::Unreadable { reason } | CoverageFact::Unfetched { reason },
        ) => Some(reason.clone()),
        Fact::File(FileFact::Link { target, escapes: true }) => {
            Some(format!("it links to `{}`, outside the model", quoted(target)))
        }
        _ => None,
    });
    reasons.next_back().unwrap_or_else(|| "its source holds it back".to_owned())
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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::base::{GitBlobId, ReadAt};
    use crate::source::{RemoteBytes, Wanted, resolve_path};

    const CONTENT: &[u8] = b"hello\n";
    /// `git hash-object` of the content.
    const BLOB: &str = "ce013625030ba8dba906f756967f9e9ca394464a";

    /// A file behind a network that brings these bytes and announces that length.
    #[derive(Debug)]
    struct Wire {
        bytes: &'static [u8],
        announced: u64,
        broken: bool,
    }

    impl ReadAt for Wire {
        fn len(&self) -> io::Result<u64> {
            Ok(self.announced)
        }
        fn read_at(&self, _: u64, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("a digest is computed from the stream"))
        }
    }

    impl RemoteBytes for Wire {
        fn stream(&self) -> io::Result<Box<dyn Read + Send + '_>> {
            Ok(Box::new(self.bytes))
        }
        fn failure(&self) -> Option<String> {
            self.broken.then(|| "the connection broke".to_owned())
        }
    }

    fn remote(wire: Wire, listing: Option<Listing>) -> Result<Digested, String> {
        let file = SnapshotFile {
            path: "config.json".to_owned(),
            selected: true,
            content: Content::Remote(Arc::new(wire)),
            listing,
            facts: Vec::new(),
        };
        digest(&file, &mut [0; 4])
    }

    fn sound() -> Wire {
        Wire { bytes: CONTENT, announced: 6, broken: false }
    }

    fn listed(digest: ListedDigest) -> Option<Listing> {
        Some(Listing { size: 6, digest, authority: Authority::Hub })
    }

    fn blob(id: &str) -> ListedDigest {
        ListedDigest::GitBlob(id.parse::<GitBlobId>().unwrap())
    }

    #[test]
    fn the_hubs_digest_is_taken_and_others_are_computed() {
        let other = Digest::of(b"something else");
        let taken = remote(sound(), listed(ListedDigest::Sha256(other))).unwrap();
        assert_eq!((taken.sha256, taken.size), (other, 6));
        for listing in [None, listed(ListedDigest::Unknown), listed(blob(BLOB))] {
            let read = remote(sound(), listing).unwrap();
            assert_eq!((read.sha256, read.size), (Digest::of(CONTENT), 6));
        }
        // The books of a cache are no word of the Hub.
        let listing =
            Listing { size: 6, digest: ListedDigest::Sha256(other), authority: Authority::Cache };
        let error = remote(sound(), Some(listing)).unwrap_err();
        assert!(error.contains("the books of the cache list"), "{error}");
    }

    #[test]
    fn what_is_not_as_listed_is_an_error() {
        let error = remote(sound(), listed(blob(&BLOB.replace('c', "d")))).unwrap_err();
        assert!(error.contains("git blob id") && error.contains("the Hub lists"), "{error}");
        let size = Listing { size: 7, digest: ListedDigest::Unknown, authority: Authority::Hub };
        let error = remote(sound(), Some(size)).unwrap_err();
        assert_eq!(error, "`config.json` has a length of 6, and the Hub lists 7");
        for announced in [5, 7] {
            let error = remote(Wire { announced, ..sound() }, None).unwrap_err();
            assert_eq!(error, "`config.json` changed its length while it was read");
        }
        let error = remote(Wire { broken: true, ..sound() }, None).unwrap_err();
        assert_eq!(error, "`config.json` cannot be fetched: the connection broke");
    }

    fn folder(path: &Path) -> Files {
        digests(&resolve_path(path, Wanted::default()).unwrap(), NonZeroUsize::new(3))
    }

    #[test]
    fn many_files_come_back_in_order() {
        let root = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..50).map(|number| format!("{number:02}")).collect();
        for name in &names {
            std::fs::write(root.path().join(name), name).unwrap();
        }
        let Files { files, problems } = folder(root.path());
        assert_eq!(problems, [] as [String; 0]);
        for (file, name) in files.iter().zip(&names) {
            assert_eq!((&file.path, file.sha256), (name, Digest::of(name.as_bytes())));
        }
        assert_eq!(files.len(), names.len());
    }

    #[test]
    #[cfg(unix)]
    fn a_link_out_of_the_model_is_a_problem_and_one_to_a_folder_inside_is_none() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().unwrap();
        let model = root.path().join("model");
        std::fs::create_dir_all(model.join("real")).unwrap();
        std::fs::write(model.join("real/a"), "a").unwrap();
        symlink("real", model.join("also")).unwrap();
        let Files { files, problems } = folder(&model);
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!((paths, problems.len()), (vec!["also/a", "real/a"], 0));
        std::fs::write(root.path().join("secret"), "x").unwrap();
        symlink("../secret", model.join("out")).unwrap();
        assert_eq!(
            folder(&model).problems,
            ["`out` is not read: it links to `../secret`, outside the model"]
        );
    }
}
