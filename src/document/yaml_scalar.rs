//! Texts as YAML writes them.

use std::fmt::Write as _;

use crate::base::Untrusted;

/// Hexadecimal digits, quoted where some reader of YAML could see a number: `1e9`, `0b11`, digits
/// only.
pub fn yaml_digits(digits: &str) -> String {
    let letters = digits.chars().filter(|c| matches!(c, 'a'..='d' | 'f')).count();
    if letters >= 2 { digits.to_owned() } else { format!("\"{digits}\"") }
}

/// A text as a YAML scalar that every reader takes for just this text.
pub fn yaml_scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { double_quoted(text) }
}

/// Whether the text can stand without quotes, in a list, a mapping and between braces: a word that
/// begins with a letter or a path that begins with `./` or `../`, and that no version of YAML
/// takes for a number, a truth value or null.
fn is_plain(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic())
        || text.starts_with("./")
        || text.starts_with("../");
    let (word, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None => (text, ""),
    };
    let ordinary = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '+');
    let reserved = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    begins
        && word.chars().all(ordinary)
        && rest.chars().all(ordinary)
        && !reserved.contains(&text.to_ascii_lowercase().as_str())
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len().saturating_add(2));
    quoted.push('"');
    for (at, c) in text.char_indices() {
        let code = u32::from(c);
        let command = c == '#' && text.get(at..).is_some_and(Untrusted::begins_command);
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // The last two of each plane are no characters, and YAML allows none of U+FFFE.
            _ if Untrusted::is_dangerous(c) || command || code & 0xFFFE == 0xFFFE => {
                let _ = match code {
                    0..=0xFF => write!(quoted, "\\x{code:02X}"),
                    0x100..=0xFFFF => write!(quoted, "\\u{code:04X}"),
                    _ => write!(quoted, "\\U{code:08X}"),
                };
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_yaml_would_take_for_something_else_are_quoted() {
        for plain in ["a", "config.json", "a/b-c_d.bin", "./m", "../m", "hf://a/b", "v1.0+x"] {
            assert_eq!(yaml_scalar(plain), plain);
        }
        for other in [
            "",
            " ",
            "no",
            "NULL",
            "~",
            "1e9",
            "0x1f",
            ".inf",
            "-",
            "- a",
            "a: b",
            "a #b",
            "{a}",
            "a, b",
            "*x",
            "&x",
            "!x",
            "'",
            "\"",
            "%",
            "@",
            "`",
            "2026-01-01",
            "<<",
            "=",
            "é",
            "?",
            "a:",
            "hf://a: b",
            "://",
        ] {
            assert!(yaml_scalar(other).starts_with('"'), "{other}");
        }
        assert_eq!(yaml_scalar("a\n::error::\u{202e}\u{e0041}##[x]"), {
            r#""a\n::error::\u202E\U000E0041\x23#[x]""#
        });
        assert_eq!(yaml_digits("0b11"), "\"0b11\"");
        assert_eq!(yaml_digits("12e45"), "\"12e45\"");
        assert_eq!(yaml_digits("ab12"), "ab12");
    }
}
