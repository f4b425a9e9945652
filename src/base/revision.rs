//! Which version of a repository is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A commit, branch or tag of a repository, as written.
///
/// Accepted is what git accepts as a reference (`git check-ref-format`), of at most 255 bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(String);

/// Text that is no revision.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevisionError {
    /// Nothing, or too much.
    #[error("a revision has 1 to 255 characters, this has {0}")]
    Length(usize),
    /// Something that git allows in no reference.
    #[error("a revision cannot hold {0}")]
    Forbidden(&'static str),
}

impl Revision {
    /// The revision as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a full commit hash, which alone always means the same bytes.
    pub fn is_commit(&self) -> bool {
        self.commit().is_some()
    }

    /// The commit, if it is a full commit hash.
    pub fn commit(&self) -> Option<Commit> {
        self.0.parse().ok()
    }
}

/// A full commit id: 40 hexadecimal digits, lower-case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commit(String);

/// Text that is no full commit id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a commit id has 40 hexadecimal digits")]
pub struct CommitError;

impl Commit {
    /// The 40 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Commit {
    type Err = CommitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(CommitError)
        }
    }
}

impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for Commit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Commit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for Revision {
    type Err = RevisionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || text.len() > 255 {
            return Err(RevisionError::Length(text.chars().count()));
        }
        let forbidden = [
            (text.chars().any(|c| c.is_control() || c.is_whitespace()), "white space"),
            (text.contains(['~', '^', ':', '?', '*', '[', '\\']), "any of `~^:?*[\\`"),
            (text.contains(".."), "`..`"),
            (text.contains("@{"), "`@{`"),
            (text.starts_with('-'), "a `-` at its beginning"),
            (text.starts_with('/') || text.ends_with('/') || text.contains("//"), "an empty part"),
            (text.split('/').any(|part| part.starts_with('.')), "a part that begins with a dot"),
            (text.ends_with('.') || text.ends_with(".lock"), "a `.` or `.lock` at its end"),
        ];
        match forbidden.into_iter().find(|(found, _)| *found) {
            Some((_, what)) => Err(RevisionError::Forbidden(what)),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_hash_is_a_commit() {
        let commit = "714eb0fa89d2f80546fda750413ed43d93601a13";
        assert!(commit.parse::<Revision>().unwrap().is_commit());
        for name in
            ["main", "v1.0", "refs/pr/1", "714eb0f", "z14eb0fa89d2f80546fda750413ed43d93601a13"]
        {
            assert!(!name.parse::<Revision>().unwrap().is_commit(), "{name}");
        }
    }

    #[test]
    fn what_git_refuses_is_refused() {
        for text in [
            "", "a b", "a..b", "-x", "/a", "a/", "a//b", ".a", "a/.b", "a~1", "a.lock", "a@{0}",
            "a\u{7}",
        ] {
            assert!(text.parse::<Revision>().is_err(), "{text:?}");
        }
        assert!("a".repeat(256).parse::<Revision>().is_err());
    }
}
