//! What makes a finding the same one in another run.

use std::collections::HashMap;

use crate::base::Sha256Hasher;
use crate::finding::Repeat;
use crate::rules::Violation;

/// What makes a finding the same one, and which finding it repeats.
#[derive(Debug)]
pub(super) struct Fingerprint {
    pub(super) text: String,
    pub(super) repeats: Option<Repeat>,
}

/// Gives out fingerprints, each once.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    given: HashMap<String, u64>,
}

impl Fingerprints {
    /// 16 hexadecimal digits of the SHA-256 over rule, source without revision, path, member and
    /// subject. A further finding with all of these equal (the same source in two entries) gets
    /// its number mixed in.
    pub(super) fn of(&mut self, rule: &str, source: &str, violation: &Violation) -> Fingerprint {
        let path = violation.location.path.as_deref().unwrap_or_default();
        let member = violation.location.origin.member.as_deref().unwrap_or_default();
        let member = without_operand_offsets(member);
        let first = hash(&[rule, without_revision(source), path, &member, &violation.subject]);
        self.next(first)
    }

    /// The next finding whose first of the kind has the fingerprint `first`.
    pub(super) fn next(&mut self, first: String) -> Fingerprint {
        let number = self.given.entry(first.clone()).or_insert(0);
        *number = number.saturating_add(1);
        match *number {
            1 => Fingerprint { text: first, repeats: None },
            number => Fingerprint {
                text: hash(&[&first, &number.to_string()]),
                repeats: Some(Repeat { first, number }),
            },
        }
    }
}

fn hash(parts: &[&str]) -> String {
    let mut hasher = Sha256Hasher::default();
    for part in parts {
        // The length in front keeps `a` + `bc` and `ab` + `c` apart.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut digits = hasher.finish().to_string();
    digits.truncate(16);
    digits
}

/// `hf://owner/model` of `hf://owner/model@revision`.
fn without_revision(source: &str) -> &str {
    match source.split_once('@') {
        Some((front, _)) if source.starts_with("hf:") => front,
        _ => source,
    }
}

/// A member's name with `operand@123` as `operand`: offsets move when a file is written again.
fn without_operand_offsets(member: &str) -> String {
    let parts: Vec<&str> = member
        .split('!')
        .map(|part| match part.split_once('@') {
            Some((kind @ ("operand" | "text"), offset))
                if offset.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                kind
            }
            _ => part,
        })
        .collect();
    parts.join("!")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Origin;
    use crate::finding::Location;

    fn at(member: &str, offset: u64) -> Violation {
        Violation {
            location: Location {
                path: Some("model.bin".into()),
                origin: Origin { member: Some(member.into()), offset: Some(offset) },
            },
            subject: "os.system".into(),
            ..Violation::default()
        }
    }

    fn first(source: &str, violation: &Violation) -> String {
        Fingerprints::default().of("denied-global", source, violation).text
    }

    #[test]
    fn offsets_and_revisions_do_not_count() {
        let one = first("hf://a/b@main", &at("data.pkl!operand@12", 3));
        assert_eq!(one, first("hf://a/b", &at("data.pkl!operand@99", 7)));
        assert_eq!(one.len(), 16);
        assert_ne!(one, first("hf://a/c", &at("data.pkl!operand@12", 3)));
        assert_ne!(one, first("hf://a/b", &at("data.pkl", 3)));
        assert_ne!(first("./a@b", &at("x", 1)), first("./a", &at("x", 1)));
    }

    #[test]
    fn equal_findings_are_told_apart_in_a_stable_way() {
        let ids = |count: usize| {
            let mut fingerprints = Fingerprints::default();
            (0..count).map(|_| fingerprints.of("r", "s", &at("m", 0)).text).collect::<Vec<_>>()
        };
        let three = ids(3);
        assert_eq!(three, ids(3));
        assert!(three[0] != three[1] && three[1] != three[2] && three[0] != three[2]);
    }
}
