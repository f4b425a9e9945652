//! Where a model is.

use std::fmt;
use std::str::FromStr;

use crate::base::{RepoId, RepoIdError, quoted};

/// Where a model is, as `source:` of a manifest or an argument of `scan` says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// `hf://organisation/name`: a repository on the Hugging Face Hub.
    Hub(RepoId),
    /// A file or folder: absolute, or relative to the manifest.
    Local(String),
}

/// Text that names no source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// `hf://` and then no repository.
    #[error("{0}")]
    Repository(#[from] RepoIdError),
    /// A scheme that is not `hf`.
    #[error("there is no source `{}://`", quoted(.0))]
    Scheme(String),
    /// The address of a web page on the Hub.
    #[error("a model on the Hub is written `hf://organisation/name`")]
    WebPage {
        /// The repository, if the address names one.
        repository: Option<RepoId>,
    },
    /// A revision behind the repository.
    #[error("the revision is a key of its own")]
    Revision {
        /// The source without it.
        repository: RepoId,
        /// The revision.
        revision: String,
    },
    /// A path with a NUL character, which no file system has.
    #[error("a path cannot hold a NUL character")]
    Nul,
}

impl SourceError {
    /// What to write instead.
    pub fn help(&self) -> String {
        match self {
            Self::Repository(_) => "write `hf://organisation/name`".to_owned(),
            Self::Scheme(_) => {
                "a source is `hf://organisation/name` or a path relative to the manifest".to_owned()
            }
            Self::WebPage { repository: Some(id) } => format!("write `hf://{id}`"),
            Self::WebPage { repository: None } => {
                "only models can be named, as `hf://organisation/name`".to_owned()
            }
            Self::Revision { repository, revision } => {
                format!("write `source: hf://{repository}` and `revision: {}`", quoted(revision))
            }
            Self::Nul => "remove it".to_owned(),
        }
    }
}

impl Source {
    /// The last component, which names an entry that has no name of its own: `bert` for
    /// `hf://google/bert`, `ranker` for `./models/ranker/`.
    pub fn last_component(&self) -> &str {
        let text = match self {
            Self::Hub(id) => id.name(),
            Self::Local(path) => path,
        };
        let mut parts = text.rsplit(['/', '\\']);
        parts.find(|part| !matches!(*part, "" | "." | "..")).unwrap_or(text)
    }

    /// The same source in one spelling, so that two entries can be compared.
    pub fn canonical(&self) -> String {
        match self {
            Self::Hub(id) => format!("hf://{id}"),
            Self::Local(path) => {
                let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
                let root = if path.starts_with('/') { "/" } else { "" };
                format!("{root}{}", parts.collect::<Vec<_>>().join("/"))
            }
        }
    }
}

impl FromStr for Source {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return if text.contains('\0') {
                Err(SourceError::Nul)
            } else {
                Ok(Self::Local(text.to_owned()))
            };
        };
        match scheme {
            "hf" => match rest.split_once('@') {
                Some((id, revision)) => Err(SourceError::Revision {
                    repository: id.parse()?,
                    revision: revision.to_owned(),
                }),
                None => Ok(Self::Hub(rest.parse()?)),
            },
            "http" | "https" => match hub_page(rest) {
                Some(path) => {
                    let mut parts = path.split('/').filter(|part| !part.is_empty());
                    let first = parts.next().unwrap_or_default();
                    let id = match parts.next() {
                        _ if matches!(first, "datasets" | "spaces") => None,
                        Some(second) => Some(format!("{first}/{second}")),
                        None => Some(first.to_owned()),
                    };
                    Err(SourceError::WebPage { repository: id.and_then(|id| id.parse().ok()) })
                }
                None => Err(SourceError::Scheme(scheme.to_owned())),
            },
            _ => Err(SourceError::Scheme(scheme.to_owned())),
        }
    }
}

/// The path of an address on the Hub.
fn hub_page(rest: &str) -> Option<&str> {
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    matches!(host, "huggingface.co" | "www.huggingface.co" | "hf.co").then_some(path)
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hub(id) => write!(f, "hf://{id}"),
            Self::Local(path) => f.write_str(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_apart() {
        let hub: Source = "hf://google/bert".parse().unwrap();
        assert_eq!(hub, Source::Hub("google/bert".parse().unwrap()));
        assert_eq!(hub.last_component(), "bert");
        let old: Source = "hf://gpt2".parse().unwrap();
        assert_eq!(old.last_component(), "gpt2");
        for (path, name) in [
            ("./models/ranker/", "ranker"),
            ("model.pkl", "model.pkl"),
            ("/srv/a b/m", "m"),
            (".", "."),
            ("../..", "../.."),
            ("C:\\models\\x", "x"),
        ] {
            let source: Source = path.parse().unwrap();
            assert_eq!(source, Source::Local(path.to_owned()));
            assert_eq!(source.last_component(), name);
        }
    }

    #[test]
    fn wrong_sources_say_what_to_write() {
        let help = |text: &str| text.parse::<Source>().unwrap_err().help();
        assert_eq!(
            help("https://huggingface.co/google/bert/tree/main"),
            "write `hf://google/bert`"
        );
        assert_eq!(help("https://hf.co/gpt2"), "write `hf://gpt2`");
        assert_eq!(
            help("hf://google/bert@main"),
            "write `source: hf://google/bert` and `revision: main`"
        );
        assert!(help("https://huggingface.co/datasets/a/b").starts_with("only models"));
        assert!(help("s3://bucket/key").starts_with("a source is"));
        assert!(help("hf://a/b/c").starts_with("write `hf://"));
    }

    #[test]
    fn one_source_has_one_canonical_spelling() {
        let canonical = |text: &str| text.parse::<Source>().unwrap().canonical();
        assert_eq!(canonical("./a//b/"), canonical("a/b"));
        assert_ne!(canonical("/a"), canonical("a"));
    }
}
