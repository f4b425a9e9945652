//! What the manifest says of a reference.

use super::Found;
use super::reference::{Reference, WrittenRevision, canonical};
use super::sink::normalised;
use crate::base::Commit;
use crate::manifest::{Entry, Manifest, Source};

/// The entries of a manifest, as references are compared with them.
#[derive(Debug)]
pub struct Listing<'m> {
    hub: Vec<(String, &'m Entry)>,
    local: Vec<(String, &'m Entry)>,
}

/// Whether a reference is in the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is, as this entry.
    Listed {
        /// The entry's name.
        name: String,
        /// Its revision as written.
        revision: Option<String>,
        /// How that agrees with the revision of the reference.
        pinned: PinnedAs,
    },
    /// It is not.
    Unlisted,
    /// It is a path at which nothing lies in the project: what it means is known where the program
    /// runs.
    NotHere,
    /// It is not known which model it is.
    Unresolved,
}

/// How the revision of a reference and that of its entry agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinnedAs {
    /// Both name the same, or there is nothing to name.
    Same,
    /// They name different ones.
    Another,
    /// The manifest names one and the reference none, so that it loads what is newest.
    Nothing,
    /// The revision of the reference is not known before the program runs.
    Unknown,
}

impl<'m> Listing<'m> {
    /// The entries of a manifest that lies in `folder`, seen from the project's root (`""`, `conf`,
    /// `..`). Without a manifest nothing is listed.
    pub fn of(manifest: Option<&'m Manifest>, folder: &str) -> Self {
        let mut listing = Self { hub: Vec::new(), local: Vec::new() };
        for entry in manifest.into_iter().flat_map(|manifest| &manifest.entries) {
            match &entry.origin {
                Source::Hub(id) => listing.hub.push((canonical(id), entry)),
                Source::Local(path) => {
                    let path = path.replace('\\', "/");
                    listing.local.push((normalised(&format!("{folder}/{path}")), entry));
                }
            }
        }
        listing
    }

    /// What the manifest says of a reference.
    pub fn standing(&self, found: &Found) -> Standing {
        match &found.reference {
            Reference::Unresolved { .. } => Standing::Unresolved,
            Reference::Elsewhere { .. } => Standing::Unlisted,
            Reference::Local { inside: None, .. } => Standing::NotHere,
            Reference::Local { inside: Some(path), .. } => {
                let holds = |entry: &&(String, &'m Entry)| {
                    entry.0.is_empty()
                        || path == &entry.0
                        || path.strip_prefix(&entry.0).is_some_and(|rest| rest.starts_with('/'))
                };
                match self.local.iter().find(holds) {
                    Some((_, entry)) => listed(entry, PinnedAs::Same),
                    None => Standing::Unlisted,
                }
            }
            Reference::Hub(id) | Reference::Address { repository: id, .. } => {
                let name = canonical(id);
                let mut entries =
                    self.hub.iter().filter(|(known, _)| *known == name).map(|(_, entry)| *entry);
                let Some(first) = entries.next() else { return Standing::Unlisted };
                let agreement = |entry: &Entry| agreement(entry, &found.revision);
                // Of several entries of one repository the one that agrees is meant.
                std::iter::once(first)
                    .chain(entries)
                    .find(|entry| agreement(entry) == PinnedAs::Same)
                    .map_or_else(
                        || listed(first, agreement(first)),
                        |entry| listed(entry, PinnedAs::Same),
                    )
            }
        }
    }
}

fn listed(entry: &Entry, pinned: PinnedAs) -> Standing {
    Standing::Listed { name: entry.name.clone(), revision: entry.revision.clone(), pinned }
}

fn agreement(entry: &Entry, revision: &WrittenRevision) -> PinnedAs {
    match (entry.revision.as_deref(), revision) {
        (_, WrittenRevision::Unresolved) => PinnedAs::Unknown,
        (None, WrittenRevision::Absent) => PinnedAs::Same,
        (Some("main"), WrittenRevision::Absent) => PinnedAs::Same,
        (Some(_), WrittenRevision::Absent) => PinnedAs::Nothing,
        (None, WrittenRevision::Known(text)) if text == "main" => PinnedAs::Same,
        (None, WrittenRevision::Known(_)) => PinnedAs::Another,
        (Some(entry), WrittenRevision::Known(text)) => {
            // A shortened commit means the same one.
            let pinned: Option<Commit> = entry.parse().ok();
            let short = text.len() >= 7 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let lower = text.to_ascii_lowercase();
            let same = entry == text
                || pinned.is_some_and(|commit| short && commit.as_str().starts_with(&lower));
            if same { PinnedAs::Same } else { PinnedAs::Another }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Span};

    fn standing(reference: Reference, revision: WrittenRevision, manifest: &str) -> Standing {
        let document = Document::from_bytes("models.yaml", manifest.as_bytes()).unwrap();
        let manifest = Manifest::parse(document).unwrap();
        let found = Found {
            reference,
            revision,
            span: Span::default(),
            used_on: 1,
            how: String::new(),
            cell: None,
        };
        Listing::of(Some(&manifest), "conf").standing(&found)
    }

    fn pinned(reference: &str, revision: Option<&str>, manifest: &str) -> Option<PinnedAs> {
        let revision =
            revision.map_or(WrittenRevision::Absent, |text| WrittenRevision::Known(text.into()));
        let reference = Reference::Hub(reference.parse().unwrap());
        match standing(reference, revision, manifest) {
            Standing::Listed { pinned, .. } => Some(pinned),
            _ => None,
        }
    }

    #[test]
    fn repositories_are_compared_as_the_hub_does() {
        let manifest = "models:\n  - source: hf://google-bert/bert-base-uncased\n";
        assert_eq!(pinned("bert-base-uncased", None, manifest), Some(PinnedAs::Same));
        assert_eq!(pinned("Google-BERT/bert-base-uncased", None, manifest), Some(PinnedAs::Same));
        assert_eq!(pinned("google-bert/bert-base-cased", None, manifest), None);
    }

    #[test]
    fn revisions_agree_or_not() {
        let commit = "714eb0fa89d2f80546fda750413ed43d93601a13";
        let manifest = format!("models:\n  - source: hf://a/b\n    revision: {commit}\n");
        assert_eq!(pinned("a/b", Some(commit), &manifest), Some(PinnedAs::Same));
        assert_eq!(pinned("a/b", Some("714EB0F"), &manifest), Some(PinnedAs::Same));
        assert_eq!(pinned("a/b", Some("main"), &manifest), Some(PinnedAs::Another));
        assert_eq!(pinned("a/b", None, &manifest), Some(PinnedAs::Nothing));
        let both = format!("{manifest}  - name: c\n    source: hf://a/b\n    revision: main\n");
        assert_eq!(pinned("a/b", None, &both), Some(PinnedAs::Same));
    }

    #[test]
    fn paths_are_compared_from_the_projects_root() {
        let local =
            |inside: &str| Reference::Local { written: "x".into(), inside: Some(inside.into()) };
        let is_listed = |inside: &str| {
            let manifest = "models:\n  - source: ../models/own\n";
            matches!(
                standing(local(inside), WrittenRevision::Absent, manifest),
                Standing::Listed { .. }
            )
        };
        assert!(is_listed("models/own") && is_listed("models/own/m.bin"));
        assert!(!is_listed("models/owner") && !is_listed("models"));
    }
}
