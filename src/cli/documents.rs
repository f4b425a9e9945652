//! What the user wrote, read from disk, and how its path is shown.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use super::exit::Failure;
use crate::base::Untrusted;
use crate::document::{Document, MAXIMUM_DOCUMENT_BYTES};
use crate::manifest::Manifest;

/// Reads a policy, manifest or lock; `what` names it in the error.
///
/// # Errors
/// It can't be read, is no UTF-8, or is too long.
pub(super) fn read(path: &Path, what: &str) -> Result<Arc<Document>, Failure> {
    let shown = shown(path);
    let bytes = read_bytes(path).map_err(|error| {
        let failure = Failure::new(format!("the {what} `{shown}` cannot be read: {error}"));
        if error.kind() == io::ErrorKind::NotFound {
            failure.help(match what {
                "lock" => "`weighstation lock` writes it",
                _ => "`weighstation init` writes one to start from",
            })
        } else {
            failure
        }
    })?;
    Document::from_bytes(shown, &bytes).map_err(|problem| Failure::of_problems(vec![problem]))
}

/// Reads and checks a manifest.
///
/// # Errors
/// Everything that is wrong in it.
pub(super) fn manifest(path: &Path) -> Result<Manifest, Failure> {
    Manifest::parse(read(path, "manifest")?).map_err(Failure::of_problems)
}

/// The bytes of a file, of which no more are read than a document may have and one.
pub(super) fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let most = u64::try_from(MAXIMUM_DOCUMENT_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A path with `/` between its parts.
pub(super) fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// A path as shown: relative to the working directory where it lies below it, `/` between its
/// parts, control characters escaped.
pub(super) fn shown(path: &Path) -> String {
    let below = path
        .is_absolute()
        .then(|| std::env::current_dir().ok())
        .flatten()
        .and_then(|current| path.strip_prefix(current).ok().map(Path::to_owned));
    let path = below.as_deref().filter(|below| !below.as_os_str().is_empty()).unwrap_or(path);
    let text = slashes(path);
    let text = text.strip_prefix("./").filter(|rest| !rest.is_empty()).unwrap_or(&text);
    Untrusted(text).to_string()
}
