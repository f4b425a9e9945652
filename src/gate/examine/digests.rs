//! The SHA-256 of every file that the project loads, for the lock.

use std::io;
use std::num::NonZeroUsize;

use super::sums::{self, Asked, Sums};
use crate::base::{Digest, quoted};
use crate::evidence::{
    Authority, CoverageFact, Fact, FileFact, IntegrityFact, Listed, ListedDigest,
};
use crate::gate::in_parallel::in_parallel;
use crate::source::{Content, Listing, OpenedBytes, Snapshot, SnapshotFile};

/// What is computed of each file: what the lock holds, and what a listing may hold.
const BOTH: Asked = Asked { sha256: true, git_blob: true, to_the_end: true };

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
    let threads = jobs.map_or_else(available, NonZeroUsize::get);
    let mut all = Files::default();
    for result in in_parallel(&files, threads, |file| digest(file)) {
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

fn digest(file: &SnapshotFile) -> Result<Digested, String> {
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
        OpenedBytes::Remote(bytes) => {
            let read = bytes
                .stream()
                .and_then(|mut stream| sums::of_stream(&mut *stream, length, BOTH, &|_| ()));
            if let Some(reason) = bytes.failure() {
                return Err(format!("`{name}` cannot be fetched: {reason}"));
            }
            read
        }
        local @ OpenedBytes::File(_) => {
            local.into_read_at().and_then(|bytes| sums::of_file(&*bytes, BOTH, &|_| ()))
        }
    };
    let computed = read.map_err(unreadable)?;
    if let Some(listing) = file.listing {
        compare(&name, &listing, length, &computed)?;
    }
    let sha256 = computed.sha256.ok_or_else(|| format!("`{name}` has no digest"))?;
    Ok(Digested { path, size: length, sha256 })
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

/// The listing must be true. What it withholds says nothing.
fn compare(name: &str, listing: &Listing, length: u64, computed: &Sums) -> Result<(), String> {
    let fact =
        sums::compare_size(listing, length).or_else(|| sums::compare_digest(listing, computed));
    let Some(Fact::Integrity(IntegrityFact::Mismatch { what, listed, found, authority })) = fact
    else {
        return Ok(());
    };
    let who = match authority {
        Authority::Hub => "the Hub lists",
        Authority::Cache => "the books of the cache list",
    };
    let what = match what {
        Listed::Size => "a length of",
        Listed::Sha256 => "SHA-256",
        Listed::GitBlob => "git blob id",
    };
    Err(format!("`{name}` has {what} {found}, and {who} {listed}"))
}

#[cfg(test)]
mod tests {
    use std::io::Read;
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
        digest(&file)
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
            assert_eq!(error, "`config.json` cannot be read: its length changed while it was read");
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
