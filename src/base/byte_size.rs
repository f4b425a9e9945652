//! A number of bytes as people write it.

use std::fmt;
use std::str::FromStr;

/// A number of bytes: `20 GiB`, `500 MB`, `4096 B`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(u64);

/// A text that is no number of bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a size: write a whole number and a unit, such as `20 GiB` or `500 MB`")]
pub struct ByteSizeError;

/// Units, the largest first where one divides another.
const UNITS: &[(&str, u64)] = &[
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("KB", 1_000),
    ("B", 1),
];

impl ByteSize {
    /// So many bytes.
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// How many.
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl FromStr for ByteSize {
    type Err = ByteSizeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit()).ok_or(ByteSizeError)?;
        let (number, unit) = text.split_at_checked(end).ok_or(ByteSizeError)?;
        let number: u64 = number.parse().map_err(|_| ByteSizeError)?;
        let unit = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit.trim_start()));
        let (_, factor) = unit.ok_or(ByteSizeError)?;
        number.checked_mul(*factor).map(Self).ok_or(ByteSizeError)
    }
}

impl fmt::Display for ByteSize {
    /// In the largest unit that says it exactly: it reads back as the same number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = |unit: &&(&str, u64)| self.0 != 0 && self.0.is_multiple_of(unit.1);
        let (name, factor) = UNITS.iter().find(exact).unwrap_or(&("B", 1));
        write!(f, "{} {name}", self.0.checked_div(*factor).unwrap_or(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_written_exactly() {
        let read = |text: &str| text.parse::<ByteSize>().map(ByteSize::bytes);
        assert_eq!(read("20 GiB"), Ok(20 << 30));
        assert_eq!(read("500MB"), Ok(500_000_000));
        assert_eq!(read("0 b"), Ok(0));
        for wrong in ["", "20", "GiB", "-1 B", "1.5 GiB", "1 XB", "99999999999 TiB"] {
            assert_eq!(read(wrong), Err(ByteSizeError), "{wrong}");
        }
        for bytes in [0, 1, 1000, 1024, 1500, 20 << 30, u64::MAX] {
            let size = ByteSize::new(bytes);
            assert_eq!(size.to_string().parse(), Ok(size), "{size}");
        }
    }
}
