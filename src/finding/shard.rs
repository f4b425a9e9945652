//! One of the equal shares that a manifest is judged in.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// Shares into which a manifest is divided at most.
const MOST: u32 = 10_000;

/// One share of a manifest, written `3/16`: the third of sixteen.
///
/// The entry at position `p` of the manifest, counted from 0, belongs to the share number
/// `p mod total + 1`. The entries alone decide, so that every machine divides in the same way; shares
/// differ by one entry at most, and an entry that is added at the end moves no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard {
    number: NonZeroU32,
    total: NonZeroU32,
}

/// Text that names no share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// No two numbers with a `/` between them.
    #[error("expected NUMBER/TOTAL, such as 3/16")]
    Form,
    /// The number counts from 1.
    #[error("shards are counted from 1: the first of {0} is 1/{0}; `--shard-index` counts from 0")]
    Zero(u32),
    /// There are not so many.
    #[error("there is no shard {number} of {total}: the last is {total}/{total}")]
    Beyond {
        /// The number that is asked for.
        number: u32,
        /// How many there are.
        total: u32,
    },
    /// There are not so many, counted from 0.
    #[error("there is no shard with the index {index}: the last index is {last}")]
    BeyondIndex {
        /// The index that is asked for.
        index: u32,
        /// The last one.
        last: u32,
    },
    /// Too many.
    #[error("{0} shards are more than the 10000 that a manifest is divided into at most")]
    TooMany(u32),
}

impl Shard {
    /// The share `number`, counted from 1, of `total`.
    ///
    /// # Errors
    /// The number is 0 or above the total, or the total is above 10 000.
    pub fn new(number: u32, total: u32) -> Result<Self, ShardError> {
        let Some(all) = NonZeroU32::new(total) else { return Err(ShardError::Form) };
        if total > MOST {
            return Err(ShardError::TooMany(total));
        }
        let Some(counted) = NonZeroU32::new(number) else { return Err(ShardError::Zero(total)) };
        if number > total {
            return Err(ShardError::Beyond { number, total });
        }
        Ok(Self { number: counted, total: all })
    }

    /// Reads `2/16`, where the number counts from 0.
    ///
    /// # Errors
    /// As for text that counts from 1.
    pub fn from_index(text: &str) -> Result<Self, ShardError> {
        let (index, total) = parts(text)?;
        match index.checked_add(1) {
            Some(number) if index < total || total == 0 => Self::new(number, total),
            _ => Err(ShardError::BeyondIndex { index, last: total.saturating_sub(1) }),
        }
    }

    /// Counted from 1.
    pub const fn number(self) -> u32 {
        self.number.get()
    }

    /// How many there are.
    pub const fn total(self) -> u32 {
        self.total.get()
    }

    /// Whether the entry at this position of the manifest, from 0, belongs to it.
    pub fn holds(self, position: usize) -> bool {
        let total = usize::try_from(self.total()).unwrap_or(usize::MAX);
        position.checked_rem(total).and_then(|rest| u32::try_from(rest).ok())
            == self.number().checked_sub(1)
    }

    /// The position in the manifest of its own entry at `index`, both from 0.
    pub fn position(self, index: usize) -> usize {
        let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        index
            .saturating_mul(number(self.total()))
            .saturating_add(number(self.number()).saturating_sub(1))
    }

    /// Whether it stands for the manifest as a whole: the first one looks at what belongs to no
    /// entry.
    pub const fn is_first(self) -> bool {
        self.number.get() == 1
    }

    /// Whether there is no other.
    pub const fn is_only(self) -> bool {
        self.total.get() == 1
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, total) = parts(text)?;
        Self::new(number, total)
    }
}

/// The two numbers of `3/16`. Digits only: `+3` is more likely a slip than a wish.
fn parts(text: &str) -> Result<(u32, u32), ShardError> {
    let (number, total) = text.split_once('/').ok_or(ShardError::Form)?;
    let read = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u32>().ok()).flatten().ok_or(ShardError::Form)
    };
    Ok((read(number)?, read(total)?))
}

/// `3/16`
impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_in_one_shard_and_knows_its_position() {
        for total in [1_u32, 2, 3, 16] {
            let shards: Vec<Shard> =
                (1..=total).map(|number| Shard::new(number, total).unwrap()).collect();
            let mut sizes = vec![0_usize; shards.len()];
            for position in 0..50 {
                let holding: Vec<usize> =
                    (0..shards.len()).filter(|index| shards[*index].holds(position)).collect();
                let [index] = holding[..] else { unreachable!("{holding:?}") };
                assert_eq!(shards[index].position(sizes[index]), position);
                sizes[index] = sizes[index].saturating_add(1);
            }
            let spread = sizes.iter().max().unwrap().abs_diff(*sizes.iter().min().unwrap());
            assert!(spread <= 1, "{sizes:?}");
        }
    }

    #[test]
    fn what_names_no_shard_says_why() {
        let error = |text: &str| text.parse::<Shard>().unwrap_err();
        assert_eq!("3/16".parse::<Shard>().unwrap().to_string(), "3/16");
        for text in ["", "3", "/", "3/", "/3", "a/b", "+1/2", "1/2/3", "1 / 2", "1/0"] {
            assert_eq!(error(text), ShardError::Form, "{text}");
        }
        assert_eq!(error("0/16"), ShardError::Zero(16));
        assert_eq!(error("17/16"), ShardError::Beyond { number: 17, total: 16 });
        assert_eq!(error("1/10001"), ShardError::TooMany(10_001));
        assert_eq!(error("99999999999/1"), ShardError::Form);
        let index = |text: &str| Shard::from_index(text).map(|shard| shard.to_string());
        assert_eq!(index("0/16").unwrap(), "1/16");
        assert_eq!(index("15/16").unwrap(), "16/16");
        assert_eq!(index("16/16"), Err(ShardError::BeyondIndex { index: 16, last: 15 }));
        assert_eq!(
            index("4294967295/1"),
            Err(ShardError::BeyondIndex { index: u32::MAX, last: 0 })
        );
        assert_eq!(index("0/0"), Err(ShardError::Form));
    }
}
