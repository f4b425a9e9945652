//! What the user wrote, read from disk, and how its path is shown.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::exit::Failure;
use crate::base::{Document, Untrusted};

/// Reads a policy or manifest.
pub(super) fn read(path: &Path, what: &str, missing: &str) -> Result<Arc<Document>, Failure> {
    let shown = shown(path);
    let bytes = fs::read(path).map_err(|error| {
        let failure = Failure::new(format!("the {what} `{shown}` cannot be read: {error}"));
        if error.kind() == std::io::ErrorKind::NotFound { failure.help(missing) } else { failure }
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        Failure::new(format!("the {what} `{shown}` is not UTF-8: see byte {offset}"))
    })?;
    Ok(Arc::new(Document { path: shown, text }))
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
    let text = path.to_string_lossy();
    let text = text.strip_prefix("./").filter(|rest| !rest.is_empty()).unwrap_or(&text);
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() };
    Untrusted(&text).to_string()
}
