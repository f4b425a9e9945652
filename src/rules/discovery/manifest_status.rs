//! What the manifest says of a model that the project's own text names.

use crate::base::{Commit, RepoId, normalised_path};
use crate::document::Place;
use crate::evidence::{CodeReference, Reference, WrittenRevision};
use crate::manifest::{Entry, Manifest, Source};

/// The model of a finding on something that is not known before the program runs.
pub const UNRESOLVED: &str = "<unresolved>";

/// A reference with the document that it stands in, and what the manifest says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceCase {
    /// The reference.
    pub found: CodeReference,
    /// Where it is written.
    pub place: Place,
    /// Whether it is in the manifest.
    pub status: ManifestStatus,
}

impl ReferenceCase {
    /// As the manifest would write it: `hf://org/name`, `./models/ranker`.
    pub fn source(&self) -> String {
        match &self.found.reference {
            Reference::Hub(id) | Reference::Address { repository: id, .. } => format!("hf://{id}"),
            Reference::Local { inside: Some(path), .. } => format!("./{path}"),
            Reference::Local { written, inside: None }
            | Reference::Elsewhere { written }
            | Reference::Unresolved { written } => written.clone(),
        }
    }

    /// The model that findings on it are about: the entry's name, else its source, if it is known.
    pub fn model(&self) -> String {
        match &self.status {
            ManifestStatus::Listed { name, .. } => name.clone(),
            ManifestStatus::Unlisted => self.source(),
            ManifestStatus::NotHere | ManifestStatus::Unresolved => UNRESOLVED.to_owned(),
        }
    }
}

/// The entries of a manifest, as references are compared with them.
#[derive(Debug)]
pub struct ListedModels<'m> {
    hub: Vec<(String, &'m Entry)>,
    local: Vec<(String, &'m Entry)>,
}

/// Whether a reference is in the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManifestStatus {
    /// It is, as this entry.
    Listed {
        /// The entry's name.
        name: String,
        /// Its revision as written.
        revision: Option<String>,
        /// How that agrees with the revision of the reference.
        pinned: Agreement,
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
pub enum Agreement {
    /// Both name the same, or there is nothing to name.
    Same,
    /// They name different ones.
    Another,
    /// The manifest names one and the reference none, so that it loads what is newest.
    Nothing,
    /// The revision of the reference is not known before the program runs.
    Unknown,
}

impl<'m> ListedModels<'m> {
    /// The entries of a manifest that lies in `folder`, seen from the project's root (`""`, `conf`,
    /// `..`). Without a manifest nothing is listed.
    pub fn of(manifest: Option<&'m Manifest>, folder: &str) -> Self {
        let mut listing = Self { hub: Vec::new(), local: Vec::new() };
        for entry in manifest.into_iter().flat_map(|manifest| &manifest.entries) {
            match &entry.origin {
                Source::Hub(id) => listing.hub.push((canonical(id), entry)),
                Source::Local(path) => {
                    let path = path.replace('\\', "/");
                    listing.local.push((normalised_path(&format!("{folder}/{path}")), entry));
                }
            }
        }
        listing
    }

    /// What the manifest says of a reference.
    pub fn status(&self, found: &CodeReference) -> ManifestStatus {
        match &found.reference {
            Reference::Unresolved { .. } => ManifestStatus::Unresolved,
            Reference::Elsewhere { .. } => ManifestStatus::Unlisted,
            Reference::Local { inside: None, .. } => ManifestStatus::NotHere,
            Reference::Local { inside: Some(path), .. } => {
                let holds = |entry: &&(String, &'m Entry)| {
                    entry.0.is_empty()
                        || path == &entry.0
                        || path.strip_prefix(&entry.0).is_some_and(|rest| rest.starts_with('/'))
                };
                match self.local.iter().find(holds) {
                    Some((_, entry)) => listed(entry, Agreement::Same),
                    None => ManifestStatus::Unlisted,
                }
            }
            Reference::Hub(id) | Reference::Address { repository: id, .. } => {
                let name = canonical(id);
                let mut entries =
                    self.hub.iter().filter(|(known, _)| *known == name).map(|(_, entry)| *entry);
                let Some(first) = entries.next() else { return ManifestStatus::Unlisted };
                let agreement = |entry: &Entry| agreement(entry, &found.revision);
                // Of several entries of one repository the one that agrees is meant.
                std::iter::once(first)
                    .chain(entries)
                    .find(|entry| agreement(entry) == Agreement::Same)
                    .map_or_else(
                        || listed(first, agreement(first)),
                        |entry| listed(entry, Agreement::Same),
                    )
            }
        }
    }
}

fn listed(entry: &Entry, pinned: Agreement) -> ManifestStatus {
    ManifestStatus::Listed { name: entry.name.clone(), revision: entry.revision.clone(), pinned }
}

fn agreement(entry: &Entry, revision: &WrittenRevision) -> Agreement {
    match (entry.revision.as_deref(), revision) {
        (_, WrittenRevision::Unresolved) => Agreement::Unknown,
        (None, WrittenRevision::Absent) => Agreement::Same,
        (Some("main"), WrittenRevision::Absent) => Agreement::Same,
        (Some(_), WrittenRevision::Absent) => Agreement::Nothing,
        (None, WrittenRevision::Known(text)) if text == "main" => Agreement::Same,
        (None, WrittenRevision::Known(_)) => Agreement::Another,
        (Some(entry), WrittenRevision::Known(text)) => {
            // A shortened commit means the same one.
            let pinned: Option<Commit> = entry.parse().ok();
            let short = text.len() >= 7 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let lower = text.to_ascii_lowercase();
            let same = entry == text
                || pinned.is_some_and(|commit| short && commit.as_str().starts_with(&lower));
            if same { Agreement::Same } else { Agreement::Another }
        }
    }
}

/// The name under which the Hub knows an old repository today: `google-bert/bert-base-uncased` for
/// `bert-base-uncased`. Both fetch the same files.
fn canonical(id: &RepoId) -> String {
    const MOVED: &[(&str, &str)] = &[
        ("albert-", "albert"),
        ("bert-", "google-bert"),
        ("camembert-base", "almanach"),
        ("ctrl", "Salesforce"),
        ("distilbert-", "distilbert"),
        ("distilgpt2", "distilbert"),
        ("distilroberta-base", "distilbert"),
        ("gpt2", "openai-community"),
        ("openai-gpt", "openai-community"),
        ("roberta-", "FacebookAI"),
        ("t5-", "google-t5"),
        ("transfo-xl-wt103", "transfo-xl"),
        ("xlm-clm", "FacebookAI"),
        ("xlm-mlm", "FacebookAI"),
        ("xlm-roberta-", "FacebookAI"),
        ("xlnet-", "xlnet"),
    ];
    let publisher = id.publisher().is_none().then(|| {
        let known = MOVED.iter().find(|(prefix, _)| id.name().starts_with(prefix));
        known.map(|(_, publisher)| *publisher)
    });
    let name = match publisher.flatten() {
        Some(publisher) => format!("{publisher}/{}", id.name()),
        None => id.to_string(),
    };
    name.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Span};

    fn status(reference: Reference, revision: WrittenRevision, manifest: &str) -> ManifestStatus {
        let document = Document::from_bytes("models.yaml", manifest.as_bytes()).unwrap();
        let manifest = Manifest::parse(document).unwrap();
        let found = CodeReference {
            reference,
            revision,
            span: Span::default(),
            used_on: 1,
            how: String::new(),
            cell: None,
        };
        ListedModels::of(Some(&manifest), "conf").status(&found)
    }

    fn pinned(reference: &str, revision: Option<&str>, manifest: &str) -> Option<Agreement> {
        let revision =
            revision.map_or(WrittenRevision::Absent, |text| WrittenRevision::Known(text.into()));
        let reference = Reference::Hub(reference.parse().unwrap());
        match status(reference, revision, manifest) {
            ManifestStatus::Listed { pinned, .. } => Some(pinned),
            _ => None,
        }
    }

    #[test]
    fn repositories_are_compared_as_the_hub_does() {
        let manifest = "models:\n  - source: hf://google-bert/bert-base-uncased\n";
        assert_eq!(pinned("bert-base-uncased", None, manifest), Some(Agreement::Same));
        assert_eq!(pinned("Google-BERT/bert-base-uncased", None, manifest), Some(Agreement::Same));
        assert_eq!(pinned("google-bert/bert-base-cased", None, manifest), None);
    }

    #[test]
    fn revisions_agree_or_not() {
        let commit = "714eb0fa89d2f80546fda750413ed43d93601a13";
        let manifest = format!("models:\n  - source: hf://a/b\n    revision: {commit}\n");
        assert_eq!(pinned("a/b", Some(commit), &manifest), Some(Agreement::Same));
        assert_eq!(pinned("a/b", Some("714EB0F"), &manifest), Some(Agreement::Same));
        assert_eq!(pinned("a/b", Some("main"), &manifest), Some(Agreement::Another));
        assert_eq!(pinned("a/b", None, &manifest), Some(Agreement::Nothing));
        let both = format!("{manifest}  - name: c\n    source: hf://a/b\n    revision: main\n");
        assert_eq!(pinned("a/b", None, &both), Some(Agreement::Same));
    }

    #[test]
    fn paths_are_compared_from_the_projects_root() {
        let local =
            |inside: &str| Reference::Local { written: "x".into(), inside: Some(inside.into()) };
        let is_listed = |inside: &str| {
            let manifest = "models:\n  - source: ../models/own\n";
            matches!(
                status(local(inside), WrittenRevision::Absent, manifest),
                ManifestStatus::Listed { .. }
            )
        };
        assert!(is_listed("models/own") && is_listed("models/own/m.bin"));
        assert!(!is_listed("models/owner") && !is_listed("models"));
    }

    #[test]
    fn old_names_are_those_of_today() {
        let name = |text: &str| canonical(&text.parse().unwrap());
        assert_eq!(name("bert-base-uncased"), name("google-bert/bert-base-uncased"));
        assert_eq!(name("gpt2"), name("openai-community/gpt2"));
        assert_eq!(name("Org/Name"), "org/name");
        assert_ne!(name("other/gpt2"), name("gpt2"));
    }
}
