//! Which bytes are asked for, and which ones a reply says it holds.

use std::fmt;

/// A range of bytes that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ByteRange {
    start: u64,
    /// Behind the last byte.
    end: u64,
}

impl ByteRange {
    /// From `start` up to and without `end`; `None` if that is nothing.
    pub(super) fn new(start: u64, end: u64) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    pub(super) fn start(self) -> u64 {
        self.start
    }

    pub(super) fn end(self) -> u64 {
        self.end
    }

    pub(super) fn length(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// What is left after the first `count` bytes.
    pub(super) fn after(self, count: u64) -> Option<Self> {
        Self::new(self.start.saturating_add(count), self.end)
    }
}

/// As in a `Range` header: the last byte is named, and the form is always an explicit one.
impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bytes={}-{}", self.start, self.end.saturating_sub(1))
    }
}

/// A `Content-Range` header with a known total: `bytes a-b/total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContentRange {
    pub(super) range: ByteRange,
    pub(super) total: u64,
}

impl ContentRange {
    /// `None` for everything else, an unknown total (`*`) included.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (unit, rest) = text.trim().split_once(' ')?;
        let (range, total) = rest.trim().split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let end = number(last)?.checked_add(1)?;
        let range = ByteRange::new(number(first)?, end)?;
        let total = number(total)?;
        (unit.eq_ignore_ascii_case("bytes") && end <= total).then_some(Self { range, total })
    }
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_name_their_last_byte() {
        let range = ByteRange::new(5, 10).unwrap();
        assert_eq!(range.to_string(), "bytes=5-9");
        assert_eq!(range.after(4).unwrap().to_string(), "bytes=9-9");
        assert_eq!(range.after(5), None);
        assert_eq!(ByteRange::new(5, 5), None);
    }

    #[test]
    fn a_content_range_is_exact_or_none() {
        let range = ByteRange::new(5, 10).unwrap();
        assert_eq!(ContentRange::parse("bytes 5-9/20"), Some(ContentRange { range, total: 20 }));
        for wrong in [
            "",
            "bytes 5-9/*",
            "bytes */20",
            "bytes 9-5/20",
            "bytes 5-20/20",
            "items 5-9/20",
            "bytes 5-9",
            "bytes +5-9/20",
            "bytes 0-18446744073709551615/18446744073709551615",
            "bytes -9/20",
        ] {
            assert_eq!(ContentRange::parse(wrong), None, "{wrong}");
        }
    }
}
