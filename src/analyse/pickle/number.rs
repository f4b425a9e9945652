//! Numbers written as text, in every form that some real reader takes.
//!
//! `_pickle.c` (`load_int`, `load_long`, `load_float`) and `pickle.py`, measured on CPython 3.11.7
//! and 3.13.0; #126992 has since made base 10 the only base. Where readers differ the value is the
//! one that C gives, and the difference is said.

use crate::evidence::Divergence;

/// Digits of the longest number: CPython's own limit for decimal text since 3.11.
const LONGEST: usize = 4300;

/// A number as read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Number {
    Bool(bool),
    Small(i64),
    /// Decimal or other digits beyond 64 bits: two's complement, little-endian.
    Big(Vec<u8>),
}

/// A number and in what real readers differ on it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) number: Number,
    pub(super) divergence: Option<Divergence>,
}

/// `INT`: a line, `00` and `01` being booleans.
pub(super) fn int(line: &[u8]) -> Option<Read> {
    let (text, nul) = until_nul(line);
    let mut read = match text {
        // `strtol` of nothing that ends with a NUL is 0.
        [] if nul => Read { number: Number::Small(0), divergence: None },
        text => integer(text)?,
    };
    if line.len() == 2
        && let Number::Small(number @ (0 | 1)) = read.number
    {
        read.number = Number::Bool(number == 1);
    }
    if nul {
        read.divergence = Some(Divergence::NumberNul);
    }
    Some(read)
}

/// `LONG`: a line with an optional `L`.
pub(super) fn long(line: &[u8]) -> Option<Read> {
    let (text, nul) = until_nul(line);
    let digits = text.strip_suffix(b"L").unwrap_or(text);
    // `010L` is an error in every reader, unlike `I010`.
    let bare = trim(digits);
    let octal = bare.len() > 1 && bare.starts_with(b"0") && bare.iter().all(u8::is_ascii_digit);
    if octal && bare.iter().any(|digit| *digit != b'0') {
        return None;
    }
    let mut read = integer(digits)?;
    if nul {
        read.divergence = Some(Divergence::NumberNul);
    }
    Some(read)
}

/// `FLOAT`: a line. Only whether it is one matters, never its value.
pub(super) fn float(line: &[u8]) -> Option<Option<Divergence>> {
    let (text, nul) = until_nul(line);
    let plain = |text: &str| text.parse::<f64>().is_ok();
    let text = std::str::from_utf8(text).ok()?;
    if plain(text) {
        if text.parse().is_ok_and(f64::is_infinite) && text.contains(|c: char| c.is_ascii_digit()) {
            // C raises where pickle.py gives an infinity: `1e999`.
            return Some(Some(Divergence::NumberForm));
        }
        return Some(nul.then_some(Divergence::NumberNul));
    }
    // pickle.py takes blanks around and single underscores between digits, C takes neither.
    let python = text.trim().replace('_', "");
    plain(&python).then_some(Some(Divergence::NumberForm))
}

/// A memo slot, as `GET` and `PUT` write it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) slot: SlotNumber,
    pub(super) divergence: Option<Divergence>,
}

/// Which slot.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SlotNumber {
    Small(u64),
    /// Beyond what C can count; pickle.py takes any number. Its digits.
    Large(String),
    Negative,
}

/// `GET` and `PUT`: base 10 with blanks, underscores and leading zeros.
pub(super) fn slot(line: &[u8]) -> Option<Slot> {
    let (text, nul) = until_nul(line);
    let text = std::str::from_utf8(trim(text)).ok()?;
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = without_underscores(digits)?;
    if digits.is_empty() || digits.len() > LONGEST || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    let nul = nul.then_some(Divergence::NumberNul);
    let (slot, divergence) = match digits.parse::<i64>().ok().and_then(|slot| slot.try_into().ok())
    {
        _ if negative && !digits.is_empty() => (SlotNumber::Negative, nul),
        _ if digits.is_empty() => (SlotNumber::Small(0), nul),
        Some(slot) => {
            // C's memo is an array: behind this it would need 64 GiB, and soon more than there is.
            let huge = slot > u64::from(u32::MAX);
            (SlotNumber::Small(slot), if huge { Some(Divergence::NumberForm) } else { nul })
        }
        None => (SlotNumber::Large(digits.to_owned()), Some(Divergence::NumberForm)),
    };
    Some(Slot { slot, divergence })
}

fn until_nul(line: &[u8]) -> (&[u8], bool) {
    match line.iter().position(|byte| *byte == 0) {
        Some(end) => (line.get(..end).unwrap_or(line), true),
        None => (line, false),
    }
}

/// Without the blanks around it, of which C and Python have one more than Rust: the vertical tab.
fn trim(text: &[u8]) -> &[u8] {
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let start = text.iter().take_while(|byte| blank(byte)).count();
    let rest = text.get(start..).unwrap_or(&[]);
    let end = rest.iter().rev().take_while(|byte| blank(byte)).count();
    rest.get(..rest.len().saturating_sub(end)).unwrap_or(&[])
}

fn without_underscores(text: &str) -> Option<String> {
    let between = !text.starts_with('_') && !text.ends_with('_') && !text.contains("__");
    between.then(|| text.replace('_', ""))
}

/// An integer in base 0, as `strtol` and `int(text, 0)` read it.
fn integer(text: &[u8]) -> Option<Read> {
    let text = std::str::from_utf8(trim(text)).ok()?;
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (base, digits) = match digits.get(..2) {
        Some("0x" | "0X") => (16, digits.get(2..)?),
        Some("0o" | "0O") => (8, digits.get(2..)?),
        Some("0b" | "0B") => (2, digits.get(2..)?),
        Some(start) if start.starts_with('0') => {
            let octal = digits.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
            (if octal { 8 } else { 10 }, digits)
        }
        _ => (10, digits),
    };
    // Leading zeros alone (`00`, `01`) are the usual booleans and read alike by all.
    let usual = base == 10 && !(digits.len() > 1 && digits.starts_with('0'));
    let boolean = matches!(text, "00" | "01");
    let divergence = (!usual && !boolean).then_some(Divergence::NumberForm);
    // One underscore may follow a prefix: `0x_1f`.
    let prefixed = base != 10 && !digits.starts_with('0');
    let digits = if prefixed { digits.strip_prefix('_').unwrap_or(digits) } else { digits };
    let digits = without_underscores(digits)?;
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return None;
    }
    let signed = if negative { format!("-{digits}") } else { digits.clone() };
    let number = match i64::from_str_radix(&signed, base) {
        Ok(small) => Number::Small(small),
        Err(_) => Number::Big(big(&digits, base, negative)?),
    };
    Some(Read { number, divergence })
}

/// Digits of any length → two's complement. Quadratic, so bounded: nobody writes longer ones.
fn big(digits: &str, base: u32, negative: bool) -> Option<Vec<u8>> {
    if digits.len() > LONGEST {
        return None;
    }
    let mut bytes: Vec<u8> = Vec::new();
    for digit in digits.chars() {
        let mut carry = digit.to_digit(base)?;
        for byte in &mut bytes {
            let value = u32::from(*byte).checked_mul(base)?.checked_add(carry)?;
            let [low, ..] = value.to_le_bytes();
            *byte = low;
            carry = value >> 8;
        }
        while carry > 0 {
            let [low, ..] = carry.to_le_bytes();
            bytes.push(low);
            carry >>= 8;
        }
    }
    bytes.push(0);
    if negative {
        let mut carry = true;
        for byte in &mut bytes {
            let (sum, over) = (!*byte).overflowing_add(u8::from(carry));
            *byte = sum;
            carry = over;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(number: i64, divergence: Option<Divergence>) -> Option<Read> {
        Some(Read { number: Number::Small(number), divergence })
    }

    #[test]
    fn int_takes_what_c_takes_and_says_where_readers_differ() {
        let form = Some(Divergence::NumberForm);
        assert_eq!(int(b"0x1F"), small(31, form));
        assert_eq!(int(b"0o17"), small(15, form));
        assert_eq!(int(b"0x_1f"), small(31, form));
        assert_eq!(int(b"_1"), None);
        assert_eq!(int(b"010"), small(8, form));
        assert_eq!(int(b"001"), small(1, form));
        assert_eq!(int(b"1_0"), small(10, None));
        assert_eq!(int(b" 7"), small(7, None));
        assert_eq!(int(b"-12"), small(-12, None));
        assert_eq!(int(b"1\0zz"), small(1, Some(Divergence::NumberNul)));
        assert_eq!(int(b"\0zz"), small(0, Some(Divergence::NumberNul)));
        let boolean = Number::Bool(true);
        assert_eq!(
            int(b"1\0"),
            Some(Read { number: boolean, divergence: Some(Divergence::NumberNul) })
        );
        assert_eq!(int(b"01"), Some(Read { number: Number::Bool(true), divergence: None }));
        assert_eq!(int(b"+1"), Some(Read { number: Number::Bool(true), divergence: None }));
        assert_eq!(int(b""), None);
        assert_eq!(int(b"x"), None);
    }

    #[test]
    fn long_takes_a_suffix_and_no_leading_zero() {
        assert_eq!(long(b"10L"), small(10, None));
        assert_eq!(long(b"0x10L"), small(16, Some(Divergence::NumberForm)));
        assert_eq!(long(b"010L"), None);
        assert_eq!(long(b""), None);
        assert_eq!(long(b"0L"), small(0, None));
        let Some(Read { number: Number::Big(bytes), .. }) = long(b"119547037146038801333356L")
        else {
            panic!()
        };
        assert_eq!(bytes, [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0]);
        let Some(Read { number: Number::Big(bytes), .. }) = long(b"-18446744073709551616L") else {
            panic!()
        };
        assert_eq!(bytes, [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
    }

    #[test]
    fn floats_and_indices() {
        assert_eq!(float(b"1.5"), Some(None));
        assert_eq!(float(b"nan"), Some(None));
        assert_eq!(float(b"-Infinity"), Some(None));
        assert_eq!(float(b"1e999"), Some(Some(Divergence::NumberForm)));
        assert_eq!(float(b"1_0.0"), Some(Some(Divergence::NumberForm)));
        assert_eq!(float(b" 1.0"), Some(Some(Divergence::NumberForm)));
        assert_eq!(float(b"1.0\0z"), Some(Some(Divergence::NumberNul)));
        assert_eq!(float(b"x"), None);
        let small = |number| Some(Slot { slot: SlotNumber::Small(number), divergence: None });
        assert_eq!(slot(b" 1_0"), small(10));
        assert_eq!(slot(b"007\x0b"), small(7));
        assert_eq!(slot(b"-0"), small(0));
        assert_eq!(slot(b"4294967295"), small(u64::from(u32::MAX)));
        assert_eq!(slot(b"4294967296").unwrap().divergence, Some(Divergence::NumberForm));
        assert_eq!(slot(b"-1").unwrap().slot, SlotNumber::Negative);
        assert_eq!(slot(b"1\0zz").unwrap().divergence, Some(Divergence::NumberNul));
        let large = slot(b"0099999999999999999999").unwrap();
        assert_eq!(large.slot, SlotNumber::Large("99999999999999999999".to_owned()));
        assert_eq!(slot(b"0x1"), None);
        assert_eq!(slot(b"\0"), None);
    }
}
