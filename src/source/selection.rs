//! Which files of a model the project loads: the globs of `files:`.

use globset::{GlobBuilder, GlobMatcher};

use super::{Snapshot, SourceError};

/// Marks the files that the globs select, and notes the globs that select none.
pub(super) fn select(snapshot: &mut Snapshot, globs: &[String]) -> Result<(), SourceError> {
    if globs.is_empty() {
        return Ok(());
    }
    let mut matchers = Vec::with_capacity(globs.len());
    for glob in globs {
        matchers.push((matcher(glob)?, false));
    }
    for file in &mut snapshot.files {
        file.selected = false;
        for (matcher, matched) in &mut matchers {
            if matcher.is_match(&file.path) {
                *matched = true;
                file.selected = true;
            }
        }
    }
    let unmatched = globs.iter().zip(&matchers).filter(|(_, (_, matched))| !matched);
    snapshot.unmatched = unmatched.map(|(glob, _)| glob.clone()).collect();
    Ok(())
}

fn matcher(glob: &str) -> Result<GlobMatcher, SourceError> {
    let anchored = glob.strip_prefix("./");
    let inner = anchored.unwrap_or(glob);
    let pattern = if inner.ends_with('/') {
        format!("{inner}**")
    } else if anchored.is_some() || inner.contains('/') {
        inner.to_owned()
    } else {
        format!("**/{inner}")
    };
    let built = GlobBuilder::new(&pattern).literal_separator(true).build();
    built.map(|glob| glob.compile_matcher()).map_err(|error| SourceError::Glob {
        glob: glob.to_owned(),
        reason: error.kind().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Content, SnapshotFile};
    use super::*;

    fn selected(globs: &[&str]) -> (Vec<String>, Vec<String>) {
        let files = ["a.bin", "a.json", "onnx/b.bin", "onnx/deep/c.bin"];
        let mut snapshot = Snapshot::default();
        for path in files {
            snapshot.files.push(SnapshotFile {
                path: path.to_owned(),
                selected: true,
                content: Content::Withheld,
                listing: None,
                facts: Vec::new(),
            });
        }
        let globs: Vec<String> = globs.iter().map(|glob| (*glob).to_owned()).collect();
        select(&mut snapshot, &globs).unwrap();
        let paths = snapshot.selected().map(|file| file.path.clone()).collect();
        (paths, snapshot.unmatched)
    }

    #[test]
    fn a_glob_with_a_slash_is_matched_from_the_root_and_one_without_in_every_folder() {
        assert_eq!(selected(&["*.bin"]).0, ["a.bin", "onnx/b.bin", "onnx/deep/c.bin"]);
        assert_eq!(selected(&["./a.bin"]).0, ["a.bin"]);
        assert_eq!(selected(&["./*.bin"]).0, ["a.bin"]);
        assert_eq!(selected(&["onnx/*"]).0, ["onnx/b.bin"]);
        assert_eq!(selected(&["onnx/"]).0, ["onnx/b.bin", "onnx/deep/c.bin"]);
        assert_eq!(selected(&["onnx/**/*.bin"]).0, ["onnx/b.bin", "onnx/deep/c.bin"]);
    }

    #[test]
    fn without_globs_everything_is_selected() {
        assert_eq!(selected(&[]).0.len(), 4);
    }

    #[test]
    fn a_glob_that_selects_nothing_is_noted() {
        assert_eq!(selected(&["*.bin", "*.gguf"]).1, ["*.gguf"]);
    }

    #[test]
    fn what_is_no_glob_is_an_error_that_quotes_it() {
        let error = select(&mut Snapshot::default(), &["a[".to_owned()]).unwrap_err();
        assert!(error.to_string().starts_with("`a[` in `files` is no valid glob"), "{error}");
    }
}
