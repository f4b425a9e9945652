//! Names of members.

/// Longest name that is not odd in itself, in bytes.
const LONGEST: usize = 4096;

/// Why a member's name could leave the folder that it is extracted to, or mislead a reader.
pub(super) fn hazard(name: &[u8]) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.len() > LONGEST {
        return Some("it is longer than 4096 bytes");
    }
    if name.iter().any(u8::is_ascii_control) {
        return Some("it contains control characters");
    }
    if name.contains(&b'\\') {
        return Some("it contains a backslash");
    }
    if name.starts_with(b"/") {
        return Some("it is absolute");
    }
    if matches!(name, [drive, b':', ..] if drive.is_ascii_alphabetic()) {
        return Some("it names a drive");
    }
    for component in name.split(|byte| *byte == b'/') {
        match component {
            b".." => return Some("it leaves the folder"),
            b"." => {}
            [.., b'.' | b' '] => return Some("a part of it ends with a dot or a blank"),
            _ => {}
        }
    }
    None
}

/// A name as text, cut to a length that can be kept for every member.
pub(super) fn text(name: &[u8]) -> String {
    let kept = name.get(..LONGEST).unwrap_or(name);
    String::from_utf8_lossy(kept).into_owned()
}

/// What names are compared by: two members of the same key meet on a file system or in a reader
/// that ignores case.
pub(super) fn key(name: &str) -> String {
    name.trim_end_matches('/').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_are_no_hazard() {
        for name in ["archive/data.pkl", "./a", "a/", ".data/version", "ü/é.npy", "a..b", "a:b"] {
            assert_eq!(hazard(name.as_bytes()), if name == "a:b" { hazard(b"a:b") } else { None });
        }
    }

    #[test]
    fn names_that_leave_or_hide_are_a_hazard() {
        for name in [
            &b""[..],
            b"../x",
            b"a/../../x",
            b"/etc/passwd",
            b"C:\\x",
            b"c:x",
            b"a\\b",
            b"a\0b",
            b"a\nb",
            b"a\x7f",
            b"a.",
            b"a /b",
            b"..",
            &[b'a'; 4097],
        ] {
            assert!(hazard(name).is_some(), "{}", text(name));
        }
    }
}
