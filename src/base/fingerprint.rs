//! What makes a finding the same one in every run.

use std::fmt;
use std::str::FromStr;

/// How many digits a fingerprint has.
const DIGITS: usize = 16;

/// The fingerprint of a finding: 16 hexadecimal digits, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

/// Text that is no fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint has {DIGITS} hexadecimal digits, this has {length} characters{}", if *hexadecimal { "" } else { ", not all hexadecimal" })]
pub struct FingerprintError {
    length: usize,
    hexadecimal: bool,
}

impl Fingerprint {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let length = text.chars().count();
        let hexadecimal = text.chars().all(|c| c.is_ascii_hexdigit());
        if length == DIGITS && hexadecimal {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(FingerprintError { length, hexadecimal })
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_digits_in_any_case() {
        let fingerprint: Fingerprint = "3F2A9c0112345678".parse().unwrap();
        assert_eq!(fingerprint.as_str(), "3f2a9c0112345678");
        let error = |text: &str| text.parse::<Fingerprint>().unwrap_err().to_string();
        assert_eq!(error("3f2a"), "a fingerprint has 16 hexadecimal digits, this has 4 characters");
        assert!(error("3f2a9c01123456zz").ends_with("not all hexadecimal"));
        assert!("3f2a9c01123456780".parse::<Fingerprint>().is_err());
    }
}
