//! Digests of whole files, and what comparing them with a listing tells.

use std::io::{self, Read};

use crate::base::{Digest, GitBlobHasher, GitBlobId, ReadAt, Sha256Hasher, read_up_to};
use crate::evidence::{Fact, IntegrityFact, Listed, ListedDigest};
use crate::policy::Verify;
use crate::source::{Content, Listing, SnapshotFile};

/// Bytes that are hashed at a time.
pub(super) const CHUNK: usize = 256 << 10;

/// Whether the SHA-256 of a file is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::gate) enum DigestNeed {
    /// It is not.
    #[default]
    None,
    /// It is shown: where the Hub lists one, a remote file is not read whole to compute it.
    Shown,
    /// A decision depends on it, so that it is computed from the bytes in any case.
    Bound,
}

/// Which digests of a file are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) sha256: bool,
    pub(super) git_blob: bool,
    /// Whether the file is read to its end for them. Otherwise they are taken only if the analysis
    /// reads that far anyway.
    pub(super) to_the_end: bool,
}

impl Asked {
    /// What is computed for `file`.
    ///
    /// A file on this machine is always compared with its listing. A remote one is streamed whole
    /// if the policy verifies all, or if a waiver is bound to its bytes; to merely show a SHA-256
    /// it is streamed only where the Hub lists none.
    pub(super) fn of(file: &SnapshotFile, need: DigestNeed, verify: Verify) -> Self {
        let listed = file.listing.map(|listing| listing.digest);
        let is_sha256 = matches!(listed, Some(ListedDigest::Sha256(_)));
        let sha256 = is_sha256 || need != DigestNeed::None;
        let git_blob = matches!(listed, Some(ListedDigest::GitBlob(_)));
        let to_the_end = match &file.content {
            Content::File(_) | Content::Withheld => sha256 || git_blob,
            Content::Remote(_) => match need {
                DigestNeed::Bound => true,
                DigestNeed::Shown if !is_sha256 => true,
                DigestNeed::Shown | DigestNeed::None => {
                    verify == Verify::Full && (is_sha256 || git_blob)
                }
            },
        };
        Self { sha256, git_blob, to_the_end }
    }
}

/// The digests of a whole file, as far as they were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) sha256: Option<Digest>,
    pub(super) git_blob: Option<GitBlobId>,
}

/// Digests in the making, in one pass.
#[derive(Debug)]
pub(super) struct Summing {
    length: u64,
    at: u64,
    sha256: Option<Sha256Hasher>,
    git_blob: Option<GitBlobHasher>,
}

impl Summing {
    /// For a file of `length` bytes.
    pub(super) fn new(asked: Asked, length: u64) -> Self {
        Self {
            length,
            at: 0,
            sha256: asked.sha256.then(Sha256Hasher::default),
            git_blob: asked.git_blob.then(|| GitBlobHasher::new(length)),
        }
    }

    /// Takes in what follows the bytes taken in so far; what was taken in before is passed over,
    /// and bytes further on are of no use yet.
    pub(super) fn update(&mut self, offset: u64, bytes: &[u8]) {
        let Some(known) = self.at.checked_sub(offset) else { return };
        let new = usize::try_from(known).ok().and_then(|known| bytes.get(known..));
        let Some(new) = new.filter(|new| !<[u8]>::is_empty(new)) else { return };
        if let Some(hasher) = &mut self.sha256 {
            hasher.update(new);
        }
        if let Some(hasher) = &mut self.git_blob {
            hasher.update(new);
        }
        self.at = self.at.saturating_add(new.len() as u64);
    }

    /// The digests; `None` unless all bytes of the file were taken in, and no more.
    pub(super) fn finish(self) -> Option<Sums> {
        (self.at == self.length).then(|| Sums {
            sha256: self.sha256.map(Sha256Hasher::finish),
            git_blob: self.git_blob.map(GitBlobHasher::finish),
        })
    }

    fn or_changed(self) -> io::Result<Sums> {
        self.finish().ok_or_else(|| io::Error::other("its length changed while it was read"))
    }
}

/// The digests of bytes in memory.
pub(super) fn of_memory(bytes: &[u8], asked: Asked) -> Option<Sums> {
    let mut summing = Summing::new(asked, bytes.len() as u64);
    summing.update(0, bytes);
    summing.finish()
}

/// The digests of a file on this machine. `progress` is told how many bytes were read.
pub(super) fn of_file(
    bytes: &dyn ReadAt,
    asked: Asked,
    progress: &dyn Fn(u64),
) -> io::Result<Sums> {
    let mut summing = Summing::new(asked, bytes.len()?);
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = read_up_to(bytes, summing.at, &mut chunk)?;
        summing.update(summing.at, chunk.get(..count).unwrap_or_default());
        progress(count as u64);
        if count < CHUNK {
            return summing.or_changed();
        }
    }
}

/// The digests of a stream of `length` bytes. `progress` is told how many bytes were read.
pub(super) fn of_stream(
    stream: &mut dyn Read,
    length: u64,
    asked: Asked,
    progress: &dyn Fn(u64),
) -> io::Result<Sums> {
    let mut summing = Summing::new(asked, length);
    let mut chunk = vec![0; CHUNK];
    // One byte more is enough to see that the length is another one.
    let mut stream = stream.take(length.saturating_add(1));
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => return summing.or_changed(),
            Ok(count) => {
                summing.update(summing.at, chunk.get(..count).unwrap_or_default());
                progress(count as u64);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// What a file's length tells.
pub(super) fn compare_size(listing: &Listing, length: u64) -> Option<Fact> {
    (listing.size != length).then(|| {
        let (listed, found) = (listing.size.to_string(), length.to_string());
        let (what, authority) = (Listed::Size, listing.authority);
        IntegrityFact::Mismatch { what, listed, found, authority }.into()
    })
}

/// What a file's digests tell. An unknown digest is equal to nothing, and differs from nothing.
pub(super) fn compare_digest(listing: &Listing, sums: &Sums) -> Option<Fact> {
    let (what, listed, found) = match listing.digest {
        ListedDigest::Sha256(listed) => {
            (Listed::Sha256, listed.to_string(), sums.sha256?.to_string())
        }
        ListedDigest::GitBlob(listed) => {
            (Listed::GitBlob, listed.to_string(), sums.git_blob?.to_string())
        }
        ListedDigest::Unknown => return None,
    };
    let authority = listing.authority;
    let fact = if listed == found {
        IntegrityFact::Verified { what, authority }
    } else {
        IntegrityFact::Mismatch { what, listed, found, authority }
    };
    Some(fact.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Authority;

    const ALL: Asked = Asked { sha256: true, git_blob: true, to_the_end: true };

    #[test]
    fn what_is_read_in_pieces_and_twice_is_summed_once() {
        let mut summing = Summing::new(ALL, 6);
        summing.update(0, b"hel");
        summing.update(4, b"o\n");
        summing.update(1, b"ell");
        assert!(Summing::new(ALL, 6).finish().is_none());
        summing.update(4, b"o\n");
        let sums = summing.finish().unwrap();
        assert_eq!(sums, of_memory(b"hello\n", ALL).unwrap());
        assert_eq!(sums.sha256, Some(Digest::of(b"hello\n")));
        let id = sums.git_blob.unwrap().to_string();
        assert_eq!(id, "ce013625030ba8dba906f756967f9e9ca394464a");
    }

    #[test]
    fn streams_and_files_of_another_length_have_no_digest() {
        let bytes = vec![7; CHUNK + 5];
        let length = bytes.len() as u64;
        let sums = of_stream(&mut &*bytes, length, ALL, &|_| ()).unwrap();
        assert_eq!(sums, of_file(&bytes, ALL, &|_| ()).unwrap());
        assert!(of_stream(&mut &*bytes, length - 1, ALL, &|_| ()).is_err());
        assert!(of_stream(&mut &*bytes, length + 1, ALL, &|_| ()).is_err());
    }

    #[test]
    fn an_unknown_digest_is_neither_equal_nor_different() {
        let sums = of_memory(b"abc", ALL).unwrap();
        let listing = |digest| Listing { size: 3, digest, authority: Authority::Hub };
        assert_eq!(compare_digest(&listing(ListedDigest::Unknown), &sums), None);
        let same = listing(ListedDigest::Sha256(Digest::of(b"abc")));
        let verified = IntegrityFact::Verified { what: Listed::Sha256, authority: Authority::Hub };
        assert_eq!(compare_digest(&same, &sums), Some(verified.into()));
        let other = listing(ListedDigest::Sha256(Digest::of(b"abd")));
        assert!(matches!(
            compare_digest(&other, &sums),
            Some(Fact::Integrity(IntegrityFact::Mismatch { what: Listed::Sha256, .. }))
        ));
        assert_eq!(compare_size(&same, 3), None);
        assert!(compare_size(&same, 4).is_some());
    }
}
