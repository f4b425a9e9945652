//! Text written with escapes: `STRING` and `UNICODE`.

/// `STRING`: quotes and bytes-literal escapes. `None` where the quotes don't match, which is an
/// error in every reader.
pub(super) fn string(line: &[u8]) -> Option<Vec<u8>> {
    let (first, rest) = line.split_first()?;
    let (last, inner) = rest.split_last()?;
    if first != last || !matches!(first, b'\'' | b'"') {
        return None;
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            None => return None,
            Some(b'\n') => {}
            Some(b'\\') => out.push(b'\\'),
            Some(b'\'') => out.push(b'\''),
            Some(b'"') => out.push(b'"'),
            Some(b'a') => out.push(7),
            Some(b'b') => out.push(8),
            Some(b'f') => out.push(12),
            Some(b'n') => out.push(b'\n'),
            Some(b'r') => out.push(b'\r'),
            Some(b't') => out.push(b'\t'),
            Some(b'v') => out.push(11),
            Some(b'x') => {
                let (high, low) = (hex(bytes.next()?)?, hex(bytes.next()?)?);
                out.push(high << 4 | low);
            }
            Some(digit @ b'0'..=b'7') => {
                let mut value = u32::from(digit & 7);
                for _ in 0..2 {
                    let Some(more @ b'0'..=b'7') = bytes.peek().copied() else { break };
                    value = value << 3 | u32::from(more & 7);
                    bytes.next();
                }
                let [low, ..] = value.to_le_bytes();
                out.push(low);
            }
            Some(other) => out.extend([b'\\', other]),
        }
    }
    Some(out)
}

/// `UNICODE`: raw-unicode-escape, as UTF-8 (lone surrogates as three bytes, `surrogatepass`).
pub(super) fn unicode(line: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(line.len());
    let mut at = 0_usize;
    while let Some(byte) = line.get(at).copied() {
        at = at.saturating_add(1);
        let digits = match (byte, line.get(at)) {
            (b'\\', Some(b'u')) => 4_usize,
            (b'\\', Some(b'U')) => 8,
            // Other bytes are Latin-1.
            _ => {
                push_code_point(&mut out, u32::from(byte))?;
                if byte == b'\\' && line.get(at) == Some(&b'\\') {
                    // `\\u0041` is a literal backslash pair followed by text.
                    out.push(b'\\');
                    at = at.saturating_add(1);
                }
                continue;
            }
        };
        let start = at.saturating_add(1);
        let end = start.saturating_add(digits);
        let mut value = 0_u32;
        for digit in line.get(start..end)? {
            value = value << 4 | u32::from(hex(*digit)?);
        }
        push_code_point(&mut out, value)?;
        at = end;
    }
    Some(out)
}

/// Whether bytes are no UTF-8 as pickles have it, where lone surrogates are legal. Of a text that
/// goes on behind them the last character may be cut.
pub(super) fn is_broken(bytes: &[u8], goes_on: bool) -> bool {
    let mut rest = bytes;
    while let Err(error) = std::str::from_utf8(rest) {
        let bad = rest.get(error.valid_up_to()..).unwrap_or(&[]);
        match bad {
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, after @ ..] => rest = after,
            [0xed] | [0xed, 0xa0..=0xbf] if goes_on => return false,
            _ => return error.error_len().is_some() || !goes_on,
        }
    }
    false
}

fn push_code_point(out: &mut Vec<u8>, value: u32) -> Option<()> {
    if let Some(c) = char::from_u32(value) {
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        return Some(());
    }
    // A surrogate: three bytes as UTF-8 would have them.
    if !(0xd800..0xe000).contains(&value) {
        return None;
    }
    let part = |shift: u32, mask: u32, lead: u32| {
        let [low, ..] = ((value >> shift) & mask | lead).to_le_bytes();
        low
    };
    out.extend([part(12, 0x0f, 0xe0), part(6, 0x3f, 0x80), part(0, 0x3f, 0x80)]);
    Some(())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn string_escapes_are_decoded_and_quotes_must_match() {
        assert_eq!(string(br"'\x6fs'").unwrap(), b"os");
        assert_eq!(string(br#""\157s""#).unwrap(), b"os");
        assert_eq!(string(br"'a\qb\n'").unwrap(), b"a\\qb\n");
        assert_eq!(string(br"'\\x'").unwrap(), b"\\x");
        assert_eq!(string(b"os"), None);
        assert_eq!(string(b"'os\""), None);
        assert_eq!(string(b"'os' "), None);
        assert_eq!(string(b"'"), None);
        assert_eq!(string(br"'\x6'"), None);
    }

    #[test]
    fn broken_text_is_told_from_surrogates_and_from_a_cut() {
        for whole in [&b"plain"[..], "\u{e9}\u{1f600}".as_bytes(), b"a\xed\xa0\x80b\xed\xbf\xbf"] {
            assert!(!is_broken(whole, false), "{whole:?}");
            for end in 0..whole.len() {
                assert!(!is_broken(&whole[..end], true), "{whole:?} to {end}");
            }
        }
        for broken in
            [&b"\xff"[..], b"a\xc3", b"\xed\xa0", b"\xed\xa0a", b"\xc0\x80", b"\xf5\x80\x80\x80"]
        {
            assert!(is_broken(broken, false), "{broken:?}");
        }
        assert!(is_broken(b"\xff", true));
        assert!(!is_broken(b"a\xc3", true));
    }

    #[test]
    fn unicode_escapes_are_decoded() {
        assert_eq!(unicode(br"\u006fs").unwrap(), b"os");
        assert_eq!(unicode(br"\U0000006fs").unwrap(), b"os");
        assert_eq!(unicode(b"\xe9").unwrap(), "é".as_bytes());
        assert_eq!(unicode(br"\x6f").unwrap(), br"\x6f");
        assert_eq!(unicode(br"\ud800").unwrap(), [0xed, 0xa0, 0x80]);
        assert_eq!(unicode(br"\U00110000"), None);
        assert_eq!(unicode(br"\u00"), None);
    }
}
