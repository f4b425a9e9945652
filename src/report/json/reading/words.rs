//! Texts and times.

use serde::Deserialize;

use crate::base::Untrusted;

/// Text that a run has escaped before it wrote it: escaped again, because somebody else may have
/// written it.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "String")]
pub(super) struct Escaped(pub(super) String);

impl From<String> for Escaped {
    fn from(text: String) -> Self {
        Self(Untrusted(&text).to_string())
    }
}

/// 16 hexadecimal digits.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Fingerprint(pub(super) String);

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 16 && text.bytes().all(is_digit) {
            Ok(Self(text))
        } else {
            Err("a fingerprint has 16 hexadecimal digits")
        }
    }
}

/// A moment in UTC, as a run writes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Timestamp(pub(super) String);

impl TryFrom<String> for Timestamp {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let moment: jiff::Timestamp =
            text.parse().map_err(|_| "a time is written as 2026-11-23T07:30:00Z")?;
        Ok(Self(moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()))
    }
}

/// A day.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Day(pub(super) String);

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.parse::<jiff::civil::Date>() {
            Ok(day) => Ok(Self(day.to_string())),
            Err(_) => Err("a day is written as 2026-11-23"),
        }
    }
}
