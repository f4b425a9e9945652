//! Payloads that texts carry in base64 or hexadecimal.
//!
//! Application containers keep pickles so: stable-baselines3 loads those that stand in the JSON of
//! its zip archives. The syntax of a text does not matter: wherever an encoding begins that decodes
//! to what a loader acts on, it is decoded and analysed as a member.

use super::pickle::{Encoding, decode_base64, decode_hex, seems_encoded};
use super::{Examination, Stop};
use crate::base::{Budget, ReadAt, read_up_to};
use crate::evidence::CoverageFact;

const CHUNK: usize = 64 << 10;
/// Symbols in a row from which on a text is looked at.
const LEAST: usize = 24;
/// Symbols that are decoded to see what they begin with.
const LOOK: usize = 64;
/// Bytes of one encoded payload.
const MOST: usize = 6 << 20;
/// Bytes of all encoded payloads of one text.
const MOST_IN_ALL: u64 = 64 << 20;

/// Finds the payloads of a text and analyses each.
pub(super) fn examine(bytes: &dyn ReadAt, examination: &mut Examination<'_>) -> Result<(), Stop> {
    let mut buffer = vec![0; CHUNK];
    let mut offset = 0_u64;
    let mut left = MOST_IN_ALL;
    loop {
        let count = read_up_to(bytes, offset, &mut buffer)?;
        let piece = buffer.get(..count).unwrap_or(&[]);
        // What begins near the end of a piece is seen whole in the next one.
        let at_end = count < CHUNK;
        let usable = if at_end { count } else { count.saturating_sub(LOOK) };
        for (at, encoding) in beginnings(piece, usable) {
            let start = offset.saturating_add(at as u64);
            let text = collect(bytes, start)?;
            left = left.saturating_sub(text.len() as u64);
            if left == 0 {
                let fact =
                    CoverageFact::BudgetExhausted { budget: Budget::Text, limit: MOST_IN_ALL };
                examination.record(start, fact);
                return Ok(());
            }
            let decoded = match encoding {
                Encoding::Hex => decode_hex(text.get(..text.len() & !1).unwrap_or(&[])),
                _ => decode_base64(&text),
            };
            if let Some(decoded) = decoded {
                let name = format!("text@{start}");
                examination.examine_payload(&name, &decoded, None, encoding.name(), false);
            }
        }
        if at_end {
            return Ok(());
        }
        offset = offset.saturating_add(usable.max(1) as u64);
    }
}

/// Where encodings of payloads begin in a piece, below `usable`.
fn beginnings(piece: &[u8], usable: usize) -> Vec<(usize, Encoding)> {
    let mut found = Vec::new();
    let mut start = 0_usize;
    while start < usable {
        let rest = piece.get(start..).unwrap_or(&[]);
        // Padding ends an encoding; in front of one, `=` is an assignment.
        let length = rest.iter().take_while(|byte| **byte != b'=' && is_symbol(**byte)).count();
        if length >= LEAST {
            let look = rest.get(..length.min(LOOK)).unwrap_or(rest);
            if let Some(encoding) = seems_encoded(look) {
                found.push((start, encoding));
            }
        }
        start = start.saturating_add(length).saturating_add(1);
    }
    found
}

const fn is_symbol(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}

/// The encoded text from an offset on, without line breaks, indentation and the escapes of JSON.
fn collect(bytes: &dyn ReadAt, start: u64) -> Result<Vec<u8>, Stop> {
    let mut text = Vec::new();
    let mut buffer = vec![0; CHUNK];
    let mut offset = start;
    let mut escaped = false;
    loop {
        let count = read_up_to(bytes, offset, &mut buffer)?;
        for byte in buffer.get(..count).unwrap_or(&[]) {
            match (escaped, *byte) {
                (true, b'n' | b'r' | b't') => {}
                (true, b'/') => text.push(b'/'),
                (true, _) => return Ok(text),
                (false, b'\\') => {
                    escaped = true;
                    continue;
                }
                (false, byte) if byte.is_ascii_whitespace() => {}
                (false, byte) if is_symbol(byte) => text.push(byte),
                (false, _) => return Ok(text),
            }
            escaped = false;
            if text.len() >= MOST {
                return Ok(text);
            }
        }
        if count < CHUNK {
            return Ok(text);
        }
        offset = offset.saturating_add(count as u64);
    }
}

#[cfg(test)]
mod tests {
    use crate::analyse::{NoSiblings, analyse_file};
    use crate::base::Limits;
    use crate::evidence::{Fact, PickleFact};

    fn imports(text: &str) -> Vec<String> {
        let file = analyse_file("data", &text.as_bytes(), &NoSiblings, &Limits::default()).evidence;
        file.iter()
            .filter_map(|piece| match &piece.fact {
                Fact::Pickle(PickleFact::Import(import)) => Some(import.global()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn payloads_are_found_whatever_the_syntax() {
        // PROTO 4, GLOBAL os system, a text, TUPLE1, REDUCE, STOP.
        let pickle = "gARjb3MKc3lzdGVtClgEAAAAdHJ1ZYVSLg==";
        let (front, back) = pickle.split_at(24);
        for text in [
            format!("{{\"a\": {{\":serialized:\": \"{pickle}\"}}}}"),
            format!("a:\n  b: !!binary |\n    {front}\n    {back}\n"),
            format!("<a b=\"{pickle}\"/>"),
            format!("[\"{front}\\n{back}\\n\"]"),
            pickle.to_owned(),
            format!("{} {pickle}", "words and ".repeat(20_000)),
            "x=80046".to_owned() + "36f730a73797374656d0a58040000007472756585522e",
        ] {
            assert_eq!(imports(&text), ["os.system"], "{}", &text[..text.len().min(60)]);
        }
    }

    #[test]
    fn ordinary_texts_have_none() {
        for text in [
            "sha256: 7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730",
            "transformer_encoder_layer_norm_weight_and_more",
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAA",
        ] {
            let file = analyse_file("a.json", &text.as_bytes(), &NoSiblings, &Limits::default());
            assert_eq!(file.evidence, [], "{text}");
        }
    }
}
