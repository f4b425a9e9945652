//! Pickles of nothing but small objects: the machine's worst case per byte.

use std::fmt;

/// Of which objects.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Dicts of ints, floats, strings and lists.
    Dicts,
    /// Tuples of three ints.
    Tuples,
    /// Lists of lists of ints.
    Lists,
    /// Strings, each in the memo.
    Strings,
}

/// All of them.
pub(crate) const KINDS: [Kind; 4] = [Kind::Dicts, Kind::Tuples, Kind::Lists, Kind::Strings];

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dicts => "dicts",
            Self::Tuples => "tuples",
            Self::Lists => "lists",
            Self::Strings => "strings",
        })
    }
}

/// A list of such objects as CPython writes it in protocol 4: everything memoized, frames of
/// 64 KiB, a thousand objects for each `APPENDS`.
pub(crate) fn pickle(kind: Kind, size: usize) -> Vec<u8> {
    let mut out = b"\x80\x04".to_vec();
    let mut frame = b"]\x94(".to_vec();
    let mut number = 0_u32;
    loop {
        object(kind, number, &mut frame);
        number += 1;
        let last = out.len() + frame.len() >= size;
        if last {
            frame.extend_from_slice(b"e.");
        } else if number.is_multiple_of(1000) {
            frame.extend_from_slice(b"e(");
        }
        if last || frame.len() >= 64 << 10 {
            out.push(0x95);
            out.extend_from_slice(&(frame.len() as u64).to_le_bytes());
            out.append(&mut frame);
        }
        if last {
            return out;
        }
    }
}

fn object(kind: Kind, number: u32, out: &mut Vec<u8>) {
    match kind {
        Kind::Dicts => {
            out.extend_from_slice(b"}\x94(");
            // The first dict's keys are memoized behind it, at 2, 3, 5, 6 and 8.
            let first = number == 0;
            key(first, "id", 2, out);
            int(number, out);
            key(first, "name", 3, out);
            string(&format!("item {number}"), out);
            key(first, "score", 5, out);
            out.push(b'G');
            out.extend_from_slice(&(f64::from(number) * 0.5).to_be_bytes());
            key(first, "tags", 6, out);
            out.extend_from_slice(b"]\x94(K\x01K\x02M\x00\x04e");
            key(first, "valid", 8, out);
            out.extend_from_slice(b"\x88u");
        }
        Kind::Tuples => {
            for offset in 0..3 {
                int(number.wrapping_add(offset), out);
            }
            out.extend_from_slice(b"\x87\x94");
        }
        Kind::Lists => {
            out.extend_from_slice(b"]\x94(");
            for offset in 0..3 {
                out.extend_from_slice(b"]\x94(K\x01");
                int(number.wrapping_add(offset), out);
                out.push(b'e');
            }
            out.push(b'e');
        }
        Kind::Strings => string(&format!("item {number}"), out),
    }
}

fn int(number: u32, out: &mut Vec<u8>) {
    out.push(b'J');
    out.extend_from_slice(&number.to_le_bytes());
}

fn string(text: &str, out: &mut Vec<u8>) {
    out.push(0x8c);
    out.push(u8::try_from(text.len()).expect("a short text"));
    out.extend_from_slice(text.as_bytes());
    out.push(0x94);
}

fn key(first: bool, text: &str, slot: u8, out: &mut Vec<u8>) {
    if first {
        string(text, out);
    } else {
        out.extend_from_slice(&[b'h', slot]);
    }
}
