//! Payloads inside operands: a pickle in a pickle, a zip in a string.

use super::record::Encoding;
use super::value::Kind;

/// Shorter operands hold no payload worth the name.
pub(super) const LEAST: u64 = 16;
/// Bytes of an operand that are looked at.
pub(super) const LOOK: usize = 1024;
/// Characters of base64 or hexadecimal text that are decoded to see what it begins with.
const DECODED_LOOK: usize = 64;

/// Tells how a payload is wrapped in an operand that begins with `bytes`, if there seems to be one.
/// A guess: what is found is analysed, and counts only if it turns out to be what it seemed.
pub(super) fn sniff(kind: Kind, bytes: &[u8], length: u64) -> Option<Encoding> {
    match kind {
        Kind::Bytes | Kind::ByteArray => {
            if begins_like_payload(bytes) {
                Some(Encoding::Bytes)
            } else {
                sniff_text(bytes, length)
            }
        }
        Kind::NativeStr if begins_like_payload(bytes) => Some(Encoding::Bytes),
        Kind::Str if latin1_begins_like_payload(bytes) => Some(Encoding::Latin1),
        Kind::Str | Kind::NativeStr => sniff_text(bytes, length),
        _ => None,
    }
}

/// Magic numbers of what a second stage comes in.
fn begins_like_payload(bytes: &[u8]) -> bool {
    match bytes {
        [0x80, 0..=5, next, ..] => super::opcode::name(*next).is_some(),
        [b'P', b'K', 3, 4, ..]
        | [0x1f, 0x8b, 8, ..]
        | [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..]
        | [0xfd, b'7', b'z', b'X', b'Z', 0, ..]
        | [b'7', b'z', 0xbc, 0xaf, ..]
        | [0x7f, b'E', b'L', b'F', ..] => true,
        // Protocols 0 and 1 begin like text: only an import that is called looks like a payload.
        [b'c' | b'(', ..] => {
            let head = bytes.get(..256).unwrap_or(bytes);
            head.contains(&b'\n') && (head.starts_with(b"c") || head.get(1) == Some(&b'c'))
        }
        _ => false,
    }
}

fn latin1_begins_like_payload(bytes: &[u8]) -> bool {
    // U+0080 … as UTF-8.
    let Some(rest) = bytes.strip_prefix(&[0xc2, 0x80]) else {
        return bytes.is_ascii() && begins_like_payload(bytes);
    };
    matches!(rest.first(), Some(0..=5))
}

/// The encoding of a text that seems to hold a payload, by its beginning.
pub(in crate::analyse) fn seems_encoded(beginning: &[u8]) -> Option<Encoding> {
    sniff_text(beginning, beginning.len() as u64)
}

fn sniff_text(bytes: &[u8], length: u64) -> Option<Encoding> {
    // A text that is all of one alphabet as far as it is seen.
    let seen = bytes.get(..DECODED_LOOK).unwrap_or(bytes);
    if length < 24 {
        return None;
    }
    let is_hex = seen.iter().all(u8::is_ascii_hexdigit);
    if is_hex && decode_hex(seen).is_some_and(|head| begins_like_payload(&head)) {
        return Some(Encoding::Hex);
    }
    // The usual beginnings of base64 are cheap to tell from words: the first four characters
    // decode to a magic number.
    let whole = seen.len() & !3;
    let head = decode_base64(seen.get(..whole)?)?;
    begins_like_payload(&head).then_some(Encoding::Base64)
}

/// Hexadecimal digits → bytes; `None` if there are others.
pub(in crate::analyse) fn decode_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.chunks_exact(2);
    pairs
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(*high)? << 4 | digit(*low)?).ok(),
            _ => None,
        })
        .collect()
}

/// Base64 (either alphabet, padding and line breaks tolerated) → bytes; `None` if there are other
/// characters.
pub(in crate::analyse) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text {
        let six = match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            b'\r' | b'\n' => continue,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        count = count.wrapping_add(6);
        if count >= 8 {
            count = count.wrapping_sub(8);
            let [low, ..] = (bits >> count).to_le_bytes();
            out.push(low);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_told_from_ordinary_text() {
        let pickle = b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x02os\x94";
        assert_eq!(sniff(Kind::Bytes, pickle, 17), Some(Encoding::Bytes));
        assert_eq!(sniff(Kind::Str, b"gASVEAAAAAAAAACMAm9zlA==", 24), Some(Encoding::Base64));
        let hex = b"80049510000000000000008c026f7394";
        assert_eq!(sniff(Kind::Str, hex, 32), Some(Encoding::Hex));
        for text in [
            "a perfectly ordinary sentence",
            "transformer_encoder_layer",
            "cats and dogs, all of them",
            "0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(sniff(Kind::Str, text.as_bytes(), text.len() as u64), None, "{text}");
        }
    }

    #[test]
    fn base64_and_hex_decode() {
        assert_eq!(decode_base64(b"aGVsbG8=").unwrap(), b"hello");
        assert_eq!(decode_base64(b"aGV\nsbG8").unwrap(), b"hello");
        assert_eq!(decode_base64(b"a b"), None);
        assert_eq!(decode_hex(b"6869").unwrap(), b"hi");
        assert_eq!(decode_hex(b"6g"), None);
    }
}
