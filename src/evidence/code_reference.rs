//! A place in a project's own text where a model is named.

use crate::base::RepoId;
use crate::document::Span;

/// A place in a project's text where a model is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeReference {
    /// Which model.
    pub reference: Reference,
    /// Which version of it.
    pub revision: WrittenRevision,
    /// Where it is written: the constant, if the loader takes it from one.
    pub span: Span,
    /// The line on which it is loaded, from 1; that of [`span`](Self::span) unless a constant
    /// stands elsewhere.
    pub used_on: u32,
    /// What takes it, in a few words: `AutoModel.from_pretrained`, `` key `model_id` ``. It may
    /// hold names from the file (untrusted).
    pub how: String,
    /// The cell of a notebook, from 1.
    pub cell: Option<u32>,
}

/// Which model is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    /// A repository on the Hub by its id, `organisation/name` or an old bare `name`.
    Hub(RepoId),
    /// A repository on the Hub by an address: a page, a file or a clone.
    Address {
        /// The repository.
        repository: RepoId,
        /// The address as written (untrusted).
        written: String,
    },
    /// A file or folder.
    Local {
        /// The path as written (untrusted).
        written: String,
        /// The same from the project's root, if it is there.
        inside: Option<String>,
    },
    /// A model that no manifest can name: a repository of `torch.hub`, an object in a bucket.
    Elsewhere {
        /// As written (untrusted).
        written: String,
    },
    /// Something loads a model here, and which one is not known before the program runs.
    Unresolved {
        /// What stands there, shortened (untrusted).
        written: String,
    },
}

impl Reference {
    /// The repository on the Hub, however it is named.
    pub fn repository(&self) -> Option<&RepoId> {
        match self {
            Self::Hub(repository) | Self::Address { repository, .. } => Some(repository),
            Self::Local { .. } | Self::Elsewhere { .. } | Self::Unresolved { .. } => None,
        }
    }

    /// What kind of reference it is, in one word.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Hub(_) => "hub",
            Self::Address { .. } => "url",
            Self::Local { .. } => "local",
            Self::Elsewhere { .. } => "elsewhere",
            Self::Unresolved { .. } => "unresolved",
        }
    }
}

/// Which version of a model is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum WrittenRevision {
    /// None: whatever is newest.
    #[default]
    Absent,
    /// This commit, branch or tag (untrusted).
    Known(String),
    /// One that is not known before the program runs.
    Unresolved,
}
