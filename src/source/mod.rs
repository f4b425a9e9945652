//! Where models are: a source becomes a [`Snapshot`], an immutable list of files.
//!
//! Everything that a model's author could put into a folder is expected here: links that lead
//! out, links in circles, fifos, devices, names that are no Unicode. What is not an ordinary file
//! is never opened; it stands in the snapshot with the fact that says so.

mod activity;
mod boundary;
mod cache;
mod environment;
mod http;
mod hub;
mod lenient;
mod listing;
mod local;
mod selection;
mod snapshot;
mod sources;

use std::path::Path;

pub use activity::Activity;
pub use environment::{Environment, EnvironmentError};
pub use hub::{Access, HubError, HubProblem};
pub use listing::UnsafePath;
pub use snapshot::{
    Completeness, Content, Listing, Opened, OpenedBytes, Provenance, RemoteBytes, Snapshot,
    SnapshotFile,
};
pub use sources::{SourceOptions, Sources};

/// Why a source could not be turned into a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nothing is there.
    #[error("`{path}` does not exist; correct the path, or download the model first")]
    NotFound {
        /// The path as shown.
        path: String,
    },
    /// A device, fifo or socket.
    #[error("`{path}` is {what}, not a file or folder; it was not opened")]
    Special {
        /// The path as shown.
        path: String,
        /// What it is.
        what: &'static str,
    },
    /// The operating system refused.
    #[error("`{path}` cannot be read: {error}; check its permissions")]
    Io {
        /// The path as shown.
        path: String,
        /// In the operating system's words.
        error: std::io::Error,
    },
    /// A cache folder without the wanted revision.
    #[error(
        "the cache folder `{path}` has no revision `{revision}`{}; download it, or correct `revision`",
        listed(.present)
    )]
    Revision {
        /// The path as shown.
        path: String,
        /// The revision that was asked for.
        revision: String,
        /// The commits that are there.
        present: Vec<String>,
    },
    /// A cache folder from which no single snapshot follows.
    #[error(
        "the cache folder `{path}` has no `refs/main` and does not hold exactly one snapshot{}; \
         name one with `revision`",
        listed(.present)
    )]
    Ambiguous {
        /// The path as shown.
        path: String,
        /// The commits that are there.
        present: Vec<String>,
    },
    /// A `files:` entry that is no glob.
    #[error("`{glob}` in `files` is no valid glob: {reason}")]
    Glob {
        /// As written.
        glob: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A source that is neither a path nor a model on the Hub.
    #[error("`{source_text}` is no source: {error}; {}", .error.help())]
    Written {
        /// As written.
        source_text: String,
        /// What is wrong with it.
        error: crate::manifest::SourceError,
    },
    /// A variable of the environment that says how to reach the Hub.
    #[error("the Hub cannot be asked: {0}")]
    Environment(String),
    /// A model on the Hub.
    #[error(transparent)]
    Hub(#[from] HubError),
}

fn listed(commits: &[String]) -> String {
    if commits.is_empty() {
        return " (it holds no snapshot at all)".to_owned();
    }
    format!(" (it holds {})", commits.join(", "))
}

/// What is asked of a source.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// A commit, branch or tag; only caches and the Hub know several.
    pub revision: Option<&'a str>,
    /// Globs over the paths inside the model that select what the project loads; empty for all.
    /// A glob without `/` matches file names in every folder, one with `/` is matched from the
    /// root, one that ends in `/` selects all below; `*` does not cross a `/`, `**` does.
    pub files: &'a [String],
}

/// Whether `source` names a repository on the Hub and not a path.
pub fn is_hub(source: &str) -> bool {
    source.starts_with("hf://")
}

/// Turns a source, as written, into a snapshot. Relative paths are relative to `base`. For a single
/// model; a run with several shares its [`Sources`].
pub fn resolve(source: &str, base: &Path, wanted: Wanted<'_>) -> Result<Snapshot, SourceError> {
    let origin = source
        .parse()
        .map_err(|error| SourceError::Written { source_text: source.to_owned(), error })?;
    Sources::new(SourceOptions::default()).resolve(&origin, base, wanted)
}

/// Turns a path of this machine into a snapshot.
pub fn resolve_path(path: &Path, wanted: Wanted<'_>) -> Result<Snapshot, SourceError> {
    local::resolve(path, wanted)
}

/// A path as shown: `/` between its parts on every system, control characters escaped.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace('\\', "/").into() };
    crate::base::Untrusted(&text).to_string()
}
