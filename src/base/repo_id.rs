//! The name of a repository on the Hugging Face Hub.

use std::fmt;
use std::str::FromStr;

/// A model repository: `organisation/name`, or a bare `name` for the Hub's oldest ones (`gpt2`).
///
/// The rules are those of `huggingface_hub.utils.validate_repo_id`: at most 96 characters of
/// letters, digits, `-`, `_` and `.`, no `--` or `..`, no `-` or `.` at an end, no `.git` suffix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoId(String);

/// Text that is no repository name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RepoIdError {
    /// More than one slash, or an empty part.
    #[error("a repository is `organisation/name` or `name`")]
    Parts,
    /// Too long.
    #[error("a repository name has at most 96 characters, this has {0}")]
    Length(usize),
    /// A character that the Hub does not allow.
    #[error("a repository name cannot hold `{}`", .0.escape_default())]
    Character(char),
    /// A form that the Hub does not allow.
    #[error("a repository name cannot {0}")]
    Form(&'static str),
}

impl RepoId {
    /// `organisation/name` or `name`
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The organisation or user; `None` for the Hub's oldest repositories, which are its own.
    pub fn publisher(&self) -> Option<&str> {
        self.0.split_once('/').map(|(publisher, _)| publisher)
    }

    /// The name without the organisation.
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(_, name)| name)
    }
}

impl FromStr for RepoId {
    type Err = RepoIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.matches('/').count() > 1 || text.split('/').any(str::is_empty) {
            return Err(RepoIdError::Parts);
        }
        let length = text.chars().count();
        if length > 96 {
            return Err(RepoIdError::Length(length));
        }
        let allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        if let Some(character) = text.chars().find(|c| !allowed(c)) {
            return Err(RepoIdError::Character(character));
        }
        if text.contains("--") || text.contains("..") {
            return Err(RepoIdError::Form("hold `--` or `..`"));
        }
        let edge = |c: char| matches!(c, '-' | '.');
        if text.split('/').any(|part| part.starts_with(edge) || part.ends_with(edge)) {
            return Err(RepoIdError::Form("begin or end with `-` or `.`"));
        }
        if text.ends_with(".git") {
            return Err(RepoIdError::Form("end with `.git`"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for RepoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let new: RepoId = "distilbert/distilbert-base-uncased".parse().unwrap();
        assert_eq!((new.publisher(), new.name()), (Some("distilbert"), "distilbert-base-uncased"));
        let old: RepoId = "gpt2".parse().unwrap();
        assert_eq!((old.publisher(), old.name()), (None, "gpt2"));
    }

    #[test]
    fn what_the_hub_refuses_is_refused() {
        for text in [
            "", "/", "a/", "/b", "a/b/c", "a b", "a--b", "a..b", ".a", "a-/b", "a/b.git", "ü/x",
            "a/b@main",
        ] {
            assert!(text.parse::<RepoId>().is_err(), "{text:?}");
        }
        assert!("a".repeat(97).parse::<RepoId>().is_err());
    }
}
