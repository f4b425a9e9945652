//! `.cache/huggingface/download/<path>.metadata`: what `hf download --local-dir` notes of a file
//! that it has written.

use std::path::Path;

use super::super::listing::named;
use super::record;
use crate::base::Commit;
use crate::evidence::ListedDigest;

/// Longest note: three short lines.
const LONGEST: u64 = 1024;

/// What the note of a file says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// The commit that the file was downloaded from.
    pub(super) commit: Commit,
    /// The digest that the Hub gave for it.
    pub(super) digest: ListedDigest,
}

/// The note of the file at `path` inside the download, if there is one that can be read. It can
/// only ever accuse the file beside it, so that one that makes no sense is left alone.
pub(super) fn note(notes: &Path, path: &str) -> Option<Note> {
    let note = notes.join(format!("{path}.metadata"));
    parse(&record::read(&note, LONGEST).ok()??)
}

/// Three lines: the commit, the entity tag, the time.
fn parse(bytes: &[u8]) -> Option<Note> {
    let mut lines = std::str::from_utf8(bytes).ok()?.lines();
    let commit = lines.next()?.trim().parse().ok()?;
    Some(Note { commit, digest: named(lines.next()?.trim()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_names_commit_and_digest() {
        let commit = "5bb9fc53add422c252f7351a8e28c438cb98ea21";
        let blob = "dcfe1df2dbd4c6be60ab07028bf47ab47716978e";
        let note = parse(format!("{commit}\n{blob}\n1795411047.207539\n").as_bytes()).unwrap();
        assert_eq!(note.commit.as_str(), commit);
        assert_eq!(note.digest, ListedDigest::GitBlob(blob.parse().unwrap()));
        let odd = parse(format!("{commit}\nW/x").as_bytes()).unwrap();
        assert_eq!(odd.digest, ListedDigest::Unknown);
        for text in ["", "main\nx\n", commit, "\u{fffd}"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
