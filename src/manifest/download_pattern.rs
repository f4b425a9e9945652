//! Patterns of `huggingface_hub` for what to download, in globs of our own.
//!
//! `allow_patterns` of `snapshot_download` go to Python's `fnmatch` (huggingface_hub:
//! `filter_repo_objects`): a pattern is matched with the whole path, `*` and `?` match a `/` too,
//! nothing can be escaped, and a pattern that ends in `/` means all below that folder.

/// Any characters, `/` included.
const ANYTHING: &str = "{*,*/**/*}";

/// One character, `/` included.
const ANY_CHARACTER: &str = "{?,/}";

/// A piece of a pattern.
enum Piece {
    Star,
    Question,
    /// What stands between the brackets, `!` included.
    Class(String),
    Literal(char),
}

/// The glob that selects the same files.
///
/// The result is not checked: what makes no glob of it (a range from high to low, `..`) is for the
/// glob's own parser to refuse.
pub(super) fn as_glob(pattern: &str) -> String {
    let folder = if pattern.ends_with('/') { "*" } else { "" };
    let pieces = pieces(&format!("{pattern}{folder}"));
    let wild = |piece: &Piece| !matches!(piece, Piece::Literal(_));
    // `*.json` needs no other spelling: it selects in every folder here as well.
    if let [Piece::Star, rest @ ..] = pieces.as_slice()
        && !rest.iter().any(wild)
        && !rest.iter().any(|piece| matches!(piece, Piece::Literal('/')))
    {
        return format!("*{}", written(rest));
    }
    let text = match pieces.as_slice() {
        [front @ .., Piece::Literal('/'), Piece::Star] => format!("{}/**", written(front)),
        all => written(all),
    };
    // Without a `/` it would be looked for in every folder.
    if text.contains('/') { text } else { format!("./{text}") }
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '*' => {
                if !matches!(pieces.last(), Some(Piece::Star)) {
                    pieces.push(Piece::Star);
                }
            }
            '?' => pieces.push(Piece::Question),
            '[' => match class(rest) {
                Some(inside) => {
                    rest = rest.get(inside.len().saturating_add(1)..).unwrap_or_default();
                    pieces.push(Piece::Class(inside.to_owned()));
                }
                None => pieces.push(Piece::Literal('[')),
            },
            c => pieces.push(Piece::Literal(c)),
        }
    }
    pieces
}

/// What stands before the bracket that closes; a `]` that stands first does not. `None` if none
/// closes, which makes the opening one an ordinary character.
fn class(rest: &str) -> Option<&str> {
    let skipped = usize::from(rest.starts_with('!'));
    let behind = rest.get(skipped..).unwrap_or_default();
    let skipped = skipped.saturating_add(usize::from(behind.starts_with(']')));
    let length = rest.get(skipped..).unwrap_or_default().find(']')?;
    rest.get(..skipped.saturating_add(length))
}

fn written(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Star => text.push_str(ANYTHING),
            Piece::Question => text.push_str(ANY_CHARACTER),
            // A `^` would negate the class here; behind something else it does not.
            Piece::Class(inside) => match inside.strip_prefix('^') {
                Some("") => text.push('^'),
                Some(others) => text.push_str(&format!("[{others}^]")),
                None => text.push_str(&format!("[{inside}]")),
            },
            Piece::Literal(c @ ('{' | '}' | '[' | ']' | '\\')) => text.push_str(&format!("[{c}]")),
            Piece::Literal(c) => text.push(*c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "indices into short slices")]

    use proptest::prelude::*;

    use super::*;
    use crate::base::PathGlobs;

    #[test]
    fn usual_patterns_stay_readable() {
        for (pattern, glob) in [
            ("*.safetensors", "*.safetensors"),
            ("config.json", "./config.json"),
            ("onnx/*", "onnx/**"),
            ("onnx/", "onnx/**"),
            ("*", "*"),
            ("a/b.json", "a/b.json"),
            ("tokenizer*", "tokenizer{*,*/**/*}"),
            ("**/*.json", "{*,*/**/*}/{*,*/**/*}.json"),
        ] {
            assert_eq!(as_glob(pattern), glob);
        }
    }

    /// What `fnmatch` says, by definition.
    fn fnmatch(pattern: &[char], path: &[char]) -> bool {
        match (pattern, path) {
            ([], []) => true,
            (['*', rest @ ..], _) => {
                (0..=path.len()).any(|taken| fnmatch(rest, path.get(taken..).unwrap_or_default()))
            }
            (['?', rest @ ..], [_, path @ ..]) => fnmatch(rest, path),
            (['[', rest @ ..], [b, behind @ ..]) if rest.iter().skip(1).any(|c| *c == ']') => {
                let negated = rest[0] == '!';
                let from = usize::from(negated);
                let length = rest[from..].iter().skip(1).position(|c| *c == ']');
                let Some(end) = length.map(|length| from + 1 + length) else {
                    return *b == '[' && fnmatch(rest, behind);
                };
                rest[from..end].contains(b) != negated && fnmatch(&rest[end + 1..], behind)
            }
            ([a, rest @ ..], [b, path @ ..]) => a == b && fnmatch(rest, path),
            _ => false,
        }
    }

    fn agree(pattern: &str, path: &str) -> Result<(), String> {
        let glob = as_glob(pattern);
        let Ok(globs) = PathGlobs::new([glob.as_str()]) else { return Ok(()) };
        let all: Vec<char> = pattern.chars().chain(pattern.ends_with('/').then_some('*')).collect();
        let expected = fnmatch(&all, &path.chars().collect::<Vec<_>>());
        if globs.is_match(path) == expected {
            return Ok(());
        }
        Err(format!("{pattern} ({glob}) on {path}: fnmatch says {expected}"))
    }

    #[test]
    fn the_same_files_are_selected() {
        let patterns = [
            "*",
            "*.json",
            "config.json",
            "**/*.json",
            "onnx/*",
            "onnx/",
            "a*b",
            "*/x",
            "?.json",
            "a?b",
            "[ab].json",
            "[!a].json",
            "[!a]",
            "x{1,2}",
            "a]b",
            "a[b",
            "a\\b",
            "[^]",
            "[^]a",
            "model-*-of-*.bin",
            "a/*/b",
            "a/**/b",
            "*a*",
        ];
        let paths = [
            "config.json",
            "x/config.json",
            "onnx/a",
            "onnx/b/c",
            "onnx",
            "ab",
            "axb",
            "a/b",
            "a/x/y/b",
            "x",
            "y/x",
            "z/y/x",
            "a.json",
            "/.json",
            "b.json",
            "c.json",
            "x{1,2}",
            "x1",
            "a]b",
            "a[b",
            "a\\b",
            "^",
            "^a",
            "a",
            "model-1-of-2.bin",
            "model-1/x-of-2.bin",
            "a//b",
        ];
        for pattern in patterns {
            for path in paths {
                agree(pattern, path).unwrap();
            }
        }
    }

    proptest! {
        #[test]
        fn the_same_files_are_selected_by_any_pattern(
            pattern in "([ab./{},*?]|\\[[ab]\\]|\\[![ab]\\]){1,7}",
            paths in prop::collection::vec("[ab./{},]{1,8}", 12),
        ) {
            for path in paths.iter().filter(|path| !path.starts_with("./")) {
                let told = agree(&pattern, path);
                prop_assert!(pattern.starts_with("./") || told.is_ok(), "{}", told.unwrap_err());
            }
        }
    }
}
