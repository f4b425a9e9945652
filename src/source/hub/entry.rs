//! One file, as the Hub's two listings describe it: the siblings of a model's info, and its tree.

use serde::Deserialize;

use super::super::lenient::{Object, Scalar};
use super::super::listing::{git_blob, sha256};
use crate::evidence::ListedDigest;

/// The size and digest of a file, from the fields that both listings have under one name or two.
///
/// The id of a git blob (`blobId` in the info, `oid` in the tree) is that of the content, or, for
/// a file in LFS, of the pointer to it, which says nothing of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Description {
    /// Bytes of the content; the info gives none unless asked.
    pub(super) size: Option<u64>,
    pub(super) digest: ListedDigest,
}

/// `lfs` of a file.
#[derive(Debug, Deserialize)]
pub(super) struct Lfs {
    /// In the info.
    #[serde(default)]
    sha256: Scalar,
    /// In the tree.
    #[serde(default)]
    oid: Scalar,
    #[serde(default)]
    size: Scalar,
    #[serde(default, rename = "pointerSize")]
    pointer_size: Scalar,
}

/// What is wrong with a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Contradiction {
    #[error("`size` and `lfs.size` differ")]
    Size,
    #[error("`lfs.sha256` and `lfs.oid` differ")]
    Digest,
}

impl Description {
    /// From `size`, the id of the git blob, `lfs`, and whether there is an `xetHash`.
    pub(super) fn new(
        size: &Scalar,
        blob: Scalar,
        lfs: Object<Lfs>,
        xet: bool,
    ) -> Result<Self, Contradiction> {
        let size = size.number();
        let Some(lfs) = lfs.0 else {
            // A file in Xet without its LFS entry: the blob is that of the pointer.
            let digest = if xet { ListedDigest::Unknown } else { git_blob(blob) };
            return Ok(Self { size, digest });
        };
        let content_size = lfs.size.number();
        // A mirror that reads git alone gives the pointer's size beside the content's.
        let pointer_only = size.is_some() && size == lfs.pointer_size.number();
        let size = match (size, content_size) {
            (Some(a), Some(b)) if a != b && !pointer_only => return Err(Contradiction::Size),
            (size, content_size) => content_size.or(size),
        };
        let digest = match (sha256(lfs.sha256), sha256(lfs.oid)) {
            (ListedDigest::Unknown, digest) | (digest, ListedDigest::Unknown) => digest,
            (a, b) if a == b => a,
            _ => return Err(Contradiction::Digest),
        };
        Ok(Self { size, digest })
    }

    /// Both descriptions of one file as one; `None` if they contradict each other.
    pub(super) fn agreed(self, other: Self) -> Option<Self> {
        let size = match (self.size, other.size) {
            (Some(a), Some(b)) if a != b => return None,
            (a, b) => a.or(b),
        };
        let digest = match (self.digest, other.digest) {
            (ListedDigest::Unknown, digest) | (digest, ListedDigest::Unknown) => digest,
            (a, b) if a == b => a,
            _ => return None,
        };
        Some(Self { size, digest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256: &str = "cd44947308b4b22228767cab8addd523d1de22abd9b23a10808e5fc295202e4f";
    const BLOB: &str = "c9176dbf0ba8556845af9072b3dd39d06764e8ba";

    fn described(lfs: &str, xet: bool) -> Result<Description, Contradiction> {
        let lfs = serde_json::from_str(lfs).unwrap();
        Description::new(&Scalar::Number(1_048_576), Scalar::Text(BLOB.to_owned()), lfs, xet)
    }

    fn digest(text: &str) -> ListedDigest {
        ListedDigest::Sha256(text.parse().unwrap())
    }

    #[test]
    fn a_blob_id_counts_for_files_that_are_in_git_only() {
        let blob = ListedDigest::GitBlob(BLOB.parse().unwrap());
        assert_eq!(described("null", false).unwrap().digest, blob);
        assert_eq!(described("null", true).unwrap().digest, ListedDigest::Unknown);
        let lfs = format!("{{\"oid\":\"{SHA256}\",\"pointerSize\":132,\"size\":1048576}}");
        assert_eq!(described(&lfs, true).unwrap().digest, digest(SHA256));
        let lfs = format!("{{\"sha256\":\"{SHA256}\",\"pointerSize\":132,\"size\":1048576}}");
        assert_eq!(described(&lfs, false).unwrap().digest, digest(SHA256));
        assert_eq!(
            described("{\"pointerSize\":132}", false).unwrap().digest,
            ListedDigest::Unknown
        );
    }

    #[test]
    fn asterisks_are_no_digest() {
        let masked = format!("{{\"oid\":\"{}\",\"size\":1048576}}", "*".repeat(64));
        assert_eq!(described(&masked, true).unwrap().digest, ListedDigest::Unknown);
        let both = format!("{{\"oid\":\"{}\",\"sha256\":\"{SHA256}\"}}", "*".repeat(64));
        assert_eq!(described(&both, true).unwrap().digest, digest(SHA256));
    }

    #[test]
    fn the_content_has_the_size_and_not_the_pointer() {
        let other = "{\"size\":5}";
        assert_eq!(described(other, false), Err(Contradiction::Size));
        let pointer = "{\"size\":5,\"pointerSize\":1048576}";
        assert_eq!(described(pointer, false).unwrap().size, Some(5));
        assert_eq!(described("{}", false).unwrap().size, Some(1_048_576));
    }

    #[test]
    fn two_descriptions_agree_or_do_not() {
        let blob = ListedDigest::GitBlob(BLOB.parse().unwrap());
        let of = |size, digest| Description { size, digest };
        let unknown = of(None, ListedDigest::Unknown);
        let known = of(Some(1), blob);
        assert_eq!(unknown.agreed(known), Some(known));
        assert_eq!(known.agreed(unknown), Some(known));
        assert_eq!(known.agreed(known), Some(known));
        assert_eq!(known.agreed(of(Some(2), blob)), None);
        assert_eq!(known.agreed(of(Some(1), digest(SHA256))), None);
    }
}
