//! One license: an SPDX id, an id of the Hub, or a name of one's own.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::LicenseExpression;
use super::hub::{HUB_LICENSES, hub_license};
use crate::base::{closest, quoted};

/// Which license, whatever its version range and exceptions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LicenseId {
    /// On the SPDX list, without `-only` and `-or-later`: `MIT`, `GPL-3.0`.
    Spdx(&'static str),
    /// An id of the Hub for what SPDX does not list: `llama3.1`, `openrail`, `other`.
    Hub(&'static str),
    /// A name of somebody's own, in the one spelling that [`LicenseId::named`] gives it.
    Named(String),
}

impl LicenseId {
    /// The license of a name that is on no list: `LicenseRef-qwen-research`, or what stands in
    /// `license_name:`. Case does not count, nor how words are separated.
    pub fn named(name: &str) -> Self {
        let name = strip_prefix_ignoring_case(name, "LicenseRef-").unwrap_or(name);
        let mut folded = String::new();
        for character in name.chars() {
            if character.is_alphanumeric() || character == '.' {
                folded.extend(character.to_lowercase());
            } else if !folded.ends_with('-') {
                folded.push('-');
            }
        }
        Self::Named(folded.trim_matches('-').to_owned())
    }
}

/// A license as an expression or a policy names it.
///
/// Equal terms mean the same, however they are written.
#[derive(Clone, Debug)]
pub struct LicenseTerm {
    id: LicenseId,
    /// Whether later versions are meant as well.
    or_later: bool,
    /// The exception behind `WITH`, in its listed spelling or as a folded name.
    exception: Option<String>,
    written: String,
}

impl PartialEq for LicenseTerm {
    fn eq(&self, other: &Self) -> bool {
        (&self.id, self.or_later, &self.exception) == (&other.id, other.or_later, &other.exception)
    }
}

impl Eq for LicenseTerm {}

/// Text that names no license.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LicenseError {
    /// A word that is on no list.
    #[error("`{}` is neither an SPDX license id nor a license id of the Hub", quoted(.0))]
    Unknown(String),
    /// A word behind `WITH` that SPDX does not list.
    #[error("`{}` is no exception that SPDX lists", quoted(.0))]
    UnknownException(String),
    /// A `+` behind something that has no versions in order.
    #[error("`{}` has no later versions that a `+` could mean", quoted(.0))]
    NoVersions(String),
    /// Words in the wrong order.
    #[error("`{}` is no license expression: {problem}", quoted(.text))]
    Grammar {
        /// The whole text.
        text: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// Several licenses where one is asked for.
    #[error("`{}` is an expression of several licenses; list each by itself", quoted(.0))]
    Several(String),
    /// Longer than any license.
    #[error("{0} bytes are too long for a license")]
    Length(usize),
}

impl LicenseError {
    /// The license or exception that may have been meant.
    pub fn suggestion(&self) -> Option<&'static str> {
        match self {
            Self::Unknown(word) => {
                let spdx = spdx::identifiers::LICENSES.iter().map(|license| license.name);
                closest(word, spdx.chain(HUB_LICENSES.iter().map(|license| license.id)))
            }
            Self::UnknownException(word) => {
                closest(word, spdx::identifiers::EXCEPTIONS.iter().map(|exception| exception.name))
            }
            _ => None,
        }
    }
}

impl LicenseTerm {
    /// Reads a word of an expression, and the exception behind it.
    pub(super) fn read(word: &str, exception: Option<&str>) -> Result<Self, LicenseError> {
        let written = match exception {
            Some(exception) => format!("{word} WITH {exception}"),
            None => word.to_owned(),
        };
        let exception = exception.map(read_exception).transpose()?;
        // `openrail++` ends with what elsewhere means later versions.
        let (id, or_later) = if let Some(hub) = hub_license(word) {
            (hub.spdx.map_or(LicenseId::Hub(hub.id), LicenseId::Spdx), false)
        } else {
            let bare = word.strip_suffix('+').unwrap_or(word);
            let plus = bare.len() < word.len();
            if let Some(listed) = spdx_name(bare) {
                let (id, or_later) = match listed.strip_suffix("-or-later") {
                    Some(id) => (id, true),
                    None => (listed.strip_suffix("-only").unwrap_or(listed), false),
                };
                (LicenseId::Spdx(id), or_later || plus)
            } else if is_reference(word, "LicenseRef-") {
                (LicenseId::named(word), false)
            } else if plus && hub_license(bare).is_some() {
                return Err(LicenseError::NoVersions(word.to_owned()));
            } else {
                return Err(LicenseError::Unknown(word.to_owned()));
            }
        };
        Ok(Self { id, or_later, exception, written })
    }

    /// The license of a name that is on no list.
    pub fn named(name: &str) -> Self {
        Self {
            id: LicenseId::named(name),
            or_later: false,
            exception: None,
            written: name.to_owned(),
        }
    }

    /// Which license it is.
    pub fn id(&self) -> &LicenseId {
        &self.id
    }

    /// As it was written (untrusted, if a model wrote it).
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether an exception belongs to it.
    pub fn has_exception(&self) -> bool {
        self.exception.is_some()
    }

    /// The term as SPDX writes it: its listed spelling, or `LicenseRef-` and a name.
    pub fn spdx(&self) -> String {
        let mut text = match &self.id {
            LicenseId::Spdx(id) => {
                let suffix = if self.or_later { "-or-later" } else { "-only" };
                match spdx_name(&format!("{id}{suffix}")) {
                    Some(listed) => listed.to_owned(),
                    None if self.or_later => format!("{id}+"),
                    None => (*id).to_owned(),
                }
            }
            LicenseId::Hub(name) => reference(name),
            LicenseId::Named(name) => reference(name),
        };
        if let Some(exception) = &self.exception {
            text.push_str(" WITH ");
            text.push_str(exception);
        }
        text
    }

    /// Whether a model under this license can be used under one that `allowed` lists and none of
    /// `denied` refuses; `None` allows any.
    ///
    /// "Or later" leaves the choice of the version to the user of the model: one that is allowed
    /// and not denied is enough. An exception must be allowed as it stands; what is denied without
    /// an exception is denied with any.
    pub fn is_acceptable(&self, allowed: Option<&[Self]>, denied: &[Self]) -> bool {
        let refused = |id: &LicenseId| denied.iter().any(|entry| entry.refuses(id, self));
        match allowed {
            None => !refused(&self.id),
            Some(allowed) => allowed
                .iter()
                .any(|entry| entry.common_version(self).is_some_and(|version| !refused(version))),
        }
    }

    /// Whether `denied` names this license, so that "refused" is the word for it.
    pub fn is_denied(&self, denied: &[Self]) -> bool {
        denied.iter().any(|entry| entry.refuses(&self.id, self))
    }

    /// The lowest version that both mean.
    fn common_version<'a>(&'a self, other: &'a Self) -> Option<&'a LicenseId> {
        if self.exception != other.exception {
            None
        } else if self.id == other.id || (self.or_later && is_later(&other.id, &self.id)) {
            Some(&other.id)
        } else if other.or_later && is_later(&self.id, &other.id) {
            Some(&self.id)
        } else {
            None
        }
    }

    /// Whether, as an entry of a deny-list, it means the version `id` of the license `term`.
    fn refuses(&self, id: &LicenseId, term: &Self) -> bool {
        (self.exception.is_none() || self.exception == term.exception)
            && (self.id == *id || (self.or_later && is_later(id, &self.id)))
    }
}

impl fmt::Display for LicenseTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.written)
    }
}

/// One license, with an exception or without: what an allow-list or deny-list holds.
impl FromStr for LicenseTerm {
    type Err = LicenseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expression: LicenseExpression = text.parse()?;
        let mut terms = expression.into_terms();
        match (terms.pop(), terms.is_empty()) {
            (Some(term), true) => Ok(term),
            _ => Err(LicenseError::Several(text.to_owned())),
        }
    }
}

/// `LicenseRef-` and a name, in which SPDX allows letters, digits, `-` and `.`.
fn reference(name: &str) -> String {
    let name = name.replace('+', "-plus");
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let name: String = name.chars().map(allowed).collect();
    format!("LicenseRef-{name}")
}

/// The listed spelling of an SPDX license id, whatever the case of `word`.
pub(super) fn spdx_name(word: &str) -> Option<&'static str> {
    let mut names = spdx::identifiers::LICENSES.iter().map(|license| license.name);
    names.find(|name| name.eq_ignore_ascii_case(word))
}

fn read_exception(word: &str) -> Result<String, LicenseError> {
    let mut listed = spdx::identifiers::EXCEPTIONS.iter().map(|exception| exception.name);
    if let Some(name) = listed.find(|name| name.eq_ignore_ascii_case(word)) {
        Ok(name.to_owned())
    } else if is_reference(word, "AdditionRef-") {
        Ok(word.to_lowercase())
    } else {
        Err(LicenseError::UnknownException(word.to_owned()))
    }
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (front, rest) = text.split_at_checked(prefix.len())?;
    front.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Whether it is `LicenseRef-…` or `DocumentRef-…:LicenseRef-…` with a name of the characters that
/// SPDX allows; `_` is let through, because names on the Hub have it.
fn is_reference(word: &str, prefix: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let is_name = |name: &str| !name.is_empty() && name.chars().all(allowed);
    let reference = match word.split_once(':') {
        Some((document, rest)) => {
            let document = strip_prefix_ignoring_case(document, "DocumentRef-");
            if !document.is_some_and(is_name) {
                return false;
            }
            rest
        }
        None => word,
    };
    strip_prefix_ignoring_case(reference, prefix).is_some_and(is_name)
}

/// Whether two ids are versions of one license, and `id` is the later: `CC-BY-4.0` of
/// `CC-BY-3.0`.
fn is_later(id: &LicenseId, than: &LicenseId) -> bool {
    let (LicenseId::Spdx(id), LicenseId::Spdx(than)) = (id, than) else { return false };
    let (mut parts, mut others) = (id.split('-'), than.split('-'));
    let mut later = false;
    loop {
        match (parts.next(), others.next()) {
            (None, None) => return later,
            (Some(part), Some(other)) if part == other => {}
            (Some(part), Some(other)) if !later => match (version(part), version(other)) {
                (Some(part), Some(other)) if part.cmp(&other) == Ordering::Greater => later = true,
                _ => return false,
            },
            _ => return false,
        }
    }
}

/// `2.0` as its numbers.
fn version(part: &str) -> Option<Vec<u32>> {
    part.split('.').map(|number| number.parse().ok()).collect()
}

/// The licenses that a text mentions which is no expression: `GPL-3.0, see LICENSE`.
pub fn licenses_mentioned(text: &str) -> Vec<LicenseTerm> {
    let separates = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.' | '+' | '_');
    text.get(..text.floor_char_boundary(super::expression::LONGEST))
        .unwrap_or_default()
        .split(separates)
        .filter_map(|word| LicenseTerm::read(word.trim_matches('.'), None).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(text: &str) -> LicenseTerm {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn terms(texts: &[&str]) -> Vec<LicenseTerm> {
        texts.iter().map(|text| term(text)).collect()
    }

    fn acceptable(text: &str, allowed: &[&str], denied: &[&str]) -> bool {
        term(text).is_acceptable(Some(&terms(allowed)), &terms(denied))
    }

    #[test]
    fn one_license_has_many_spellings() {
        for (one, other) in [
            ("mit", "MIT"),
            ("apache-2.0", "Apache-2.0"),
            ("odbl", "ODbL-1.0"),
            ("lgpl-lr", "LGPLLR"),
            ("gpl-3.0", "GPL-3.0-only"),
            ("GPL-2.0+", "gpl-2.0-OR-later"),
            ("apache-2.0 with llvm-EXCEPTION", "Apache-2.0 WITH LLVM-exception"),
            ("LicenseRef-Acme-1.0", "licenseref-acme-1.0"),
            ("LLAMA3.1", "llama3.1"),
        ] {
            assert_eq!(term(one), term(other), "{one}");
        }
        assert_eq!(term(" gPL-3.0 ").written(), "gPL-3.0");
        assert_ne!(term("GPL-2.0"), term("GPL-2.0+"));
        assert_ne!(term("openrail"), term("openrail++"));
        assert_eq!(*term("openrail++").id(), LicenseId::Hub("openrail++"));
        assert_eq!(
            LicenseId::named("Qwen_LICENSE agreement"),
            LicenseId::named("LicenseRef-qwen-license-agreement")
        );
    }

    #[test]
    fn what_is_no_license_says_so() {
        let error = |text: &str| text.parse::<LicenseTerm>().unwrap_err();
        assert_eq!(error("apache-2").suggestion(), Some("Apache-2.0"));
        assert_eq!(error("llama3.5").suggestion(), Some("llama3.1"));
        assert_eq!(error("Apache 2.0").suggestion(), Some("Apache-2.0"));
        assert_eq!(error("MIT WITH LLVM-exceptio").suggestion(), Some("LLVM-exception"));
        assert_eq!(error("gemma+"), LicenseError::NoVersions("gemma+".into()));
        assert_eq!(error("LicenseRef-"), LicenseError::Unknown("LicenseRef-".into()));
        assert_eq!(error("MIT OR ISC"), LicenseError::Several("MIT OR ISC".into()));
        assert!(error("x\n::error::y").to_string().contains("x\\n::error"));
    }

    #[test]
    fn later_versions_are_the_users_choice() {
        assert!(acceptable("GPL-2.0-or-later", &["GPL-3.0"], &[]));
        assert!(!acceptable("GPL-2.0-only", &["GPL-3.0"], &[]));
        assert!(acceptable("GPL-3.0", &["GPL-2.0-or-later"], &[]));
        assert!(!acceptable("GPL-2.0-or-later", &["LGPL-3.0"], &[]));
        assert!(!acceptable("GPL-2.0-or-later", &["GPL-3.0"], &["GPL-3.0"]));
        assert!(acceptable("GPL-2.0+", &["GPL-2.0", "GPL-3.0"], &["GPL-3.0"]));
        assert!(acceptable("CC-BY-3.0+", &["CC-BY-4.0"], &[]));
        assert!(!acceptable("CC-BY-3.0+", &["CC-BY-SA-4.0"], &[]));
        assert!(is_later(&LicenseId::Spdx("A-10.0"), &LicenseId::Spdx("A-9.1")));
        assert!(!is_later(&LicenseId::Spdx("A-1.0"), &LicenseId::Spdx("A-1.0")));
    }

    #[test]
    fn exceptions_are_allowed_as_they_stand_and_denied_with_the_license() {
        let with = "Apache-2.0 WITH LLVM-exception";
        assert!(acceptable(with, &[with], &[]));
        assert!(!acceptable(with, &["Apache-2.0"], &[]));
        assert!(!acceptable("Apache-2.0", &[with], &[]));
        assert!(!acceptable(with, &[with], &["Apache-2.0"]));
        assert!(acceptable("Apache-2.0", &["Apache-2.0"], &[with]));
        assert!(term("GPL-3.0-only").is_denied(&terms(&["GPL-2.0-or-later"])));
        assert!(!term("GPL-2.0-or-later").is_denied(&terms(&["GPL-3.0"])));
    }

    #[test]
    fn licenses_are_found_in_prose() {
        let found = licenses_mentioned("GPL-3.0, see LICENSE (or the terms of llama2.)");
        assert_eq!(found, terms(&["GPL-3.0", "llama2"]));
        assert_eq!(licenses_mentioned(&"é".repeat(3000)), []);
    }
}
