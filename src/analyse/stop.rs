//! Why an analysis ends early.

use std::io;

use crate::base::Budget;

/// Why an analyser stopped before the end. What it found before stays.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The bytes break the format's rules.
    #[error("{reason}")]
    Malformed {
        /// Where, if known.
        offset: Option<u64>,
        /// What is wrong (untrusted).
        reason: String,
    },
    /// A budget ran out.
    #[error("more than {limit} {budget}")]
    Exhausted {
        /// Which one.
        budget: Budget,
        /// The limit in force.
        limit: u64,
        /// Where, if known.
        offset: Option<u64>,
    },
    /// The bytes could not be read. An [`io::Error`] that wraps a `Stop` (from a decompressor)
    /// counts as that `Stop`.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Stop {
    /// Malformed at `offset`.
    pub fn malformed(offset: impl Into<Option<u64>>, reason: impl Into<String>) -> Self {
        Self::Malformed { offset: offset.into(), reason: reason.into() }
    }

    /// Carries a `Stop` through an interface that speaks [`io::Error`].
    pub fn into_io(self) -> io::Error {
        match self {
            Self::Io(error) => error,
            stop => io::Error::other(stop),
        }
    }

    /// The `Stop` that an [`io::Error`] carries, if it carries one.
    pub fn unwrapped(self) -> Self {
        match self {
            Self::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<Self>()) => {
                match error.into_inner().map(|inner| inner.downcast::<Self>()) {
                    Some(Ok(stop)) => *stop,
                    _ => Self::malformed(None, "a nested stream broke off"),
                }
            }
            stop => stop,
        }
    }
}
