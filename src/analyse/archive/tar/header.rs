//! Blocks of a tar: ustar, PAX, GNU and the headers of Unix version 7, which have no magic.

/// Bytes of a block.
pub(super) const BLOCK: usize = 512;

/// One header block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) name: Vec<u8>,
    pub(super) size: u64,
    pub(super) kind: Kind,
    pub(super) link: Vec<u8>,
    /// Whether the checksum is right.
    pub(super) checksum: bool,
    /// Whether it is an old GNU sparse header that is continued in more blocks.
    pub(super) continued: bool,
}

/// What a header introduces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file with data.
    File,
    Folder,
    HardLink,
    SymbolicLink,
    /// A device or fifo.
    Special,
    /// A file with holes, of which only the data is there.
    Sparse,
    /// GNU: the data is the next member's name.
    LongName,
    /// GNU: the data is the next member's link target.
    LongLink,
    /// PAX: the data is about the next member.
    Extended,
    /// PAX: the data is about all members from here on.
    Global,
    /// Any other; readers take it for a file.
    Unknown(u8),
}

impl Kind {
    fn new(flag: u8, name: &[u8]) -> Self {
        match flag {
            // Version 7 marks folders by the name only.
            b'0' | b'7' | 0 if name.ends_with(b"/") && flag != b'7' => Self::Folder,
            b'0' | b'7' | 0 => Self::File,
            b'1' => Self::HardLink,
            b'2' => Self::SymbolicLink,
            b'3' | b'4' | b'6' => Self::Special,
            b'5' | b'D' => Self::Folder,
            b'L' => Self::LongName,
            b'K' => Self::LongLink,
            b'S' => Self::Sparse,
            b'x' | b'X' => Self::Extended,
            b'g' => Self::Global,
            flag => Self::Unknown(flag),
        }
    }
}

impl Header {
    /// Reads a block as a header: one with a right checksum, or at least with the magic.
    pub(super) fn parse(block: &[u8]) -> Option<Self> {
        let block: &[u8; BLOCK] = block.first_chunk()?;
        let checksum = has_checksum(block);
        let magic = block.get(257..263)?;
        if !checksum && !magic.starts_with(b"ustar") {
            return None;
        }
        let mut name = text(block.get(..100)?).to_vec();
        let prefix = text(block.get(345..500)?);
        // GNU keeps times where ustar has the front part of a long name.
        if !prefix.is_empty() && magic != b"ustar " {
            name = [prefix, b"/", &name].concat();
        }
        let flag = *block.get(156)?;
        Some(Self {
            kind: Kind::new(flag, &name),
            name,
            size: number(block.get(124..136)?)?,
            link: text(block.get(157..257)?).to_vec(),
            checksum,
            continued: flag == b'S' && *block.get(482)? != 0,
        })
    }
}

/// Whether the checksum of a header block is right, with bytes taken as signed or unsigned, and
/// the block is not empty.
pub(super) fn has_checksum(block: &[u8; BLOCK]) -> bool {
    let Some(stored) = block.get(148..156).and_then(number) else { return false };
    let mut unsigned = 0_u64;
    let mut signed = 0_i64;
    for (at, byte) in block.iter().enumerate() {
        let byte = if (148..156).contains(&at) { b' ' } else { *byte };
        unsigned = unsigned.saturating_add(u64::from(byte));
        signed = signed.saturating_add(i64::from(byte.cast_signed()));
    }
    let empty = block.iter().all(|byte| *byte == 0);
    !empty && (stored == unsigned || i64::try_from(stored) == Ok(signed))
}

/// A text field, up to its NUL.
fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or(&[])
}

/// A number field: octal digits, or binary if the highest bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if let [first @ 0x80..=0xff, rest @ ..] = field {
        let start = u64::from(first & 0x7f);
        return rest.iter().try_fold(start, |value, byte| {
            Some(value.checked_mul(256)?.saturating_add(u64::from(*byte)))
        });
    }
    let digits = text(field).trim_ascii();
    digits.iter().try_fold(0_u64, |value, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 8)?;
        Some(value.checked_mul(8)?.saturating_add(u64::from(digit)))
    })
}

/// What PAX records say of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extended {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) sparse: bool,
}

impl Extended {
    /// Reads records `length key=value\n` on top of what is known; false if they don't parse.
    pub(super) fn read(&mut self, mut records: &[u8]) -> bool {
        while !matches!(records, [] | [0, ..]) {
            let Some(blank) = records.iter().position(|byte| *byte == b' ') else { return false };
            let length = records.get(..blank).and_then(|digits| std::str::from_utf8(digits).ok());
            let Some(length) = length.and_then(|digits| digits.parse::<usize>().ok()) else {
                return false;
            };
            let Some((record, rest)) = records.split_at_checked(length) else { return false };
            let body =
                record.get(blank.saturating_add(1)..).and_then(|body| body.strip_suffix(b"\n"));
            let Some(body) = body else { return false };
            let Some(equals) = body.iter().position(|byte| *byte == b'=') else { return false };
            let (key, value) = body.split_at(equals);
            self.set(key, value.get(1..).unwrap_or(&[]));
            records = rest;
        }
        true
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        match key {
            b"path" | b"GNU.sparse.name" => self.path = Some(value.to_vec()),
            b"linkpath" => self.link = Some(value.to_vec()),
            b"size" => {
                self.size = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
            }
            _ => {}
        }
        self.sparse |= key.starts_with(b"GNU.sparse.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_binary() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"   17 \0"), Some(0o17));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\0\0\0\x01\0"), Some(256));
        assert_eq!(number(&[0xff; 12]), None);
        assert_eq!(number(b"12a"), None);
        assert_eq!(number(b"\0\0\0"), Some(0));
    }

    #[test]
    fn pax_records_are_read() {
        let mut extended = Extended::default();
        assert!(extended.read(b"16 path=../evil\n12 size=123\n22 GNU.sparse.major=1\n"));
        assert_eq!(extended.path.as_deref(), Some(&b"../evil"[..]));
        assert_eq!(extended.size, Some(123));
        assert!(extended.sparse);
        assert!(!Extended::default().read(b"path=x\n"));
        assert!(!Extended::default().read(b"99999999999999999999 a=b\n"));
        assert!(!Extended::default().read(b"0 a=b\n"));
    }
}
