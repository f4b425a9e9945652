//! What models are called: package URLs, references within the document, its serial number.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::document::Component;
use crate::base::{Commit, RepoId, Sha256Hasher};
use crate::finding::{BaseModelReport, ModelReport};

/// What is known of a model without having looked at it.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    repository: Option<RepoId>,
    /// Untrusted.
    name: String,
    /// A commit, or a branch or tag (untrusted).
    version: Option<String>,
}

impl Identity {
    pub(super) fn of_model(model: &ModelReport) -> Self {
        Self {
            repository: model.repository.clone(),
            name: model.name.clone(),
            version: model.revision.clone(),
        }
    }

    pub(super) fn of_base(base: &BaseModelReport) -> Self {
        Self {
            repository: base.target.parse().ok(),
            name: base.target.clone(),
            version: base.revision.clone(),
        }
    }

    /// `pkg:huggingface/organisation/name@commit`, for a repository on the Hub. Names keep their
    /// case, the version is a commit in lower case or left out
    /// (<https://github.com/package-url/purl-spec/blob/main/types/huggingface-definition.json>).
    pub(super) fn purl(&self) -> Option<String> {
        let id = self.repository.as_ref()?;
        let mut purl = format!("pkg:huggingface/{}", escaped(id.as_str(), "/"));
        let commit = self.version.as_ref().map(|version| version.to_ascii_lowercase());
        if let Some(commit) = commit.filter(|version| version.parse::<Commit>().is_ok()) {
            // Writing to a String cannot fail.
            let _ = write!(purl, "@{commit}");
        }
        Some(purl)
    }

    /// What other parts of the document call it, before it is made unique.
    pub(super) fn reference(&self) -> String {
        self.purl().unwrap_or_else(|| format!("model:{}", escaped(&self.name, "/")))
    }

    /// The component, without a reference.
    pub(super) fn component(&self) -> Component {
        let publisher = self.repository.as_ref().and_then(RepoId::publisher).map(str::to_owned);
        let name = self.repository.as_ref().map_or(self.name.as_str(), RepoId::name);
        Component {
            publisher: publisher.clone(),
            group: publisher,
            version: self.version.clone(),
            purl: self.purl(),
            ..Component::new("machine-learning-model", name.to_owned())
        }
    }
}

/// A text with everything percent-encoded that is no letter, digit, `-`, `.`, `_` or `~`, nor one
/// of `kept`.
pub(super) fn escaped(text: &str, kept: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        let plain = character.is_ascii_alphanumeric() || "-._~".contains(character);
        if plain || kept.contains(character) {
            escaped.push(character);
            continue;
        }
        for byte in character.encode_utf8(&mut [0; 4]).bytes() {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// The references that are given out, each once.
#[derive(Debug, Default)]
pub(super) struct References {
    given: HashSet<String>,
}

impl References {
    /// The reference itself, or with a number behind it if it is taken: two entries of a manifest
    /// may be files of one repository.
    pub(super) fn unique(&mut self, reference: String) -> String {
        let mut unique = reference.clone();
        let mut number: u32 = 1;
        while !self.given.insert(unique.clone()) {
            number = number.saturating_add(1);
            unique = format!("{reference};{number}");
        }
        unique
    }
}

/// A UUID that is made from what a document says: version 8 (RFC 9562), of its SHA-256.
pub(super) fn serial_number(document: &impl Serialize) -> io::Result<String> {
    let mut hashing = Hashing(Sha256Hasher::default());
    serde_json::to_writer(&mut hashing, document)?;
    let digits = hashing.0.finish().to_string();
    let digits: String = digits
        .chars()
        .take(32)
        .enumerate()
        .map(|(index, digit)| match index {
            12 => '8',
            16 => match digit {
                '0'..='3' => '8',
                '4'..='7' => '9',
                '8' | '9' | 'a' | 'b' => 'a',
                _ => 'b',
            },
            _ => digit,
        })
        .collect();
    let mut uuid = String::from("urn:uuid:");
    for (index, digit) in digits.chars().enumerate() {
        if matches!(index, 8 | 12 | 16 | 20) {
            uuid.push('-');
        }
        uuid.push(digit);
    }
    Ok(uuid)
}

struct Hashing(Sha256Hasher);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purl(id: &str, version: Option<&str>) -> String {
        let identity = Identity {
            repository: id.parse().ok(),
            name: id.to_owned(),
            version: version.map(str::to_owned),
        };
        identity.purl().unwrap()
    }

    #[test]
    fn a_purl_is_as_its_type_defines_it() {
        let commit = "559062AD13D311B87B2C455E67DCD5F1C8F65111";
        assert_eq!(
            purl("microsoft/DeBERTa-v3_base.1", Some(commit)),
            "pkg:huggingface/microsoft/DeBERTa-v3_base.1@559062ad13d311b87b2c455e67dcd5f1c8f65111"
        );
        assert_eq!(purl("gpt2", Some("main")), "pkg:huggingface/gpt2");
    }

    #[test]
    fn hostile_names_are_escaped_and_told_apart() {
        assert_eq!(escaped("a b/\u{202e}@#", "/"), "a%20b/%E2%80%AE%40%23");
        let mut references = References::default();
        let given = ["a", "a", "a;2", "a"].map(|text| references.unique(text.to_owned()));
        assert_eq!(given, ["a", "a;2", "a;2;2", "a;3"]);
    }

    #[test]
    fn a_serial_number_is_a_uuid_of_version_8() {
        let numbers: Vec<String> = (0..64).map(|number| serial_number(&number).unwrap()).collect();
        for number in &numbers {
            let uuid = number.strip_prefix("urn:uuid:").unwrap();
            let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12]);
            assert_eq!(uuid.chars().nth(14), Some('8'));
            assert!("89ab".contains(uuid.chars().nth(19).unwrap()), "{uuid}");
        }
        assert_eq!(numbers.iter().collect::<HashSet<_>>().len(), numbers.len());
        assert_eq!(serial_number(&7).unwrap(), numbers[7]);
    }
}
