//! Git's name for the content of a file.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha1::Digest as _;

/// The id of a git blob: the SHA-1 of `"blob "`, the length in decimal, a NUL and the bytes; 20
/// bytes, written as 40 lower-case hexadecimal digits.
///
/// The Hub names files that are not in LFS by it. SHA-1 no longer withstands a deliberate
/// collision, so that it tells a changed file from an unchanged one and proves no origin; a lock
/// keeps SHA-256 for every file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GitBlobId([u8; 20]);

/// Text that is no git blob id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a git blob id has 40 hexadecimal digits")]
pub struct GitBlobIdError;

impl FromStr for GitBlobId {
    type Err = GitBlobIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 40 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(GitBlobIdError);
        }
        let mut bytes = [0_u8; 20];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| GitBlobIdError)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| GitBlobIdError)?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for GitBlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for GitBlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GitBlobId({self})")
    }
}

impl Serialize for GitBlobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for GitBlobId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A git blob id in the making: bytes go in piece by piece.
#[derive(Clone)]
pub struct GitBlobHasher(sha1::Sha1);

impl GitBlobHasher {
    /// For a file of `length` bytes, which git puts in front of them.
    pub fn new(length: u64) -> Self {
        let mut hasher = sha1::Sha1::new();
        hasher.update(format!("blob {length}\0"));
        Self(hasher)
    }

    /// Takes the next bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The id, if as many bytes were taken in as were announced.
    pub fn finish(self) -> GitBlobId {
        GitBlobId(self.0.finalize().into())
    }
}

impl fmt::Debug for GitBlobHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GitBlobHasher")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_git_hash_object() {
        let id = |bytes: &[u8]| {
            let mut hasher = GitBlobHasher::new(bytes.len() as u64);
            hasher.update(bytes);
            hasher.finish().to_string()
        };
        assert_eq!(id(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(id(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
        let parsed: GitBlobId = "CE013625030BA8DBA906F756967F9E9CA394464A".parse().unwrap();
        assert_eq!(parsed.to_string(), id(b"hello\n"));
        assert!("ce01".parse::<GitBlobId>().is_err());
        assert!("é".repeat(20).parse::<GitBlobId>().is_err());
    }
}
