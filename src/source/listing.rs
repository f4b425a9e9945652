//! What a listing of files must keep to, whoever wrote it: the Hub, a mirror, a local cache.

use std::fmt;

use super::lenient::Scalar;
use crate::evidence::ListedDigest;

/// Most files of one model. The Hub advises against more than 100 000 files in a repository; the
/// largest models have some thousands. More than this end the run for the model, not the memory.
pub(super) const MAXIMUM_FILES: usize = 50_000;

/// Most bytes of a path. Linux takes no longer ones (`PATH_MAX`).
const MAXIMUM_PATH_BYTES: usize = 4096;

/// Why a path in a listing is no path of a file inside the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsafePath {
    /// No path at all, or one of more than 4096 bytes.
    Length,
    /// It begins with `/`, or like a drive of Windows.
    Absolute,
    /// A part is empty, `.` or `..`.
    Part,
    /// A `\`, which separates parts on some systems and not on others, or a NUL.
    Character,
}

impl fmt::Display for UnsafePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "a path has 1 to 4096 bytes",
            Self::Absolute => "it is absolute",
            Self::Part => "it has a part that is empty, `.` or `..`",
            Self::Character => "it holds a `\\` or a NUL character",
        })
    }
}

/// Refuses a path that could mean a file outside the model, or another file than the one that it
/// names. Such a path is no mistake: git itself stores none of them.
pub(super) fn check_path(path: &str) -> Result<(), UnsafePath> {
    if path.is_empty() || path.len() > MAXIMUM_PATH_BYTES {
        return Err(UnsafePath::Length);
    }
    if path.contains(['\\', '\0']) {
        return Err(UnsafePath::Character);
    }
    let drive = matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if path.starts_with('/') || (drive && cfg!(windows)) {
        return Err(UnsafePath::Absolute);
    }
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(UnsafePath::Part);
    }
    Ok(())
}

/// The id of a git blob, if the text is one.
pub(super) fn git_blob(text: Scalar) -> ListedDigest {
    let id = text.text().and_then(|text| text.parse().ok());
    id.map_or(ListedDigest::Unknown, ListedDigest::GitBlob)
}

/// The SHA-256, if the text is one: in its place stand 64 asterisks where a gate withholds it.
pub(super) fn sha256(text: Scalar) -> ListedDigest {
    let digest = text.text().and_then(|text| text.parse().ok());
    digest.map_or(ListedDigest::Unknown, ListedDigest::Sha256)
}

/// The digest that names a blob of a cache: a SHA-256 of 64 digits or a git blob id of 40.
pub(super) fn named(etag: &str) -> ListedDigest {
    let sha256 = || etag.parse().ok().map(ListedDigest::Sha256);
    let git_blob = || etag.parse().ok().map(ListedDigest::GitBlob);
    sha256().or_else(git_blob).unwrap_or(ListedDigest::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_inside_the_model_are_taken() {
        for path in ["a", "a/b.bin", ".gitattributes", "..a/b..", "a b/ü.json", "a\nb", "%2e%2e/x"]
        {
            assert_eq!(check_path(path), Ok(()), "{path:?}");
        }
        assert_eq!(check_path(&"a".repeat(4096)), Ok(()));
    }

    #[test]
    fn paths_that_lead_out_or_name_another_file_are_refused() {
        let refused = [
            ("", UnsafePath::Length),
            ("/etc/passwd", UnsafePath::Absolute),
            ("../x", UnsafePath::Part),
            ("a/../../x", UnsafePath::Part),
            ("a/..", UnsafePath::Part),
            ("./a", UnsafePath::Part),
            ("a//b", UnsafePath::Part),
            ("a/", UnsafePath::Part),
            ("a\\b", UnsafePath::Character),
            ("..\\x", UnsafePath::Character),
            ("a\0b", UnsafePath::Character),
        ];
        for (path, why) in refused {
            assert_eq!(check_path(path), Err(why), "{path:?}");
        }
        assert_eq!(check_path(&"a".repeat(4097)), Err(UnsafePath::Length));
    }
}
