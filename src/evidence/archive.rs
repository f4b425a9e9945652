//! Facts about archives.

use serde::{Deserialize, Serialize};

use super::Format;

/// A fact about an archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ArchiveFact {
    /// A member, as listed.
    Member {
        /// Its name (untrusted).
        name: String,
        /// Bytes when decoded, as declared.
        size: u64,
        /// What its bytes are or could be taken for.
        formats: Vec<Format>,
    },
    /// Something that no ordinary writer does and that readers may take differently.
    Anomaly {
        /// What.
        anomaly: ArchiveAnomaly,
        /// The particulars (untrusted).
        detail: String,
    },
}

/// What is odd about an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArchiveAnomaly {
    /// Two members of the same name, as written or after case folding.
    DuplicateMember,
    /// A torch record whose name differs from the usual one in case only.
    RecordCase,
    /// Local header and central directory contradict each other.
    HeaderMismatch,
    /// Flag bits set that the data does not bear out (CVE-2025-1945).
    MisleadingFlags,
    /// A checksum that does not match (CVE-2025-10156).
    Checksum,
    /// Members that share bytes.
    Overlap,
    /// A local header that the central directory does not name.
    GhostMember,
    /// Several end records, or one that contradicts the directory.
    EndRecord,
    /// Bytes in front of the first member.
    PrefixBytes,
    /// Bytes behind the archive's end.
    SuffixBytes,
    /// Bytes between members that are no padding.
    GapBytes,
    /// A name that leaves the folder, is absolute, or has control characters.
    UnsafePath,
    /// A symbolic or hard link.
    Link,
    /// A device, fifo or other special member.
    SpecialMember,
    /// An archive that spans several disks.
    SeveralDisks,
    /// A header that does not parse, while others do.
    MalformedHeader,
}

impl ArchiveAnomaly {
    /// What it is, in words.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::DuplicateMember => "two members have the same name",
            Self::RecordCase => "a record's name differs from the expected one in case",
            Self::HeaderMismatch => "local header and central directory contradict each other",
            Self::MisleadingFlags => "flag bits do not match the data",
            Self::Checksum => "a checksum does not match",
            Self::Overlap => "members share bytes",
            Self::GhostMember => "a member is missing from the directory",
            Self::EndRecord => "the end record is ambiguous or contradicts the directory",
            Self::PrefixBytes => "there are bytes in front of the archive",
            Self::SuffixBytes => "there are bytes behind the archive",
            Self::GapBytes => "there are hidden bytes between members",
            Self::UnsafePath => "a member's name leaves the folder or hides characters",
            Self::Link => "a member is a link",
            Self::SpecialMember => "a member is a device or other special file",
            Self::SeveralDisks => "the archive claims several disks",
            Self::MalformedHeader => "a header does not parse",
        }
    }
}
