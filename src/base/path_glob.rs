//! Globs over paths inside a model and over names.

use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};

/// Longest pattern, in bytes: compiling costs time in proportion.
const LONGEST: usize = 512;

/// Globs over paths inside a model.
///
/// `*` and `?` match within one part of a path, `**` across parts, `[a-z]` and `{a,b}` as usual.
/// A pattern without `/` matches file names in every folder (`*.bin` matches `a/b.bin`); one with
/// `/` is matched from the root of the model (`./*.bin` does not match `a/b.bin`). Upper and lower case differ.
#[derive(Clone, Debug)]
pub struct PathGlobs(GlobSet);

/// A glob over names: `*` matches any characters. Upper and lower case differ.
#[derive(Clone, Debug)]
pub struct NameGlob(GlobMatcher);

/// A pattern that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid glob: {0}")]
pub struct GlobError(String);

impl GlobError {
    /// What is wrong, in words.
    pub const fn new(message: String) -> Self {
        Self(message)
    }
}

impl PathGlobs {
    /// Compiles patterns of which at least one must match.
    ///
    /// # Errors
    /// The first pattern that is malformed, absolute, leaves the model or is too long.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, GlobError> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            set.add(path_glob(pattern)?);
        }
        set.build().map(Self).map_err(|error| GlobError(error.kind().to_string()))
    }

    /// The pattern that matches this path, and no other path that has a `/`. `None` for a path
    /// that no pattern can stand for: a very long one, or one that leaves the model.
    pub fn literal(path: &str) -> Option<String> {
        let pattern = literal(path);
        Self::new([pattern.as_str()]).is_ok_and(|globs| globs.is_match(path)).then_some(pattern)
    }

    /// Whether a `/`-separated path inside a model matches.
    pub fn is_match(&self, path: &str) -> bool {
        self.0.is_match(path)
    }
}

impl NameGlob {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// A pattern that is malformed or too long.
    pub fn new(pattern: &str) -> Result<Self, GlobError> {
        Ok(Self(glob(pattern, false)?.compile_matcher()))
    }

    /// The pattern that matches this name and no other. `None` for a name that is too long.
    pub fn literal(name: &str) -> Option<String> {
        let pattern = literal(name);
        Self::new(&pattern).is_ok_and(|glob| glob.is_match(name)).then_some(pattern)
    }

    /// Whether a name matches.
    pub fn is_match(&self, name: &str) -> bool {
        self.0.is_match(name)
    }
}

/// A text as a pattern in which no character has a meaning of its own.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '{' | '}' | '\\' | '!' | ',') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

fn path_glob(pattern: &str) -> Result<Glob, GlobError> {
    let anchored = pattern.strip_prefix("./");
    let inner = anchored.unwrap_or(pattern);
    if inner.starts_with('/') {
        return Err(GlobError("paths inside a model are relative".to_owned()));
    }
    if inner.split('/').any(|part| part == "..") {
        return Err(GlobError("`..` would leave the model".to_owned()));
    }
    let from_root = anchored.is_some() || inner.contains('/');
    if from_root { glob(inner, true) } else { glob(&format!("**/{inner}"), true) }
}

fn glob(pattern: &str, separated: bool) -> Result<Glob, GlobError> {
    if pattern.len() > LONGEST {
        return Err(GlobError(format!("longer than {LONGEST} bytes")));
    }
    GlobBuilder::new(pattern)
        .literal_separator(separated)
        .backslash_escape(true)
        .build()
        .map_err(|error| GlobError(error.kind().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_without_slash_matches_in_every_folder() {
        let globs = PathGlobs::new(["*.bin", "onnx/*.onnx", "./a/**"]).unwrap();
        for path in ["a.bin", "x/y/a.bin", "onnx/model.onnx", "a/b/c"] {
            assert!(globs.is_match(path), "{path}");
        }
        for path in ["a.BIN", "onnx/x/model.onnx", "x/onnx/model.onnx", "b/c"] {
            assert!(!globs.is_match(path), "{path}");
        }
        let root = PathGlobs::new(["./*.bin"]).unwrap();
        assert!(root.is_match("a.bin") && !root.is_match("x/a.bin"));
    }

    #[test]
    fn a_literal_matches_itself_only() {
        for text in ["a", "a*b", "[x]", "{a,b}", "a\\b", "!x", "a/b*.bin", "ü ?"] {
            let name = NameGlob::new(&NameGlob::literal(text).unwrap()).unwrap();
            let path = PathGlobs::new([PathGlobs::literal(text).unwrap().as_str()]).unwrap();
            assert!(name.is_match(text) && path.is_match(text), "{text}");
            for other in ["axb", "x", "b", "ab", "a/bx.bin", "ü x", "ax"] {
                assert!(!name.is_match(other) && !path.is_match(other), "{text} {other}");
            }
        }
        for text in ["../a", "/a", &"a".repeat(600)] {
            assert_eq!(PathGlobs::literal(text), None, "{text}");
        }
    }

    #[test]
    fn bad_patterns_are_refused() {
        for pattern in ["[", "{a", "/etc/*", "../x", "a/../b", "[z-a]"] {
            assert!(PathGlobs::new([pattern]).is_err(), "{pattern}");
        }
        assert!(PathGlobs::new([&*"a".repeat(600)]).is_err());
        assert!(NameGlob::new("[").is_err());
        assert!(NameGlob::new("sent*").unwrap().is_match("sentiment/v2"));
    }
}
